# Interrupt entry and return, bars per strategy.
# needs: irq.entry.user irq.entry.kernel irq.roundtrip.user irq.roundtrip.kernel
#
# To draw it again, in the folder plots/ of a run: gnuplot -c <source tree>/plots/irq-entry.gp bochs irq-entry
# (the engine, and the figure's name without its ending). It reads data/ there and baselines.dat beside this script.

folder = ARG0[1:strlen(ARG0)-strlen("irq-entry.gp")]
engine = ARG1
figure = ARG2
load "data/".engine."/index.gp"
wide = 1000
high = 520
benchmarks = "irq.entry.user irq.entry.kernel irq.roundtrip.user irq.roundtrip.kernel"
titles = "'from user mode' 'from kernel mode' 'from user mode' 'from kernel mode'"

do for [format in "svg png"] {
	load folder."style.gp"
	all = union(benchmarks)
	n = words(all)
	width = 0.8/n
	place(i, s) = i + (index_of(s, all) - (n+1)/2.0)*width
	set multiplot
	set boxwidth width*0.9
	set style fill pattern border
	unset key
	set grid ytics
	do for [panel=0:1] {
		set origin 0.5*panel, 0
		set size 0.5,0.84
		set title panel == 0 ? "delivery to the handler's first instruction" : \
			"delivery to the instruction after IRETQ" font ",13"
		set ylabel unit
		set xrange [(panel == 0 && words(kernels) > 0 ? -0.35 : 0.4):2.6]
		set yrange [0:*]
		set offsets 0,0,graph 0.12,0
		set xtics ("user mode" 1, "kernel mode" 2)
		set xlabel "interrupted in"
		first = word(benchmarks, 1+2*panel)
		second = word(benchmarks, 2+2*panel)
		# Baselines of the interrupt from user mode; the round trips of the others do work besides, and are left out.
		known = panel == 0 ? kernels : ""
		plot for [s in shown(first)] data(first, s) using (place(1, s)):main with boxes lt style(s) fs pattern fill(style(s)), \
		     for [s in shown(second)] data(second, s) using (place(2, s)):main with boxes lt style(s) fs pattern fill(style(s)), \
		     for [s in shown(first)] data(first, s) using (place(1, s)):main:(sprintf("%g", column(main))) with labels offset 0,0.6 font ",10", \
		     for [s in shown(second)] data(second, s) using (place(2, s)):main:(sprintf("%g", column(main))) with labels offset 0,0.6 font ",10", \
		     for [j=1:words(known)] baselines using (0.55):(baseline(word(known, j), first)):(0.88) \
			with xerrorbars lt kernel_style(word(known, j)) pt -1, \
		     for [j=1:words(known)] baselines using (-0.32):(baseline(word(known, j), first)):(kernel_name(word(known, j))) \
			with labels left offset 0,0.5 font ",10"
	}
	load folder."legend.style"
	plot for [s in all] NaN with boxes lt style(s) fs pattern fill(style(s)) title s
	unset multiplot
	set output
}
