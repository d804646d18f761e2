#!/bin/bash
# SPDX-License-Identifier: MIT
# shellcheck disable=SC1091,SC2154 # common.sh defines them
# What a guest or an engine can do wrong: every launch gets a state and a reason, and what was valid is kept.
. "$(dirname "$0")/common.sh"

make_tree

row='bench name=tlb.cr3 parameter=0 unit=none samples=2 warmup=0 index=1 of=1'
first='sample name=tlb.cr3 parameter=0 sample=0 flags=- region=1 m.tsc=100:ticks'
second='sample name=tlb.cr3 parameter=0 sample=1 flags=- region=2 m.tsc=101:ticks'

# fault <what> <state> <part of the reason> <samples kept> [arguments]: plays standard input
fault()
{
	local what=$1 state=$2 reason=$3 kept=$4

	shift 4
	play
	bench --engine tcg --strategy window "$@"
	is "$what: exits 1" 1 "$status"
	is "$what: the launch is '$state'" "$state" "$(query "SELECT state FROM launches")"
	check "$what: the reason says '$reason'" says "$reason"
	is "$what: $kept samples are kept" "$kept" "$(query 'SELECT count(*) FROM samples')"
}

fault "no end" "cut short" "left with status 0 before the end record" 2 <<EOF
$hello
$row
$first
$second
exit 0
EOF

fault "crash" "cut short" "killed by signal 11" 1 <<EOF
$hello
$row
$first
signal 11
EOF
is "crash: the sample of the open row is marked" cut-short "$(query 'SELECT flags FROM samples')"
is "crash: the status is 128 + signal" 139 "$(query 'SELECT status FROM launches')"
check "crash: exports are written" test -s "$tree/run/samples.csv"

fault "nothing at all" failed "no record came; the engine left with status 7" 0 <<EOF
raw some firmware
exit 7
EOF

fault "panic" failed "kernel panic: page fault at 0" 1 <<EOF
$hello
$row
$first
panic text=page%20fault%20at%200
exit 37
EOF

fault "hang" "timed out" "no end within 2 s; it was in tlb.cr3" 1 --timeout 2 <<EOF
$hello
$row
$first
sleep 40
EOF

fault "lost record" damaged "records 4 to 4 are missing" 1 <<EOF
$hello
$row
$first
lose
end ok
EOF

fault "wrong CRC" damaged "after record 3: wrong CRC" 1 <<EOF
$hello
$row
$first
corrupt $second
end ok
EOF

fault "wrong count in the end record" damaged "the end record counts 99 records, 4 came" 2 <<EOF
$hello
$row
$first
$second
end records=99 checksum=00000000 status=ok
EOF

fault "wrong checksum in the end record" damaged "checksum is 00000000" 2 <<EOF
$hello
$row
$first
$second
end records=4 checksum=00000000 status=ok
EOF

fault "record after the end" damaged "came after the end record" 2 <<EOF
$hello
$row
$first
$second
end ok
$second
EOF

fault "another image" failed "the image says loader random, asked for window" 0 <<EOF
${hello/loader=window/loader=random}
$row
$first
$second
end ok
EOF

fault "sample twice" damaged "comes twice" 1 <<EOF
$hello
$row
$first
$first
end ok
EOF

fault "row twice" damaged "a row comes twice" 2 <<EOF
$hello
$row
$first
$second
$row
$first
end ok
EOF

fault "sample of no row" damaged "a row that is not open" 2 <<EOF
$hello
$row
$first
$second
sample name=tlb.other parameter=0 sample=0 flags=- region=1 m.tsc=100:ticks
end ok
EOF

fault "negative value" damaged "not <number>:<unit>" 1 <<EOF
$hello
$row
$first
${second/m.tsc=101/m.tsc=-1}
end ok
EOF

fault "bad name" damaged "a row without a proper name" 0 <<EOF
$hello
bench name=tlb;drop parameter=0 unit=none samples=1 warmup=0 index=1 of=1
end ok
EOF

fault "more samples than announced" damaged "more samples than announced" 2 <<EOF
$hello
$row
$first
$second
${second/sample=1/sample=2}
end ok
EOF

fault "failed check" failed "1 checks or tests failed, the first: tlb.cr3 0: stale" 2 <<EOF
$hello
$row
$first
$second
check name=tlb.cr3 parameter=0 ok=0 detail=stale
end failed
exit 35
EOF
is "failed check: samples are marked" check-failed "$(query 'SELECT DISTINCT flags FROM samples')"

fault "no such benchmark" failed "no benchmark matches 'nothing.*'" 0 --bench 'nothing.*' <<EOF
$hello
end ok
EOF

fault "wrong exit status" failed "left with status 3 after a good end record" 2 <<EOF
$hello
$row
$first
$second
end ok
exit 3
EOF

fault "engine that stays" failed "did not leave after the end record" 2 <<EOF
$hello
$row
$first
$second
end ok
sleep 40
EOF

fault "flood" failed "a flood of output" 1 <<EOF
$hello
$row
$first
flood fact value=1 unit=none name=abc
EOF

finish
