# Context switches, by the number of pages that each task touches in between.
# read: Lower is better; the vertical axes need not begin at 0. At the left end (one page) a value
#       is nearly that of the switches alone. Towards the right, cycles and page-walk reads include
#       the TLB misses that follow each CR3 load; instructions do not show these. Each curve is a
#       build, and its colour is the stack, since the loader does not affect a switch.
# needs: switch.pingpong
# cycles: yes
#
# To draw this figure again, in the folder plots/ of a run:
#     gnuplot -c <source tree>/plots/switch.gp bochs switch
# The arguments are the view and the name of the figure. The script reads data/ in that folder.

folder = ARG0[1:strlen(ARG0)-strlen("switch.gp")]
figure = ARG2
wide = 1000
high = 480
legend_high = 0.13
by = "stack"
b = "switch.pingpong"

do for [format in "svg png"] {
	reset
	load "data/".ARG1."/index.gp"
	metrics = engine eq "bochs" ? sized." walk_reads" : sized
	labels = engine eq "bochs" ? "'".sized_unit." for 16 switches' 'page-walk reads for 16 switches'" : "'".sized_unit." for 16 switches'"
	load folder."style.gp"
	all = strategies(b)
	set multiplot
	set xlabel "pages touched by each task at each turn"
	set logscale x 2
	set xrange [0.7:700]
	set xtics (1, 2, 4, 8, 16, 32, 64, 128, 256, 512) font ",11"
	unset key
	do for [m=1:words(metrics)] {
		metric = word(metrics, m)
		set origin (m-1.0)/words(metrics), 0
		set size 1.0/words(metrics), 1-legend_high
		set ylabel word(labels, m)
		set yrange [*:*]
		if (view eq "bochs" && metric eq sized) {
			unset logscale y
			set format y "%g"
			set offsets 0,0,graph 0.15,graph 0.15
		} else {
			set logscale y
			set format y "10^{%L}"
			unset offsets
		}
		plot for [j=1:(many(all) || metric ne sized ? 0 : words(all))] data(b, word(all, j)) \
				using (column("parameter") > 0 ? column("parameter") : NaN):sized:sized_low:sized_high \
				with yerrorbars lc rgb colour(word(all, j)) lw 1 pt -1, \
			for [s in all] data(b, s) using (column("parameter") > 0 ? column("parameter") : NaN):(column(metric) > 0 ? column(metric) : NaN) \
				with linespoints lc rgb colour(s) lw thin(all)*weight(s) dt dash(s) pt point(s) ps 0.8
	}
	load folder."legend.style"
	plot for [e in entries(all)] NaN with linespoints lc rgb colour(e) lw weight(e) dt dash(e) pt point(e) title name(e)
	unset multiplot
	set output
}
