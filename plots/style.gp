# The style of all figures. A script sets `folder`, `figure`, `format`, `wide` and `high`, loads the
# view's index.gp, and then this file.
#
# The colours are those of Okabe and Ito, which colour-blind readers can distinguish; dashes, widths
# and points differ as well, so that a figure can be printed in black and white. In a run of up to
# eight strategies, each strategy has its own colour, dash and point, the same in all figures. With
# more strategies, the stack determines the point, and the axis that `by` names determines colour
# and dash. `by` is "loader", unless the script sets it to "stack". If kernel/axes.txt gives a point
# or a curve to a strategy's isolation, the strategy has that one instead of its stack's.

if (format eq "svg") {
	set terminal svg size wide,high font "DejaVu Sans,13" background "white" enhanced
} else {
	# SVG has font sizes in pixels. PNG has them in points; a point is 4/3 of a pixel.
	set terminal pngcairo size 2*wide,2*high font "DejaVu Sans,13" fontscale 1.5 linewidth 2 pointscale 2 \
		dashlength 1 background "white" enhanced
}
set output figure.".".format
set encoding utf8
set datafile columnheaders
set datafile missing "?"
set border 3 lw 1
set tics nomirror out scale 0.6
set grid ytics lc rgb "#D9D9D9" lw 0.6 dt solid
set errorbars small
set samples 2
set dashtype 11 (10,4)
set dashtype 12 (3,3)
set dashtype 13 (12,3,3,3)
set dashtype 14 (6,2,2,2,2,2)
set dashtype 15 (2,4)
set dashtype 16 (16,2,6,2)

data(b, s) = "data/".engine."/".b.".".s.".dat"
has(b) = strlen(strategies(b)) > 0

# Lists are strings of words.
member(s, list) = strstrt(" ".list." ", " ".s." ") > 0
add(list, s) = s eq "" || member(s, list) ? list : list eq "" ? s : list." ".s
join(got, more, i) = i > words(more) ? got : join(add(got, word(more, i)), more, i+1)
# union() returns all strategies that were measured in one of these benchmarks, each once.
union(benchmarks) = merge(benchmarks, 1, "")
merge(list, i, got) = i > words(list) ? got : merge(list, i+1, join(got, strategies(word(list, i)), 1))
index_of(s, list) = place(s, list, 1)
place(s, list, i) = i > words(list) ? 0 : word(list, i) eq s ? i : place(s, list, i+1)

# The legend names each strategy. With more than eight strategies it explains colours and points
# instead, with entries such as "loader=window" and "stack=heap-sw". index.gp sets `every` to all
# strategies of the run. `all` has only the strategies that the figure shows.
many(all) = words(every) > 8
loaders_in(all) = axis_of(all, 1, "", 0)
stacks_in(all) = axis_of(all, 1, "", 1)
axis_of(all, i, got, stack) = i > words(all) ? got : axis_of(all, i+1, \
	add(got, stack ? "stack=".stack_of(word(all, i)) : "loader=".loader_of(word(all, i))), stack)
isolations_in(all) = marked_of(all, 1, "")
marked_of(all, i, got) = i > words(all) ? got : marked_of(all, i+1, \
	add(got, point_of(isolation_of(word(all, i))) < 0 ? "" : "isolation=".isolation_of(word(all, i))))
axes_in(all) = by eq "stack" ? stacks_in(all) : loaders_in(all)." ".stacks_in(all)
entries(all) = !many(all) ? all : axes_in(all)." ".isolations_in(all)
is_isolation(e) = strstrt(e, "isolation=") == 1
is_stack(e) = strstrt(e, "stack=") == 1
is_loader(e) = strstrt(e, "loader=") == 1
is_value(e) = is_stack(e) || is_loader(e) || is_isolation(e)
chosen(e) = e[strstrt(e, "=")+1:*]
stack(e) = is_stack(e) ? chosen(e) : is_value(e) ? "" : stack_of(e)
loader(e) = is_loader(e) ? chosen(e) : is_value(e) ? "" : loader_of(e)
isolation(e) = is_isolation(e) ? chosen(e) : is_value(e) ? "" : isolation_of(e)
name(e) = is_value(e) ? chosen(e) : short(e)
# Almost all builds have the isolation "shared", so this suffix is left out.
short(s) = strlen(s) > 7 && s[strlen(s)-6:*] eq "+shared" ? s[1:strlen(s)-7] : s

if (!exists("by")) { by = "loader" }
lead(e) = by ne "stack" ? loader(e) : curve(isolation(e)) > 0 ? isolation(e) : stack(e)
# index.gp has the curve and point numbers of the axes' values, from kernel/axes.txt. Curve 0 is for
# lines that belong to no loader or stack. Curve 6 is free for a new loader, stack or isolation.
number(e) = many(every) ? curve(lead(e)) : index_of(e, every)
colour(e) = word("#333333 #0072B2 #D55E00 #009E73 #CC79A7 #B07A00 #56B4E9 #8C8C00 #555555", number(e)+1)
# The first curves are wider and have larger points, so that they remain visible below others that
# coincide with them. If there are many curves, all are thinner.
thin(all) = many(all) ? 0.6 : 1.0
weight(e) = 0.0+word(many(every) ? "1.4 3.4 2.4 1.4 1.4 1.4 1.4 1.4" : "1.4 5.5 3.2 1.9 1.4 1.4 1.4 1.4 1.4", number(e)+1)
dash(e) = int(word("1 1 11 12 13 14 15 16 12", number(e)+1))
# With many strategies, the points of heap stacks are squares, and the points of fixed stacks are
# circles. The points of *-rsp0 are hollow. Bouncing builds have diamonds.
point_in(e) = point_of(isolation(e)) < 0 ? point_of(stack(e)) : point_of(isolation(e))
point(e) = many(every) ? point_in(e) : int(word("7 5 7 9 13 4 6 8 12", number(e)+1))
point_size(e) = 0.0+word(many(every) ? "0.8 0.8 0.8 0.8 0.8 0.8 0.8 0.8" : "0.8 1.5 1.15 0.85 0.6 1.5 1.15 0.85 0.6", number(e)+1)

# aside() returns the factor that moves a strategy along a logarithmic horizontal axis. It puts the
# points and bars of strategies with the same value side by side.
aside(s) = many(every) ? 1 : 1.11**(index_of(s, every)-(words(every)+1)/2.0)

# Labels of a logarithmic axis that need not begin or end with a power of ten.
digits_of(i) = i%3 == 0 ? 1 : i%3 == 1 ? 2 : 5
mark_of(i) = digits_of(i)*10**(i/3)
mark_text(v) = v < 1e3 ? sprintf("%g", v) : v < 1e6 ? sprintf("%gk", v/1e3) : v < 1e9 ? sprintf("%gM", v/1e6) : sprintf("%gG", v/1e9)

# If all values are the same, the range of an axis would be empty. The figures therefore have an
# invisible point at a higher value, which wide_enough() returns.
wide_enough(v) = 1.1*v

# A logarithmic axis has no 0. If a value to draw is 0, the script sets `zero_at`, the place of
# 0 on the axis, and labels it 0; shown(v) returns the place at which a value is drawn.
zero_at = 0
shown(v) = v > 0 ? v : v == 0 && zero_at > 0 ? zero_at : NaN

# Baselines are instruction counts of other kernels, so only figures of Bochs have them. Three
# of Linux's baselines are from `make linux-baseline`: syscall.null, exec.execve.path and
# fork.exec.path. The figure of exec.execve shows Linux's exec.execve.path. This kernel's
# exec.execve finds a boot module by its name. That takes a few hundred instructions less than
# finding a file by its path (docs/baselines.md). The figure of exec.roundtrip shows Linux's
# fork.exec.path (fork, execve, exit, wait).
shell(name) = "'".escaped(name)."'"
escaped(name) = strstrt(name, "'") == 0 ? name : name[1:strstrt(name, "'")-1]."'\\''".escaped(name[strstrt(name, "'")+1:*])
baselines = "< cat ".shell(folder."baselines.dat")."; awk -F, '$2 == \"nopti\" && $9 == \"instructions\" && ".\
	"($5 $8 == \"exec.execve.pathkernel\" || $5 $8 == \"fork.exec.pathall\" || $5 $8 == \"syscall.nullkernel\") ".\
	"{ print \"linux\", ($5 == \"fork.exec.path\" ? \"exec.roundtrip\" : $5 == \"exec.execve.path\" ? \"exec.execve\" : $5), $6, $13 }' ".shell(folder."../results/linux/summary.csv")." 2>/dev/null"
# The same baselines with the rounds of REP instructions added, for figures by size. The rounds of
# xv6 were not counted.
work_of_linux = "$9 == \"instructions\" || $9 == \"rep_iterations\" { work[$2 \" \" $5 \" \" $6 \" \" $8] += $13 } ".\
	"END { for (row in work) print row, \"work\", work[row] }"
work_baselines = "< cat ".shell(folder."baselines.dat")."; awk -F, '$2 == \"nopti\" && ($9 == \"instructions\" || $9 == \"rep_iterations\") && ".\
	"($5 $8 == \"exec.execve.pathkernel\" || $5 $8 == \"fork.exec.pathall\") { work[($5 == \"fork.exec.path\" ? \"exec.roundtrip\" : \"exec.execve\") \" \" $6] += $13 } ".\
	"END { for (row in work) print \"linux\", row, work[row] }' ".shell(folder."../results/linux/summary.csv")." 2>/dev/null"
baseline(k, b) = strcol("kernel") eq k && strcol("benchmark") eq b ? column("instructions") : NaN
kernels = exists("main") && main eq "instructions" ? "linux xv6-64 xv6-32" : ""
kernel_name(k) = k eq "linux" ? "Linux 6.1" : k eq "xv6-64" ? "xv6, 64 bits" : "xv6, 32 bits"
kernel_point(k) = k eq "linux" ? 2 : k eq "xv6-64" ? 1 : 3
