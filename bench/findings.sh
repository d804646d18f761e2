#!/usr/bin/env bash
# Replaces the tables of docs/findings.md by those of a run of all strategies:
#     ./run-bench.sh --strategy all --engine bochs --quick --profile skylake-client &&
#             bench/findings.sh results/latest
# A table is everything between "<!-- table NAME -->" and "<!-- end -->"; other text is kept. The tables
# of STACK and LOADER have only builds with ISOLATION=shared; docs/isolation.md is about the others. The
# tables whose names begin with "compilers" come from a run with several compilers, the first of them
# gcc-O2:
#     ./run-bench.sh --engine bochs --compiler gcc-O2,clang-O2,gcc-Os &&
#             bench/findings.sh --compilers results/latest
# The tables whose names begin with "pitfalls" come from a run of the default strategies:
#     ./run-bench.sh --engine bochs --quick && bench/findings.sh --pitfalls results/latest
set -euo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/environment.sh"

which=all
case ${1-} in
--compilers | --pitfalls)
	which=${1#--}
	shift
	;;
esac
if [ $# != 1 ] || [ ! -r "$1/results.sqlite" ]; then
	echo "usage: $0 [--compilers | --pitfalls] RESULTS-FOLDER" >&2
	exit 2
fi
folder=$1
database=$folder/results.sqlite
builds=$(sqlite3 -readonly "$database" "SELECT count(DISTINCT strategy) FROM summary WHERE engine = 'bochs' AND benchmark = 'exec.spawn' AND
	metric = 'instructions'")
kernel=$(dirname "$0")/../kernel
all=$(awk -v show=combinations -f "$kernel/axes.awk" "$kernel/axes.txt" | wc -l)
if [ "$which" = all ] && [ "$builds" -lt "$all" ]; then
	echo "$0: $1 has $builds of the $all builds; run ./run-bench.sh --strategy all --engine bochs" >&2
	exit 2
fi
if [ "$which" = compilers ]; then
	[ -d "$1/compilers" ] || { echo "$0: $1 has one compiler only; see the top of this script" >&2; exit 2; }
	mapfile -t compilers < <(sqlite3 -readonly "$database" "SELECT compiler FROM compilers ORDER BY place")
fi
document=$(dirname "$0")/../docs/findings.md
figures=$(dirname "$0")/../docs/figures

# query SQL: prints the result of SQL as a table without padding, so that lines stay short. sqlite3 runs
# in the folder of the results, so that no name of a folder has to be quoted.
query()
{
	(cd "$folder" && sqlite3 -readonly -markdown results.sqlite "$1") | sed -E '2s/-+/---/g; s/ +\|/ |/g; s/\| +/| /g'
}

# value METRIC BENCHMARK PARAMETER: prints an SQL subquery that returns a median of one build: the
# build that the outer query's row b names
value()
{
	echo "(SELECT printf('%,d', median) FROM summary s WHERE s.engine = 'bochs' AND s.stack = b.stack AND
		s.loader = b.loader AND s.isolation = 'shared' AND s.metric = '$1' AND s.benchmark = '$2' AND s.parameter = $3)"
}

# query_compilers SQL: like query(); the second compiler's results are in the schema c2, the third's
# in c3, and so on
query_compilers()
{
	local i attach=

	for ((i = 2; i <= ${#compilers[@]}; i++)); do
		attach+="ATTACH 'compilers/${compilers[i - 1]}/results.sqlite' AS c$i;"
	done
	query "$attach $1"
}

# per_compiler EXPRESSION: prints a column of SQL per compiler: EXPRESSION, in which the compiler's
# number replaces @
per_compiler()
{
	local i

	for ((i = 1; i <= ${#compilers[@]}; i++)); do
		echo ", ${1//@/$i} AS '${compilers[i - 1]}'"
	done
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
			FROM (SELECT DISTINCT stack, loader FROM summary WHERE engine = 'bochs' AND isolation = 'shared') b
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
				FROM m JOIN summary USING (benchmark, parameter, metric) WHERE engine = 'bochs' AND isolation = 'shared')
			SELECT title AS subject, printf('%,d', least) AS least,
				CASE WHEN count(*) FILTER (WHERE median = least) > 6
				     THEN count(*) FILTER (WHERE median = least) || ' builds'
				     ELSE group_concat(build, ', ') FILTER (WHERE median = least) END AS 'reached by',
				printf('%,d', most) AS most, printf('%,d', max(median) FILTER (WHERE build = 'heap-rsp0+self')) AS best
			FROM v GROUP BY title ORDER BY min(place)"
		;;
	pitfalls) # a list; builds with the same counts share an item
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
	compilers)
		query "SELECT compiler, version, (SELECT count(*) FROM compiler_verdicts v JOIN compiler_verdicts first ON first.id = v.id
				AND first.place = 1 WHERE v.place = c.place AND v.verdict <> first.verdict) AS 'other verdicts',
			decided AS 'orderings decided with both', reversed
			FROM compilers c ORDER BY place"
		;;
	compilers-verdicts)
		hinge=$(query "SELECT id AS claim $(per_compiler "max(verdict) FILTER (WHERE place = @)")
			FROM compiler_verdicts GROUP BY id HAVING count(DISTINCT verdict) > 1 ORDER BY id")
		echo "${hinge:-None.}"
		;;
	compilers-counts)
		query_compilers "WITH m(place, benchmark, parameter, metric, title) AS (VALUES
				(1, 'irq.entry.user', 0, 'instructions', 'IRQ entry from user mode, instructions'),
				(2, 'exec.load', 4096, 'instructions', 'load of 4 KiB, instructions'),
				(3, 'exec.load', 65536, 'instructions', 'load of 64 KiB, instructions'),
				(4, 'exec.load', 1048576, 'instructions', 'load of 1 MiB, instructions'),
				(5, 'exec.load', 1048576, 'work', 'load of 1 MiB, instructions and REP rounds'))
			SELECT title AS subject, strategy $(per_compiler "(SELECT printf('%,d', median) FROM c@.summary s
				WHERE s.engine = 'bochs' AND s.strategy = b.strategy AND s.benchmark = m.benchmark
				AND s.parameter = m.parameter AND s.metric = m.metric)" | sed 's/c1\.summary/main.summary/')
			FROM m, (SELECT DISTINCT strategy FROM summary WHERE engine = 'bochs'
				AND strategy IN ('heap', 'window', 'heap-sw+direct+shared')) b ORDER BY place, strategy"
		;;
	compilers-reversals)
		query "SELECT benchmark || iif(parameter, ' ' || parameter, '') AS benchmark, metric, a || '/' || b AS ratio,
			printf('%.3f', first_ratio) AS '${compilers[0]}', compiler AS 'reversed by', printf('%.3f', ratio) AS 'to'
			FROM compiler_reversals JOIN compilers USING (place) WHERE engine = 'bochs' AND metric IN
			('instructions', 'work', 'cycles_nominal', 'bytes') ORDER BY compiler_reversals.benchmark, parameter, metric, a, b, place"
		;;
	pitfalls-run)
		query "SELECT key, value FROM environment WHERE key IN ('source.revision', 'run.seed', 'run.command') ORDER BY key"
		;;
	compilers-run)
		query "SELECT key, value FROM environment WHERE key IN ('source.revision', 'run.seed', 'run.profile', 'run.rounds') ORDER BY key"
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
		name=${name% -->}
		case $name in
		compilers* | pitfalls*) group=${name%%-*} ;;
		*) group=all ;;
		esac
		if [ "$group" = "$which" ]; then
			table "$name"
			skip=yes
		fi
		;;
	'<!-- end -->')
		echo "$line"
		skip=no
		;;
	*) [ $skip = yes ] || echo "$line" ;;
	esac
done <"$document" >"$work"
cp "$work" "$document"
[ "$which" = all ] || exit 0
mkdir -p "$figures"
for figure in irq-off memory switch; do
	cp "$1/plots/$figure.svg" "$figures/"
done
