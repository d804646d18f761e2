#!/usr/bin/env bash
# Tests the system-call fuzzer: plants faults in a copy of the sources, one at a time, and checks
# that the fuzzer reports each.
set -uo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../../bench/environment.sh"
cd "$(dirname "$0")/../.." || exit

# shellcheck source=tests/tap.sh
. tests/tap.sh
build=heap-sw+sandwich+shared
copy=$work/copy

mkdir -p "$copy/build"
cp -a Makefile bochsrc kernel bench tests "$copy/"
cp -a build/programs build/fuzz build/objects build/$build "$copy/build/"

# plant FILE SED: plants a fault in the copy of FILE by the sed script SED, and builds the kernel
plant()
{
	cp -p "$1" "$copy/$1.sound"
	sed -z "$2" "$1" >"$copy/$1"
	! cmp -s "$1" "$copy/$1" || { echo "the fault finds no place in $1 any more: mend tests/fuzz/calls-plants.sh"; return 1; }
	env -u MAKEFLAGS -u MAKELEVEL make -s -C "$copy" kernel STRATEGY=heap
}

restore()
{
	cp "$1" "$copy/$1"
	rm -f "$copy/$1.sound"
}

# finds FILE SED PATTERN: plants the fault; succeeds if the fuzzer reports a finding that matches
# PATTERN
finds()
{
	local status=0
	plant "$1" "$2" || status=1
	if [ $status = 0 ]; then
		(cd "$copy" && PATIENCE=5 FINDINGS=1 tests/fuzz/calls.sh 30000 1 tcg $build) >"$work/fuzzed" 2>&1
		if ! grep -q "^not ok .*# .*$3" "$work/fuzzed"; then
			echo "wanted a finding of $3"
			grep -a ok "$work/fuzzed"
			status=1
		fi
	fi
restore "$1"
	return $status
}

# in_call STATEMENT: prints the sed script that plants a statement in sys_getppid()
in_call()
{
	printf '%s' "s|long sys_getppid(void)\n{\n|#include \"mem/heap.h\"\n#include \"mem/frames.h\"\n&	$1\n|"
}

# Succeeds if the fuzzer finds nothing in the unchanged sources, so that the findings below are due
# to the planted faults.
sound()
{
	env -u MAKEFLAGS -u MAKELEVEL make -s -C "$copy" kernel STRATEGY=heap && (cd "$copy" && tests/fuzz/calls.sh 30000 1 tcg $build)
}

# disturbs STATEMENTS PATTERN: plants the statements in the fuzzer, at the place where a task
# changes its own registers. A task with changed registers might do by chance what the statements
# do, so the fuzzer must not report it as a finding. Succeeds if the fuzzer reports no finding, and
# if a line of its output matches PATTERN.
disturbs()
{
	local file=tests/fuzz/calls/worker.c program=build/fuzz/fuzz-calls.elf status=0

	sed "s|^\tspoiled = 1;|&\n\t$1|" $file >"$copy/$file"
	! cmp -s $file "$copy/$file" && env -u MAKEFLAGS -u MAKELEVEL make -s -C "$copy" $program &&
		(cd "$copy" && tests/fuzz/calls.sh 30000 1 tcg $build) >"$work/fuzzed" 2>&1 &&
		grep -Eq "$2" "$work/fuzzed" || status=1
	[ $status = 0 ] || cat "$work/fuzzed"
	cp -p $file "$copy/$file"
	cp -p $program "$copy/$program"
	return $status
}

check "the fuzzer knows all calls" equal "" "$(comm -23 \
	<(sed -En 's/^(CALL|SAME|ABSENT)\([0-9]+, ([a-z0-9_]+)[,)].*/SYS_\2/p' kernel/sys/calls.def | sort -u) \
	<(grep -o '\bSYS_[a-z0-9_]*[a-z0-9]\b' tests/fuzz/calls/table.c | sort -u))"
check "no fault" sound
check "a task that overwrites the results makes no finding, and only its calls count" disturbs \
	'SHARED->fault = 248;\n\tSHARED->forks = 1UL << 46;' ' [0-9]{1,4} forks, .* [1-9][0-9]* rounds ended by an overwritten page'
check "a task that removes a file of /dev makes no finding" disturbs \
	'call(SYS_unlink, (uintptr_t) "/dev/full", 0, 0);' 'put back after [1-3] rounds'
check "a task that moves files of /dev and the folder makes no finding" disturbs \
	'call(SYS_rename, (uintptr_t) "/dev/null", (uintptr_t) "/dev/full", 0);\n\tcall(SYS_rename, (uintptr_t) "/dev", (uintptr_t) "/tmp/f/dev", 0);\n\tcall(SYS_mkdir, (uintptr_t) "/dev", 0755, 0);' \
	'put back after [1-3] rounds'
check "a frame is lost" finds kernel/sys/syscall.c "$(in_call 'frame_alloc();')" 'frames.* lost'
check "an object is lost" finds kernel/sys/syscall.c "$(in_call 'heap_alloc(100);')" 'objects of up to 128 bytes lost'
check "a call that does not end" finds kernel/sys/syscall.c "$(in_call 'for (;;) __asm__ volatile("pause");')" 'no word for 5 s of processor time, then panic .*NMI'
check "the hang is shown with the last calls" grep -q '] 110(' "$copy/build/fuzz/calls/tcg-$build-1/console"
check "R8 is lost in a call" finds kernel/cpu/entry.asm 's|\tPOP_MEMBER CALL_R8, r8\n|\tPOP_MEMBER CALL_R8, r10\n|' 'fault 1, which 7'
check "interrupts stay on in a call" finds kernel/cpu/cpu.c 's/MSR_FMASK, RFLAGS_IF |/MSR_FMASK,/' 'panic .*in the kernel'
check "a pointer is not checked" finds kernel/isolation/user_shared.c \
	's|\(int copy_to_user([^\n]*\n{\n[^\n]*\n\n\)\tif (!user_range(to, size))\n\t\treturn -EFAULT;\n|\1|' 'fault 5\|panic'
check "XMM is lost in a switch" finds kernel/sched/sched.c 's|if (to->has_fpu)\n\t\tfpu_restore|if (0)\n\t\tfpu_restore|' 'fault [34]\|#NM'
echo "1..$count"
