# Where the cycles go when programs start, in interrupts, TLB flushes and switches.
# read: Shorter is better. The colours are causes, not strategies. A bar has the cycles of the
#       model with its nominal parameters. Its parts are the causes to which the model attributes
#       these cycles (docs/model.md). Each part is a median of its own, minus the overhead, so the
#       length of a bar, the number at its end, can differ a little from the median of the whole.
#       TLB flushes are INVLPG and loads of CR3. The numbers of switches are for 16 together. On
#       KVM, with --profile-guest, a bar has what perf counted during the whole row, divided by
#       the number of the row's samples. Its parts are functions of the kernel (docs/kvm.md).
# needs: exec.spawn irq.entry.user irq.roundtrip.user tlb.remap switch.pingpong
# metric: due_instructions profile_cycles
#
# To draw this figure again, in the folder plots/ of a run:
#     gnuplot -c <source tree>/plots/where.gp bochs where
# The arguments are the view and the name of the figure. The script reads data/ in that folder.

folder = ARG0[1:strlen(ARG0)-strlen("where.gp")]
figure = ARG2
wide = 1100
benchmarks = "exec.spawn exec.spawn irq.entry.user irq.roundtrip.user tlb.remap switch.pingpong"
parameters = "4096 16777216 0 0 64 64"
titles = "'spawn 4 KiB' 'spawn 16 MiB' 'IRQ entry, user' 'IRQ round trip, user' '64 pages remapped, INVLPG each' \
'16 switches, 64 pages, sum'"

# The parts, from the left. Every second one is hatched, so that neighbours differ even without
# colour.
parts = "instructions strings data fetch translation mispredicts rings flushes privileged"
names = "'instructions' 'REP MOVS and STOS' 'data cache misses' 'code cache misses' 'TLB misses and walks' 'mispredicted branches' \
'ring changes, delivery' 'TLB flushes (INVLPG, CR3)' 'other privileged'"
colours = "#999999 #56B4E9 #0072B2 #CC79A7 #D55E00 #7F6000 #009E73 #E69F00 #000000"
fills = "3 4 3 5 3 1 3 2 3"
prefix = "due_"
of_functions = ARG1 eq "kvm"
if (of_functions) {
	load "data/".ARG1."/functions.gp"
	parts = functions
	names = functions
	prefix = "in_"
}
count = words(parts)
part(k) = column(prefix.word(parts, k))
before(k) = k <= 1 ? 0 : before(k-1) + part(k-1)
thousands(v) = v < 1e4 ? sprintf("%.0f", v) : v < 1e6 ? sprintf("%.1fk", v/1e3) : sprintf("%.2fM", v/1e6)

do for [format in "svg png"] {
	reset
	load "data/".ARG1."/index.gp"
	high = 400
	load folder."style.gp"
	all = union(benchmarks)
	n = words(all)
	panel = 100 + n*(n > 8 ? 17 : 26)
	high = 2*panel + 90
	load folder."style.gp"
	if (of_functions) {
		data(b, s) = "data/".engine."/".b.".".s.".functions"
	}
	legend_high = 90.0/high
	label_font = n > 8 ? ",10" : ",12"
	value_font = n > 8 ? ",9" : ",11"
	set multiplot
	set style fill pattern border
	unset key
	unset grid
	set grid xtics lc rgb "#D9D9D9" lw 0.6 dt solid
	set border 1
	set tmargin 2.5
	set bmargin 3.5
	do for [i=1:words(benchmarks)] {
		b = word(benchmarks, i)
		p = int(word(parameters, i))
		c = (i-1)%3
		set origin c == 0 ? 0 : 0.15+0.283*c, (1-legend_high)*(i <= 3 ? 0.5 : 0)
		set size c == 0 ? 0.433 : 0.283, 0.5*(1-legend_high)
		set lmargin at screen 0.165+0.28*c
		set rmargin at screen 0.165+0.28*c+0.245
		set title word(titles, i) font ",13"
		set xlabel i <= 3 ? "" : of_functions ? "cycles sampled by perf" : "modelled cycles, ".profile
		set xtics () font ",10"
		set ytics () scale 0 font label_font
		do for [j=1:n] { set ytics add ((c == 0 ? short(word(all, j)) : "") j) }
		set xrange [*:*]
		set yrange [*:*]
		at(v) = column("parameter") == p ? v : NaN
		# Only strategies that were measured with this parameter: gnuplot crashes on bars
		# without any point.
		measured = ""
		most = 0
		do for [s in strategies(b)] {
			total = 0
			stats data(b, s) using (at(before(count+1)) > total ? total = before(count+1) : 0) nooutput
			measured = total > 0 ? add(measured, s) : measured
			most = total > most ? total : most
		}
		if (most > 0) {
			# Labels at multiples of 1, 2 or 5 times a power of ten: three to seven of them.
			k = 0
			while (most/mark_of(k) > 5) { k = k+1 }
			do for [i2=0:int(most*1.25/mark_of(k))] { set xtics add (mark_text(i2*mark_of(k)) i2*mark_of(k)) }
			set yrange [n+0.6:0.4]
			set xrange [0:most*1.3]
			plot for [k=1:count] for [s in measured] data(b, s) \
				using (at(before(k))):(index_of(s, all)):(at(before(k))):(at(before(k)+part(k))): \
				(index_of(s, all)-0.36):(index_of(s, all)+0.36) with boxxyerror \
				lc rgb word(colours, k) lw 0.6 fs pattern int(word(fills, k)), \
			     for [s in measured] data(b, s) \
				using (at(before(count+1))):(index_of(s, all)):(thousands(before(count+1))) \
				with labels left offset 0.4,0 font value_font
		} else {
			set label 1 "not measured" at graph 0.5,0.5 center
			plot [0:1][0:1] NaN
			unset label 1
		}
	}
	load folder."legend.style"
	set key maxcols 5
	plot for [k=1:count] NaN with boxes lc rgb word(colours, k) fs pattern int(word(fills, k)) title word(names, k) \
		noenhanced
	unset multiplot
	set output
}
