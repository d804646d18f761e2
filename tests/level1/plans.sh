#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Plants mistakes in the kernels of bench/level1/ that carry out the two plans of the note, and in those
# that overflow a stack. Boots them, and prints TAP. Each mistake must have the effect that
# docs/first-environment.md describes, and at the place that it names.
set -uo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../../bench/environment.sh"
cd "$(dirname "$0")/../.." || exit

# shellcheck source=tests/tap.sh
. tests/tap.sh

# outcome WANTED PLAN [MISTAKE]: succeeds if what plan.sh prints for this plan begins with WANTED
outcome()
{
	local found wanted=$1

	shift
	found=$(bench/level1/plan.sh "$@")
	[[ $found = "$wanted"* ]] || { echo "wanted $wanted, got $found"; return 1; }
}

# overflows LEVEL: succeeds if CPU 0 overflows its stack, and thereby changes a few bytes of CPU 1's
# stack
overflows()
{
	local calls bytes changed place what

	read -r calls bytes changed place what <<<"$(bench/level1/deep.sh "$1")"
	echo "$calls calls of $bytes bytes change $changed bytes; CPU 1 returns to $place: $what"
	[ -n "$what" ] || return
	# All calls but the innermost one fit into the stack of 1 KiB.
	[ $((calls * bytes)) -ge 768 ] && [ $(((calls - 1) * bytes)) -le 1024 ] && [ "$changed" -gt 0 ] && [ "$changed" -le "$bytes" ]
}

check "moving the kernel works" outcome works kernel
check "moving the stack works" outcome works stacks
check "moving the kernel: mapped once, it faults at once" outcome "exception 14 at switched+0," kernel LEFT_OUT=6
check "moving the kernel: not mapped at its new place, it faults there" \
	outcome "exception 14 at moved+0, at its new place," kernel LEFT_OUT=3
check "moving the kernel: it cannot return to where it was" outcome "exception 14 at returned+0," kernel MISTAKE=return
check "moving the kernel: a local variable is still there" outcome works kernel MISTAKE=local
check "moving the stack: it cannot return" outcome "exception 14 at go_on+3, CR2 0xf8000000" stacks MISTAKE=return
check "moving the stack: a local variable is lost" outcome "exception 14 at go_on+0, CR2 0xf8000000" stacks MISTAKE=local
check "moving the stack: a variable of the old frame is there while the old stack is mapped" outcome works stacks MISTAKE=frame
check "moving the stack: the old stack is not needed" outcome works stacks LEFT_OUT=6
check "... but then a variable of the old frame faults" \
	outcome "exception 14 at go_on+0, CR2 0xfffffff0" stacks MISTAKE=frame LEFT_OUT=6
check "a new stack a page too high faults at its first use" outcome "exception 14 at " stacks TOO_HIGH=4
for level in -O0 -Og -O2; do
	check "$level: a stack that overflows changes the neighbour's" overflows $level
	sed 's/^/# /' "$work/check"
done
check "moving the stack takes fewer lines" \
	test "$(bench/level1/plan.sh --lines stacks)" -lt "$(bench/level1/plan.sh --lines kernel)"
echo "1..$count"
