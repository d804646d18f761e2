#!/usr/bin/env bash
# Replaces the tables of docs/findings.md by those of a run of all strategies:
#     ./run-bench.sh --strategy all --engine bochs --quick --profile skylake-client &&
#             bench/findings.sh results/latest
# A table is everything between "<!-- table NAME -->" and "<!-- end -->"; other text is kept.
set -euo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/environment.sh"

if [ $# != 1 ] || [ ! -r "$1/results.sqlite" ]; then
	echo "usage: $0 RESULTS-FOLDER" >&2
	exit 2
fi
database=$1/results.sqlite
builds=$(sqlite3 -readonly "$database" "SELECT count(DISTINCT strategy) FROM summary WHERE engine = 'bochs' AND benchmark = 'exec.spawn' AND
	metric = 'instructions'")
kernel=$(dirname "$0")/../kernel
all=$(awk -v show=combinations -f "$kernel/axes.awk" "$kernel/axes.txt" | wc -l)
if [ "$builds" -lt "$all" ]; then
	echo "$0: $1 has $builds of the $all builds; run ./run-bench.sh --strategy all --engine bochs" >&2
	exit 2
fi
document=$(dirname "$0")/../docs/findings.md
figures=$(dirname "$0")/../docs/figures

# query SQL: prints the result of SQL as a table without padding, so that lines stay short
query()
{
	sqlite3 -readonly -markdown "$database" "$1" | sed -E '2s/-+/---/g; s/ +\|/ |/g; s/\| +/| /g'
}

# value METRIC BENCHMARK PARAMETER: prints an SQL subquery for the median of the build in row b of
# the outer query
value()
{
	echo "(SELECT printf('%,d', median) FROM summary s WHERE s.engine = 'bochs' AND s.stack = b.stack AND
		s.loader = b.loader AND s.metric = '$1' AND s.benchmark = '$2' AND s.parameter = $3)"
}

table()
{
	case $1 in
	builds)
		query "SELECT stack AS STACK, loader AS LOADER,
			$(value instructions irq.entry.user 0) AS 'IRQ entry',
			$(value work exec.spawn 4096) AS 'spawn 4 KiB',
			$(value work exec.spawn 1048576) AS 'spawn 1 MiB',
			$(value work exec.spawn 16777216) AS 'spawn 16 MiB',
			$(value work exec.roundtrip 4096) AS 'round trip',
			$(value cr3_writes exec.spawn 4096) AS CR3,
			$(value invlpg exec.spawn 1048576) AS INVLPG,
			$(value off irq.off.max 16777216) AS off,
			$(value bytes memory.per_task 0) AS memory
			FROM (SELECT DISTINCT stack, loader FROM summary WHERE engine = 'bochs') b
			ORDER BY stack, loader"
		;;
	attribution)
		query "SELECT benchmark || iif(parameter, ' ' || CASE parameter WHEN 4096 THEN '4 KiB'
				WHEN 1048576 THEN '1 MiB' ELSE '16 MiB' END, '') AS benchmark, metric,
			a || ' → ' || b AS presets, printf('%,d', value_a) AS 'from', printf('%,d', value_b) AS 'to',
			printf('%+g', due_to_stack) AS 'due to STACK', printf('%+g', due_to_loader) AS 'due to LOADER',
			printf('%+g', interaction) AS interaction
			FROM attribution WHERE engine = 'bochs' AND a = 'heap' AND b IN ('window', 'best') AND
			((metric = 'instructions' AND (benchmark IN ('irq.entry.user', 'switch.pingpong', 'syscall.null')
				AND parameter = 0))
			OR (metric IN ('instructions', 'work') AND benchmark IN ('exec.spawn', 'exec.roundtrip')
				AND parameter IN (4096, 1048576, 16777216))
			OR (metric = 'cr3_writes' AND benchmark = 'exec.spawn' AND parameter = 4096)
			OR (metric = 'off' AND benchmark = 'irq.off.max' AND parameter = 16777216)
			OR (metric = 'bytes' AND benchmark = 'memory.per_task'))
			ORDER BY b DESC, attribution.benchmark, parameter, metric"
		;;
	winners)
		query "WITH m(place, benchmark, parameter, metric, title) AS (VALUES
				(1, 'irq.entry.user', 0, 'instructions', 'IRQ entry from user mode, instructions'),
				(2, 'irq.roundtrip.user', 0, 'instructions', 'IRQ round trip from user mode, instructions'),
				(3, 'syscall.null', 0, 'instructions', 'null system call, instructions'),
				(4, 'switch.pingpong', 0, 'instructions', '16 context switches, instructions'),
				(5, 'exec.spawn', 4096, 'work', 'spawn of 4 KiB, instructions and REP rounds'),
				(6, 'exec.spawn', 16777216, 'work', 'spawn of 16 MiB, instructions and REP rounds'),
				(7, 'exec.spawn', 16777216, 'walk_reads', 'spawn of 16 MiB, page-walk reads'),
				(8, 'exec.roundtrip', 4096, 'work', 'spawn, exit, wait of 4 KiB, instructions and REP rounds'),
				(9, 'irq.off.max', 16777216, 'off', 'longest interrupts-off time, 16 MiB, ticks'),
				(10, 'irq.latency.loading', 16777216, 'latency', 'interrupt latency at some moments of the load, 16 MiB, ticks'),
				(11, 'memory.per_task', 0, 'bytes', 'memory per task, bytes')),
			v AS (SELECT title, place, stack || '+' || loader AS build, median,
				min(median) OVER (PARTITION BY title) AS least, max(median) OVER (PARTITION BY title) AS most
				FROM m JOIN summary USING (benchmark, parameter, metric) WHERE engine = 'bochs')
			SELECT title AS subject, printf('%,d', least) AS least,
				CASE WHEN count(*) FILTER (WHERE median = least) > 6
				     THEN count(*) FILTER (WHERE median = least) || ' builds'
				     ELSE group_concat(build, ', ') FILTER (WHERE median = least) END AS 'reached by',
				printf('%,d', most) AS most, printf('%,d', max(median) FILTER (WHERE build = 'heap-rsp0+self')) AS best
			FROM v GROUP BY title ORDER BY min(place)"
		;;
	pitfalls) # a list with an item for all builds that count the same
		sqlite3 -readonly -list "$database" "
			WITH counted AS (
				SELECT benchmark, strategy, stack, group_concat(metric || ' ' || printf('%,d', median), ', ') AS counts
				FROM (SELECT * FROM summary WHERE engine = 'bochs' AND
					(benchmark LIKE 'pitfall.%' OR benchmark = 'teardown.order')
					ORDER BY benchmark, strategy, metric = 'tries', metric = 'control_violations',
						metric <> 'violations', metric)
				GROUP BY benchmark, strategy)
			SELECT '- **' || benchmark || '**, ' || iif(count(*) > 6,
				count(*) || ' builds (' || replace(group_concat(DISTINCT stack), ',', ', ') || ')', group_concat(strategy, ', ')) ||
				': ' || counts
			FROM counted GROUP BY benchmark, counts ORDER BY benchmark, min(strategy)" |
			fold -s -w 98 | sed 's/ *$//; /^- /!s/^/  /'
		;;
	run)
		query "SELECT key, value FROM environment WHERE key IN ('source.revision', 'tool.bochs', 'tool.gcc', 'run.seed',
			'run.samples', 'run.memory', 'run.command') ORDER BY key"
		;;
	*)
		echo "$0: docs/findings.md asks for an unknown table: $1" >&2
		return 1
		;;
	esac
}

work=$(mktemp)
trap 'rm -f "$work"' EXIT
skip=no
while IFS= read -r line; do
	case $line in
	'<!-- table '*' -->')
		echo "$line"
		name=${line#<!-- table }
		table "${name% -->}"
		skip=yes
		;;
	'<!-- end -->')
		echo "$line"
		skip=no
		;;
	*) [ $skip = yes ] || echo "$line" ;;
	esac
done <"$document" >"$work"
cp "$work" "$document"
mkdir -p "$figures"
for figure in irq-off memory switch; do
	cp "$1/plots/$figure.svg" "$figures/"
done
