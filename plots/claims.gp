# All claims, by verdict.
# read: Each tile is a claim with its number; the longer a row, the more claims have that verdict.
# needs: claims
#
# To draw it again, in the folder plots/ of a run:
#     gnuplot -c <source tree>/plots/claims.gp bochs claims
# The arguments are the view and the name of the figure. It reads data/claims.dat there.

folder = ARG0[1:strlen(ARG0)-strlen("claims.gp")]
figure = ARG2
wide = 1000
high = 230
file = "data/claims.dat"
verdicts = "'confirmed' 'refuted' 'inconclusive' 'not measured'"
shades = "0x009E73 0xD55E00 0xE69F00 0xB5B5B5"
array seen[4]

do for [format in "svg png"] {
	reset
	load folder."style.gp"
	unset key
	unset grid
	set border 0
	set lmargin at screen 0.17
	set rmargin at screen 0.99
	set tmargin at screen 0.97
	set bmargin at screen 0.05
	unset xtics
	do for [v=1:4] { seen[v] = 0 }
	row(t) = t eq word(verdicts, 1) ? 1 : t eq word(verdicts, 2) ? 2 : t eq word(verdicts, 3) ? 3 : 4
	stats file using (seen[row(strcol("verdict"))] = seen[row(strcol("verdict"))]+1, 0) nooutput
	longest = seen[1]
	do for [v=2:4] { longest = seen[v] > longest ? seen[v] : longest }
	label_font = longest > 30 ? ",10" : ",12"
	longest = longest < 16 ? 16 : longest
	set xrange [0.3:longest+0.7]
	set yrange [4.55:0.45]
	set ytics () scale 0 font ",13"
	do for [v=1:4] { set ytics add (sprintf("%s: %d", word(verdicts, v), seen[v]) v) }
	plot file using "place":(row(strcol("verdict"))):(column("place")-0.46):(column("place")+0.46): \
		(row(strcol("verdict"))-0.4):(row(strcol("verdict"))+0.4):(word(shades, row(strcol("verdict")))+0) \
		with boxxyerror fs solid noborder lc rgb variable, \
	     file using "place":(row(strcol("verdict"))):(sprintf("%d", column("id"))):(row(strcol("verdict")) <= 2 ? 0xFFFFFF : 0) \
		with labels tc rgb variable font label_font
	set output
}
