#!/usr/bin/env bash
# A run on the real Bochs with the cycle model ends with a screen. Tests the size of this screen,
# and that all of its numbers agree with summary.csv and comparisons.csv.
set -uo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../../bench/environment.sh"
cd "$(dirname "$0")/../.." || exit 1

# shellcheck source=tests/tap.sh
. tests/tap.sh

# has_size LINES COLUMNS FILE: succeeds if the file has 20 to LINES lines of at most COLUMNS columns
has_size()
{
	awk -v lines="$1" -v columns="$2" 'length > columns { print; bad = 1 } END { exit bad || NR < 20 || NR > lines }' "$3"
}

# is_true FILE: succeeds if all numbers of the screen in the file agree with the CSV files
is_true()
{
	awk -f tests/e2e/screen.awk "$work/run/summary.csv" "$work/run/comparisons.csv" "$1"
}

# again COLUMNS FILE ARGUMENT…: prints the screen of the run again, COLUMNS wide, to the file
again()
{
	local columns=$1 file=$2

	shift 2
	COLUMNS=$columns build/host/palimpsest-bench --recover "$work/run" "$@" >"$file" 2>"$work/err"
}

# measure: makes a run of six rounds; its output is then in $work/out
measure()
{
	./run-bench.sh --engine bochs --strategy heap,window --quick --rounds 6 --out "$work/run" \
		--bench 'exec.spawn,irq.entry.*,irq.roundtrip.user,tlb.cr3,tlb.invlpg,tlb.refill,switch.pingpong' \
		>"$work/out" 2>"$work/err" || { cat "$work/err"; return 1; }
}

check "a run of six rounds ends well" measure
check "it ends with one screen" has_size 45 100 "$work/out"
check "its numbers are those of the CSV files" is_true "$work/out"
check "it says what is fastest" grep -q '  fastest$' "$work/out"
check "what the strategies are" grep -qE '^heap: .*; window: .*INVLPG' "$work/out"
check "and why the others need more" grep -qE '  [A-Z][A-Za-z ]+ [0-9]+ %' "$work/out"
check "and from how many pages on a CR3 load costs less" grep -q 'One CR3 load costs less than INVLPG of each page from [0-9]' "$work/out"
check "and where the rest is" grep -qF "$work/run" "$work/out"
check "all tables are in tables.txt" test "$(grep -c '^exec.spawn 4 KiB' "$work/run/tables.txt")" = 3
check "no escapes in a pipe" test -z "$(tr -dc '\033' <"$work/out")"

again 80 "$work/narrow"
check "80 columns: one screen" has_size 45 80 "$work/narrow"
check "80 columns: its numbers are those of the CSV files" is_true "$work/narrow"
again 100 "$work/tables" --tables
check "--tables: the same screen, after all tables" test "$(tail -n "$(wc -l <"$work/out")" "$work/tables")" = "$(cat "$work/out")" \
	-a "$(wc -l <"$work/tables")" -gt 60

# mutate N: prints the screen with the first digit of its Nth number changed; fails if the screen
# has fewer numbers. is_true() must notice each such change.
mutate()
{
	awk -v n="$1" '/^[a-zA-Z0-9]/ { block = /^(start|interrupt|TLB|16 context)/ } {
		head = substr($0, 1, 14); rest = substr($0, 15); line = head
		while (block && /^  / && match(rest, /[0-9][0-9.,]*/)) {
			line = line substr(rest, 1, RSTART - 1)
			digit = substr(rest, RSTART, 1)
			line = line (++count == n ? (digit + 1) % 10 : digit) substr(rest, RSTART + 1, RLENGTH - 1)
			rest = substr(rest, RSTART + RLENGTH)
		}
		print line rest
	} END { exit count < n }' "$work/out"
}
changes=0 missed=0
while mutate $((changes + 1)) >"$work/mutated"; do
	changes=$((changes + 1))
	is_true "$work/mutated" >/dev/null && missed=$((missed + 1))
done
check "$changes wrong numbers are found, one at a time" test $changes -gt 60 -a $missed -eq 0
echo "1..$count"
