#!/bin/bash
# SPDX-License-Identifier: MIT
# shellcheck disable=SC1091,SC2154 # common.sh defines the variables
# Tests faults of a guest or an engine: the harness must store a state and a reason for every
# launch, and keep all valid samples.
. "$(dirname "$0")/common.sh"

make_tree

row='bench name=tlb.cr3 parameter=0 unit=none samples=2 warmup=0 index=1 of=1'
first='sample name=tlb.cr3 parameter=0 sample=0 flags=- region=1 m.tsc=100:ticks'
second='sample name=tlb.cr3 parameter=0 sample=1 flags=- region=2 m.tsc=101:ticks'

# fault WHAT STATE REASON SAMPLES [ARGUMENT…]: runs the harness with these arguments on the script
# given on standard input. The run must exit with 1 and print a message that contains REASON; the
# launch must have this state and SAMPLES samples.
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

fault "bad name" damaged "a name has 1 to 63 letters, digits and . _ -" 0 <<EOF
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

# ---- hostile guests ----
fault "a name that leaves the folder" damaged "record 2 (bench ../../../../evil): a name has" 0 <<EOF
$hello
${row/tlb.cr3/../../../../evil}
${first/tlb.cr3/../../../../evil}
end ok
EOF
check "a name that leaves the folder: no file is named after it" \
	test -z "$(find "$tree" -name '*evil*'; find "$tree/.." -maxdepth 1 -name '*evil*')"

fault "a name with slashes among honest ones" damaged "record 5 (bench x/y/z): a name has" 2 <<EOF
$hello
$row
$first
$second
${row/tlb.cr3/x\/y\/z}
${first/tlb.cr3/x\/y\/z}
end ok
EOF

# clean FILE…: succeeds if the files contain no control characters
clean()
{
	! LC_ALL=C grep -n '[[:cntrl:]]' "$@" >&2
}

fault "a panic with a terminal's commands" failed "kernel panic: %1b[2J%1b]0;title%07%0d%0arun-bench: complete" 1 <<EOF
$hello
$row
$first
skip name=tlb.cr3 parameter=0 reason=%1b[2J%9bm%0a
panic text=%1b[2J%1b]0;title%07%0d%0arun-bench:%20complete
exit 37
EOF
check "a panic with a terminal's commands: none is shown" clean "$tree/out" "$tree/err"
check "a panic with a terminal's commands: none is written" \
	clean "$tree"/run/*.csv "$tree"/run/*.jsonl "$tree/run/environment.json"

many_checks()
{
	printf '%s\n' "$hello" "$row" "$first" "$second"
	seq -f 'check name=tlb.cr3 parameter=0 ok=0 detail=%g' 2000
	printf 'end failed\nexit 35\n'
}
fault "thousands of failed checks" failed "2000 checks or tests failed, the first: tlb.cr3 0: 1" 2 < <(many_checks)
is "thousands of failed checks: one flag, once" check-failed "$(query 'SELECT DISTINCT flags FROM samples')"

many_rows()
{
	echo "$hello"
	seq -f 'bench name=a parameter=%g unit=none samples=0 warmup=0 index=1 of=1' 5000
	echo "end ok"
}
fault "thousands of rows" failed "a flood of output: more than 4096 rows" 0 < <(many_rows)

# Prints a run with a chain of 3000 calls; the harness accepts at most 256 frames per stack.
deep()
{
	printf '%s\n' "$hello" "$row"
	for i in $(seq 3000); do
		echo "!frame id=$i parent=$((i - 1)) function=f$i"
		[ "$i" -gt 256 ] || echo "!function region=1 frame=$i instructions=1"
	done
	printf '%s\n' "!count region=1 instructions=256" "$first" "!count region=2 instructions=1" "$second" "end ok"
}
play < <(deep)
bench --engine bochs --strategy window
is "deep calls: exits 1" 1 "$status"
check "deep calls: the reason says so" says "a frame of too many calls"
is "deep calls: what is not too deep is kept" 256 "$(query 'SELECT count(*) FROM stacks')"

play <<EOF
$hello
$row
!frame id=1 parent=0 function=f
!function region=1 frame=1 instructions=9223372036854775807
!count region=1 instructions=9223372036854775807
$first
!function region=2 frame=1 instructions=9223372036854775807
!count region=2 instructions=9223372036854775807
$second
end ok
EOF
bench --engine bochs --strategy window
check "counts near 2^63: the reason says so" says "add up to more than 2^63 - 1"
is "counts near 2^63: no sum turns negative" 9223372036854775807 "$(query "SELECT value FROM functions WHERE metric = 'instructions'")"

# SIGSTOP halts the harness for longer than its time-out, while the guest ends in time.
play <<EOF
$hello
$row
$first
sleep 1
$second
end ok
EOF
rm -rf "${tree:?}/run"
PALIMPSEST_QEMU=$tree/engine "$tree/build/host/palimpsest-bench" --engine tcg --strategy window --timeout 4 \
	--out "$tree/run" >"$tree/out" 2>"$tree/err" &
harness=$!
for ((i = 0; i < 500; i++)); do
	[ ! -s "$tree/run/logs/001-tcg-window-1/records.txt" ] || break
	sleep 0.02
done
kill -STOP $harness
sleep 6
kill -CONT $harness
wait $harness
is "a harness that was stopped: the guest's time is its own" "complete|2" \
	"$(query 'SELECT state, (SELECT count(*) FROM samples) FROM launches')"

fault "flood" failed "a flood of output: more than 100000 checks, tests, skipped rows and facts; it was in tlb.cr3" 1 <<EOF
$hello
$row
$first
flood fact value=1 unit=none name=abc
EOF

finish
