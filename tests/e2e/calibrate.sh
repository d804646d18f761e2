#!/bin/bash
# SPDX-License-Identifier: MIT
# shellcheck disable=SC1091,SC2154 # common.sh defines the variables
# Tests run-bench.sh --calibrate on this processor, with few samples: the profile must be valid,
# must say where each value comes from, and must be in the output of --list. --calibrate must refuse
# what it cannot measure. The values themselves are not checked, because this host may do anything
# else at the same time.
. "$(dirname "$0")/common.sh"

make_tree
play <<<"exit 0"
profiles=$tree/bench/bochs/profiles
mkdir -p "$profiles"
cp bench/bochs/profiles/*.ini "$profiles/"
host=$tree/build/host/palimpsest-bench

# calibrate ARGUMENT…: runs --calibrate; its output is then in $tree/out and $tree/err, its exit
# status in $status
calibrate()
{
	timeout 120 "$host" --calibrate "$@" >"$tree/out" 2>"$tree/err"
	status=$?
}

calibrate zen3
is "a profile that somebody wrote: exits 2" 2 $status
check "a profile that somebody wrote: says so" says "was not written by --calibrate, and is kept"
check "a profile that somebody wrote: is kept" cmp -s bench/bochs/profiles/zen3.ini "$profiles/zen3.ini"
calibrate mine --isolated 1000
is "a CPU that is not there: exits 2" 2 $status
check "a CPU that is not there: says so" says "--isolated 1000: this process cannot run on that CPU"

calibrate mine --quick
if [ $status = 2 ] && grep -q 'nothing can be measured here' "$tree/err"; then
	check "a calibration # SKIP $(sed -n 's/.*measured here: //p' "$tree/err")" true
	finish
	exit
fi
is "a calibration: exits 0" 0 $status
check "a calibration: says how much is measured" grep -qE '^  [0-9]+ measured, ' "$tree/out"
check "a calibration: says how many samples were thrown away" grep -q "thrown away because their two chains differed" "$tree/out"
check "a calibration: has the latency of L1" grep -qE '^latency = [0-9.]+ low [0-9.]+ high [0-9.]+ +# \[M\] chase through 16 KiB' \
	"$profiles/mine.ini"
check "a calibration: what needs ring 0 has its other source" grep -qE '^sysret = .*# \[[SDRA]\] .*not measured \(it needs ring 0\)' \
	"$profiles/mine.ini"
check "a calibration: leaves no other file" test ! -e "$profiles/mine.ini.new"
# Engine tcg takes no profile. If that is the only complaint, the profile itself is valid.
bench --profile mine --engine tcg
check "the profile is accepted" says "--profile works only on engine bochs"
timeout 60 "$host" --list >"$tree/out" 2>"$tree/err"
check "--list shows how much of it is measured" sh -c "grep -A1 '^  mine ' '$tree/out' | grep -qE '^ +[0-9]+ measured, '"
check "--list shows it for the others" sh -c "grep -A1 '^  zen3 ' '$tree/out' | grep -qE '^ +[0-9]+ seen, .* assumed'"
check "a measured profile agrees with itself" sh -c "bench/validate/agree.sh '$profiles/mine.ini' '$profiles/mine.ini' >/dev/null"
sed 's/^locked = .*/locked = 99 low 98 high 100  # [M] x; rounds: 1/' "$profiles/mine.ini" >"$profiles/other.ini"
bench/validate/agree.sh "$profiles/mine.ini" "$profiles/other.ini" >"$tree/out" 2>&1
is "a value far off is found" 1 $?
check "and named" grep -q '^\[events\] locked .*99 (98 to 100)' "$tree/out"
bench/validate/agree.sh zen2 zen3 >"$tree/out" 2>&1
is "profiles without measured values: nothing is compared" 1 $?
bench/validate/agree.sh zen2 >"$tree/out" 2>&1
is "one profile alone is wrong use" 2 $?
# --import takes the prices (costs in cycles) of events in ring 0 from the table that a booted image
# prints. In this made-up table a cycle has 1.5 ticks.
l1=$(sed -n '/^\[l1d\]/,/^\[l2\]/s/^latency = \([0-9.]*\).*/\1/p' "$profiles/mine.ini")
{
	printf 'micro.chase.2m 16384 bytes ticks 3 1 %.0f 9999999\r\n' "$(awk "BEGIN { print 8192 * $l1 * 1.5 }")"
	printf 'micro.cr3 8 loads ticks 3 1000 1000 1000\r\nmicro.cr3 64 loads ticks 3 17800 17800 17800\r\n'
} >"$tree/serial.log"
timeout 60 "$host" --import "$tree/serial.log" --profile mine >"$tree/out" 2>"$tree/err"
is "an import: exits 0" 0 $?
check "an import: the price is in the profile" grep -qE '^cr3_flush = (200\.0|199\.9).* # \[M\] loads of CR3 that flush, in ring 0' \
	"$profiles/mine.ini"
check "an import: a price that is not in the table is kept" grep -qE '^cr3_keep = .*# \[A\]' "$profiles/mine.ini"
cp "$profiles/mine.ini" "$tree/kept.ini"
sed 's/17800/9999999999/g' "$tree/serial.log" >"$tree/absurd.log"
timeout 60 "$host" --import "$tree/absurd.log" --profile mine >"$tree/out" 2>"$tree/err"
is "an import of an absurd price: exits 2" 2 $?
check "an import of an absurd price: says what is wrong" says "cr3_flush must be from 0 to 100000"
check "an import of an absurd price: the profile is kept" cmp -s "$tree/kept.ini" "$profiles/mine.ini"
check "an import of an absurd price: leaves no other file" test ! -e "$profiles/mine.ini.new"
timeout 60 "$host" --import "$tree/serial.log" --profile zen3 >"$tree/out" 2>"$tree/err"
is "an import into a profile that somebody wrote: exits 2" 2 $?
check "an import into a profile that somebody wrote: says so" says "was not written by --calibrate"
timeout 60 "$host" --import "$tree/nothing" --profile mine >"$tree/out" 2>"$tree/err"
is "an import of a file that is not there: exits 2" 2 $?
timeout 60 "$host" --import "$tree/serial.log" >"$tree/out" 2>"$tree/err"
is "an import without a profile: exits 2" 2 $?
check "an import without a profile: says so" says "--import needs --profile"
calibrate mine --quick
is "a profile of --calibrate is replaced" 0 $status

finish
