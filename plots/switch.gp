# Context switches, by the number of pages that each task touches in between.
# read: Lower is better; the axes are logarithmic. On the left is the whole cost of one switch (a
#       16th of a sample) and the touches after it; the grey curve is the cost of the same touches
#       in a single task, without switches. On the right is the difference, which is due to the
#       switch: the switch itself and the TLB misses that follow its CR3 load. A dip on the right
#       does not mean a cheaper switch: with many pages even a single task misses the TLB, and the
#       difference does not include these misses. Points of one number of pages are drawn side by
#       side. In modelled cycles the bars span the values with the low and the high parameters of
#       the model.
# needs: switch.pingpong
# cycles: yes
#
# To draw this figure again, in the folder plots/ of a run:
#     gnuplot -c <source tree>/plots/switch.gp bochs switch
# The arguments are the view and the name of the figure. The script reads data/ in that folder.

folder = ARG0[1:strlen(ARG0)-strlen("switch.gp")]
figure = ARG2
wide = 1000
by = "stack"
b = "switch.pingpong"
titles = "'switch and touches (whole cost)' 'due to the switch (whole cost minus grey curve)'"
paged(unused) = column("parameter") > 0
each(v) = v/column("switches")
# Remembers the lowest and the highest value.
bound(v) = (least = v < least ? v : least, most = v > most ? v : most, 0)
# A logarithmic axis has no 0, so 0 pages are drawn at 0.5, left of 1.
at(s) = (column("parameter") > 0 ? column("parameter") : 0.5)*sqrt(aside(s))

do for [format in "svg png"] {
	reset
	load "data/".ARG1."/index.gp"
	modelled = strstrt(sized, "cycles") == 1
	metrics = engine eq "bochs" && !modelled ? sized." walk_reads" : sized
	labels = "'".sized_unit.", per switch' 'page-walk reads, per switch'"
	rows = words(metrics)
	high = 100 + 360*rows
	legend_high = 60.0/high
	load folder."style.gp"
	all = strategies(b)
	whole(s) = "data/".engine."/".b.".".s.".whole"
	set multiplot
	set xlabel "pages touched by each task at each turn"
	set logscale x 2
	set xrange [0.38:700]
	set xtics ("0" 0.5, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512) font ",11"
	unset key
	do for [m=1:rows] {
		metric = word(metrics, m)
		do for [half=0:1] {
			set origin 0.5*half, (1-legend_high)*(rows-m)/rows
			set size 0.5, (1-legend_high)/rows
			set lmargin at screen 0.5*half+0.085
			set rmargin at screen 0.5*half+0.485
			set title word(titles, half+1) font ",13"
			set ylabel (half == 0 ? word(labels, m) : "") offset 1,0
			unset logscale y
			unset offsets
			set yrange [*:*]
			zero_at = 0
			unset logscale x
			set xrange [*:*]
			least = 1e300
			most = 0
			do for [s in all] {
				stats half == 0 ? whole(s) : data(b, s) using (bound(each(column(metric)))) nooutput
				if (half == 0) { stats whole(s) using (paged(0) ? bound(each(column(metric."_low"))) : 0) nooutput }
			}
			set logscale x 2
			set xrange [0.38:700]
			set yrange [*:*] noextend
			set offsets 0,0,graph 0.08,graph 0.08
			if (least > 0 && most < 2*least) {
				set ytics autofreq font ",11"
			} else {
				set logscale y
				set ytics () font ",11"
				do for [k=0:24] { set ytics add (mark_text(mark_of(k)) mark_of(k)) }
				zero_at = least > 0 ? 0 : 0.2
			}
			if (zero_at > 0) {
				set ytics add ("0" zero_at)
				unset offsets
				set yrange [zero_at/1.5:*] extend
			}
			if (half == 0) {
				plot for [s in all] whole(s) using (at(s)):(wide_enough(shown(each(column(metric))))) with points pt -1, \
				     whole(word(all, 1)) using (at(word(all, 1))):(paged(0) ? shown(each(column(metric."_low"))) : NaN) \
						with lines lc rgb "#8A8A8A" lw 2 dt 12, \
				     for [s in all] whole(s) using (at(s)):(shown(each(column(metric)))) \
						with linespoints lc rgb colour(s) lw thin(all)*weight(s) dt dash(s) pt point(s) ps point_size(s)
			} else {
				plot for [s in all] data(b, s) using (at(s)):(wide_enough(shown(each(column(metric))))) with points pt -1, \
				     for [j=1:(many(all) || metric ne sized ? 0 : words(all))] data(b, word(all, j)) \
						using (at(word(all, j))):(each(column(sized))):(each(column(sized_low))):(each(column(sized_high))) \
						with yerrorbars lc rgb colour(word(all, j)) lw 1 pt -1, \
				     for [s in all] data(b, s) using (at(s)):(shown(each(column(metric)))) \
						with linespoints lc rgb colour(s) lw thin(all)*weight(s) dt dash(s) pt point(s) ps point_size(s)
			}
		}
	}
	load folder."legend.style"
	set key maxcols 6
	plot NaN with lines lc rgb "#8A8A8A" lw 2 dt 12 title "touches by one task", \
	     for [e in entries(all)] NaN with linespoints lc rgb colour(e) lw weight(e) dt dash(e) pt point(e) ps point_size(e) title name(e)
	unset multiplot
	set output
}
