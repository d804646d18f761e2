#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Boots a kernel that was built with BOOT=level1 through the level-1 environment, and prints TAP.
# usage: run.sh ENGINE STACK+LOADER+ISOLATION@level1 CPUS
# Runs the self-tests on a machine with CPUS CPUs. All of them must start and take their new stacks.
# On tcg it also boots machines on which something is missing or does not fit.
set -uo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../../bench/environment.sh"
cd "$(dirname "$0")/../.." || exit

[ $# = 3 ] || { echo "usage: $0 ENGINE STACK+LOADER+ISOLATION@level1 CPUS" >&2; exit 2; }
engine=$1 build=$2 cpus=$3
# shellcheck source=tests/tap.sh
. tests/tap.sh
prefix="$engine $cpus CPUs: "
few="run=test test=kernel*" # a few self-tests
records=$work/records
# Seconds for a boot. On Bochs it takes longer with more CPUs, which Bochs executes in turn.
limit=250
[ "$engine" = tcg ] || limit=$((200 + 40 * cpus))

# boot CPUS WORDS: boots. Writes the records to $records, and the console's output to $work/said.
# Returns the engine's status.
boot()
{
	LIMIT=$limit SERIAL=$work/said CPUS=$1 tests/boot.sh "$engine" "$build" "$2" >"$records" 2>"$work/errors"
}

passes()
{
	boot "$1" "$2"
	[ $? = 33 ] || { tail -n 3 "$work/said" "$work/errors"; return 1; }
	! grep -a ' test name=.* ok=0 ' "$records"
}

# passes_high PLACE: succeeds if a few self-tests pass with the kernel at the physical address PLACE, on
# a machine with 6 GiB of memory
passes_high()
{
	local -x MEMORY=6144

	passes 2 "$few place=$1"
}

# fact NAME: prints the value of a fact of the last boot
fact()
{
	sed -n "s/^@[0-9]* fact name=$1 value=\([^ ]*\) .*/\1/p" "$records"
}

# Succeeds if $1 CPUs have started, all have arrived on their new stacks, and each used a part of
# its stack of 1 KiB. A CPU that reports all 1024 bytes may have overrun its stack.
all_came()
{
	equal "$1 $1" "$(fact level1-cpus) $(fact level1-arrived)" || return
	equal "$1" "$(fact 'level1-stack-[0-9]*' | awk '$1 > 0 && $1 < 1024' | wc -l)"
}

# fails CPUS WORDS MESSAGE: succeeds if the boot ends with this message of the environment
fails()
{
	boot "$1" "$2"
	equal 37 $? && grep -F "level 1: $3" "$work/said"
}

check "the self-tests pass" passes "$cpus" run=test
check "more than 80 self-tests ran" test "$(grep -ac ' test name=.* ok=1 ' "$records")" -gt 80
check "all CPUs came" all_came "$cpus"
echo "# stacks of 1 KiB: $(fact 'level1-stack-[0-9]*' | sort -n | uniq -c | awk '{ print $1 " CPUs used " $2 " bytes" }' | paste -sd ,)"
if [ "$engine" = tcg ]; then
	check "the environment does not wait for ever for CPUs that do not come" passes 2 "$few cpus=4"
	check "two CPUs came" all_came 2
	check "the kernel is where place= says" passes 2 "$few place=0x12345000"
	check "it is there" equal $((0x12345000)) "$(fact image-place)"
	check "the kernel may be above 4 GiB" passes_high 0x150003000
	check "it is above 4 GiB" equal $((0x150003000)) "$(fact image-place)"
	check "64 CPUs start" passes 64 "$few"
	check "64 CPUs came" all_came 64
	check "the stacks of 255 CPUs do not fit" fails 255 "$few" "the kernel is so large that it meets the stacks"
	check "the stacks of two CPUs do not fit if their size is near 2^63" fails 1 \
		"$few stack=0x8000000000000200 stacks=2" "the stacks do not fit in the last 2 MiB - 8 KiB"
	check "a place so high that its end overflows is refused" fails 1 "$few place=0xfffffffffffff000" \
		"place=: this memory is not free"
	check "a place without memory is refused" fails 1 "$few place=0x7fffffff000" "place=: this memory is not free"
fi
echo "1..$count"
