# The style that all figures share. A script sets `folder`, `engine`, `figure`, `format`, `wide` and `high`, loads
# the engine's index.gp, and then this.
#
# Colours are those of Okabe and Ito, which colour-blind readers tell apart; dashes, points and fills differ as well, so
# that a figure survives a printer without colours. Styles 1 to 8 are strategies (see style() in index.gp), 11 to 13
# the other kernels.

reset
if (format eq "svg") {
	set terminal svg size wide,high font "DejaVu Sans,13" background "white" enhanced
} else {
	set terminal pngcairo size 2*wide,2*high font "DejaVu Sans,13" fontscale 2 linewidth 2 pointscale 2 \
		dashlength 1 background "white" enhanced
}
set output figure.".".format
set encoding utf8
set datafile columnheaders
set datafile missing "?"

# The first three grow narrower, so that a curve still shows under another that lies on it.
set linetype 1 lc rgb "#0072B2" lw 3.4 dt solid    pt 7  ps 1.3
set linetype 2 lc rgb "#D55E00" lw 2.0 dt (10,4)   pt 5  ps 0.9
set linetype 3 lc rgb "#009E73" lw 1.0 dt (3,3)    pt 9  ps 0.6
set linetype 4 lc rgb "#CC79A7" lw 1.6 dt (12,3,3,3) pt 11 ps 1.0
set linetype 5 lc rgb "#E69F00" lw 1.6 dt (6,2,2,2,2,2) pt 13 ps 1.0
set linetype 6 lc rgb "#56B4E9" lw 1.6 dt (16,4)   pt 15 ps 1.0
set linetype 7 lc rgb "#7F6000" lw 1.6 dt (2,4)    pt 4  ps 0.8
set linetype 8 lc rgb "#4D4D4D" lw 1.6 dt (8,2,2,2) pt 6 ps 0.8
set linetype 11 lc rgb "#000000" lw 1.4 dt (4,3) pt 2 ps 1.0
set linetype 12 lc rgb "#000000" lw 1.4 dt (4,3) pt 1 ps 1.0
set linetype 13 lc rgb "#000000" lw 1.4 dt (4,3) pt 3 ps 1.0
# 21 to 28: the same strategies with the window's page tables cold, as hollow points on thin lines.
do for [n=1:8] {
	set linetype 20+n lc rgb word("#0072B2 #D55E00 #009E73 #CC79A7 #E69F00 #56B4E9 #7F6000 #4D4D4D", n) \
		lw 0.8 dt (1,3) pt int(word("6 4 8 10 12 14 4 6", n)) ps 1.4
}
# The width of a strategy's curve where a script chooses the dashes.
weight(s) = style(s) == 1 ? 3.4 : style(s) == 2 ? 2.0 : 1.0
cold_style(s) = 20+style(s)

# Fills for bars, by style: solid first, then patterns.
fill(n) = n == 1 ? 3 : n == 2 ? 1 : n == 3 ? 5 : n == 4 ? 4 : n == 5 ? 2 : n == 6 ? 6 : n == 7 ? 7 : 0

set border 3 lw 1
set tics nomirror out scale 0.6
set grid ytics lc rgb "#D9D9D9" lw 0.6 dt solid
set errorbars small
set samples 2

data(b, s) = "data/".engine."/".b.".".s.".dat"
has(b) = strlen(strategies(b)) > 0

# At most eight strategies in one panel, as many as there are styles.
shown(b) = first_words(strategies(b), 8)
first_words(list, n) = words(list) <= n ? list : list[1:nth_end(list, n)]
nth_end(list, n) = n == 0 ? 0 : nth_end(list, n-1) + strlen(word(list, n)) + (n > 1)
# The strategies shown of any of the benchmarks, each once.
union(benchmarks) = merge(benchmarks, 1, "")
merge(list, i, got) = i > words(list) ? got : merge(list, i+1, join(got, shown(word(list, i)), 1))
join(got, more, i) = i > words(more) ? got : join(member(word(more, i), got) ? got : got.(got eq "" ? "" : " ").word(more, i), more, i+1)
member(s, list) = strstrt(" ".list." ", " ".s." ") > 0
index_of(s, list) = words(list[1:strstrt(" ".list." ", " ".s." ")]) + (strstrt(" ".list." ", " ".s." ") == 1 ? (words(list[1:1]) == 0) : 0)
# A long name on two lines.
label_of(s) = strstrt(s, "+") ? s[1:strstrt(s, "+")-1]."\n".s[strstrt(s, "+"):*] : s
baselines = folder."baselines.dat"
# A baseline's value if the row is of this kernel and benchmark. Baselines are instructions, so only Bochs has them.
baseline(k, b) = strcol("kernel") eq k && strcol("benchmark") eq b ? column("instructions") : NaN
kernels = engine eq "bochs" ? "linux xv6-64 xv6-32" : ""
kernel_name(k) = k eq "linux" ? "Linux 6.1" : k eq "xv6-64" ? "xv6, 64 bits" : "xv6, 32 bits"
kernel_style(k) = k eq "linux" ? 11 : k eq "xv6-64" ? 12 : 13
