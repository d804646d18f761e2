# The longest time with interrupts off while a program of a given size is started.
# read: Lower is better, and flat is best: a rising curve means that the loader delays interrupts
#       while it copies. On Bochs the instrumentation library counts the time exactly. On other
#       engines it is the longest gap between two timer interrupts, so it can be too small by up
#       to a period of the timer.
# needs: irq.off.max
#
# To draw this figure again, in the folder plots/ of a run:
#     gnuplot -c <source tree>/plots/irq-off.gp bochs irq-off
# The arguments are the view and the name of the figure. The script reads data/ in that folder.

folder = ARG0[1:strlen(ARG0)-strlen("irq-off.gp")]
figure = ARG2
wide = 900
high = 520
b = "irq.off.max"

do for [format in "svg png"] {
	reset
	load "data/".ARG1."/index.gp"
	load folder."style.gp"
	all = strategies(b)
	set logscale xy
	set xrange [2500:30e6]
	set yrange [*:*] noextend
	set offsets 0,0,graph 0.08,graph 0.08
	set ytics ()
	do for [k=0:27] { if (digits_of(k) == 1) { set ytics add (mark_text(mark_of(k)) mark_of(k)) } }
	set xtics ("4 KiB" 4096, "64 KiB" 65536, "1 MiB" 1048576, "16 MiB" 16777216)
	set xlabel "size of the image"
	off = engine eq "bochs" ? "off" : "timer_gap"
	set ylabel engine eq "bochs" ? "ticks (instructions and REP rounds)" : "TSC ticks"
	set title "longest time with interrupts off while a program is started" font ",13"
	set key outside right center vertical samplen 3 font ",11"
	plot for [s in all] data(b, s) using "parameter":(wide_enough(column(off))) with points pt -1 notitle, \
	     for [j=1:(many(all) ? 0 : words(all))] data(b, word(all, j)) using (column("parameter")*aside(word(all, j))):(column(off)):(column(off."_low")):(column(off."_high")) \
			with yerrorbars lc rgb colour(word(all, j)) lw 1 pt -1 notitle, \
	     for [s in all] data(b, s) using (column("parameter")*aside(s)):(column(off)) \
			with linespoints lc rgb colour(s) lw thin(all)*weight(s) dt dash(s) pt point(s) ps point_size(s) notitle, \
	     for [e in entries(all)] NaN with linespoints lc rgb colour(e) lw weight(e) dt dash(e) pt point(e) ps point_size(e) title name(e)
	set output
}
