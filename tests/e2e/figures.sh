#!/bin/bash
# SPDX-License-Identifier: MIT
# shellcheck disable=SC1091,SC2154 # common.sh defines the variables
# Draws all figures from made-up results. gnuplot must not warn, the strategies must look different,
# and zeros must be drawn. Only the figures about isolation may show strategies that only a claim
# needs.
. "$(dirname "$0")/common.sh"

make_tree
cp plots/* "$tree/plots/"
mkdir "$tree/results/linux"
cp results/linux/summary.csv "$tree/results/linux/"
play <<-EOF
	$hello
	bench name=irq.entry.user parameter=0 unit=none samples=1 warmup=0 index=1 of=1
	!hook version=1 bochs=played metrics=instructions
	!count region=1 instructions=14
	sample name=irq.entry.user parameter=0 sample=0 flags=- region=1 m.pages=0:pages
	end ok
	!exit status=33
EOF
bench --engine bochs --strategy window --profile none
is "the run exits 0" 0 "$status"

# results STRATEGIES PARAMETERS: replaces the results. STRATEGIES are SQL rows ('NAME', 'STACK',
# 'LOADER', FACTOR), and PARAMETERS the numbers of pages. Costs grow with the number of pages; from
# 4 pages on INVLPG costs more than a CR3 load. INVLPG causes no page-walk reads. Strategies whose
# names end with "bouncing" have this isolation, the others have "shared".
results()
{
	query "DELETE FROM summary; DELETE FROM comparisons; DELETE FROM samples; DELETE FROM launches;
		INSERT OR REPLACE INTO environment VALUES ('run.profile', 'made-up');
		CREATE TEMP TABLE s AS SELECT column1 AS strategy, column2 AS stack, column3 AS loader, column4 AS f,
			iif(column1 LIKE '%bouncing', 'bouncing', 'shared') AS isolation FROM (VALUES $1);
		CREATE TEMP TABLE p AS SELECT column1 AS pages FROM (VALUES $2);
		CREATE TEMP TABLE b AS
			SELECT column1 AS benchmark, column2 AS pages, column3 * 0 AS zero, column3 AS cost FROM (VALUES
			('irq.entry.user', 0, 350), ('irq.entry.kernel', 0, 340), ('irq.roundtrip.user', 0, 800),
			('irq.roundtrip.kernel', 0, 780), ('syscall.null', 0, 90), ('fault.page', 0, 900), ('tlb.cr3', 0, 200),
			('copy.user', 4096, 100), ('copy.user.page', 4096, 150),
			('memory.per_task', 0, 1), ('fork.roundtrip', 0, 9000), ('irq.latency.loading', 16777216, 700))
			UNION ALL SELECT column1, 4096 * pages, 0, 5000 + 600 * pages FROM p,
			(VALUES ('exec.load'), ('exec.spawn'), ('exec.execve'), ('exec.roundtrip'), ('irq.off.max'))
			UNION ALL SELECT column1, pages, column2, column3 + column4 * pages FROM p, (VALUES
			('tlb.invlpg', 1, 10, 90), ('tlb.refill', 0, 250, 20), ('tlb.remap', 1, 20, 95),
			('tlb.remap.cr3', 0, 270, 5), ('switch.pingpong', 0, 8000, 300));
		CREATE TEMP TABLE m AS SELECT column1 AS metric, column2 AS g FROM (VALUES
			('instructions', 0.3), ('work', 0.4), ('cycles_low', 0.8), ('cycles_nominal', 1), ('cycles_high', 1.5),
			('due_instructions', 0.4), ('due_data', 0.4), ('due_flushes', 0.2), ('due_strings', 0), ('due_fetch', 0),
			('due_translation', 0), ('due_mispredicts', 0), ('due_rings', 0), ('due_privileged', 0),
			('walk_reads', 0.01), ('off', 2), ('latency', 3), ('bytes', 4), ('table_bytes', 2), ('stack_bytes', 1),
			('task_bytes', 1), ('data_accesses', 0.2));
		INSERT INTO summary (engine, strategy, stack, loader, isolation, cpus, benchmark, parameter, metric, unit, n,
			min, q1, median, q3, max, mad, ci_low, ci_high, flags)
			SELECT 'bochs', strategy, stack, loader, isolation, 1, benchmark, pages, metric, metric, 7,
			v, v, v, v, v, 0, 0.98 * v, 1.02 * v, 'net' FROM
			(SELECT *, CASE WHEN zero AND metric = 'walk_reads' THEN 0 ELSE f * g * cost END AS v FROM s, b, m);
		INSERT INTO summary (engine, strategy, stack, loader, isolation, cpus, benchmark, parameter, metric, unit, n,
			median, ci_low, ci_high, flags) SELECT 'bochs', strategy, stack, loader, isolation, 1, 'switch.pingpong', pages,
			'switches', 'count', 7, 16, 16, 16, '' FROM s, p;
		INSERT INTO comparisons SELECT 'bochs', benchmark, pages, metric, s.strategy, t.strategy, s.f / t.f,
			s.f / t.f - 0.01, s.f / t.f + 0.01, 7, 'net' FROM s, s AS t, b, m WHERE s.strategy <> t.strategy;
		INSERT INTO launches (id, engine, strategy, stack, loader, isolation, cpus, memory, round, bench, state)
			SELECT row_number() OVER (ORDER BY strategy), 'bochs', strategy, stack, loader, isolation, 1, 512, 1, '*',
			'complete' FROM s;
		INSERT INTO samples SELECT l.id, benchmark, pages, 'pages', n, metric, metric,
			g * cost * (CASE flags WHEN '' THEN 1.0 ELSE 0.5 END), flags FROM launches l, b, m,
			(VALUES (0, ''), (1, ''), (2, 'overhead')) AS k, (SELECT column1 AS n, column2 AS flags FROM (VALUES (0, ''),
			(1, ''), (0, 'overhead'))) WHERE k.column1 = 0 AND (benchmark GLOB 'irq.[er]*' OR benchmark = 'switch.pingpong');
		INSERT INTO samples SELECT l.id, 'switch.pingpong', pages, 'pages', 0, 'switches', 'count', 16, ''
			FROM launches l, p"
}

# names FOLDER ENDING: prints the names of the files with this ending
names()
{
	find "$1" -maxdepth 1 -name "*.$2" -printf '%f\n' | sed 's/\.[a-z]*$//' | sort
}

# draw WHAT: draws all figures again; gnuplot must not complain, and every script must draw its
# figure, except those that match `apart`: they need builds of their own, or are for `measure`
apart='isolation\|moves\|regions'
draw()
{
	rm -rf "$tree/run/plots"
	"$tree/build/host/palimpsest-bench" --report "$tree/run" >"$tree/out" 2>"$tree/err"
	is "$1: --report exits 0" 0 $?
	is "$1: no complaint about a figure" "" "$(grep -v 'claims is not drawn\|^report: ' "$tree/err" | grep -v "$apart")"
	is "$1: every script has drawn" "$(names plots gp | grep -v "claims\|style\|$apart")" \
		"$(names "$tree/run/plots" svg | grep -v -- '-cycles')"
}

# has FIGURE TEXT: succeeds if the figure contains the text; lacks FIGURE TEXT: if it does not
has()
{
	grep -qF -- "$2" "$tree/run/plots/$1.svg"
}

lacks()
{
	! has "$1" "$2"
}

# colours FIGURE: prints how many of the colours of the first three strategies the figure has
colours()
{
	grep -oiE '#0072b2|#d55e00|#009e73|rgb\( *0, *114, *178\)|rgb\(213, *94, *0\)|rgb\( *0, *158, *115\)' \
		"$tree/run/plots/$1.svg" | tr -d ' ' | sort -fu | wc -l
}

# bouncing_colour: prints the colour of the isolation bouncing, as gnuplot writes it to a figure
bouncing_colour()
{
	local curve colours hex

	curve=$(awk '$1 == "isolation" && $2 == "bouncing" { print $3 }' kernel/axes.txt)
	read -ra colours < <(sed -n 's/^colour(e) = word("\([^"]*\)".*/\1/p' plots/style.gp)
	hex=${colours[curve]#\#}
	printf 'rgb(%3d, %3d, %3d)' "0x${hex:0:2}" "0x${hex:2:2}" "0x${hex:4:2}"
}

# cells 1|2: prints the colours of cells of the heat map in modelled cycles. 1 selects the cells
# that are coloured by their ratio, 2 those without a decided difference.
cells()
{
	awk -v group="id=\"gnuplot_plot_$1\"" '/id="gnuplot_plot_/ { inside = index($0, group) }
		inside && /<polygon/ { gsub(/.*rgb\(|\).*| /, ""); print }' "$tree/run/plots/overview-cycles.svg"
}

presets="('heap', 'heap-sw', 'sandwich', 1), ('window', 'fixed-ist', 'window', 1.1), ('random', 'fixed-ist', 'random', 1.1)"
pages="(1), (2), (4), (16), (64), (256), (512), (4096)"
results "$presets, ('heap-sw+direct+shared', 'heap-sw', 'direct', 0.5)" "$pages"
query "INSERT OR REPLACE INTO environment VALUES ('run.strategies', 'heap,window,random');
	DELETE FROM summary WHERE strategy = 'random' AND benchmark = 'exec.spawn' AND parameter = 4096"
draw "three strategies"
for figure in "$tree"/run/plots/*.svg; do
	figure=$(basename "$figure" .svg)
	check "$figure has nothing that only a claim needs" lacks "$figure" "direct"
done
for figure in exec exec-cycles execve irq-entry irq-entry-cycles irq-off switch switch-cycles; do
	is "$figure: window and random have colours of their own" 3 "$(colours $figure)"
done
for figure in tlb-flush switch; do
	check "$figure: a 0 on a logarithmic axis is labelled" has $figure '>0<'
done
check "overview: the lowest is marked" has overview-cycles '>lowest<'
check "overview: a ratio that is decided" has overview-cycles '>1.10<'
check "overview: no cell says 0.50 or 2.00 times" lacks overview-cycles '>2.00<'
is "overview: the highest ratio has the darkest colour" 8,48,107 "$(cells 1 | sort -u)"
check "the order of flushes is that of all parameters" has tlb-flush-cycles 'CR3 load alone: less from 4 pages on, more up to 2 pages'

# One size, and ratios of 1.2 and 1.5. The difference of window from heap for syscall.null is not
# decided.
results "('heap', 'heap-sw', 'sandwich', 1), ('window', 'fixed-ist', 'window', 1.2), ('random', 'fixed-ist', 'random', 1.5)" "(16)"
query "UPDATE comparisons SET ci_low = 0.9 WHERE benchmark = 'syscall.null' AND a = 'window'"
draw "one size"
is "overview: colours are relative to the highest ratio" "125,183,219 8,48,107" "$(cells 1 | sort -u | paste -sd ' ')"
is "overview: what is not decided is grey, and nothing else is" 228,228,226 "$(cells 2)"
results "('window', 'fixed-ist', 'window', 1)" "(1)"
query "INSERT OR REPLACE INTO environment VALUES ('run.strategies', 'window')"
draw "one strategy, one page"

# Two builds that differ only in their isolation. Only a claim needs them.
results "$presets, ('heap-sw+direct+shared', 'heap-sw', 'direct', 1), ('heap-sw+direct+bouncing', 'heap-sw', 'direct', 2)" "(1)"
query "INSERT OR REPLACE INTO environment VALUES ('run.strategies', 'heap,window,random')"
rm -rf "$tree/run/plots"
"$tree/build/host/palimpsest-bench" --report "$tree/run" >"$tree/out" 2>"$tree/err"
check "without moves of the window their figure is left out, and the reason is given" \
	grep -q 'moves is not drawn: the run measured nothing of window.moves on bochs or kvm' "$tree/err"
check "two isolations: both are in the figure" has isolation '>bouncing<'
check "two isolations: and what they have in common" has isolation '>both with heap-sw+direct<'
check "two isolations: the numbers of a system call" has isolation '>27 → 54<'
check "two isolations: a build that only a claim needs is in no other figure" lacks switch 'bouncing'
query "UPDATE summary SET median = 0, ci_low = 0, ci_high = 0 WHERE metric = 'walk_reads' AND isolation = 'shared';
	INSERT INTO summary (engine, strategy, stack, loader, isolation, cpus, benchmark, parameter, metric, unit, n, median,
		flags) SELECT 'bochs', 'heap-sw+direct+bouncing', 'heap-sw', 'direct', 'bouncing', 1, 'window.moves', 0, column1,
		'count', 1, column2, 'exact,few' FROM
		(VALUES ('moves_sparse', 0), ('moves_random', 3), ('moves_sweep', 8), ('tries', 2000000))"
apart=regions
draw "two isolations"
apart='isolation\|moves\|regions'
check "two isolations: 0 has a place on the axis" has isolation '>0<'
check "moves: in a million accesses" has moves '>1.5<'
check "moves: by the allocator" has moves 'sweeping, heap-sw+direct+bouncing'
query "DELETE FROM summary WHERE isolation = 'bouncing' AND benchmark = 'syscall.null';
	UPDATE summary SET loader = 'window' WHERE isolation = 'bouncing'"
rm -rf "$tree/run/plots"
"$tree/build/host/palimpsest-bench" --report "$tree/run" >"$tree/out" 2>"$tree/err"
check "two loaders: the figure is left out, and the reason is given" grep -q \
	'isolation is not drawn: the run measured no two builds that differ only in their isolation' "$tree/err"
check "two loaders: there is no figure" test ! -e "$tree/run/plots/isolation.svg"

all=
for stack in heap-sw heap-rsp0 fixed-ist fixed-rsp0; do
	for loader in sandwich window random direct self; do
		all+="${all:+, }('$stack+$loader+shared', '$stack', '$loader', 1.0 + ${#all} / 9000.0)"
	done
done
results "$all" "(1), (64)"
query "DELETE FROM environment WHERE key = 'run.strategies'"
draw "twenty strategies"
for entry in sandwich self heap-rsp0; do
	check "twenty strategies: the legend has $entry" has exec-cycles ">$entry<"
done
check "twenty strategies: and no build" lacks exec-cycles '>heap-sw+self<'
check "twenty strategies: the rows of interrupts are builds" has irq-entry-cycles '>heap-sw+self<'
check "twenty strategies: the legend has no isolation" lacks switch '>bouncing<'
results "$all, ('heap-sw+window+bouncing', 'heap-sw', 'window', 2)" "(1), (64)"
apart='moves\|regions'
draw "one more isolation"
check "one more isolation: it is in the legend of figures by stack" has switch '>bouncing<'
check "one more isolation: and in the legend of figures by loader" has exec-cycles '>bouncing<'
check "one more isolation: it has a colour of its own" has switch-cycles "$(bouncing_colour)"

# ---- Functions of a guest on KVM ----
# Nine functions. The figure shows eight of them, and the ninth as "others". window was not profiled
# with 16 MiB.
results "$presets" "$pages"
query "DELETE FROM environment WHERE key = 'run.strategies';
	INSERT INTO summary SELECT 'kvm', strategy, stack, loader, isolation, cpus, benchmark, parameter, 'tsc', 'ticks', n,
		min, q1, median, q3, max, mad, ci_low, ci_high, flags FROM summary
		WHERE metric = 'cycles_nominal' AND benchmark IN ('exec.load', 'exec.spawn', 'tlb.remap', 'tlb.remap.cr3');
	INSERT INTO launches (id, engine, strategy, stack, loader, isolation, cpus, memory, round, bench, state)
		SELECT 100 + id, 'kvm', strategy, stack, loader, isolation, cpus, memory, 0, bench, state FROM launches;
	INSERT INTO functions SELECT l.id, benchmark, parameter, 'row', column1, 'profile_cycles', 'cycles', column2 * median, 10
		FROM launches l JOIN summary s ON s.engine = 'kvm' AND s.strategy = l.strategy,
		(VALUES ('loader_load', 30), ('frame_take', 12), ('copy', 10), ('[user]', 9), ('[unknown]', 8), ('record_end', 7),
		('clear', 6), ('exec_start', 5), ('first_other', 1.5), ('second_other', 1.5)) WHERE l.engine = 'kvm' AND
		benchmark IN ('exec.spawn', 'tlb.remap') AND NOT (l.strategy = 'window' AND parameter = 16777216)"
rm -rf "$tree/run/plots"
"$tree/build/host/palimpsest-bench" --report "$tree/run" >"$tree/out" 2>"$tree/err"
is "functions: --report exits 0" 0 $?
is "functions: no complaint about a figure" "" \
	"$(grep -v 'claims is not drawn\|isolation is not drawn\|moves is not drawn\|^report: ' "$tree/err")"
not_in_ticks()
{
	grep -qF 'switches.</b> Shorter' "$tree/run/report.html" && ! grep -qF 'switches.</b> In TSC' "$tree/run/report.html"
}

for text in loader_load exec_start user unknown others 'cycles sampled by perf' 'not measured'; do
	check "functions: where-kvm has '$text'" has where-kvm ">$text<"
done
check "functions: the least are not told apart" lacks where-kvm other_
check "functions: where is that of Bochs" has where 'TLB misses and walks'
check "functions: the report says which engine the other figure is of" grep -qF "The same on bochs" "$tree/run/report.html"
check "functions: the report does not call them ticks" not_in_ticks
is "functions: what is drawn" "4096 16800 6720 5600 5040 4480 3920 3360 2800 1680" \
	"$(grep '^4096 ' "$tree/run/plots/data/kvm/exec.spawn.heap.functions")"

finish
