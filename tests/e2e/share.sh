#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Tests bench/claims/code_share.sh and prints TAP. That script counts the code that only one value
# of ISOLATION has. The counts of a build must grow when lines are added to a copy of its sources,
# and when one of its object files grows.
# usage: tests/e2e/share.sh
set -uo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../../bench/environment.sh"
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/tap.sh
. tests/tap.sh

build=heap-sw+direct+bouncing
make -s kernel STACK=heap-sw LOADER=direct ISOLATION=bouncing >/dev/null || exit 1
tree=$work/tree
mkdir -p "$tree/build/objects"
cp -r Makefile kernel bench tests "$tree/"
cp -r build/$build "$tree/build/"
cp -r build/objects/bouncing "$tree/build/objects/"

share() { "$tree/bench/claims/code_share.sh" $build; }

# grown FILE TEXT: prints by how much the four counts (lines and bytes of the value's own code,
# lines and bytes of all code) grow if the text is added to a file of the copy
grown()
{
	local before after

	read -ra before < <(share)
	printf '%b' "$2" >>"$tree/$1"
	read -ra after < <(share)
	echo "$((after[0] - before[0])) $((after[1] - before[1])) $((after[2] - before[2])) $((after[3] - before[3]))"
}

check "four numbers are printed" grep -qxE '[0-9]+ [0-9]+ [0-9]+ [0-9]+' <(share)
read -r own_lines own_bytes all_lines all_bytes < <(share)
check "the own code is a part of all" \
	test "$own_lines" -gt 0 -a "$own_bytes" -gt 0 -a "$own_lines" -lt "$all_lines" -a "$own_bytes" -lt "$all_bytes"
check "the first value of the axis has no own code" equal "" "$(bench/claims/code_share.sh heap-sw+direct+shared)"
check "a line of its own C file counts twice" equal "1 0 1 0" "$(grown kernel/isolation/window_place.c 'int x;\n')"
check "a line of its assembly counts twice" equal "2 0 2 0" "$(grown kernel/isolation/entry_window.asm 'nop\n\tnop ; two\n')"
check "a line of its header counts twice" equal "1 0 1 0" "$(grown kernel/isolation/isolation_bouncing.h 'int x;\n')"
check "a line of a header that only its files include counts twice" \
	equal "1 0 1 0" "$(grown kernel/isolation/window_place.h 'int x;\n')"
check "a line of a header of all builds counts once" equal "0 0 1 0" "$(grown kernel/isolation/isolation.h 'int x;\n')"
check "a line of another file counts once" equal "0 0 1 0" "$(grown kernel/vm/regions.c 'int x;\n')"
check "a line of a file that is not compiled does not count" \
	equal "0 0 0 0" "$(grown kernel/isolation/isolation_shared.c 'int x;\n')"
check "comments and blank lines do not count" \
	equal "0 0 0 0" "$(grown kernel/isolation/window_place.c '/* a */ /* b\n int x;\n*/\n\n \t\n')"
check "code next to comments counts" equal "2 0 2 0" "$(grown kernel/isolation/window_place.c 'int x; /* a\n*/ int y;\n')"
check "comments in assembly do not count" equal "0 0 0 0" "$(grown kernel/isolation/entry_window.asm '; nop\n\n')"
cp "$tree/build/objects/bouncing/kernel/"{vm/regions.o,isolation/window_place.o}
read -r _ own _ all < <(share)
check "an object that grows counts twice" equal "$((own - own_bytes))" "$((all - all_bytes))"
check "an object that grows is noticed" test "$own" -gt "$own_bytes"
rm "$tree/build/objects/bouncing/kernel/isolation/window_place.o"
check "a missing object is an error" equal 1 "$(share >/dev/null 2>&1; echo $?)"
echo "1..$count"
