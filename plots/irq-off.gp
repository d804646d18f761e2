# The longest time with interrupts off while a program of a given size is started.
# needs: irq.off.max
#
# To draw it again, in the folder plots/ of a run: gnuplot -c <source tree>/plots/irq-off.gp bochs irq-off
# (the engine, and the figure's name without its ending). It reads data/ there.

folder = ARG0[1:strlen(ARG0)-strlen("irq-off.gp")]
engine = ARG1
figure = ARG2
load "data/".engine."/index.gp"
wide = 900
high = 520
b = "irq.off.max"

do for [format in "svg png"] {
	load folder."style.gp"
	set logscale xy
	set format y "10^{%L}"
	set xrange [2500:30e6]
	set yrange [10:*]
	set xtics ("4 KiB" 4096, "64 KiB" 65536, "1 MiB" 1048576, "16 MiB" 16777216)
	set xlabel "size of the image"
	set ylabel engine eq "bochs" ? "instructions and REP rounds" : "TSC ticks"
	set title "longest time with interrupts off while a program is started" font ",13"
	set key outside right center vertical samplen 3 font ",11"
	plot for [s in shown(b)] data(b, s) using "parameter":"off":"off_low":"off_high" with yerrorlines lt style(s) title s
	set output
}
