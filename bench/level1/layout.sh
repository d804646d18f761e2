#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Boots a kernel of PAGES pages in the level-1 environment with CPUS CPUs and STACKS stacks of STACK
# bytes. The CPUs fill the stacks, and the kernel says how many words of its image and of the stacks
# were overwritten (sweep.asm).
# usage: layout.sh PAGES CPUS STACK [STACKS]     (STACKS: CPUS or more; default CPUS)
# Prints `fits`, or `collides` and what was overwritten. Fails if the boot ends otherwise, and says how.
set -uo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../environment.sh"
cd "$(dirname "$0")/../.." || exit

[ $# -ge 3 ] || { echo "usage: $0 PAGES CPUS STACK [STACKS]" >&2; exit 2; }
pages=$1 cpus=$2 stack=$3 stacks=${4:-$2} status=0
# shellcheck source=bench/level1/boot.sh
. bench/level1/boot.sh

assemble sweep PAGES="$pages" STACK="$stack" STACKS="$stacks" && link_kernel sweep "$work/sweep.o" || exit
said=$(boot_small "$cpus" "stack=$stack stacks=$stacks collide=on") || status=$?
# A kernel whose code is overwritten gets an exception. There is no IDT, so the machine resets, and
# QEMU exits with 0.
if [ $status = 0 ]; then
	echo "collides (the kernel's code is destroyed)"
elif [ $status = 37 ]; then
	echo "refused by the environment: $(tr -d '\r' <"$work/serial" | tail -n 1)"
	exit 1
elif [ $status != 33 ] || ! read -r came wrong image _ <<<"$said" || [ -z "$image" ]; then
	echo "no result (status $status)"
	exit 1
elif [ $((0x$came)) != "$cpus" ]; then
	echo "only $((0x$came)) CPUs came"
	exit 1
elif [ $((0x$wrong + 0x$image)) = 0 ]; then
	echo fits
else
	echo "collides ($((8 * 0x$image)) bytes of the kernel and $((8 * 0x$wrong)) of the stacks are overwritten)"
fi
