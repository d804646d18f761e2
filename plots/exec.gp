# Loading and starting a program, by the size of its image.
# read: Lower is better. Each curve is a build; its values are divided by the number of 4 KiB pages
#       of the image. Counts on Bochs are instructions and rounds of REP instructions. The left end
#       shows what a start costs whatever the size, the right end what one more page costs. Crosses,
#       in the figure of counts only, are other kernels, as described in plots/baselines.dat; the
#       rounds of xv6 are not known. Linux reads a program's pages only when they are used, and a
#       round trip of another kernel begins with fork() and exec in place of spawn.
# needs: exec.load exec.spawn exec.execve exec.roundtrip
# cycles: yes
#
# To draw this figure again, in the folder plots/ of a run:
#     gnuplot -c <source tree>/plots/exec.gp bochs exec
# The arguments are the view and the name of the figure. The script reads data/ in that folder, and
# baselines.dat in its own folder.

folder = ARG0[1:strlen(ARG0)-strlen("exec.gp")]
figure = ARG2
wide = 1000
high = 860
legend_high = 0.11
benchmarks = "exec.load exec.spawn exec.execve exec.roundtrip"
per_page(value) = value/column("parameter")*4096
titles = "'load: image in memory to segments in place' 'spawn: system call to first user instruction' \
'execve: the same in the calling task' 'round trip: spawn, exit, wait'"

do for [format in "svg png"] {
	reset
	load "data/".ARG1."/index.gp"
	load folder."style.gp"
	all = union(benchmarks)
	set multiplot
	set size 0.5,0.445
	set logscale xy
	set format y "10^{%L}"
	set xrange [2500:200e6]
	set xtics ("4 KiB" 4096, "64 KiB" 65536, "1 MiB" 1048576, "16 MiB" 16777216, "64 MiB" 67108864) font ",9"
	set xlabel "size of the image"
	set ylabel sized_unit." per page"
	unset key
	do for [i=1:4] {
		b = word(benchmarks, i)
		set origin 0.5*((i-1)%2), 0.445-0.445*((i-1)/2)
		set title word(titles, i) font ",13"
		if (has(b)) {
			plot for [j=1:words(kernels)] work_baselines using "parameter":(per_page(baseline(word(kernels, j), b))) \
				with points lc rgb "black" pt kernel_point(word(kernels, j)) ps 1, \
			     for [j=1:(many(all) ? 0 : words(strategies(b)))] data(b, word(strategies(b), j)) \
				using "parameter":(per_page(column(sized))):(per_page(column(sized_low))):(per_page(column(sized_high))) \
				with yerrorbars lc rgb colour(word(strategies(b), j)) lw 1 pt -1, \
			     for [s in strategies(b)] data(b, s) using "parameter":(per_page(column(sized))) \
				with linespoints lc rgb colour(s) lw thin(all)*weight(s) dt dash(s) pt point(s) ps 0.8
		} else {
			set label 1 "not measured" at graph 0.5,0.5 center
			plot [][1:10] NaN
			unset label 1
		}
	}
	load folder."legend.style"
	plot for [e in entries(all)] NaN with linespoints lc rgb colour(e) lw weight(e) dt dash(e) pt point(e) title name(e), \
	     for [j=1:words(kernels)] NaN with points lc rgb "black" pt kernel_point(word(kernels, j)) \
		title kernel_name(word(kernels, j)).(word(kernels, j) eq "linux" ? "" : ", no rounds")
	unset multiplot
	set output
}
