# All claims, by verdict.
# read: Each tile is a claim; its number is the one at the start of the file's name in
#       bench/claims/. The longer a row, the more claims have that verdict. Claims that are
#       arithmetic on constants have a row of their own, in the colours of their verdicts.
# needs: claims
#
# To draw this figure again, in the folder plots/ of a run:
#     gnuplot -c <source tree>/plots/claims.gp bochs claims
# The arguments are the view and the name of the figure. The script reads data/claims.dat in that
# folder.

folder = ARG0[1:strlen(ARG0)-strlen("claims.gp")]
figure = ARG2
wide = 1000
high = 270
file = "data/claims.dat"
verdicts = "'confirmed' 'refuted' 'inconclusive' 'not measured'"
shades = "0x009E73 0xD55E00 0xE69F00 0xB5B5B5"
array seen[5]

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
	do for [v=1:5] { seen[v] = 0 }
	colour(t) = t eq word(verdicts, 1) ? 1 : t eq word(verdicts, 2) ? 2 : t eq word(verdicts, 3) ? 3 : 4
	row(t, kind) = kind eq "arithmetic" ? 5 : colour(t)
	at(unused) = row(strcol("verdict"), strcol("kind"))
	stats file using (seen[at(0)] = seen[at(0)]+1, 0) nooutput
	longest = seen[1]
	do for [v=2:5] { longest = seen[v] > longest ? seen[v] : longest }
	label_font = longest > 30 ? ",10" : ",12"
	longest = longest < 16 ? 16 : longest
	set xrange [0.3:longest+0.7]
	set yrange [(seen[5] > 0 ? 5.55 : 4.55):0.45]
	set ytics () scale 0 font ",13"
	do for [v=1:4] { set ytics add (sprintf("%s: %d", word(verdicts, v), seen[v]) v) }
	if (seen[5] > 0) { set ytics add (sprintf("arithmetic: %d", seen[5]) 5) }
	plot file using "place":(at(0)):(column("place")-0.46):(column("place")+0.46):(at(0)-0.4):(at(0)+0.4): \
		(word(shades, colour(strcol("verdict")))+0) with boxxyerror fs solid noborder lc rgb variable, \
	     file using "place":(at(0)):(sprintf("%d", column("id"))):(colour(strcol("verdict")) <= 2 ? 0xFFFFFF : 0) \
		with labels tc rgb variable font label_font
	set output
}
