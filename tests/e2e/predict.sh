#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Tests the parts of `make predict`: the programs must do their work on this host, with the same
# result every time; their split into two halves must always be the same; the table must follow from
# the samples and counts; wrong use must be refused. The boots in Bochs take minutes and are not
# tested. How many cycles the programs take on this host does not matter.
set -uo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../../bench/environment.sh"
cd "$(dirname "$0")/../.." || exit 1

# shellcheck source=tests/tap.sh
. tests/tap.sh

elf=build/predict/predict.elf
predict=bench/predict/predict.sh
check "the programs are built" make -s $elf

# ---- The programs ----
$elf list >"$work/list"
check "there are 24 programs or more" test "$(grep -c '^program ' "$work/list")" -ge 24
check "there are 10 kernel operations or more" test "$(grep -c '^kernel ' "$work/list")" -ge 10
check "no two have the same name" test -z "$(cut -d' ' -f2 "$work/list" | sort | uniq -d)"
{
	echo '#!/bin/predict.elf rows'
	awk '{ print $2, 1000 * NR, 1, 2 }' "$work/list"
} >"$work/rows"
check "all of them work on this host" sh -c "timeout 120 $elf rows '$work/rows' >'$work/samples'"
check "each prints its samples" equal "$((2 * $(wc -l <"$work/list")))" "$(grep -c '^sample ' "$work/samples")"
check "each has the same result every time" test -z "$(awk '$1 == "sample" {
	if ($2 in result && result[$2] != $7) print $2; result[$2] = $7 }' "$work/samples")"
check "each result depends on what was computed" test -z "$(awk '$7 == 0 { print $2 }' "$work/samples")"
check "an unknown program is refused" sh -c "$elf nothing 1 1 1; test \$? = 2"
check "a row with a word too few is refused" sh -c "echo 'crc 1 1' >'$work/short'; ! $elf rows '$work/short'"
check "a row that fails is told" sh -c "echo 'nothing 1 1 1' >'$work/short'; ! $elf rows '$work/short'"

# ---- The halves ----
$predict --halves $elf >"$work/halves"
check "every program is in a half" equal "$(wc -l <"$work/list")" "$(grep -cE ' (learn|held-out)$' "$work/halves")"
learn=$(grep -c '^kernel .* learn$' "$work/halves")
held=$(grep -c '^kernel .* held-out$' "$work/halves")
check "kernel: the halves are equal, but for one" test "$((learn - held))" -ge 0 -a "$((learn - held))" -le 1
check "program: those that were looked at are to learn from, and no others" diff bench/predict/looked-at \
	<(sed -n 's/^program \(.*\) learn$/\1/p' "$work/halves" | sort)
check "program: at least twelve are only reported" test "$(grep -c '^program .* held-out$' "$work/halves")" -ge 12
check "the draw is the same every time" sh -c "$predict --halves $elf | cmp -s - '$work/halves'"

# ---- The table ----
# made NATIVE NOMINAL: makes a folder with results of three programs. The first two take NATIVE ticks
# on the host, where a cycle is one tick, and NOMINAL cycles in the model. The third takes NATIVE
# ticks and NATIVE cycles.
made()
{
	local name process region=1000

	rm -rf "$work/made"
	mkdir "$work/made"
	for name in one two three; do
		local native=$1 nominal=$2 index

		[ $name != three ] || nominal=$native
		echo "program $name learn" >>"$work/made/rows-program"
		for process in 1 2 3; do
			echo "$process sample $name 0 $((native + process)) 12000 12001 77"
			echo "$process sample $name 1 $((native / 10)) 12000 13000 77" # the core changed its frequency
		done >>"$work/made/native-program"
		for index in {0..21}; do
			echo "!count region=$((region + index)) instructions=5000 cycles_low=$((nominal * 9 / 10))" \
				"cycles_nominal=$nominal cycles_high=$((nominal * 11 / 10)) due_data=$((nominal / 4)) due_instructions=$nominal"
		done >>"$work/made/stream-program"
		for index in {0..19}; do
			printf 'sample %s %d 1 2 3 77\r\n' $name "$index"
		done >>"$work/made/console-program"
		region=$((region + 1000))
	done
}
table()
{
	$predict --table "$work/made" learn program >"$work/table" 2>&1
}

made 100000 105000
table
check "errors within the bounds: exits 0" test $? = 0
check "a row of the table" grep -qF '| one | 5 | 100.0 (100.0 to 100.0) | 0.05 | 94.5, 105.0, 115.5 | −5 **+5** +16 | yes | instructions 80 %, data 20 % |' "$work/table"
check "the median" grep -qF -- "- median of the error's size: 5 %, at most 15 %: met" "$work/table"
check "a sample whose chains differ is thrown away" grep -qF '9 of 18 samples' "$work/table"
made 100000 140000
table
check "errors beyond the bounds: exits 1" test $? = 1
check "how many are within" grep -qF -- '- within ±30 %: 33 %, at least 90 %: not met' "$work/table"
check "the largest error" grep -qF -- '- largest error: 40 %, at most 60 %: met' "$work/table"
check "native cycles outside low and high" grep -qF -- '- native between low and high: 33 %, at least 80 %: not met' "$work/table"
made 100000 100000
sed -i 's/ 77\r$/ 78\r/' "$work/made/console-program"
table
check "another result in Bochs: exits 1" test $? = 1
check "another result in Bochs: is told" grep -q '^| two .*other result in Bochs' "$work/table"
made 100000 100000
sed -i '/region=2003/d' "$work/made/stream-program"
table
check "a region without counts: exits 1" test $? = 1
check "a region without counts: is told" grep -q '^| two .*not counted' "$work/table"
made 100000 100000
sed -i 's/12000 12001/12000 14000/' "$work/made/native-program"
table
check "no sample that was kept: exits 1" test $? = 1
check "no sample that was kept: is told" grep -q '^| one .*no sample kept' "$work/table"

# ---- Wrong use ----
refused()
{
	local text=$1 status=0

	shift
	"$@" >"$work/out" 2>&1 || status=$?
	[ $status = 2 ] && grep -qF -- "$text" "$work/out"
}
check "an unknown profile is refused" refused "there is no profile 'pentium'" $predict build x pentium learn both
check "an unknown half is refused" refused "HALF is learn, held-out or both, not 'better'" $predict build x zen3 better both
check "an unknown kind is refused" refused "KINDS is program, kernel or both" $predict build x zen3 learn none
check "without a part, but no run before it" refused "first run it with the whole model" \
	env PREDICT_WITHOUT=walkers $predict "$work" x zen3 learn both
check "a folder that is not there is refused" refused "there is no folder" $predict --table "$work/nothing" learn both

echo "1..$count"
