# What one more task costs in memory, its program's own pages aside.
# needs: memory.per_task
#
# To draw it again, in the folder plots/ of a run: gnuplot -c <source tree>/plots/memory.gp bochs memory
# (the engine, and the figure's name without its ending). It reads data/ there.

folder = ARG0[1:strlen(ARG0)-strlen("memory.gp")]
engine = ARG1
figure = ARG2
load "data/".engine."/index.gp"
wide = 760
high = 460
b = "memory.per_task"
parts = "table_bytes stack_bytes task_bytes"
names = "'page tables' 'kernel stacks' 'task structure'"

do for [format in "svg png"] {
	load folder."style.gp"
	all = strategies(b)
	n = words(all)
	set boxwidth 0.55
	set style fill pattern border
	set ylabel "KiB per task"
	set yrange [0:*]
	set offsets 0,0,graph 0.1,0
	set xrange [0.3:n+0.7]
	set xtics ()
	if (n > 6) { set xtics font ",8" }
	if (n > 4) { set xtics rotate by -40 left }
	do for [i=1:n] { set xtics add (label_of(word(all, i)) i) }
	set key outside top center horizontal
	sum(a, k) = (k >= 1 ? column(word(parts, 1)) : 0) + (k >= 2 ? column(word(parts, 2)) : 0) + (k >= 3 ? column(word(parts, 3)) : 0)
	# From the top of the pile down, so that each lower part covers its own share.
	plot for [k=3:1:-1] for [i=1:n] data(b, word(all, i)) using (i):(sum(0, k)/1024) with boxes \
		lt k fs pattern fill(k) title (i == 1 ? word(names, k) : ""), \
	     for [i=1:n] data(b, word(all, i)) using (i):(sum(0, 3)/1024):(sprintf("%g", sum(0, 3)/1024)) \
		with labels offset 0,0.7 font ",11" notitle
	set output
}
