# Context switches against the pages that each task touches in between.
# needs: switch.pingpong
#
# To draw it again, in the folder plots/ of a run: gnuplot -c <source tree>/plots/switch.gp bochs switch
# (the engine, and the figure's name without its ending). It reads data/ there.

folder = ARG0[1:strlen(ARG0)-strlen("switch.gp")]
engine = ARG1
figure = ARG2
load "data/".engine."/index.gp"
wide = 1000
high = 460
b = "switch.pingpong"
metrics = engine eq "bochs" ? main." walk_reads" : main
labels = engine eq "bochs" ? "'instructions for 16 switches' 'page-walk reads for 16 switches'" : "'".unit." for 16 switches'"

do for [format in "svg png"] {
	load folder."style.gp"
	all = shown(b)
	set multiplot
	set xlabel "pages touched by each task at each turn"
	set logscale x 2
	set xrange [0.7:700]
	set xtics (1, 2, 4, 8, 16, 32, 64, 128, 256, 512) font ",11"
	unset key
	do for [m=1:words(metrics)] {
		metric = word(metrics, m)
		set origin (m-1.0)/words(metrics), 0
		set size 1.0/words(metrics), 0.84
		set ylabel word(labels, m)
		set yrange [0:*]
		plot for [s in all] data(b, s) using (column("parameter") > 0 ? column("parameter") : NaN):metric \
			with linespoints lt style(s)
	}
	load folder."legend.style"
	plot for [s in all] NaN with linespoints lt style(s) title s
	unset multiplot
	set output
}
