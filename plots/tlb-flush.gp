# TLB flushes, by the number of pages: page by page, or all at once.
# read: Lower is better. From the dotted line on, one CR3 load takes less than an INVLPG of each
#       page. On the left the CR3 load includes touching the pages again. Stack and loader do not
#       affect a flush, so at most three builds are shown.
# needs: tlb.invlpg tlb.refill tlb.remap tlb.remap.cr3
# cycles: yes
#
# To draw this figure again, in the folder plots/ of a run:
#     gnuplot -c <source tree>/plots/tlb-flush.gp bochs tlb-flush
# The arguments are the view and the name of the figure. The script reads data/ in that folder.

folder = ARG0[1:strlen(ARG0)-strlen("tlb-flush.gp")]
figure = ARG2
wide = 1000
legend_high = 0.14
benchmarks = "tlb.invlpg tlb.refill tlb.remap tlb.remap.cr3"
array first[64]
array second[64]
array count[64]

do for [format in "svg png"] {
	reset
	load "data/".ARG1."/index.gp"
	metrics = engine eq "bochs" ? sized." walk_reads" : sized
	labels = engine eq "bochs" ? "'".sized_unit."' 'page-walk reads'" : "'".sized_unit."'"
	rows = words(metrics)
	high = 150 + 340*rows
	load folder."style.gp"
	every = union(benchmarks)
	all = words(every) > 3 ? word(every, 1)." ".word(every, 2)." ".word(every, 3) : every
	set multiplot
	set logscale xy
	set logscale x 2
	set xtics (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024) font ",10"
	set xlabel "pages"
	set xrange [0.8:1300]
	set format y "10^{%L}"
	unset key
	do for [m=1:rows] {
		metric = word(metrics, m)
		do for [half=0:1] {
			b1 = word(benchmarks, 1+2*half)
			b2 = word(benchmarks, 2+2*half)
			drawn = (has(b1) ? b1." " : "").(has(b2) ? b2 : "")
			set origin 0.5*half, (1-legend_high)*(rows-m)/rows
			set size 0.5, (1-legend_high)/rows
			set title (half == 0 ? "INVLPG, or CR3 load and refill" : "remap, flushed either way").", ".word(labels, m) font ",13"
			set ylabel word(labels, m)
			unset arrow
			unset label
			# The smallest number of pages at which INVLPG costs more than a CR3 load,
			# for the first strategy.
			crossing = 0
			s = word(all, 1)
			if (metric eq sized && words(drawn) == 2 && member(s, strategies(b1)) && member(s, strategies(b2))) {
				points = 0
				set xrange [*:*]
				set yrange [*:*]
				unset logscale
				stats data(b1, s) using (points = points+1, first[points] = column(metric), count[points] = column("parameter"), 0) nooutput
				points = 0
				stats data(b2, s) using (points = points+1, second[points] = column(metric), 0) nooutput
				do for [i=2:points] {
					if (crossing == 0 && first[i-1] <= second[i-1] && first[i] > second[i]) { crossing = count[i] }
				}
				set logscale xy
				set logscale x 2
				set xrange [0.8:1300]
			}
			set yrange [(metric eq sized ? 1 : 0.8):*]
			if (crossing > 0) {
				set arrow 1 from crossing, graph 0 to crossing, graph 1 nohead dt 12 lc rgb "black" lw 1.4
				set label 1 sprintf("CR3 takes less from %.0f pages on", crossing) at crossing, graph 0.04 offset 0.7,0 font ",11"
			} else {
				set label 1 (metric ne sized || words(drawn) < 2 ? "" : first[1] > second[1] ? "CR3 takes less at every size" : "INVLPG takes less at every size") at graph 0.04, graph 0.94 font ",11"
			}
			if (words(drawn) > 0) {
				plot for [b in drawn] for [s in all] data(b, s) \
					using "parameter":(column(metric) > 0 ? column(metric) : NaN) \
					with linespoints lc rgb b eq b1 ? "#0072B2" : "#D55E00" lw weight(s) dt dash(s) pt b eq b1 ? 7 : 4 ps 0.7
			} else {
				set label 1 "not measured" at graph 0.5,0.5 center
				plot [][1:10] NaN
			}
		}
	}
	load folder."legend.style"
	set key maxcols 3
	plot for [s in all] NaN with linespoints lc rgb "#0072B2" lw weight(s) dt dash(s) pt 7 title short(s).": INVLPG of each page", \
	     for [s in all] NaN with linespoints lc rgb "#D55E00" lw weight(s) dt dash(s) pt 4 title short(s).": one CR3 load (and refill)"
	unset multiplot
	set output
}
