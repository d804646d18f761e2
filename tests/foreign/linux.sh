#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Compares the two ways to measure Debian's Linux: by markers in programs, as `make linux-baseline`
# does, and without them, by the kernel's functions and its entries from user mode. Linux executes the
# same instructions in both boots. So each count between two markers must be found again among the
# samples of the entries, and those of the functions must fit in. Prints TAP. Takes about two minutes.
# usage: linux.sh
set -uo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../../bench/environment.sh"
cd "$(dirname "$0")/../.." || exit
umask 022 # for the files in the archive
# shellcheck source=tests/tap.sh
. tests/tap.sh
build=build

fail()
{
	echo "Bail out! $*"
	exit 2
}

# shellcheck source=bench/linux/baseline/machine.sh
. bench/linux/baseline/machine.sh

# counts NAME: prints the instructions of each sample of a region of the boot without markers, with the
# number of the sample
counts()
{
	sqlite3 -separator ' ' "$work/entries/results.sqlite" \
		"SELECT sample, value FROM samples WHERE benchmark = '$1' AND metric = 'instructions' ORDER BY sample"
}

# marked FIRST: prints the instructions of the 30 regions from number FIRST on, by the markers, plus $more
more=0
marked()
{
	awk -v first="$1" -v more=$more '{ split($2, part, "="); n = part[2] } $1 == "!count" && n >= first && n < first + 30 {
		match($0, / instructions=[0-9]+/); print substr($0, RSTART + 14, RLENGTH - 14) + more }' "$work/stream"
}

# found FIRST NAME: succeeds if each of these counts is that of a sample of its own in the region NAME
found()
{
	marked "$1" >"$work/marked"
	counts "$2" >"$work/counts"
	awk 'NR == FNR { have[$2]++; next } { total++; if (have[$1]-- <= 0) { print "no sample has " $1; wrong = 1 } }
		END { if (total != 30) { print total " counts"; wrong = 1 } exit wrong }' "$work/counts" "$work/marked"
}

# found_pairs FIRST: succeeds if each of these counts is the sum of a system call and a page fault
found_pairs()
{
	marked "$1" >"$work/marked"
	counts user.syscall >"$work/calls"
	counts user.vector-14 >"$work/faults"
	awk 'FILENAME ~ /calls$/ { call[$2]; next } FILENAME ~ /faults$/ { fault[$2]; next }
		{
			total++
			hit = 0
			for (f in fault)
				if (!hit && ($1 - f) in call) {
					hit = 1
					if (!said++)
						print "# " $1 " = " $1 - f " + " f
				}
			if (!hit) { print "no sum is " $1; wrong = 1 }
		}
		END { if (total != 30) { print total " counts"; wrong = 1 } exit wrong }' "$work/calls" "$work/faults" "$work/marked"
}

# fails COMMAND…: succeeds if the command does not
fails()
{
	! "$@"
}

# inside INNER OUTER N: succeeds if at least N samples of INNER are in the results, and none has more
# instructions than the largest sample of OUTER
inside()
{
	counts "$1" >"$work/inner"
	counts "$2" >"$work/outer"
	awk -v need="$3" 'NR == FNR { if ($2 > most) most = $2; next } { n++; if ($2 > most) wrong++ }
		END { if (n < need || wrong) { print n " samples, too large: " wrong + 0; exit 1 } }' "$work/outer" "$work/inner"
}

# faults_agree: succeeds if each page fault of user mode is also a call of asm_exc_page_fault with the
# same instructions
faults_agree()
{
	counts user.vector-14 >"$work/entries-14"
	counts fault >"$work/functions-14"
	awk 'NR == FNR { have[$2]++; next } { n++; if (have[$2]-- <= 0) { print "no call has " $2; wrong = 1 } }
		END { if (n < 100) { print n " page faults"; wrong = 1 } exit wrong }' "$work/functions-14" "$work/entries-14"
}

linux_prepare
root=$work/root
mkdir -p "$root"
cp build/programs/payload-4k.elf "$root/payload-4k"
cp build/baseline/init.elf "$root/init"
cp build/baseline/probe.elf "$root/"
printf '%s\n' '/probe.elf 100 kernel null -' '/probe.elf 200 kernel fault -' '/probe.elf 300 kernel execve /payload-4k' >"$root/rows"
linux_initrd
echo "# $kernel, $bochs"
check "the kernel prints its symbols" sh -c "bench/linux/baseline/kallsyms.sh '$work'/kernel/boot/vmlinuz-* >'$work/map'"
exec_function=$(sed -n 's/^[0-9a-f]* [tT] \(do_execveat_common.*\)/\1/p' "$work/map" | head -n 1)

check "Linux boots, measured by markers" linux_boot nopti
status=0
timeout 900 ./run-bench.sh measure --quiet --kernel "$work"/kernel/boot/vmlinuz-* --initrd "$work/initrd" --symbols "$work/map" \
	--append "quiet norandmaps nopti" --until "rows: done" --ips 1000000000 --region exec="$exec_function" \
	--region fault=asm_exc_page_fault --user-entry --out "$work/entries" >"$work/out" 2>&1 </dev/null || status=$?
check "Linux boots, measured without markers" test -e "$work/entries/results.sqlite"
echo "# status $status: $(grep -a 'run-bench:' "$work/out" | head -n 1)"
check "getpid: each count is that of an entry by SYSCALL" found 100 user.syscall
check "an anonymous page: each count is that of an entry by vector 14" found 200 user.vector-14
check "execve: each count is that of a system call and of a page fault" found_pairs 300
head -n 1 "$work/check"
more=1
check "getpid: one instruction more would be noticed" fails found 100 user.syscall
check "an anonymous page: one instruction more would be noticed" fails found 200 user.vector-14
check "execve: one instruction more would be noticed" fails found_pairs 300
more=0
check "$exec_function is part of the system call" inside exec user.syscall 30
check "each page fault of user mode is a call of asm_exc_page_fault" faults_agree
echo "1..$count"
