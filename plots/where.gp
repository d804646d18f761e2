# Where the cycles go: loading, interrupts, TLB and switches, split by what the model says a cycle is spent on.
# needs: exec.load exec.spawn irq.entry.user irq.roundtrip.user tlb.remap switch.pingpong
# metric: cycles_nominal
#
# To draw it again, in the folder plots/ of a run: gnuplot -c <source tree>/plots/where.gp bochs where
# (the engine, and the figure's name without its ending). It reads data/ there.

folder = ARG0[1:strlen(ARG0)-strlen("where.gp")]
engine = ARG1
figure = ARG2
load "data/".engine."/index.gp"
wide = 1100
high = 900
benchmarks = "exec.load exec.spawn irq.entry.user irq.roundtrip.user tlb.remap switch.pingpong"
parameters = "1048576 65536 0 0 64 64"
titles = "'exec.load, 1 MiB' 'exec.spawn, 64 KiB' 'irq.entry.user' 'irq.roundtrip.user' 'tlb.remap, 64 pages' \
'switch.pingpong (16), 64 pages'"

# The parts from the bottom up. Every other one is hatched, so that neighbours differ without colours too.
parts = "instructions strings data fetch translation mispredicts rings flushes privileged"
names = "'instructions' 'REP MOVS and STOS' 'data cache misses' 'code cache misses' 'TLB misses and walks' 'mispredicted branches' \
'ring changes, delivery' 'TLB flushes' 'other privileged'"
colours = "#999999 #56B4E9 #0072B2 #CC79A7 #D55E00 #7F6000 #009E73 #E69F00 #000000"
fills = "3 4 3 5 3 1 3 2 3"
count = words(parts)
part(k) = column("due_".word(parts, k))
pile(k) = k == 0 ? 0 : pile(k-1) + part(k)
thousands(v) = v < 1e4 ? sprintf("%.0f", v) : v < 1e6 ? sprintf("%.1f k", v/1e3) : sprintf("%.2f M", v/1e6)

do for [format in "svg png"] {
	load folder."style.gp"
	do for [k=1:count] { set linetype 30+k lc rgb word(colours, k) lw 0.8 dt solid }
	set multiplot
	set boxwidth 0.6
	set style fill pattern border
	unset key
	do for [i=1:words(benchmarks)] {
		b = word(benchmarks, i)
		p = int(word(parameters, i))
		all = shown(b)
		n = words(all)
		set origin ((i-1)%3)/3.0, 0.415-0.415*((i-1)/3)
		set size 0.333,0.415
		set title word(titles, i) font ",13"
		set ylabel i%3 == 1 ? "cycles, ".profile : ""
		set yrange [0:*]
		set offsets 0,0,graph 0.12,0
		set xrange [0.4:(n > 2 ? n : 3)+0.6]
		set format y "%.0s %c"
		set xtics () font ",11"
		if (n > 4) { set xtics rotate by -40 left font ",8" }
		do for [j=1:n] { set xtics add (label_of(word(all, j)) j) }
		at(s, v) = column("parameter") == p ? v : NaN
		if (has(b)) {
			# From the top of the pile down, so that each lower part covers its own share.
			plot for [k=count:1:-1] for [j=1:n] data(b, word(all, j)) using (j):(at(word(all, j), pile(k))) \
				with boxes lt 30+k fs pattern int(word(fills, k)), \
			     for [j=1:n] data(b, word(all, j)) using (j):(at(word(all, j), pile(count))):(thousands(pile(count))) \
				with labels offset 0,0.7 font ",11"
		} else {
			set label 1 "not measured" at graph 0.5,0.5 center
			plot [][1:10] NaN
			unset label 1
		}
	}
	load folder."legend.style"
	set origin 0,0.84
	set size 1,0.16
	set key maxcols 5
	set title "median cycles of a sample on ".profile.", less overhead, by what they are spent on (model, nominal set)" font ",13"
	plot for [k=1:count] NaN with boxes lt 30+k fs pattern int(word(fills, k)) title word(names, k)
	unset multiplot
	set output
}
