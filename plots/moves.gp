# How often the entry window moves, by the allocator of the program.
# read: Further left is better. A program maps and uses a million pages, and the window moves when
#       the program uses one of its addresses. The sparse and the random allocator take addresses
#       in the whole user half of the address space; the sweeping allocator goes through the half
#       from its bottom, so it meets the window for certain. The dotted line is the limit of claim
#       12, which holds for the first two.
# needs: window.moves
# builds: any
#
# To draw this figure again, in the folder plots/ of a run:
#     gnuplot -c <source tree>/plots/moves.gp bochs moves
# The arguments are the view and the name of the figure. The script reads data/ in that folder.

folder = ARG0[1:strlen(ARG0)-strlen("moves.gp")]
figure = ARG2
file = "data/".ARG1."/moves.dat"
wide = 900
rate = "1e6*column('moves')/column('tries')"

do for [format in "svg png"] {
	reset
	load "data/".ARG1."/index.gp"
	high = 300
	load folder."style.gp"
	n = 0
	most = 1
	stats file using (n = n+1, most = @rate > most ? @rate : most, 0) nooutput
	high = 130 + n*30
	load folder."style.gp"
	set border 1
	unset grid
	set grid xtics lc rgb "#D9D9D9" lw 0.6 dt solid
	set xlabel "moves in 1,000,000 accesses"
	set xrange [-0.03*most:1.25*most]
	set yrange [n+0.6:0.4]
	set ytics scale 0 font ",11"
	set lmargin at screen 0.34
	unset key
	if (most < 8) { set xtics 1 }
	set arrow 1 from 1,graph 0 to 1,graph 1 nohead lc rgb "black" lw 1.4 dt 12
	set label 1 "limit of claim 12" at 1,graph 1.06 center font ",11"
	set tmargin 2.5
	plot file using (0):"place":(@rate):(0):ytic(strcol("allocator").", ".short(strcol("strategy"))) \
		with vectors nohead lc rgb "#0072B2" lw 6, \
	     file using (@rate):"place" with points lc rgb "#0072B2" pt 7 ps 1, \
	     file using (@rate):"place":(sprintf("%g", @rate)) with labels left offset 1.2,0 font ",12"
	set output
}
