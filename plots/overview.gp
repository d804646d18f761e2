# All strategies on all subjects, relative to the lowest.
# read: Each row is a strategy and each column a subject. A framed cell is the lowest of its
#       column. A coloured cell is significantly higher; its number is the ratio to the
#       lowest, and a stronger colour is worse. A grey cell is not significantly higher than
#       the lowest. A column without a frame has only grey cells. An empty cell was not
#       measured. The last row has the lowest value of each column. Memory is in bytes.
#       Latency and the time with interrupts off are in ticks, which on Bochs are instructions
#       and rounds of REP instructions. A mark says that the cell's value, or the lowest value
#       of its column, is uncertain: ? too few rounds for an interval, ~ quartiles that differ
#       by more than 5 % of the median, ^ outliers, / a row that ended before its last sample.
# needs: exec.load exec.spawn exec.roundtrip irq.entry.user irq.entry.kernel irq.roundtrip.user switch.pingpong syscall.null
#       memory.per_task irq.off.max irq.latency.loading
# cycles: yes
#
# To draw this figure again, in the folder plots/ of a run:
#     gnuplot -c <source tree>/plots/overview.gp bochs overview
# The arguments are the view and the name of the figure. The script reads data/ in that folder.

folder = ARG0[1:strlen(ARG0)-strlen("overview.gp")]
figure = ARG2
wide = 1100
file = "data/".ARG1."/overview.dat"

do for [format in "svg png"] {
	reset
	load "data/".ARG1."/index.gp"
	high = 400
	load folder."style.gp"
	stats file using "x" nooutput
	columns = STATS_max
	stats file using "y" nooutput
	rows = STATS_max
	# The scale ends with the largest ratio of a coloured cell, but not below 1.1. It ends
	# earlier if a few ratios are much larger than the others. On a scale up to the largest
	# ratio, all other ratios would have nearly the same colour.
	most = 1.1
	largest = 1.1
	colours = 0
	stats file using (colours = colours+(column("standing") == 1)) nooutput
	if (colours > 0) {
		stats file using (column("standing") == 1 ? column("ratio") : NaN) name "R" nooutput
		largest = R_max > 1.1 ? R_max : 1.1
		most = R_up_quartile**2 > 1.1 ? R_up_quartile**2 : 1.1
		most = most < largest ? most : largest
	}
	high = 200 + (rows+1)*(rows > 8 ? 24 : 34)
	load folder."style.gp"
	unset key
	unset grid
	set border 0
	set xrange [0.5:columns+0.5]
	set x2range [0.5:columns+0.5]
	set yrange [rows+1.6:0.5]
	set lmargin at screen 0.165
	set rmargin at screen 0.875
	set tmargin at screen 1-150.0/high
	set bmargin at screen 30.0/high
	unset xtics
	set x2tics () scale 0 rotate by 38 left offset 0,0.2 font ",10"
	set ytics () scale 0 font ",11"
	# From near white to dark blue, logarithmic. White numbers are legible on the darker half.
	set palette defined (0 "#EAF1F8", 0.25 "#C6DBEF", 0.5 "#6BAED6", 0.75 "#2171B5", 1 "#08306B")
	set logscale cb
	set cbrange [1:most]
	# Five labels, the same distance apart.
	label_text(r) = r < 1.995 ? sprintf("%.2f", r) : r < 9.95 ? sprintf("%.1f", r) : sprintf("%.0f", r)
	at_least = most < largest ? "≥ " : ""
	set cbtics ("1" 1) font ",10" scale 0.5
	do for [i=1:4] { set cbtics add ((i == 4 ? at_least : "").label_text(most**(i/4.0)) most**(i/4.0)) }
	set cblabel "times the lowest" font ",11"
	set colorbox user origin 0.9,30.0/high size 0.015,(high-190.0)/high
	set colorbox vertical
	ratio_text(r) = r < 1.005 ? sprintf("%.4f", r) : r < 9.95 ? sprintf("%.2f", r) : r < 1e6 ? sprintf("%.0f", r) : sprintf("%.0e", r)
	# In the data the marks follow a "=", so that gnuplot does not take a "?" for a missing
	# value.
	cell(r, marks) = ratio_text(r).(strlen(marks) > 1 ? marks[2:*] : "")
	cell_even(r, marks) = r < 1.005 ? "1".(strlen(marks) > 1 ? marks[2:*] : "") : cell(r, marks)
	is(state) = column("standing") == state
	dark(r) = log(r)/log(most) > 0.6
	short_value(v) = v < 1e4 ? sprintf("%.0f", v) : v < 1e6 ? sprintf("%.0fk", v/1e3) : v < 1e9 ? sprintf("%.1fM", v/1e6) : sprintf("%.1fG", v/1e9)
	text_of(r, marks, s) = is(1) && dark(r) == s ? cell(r, marks) : ""
	written = 0
	set style fill solid
	plot file using (is(1) ? column("x") : NaN):"y":(column("x")-0.47):(column("x")+0.47):(column("y")-0.45):(column("y")+0.45): \
		(column("ratio") > most ? most : column("ratio")) with boxxyerror fs solid noborder lc palette, \
	     file using (is(0) ? column("x") : NaN):"y":(column("x")-0.47):(column("x")+0.47):(column("y")-0.45):(column("y")+0.45) \
		with boxxyerror fs solid noborder lc rgb "#E4E4E2", \
	     file using (is(2) ? column("x") : NaN):"y":(column("x")-0.45):(column("x")+0.45):(column("y")-0.42):(column("y")+0.42) \
		with boxxyerror lc rgb "#B35900" lw 2.6 fs empty border, \
	     file using "x":"y":(is(0) ? cell_even(column("ratio"), strcol("marks")) : "") with labels tc rgb "#6E6E6E" font ",10" noenhanced, \
	     file using "x":"y":(is(2) ? "lowest".(strlen(strcol("marks")) > 1 ? strcol("marks")[2:*] : "") : "") \
		with labels tc rgb "#8A4500" font ",10" noenhanced, \
	     file using "x":"y":(text_of(column("ratio"), strcol("marks"), 0)) with labels tc rgb "black" font ",10" noenhanced, \
	     file using "x":"y":(text_of(column("ratio"), strcol("marks"), 1)) with labels tc rgb "white" font ",10" noenhanced, \
	     file using "x":(rows+1.15):(column("ratio") == 1 && column("x") > written ? (written = column("x"), short_value(column("value"))) : "") \
		with labels tc rgb "#555555" font ",10" noenhanced, \
	     file using (column("x")):(1):x2ticlabels(strcol("subject")) axes x2y1 with points pt -1, \
	     file using (1):(column("y")):yticlabels(short(strcol("strategy"))) with points pt -1, \
	     "+" using (1):(rows+1.15):yticlabels("lowest value") \
		with points pt -1
	set output
}
