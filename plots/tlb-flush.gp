# TLB flushes, by the number of pages: page by page, or all at once.
# read: Lower is better; both axes are logarithmic. From the vertical dotted line on, one CR3 load
#       takes less than an INVLPG of each page. The left side has a CR3 load by itself (the
#       horizontal dotted line), and a CR3 load followed by a read of each page, which fills the TLB
#       again; INVLPG is without such reads. The reads are the larger part for many pages; in
#       modelled cycles they cost more where the lines that they read, 4 KiB apart, no longer fit in
#       a cache. On the right, page-table entries are changed and then flushed, in either way. In
#       modelled cycles the areas span the values with the low and the high parameters of the model,
#       and the labels "less" and "more" hold with the low, the nominal and the high parameters.
#       Stack and loader do not affect a flush, so one build is shown. A 0 is drawn below the axis'
#       lowest number.
# needs: tlb.invlpg tlb.refill tlb.remap tlb.remap.cr3
# cycles: yes
#
# To draw this figure again, in the folder plots/ of a run:
#     gnuplot -c <source tree>/plots/tlb-flush.gp bochs tlb-flush
# The arguments are the view and the name of the figure. The script reads data/ in that folder.

folder = ARG0[1:strlen(ARG0)-strlen("tlb-flush.gp")]
figure = ARG2
wide = 1000
benchmarks = "tlb.invlpg tlb.refill tlb.remap tlb.remap.cr3"
titles = "'flush alone' 'change of the entries, and flush'"
array first[64]
array second[64]
array count[64]
# from(): from this number of pages on, the first benchmark costs more than the second. up_to(): up
# to this number of pages, the first benchmark costs less. Both return 0 if there is no such number.
from(points) = from_at(points, 0)
from_at(i, found) = i < 1 || first[i] <= second[i] ? found : from_at(i-1, count[i])
up_to(points) = up_to_at(1, points, 0)
up_to_at(i, n, found) = i > n || first[i] >= second[i] ? found : up_to_at(i+1, n, count[i])
pages(k) = sprintf("%.0f page%s", k, k == 1 ? "" : "s")
order_text(what, from, up_to) = what.(from > 0 ? "less from ".pages(from)." on" : "nowhere less").\
	(up_to > 0 ? ", more up to ".pages(up_to) : "")
# Stores the values of the benchmarks b1 and b2 in first[] and second[]. A CR3 load alone (tlb.cr3) has
# one value, which is used for every number of pages.
read_points = "points = 0; \
	stats data(b1, s) using (points = points+1, first[points] = column(metric), count[points] = column('parameter'), 0) nooutput; \
	k = 0; \
	stats data(b2, s) using (k = k+1, second[k] = column(metric), 0) nooutput; \
	do for [i=1:(b2 eq 'tlb.cr3' ? points : 0)] { second[i] = second[1] }"
# Sets less_from and more_to to values of from() and up_to() that hold with all parameter sets of
# the model.
find_order = "less_from = -1; more_to = -1; \
	do for [metric in orders] { eval read_points; \
		less_from = less_from == 0 || from(points) == 0 ? 0 : from(points) > less_from ? from(points) : less_from; \
		more_to = more_to < 0 || up_to(points) < more_to ? up_to(points) : more_to; }; \
	metric = word(metrics, m)"

do for [format in "svg png"] {
	reset
	load "data/".ARG1."/index.gp"
	modelled = strstrt(sized, "cycles") == 1
	orders = modelled ? sized_low." ".sized." ".sized_high : sized
	metrics = engine eq "bochs" && !modelled ? sized." walk_reads" : sized
	labels = "'".sized_unit."' 'page-walk reads'"
	rows = words(metrics)
	high = 100 + 360*rows
	legend_high = 60.0/high
	load folder."style.gp"
	s = word(union(benchmarks), 1)
	set multiplot
	unset key
	set xtics (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024) font ",11"
	do for [m=1:rows] {
		metric = word(metrics, m)
		do for [half=0:1] {
			b1 = word(benchmarks, 1+2*half)
			b2 = word(benchmarks, 2+2*half)
			drawn = (member(s, strategies(b1)) ? b1." " : "").(member(s, strategies(b2)) ? b2 : "")
			alone = half == 0 && member(s, strategies("tlb.cr3"))
			set origin 0.5*half, (1-legend_high)*(rows-m)/rows
			set size 0.5, (1-legend_high)/rows
			set lmargin at screen 0.5*half+0.085
			set rmargin at screen 0.5*half+0.485
			set title word(titles, half+1) font ",13"
			set xlabel "pages".(m == rows ? " (measured on ".short(s).")" : "")
			set ylabel (half == 0 ? word(labels, m) : "") offset 1,0
			unset arrow
			unset label
			unset logscale
			unset offsets
			set xrange [*:*]
			set yrange [*:*]
			zero_at = 0
			less_from = 0
			load_cost = NaN
			do for [b in drawn] { stats data(b, s) using (column(metric) == 0 ? zero_at = 0.5 : 0) nooutput }
			if (metric eq sized && words(drawn) == 2) {
				eval find_order
				set label 1 order_text(half == 0 ? "CR3 load and reads: " : "CR3 load: ", less_from, more_to) \
					at graph 0.03, graph 0.96 font ",12"
			}
			if (less_from > 0) {
				set arrow 1 from less_from, graph 0 to less_from, graph 0.86 nohead dt 12 lc rgb "black" lw 1.4
			}
			if (alone) { stats data("tlb.cr3", s) using (load_cost = column(metric), 0) nooutput }
			if (alone && metric eq sized && member(s, strategies(b1))) {
				b2 = "tlb.cr3"
				eval find_order
				set label 2 order_text("CR3 load alone: ", less_from, more_to) at graph 0.03, graph 0.9 font ",11"
				b2 = word(benchmarks, 2)
			}
			set logscale x 2
			set logscale y
			set xrange [0.8:1300]
			set ytics () font ",11"
			do for [k=0:24] { if (digits_of(k) == 1) { set ytics add (mark_text(mark_of(k)) mark_of(k)) } }
			set yrange [*:*] noextend
			set offsets 0,0,graph 0.14,graph 0.08
			if (zero_at > 0) {
				set ytics add ("0" zero_at)
				unset offsets
				set yrange [0.35:*] extend
			}
			if (words(drawn) > 0) {
				plot for [b in drawn] data(b, s) using "parameter":(wide_enough(shown(column(metric)))) with points pt -1, \
				     for [b in drawn] data(b, s) using "parameter":(modelled ? column(sized_low) : NaN): \
					(modelled ? column(sized_high) : NaN) \
					with filledcurves lc rgb b eq b1 ? "#0072B2" : "#D55E00" fs transparent solid 0.18 noborder, \
				     for [b in drawn] data(b, s) using "parameter":(shown(column(metric))) \
					with linespoints lc rgb b eq b1 ? "#0072B2" : "#D55E00" lw 2.2 dt b eq b1 ? 1 : 11 pt b eq b1 ? 7 : 4 ps 0.9, \
				     shown(load_cost) with lines lc rgb "#D55E00" lw 1.6 dt 12
			} else {
				set label 1 "not measured" at graph 0.5,0.5 center
				plot [][1:10] NaN
			}
		}
	}
	load folder."legend.style"
	plot NaN with linespoints lc rgb "#0072B2" lw 2.2 pt 7 title "INVLPG of each page", \
	     NaN with linespoints lc rgb "#D55E00" lw 2.2 dt 11 pt 4 title "one CR3 load (left: and a read of each page)", \
	     NaN with lines lc rgb "#D55E00" lw 1.6 dt 12 title "the CR3 load alone"
	unset multiplot
	set output
}
