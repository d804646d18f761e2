# Loading and starting a program, against the size of its image.
# needs: exec.load exec.load.cold exec.spawn exec.execve exec.roundtrip
#
# To draw it again, in the folder plots/ of a run: gnuplot -c <source tree>/plots/exec.gp bochs exec
# (the engine, and the figure's name without its ending). It reads data/ there and baselines.dat beside this script.

folder = ARG0[1:strlen(ARG0)-strlen("exec.gp")]
engine = ARG1
figure = ARG2
load "data/".engine."/index.gp"
wide = 1000
high = 800
benchmarks = "exec.load exec.spawn exec.execve exec.roundtrip"
titles = "'load: image in memory to segments in place' 'spawn: system call to first instruction of the new task' \
'execve: the same in the calling task' 'round trip: spawn, exit, wait'"
all = ""
do for [b in benchmarks] {
	do for [s in strategies(b)] {
		if (strstrt(" ".all." ", " ".s." ") == 0) { all = all." ".s }
	}
}

do for [format in "svg png"] {
	load folder."style.gp"
	set multiplot

	set size 0.5,0.44
	set logscale xy
	set format y "10^{%L}"
	set xrange [2500:30e6]
	set xtics ("4 KiB" 4096, "64 KiB" 65536, "1 MiB" 1048576, "16 MiB" 16777216)
	set xlabel "image size"
	set ylabel unit
	unset key
	do for [i=1:4] {
		b = word(benchmarks, i)
		set origin 0.5*((i-1)%2), 0.47-0.45*((i-1)/2)
		set title word(titles, i) font ",13"
		cold = b eq "exec.load" ? strategies("exec.load.cold") : ""
		if (has(b)) {
			plot for [j=1:words(kernels)] baselines using (column("parameter")):(baseline(word(kernels, j), b)) \
				with points lt kernel_style(word(kernels, j)), \
			     for [j=1:words(cold)] data("exec.load.cold", word(cold, j)) using "parameter":main \
				with linespoints lt cold_style(word(cold, j)), \
			     for [s in strategies(b)] data(b, s) using "parameter":main:main."_low":main."_high" \
				with yerrorlines lt style(s)
		} else {
			set label 1 "not measured" at graph 0.5,0.5 center
			plot [][1:10] NaN
			unset label 1
		}
	}

	# The legend, above the panels.
	set origin 0,0.91
	set size 1,0.09
	unset border; unset tics; unset xlabel; unset ylabel; unset title; unset logscale; unset grid
	set key center center horizontal width 1
	set xrange [0:1]
	set yrange [0:1]
	cold = strategies("exec.load.cold")
	plot for [s in all] NaN with linespoints lt style(s) title s, \
	     for [j=1:words(cold)] NaN with linespoints lt cold_style(word(cold, j)) \
		title word(cold, j).", page tables cold", \
	     for [j=1:words(kernels)] NaN with points lt kernel_style(word(kernels, j)) \
		title kernel_name(word(kernels, j))
	unset multiplot
	set output
}
