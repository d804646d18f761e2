#!/usr/bin/env bash
# Tests that two runs whose layouts have nothing in common decide no comparison in opposite ways.
# Real Bochs with the cycle model, few benchmarks.
set -uo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../../bench/environment.sh"
cd "$(dirname "$0")/../.." || exit 1

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tests=0

# result STATUS NAME [FILE]: a line of TAP; if the test failed, the last lines of FILE follow
result()
{
	tests=$((tests + 1))
	if [ "$1" = 0 ]; then
		echo "ok $tests - $2"
	else
		echo "not ok $tests - $2"
		[ ! -s "${3-}" ] || tail -n 8 "$3" | sed 's/^/# /'
	fi
}

# query SQL: prints the result of a query on the first run; the second one is attached as `other`
query()
{
	sqlite3 -cmd "ATTACH '$work/2/results.sqlite' AS other" "$work/1/results.sqlite" "$1"
}

for seed in 1 2; do
	./run-bench.sh --engine bochs --strategy window,random --quick --rounds 7 --seed $seed --profile skylake-client \
		--bench 'exec.load.cold,syscall.null,map.unmap' --out "$work/$seed" >"$work/$seed.out" 2>&1
	result $? "the run with seed $seed ends well" "$work/$seed.out"
done

[ "$(query "SELECT count(DISTINCT layout) || ' ' || count(*) FROM (SELECT layout FROM launches WHERE engine = 'bochs'
	UNION ALL SELECT layout FROM other.launches WHERE engine = 'bochs')")" = '14 28' ]
result $? "each round has a layout of its own, the same for both images"

query "SELECT benchmark, parameter, metric, a, b, x.ratio, x.ci_low, x.ci_high, y.ratio, y.ci_low, y.ci_high
	FROM comparisons x JOIN other.comparisons y USING (engine, benchmark, parameter, metric, a, b)
	WHERE x.flags NOT LIKE '%few%' AND y.flags NOT LIKE '%few%' AND x.ci_high < 1 AND y.ci_low > 1" >"$work/opposite"
[ ! -s "$work/opposite" ]
result $? "no comparison is decided in opposite ways" "$work/opposite"

decided=$(query "SELECT count(*) FROM comparisons WHERE flags NOT LIKE '%few%' AND ci_high < 1")
open=$(query "SELECT count(*) FROM comparisons WHERE flags NOT LIKE '%few%' AND ci_low <= 1 AND ci_high >= 1 AND a < b
	AND flags NOT LIKE '%exact%'")
[ "$decided" -gt 20 ] && [ "$open" -gt 0 ]
result $? "some are decided, and some are not: $decided and $open"

# An ordering that a single boot shows, and another boot the other way round.
for run in main other; do
	query "SELECT metric, ratio, ci_low, ci_high, flags FROM $run.comparisons WHERE benchmark = 'exec.load.cold'
		AND parameter = 65536 AND a = 'window' AND b = 'random' AND metric LIKE 'cycles_%'" >"$work/cold"
	[ "$(awk -F'|' '$3 <= 1 && $4 >= 1' "$work/cold" | wc -l)" = 3 ]
	result $? "exec.load.cold of 64 KiB, window against random, is not decided ($run)" "$work/cold"
done
echo "1..$tests"
