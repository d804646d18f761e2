#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Boots a kernel that carries out a plan of the note in the level-1 environment (plans.asm).
# usage: plan.sh kernel|stacks [NAME=VALUE…]      (LEFT_OUT, TOO_HIGH or MISTAKE of plans.asm)
#        plan.sh --lines kernel|stacks            prints the plan's lines of code
# Prints what happened: `works`, or `wrong` and what the kernel found wrong. If an exception ended the
# kernel, prints the vector, the place of the instruction (LABEL+OFFSET) and CR2. Otherwise says that the
# machine resets or hangs.
set -uo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../environment.sh"
cd "$(dirname "$0")/../.." || exit

[ $# -ge 1 ] || { echo "usage: $0 [--lines] kernel|stacks [NAME=VALUE...]" >&2; exit 2; }
if [ "$1" = --lines ]; then
	grep -cvE '^[[:space:]]*(;|$)' "bench/level1/plan_$2.inc"
	exit
fi
# shellcheck source=bench/level1/boot.sh
. bench/level1/boot.sh
plan=$1 status=0
shift

assemble plans PLAN="$plan" LEFT_OUT=0 TOO_HIGH=0 MISTAKE=none "$@" && link_kernel plans "$work/plans.o" || exit
said=$(LIMIT=30 boot_small 1 "") || status=$?
read -r what vector rip cr2 _ <<<"$said"
case $status:$what in
33:works) echo works ;;
35:wrong) echo "$said" ;;
37:trap) echo "exception $((0x$vector)) at $(place "$rip" $((1 << 30))), CR2 0x$cr2" ;;
0:*) echo "the machine resets" ;;
124:*) echo "the machine hangs" ;;
*) echo "no result (status $status): $said"; exit 1 ;;
esac
