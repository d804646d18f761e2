#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Boots machines with four CPUs on which a CPU panics, or several, and checks that the machine ends and
# says why. Prints TAP. The kernel must have been built with RACES=1 (tests/kernel/races/dies.c).
# usage: panics.sh ENGINE STACK+LOADER+ISOLATION
set -uo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../bench/environment.sh"
cd "$(dirname "$0")/.." || exit

[ $# = 2 ] || { sed -n '/^# usage/s/^# //p' tests/panics.sh >&2; exit 2; }
engine=$1 build=$2@races
# shellcheck source=tests/tap.sh
. tests/tap.sh
prefix="panics $engine $2: "
records=$work/records
said=$work/said
status_panic=37 # what both engines make of EXIT_PANIC

# ends TEST WORDS RECORD: boots the self-test. Succeeds if the machine ends with a panic, whose one
# record matches RECORD and is the last one, and if the console says it once, in the last line but one: the test waits there for CPUs that go on.
ends()
{
	local status

	LIMIT=${LIMIT:-60} SERIAL=$said CPUS=4 tests/boot.sh "$engine" "$build" \
		"run=test test=$1 maxcpus=4 $2" >"$records" 2>"$work/errors"
	status=$?
	equal $status_panic $status || return
	equal 1 "$(grep -ac ' panic text=' "$records")" || return
	grep -a '^@' "$records" | tail -n 1 | grep -aE "^@[0-9]+ panic text=$3 ~[0-9a-f]{8}\$" >"$work/last" ||
		{ echo "the last record is: $(grep -a '^@' "$records" | tail -n 1)"; return 1; }
	equal "1 1" "$(grep -ac '^kernel panic: ' "$said") $(tail -n 2 "$said" | head -n 1 | grep -ac '^kernel panic: ')" || return
	equal "no other CPU went on" "$(tail -n 1 "$said" | tr -d "\r")"
}

# dumps LINE: succeeds if the console has one dump of registers, which begins with LINE
dumps()
{
	equal "1 1" "$(grep -acE "^$1" "$said") $(grep -ac '^rax ' "$said")"
}

undefined='#UD%20invalid%20opcode%20in%20the%20kernel%20at%20[0-9a-f]{16},%20address%200'
check "a CPU faults with a lock held, for which all others wait" ends dies_with_a_lock "" "$undefined"
check "its registers are shown, and which CPU it is" dumps "on CPU 1: #UD invalid opcode"
check "all CPUs panic at the same time" ends dies_on_all_cpus "" all%20CPUs%20panic
check "all CPUs fault at the same time" ends dies_on_all_cpus_by_faults "" "$undefined"
check "the registers of one are shown" dumps "(on CPU [0-9]+: )?#UD invalid opcode"
for polls in 2 30 150; do
	check "a CPU panics while another one prints ($polls)" ends dies_amid_records schedule=$polls \
		a%20CPU%20panics%20while%20another%20one%20prints
done
echo "1..$count"
