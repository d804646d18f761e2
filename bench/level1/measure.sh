#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Boots kernels in the level-1 environment, and prints what run-bench.sh --level1 stores, in lines
# "BENCHMARK PARAMETER PARAMETER_UNIT METRIC UNIT VALUE". Fails, and says why, if a boot has no result.
#   level1.layout          the largest kernel that fits below 256 stacks, and how many CPUs fit (layout.sh)
#   level1.plans           the two plans of the note, with and without faults (plan.sh)
#   level1.overflow.LEVEL  a stack of 1 KiB that overflows (deep.sh)
#   level1.stacks.LEVEL    how much of its stacks of 1 KiB a kernel built at LEVEL uses
# usage: measure.sh STACK+LOADER+ISOLATION CPUS LEVEL…       (LEVEL: such as O2)
# The last benchmark boots kernels of build/ that were built with BOOT=level1.
set -uo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../environment.sh"
cd "$(dirname "$0")/../.." || exit

[ $# -ge 3 ] || { echo "usage: $0 STACK+LOADER+ISOLATION CPUS LEVEL..." >&2; exit 2; }
build=$1 cpus=$2
shift 2
# shellcheck source=bench/level1/boot.sh
. bench/level1/boot.sh
STACKS=256     # number of stacks in the note's arithmetic
MOST_CPUS=255  # maximum number of CPUs of QEMU's machine pc
FAULTS=6       # number of faults of each of two kinds (plans.asm)
all=$(($(constant LEVEL1_KERNEL) / -4096)) # pages for the kernel and the stacks
tries=0

fail()
{
	echo "$0: $*" >&2
	exit 1
}

# row BENCHMARK METRIC UNIT VALUE [PARAMETER UNIT]
row() { echo "$1 ${5:-0} ${6:-none} $2 $3 $4"; }

# layout ARGUMENT…: calls layout.sh and sets $found to fits or collides
layout()
{
	tries=$((tries + 1))
	found=$(bench/level1/layout.sh "$@") || fail "layout.sh $*: $found"
	found=${found%% *}
}

# largest METRIC KIB: calculates the largest kernel that fits below STACKS stacks of KIB KiB. Boots this
# kernel, one that is a page smaller, and one that is a page larger. Prints a row with the size in bytes
# of the largest kernel that fits, if the kernel that is one page larger collides.
largest()
{
	local pages last='' size=''

	for pages in $((all - STACKS * $2 / 4 - 1)) $((all - STACKS * $2 / 4)) $((all - STACKS * $2 / 4 + 1)); do
		layout "$pages" "$MOST_CPUS" $(($2 * 1024)) "$STACKS"
		[ "$last $found" != "fits collides" ] || size=$((4096 * (pages - 1)))
		last=$found
	done
	[ -z "$size" ] || row level1.layout "$1" bytes "$size"
}

# most_cpus METRIC KIB: calculates the largest number of CPUs for which a kernel of one page fits below
# the stacks, which have KIB KiB each. Boots the kernel with this number of CPUs and with one more, up to
# MOST_CPUS. Prints a row with the largest number that fits, if one more CPU collides.
most_cpus()
{
	local last=''

	for cpus_tried in $(((all - 1) * 4 / $2)) $(((all - 1) * 4 / $2 + 1)); do
		[ "$cpus_tried" -le $MOST_CPUS ] || break
		layout 1 "$cpus_tried" $(($2 * 1024))
		[ "$last $found" != "fits collides" ] || row level1.layout "$1" count $((cpus_tried - 1))
		last=$found
	done
}

# plan PLAN DEFINITION: calls plan.sh and sets $found to what happened
plan() { found=$(bench/level1/plan.sh "$@") || fail "plan.sh $*: $found"; }

plans()
{
	local plan kind fault survived

	for plan in kernel stacks; do
		survived=0
		plan "$plan"
		row level1.plans "${plan}_works" count "$([ "$found" != works ]; echo $?)"
		row level1.plans "${plan}_lines" lines "$(bench/level1/plan.sh --lines $plan)"
		for kind in LEFT_OUT TOO_HIGH; do
			for ((fault = 1; fault <= FAULTS; fault++)); do
				plan "$plan" "$kind=$fault"
				[ "$found" != works ] || survived=$((survived + 1))
				# The last call of a plan maps something at its old place, too.
				[ "$plan $kind $fault" != "kernel LEFT_OUT $FAULTS" ] ||
					row level1.plans mapped_once_faults count "$([[ $found != "exception 14 at switched+0,"* ]]; echo $?)"
			done
		done
		row level1.plans "${plan}_survived" count $survived
	done
	row level1.plans faults count $((2 * FAULTS))
}

overflow()
{
	local said depth bytes changed what

	said=$(bench/level1/deep.sh "-$1") || fail "deep.sh -$1: $said"
	read -r depth bytes changed _ what <<<"$said"
	row "level1.overflow.$1" calls count "$depth"
	row "level1.overflow.$1" frame bytes "$bytes"
	row "level1.overflow.$1" changed bytes "$changed"
	row "level1.overflow.$1" returned count "$([ "$what" != back ]; echo $?)"
}

stacks()
{
	local initrd status=0

	initrd=build/$build$([ "$1" = O2 ] || echo "@gcc-$1")@level1/initrd.cpio
	[ -f "$initrd" ] || fail "$initrd is missing: make BOOT=level1 OPT=-$1"
	cp "$initrd" "$work/initrd.cpio"
	boot_small "$cpus" "run=test test=kernel*" >/dev/null || status=$?
	[ $status = 33 ] || fail "$initrd: QEMU ends with $status"
	sed -nE 's/^@[0-9]+ fact name=level1-stack-([0-9]+) value=([0-9]+) unit=bytes .*/\1 \2/p' "$work/said" >"$work/marks"
	[ "$(wc -l <"$work/marks")" = "$cpus" ] || fail "$initrd: not each of $cpus CPUs has a high-water mark"
	while read -r cpu bytes; do
		row "level1.stacks.$1" high_water bytes "$bytes" "$cpu" CPU
	done <"$work/marks"
}

largest largest_kernel_1k 1
largest largest_kernel_4k 4
most_cpus most_cpus_8k 8
row level1.layout tries count $tries
plans
for level in "$@"; do
	overflow "$level"
	stacks "$level"
done
