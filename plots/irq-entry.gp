# Interrupt entry and return: the distribution of the samples of each build.
# read: Further left is better. The number is the median. A dot is a measured value, and its area is
#       the share of samples with that value. A bar is the 95 % interval of the median; in modelled
#       cycles it spans the medians with the low and the high parameters of the model. Crosses are
#       other kernels (plots/baselines.dat), as far as their counts are known; only the figure of
#       instructions has them.
# needs: irq.entry.user irq.entry.kernel irq.roundtrip.user irq.roundtrip.kernel
# cycles: yes
#
# To draw this figure again, in the folder plots/ of a run:
#     gnuplot -c <source tree>/plots/irq-entry.gp bochs irq-entry
# The arguments are the view and the name of the figure. The script reads data/ in that folder, and
# baselines.dat in its own folder.

folder = ARG0[1:strlen(ARG0)-strlen("irq-entry.gp")]
figure = ARG2
by = "stack"
benchmarks = "irq.entry.user irq.entry.kernel irq.roundtrip.user irq.roundtrip.kernel"
titles = "'entry, from user mode' 'entry, from kernel mode' 'round trip, from user mode' 'round trip, from kernel mode'"
wide = 1000
# Remembers the lowest and the highest value.
bound(v) = (least = v < least ? v : least, most = v > most ? v : most, 0)

do for [format in "svg png"] {
	reset
	load "data/".ARG1."/index.gp"
	high = 400
	load folder."style.gp"
	all = union(benchmarks)
	n = words(all)
	label_font = n > 8 ? ",10" : ",12"
	value_font = n > 8 ? ",9" : ",11"
	row = n > 8 ? 17 : 28
	others = words(kernels)
	high = 2*((n+others/2.0)*row+125)
	upper = (n+others)*row+125
	load folder."style.gp"
	set multiplot
	unset key
	unset grid
	set grid xtics lc rgb "#D9D9D9" lw 0.6 dt solid
	set xlabel unit
	set border 1
	do for [i=1:4] {
		b = word(benchmarks, i)
		left = (i-1)%2 == 0
		set origin left ? 0 : 0.56, i <= 2 ? 1-1.0*upper/high : 0
		set size left ? 0.56 : 0.44, i <= 2 ? 1.0*upper/high : 1-1.0*upper/high
		set lmargin at screen left ? 0.19 : 0.60
		set rmargin at screen left ? 0.56 : 0.97
		set title word(titles, i) font ",13"
		set ytics () scale 0 font label_font
		do for [j=1:n] { set ytics add ((left ? short(word(all, j)) : "") j) }
		known = i == 1 ? kernels : ""
		do for [j=1:(left ? words(known) : 0)] { set ytics add (kernel_name(word(known, j)) n+j) }
		last = i <= 2 ? n+others : n
		if (has(b)) {
			unset logscale x
			set xrange [*:*]
			set yrange [*:*]
			least = 1e300
			most = 0
			do for [s in strategies(b)] {
				stats "data/".view."/".b.".".s.".samples" using (bound(column("value"))) nooutput
				stats data(b, s) using (bound(column(main_low)), bound(column(main_high))) nooutput
			}
			spread = most > least ? most-least : least*0.2+1
			if (most > 20*least && least > 0) {
				set logscale x
				set xrange [least/1.3:most*3]
			} else {
				unset logscale x
				set xrange [words(known) > 0 || view ne "bochs" ? 0 : (least-spread*0.3 > 0 ? least-spread*0.3 : 0): \
					(words(known) > 0 && most < 62 ? 62 : most)+(view eq "bochs" || spread > most/2 ? spread*0.3 : most*0.15)]
				if (spread < 8) { set xtics 1 } else { set xtics autofreq }
			}
			set yrange [last+0.6:0.4]
			plot for [j=1:words(known)] baselines using (baseline(word(known, j), b)):(n+j) \
				with points lc rgb "black" pt kernel_point(word(known, j)) ps 1.1, \
			     for [s in strategies(b)] data(b, s) \
				using main:(index_of(s, all)):main_low:main_high with xerrorbars lc rgb colour(s) lw 1.6 pt -1, \
			     for [s in strategies(b)] "data/".view."/".b.".".s.".samples" \
				using "value":(index_of(s, all)):(0.4+1.1*sqrt(column("share"))) with points lc rgb colour(s) pt 7 ps variable, \
			     for [s in strategies(b)] data(b, s) \
				using main_high:(index_of(s, all)):(sprintf("%.0f", column(main))) with labels left offset 1,0 font value_font
		} else {
			set label 1 "not measured" at graph 0.5,0.5 center
			plot [0:1][0:1] NaN
			unset label 1
		}
	}
	unset multiplot
	set output
}
