#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Tests every combination of the axes on both engines, and prints a line of TAP for each test program.
# `make test-combinations` builds what this script boots, and runs it.
# usage: combinations.sh [GLOB]
#   GLOB  the combinations STACK+LOADER+ISOLATION to test; default: *+bouncing*
#
# Each combination runs the kernel's self-tests and the Linux programs (with busybox's script), on tcg
# and on Bochs. On Bochs it does so with pcid=on, too; tcg has no PCIDs.
set -uo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../bench/environment.sh"
cd "$(dirname "$0")/.." || exit 1

# one NUMBER ENGINE BUILD WORDS FILE: runs the test program tests/FILE with WORDS on the kernel's
# command line, and prints a line of TAP
one()
{
	local number=$1 engine=$2 build=$3 words=${4#-} file=$5 log ok bad skipped start=$SECONDS

	log=$(LIMIT=900 WORDS=$words "tests/$file" "$engine" "$build" 2>&1)
	ok=$(grep -c '^ok ' <<<"$log")
	bad=$(grep -c '^not ok ' <<<"$log")
	skipped=$(grep -c '^ok .*# SKIP' <<<"$log")
	[ "$bad" = 0 ] && grep -qx "1\.\.$ok" <<<"$log" && [ "$ok" -gt 0 ] && printf ok || printf 'not ok'
	printf ' %d - %-10s %-5s %s%s: %d passed, %d failed, %d skipped, %d s\n' "$number" "${file%/*}" "$engine" "$build" \
		"${words:+ $words}" $((ok - skipped)) "$bad" "$skipped" $((SECONDS - start))
	grep -A 3 '^not ok ' <<<"$log" | sed 's/^/# /'
}

case ${1-} in
--one)
	shift
	one "$@"
	exit 0
	;;
-*)
	echo "usage: $0 [GLOB]" >&2
	exit 2
	;;
esac

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for build in $(make -s list-strategies); do
	# shellcheck disable=SC2053 # a pattern
	[[ $build == ${1-*+bouncing*} ]] || continue
	[ -f "build/$build/palimpsest.elf32" ] || { echo "$0: $build is not built: make test-combinations" >&2; exit 2; }
	for file in kernel/run.sh linux/run.sh; do
		printf '%s\n' "bochs $build - $file" "bochs $build pcid=on $file" "tcg $build - $file"
	done
done >"$work/rows"
[ -s "$work/rows" ] || { echo "$0: no combination matches ${1-}" >&2; exit 2; }
count=$(wc -l <"$work/rows")
awk '{ print NR, $0 }' "$work/rows" | xargs -P "${JOBS:-$(nproc)}" -L 1 "$0" --one | tee "$work/report"
echo "1..$count"
passed=$(grep -c '^ok ' "$work/report")
echo
echo "$passed of $count passed, in $SECONDS s"
[ "$passed" = "$count" ]
