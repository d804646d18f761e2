# TLB flushes against the number of pages: page by page, or all at once and filled again.
# needs: tlb.invlpg tlb.refill tlb.remap tlb.remap.cr3
#
# To draw it again, in the folder plots/ of a run: gnuplot -c <source tree>/plots/tlb-flush.gp bochs tlb-flush
# (the engine, and the figure's name without its ending). It reads data/ there.

folder = ARG0[1:strlen(ARG0)-strlen("tlb-flush.gp")]
engine = ARG1
figure = ARG2
load "data/".engine."/index.gp"
wide = 1000
high = engine eq "bochs" ? 820 : 460
dash_of(b) = strstrt("tlb.invlpg tlb.remap", b) ? 1 : 2
benchmarks = "tlb.invlpg tlb.refill tlb.remap tlb.remap.cr3"
metrics = engine eq "bochs" ? main." walk_reads" : main
labels = engine eq "bochs" ? "'instructions' 'page-walk reads'" : "'".unit."'"

do for [format in "svg png"] {
	load folder."style.gp"
	all = union(benchmarks)
	strategies_shown = words(all) > 3 ? word(all, 1)." ".word(all, 2)." ".word(all, 3) : all
	set multiplot
	set logscale x 2
	set xtics (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024) font ",10"
	set xlabel "pages"
	set xrange [0.8:1300]
	unset key
	rows = words(metrics)
	do for [m=1:rows] {
		metric = word(metrics, m)
		do for [half=0:1] {
			set origin 0.5*half, 0.86-0.86*m/rows
			set size 0.5,0.86/rows
			set title (half == 0 ? "INVLPG, or CR3 load and refill" : "remap, flushed either way").", ".word(labels, m) font ",13"
			set ylabel word(labels, m)
			set logscale y
			set format y "10^{%L}"
			set yrange [(metric eq main ? 1 : 0.8):*]
			b1 = word(benchmarks, 1+2*half)
			b2 = word(benchmarks, 2+2*half)
			drawn = (has(b1) ? b1." " : "").(has(b2) ? b2 : "")
			if (words(drawn) > 0) {
				plot for [b in drawn] for [s in strategies_shown] data(b, s) \
					using "parameter":(column(metric) > 0 ? column(metric) : NaN) \
					with linespoints lt (b eq b1 ? 0 : 20)+style(s) lw weight(s) dt dash_of(b)
			} else {
				set label 1 "not measured" at graph 0.5,0.5 center
				plot [][1:10] NaN
				unset label 1
			}
		}
	}
	load folder."legend.style"
	plot for [s in strategies_shown] NaN with linespoints lt style(s) dt 1 title s.": INVLPG of each page", \
	     for [s in strategies_shown] NaN with linespoints lt 20+style(s) lw weight(s) dt 2 title s.": one CR3 load (and refill)"
	unset multiplot
	set output
}
