#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Boots a kernel in the level-1 environment in which CPU 0 overflows its stack of 1 KiB into that of
# CPU 1 (deep.asm). usage: deep.sh LEVEL      (such as -O0)
# Prints the number of calls, the size of each call's frame in bytes, the number of bytes of CPU 1's
# stack that changed, and the place to which CPU 1's outermost function returned. Then prints what
# happened to CPU 1: `back` if that place was the function's caller, `exception` with the vector,
# `reset`, or `lost` if CPU 1 still ran after 20 seconds.
set -uo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../environment.sh"
cd "$(dirname "$0")/../.." || exit

[ $# = 1 ] || { echo "usage: $0 LEVEL" >&2; exit 2; }
# shellcheck source=bench/level1/boot.sh
. bench/level1/boot.sh
status=0

gcc -std=gnu17 "$1" -ffreestanding -fno-pic -fno-pie -mcmodel=kernel -mno-red-zone -mgeneral-regs-only -fcf-protection=none \
	-fno-stack-protector -fno-asynchronous-unwind-tables -Wall -Wextra -Werror -Ikernel -I. -c -o "$work/functions.o" \
	bench/level1/deep.c && assemble deep && link_kernel deep "$work/deep.o" "$work/functions.o" || exit
said=$(LIMIT=20 boot_small 2 "") || status=$?
read -r depth bytes changed caller what vector _ <<<"$said"
[ -n "$caller" ] || { echo "no result (status $status): $said"; exit 1; }
case $status:$what in
33:back) what=back ;;
37:trap) what="exception $((0x$vector))" ;;
0:*) what=reset ;;
124:) what=lost ;;
*) echo "no result (status $status): $said"; exit 1 ;;
esac
echo "$((0x$depth)) $((0x$bytes)) $((0x$changed)) $(place "$caller") $what"
