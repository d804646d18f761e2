#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Tests `run-bench.sh measure` on the kernels of tests/foreign. Every call of every region must have
# the number of instructions that expected.tsv says. The results of two runs must be the same, byte for
# byte. With bad input the run must end with a message that says what to do, and it must keep the calls
# measured so far.
# Prints TAP.
# usage: foreign.sh [KERNEL]      (with KERNEL: only compares its calls with the table)
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

# values RUN: prints "region call instructions" of each call in the results, with tabs. Entries from
# user mode have the names of expected.tsv.
values()
{
	sqlite3 -separator $'\t' "$work/$1/results/results.sqlite" \
		"SELECT benchmark, sample, value FROM samples WHERE metric = 'instructions' ORDER BY benchmark, sample" |
		sed -E 's/^user\.(syscall|vector-128)\t/user:system_call_entry\t/; s/^user\.vector-14\t/user:page_fault_entry\t/
			s/^user\.vector-32\t/user:timer_entry\t/'
}

# kept RUN REGION: succeeds if the results have calls of this region
kept()
{
	values "$1" | grep -q "^$2	" || { echo "no calls of $2"; return 1; }
}

# options KERNEL: prints the options for the regions in the table, each on a line of its own
options()
{
	awk -F '\t' -v kernel="$1" '!/^#/ && (kernel ~ "^" $1 || $1 == "any") && !seen[$2]++ {
		print ($2 ~ /^user:/ ? "--user-entry" : "--region\n" $2)
	}' tests/foreign/expected.tsv
}

# equals_table KERNEL RUN: compares the calls in the results with the table
equals_table()
{
	values "$2" >"$work/values"
	awk -F '\t' -v kernel="$1" -v without='^$' -f tests/foreign/compare.awk tests/foreign/expected.tsv "$work/values"
}

# add_up RUN: succeeds if in each region and metric the functions and the calls in the results add up to
# the same number
add_up()
{
	sqlite3 "$work/$1/results/results.sqlite" "SELECT benchmark, metric, f.value, s.value FROM
		(SELECT benchmark, metric, sum(value) AS value, count(*) AS n FROM samples GROUP BY 1, 2) s
		LEFT JOIN (SELECT benchmark, metric, sum(value) AS value, max(n) AS n FROM functions GROUP BY 1, 2) f
		USING (benchmark, metric) WHERE s.value > 0 AND metric NOT LIKE 'due%' AND (f.value IS NOT s.value OR f.n <> s.n)" >"$work/unequal"
	[ ! -s "$work/unequal" ] || { head -n 5 "$work/unequal"; return 1; }
}

# ---- the table ----
for kernel in ${1:-k64 k32 k32-pae}; do
	prefix="$kernel: "
	mapfile -t regions < <(options "$kernel")
	for run in first second; do
		measure $run --kernel "$images/$kernel.elf" --until "$kernel: done" "${regions[@]}"
		cp "$work/out" "$work/$run.out"
	done
	check "a call that never returns: exit status 1, and the message names it" ends 1 "region escape opened 2 times but never closed"
	check "a call that left its function by a long jump is lost, and not open at the end" ends 1 \
		"region escape: 1 of 2 calls are lost"
	check "each call has the instructions that were counted by hand" equals_table "$kernel" first
	check "the functions of each region add up to its calls" add_up first
	check "each chain of calls has the instructions that were counted by hand" equal "1 28 2 23 3 18 4 13 5 8 6 3" \
		"$(awk '{ print gsub(/descend/, "&", $1), $2 }' "$work/first/results/collapsed/bochs/kernel/descend-0.folded" | sort -n | paste -sd ' ')"
	check "it prints a random number" grep -q "$kernel: random [0-9]" "$work/first/results/launch-1/serial.log"
	for file in samples.csv summary.csv functions.csv tables.txt launch-1/serial.log; do
		check "two runs write the same $file" cmp "$work/first/results/$file" "$work/second/results/$file"
	done
done
prefix=
[ $# = 0 ] || { echo "1..$count"; exit; }

# ---- the ends of a run ----
common=(--region straight=straight --region descend=descend)
measure run --kernel $images/k64.elf --until "k64: done" "${common[@]}"
check "all regions closed: exit status 0" ends 0 "straight"
measure run --kernel $images/k64.elf --until "done on the screen" "${common[@]}"
check "a text on the screen alone ends the run" ends 0 "straight"
objcopy -O elf32-i386 --strip-debug $images/k32.elf "$work/k32.elf32"
kernel/boot/make-iso.sh "$work/cd.iso" "$work/k32.elf32" ""
sleep 1.1 # so that the time is another one
kernel/boot/make-iso.sh "$work/again.iso" "$work/k32.elf32" ""
check "the same files make the same CD image, at any time" cmp "$work/cd.iso" "$work/again.iso"
rm "$work/again.iso"
measure run --iso "$work/cd.iso" --symbols $images/k32.elf --until "k32: done" "${common[@]}"
check "a CD image with a boot loader of its own" ends 0 "straight"
check "a CD image: the same counts" equal "28 23 18 13 8 3" "$(values run | sed -n 's/^descend	.*	//p' | paste -sd ' ')"
# The loader on the first disk writes the second disk and prints what is there.
{ head -c 512 /dev/zero; printf 'a second disk\n\0'; head -c 497 /dev/zero; } >"$work/second.img"
cp $images/k32-disk.img "$work/first.img"
measure run --disk "$work/first.img" --disk "$work/second.img" --symbols $images/k32.elf --until "k32: done" "${common[@]}"
check "a disk with a boot sector" ends 0 "straight"
check "a disk: the same counts" equal "28 23 18 13 8 3" "$(values run | sed -n 's/^descend	.*	//p' | paste -sd ' ')"
check "a second disk is read" grep -qa "a second disk" "$work/run/results/launch-1/serial.log"
check "a second disk: what was written to it is discarded" equal 0 "$(head -c 512 "$work/second.img" | tr -d '\0' | wc -c)"
measure run --kernel $images/k32.elf --disk "$work/first.img" --until "k32: done" "${common[@]}"
check "a kernel, and a disk from which it does not boot" ends 0 "straight"
head -c 1000 $images/k32-disk.img >"$work/odd.img"
measure run --disk "$work/odd.img" --symbols $images/k32.elf --until "k32: done" "${common[@]}"
check "a disk whose size is not a multiple of 512: the message says what to do" ends 2 "truncate -s %512"
measure run --disk "$work/nothing.img" --symbols $images/k32.elf --until "k32: done" "${common[@]}"
check "no such disk: the message names the option" ends 2 "--disk: $work/nothing.img: No such file"
printf 's\nd\nq\n' >"$work/typed"
# k64 waits for interrupts of COM1 that do not reach it, so the keyboard is used.
for kernel in "k64 the keyboard" "k32 COM1"; do
	place=${kernel#* } kernel=${kernel%% *}
	measure run --kernel "$images/$kernel-shell.elf" --until "$kernel: done" --input "$work/typed" "${common[@]}"
	check "$kernel: what is typed reaches the kernel, and is measured" equal "28 23 18 13 8 3 13 8 3" \
		"$(values run | sed -n 's/^descend	.*	//p' | paste -sd ' ')"
	cp "$work/run/results/launch-1/serial.log" "$work/serial"
	check "$kernel: it is typed where the kernel sees it" grep -q "q at $place" "$work/serial"
	check "$kernel: nothing is typed while the kernel would not see it" equal 0 "$(grep -c "typed early" "$work/serial")"
done
measure run --kernel $images/k32-shell.elf --until "k32: done" --input "$work" "${common[@]}"
check "--input with a folder: the message says that it cannot be read" ends 2 "input.txt cannot be read: Is a directory"
measure run --kernel $images/k64.elf --until "k64: done" --append "two words" "${common[@]}"
check "words for the kernel's command line" ends 0 "straight"
measure run --kernel $images/k64.elf --until "k64: done" --user-entry
check "--user-entry alone" ends 0 "user.vector-14"
measure run --kernel $images/k64-triple-fault.elf --until "k64: done" "${common[@]}" --region many=many
check "a triple fault: the message says so" ends 1 "triple fault"
check "a triple fault: what was measured is kept" kept run descend
check "a triple fault, and a region that never opened" ends 1 "region many never opened"
measure run --kernel $images/k32-reboot.elf --until "k32: done" "${common[@]}"
check "a reset: the message says so" ends 1 "reset"
check "a reset: what was measured is kept" kept run descend
measure run --kernel $images/k32-hang.elf --until "k32: done" --instructions 500000000 "${common[@]}"
check "a hang, with a limit of instructions: the message says so" ends 1 "does the kernel hang?"
check "a hang: the last lines on the serial port are shown" ends 1 "the last lines on COM1"
check "a hang, with a limit of instructions: what was measured is kept" kept run descend
measure run --kernel $images/k64-hang.elf --until "k64: done" --timeout 10 "${common[@]}"
check "a hang: the time limit ends it, and the message says what to do" ends 1 "--timeout"
check "a hang: what was measured is kept" kept run descend
check "a hang: so are the functions" add_up run
if command -v script >/dev/null; then
	TERM=xterm timeout 60 script -qec "./run-bench.sh measure --memory 64 --out '$work/terminal' --kernel $images/k64-hang.elf \
		--until 'k64: done' --timeout 3 --user-entry" /dev/null </dev/null | tr '\r' '\n' | grep -a elapsed >"$work/progress"
	check "on a terminal, the progress line counts the calls" grep -q "calls measured" "$work/progress"
	check "the progress line shows no part in percent, because the end is unknown" test -z "$(grep -F % "$work/progress")"
fi
measure run --kernel $images/k64-many.elf --until "k64: done" "${common[@]}"
check "ten million calls: it ends, and says how many of them are kept" ends 0 "of 10000004 calls"
check "ten million calls: all those kept are right" equal 6 "$(values run | sed -n 's/^straight	.*	//p' | sort -u)"

# ---- the cycle model ----
# misses RUN REGION: prints how many walks each call of a region made, sorted
misses()
{
	sqlite3 "$work/$1/results/results.sqlite" \
		"SELECT value FROM samples WHERE metric = 'stlb_misses' AND benchmark = '$2' ORDER BY value" | paste -sd ' '
}
# touch() reads a word in each of four blocks of 4 KiB. In 32-bit mode each block is a page of its own;
# in 64-bit mode all four are in one page of 2 MiB.
for kernel in k32 k32-pae; do
	measure run --kernel "$images/$kernel.elf" --until "$kernel: done" --profile skylake-server --user-entry \
		--region touch=touch "${common[@]}"
	check "$kernel: cycles of 32-bit code" ends 0 "cycles_nominal"
	check "$kernel: walks of page tables in 32-bit mode" equal 4 "$(misses run touch)"
done
measure run --kernel $images/k64.elf --until "k64: done" --profile skylake-server --region touch=touch "${common[@]}"
check "k64: the pages that are touched need no walk" equal "" "$(misses run touch | tr -d ' 0')"
objcopy -O elf32-i386 $images/k64.elf "$work/k64.elf32" 2>/dev/null
measure run --kernel $images/k64.elf --symbols "$work/k64.elf32" --offset 0xffffffff00000000 --until "k64: done" \
	--profile skylake-server "${common[@]}"
check "64-bit code in a 32-bit ELF file and --profile" ends 0 "cycles_nominal"
measure run --kernel $images/k64.elf --until "k64: done" --profile skylake-server --trace --user-entry "${common[@]}"
check "with cycles: the functions of each region add up to its calls" add_up run
# shellcheck disable=SC2016 # the other shell expands it
check "the trace has an end, and a page fault of the region user.vector-14" sh -c \
	'tail -n 1 "$0" | grep -q "^# end: [1-9][0-9]* events, 0 of them left out" && grep -q "^1014 .* exception .* vector=14" "$0"' \
	"$work/run/results/launch-1/trace.txt"

# ---- beside other kernels ----
# row FILE KERNEL: prints the numbers of the first line about KERNEL
row()
{
	sed -n "s/^$2 *//p" "$1" | head -n 1 | tr -s ' ' | tr -d ,
}
# median FILE TEXT…: prints the medians of instructions, rep_iterations, data_accesses and walk_reads in
# the lines of a committed file that have all these texts
median()
{
	local lines text metric

	lines=$(cat "$1")
	shift
	for text in "$@"; do lines=$(grep -F -- "$text" <<<"$lines"); done
	for metric in instructions rep_iterations data_accesses walk_reads; do
		grep -F ",$metric," <<<"$lines" | cut -d , -f "$field"
	done | paste -sd ' '
}
measure run --kernel $images/k64.elf --until "k64: done" --region fault=page_fault_entry --as fault --region timer=timer_entry --as irq
check "--as: the measured kernel stands first" equal "15 0 16" "$(row "$work/out" 'the measured kernel' | cut -d ' ' -f 1-3)"
field=14 # summary.csv of Palimpsest and of Linux
check "--as: each preset has its committed numbers" equal "$(median results/reference/summary.csv bochs,heap, ,fault.page,0,)" \
	"$(row "$work/out" 'Palimpsest, heap')"
field=13
check "--as: Linux has its committed numbers" equal "$(median results/linux/summary.csv ,nopti, ,fault.page,0,,all,)" \
	"$(row "$work/out" 'Linux [^,]*, nopti')"
# shellcheck disable=SC2016 # the other shell expands it
check "--as irq: Linux was not measured" sh -c '[ "$(grep -c "^Linux" "$1")" = 2 ] && [ "$(grep -c "^Palimpsest, heap" "$1")" = 2 ]' sh "$work/out"
check "--as: the page has the same" grep -q '<th scope="row">Palimpsest, heap</th>' "$work/run/results/report.html"

# ---- markers ----
measure run --kernel $images/k64.elf --until "k64: done" --marks
check "--marks: exit status 0, and a region of each number" ends 0 "mark.6"
check "--marks: the instructions between the markers" equal "mark.5	1	7 mark.6	2	1" "$(values run | paste -sd ' ')"
measure run --kernel $images/k32.elf --until "k32: done" --marks
check "--marks without markers: exit status 1, and why" ends 1 "marked a region"
measure run --kernel $images/k64.elf --until "k64: done" --marks --user-entry
check "--marks excludes regions" ends 2 "--marks excludes"

# ---- symbols and regions ----
strip -o "$work/stripped.elf" $images/k64.elf
measure run --kernel $images/k64.elf --symbols "$work/stripped.elf" --until "k64: done" "${common[@]}"
check "no symbols" ends 2 "$work/stripped.elf"
# These symbols put straight() where span() is.
distance=$((0x$(nm $images/k64.elf | sed -n 's/ T span$//p') - 0x$(nm $images/k64.elf | sed -n 's/ T straight$//p')))
objcopy --change-section-address .text+$distance $images/k64.elf "$work/moved.elf" 2>/dev/null
measure run --kernel $images/k64.elf --symbols "$work/moved.elf" --until "k64: done" --region straight=straight
check "symbols of another build: they do not fit the code in memory" ends 2 "is not that of"
measure run --kernel $images/k64.elf --until "k64: done" --region x=strait
check "a function that does not exist: the nearest names" ends 2 "straight"
measure run --kernel $images/k64.elf --until "k64: done" "${common[@]}" --region many=many
check "a region that never opens" ends 1 "region many never opened"
check "a region that never opens: the others are kept" kept run descend
check "a region that never opens: the page says that it was not measured" \
	grep -q "<li>Not measured: many " "$work/run/results/report.html"
measure run --kernel "$work/nothing.elf" --until "k64: done" "${common[@]}"
check "no such kernel: the message names the option" ends 2 "--kernel: $work/nothing.elf: No such file"
measure run --kernel $images/k64.elf "${common[@]}"
check "a run without an end" ends 2 "--until"

echo "1..$count"
