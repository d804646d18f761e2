# Loading and starting a program, against the size of its image.
# needs: exec.load exec.spawn exec.execve exec.roundtrip
#
# To draw it again, in the folder plots/ of a run: gnuplot -c <source tree>/plots/exec.gp bochs exec
# (the engine, and the figure's name without its ending). It reads data/ there and baselines.dat beside this script.

folder = ARG0[1:strlen(ARG0)-strlen("exec.gp")]
engine = ARG1
figure = ARG2
load "data/".engine."/index.gp"
wide = 1000
high = 820
benchmarks = "exec.load exec.spawn exec.execve exec.roundtrip"
titles = "'load: image in memory to segments in place' 'spawn: system call to first user instruction' \
'execve: the same in the calling task' 'round trip: spawn, exit, wait'"

do for [format in "svg png"] {
	load folder."style.gp"
	all = union(benchmarks)
	set multiplot

	set size 0.5,0.43
	set logscale xy
	set format y "10^{%L}"
	set xrange [2500:200e6]
	set xtics ("4 KiB" 4096, "64 KiB" 65536, "1 MiB" 1048576, "16 MiB" 16777216, "64 MiB" 67108864) font ",9"
	set xlabel "size of the image"
	set ylabel unit
	unset key
	do for [i=1:4] {
		b = word(benchmarks, i)
		set origin 0.5*((i-1)%2), 0.45-0.45*((i-1)/2)
		set title word(titles, i) font ",13"
		if (has(b)) {
			plot for [j=1:words(kernels)] baselines \
				using (column("parameter")):(baseline(word(kernels, j), b)) \
				with points lt kernel_style(word(kernels, j)), \
			     for [s in shown(b)] data(b, s) using "parameter":main:main."_low":main."_high" \
				with yerrorlines lt style(s)
		} else {
			set label 1 "not measured" at graph 0.5,0.5 center
			plot [][1:10] NaN
			unset label 1
		}
	}
	load folder."legend.style"
	plot for [s in all] NaN with linespoints lt style(s) title s, \
	     for [j=1:words(kernels)] NaN with points lt kernel_style(word(kernels, j)) \
		title kernel_name(word(kernels, j))
	unset multiplot
	set output
}
