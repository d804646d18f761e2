#!/bin/bash
# SPDX-License-Identifier: MIT
# Tests the script of make validate-model: its table and exit status for made-up databases, and its
# messages on wrong usage.
set -uo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../../bench/environment.sh"
cd "$(dirname "$0")/../.." || exit 1

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
count=0
failures=0

check()
{
	local name=$1

	shift
	count=$((count + 1))
	if "$@"; then
		echo "ok $count - $name"
		return
	fi
	echo "not ok $count - $name"
	echo "# failed: $*"
	sed 's/^/# /' "$work/out" "$work/err" 2>/dev/null
	failures=$((failures + 1))
}

# rows ENGINE METRIC FACTOR: prints the results of a made-up processor that has the published
# latencies of skylake-client, multiplied by FACTOR. A row's total is the number of operations times
# the cost of one operation, in some rows plus a fixed part. The cost of a load depends on the
# data's size and pages.
rows()
{
	awk -v engine="$1" -v metric="$2" -v factor="$3" '
		function row(benchmark, parameter, operations, total) {
			printf "%s,window,1,%s,%d,operations,%d\n", engine, benchmark, parameter, operations
			printf "%s,window,1,%s,%d,%s,%.3f\n", engine, benchmark, parameter, metric, factor * total
		}
		function slope(benchmark, from, to, cost) {
			row(benchmark, from, from, 300 + cost * from)
			row(benchmark, to, to, 300 + cost * to)
		}
		BEGIN {
			row("micro.chase.2m", 16384, 8192, 8192 * 4)
			row("micro.chase.2m", 131072, 8192, 8192 * 12)
			row("micro.chase.2m", 2097152, 32768, 32768 * 45)
			row("micro.chase.2m", 33554432, 524288, 524288 * 168)
			pages = split("32 64 72 80 96 256 512 1536 1664 2048", n, " ")
			for (i = 1; i <= pages; i++) {
				data = n[i] > 512 ? 12 : 4
				row("micro.reach.2m", n[i], 8192, 8192 * data)
				row("micro.reach.4k", n[i], 8192, 8192 * (data + (n[i] > 1536 ? 30 : n[i] > 64 ? 9 : 0)))
			}
			slope("micro.syscall", 64, 1024, 76)
			slope("micro.int.user", 64, 1024, 614)
			slope("micro.iret.kernel", 64, 1024, 230)
			slope("micro.cr3", 8, 64, 196)
			slope("micro.invlpg", 33, 129, 195)
			row("micro.movsb", 4096, 8, 8 * (35 + 4096 / 29))
			row("micro.movsb", 8192, 8, 8 * (35 + 8192 / 29))
			row("micro.switch", 4, 16, 16 * 600)
			row("micro.switch.pcid", 4, 16, 16 * 562)
			row("micro.switch.same", 4, 16, 16 * 105)
			row("micro.cr3.refill", 1, 16, 16 * 152)
			row("micro.cr3.refill", 4, 16, 16 * 148)
			row("micro.invlpg.refill", 1, 16, 16 * 284)
			row("micro.invlpg.refill", 4, 16, 16 * (284 + 3 * 224))
			printf "%s,window,2,tlb.shootdown,1,%s,%.3f\n", engine, metric, factor * 2233
			printf "%s,window,2,tlb.invlpg,1,%s,%.3f\n", engine, metric, factor * 218
		}'
}

# database FILE ROW…: makes a results database with these rows (CSV) in its summary
database()
{
	local file=$1

	shift
	rm -f "$file"
	printf '%s\n' "$@" >"$work/rows.csv"
	sqlite3 "$file" "CREATE TABLE environment (key TEXT PRIMARY KEY, value TEXT NOT NULL);
		INSERT INTO environment VALUES ('run.profile', 'skylake-client');
		CREATE TABLE summary (engine TEXT, strategy TEXT, cpus INTEGER, benchmark TEXT, parameter INTEGER,
			metric TEXT, median REAL, flags TEXT DEFAULT '');
		CREATE TABLE read (engine, strategy, cpus INTEGER, benchmark, parameter INTEGER, metric, median REAL);" \
		".import --csv $work/rows.csv read" \
		"INSERT INTO summary (engine, strategy, cpus, benchmark, parameter, metric, median)
			SELECT DISTINCT * FROM read"
}

validate()
{
	bench/validate/validate.sh "$@" >"$work/out" 2>"$work/err"
	status=$?
}

good=$(rows bochs cycles_low 0.9; rows bochs cycles_nominal 1; rows bochs cycles_high 1.1)
database "$work/good" "$good"
validate --database "$work/good" skylake-client
check "figures as published pass" test $status -eq 0
check "both sections are there" test "$(grep -c '^## \(Held out\|Calibration\)' "$work/out")" -eq 2
check "every figure is ok" test "$(grep -c '| ok  ' "$work/out")" -eq \
	"$(grep -c '^skylake-client' bench/validate/published.tsv)"
check "low, nominal and high stand side by side" grep -q '^| L3 latency, cycles .*| 40.5 | 45.0 *| 49.5 *| +0.0 %' "$work/out"
check "a knee is the last page count that fits" grep -q '^| reach of the second.* 1536 *| 1536 *| 1536 ' "$work/out"
check "latencies stand by working set" grep -q '^| 2 MiB .*| 40.5, 45.0, 49.5 ' "$work/out"
check "a missing KVM is said" grep -q '^KVM: not measured' "$work/out"

# The folder of the script and the folder of the results have names with characters that are special
# to a shell or to SQL.
odd=$work/"it's_(a)_\"folder\"_&_co;"
mkdir -p "$odd"
cp -r bench "$odd"
cp "$work/good" "$odd/results"
"$odd/bench/validate/validate.sh" --database "$odd/results" skylake-client >"$work/out" 2>"$work/err"
check "folders may have any name" test $? -eq 0

# The results of a processor whose L2 has twice the published latency.
database "$work/wrong" "$(sed '/micro.chase.2m,131072,cycles/s/,\([0-9.]*\)$/ \1/' <<<"$good" |
	awk '/ / { $2 *= 2; print $1 "," $2; next } { print }')"
validate --database "$work/wrong" skylake-client
check "an L2 twice as slow is found" test $status -eq 1
check "and named" grep -q '^| L2 latency, cycles .*+100.0 %.*| OUT ' "$work/out"
check "and nothing else is" test "$(grep -c '| OUT ' "$work/out")" -eq 1

# A processor whose second-level TLB has fewer entries than published.
database "$work/knee" "$(awk -F, -v OFS=, '/reach.4k,1536,cycles/ { $7 += 8192 * 21 } { print }' <<<"$good")"
validate --database "$work/knee" skylake-client
check "a knee at another place is found" test $status -eq 1
check "with the count that fits" grep -q '^| reach of the second.*| 512 .*| OUT ' "$work/out"

database "$work/less" "$(grep -v 'micro.int.user' <<<"$good")"
validate --database "$work/less" skylake-client
check "a figure that was not measured fails" test $status -eq 1
check "and is called missing" grep -q '^| INT and IRETQ.*| - .*| missing ' "$work/out"

database "$work/kvm" "$good
$(rows kvm tsc 2)"
validate --database "$work/kvm" skylake-client
check "KVM does not change the verdicts" test $status -eq 0
check "and stands beside, in ticks" grep -q '^| SYSCALL and SYSRET, .*| 152.0 *| 2.00 ' "$work/out"

validate --database "$work/good" zen3
check "the database of another profile is refused" test $status -eq 2
validate --database "$work/nothing" zen3
check "a database that is not there is refused" test $status -eq 2
validate pentium
check "a profile without figures is refused" test $status -eq 2
check "with those that have some" grep -q 'zen3' "$work/err"
validate skylake-client tcg
check "tcg is refused, its times mean nothing" test $status -eq 2

# Each profile that bench/validate/published.tsv names must exist.
check "the figures' profiles are there" test -z "$(grep -v '^#' bench/validate/published.tsv | tail -n +2 | cut -f1 | sort -u |
	while read -r profile; do [ -e "bench/bochs/profiles/$profile.ini" ] || echo "$profile"; done)"

# The cost of a load has a knee: it is higher if the data has more pages than a TLB has entries. To
# find the knee, the benchmark must measure two numbers of pages: the published number, and a number
# that is at least a third larger.
check "reach is sampled around every published knee" test -z "$(awk -F'\t' '$8 == "reach" { print $11 }' \
	bench/validate/published.tsv | sort -u | while read -r pages; do
		tr -d '\n' <bench/guest/micro/micro_chase.c | sed 's/.*page_counts\[\] = {\([^}]*\)}.*/\1/' | tr -cs 0-9 '\n' |
			awk -v pages="$pages" '$1 == pages { at = 1 } 3 * $1 >= 4 * pages { behind = 1 }
				END { if (!at || !behind) print pages }'
	done)"

# Runs the probe loops on tcg. This shows that they work, but not how long they take. Rows that need
# more memory than the machine has must be skipped.
timeout 150 ./run-bench.sh --engine tcg --strategy heap,window --quick --memory 80 --bench 'micro.*' --out "$work/run" \
	>"$work/out" 2>"$work/err"
check "the probe loops run on tcg" test $? -eq 0
check "and every check passes" test "$(sqlite3 "$work/run/results.sqlite" \
	"SELECT min(ok) || ' ' || (count(*) > 180) FROM checks WHERE kind = 'check'")" = '1 1'
skipped() { # CONDITION: prints why such rows were skipped
	sqlite3 "$work/run/results.sqlite" "SELECT DISTINCT detail FROM checks WHERE kind = 'skip' AND $1"
}
check "what memory is too small for is skipped" test 'not enough memory' = "$(skipped "name <> 'micro.switch.pcid'")"
check "what needs PCIDs is skipped, as tcg has none" test 'the CPU has no PCID' = "$(skipped "name = 'micro.switch.pcid'")"

echo "1..$count"
[ "$failures" -eq 0 ]
