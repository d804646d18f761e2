# All strategies on all subjects, relative to the best.
# read: Each row is a strategy and each column a subject. 1 is the lowest value of the column, and
#       the other numbers are multiples of it: the darker the cell, the worse. An empty cell was not
#       measured. A column of ones is a subject that neither stack nor loader affects. A mark says
#       that the cell's value, or the lowest one of its column, is uncertain: ? too few rounds for
#       an interval, ~ quartiles over 5 % of the median apart, ^ outliers, / a row that ended before
#       its last sample.
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
	high = 190 + rows*(rows > 8 ? 24 : 34)
	load folder."style.gp"
	unset key
	unset grid
	set border 0
	set xrange [0.5:columns+0.5]
	set x2range [0.5:columns+0.5]
	set yrange [rows+0.5:0.5]
	set lmargin at screen 0.165
	set rmargin at screen 0.865
	set tmargin at screen 1-150.0/high
	set bmargin at screen 30.0/high
	set xtics () scale 0 rotate by 38 left offset 0,0.2 font ",10"
	set x2tics () scale 0 rotate by 38 left offset 0,0.2 font ",10"
	unset xtics
	set ytics () scale 0 font ",11"
	# From near white to dark blue, on a logarithmic scale that ends while white numbers are
	# still legible.
	set palette defined (0 "#F7F5EF", 0.25 "#C6DBEF", 0.5 "#6BAED6", 0.75 "#2171B5", 1 "#08306B")
	set logscale cb
	set cbrange [1:100]
	set cbtics ("1" 1, "2" 2, "5" 5, "10" 10, "30" 30, "≥ 100" 100) font ",10" scale 0.5
	set cblabel "times the least" font ",11"
	set colorbox user origin 0.9,30.0/high size 0.015,(high-180.0)/high
	set colorbox vertical
	ratio_text(r) = r < 1.005 ? "1" : r < 9.95 ? sprintf("%.2f", r) : r < 99.5 ? sprintf("%.0f", r) : \
		r < 1e6 ? sprintf("%.0f", r) : sprintf("%.0e", r)
	# In the data the marks follow a "=", so that gnuplot does not take a "?" for a missing
	# value.
	cell(r, marks) = ratio_text(r).(strlen(marks) > 1 ? marks[2:*] : "")
	plot file using "x":"y":(column("x")-0.48):(column("x")+0.48):(column("y")-0.46):(column("y")+0.46):(column("ratio") > 100 ? 100 : column("ratio")) \
		with boxxyerror fs solid noborder lc palette, \
	     file using "x":"y":(column("ratio") <= 8 ? cell(column("ratio"), strcol("marks")) : "") with labels tc rgb "black" font ",10" noenhanced, \
	     file using "x":"y":(column("ratio") > 8 ? cell(column("ratio"), strcol("marks")) : "") with labels tc rgb "white" font ",10" noenhanced, \
	     file using (column("x")):(1):x2ticlabels(strcol("subject")) axes x2y1 with points pt -1, \
	     file using (1):(column("y")):yticlabels(short(strcol("strategy"))) with points pt -1
	set output
}
