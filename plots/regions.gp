# Where the cycles or instructions of each measured region go.
# read: A bar is a region of a run of `measure`, and its parts are shares of what its calls take. With
#       --profile they are the causes to which the model attributes the nominal cycles
#       (docs/model.md), otherwise functions of the kernel, by the instructions that they execute
#       themselves. The number at the end is the mean of a call.
#
# To draw this figure again, in the folder plots/ of a run of `measure`:
#     gnuplot -c <source tree>/plots/regions.gp measure where
# The arguments are the folder of the data, and the name of the figure.

folder = ARG0[1:strlen(ARG0)-strlen("regions.gp")]
figure = ARG2
file = "data/".ARG1."/regions.dat"
load "data/".ARG1."/index.gp"
n = words(regions)
count = words(names)
thousands(v) = v < 1e4 ? sprintf("%.0f", v) : v < 1e6 ? sprintf("%.1fk", v/1e3) : sprintf("%.2fM", v/1e6)

# Parts of under 0.05 % in every bar are not in the legend.
shown = ""
do for [k=1:count] {
	stats file using (column(k+1)) nooutput
	if (STATS_max >= 0.05) { shown = shown." ".k }
}
columns = 4
rows = (words(shown)+columns-1)/columns
wide = 1000
high = 105 + 24*rows + 34*n
legend_high = (10.0+24*rows)/high
before(k) = k <= 1 ? 0 : before(k-1) + column(k)

# Every second part is hatched, so that neighbours differ even without colour.
fill(k) = k%2 ? 3 : 1+k/2%3

do for [format in "svg png"] {
	reset
	load folder."style.gp"
	set multiplot
	set style fill pattern border
	unset key
	set origin 0,0
	set size 1,1-legend_high
	set lmargin at screen 0.2
	set rmargin at screen 0.92
	set tmargin 2.5
	set bmargin 3.5
	set border 1
	unset grid
	set grid xtics lc rgb "#D9D9D9" lw 0.6 dt solid
	set title "Where the ".unit." of a call go" font ",14"
	set xtics 20 format "%.0f %%" font ",11"
	set xlabel "share of a call; at the end of a bar: ".unit.", mean" font ",12"
	set ytics () scale 0 noenhanced
	do for [j=1:n] { set ytics add (word(regions, j) j) }
	set xrange [0:100]
	set yrange [n+0.6:0.4]
	plot for [k=1:count] file using (before(k)):($0+1):(before(k)):(before(k)+column(k+1)):($0+0.64):($0+1.36) \
		with boxxyerror lc rgb word(colours, k) lw 0.6 fs pattern fill(k), \
	     file using (100):($0+1):(thousands(column(1))) with labels left offset 0.5,0 font ",11"
	load folder."legend.style"
	set key maxcols columns
	plot for [k in shown] NaN with boxes lc rgb word(colours, int(k)) fs pattern fill(int(k)) \
		title word(names, int(k)) noenhanced
	unset multiplot
	set output
}
