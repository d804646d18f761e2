#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Boots a kernel on tcg at COUNT physical places that follow from SEED, runs its self-tests, and prints
# TAP. The boot modules are at other places each time, two of them directly before and after the
# kernel. At every place the number of frames must be the same, and so must the sum of the free
# frames and the page tables of the kernel half.
# usage: run.sh COUNT SEED STACK+LOADER+ISOLATION
# If COUNT is 2 or more, the first place is near the lowest address and the last place near the
# highest.
set -uo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../../bench/environment.sh"
cd "$(dirname "$0")/../.." || exit

[ $# = 3 ] || { echo "usage: $0 COUNT SEED STACK+LOADER+ISOLATION" >&2; exit 2; }
places=$1 seed=$2 build=$3
# shellcheck source=tests/tap.sh
. tests/tap.sh
image=build/$build/palimpsest.elf32 placer=build/tests/placer.elf32
memory=1536 # MiB; so some of it is mapped with pages of 1 GiB
modules=(build/programs/*.elf)
for file in "$image" "$placer"; do
	[ -f "$file" ] || { echo "$0: $file is missing: make test-programs" >&2; exit 2; }
done

# Prints the number of bytes of memory that the image takes.
image_bytes()
{
	readelf -lW "$image" | awk '$1 == "LOAD" { start = start ? start : $4; print start, $4, $6 }' | while read -r start at size; do
		echo $((at + size - start))
	done | tail -n 1
}

# draw NUMBER: prints a physical address for the image and for each module, in hexadecimal, separated
# by commas. No two of them overlap, and none is in [64 MiB, 128 MiB), where QEMU puts the placer and
# its modules. The last MiB is left out, because the firmware keeps its tables there.
draw()
{
	stat -c %s "${modules[@]}" | awk -v number="$1" -v places="$places" -v seed="$seed" -v image="$(image_bytes)" \
		-v top=$(((memory - 1) * 256)) '
		function pages(bytes) { return int((bytes + 4095) / 4096) }
		function below(n) { state = state * 16807 % 2147483647; return state % n }
		function is_free(at, size,   i) {
			if (at < 256 || at + size > top || (at < 32768 && at + size > 16384))
				return 0
			for (i = 1; i <= used; i++)
				if (at < end[i] && at + size > start[i])
					return 0
			return 1
		}
		function take(at, size) {
			used++
			start[used] = at
			end[used] = at + size
			printf "%s%x", (used > 1 ? "," : ""), at * 4096
		}
		function anywhere(size,   at) {
			do
				at = below(top)
			while (!is_free(at, size))
			return at
		}
		BEGIN { state = seed * 1000 + number + 1; below(2); below(2) }
		{ size[NR] = pages($1) }
		END {
			kernel = pages(image)
			at = number == 1 && places > 1 ? 257 + size[1] + below(64) : \
				number == places && places > 1 ? top - kernel - size[2] - below(64) : anywhere(kernel)
			take(at, kernel)
			for (i = 1; i <= NR; i++) {
				beside = i == 1 ? start[1] - size[i] : i == 2 ? end[1] : -1
				take(is_free(beside, size[i]) ? beside : anywhere(size[i]), size[i])
			}
		}'
}

# fact NAME FILE: prints the value of a fact
fact()
{
	sed -n "s/^@[0-9]* fact name=$1 value=\([^ ]*\) .*/\1/p" "$2" | tr -d '\0'
}

# boot NUMBER: boots the kernel at the place. Fails if a self-test fails, or if the kernel is
# elsewhere. Writes the numbers that must not depend on the place to $work/NUMBER.frames.
boot()
{
	local records=$work/$1.records at status=0

	at=$(draw "$1") && [ -n "$at" ] || return
	LIMIT=60 KERNEL=$placer MODULES="$image ${modules[*]}" MEMORY=$memory tests/boot.sh tcg "$build" "run=test at=$at" >"$records" ||
		status=$?
	grep -a ' test name=.* ok=0 ' "$records"
	[ $status = 33 ] || { echo "status $status"; return 1; }
	[ "$(grep -ac ' test name=.* ok=1 ' "$records")" -gt 80 ] || { echo "too few self-tests"; return 1; }
	equal "$((0x${at%%,*}))" "$(($(fact image-place "$records") - $(text_offset)))" || return
	echo "$(sed -n 's/^@.* hello .* memory=\([0-9]*\) .*/\1/p' "$records") bytes," \
		"$(($(fact frames-free "$records") + $(fact kernel-tables "$records"))) frames" >"$work/$1.frames"
}

# Prints the number of bytes from the start of the image to its code.
text_offset()
{
	readelf -lW "$image" | awk '$1 == "LOAD" { print $4 }' | sed -n '1p;3p' | { read -r start; read -r text; echo $((text - start)); }
}

same_frames()
{
	cat "$work"/*.frames
	[ "$(sort -u "$work"/*.frames | wc -l) $(cat "$work"/*.frames | wc -l)" = "1 $places" ]
}

for number in $(seq "$places"); do
	at=$(draw "$number")
	check "the self-tests pass with the kernel at ${at%%,*}" boot "$number"
done
check "the number of frames is the same at all $places places" same_frames
echo "1..$count"
