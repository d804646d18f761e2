#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Tests what `run-bench.sh measure` leaves behind, as a new user meets it: the document's own example, the
# page, the figure, --report, --recover and --compare. tests/e2e/foreign.sh tests what it measures.
# Prints TAP.
set -u
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../../bench/environment.sh"
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/tap.sh
. tests/tap.sh
# shellcheck source=tests/foreign/measure.sh
. tests/foreign/measure.sh

images=build/tests/foreign
[ -e $images/k64.elf ] || { echo "Bail out! no kernels; make foreign-kernels builds them"; exit 1; }

# ---- the document: its kernel, its commands, and the table that it shows ----
mkdir -p "$work/new/tree" "$work/new/mykernel"
awk '/^##/{ on = /From zero to a figure/ }
	on && /^```/ { kind = kind ? "" : substr($0, 4); next }
	on && kind == "c" { print >(folder "/mykernel/kernel.c") }
	on && kind == "text" { print >(folder "/table") }
	on && !kind && sub(/^    /, "") { print >(folder "/commands") }' folder="$work/new" docs/measure-your-kernel.md
number=0
while IFS= read -r line; do
	case $line in
	./run-bench.sh\ measure*)
		number=$((number + 1))
		line="'$PWD/run-bench.sh' measure --quiet --out $work/new/$number >$work/new/$number.out ${line#* measure}"
		;;
	esac
	echo "$line"
done <"$work/new/commands" >"$work/new/script"
follow()
{
	(cd "$work/new/tree" && bash -e ../script)
}
check "the document's commands measure its kernel" follow
check "serial.log has what the kernel wrote, though it neither waits nor sets up COM1" equal "kernel: done" \
	"$(cat "$work/new/1/launch-1/serial.log")"
# shellcheck disable=SC2016 # the other shell expands it
check "from a CD: the counts that the document shows" sh -c 'grep -vE "cycles_|_misses|mispredicts" "$0/table" | cmp - "$0/2.out"' "$work/new"
# Numbers of the model may change a little with the model.
close_to_document()
{
	[ "$(wc -l <"$work/new/table")" = "$(wc -l <"$work/new/1.out")" ] && paste "$work/new/table" "$work/new/1.out" | tr -d , | awk '
		{ n = NF / 2; modelled = $(n - 4) ~ /^(cycles_|.*_misses$|mispredicts$)/ }
		{ for (i = 1; i <= n; i++) if ($i != $(n + i) && !(modelled && i >= n - 2 && ($i - $(n + i)) ^ 2 <= ($i / 10 + 5) ^ 2)) {
			print; exit 1 } }'
}
check "by GRUB: the table that the document shows, its cycles within 10 %" close_to_document
new=$work/new/1
# shellcheck disable=SC2016 # the other shell expands it
check "the figure has the region, and each cause that is in its calls" sh -c 'grep -q ">sort<" "$0" && grep -q ">mispredicted branches<" "$0" &&
	! grep -q "REP MOVS" "$0"' "$new/plots/where.svg"
# shellcheck disable=SC2016 # the other shell expands it
check "the figure is a picture, too" sh -c 'head -c 4 "$0" | grep -q PNG' "$new/plots/where.png"
check "without --profile, its parts are functions" grep -q "at the end of a bar: instructions" "$work/new/2/plots/where.svg"
check "without --profile: the page says that there are no cycles" grep -q "no cycles" "$work/new/2/report.html"
check "without --profile: the functions have one column of instructions" equal 1 \
	"$(grep -o "instructions a call (mean)" "$work/new/2/report.html" | wc -l)"
check "there is no table without rows" equal "functions.csv samples.csv summary.csv summary.jsonl" \
	"$(cd "$new" && echo *.csv *.jsonl | tr ' ' '\n' | sort | paste -sd ' ')"

check "work has no line where it equals instructions" equal 0 "$(grep -c "^ *work " "$new/tables.txt")"
check "environment.json has the default of --ips" grep -q '"run.ips": "50000000"' "$new/environment.json"

# ---- the page ----
measure run --kernel $images/k64.elf --until "k64: done" --profile skylake-client --region straight=straight \
	--region descend=descend --user-entry
check "the end of the output names the page and the figure" ends 0 "figure:  $work/run/results/plots/where.svg"
page=$work/run/results/report.html
# shellcheck disable=SC2016 # the other shell expands it
check "the page has cycles before counts" sh -c 'tr -d "\n" <"$1" | grep -q "<th scope=\"col\">samples</th><th scope=\"col\">cycles low</th><th scope=\"col\">cycles nominal</th><th scope=\"col\">cycles high</th><th scope=\"col\">instructions</th>"' sh "$page"
# shellcheck disable=SC2016 # the other shell expands it
check "the page has each region, its causes and its functions" sh -c 'grep -q "<h3>descend: [0-9,.]* cycles a call" "$1" && grep -q "<h3>descend: by function</h3>" "$1" &&
	grep -q "^<tr><td>page_fault_entry</td>" "$1"' sh "$page"
# shellcheck disable=SC2016 # the other shell expands it
check "the page has no part without its value" sh -c '! grep -q "{{" "$1"' sh "$page"
check "its title is the kernel's file" grep -q "<title>What k64.elf spends</title>" "$page"
check "a region without port I/O is not taken for one that waits" equal 0 "$(grep -c "port I/O and the like" "$page")"
check "it links to the figure" grep -q '<a href="plots/where.svg">' "$page"
check "at most seven counts of a region are not folded" equal 9 \
	"$(sed -n '/<section id="regions">/,/<details>/p' "$page" | grep -o '<th scope="col">' | wc -l)"
check "the regions are in the order of the options, then the entries from user mode" equal "straight descend user.syscall" \
	"$(awk '/^[a-z]/ && !/^region / { print $1 }' "$work/run/results/tables.txt" | head -n 3 | paste -sd ' ')"

# ---- --report and --recover ----
# again OPTION: makes the files of a copy of the results again, in $work/again
again()
{
	rm -rf "$work/again"
	cp -r "$work/run/results" "$work/again"
	rm -r "$work/again/report.html" "$work/again/tables.txt" "$work/again/plots" "$work/again/summary.csv"
	status=0
	timeout 60 ./run-bench.sh "$1" "$work/again" >"$work/out" 2>&1 || status=$?
}
same()
{
	local file

	[ $status = 0 ] || { tail -n 3 "$work/out"; return 1; }
	for file in report.html tables.txt summary.csv plots/where.svg plots/where.png; do
		cmp "$work/run/results/$file" "$work/again/$file" || return
	done
}
for option in --report --recover; do
	again $option
	check "$option: page, figure and tables are the same again" same
done
sqlite3 "$work/run/results/results.sqlite" "UPDATE run SET state = 'running'; UPDATE launches SET state = 'running';
	DELETE FROM summary; DELETE FROM functions"
again --recover
check "--recover: a run that was killed has its table" ends 0 "straight "
check "--recover: its page says that not everything was measured" grep -q "Not everything was measured" "$work/again/report.html"
check "--recover: its page says why" grep -q "the harness was killed" "$work/again/report.html"
sqlite3 "$work/again/results.sqlite" "DELETE FROM samples"
again_empty()
{
	timeout 60 ./run-bench.sh --report "$work/again" 2>"$work/out" | grep -qx "(no samples)"
}
check "without samples, the table says so" again_empty
# shellcheck disable=SC2016 # the other shell expands it
check "make figures does not take the figures of another kernel" sh -c '! bench/figures.sh "$1" 2>"$1/why" && grep -q "is a run of" "$1/why"' sh "$work/again"

# ---- --compare ----
compare()
{
	status=0
	timeout 60 ./run-bench.sh --compare "$work/new/1" "$work/new/3" >"$work/out" 2>&1 || status=$?
}
cp -r "$work/new/1" "$work/new/3"
compare
check "the same kernel twice: exit status 0, and how many regions cost the same" ends 0 \
	"1 region: 0 with more instructions or cycles, 0 with less, 1 within 5 %"
check "it names the kernel's file, not the revision of Palimpsest" grep -q "^A  .*: kernel mykernel.elf, SHA-256 [0-9a-f]*…$" "$work/out"
sqlite3 "$work/new/3/results.sqlite" "UPDATE summary SET min = 2 * min, q1 = 2 * q1, median = 2 * median, q3 = 2 * q3, max = 2 * max,
	ci_low = 2 * ci_low, ci_high = 2 * ci_high WHERE metric IN ('instructions', 'work', 'cycles_nominal', 'due_instructions')"
compare
check "twice as many instructions: exit status 1" ends 1 "1 region: 1 with more instructions or cycles, 0 with less, 0 within 5 %"
check "a line has the region's name alone" grep -qE "^REGRESSION  sort +instructions \(instructions\)" "$work/out"
# shellcheck disable=SC2016 # the other shell expands it
check "the causes of cycles are in words, and those with equal medians are left out" sh -c \
	'grep -q "cycles due to instructions" "$1" && ! grep -qE " ([0-9.]+) to \1(,|$)" "$1"' sh "$work/out"
# shellcheck disable=SC2016 # the other shell expands it
check "work has no line where it equals instructions" sh -c '! grep -q "work (" "$1"' sh "$work/out"

# ---- --compare: cycles without instructions, other options, other regions ----
rm -rf "$work/new/3"
cp -r "$work/new/1" "$work/new/3"
compare
# shellcheck disable=SC2016 # the other shell expands it
check "the same options: none is named" sh -c '! grep -q " differs: " "$1"' sh "$work/out"
sqlite3 "$work/new/3/results.sqlite" "UPDATE summary SET median = 2 * median WHERE metric = 'cycles_nominal';
	UPDATE environment SET value = '1000000000' WHERE key = 'run.ips'"
compare
check "more cycles, but no more instructions: it says so" ends 1 "with the same number of instructions"
check "another --ips: it says so" ends 1 "run.ips differs: A 50000000, B 1000000000"
sqlite3 "$work/new/3/results.sqlite" "UPDATE summary SET benchmark = 'other'"
compare
check "a region that only one run has is named" ends 0 "only in B: other"
check "and so is one that only the other has" ends 0 "only in A: sort"

echo "1..$count"
