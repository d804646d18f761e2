#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Measures a bouncing build and a shared one on Bochs with --pcid on and with --pcid off, checks the
# loads of CR3 and the bounds of instructions, and prints TAP.
set -uo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../../bench/environment.sh"
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/tap.sh
. tests/tap.sh

rows='syscall.*,irq.entry.*,irq.roundtrip.*,switch.*,fork.*,copy.*,fault.*,map.*,window.move,window.enter,window.s*,exec.spawn'
for pcid in on off; do
	check "--pcid $pcid: both builds are measured, and every check passes" ./run-bench.sh --engine bochs --quick \
		--rounds 1 --profile none --strategy heap-sw+direct+bouncing,heap-sw+direct+shared --bench "$rows" --pcid $pcid \
		--out "$work/$pcid"
done

# median on|off ISOLATION BENCHMARK METRIC [PARAMETER]
median()
{
	awk -F, -v isolation="$2" -v row="$3,${5-0},$4" '$5 == isolation && $7 "," $8 "," $9 == row { print $14 }' \
		"$work/$1/summary.csv"
}

# at_most WHAT LIMIT VALUE: one test, which passes if VALUE is a number and at most LIMIT
at_most()
{
	check "$1: ${3:-not measured}, at most $2" awk -v value="$3" -v limit="$2" 'BEGIN { exit !(value ~ /^[0-9.]+$/ && value <= limit) }'
}

check "the same rows are measured with and without PCIDs" equal \
	"$(cut -d, -f 5,7-9 "$work/off/summary.csv" | sort -u)" "$(cut -d, -f 5,7-9 "$work/on/summary.csv" | sort -u)"
check "the run says that it used PCIDs" equal on "$(sed -n 's/.*"run.pcid": "\(.*\)".*/\1/p' "$work/on/environment.json")"
for benchmark in syscall.null irq.roundtrip.user; do
	check "bouncing, $benchmark: loads of CR3" equal 2 "$(median on bouncing $benchmark cr3_writes)"
done
check "bouncing, irq.roundtrip.kernel: loads of CR3" equal 0 "$(median on bouncing irq.roundtrip.kernel cr3_writes)"
at_most "bouncing, syscall.null, instructions" 60 "$(median on bouncing syscall.null instructions)"
at_most "bouncing, irq.entry.user, instructions" 45 "$(median on bouncing irq.entry.user instructions)"
check "shared, syscall.null: instructions as without PCIDs" equal "$(median off shared syscall.null instructions)" \
	"$(median on shared syscall.null instructions)"

# A switch checks whether the new PCID is stale. Some PCIDs are stale for ever: those of spaces that
# are never loaded or no longer exist. They must not make a switch slower. A sample has 16 switches.
more()
{
	awk -v on="$(median on "$1" switch.pingpong instructions)" -v off="$(median off "$1" switch.pingpong instructions)" \
		'BEGIN { print on != "" && off != "" ? (on - off) / 16 : "" }'
}

at_most "shared: more instructions of a switch with PCIDs" 4 "$(more shared)"
at_most "bouncing: more instructions of a switch with PCIDs" 24 "$(more bouncing)"
echo "1..$count"
