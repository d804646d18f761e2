# What isolation costs, by event.
# read: Further left is better. Two builds are shown that differ only in their isolation; the title
#       names what they have in common. A line joins the values of one event, and the numbers are
#       the two values. Bars are 95 % intervals, as far as the event was measured in several rounds;
#       in modelled cycles they span the low and the high parameters of the model. The axes are
#       logarithmic, except that 0 has a place of its own. A switch is a 16th of a sample of
#       switch.pingpong without pages. Of REP instructions only the first round counts, so a copy
#       of 4 KiB can be a few instructions. copies= says in which way a kernel that does not map
#       user memory reaches it (docs/isolation.md).
# needs: syscall.null irq.roundtrip.user switch.pingpong fork.roundtrip exec.execve.path copy.user
# builds: pairs
#
# To draw this figure again, in the folder plots/ of a run:
#     gnuplot -c <source tree>/plots/isolation.gp bochs isolation
# The arguments are the view and the name of the figure. The script reads data/ in that folder.

folder = ARG0[1:strlen(ARG0)-strlen("isolation.gp")]
figure = ARG2
file = "data/".ARG1."/isolation.dat"
wide = 1100
# Remembers the lowest value over 0, and the highest.
bound(v) = (least = v > 0 && v < least ? v : least, most = v > most ? v : most, zero = v <= 0 ? 1 : zero, 0)
number_text(v) = v < 100 ? sprintf("%.3g", v) : v < 1e4 ? sprintf("%.0f", v) : v < 1e6 ? sprintf("%.1fk", v/1e3) : sprintf("%.1fM", v/1e6)
title_of(m) = m eq "instructions" ? "instructions" : m eq "cr3_writes" ? "writes to CR3" : \
	m eq "walk_reads" ? "page-walk reads" : m eq "tsc" ? "TSC ticks" : "modelled cycles, ".profile

do for [format in "svg png"] {
	reset
	load "data/".ARG1."/index.gp"
	load "data/".ARG1."/isolation.gp"
	high = 400
	load folder."style.gp"
	n = 0
	stats file using (n = column("place") > n ? column("place") : n, 0) nooutput
	rows = words(panels) > 2 ? 2 : 1
	panel = 95 + n*30
	high = rows*panel + 50
	load folder."style.gp"
	legend_high = 50.0/high
	set multiplot
	set border 1
	unset grid
	set grid xtics lc rgb "#D9D9D9" lw 0.6 dt solid
	unset key
	set bmargin 2
	set tmargin 2.5
	do for [i=1:words(panels)] {
		left = i%2 == 1
		p = word(panels, i)
		of(v) = strcol("metric") eq p ? v : NaN
		set origin left ? 0 : 0.58, (1-legend_high)*(i <= 2 && rows == 2 ? 0.5 : 0)
		set size left ? 0.58 : 0.42, (1-legend_high)/rows
		set lmargin at screen left ? 0.225 : 0.60
		set rmargin at screen left ? 0.585 : 0.96
		set title title_of(p) font ",13"
		unset logscale
		set xrange [*:*]
		set yrange [*:*]
		set ytics scale 0 font ",12"
		zero_at = 0
		least = 1e300
		most = 0
		zero = 0
		stats file using (of(1) == 1 ? bound(column("reference_low")) + bound(column("compared_low")) + \
			bound(column("reference_high")) + bound(column("compared_high")) : 0) nooutput
		if (least > most) { least = 1; most = 10 }
		if (zero) { zero_at = least/3.0 }
		set logscale x
		set xtics () font ",11"
		step = most/least > 100 ? 3 : 1
		do for [k=0:30:step] { if (mark_of(k) >= least || !zero) { set xtics add (mark_text(mark_of(k)) mark_of(k)) } }
		if (zero) { set xtics add ("0" zero_at) }
		set xrange [(zero ? zero_at : least)/1.4:most*(most/least)**0.45*2]
		set yrange [n+0.6:0.4]
		label(text) = left ? text : ""
		plot file using (shown(of(column("reference")))):"place":(shown(of(column("compared")))-shown(of(column("reference")))):(0): \
				ytic(label(strcol("event"))) with vectors nohead lc rgb "#8A8A8A" lw 2, \
		     file using (shown(of(column("reference")))):"place":(shown(column("reference_low"))):(shown(column("reference_high"))) \
				with xerrorbars lc rgb "#0072B2" lw 1.4 pt -1, \
		     file using (shown(of(column("compared")))):"place":(shown(column("compared_low"))):(shown(column("compared_high"))) \
				with xerrorbars lc rgb "#D55E00" lw 1.4 pt -1, \
		     file using (shown(of(column("reference")))):"place" with points lc rgb "#0072B2" pt 6 ps 1.1 lw 2, \
		     file using (shown(of(column("compared")))):"place" with points lc rgb "#D55E00" pt 5 ps 0.8, \
		     file using (of(shown(column("compared_high")) > shown(column("reference_high")) ? \
				shown(column("compared_high")) : shown(column("reference_high")))):"place": \
				(number_text(column("reference"))." → ".number_text(column("compared"))) \
				with labels left offset 1,0 font ",11"
	}
	load folder."legend.style"
	plot NaN with points lc rgb "#0072B2" pt 6 ps 1.1 lw 2 title reference, \
	     NaN with points lc rgb "#D55E00" pt 5 ps 0.8 title compared, \
	     NaN with lines lc rgb "#8A8A8A" lw 2 title "both with ".rest
	unset multiplot
	set output
}
