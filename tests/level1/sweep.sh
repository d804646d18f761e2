#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Links kernels of several sizes for the level-1 environment, boots them with several numbers of CPUs
# and sizes of stacks (bench/level1/layout.sh), and prints TAP. Bytes must be overwritten if kernel and
# stacks together are too large for their memory, and only then.
# usage: sweep.sh CPUS,… KIB,…       (numbers of CPUs, and of KiB of a stack)
# For each pair, boots the largest kernel that fits by arithmetic, and one that is a page larger. For
# 255 CPUs and 1 KiB, also boots a kernel that is a page smaller. It ends with a table.
set -uo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../../bench/environment.sh"
cd "$(dirname "$0")/../.." || exit

[ $# = 2 ] || { echo "usage: $0 CPUS,... KIB,..." >&2; exit 2; }
# shellcheck source=tests/tap.sh
. tests/tap.sh
# shellcheck source=bench/level1/boot.sh
. bench/level1/boot.sh
all=$(($(constant LEVEL1_KERNEL) / -1024)) # KiB for kernel and stacks

# try PAGES CPUS KIB WANTED: boots a kernel, and tests that the result is the one that arithmetic
# predicts. The text of the predicted result begins with WANTED.
try()
{
	local what found

	what="$2 CPUs, stacks of $3 KiB, a kernel of $((4 * $1)) KiB"
	found=$(bench/level1/layout.sh "$1" "$2" $(($3 * 1024)))
	if [[ $found = "$4"* ]]; then
		result ok "$what: $found"
	else
		result "not ok" "$what: $found, but by arithmetic it $4"
	fi
	echo "| $2 | $3 | $((4 * $1)) | $found |" >>"$work/table"
}

for stack in ${2//,/ }; do
	for cpus in ${1//,/ }; do
		largest=$(((all - cpus * stack) / 4)) # pages
		[ $((cpus * stack)) -le $all ] || continue
		[ "$cpus $stack" != "255 1" ] || try $((largest - 1)) "$cpus" "$stack" fits
		[ $largest -lt 1 ] || try $largest "$cpus" "$stack" fits
		try $((largest + 1)) "$cpus" "$stack" collides
	done
done
echo "1..$count"
echo "#"
echo "# | CPUs | KiB of a stack | KiB of the kernel | booted |"
echo "# |---|---|---|---|"
sed 's/^/# /' "$work/table"
