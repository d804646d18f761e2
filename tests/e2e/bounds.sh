#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Measures the kernel's hot paths on Bochs, compares them with the bounds in tests/e2e/bounds.txt, and
# prints TAP.
# usage: bounds.sh [--all]     measures the presets and four builds with the loader direct;
#                              --all: all builds
set -uo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../../bench/environment.sh"
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/tap.sh
. tests/tap.sh

bounds=tests/e2e/bounds.txt

# over BOUNDS SUMMARY BUILD…: prints a line for each fault. A fault is a median number of
# instructions that is above a bound for its build, a bound that no build matches, or a row that has
# a bound but was not measured in a build.
over()
{
	local file=$1 summary=$2 benchmark parameter glob bound build median matched

	shift 2
	while read -r benchmark parameter glob bound; do
		matched=
		for build in "$@"; do
			# shellcheck disable=SC2053 # the right side is a pattern
			[[ $build == $glob ]] || continue
			matched=yes
			median=$(awk -F, -v row="$benchmark,$parameter,$build" \
				'$9 == "instructions" && $7 "," $8 "," $3 "+" $4 "+" $5 == row { print $14 }' "$summary")
			if [ -z "$median" ]; then
				echo "$build has no row $benchmark $parameter"
			elif [ "$median" -gt "$bound" ]; then
				echo "$build $benchmark $parameter: $median instructions, the bound is $bound"
			fi
		done
		[ -n "$matched" ] || echo "no build is $glob"
	done < <(grep -v '^#' "$file")
}

rows=$(grep -v '^#' $bounds | awk '{ print $1 }' | sort -u | paste -sd,)
if [ "${1-}" = --all ]; then
	mapfile -t builds < <(make -s list-strategies)
else
	mapfile -t builds < <(make -s list-presets | cut -d = -f 2)
	builds+=(heap-sw+direct+shared fixed-rsp0+direct+shared heap-sw+direct+bouncing fixed-ist+direct+bouncing)
fi
check "the builds are measured" ./run-bench.sh --engine bochs --strategy "$(IFS=, && echo "${builds[*]}")" \
	--quick --rounds 1 --profile none --bench "$rows" --out "$work/run"
summary=$work/run/summary.csv
check "there are builds" test ${#builds[@]} -ge 6
while read -r line; do
	result "not ok" "$line"
done < <(over $bounds "$summary" "${builds[@]}")
[ "$count" -gt 2 ] || result ok "no count is above its bound"

# Tests over() itself with medians that are one above a bound, a missing row, and a bound that no
# build matches.
tight=$(awk -F, '$7 == "syscall.null" && $9 == "instructions" { print $14; exit }' "$summary")
echo "syscall.null 0 * $((tight - 1))" >"$work/tight"
check "a bound below the count is seen in every build" \
	equal ${#builds[@]} "$(over "$work/tight" "$summary" "${builds[@]}" | grep -c 'the bound is')"
awk -F, -v OFS=, '$7 == "fault.page" && $9 == "instructions" && $3 == "heap-sw" { $14 = 251 } 1' "$summary" >"$work/slow.csv"
check "a planted count of 251 instructions for a page fault is seen" \
	equal "fault.page 0: 251 instructions, the bound is 250" "$(over $bounds "$work/slow.csv" "${builds[@]}" | head -n 1 | cut -d' ' -f2-)"
grep -v ',exec.roundtrip,' "$summary" >"$work/missing.csv"
check "a missing row is seen in every build" \
	equal ${#builds[@]} "$(over $bounds "$work/missing.csv" "${builds[@]}" | grep -c 'no row exec.roundtrip')"
echo "syscall.null 0 none+* 34" >"$work/none"
check "a bound for no build is seen" equal "no build is none+*" "$(over "$work/none" "$summary" "${builds[@]}")"
echo "1..$count"
