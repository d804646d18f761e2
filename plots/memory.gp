# The memory that one more task costs, apart from its program's own pages.
# read: Shorter is better. The number at the end of a bar is the sum of its parts, in KiB.
# needs: memory.per_task
#
# To draw this figure again, in the folder plots/ of a run:
#     gnuplot -c <source tree>/plots/memory.gp bochs memory
# The arguments are the view and the name of the figure. The script reads data/ in that folder.

folder = ARG0[1:strlen(ARG0)-strlen("memory.gp")]
figure = ARG2
wide = 900
b = "memory.per_task"
parts = "table_bytes stack_bytes task_bytes"
names = "'page tables' 'kernel stacks' 'task structure'"
shades = "#0072B2 #E69F00 #7A7A7A"
patterns = "3 1 5"
part(k) = column(word(parts, k))/1024
before(k) = k > 1 ? part(1) + (k > 2 ? part(2) : 0) : 0

do for [format in "svg png"] {
	reset
	load "data/".ARG1."/index.gp"
	n = words(strategies(b))
	high = 130 + n*(n > 8 ? 22 : 34)
	load folder."style.gp"
	all = strategies(b)
	set style fill pattern border
	set xlabel "KiB per task"
	set border 1
	unset grid
	set grid xtics lc rgb "#D9D9D9" lw 0.6 dt solid
	set xrange [0:*]
	set offsets 0,graph 0.08,0,0
	set yrange [n+0.6:0.4]
	set ytics () scale 0 font ",11"
	do for [i=1:n] { set ytics add (short(word(all, i)) i) }
	set key outside top center horizontal font ",12"
	plot for [k=1:3] for [i=1:n] data(b, word(all, i)) \
		using (before(k)):(i):(before(k)):(before(k)+part(k)):(i-0.33):(i+0.33) with boxxyerror \
		lc rgb word(shades, k) fs pattern int(word(patterns, k)) title (i == 1 ? word(names, k) : ""), \
	     for [i=1:n] data(b, word(all, i)) using (before(3)+part(3)):(i):(sprintf("%g", before(3)+part(3))) \
		with labels left offset 0.6,0 font ",11" notitle
	set output
}
