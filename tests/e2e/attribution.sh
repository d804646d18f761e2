#!/usr/bin/env bash
# Tests a quick run with --profile on the real Bochs: the counts of functions and of causes must add
# up to the counts of the samples, the figure must be drawn, --export must write the same counts, and
# symbols of another image must end the run with status 2.
set -uo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../../bench/environment.sh"
cd "$(dirname "$0")/../.." || exit 1

work=$(mktemp -d)
build=build/fixed-ist+window+shared
image=$build/palimpsest.elf
trap 'rm -rf "$work"' EXIT
tests=0
# result STATUS NAME [FILE]: prints one test's result; FILE has the reason if it failed.
result()
{
	tests=$((tests + 1))
	if [ "$1" = 0 ]; then
		echo "ok $tests - $2"
	else
		echo "not ok $tests - $2"
		[ -z "${3-}" ] || tail -n 5 "$3" | sed 's/^/# /'
	fi
}
query()
{
	sqlite3 "$work/run/results.sqlite" "$1"
}

./run-bench.sh --engine bochs --strategy heap,window --profile zen3 --quick --rounds 1 --trace --out "$work/run" \
	--bench 'syscall.null,irq.*.user,exec.spawn' >"$work/out" 2>&1
result $? "a quick run with a profile ends well" "$work/out"
grep -qE '"run.profile_values": "[0-9]+ seen, .*[0-9]+ assumed"' "$work/run/environment.json" &&
	grep -q 'run.profile_values' "$work/run/report.html"
result $? "its environment and report say how much of the profile is measured, seen, and so on"

# For each row and metric, the sum over functions must equal the sum over samples. Overhead samples
# are summed separately.
sums="WITH f AS (SELECT launch, benchmark, parameter, metric, kind, SUM(value) AS value FROM functions GROUP BY 1, 2, 3, 4, 5),
	s AS (SELECT launch, benchmark, parameter, metric, SUM(value) AS value,
		CASE WHEN flags LIKE '%overhead%' THEN 'overhead' ELSE 'sample' END AS kind
		FROM samples JOIN launches ON launches.id = launch
		WHERE engine = 'bochs' AND flags NOT LIKE '%warmup%'
			AND metric IN (SELECT DISTINCT metric FROM functions) AND benchmark IN (SELECT benchmark FROM functions)
		GROUP BY 1, 2, 3, 4, 6)"
compared=$(query "$sums SELECT count(*) FROM s WHERE value > 0")
query "$sums SELECT s.*, f.value FROM s LEFT JOIN f USING (launch, benchmark, parameter, metric, kind)
	WHERE s.value != ifnull(f.value, 0)" >"$work/wrong"
[ "$compared" -gt 100 ] && [ ! -s "$work/wrong" ]
result $? "functions add up to their rows: $compared sums" "$work/wrong"

query "SELECT benchmark, parameter, sample, flags, SUM(CASE WHEN metric LIKE 'due\_%' ESCAPE '\\' THEN value
	WHEN metric = 'cycles_nominal' THEN -value ELSE 0 END) AS rest, COUNT(*)
	FROM samples GROUP BY launch, benchmark, parameter, sample, trim(replace(flags, 'outlier', ''), ',') HAVING rest != 0" >"$work/wrong"
[ ! -s "$work/wrong" ] && [ "$(query "SELECT count(*) > 0 FROM samples WHERE metric = 'due_rings' AND value > 0")" = 1 ]
result $? "causes add up to cycles_nominal in each sample" "$work/wrong"

query "SELECT benchmark || '-' || parameter, SUM(value) FROM functions JOIN launches ON id = launch
	WHERE metric = 'cycles_nominal' AND kind = 'sample' AND strategy = 'window' GROUP BY 1 ORDER BY 1" >"$work/sums"
for file in "$work"/run/collapsed/bochs/window/*.folded; do
	awk -v name="$(basename "$file" .folded)" '{ sum += $NF } NF != 2 { bad = 1 } END { print name "|" sum (bad ? " bad" : "") }' \
		"$file"
done | sort >"$work/folded"
LC_ALL=C sort "$work/sums" >"$work/sums.sorted"
[ -s "$work/folded" ] && LC_ALL=C sort "$work/folded" | cmp -s - "$work/sums.sorted"
result $? "collapsed stacks add up to the same" "$work/folded"

# The files of --export must contain the collapsed stacks, and their totals must be those of
# functions.csv.
export_to()
{
	build/host/palimpsest-bench --export perf-script "$work/run" >"$work/out" 2>&1 && mv "$work/run/perf-script" "$1"
}
export_to "$work/exported" && export_to "$work/again" && diff -r "$work/exported" "$work/again" >"$work/wrong" 2>&1
result $? "--export perf-script: twice the same" "$work/out"
: >"$work/wrong"
: >"$work/leaves"
for folded in "$work"/run/collapsed/bochs/*/*.folded; do
	name=${folded#"$work/run/collapsed/"}
	script=$work/exported/${name%.folded}.linux-perf.txt
	awk -f tests/e2e/perf_script.awk "$script" 2>&1 | sort | diff - "$folded" >>"$work/wrong" 2>&1
	row=${name#bochs/}
	row=${row%.folded}
	awk -v leaves=1 -f tests/e2e/perf_script.awk "$script" | sed "s|^|${row/\//,} |" >>"$work/leaves"
done
[ ! -s "$work/wrong" ] && [ "$(find "$work/exported" -type f | wc -l)" = "$(find "$work/run/collapsed" -type f | wc -l)" ]
result $? "--export perf-script: a strict reader finds the collapsed stacks" "$work/wrong"
awk -F, '$10 == "sample" && $12 == "cycles_nominal" { sum[$2 "," $7 "-" $8 " " $11] += $14 }
	END { for (key in sum) print key " " sum[key] }' "$work/run/functions.csv" | sort >"$work/csv"
[ -s "$work/csv" ] && sort "$work/leaves" | diff - "$work/csv" >"$work/wrong"
result $? "--export perf-script: totals are those of functions.csv" "$work/wrong"
build/host/palimpsest-bench --export perf-script "$work/run" --bench 'irq.entry.*' --strategy heap >"$work/out" 2>&1
[ "$(cd "$work/run/perf-script" && find . -type f)" = "./bochs/heap/irq.entry.user-0.linux-perf.txt" ]
result $? "--export perf-script: --bench and --strategy choose rows" "$work/out"
build/host/palimpsest-bench --export perf-script "$work/run" --bench 'tlb.*' >"$work/out" 2>&1
[ $? = 2 ] && grep -q "matches --bench and --strategy" "$work/out"
result $? "--export perf-script: a choice without any row exits with 2" "$work/out"

grep -q "^bochs,window,fixed-ist,window,shared,1,exec.spawn,1048576,1,sample,loader_load,cycles_nominal,cycles,[1-9]" \
	"$work/run/functions.csv"
result $? "functions.csv has the loader"
[ -s "$work/run/plots/where.svg" ] && [ -s "$work/run/plots/where.png" ]
result $? "the figure 'where the cycles go' is drawn" "$work/out"
grep -q "^# end: [1-9][0-9]* events, 0 of them left out" "$work"/run/logs/*window*/trace.txt
result $? "the trace is complete"

# refused MESSAGE NAME: checks that a run with the current, wrong $image exits with status 2 and
# prints MESSAGE
refused()
{
	timeout 100 build/host/palimpsest-bench --engine bochs --strategy window --profile zen3 --quick --bench syscall.null \
		--out "$work/refused" >"$work/out" 2>&1
	[ $? = 2 ] && grep -qF "$1" "$work/out"
	result $? "$2" "$work/out"
	rm -rf "$work/refused"
}
mv "$image" "$work/image.elf"
trap 'mv -f "$work/image.elf" "$image"; rm -rf "$work"' EXIT
cp build/heap-sw+sandwich+shared/palimpsest.elf "$image"
refused "$image: these are the symbols of another image" "symbols of another image: status 2, and why"
strip -o "$image" "$work/image.elf"
refused "$image: it has no symbol table" "no symbols: status 2, and why"
echo "1..$tests"
