#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Links kernels of several sizes for the level-1 environment, boots them with several numbers of CPUs
# and sizes of stacks on tcg, and prints TAP. In each boot the CPUs paint their stacks, and the kernel
# says how many words of its image and of the stacks were overwritten (sweep.asm). They must be
# overwritten if kernel and stacks together are too large for their memory, and only then.
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
environment=build/level1.elf32 constants=build/programs/constants.inc
for file in $environment $constants; do
	[ -f "$file" ] || { echo "$0: $file is missing: make link-sweep builds it" >&2; exit 1; }
done
kernel=$(sed -n 's/^%define LEVEL1_KERNEL //p' $constants) # the address, as a negative number
all=$((-kernel / 1024))                                   # KiB for kernel and stacks

# link PAGES STACK: makes an initrd with a kernel of PAGES pages for stacks of STACK bytes
link()
{
	nasm -f elf64 -DPAGES="$1" -DSTACK="$2" -P $constants -Wall -Werror -o "$work/sweep.o" tests/level1/sweep.asm &&
		ld -N --no-warn-rwx-segments --build-id=none -z noexecstack -Ttext="$(printf %#x "$kernel")" -e sweep -o "$work/sweep.elf" \
			"$work/sweep.o" && kernel/boot/level1/make-initrd.sh "$work/initrd.cpio" "$work/sweep.elf"
}

# boot PAGES CPUS STACK: prints `fits`, or `collides` and what was overwritten, or what else happened.
# A kernel whose code is overwritten gets an exception. There is no IDT, so the machine resets, and
# QEMU exits with 0.
boot()
{
	local said cpus stacks image status=0

	link "$1" "$3" || return
	said=$(LIMIT=100 CPUS=$2 KERNEL=$environment MODULES=$work/initrd.cpio tests/boot.sh tcg none \
		"stack=$3 collide=on" 2>/dev/null | tr -d '\0' | tail -n 1) || status=$?
	if [ $status = 0 ]; then
		echo "collides (the kernel's code is destroyed)"
	elif [ $status = 37 ]; then
		echo "refused by the environment"
	elif [ $status != 33 ] || ! read -r cpus stacks image _ <<<"$said" || [ -z "$image" ]; then
		echo "no result (status $status)"
	elif [ $((0x$cpus)) != "$2" ]; then
		echo "only $((0x$cpus)) CPUs came"
	elif [ $((0x$stacks + 0x$image)) = 0 ]; then
		echo fits
	else
		echo "collides ($((8 * 0x$image)) bytes of the kernel and $((8 * 0x$stacks)) of the stacks are overwritten)"
	fi
}

# try PAGES CPUS KIB WANTED: one test: a boot must end as arithmetic says
try()
{
	local what found

	what="$2 CPUs, stacks of $3 KiB, a kernel of $((4 * $1)) KiB"
	found=$(boot "$1" "$2" $(($3 * 1024)))
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
