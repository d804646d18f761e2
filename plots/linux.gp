# What Linux needs for the same operations and the same programs.
# read: Further left is better; both axes are logarithmic. Crosses are Linux with and without
#       page-table isolation; points are builds of this kernel. This kernel copies a whole program
#       when it starts it; Linux maps the program and reads only what is touched. docs/baselines.md
#       says how Linux was counted.
# needs: exec.real fork.exec.real fork.exec.path fork.roundtrip fault.page map.unmap
# metric: data_accesses
#
# To draw this figure again, in the folder plots/ of a run:
#     gnuplot -c <source tree>/plots/linux.gp bochs linux
# The arguments are the view and the name of the figure. The script reads data/ in that folder, and
# results/linux/summary.csv of the source tree.

folder = ARG0[1:strlen(ARG0)-strlen("linux.gp")]
figure = ARG2
wide = 1100
high = 860
legend_high = 0.09
titles = "'instructions and REP rounds' 'data accesses'"
# Each row: benchmark, parameter, and the part that is counted.
rows = "'syscall.null 0 kernel' 'fault.page 0 all' 'map.unmap 1 all' 'map.unmap 64 all' 'map.unmap 1024 all' \
'fork.roundtrip 0 all' 'exec.execve.path 4096 kernel' 'exec.execve.path 1048576 kernel' \
'fork.exec.path 4096 all' 'fork.exec.path 1048576 all' \
'exec.real 1 kernel' 'exec.real 2 kernel' 'exec.real 3 kernel' 'exec.real 4 kernel' 'exec.real 5 kernel' 'exec.real 6 kernel' \
'fork.exec.real 1 all' 'fork.exec.real 2 all' 'fork.exec.real 3 all' 'fork.exec.real 4 all' 'fork.exec.real 5 all' 'fork.exec.real 6 all'"
labels = "'getpid' 'page fault' 'mmap, touch, munmap: 1 page' '64 pages' '1024 pages' \
'fork, exit, wait' 'execve, 4 KiB' '1 MiB' 'fork, execve, exit, wait: 4 KiB' '1 MiB' \
'execve: busybox' 'bash-static' 'sash' 'hello-musl' 'hello-glibc' 'hello-pie' \
'fork, execve, run, exit, wait: busybox true' 'bash-static' 'sash' 'hello-musl' 'hello-glibc' 'hello-pie'"
lines_of = "5 10 16"
n = words(rows)
benchmark(i) = word(word(rows, i), 1)
parameter(i) = int(word(word(rows, i), 2))
part(i) = word(word(rows, i), 3)
# The data of row i for strategy s. If the run has no such data, a table with one line is used
# instead. Its parameter is -1, which no row has, so nothing is drawn.
measured(i, s) = member(s, strategies(benchmark(i))) ? data(benchmark(i), s) : "< printf 'parameter ".metric."\\n-1 0\\n'"

# Returns the vertical offset of strategy s. The builds of a row are drawn one below the other.
beside(s) = words(all) > 1 ? 0.5*(index_of(s, all)-1.0)/(words(all)-1)-0.25 : 0
is_row(i, o, m) = strcol("options") eq o && strcol("benchmark") eq benchmark(i) && int(column("parameter")) == parameter(i) && \
	strcol("part") eq part(i) && strcol("metric") eq m

do for [format in "svg png"] {
	reset
	load "data/".ARG1."/index.gp"
	load folder."style.gp"
	metrics = sized." data_accesses"
	linux = "< awk -F, 'BEGIN { print \"options benchmark parameter part metric median\" } ".work_of_linux." NR > 1 { print $2, $5, $6, $8, $9, $13 }' ". \
		shell(folder."../results/linux/summary.csv")." 2>/dev/null"
	all = union("syscall.null exec.execve.path fork.exec.real fork.roundtrip")
	set multiplot
	set logscale x
	set format x "10^{%L}"
	set yrange [n+0.7:0.3]
	set border 1
	unset grid
	set grid xtics lc rgb "#D9D9D9" lw 0.6 dt solid
	set xtics font ",11"
	unset mxtics
	unset key
	do for [k=1:2] {
		metric = word(metrics, k)
		set lmargin at screen (k == 1 ? 0.31 : 0.665)
		set rmargin at screen (k == 1 ? 0.635 : 0.985)
		set tmargin at screen 0.87
		set bmargin at screen 0.05
		set ytics () scale 0 font ",11"
		do for [i=1:n] { set ytics add ((k == 1 ? word(labels, i) : "") i) }
		do for [i=1:words(lines_of)] {
			set arrow i from graph 0, first word(lines_of, i)+0.5 to graph 1, first word(lines_of, i)+0.5 nohead \
				lc rgb "#7A7A7A" lw 0.6 dt 12 back
		}
		set title word(titles, k) font ",13"
		plot for [i=1:n] linux using (is_row(i, "nopti", metric) ? column("median") : NaN):(i) \
				with points lc rgb "black" pt 2 ps 1, \
		     for [i=1:n] linux using (is_row(i, "pti=on", metric) ? column("median") : NaN):(i) \
				with points lc rgb "#7A7A7A" pt 1 ps 1.1, \
		     for [i=1:n] for [s in all] measured(i, s) \
				using (column("parameter") == parameter(i) ? column(metric) : NaN):(i+beside(s)) \
				with points lc rgb colour(s) lw 1.4 pt point(s) ps 0.7
	}
	load folder."legend.style"
	unset arrow
	set lmargin 0
	plot NaN with points lc rgb "black" pt 2 title "Linux 6.1, nopti", NaN with points lc rgb "#7A7A7A" pt 1 title "Linux 6.1, pti=on", \
	     for [e in entries(all)] NaN with points lc rgb colour(e) lw 1.4 pt point(e) title name(e)
	unset multiplot
	set output
}
