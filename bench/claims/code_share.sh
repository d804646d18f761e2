#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Counts that part of a kernel's code which exists only for the kernel's value of the axis ISOLATION
# (claim 17).
# usage: code_share.sh STACK+LOADER+ISOLATION[@COMPILER-OPT]
#   names a folder of build/ that contains a kernel; the kernel's objects must exist
# Prints one line: the lines and the bytes of that code, then the lines and the bytes of all code of the
# kernel. Prints nothing for the first value of the axis: the other values are compared with it.
#
# The kernel is what the build compiles from kernel/. The value's own code is
#   - the files that kernel/axes.txt lists for this value but not for the first one
#   - the header and the macros of this value: .h and .inc with the name of the first of these files
#   - the headers that no other file includes
# A line counts if it has more than a comment. A byte counts if it is in a code section of an
# object file, so the bytes of inline functions count where they are used. Every build compiles all
# other files, so their code does not count, even if only some values execute it.
set -euo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../environment.sh"
cd "$(dirname "$0")/../.."
unset -v MAKEFLAGS MAKELEVEL
IFS=+ read -r stack loader isolation <<<"${1%%@*}"
compiler=()
if [[ $1 == *@* ]]; then
	name=${1#*@}
	compiler=("KERNEL_CC=${name%-*}" "OPT=-${name##*-}")
fi

axes() { awk "$@" -f kernel/axes.awk kernel/axes.txt | tr ' ' '\n' | sed '/^$/d; /^-D/d'; }
first=$(axes -v show=isolation | head -n 1)
[ "$isolation" != "$first" ] || exit 0
stem=kernel/$(axes -v show=files -v name="$isolation" | head -n 1)

# files_of VALUE: the files of a value of an axis
files_of()
{
	axes -v show=files -v name="$1" | sed 's|^|kernel/|; /\.asm$/!s|$|.c|' | sort
}

# `objects` lists the kernel's objects, each with its source. `compiled` lists these sources and all
# files that they include.
objects=$(make -s list-objects "STACK=$stack" "LOADER=$loader" "ISOLATION=$isolation" "${compiler[@]}" |
	sed -nE 's,^build/(objects/)?[^/]*/(kernel/.*)\.o$,&\t\2,p' | sed -E '/\.asm$/!s/$/.c/')
missing=$(cut -f 1 <<<"$objects" | while read -r object; do [ -e "$object" ] || echo "$object"; done)
if [ -z "$objects" ] || [ -n "$missing" ]; then
	echo "code_share.sh: build the kernel: there is no ${missing:-object}" >&2
	exit 1
fi
compiled=$({
	cut -f 2 <<<"$objects"
	sed -n 's/\.o\t.*\.c$/.d/p' <<<"$objects" | xargs cat | tr -s ' \\:' '\n'
	printf '%s\n' "$stem.inc" "kernel/stack/kstack_${stack//-/_}.inc" \
		kernel/x86/registers.inc kernel/cpu/entry.inc
} | grep -E '^kernel/.*\.(c|h|asm|inc)$' | sort -u)
own=$({
	comm -23 <(files_of "$isolation") <(files_of "$first")
	printf '%s\n' "$stem."{h,inc}
} | sort -u)

# A header is the value's own if every file that includes it is the value's own. Headers include
# headers, so the loop repeats until it finds no more.
# shellcheck disable=SC2086 # the names of files have no spaces
includes=$(grep -oE '^# *include "[^"]*"' $compiled /dev/null | sed -E 's|^([^:]*):.*"(.*)"|kernel/\2 \1|' | sort -u)
while :; do
	more=$(awk 'NR == FNR { own[$1]; next } { included[$1]; if (!($2 in own)) others[$1] }
		END { for (file in included) if (!(file in others) && !(file in own)) print file }' \
		<(echo "$own") <(echo "$includes") | sort | comm -12 - <(echo "$compiled"))
	[ -n "$more" ] || break
	own=$(printf '%s\n' "$own" "$more" | sort -u)
done

# lines FILE…: the lines that have more than a comment
lines()
{
	awk 'FNR == 1 { inside = 0 }
		FILENAME ~ /\.(asm|inc)$/ { sub(/;.*/, "") }
		FILENAME ~ /\.[ch]$/ {
			rest = $0
			$0 = ""
			while (rest != "") {
				at = index(rest, inside ? "*/" : "/*")
				if (!inside) $0 = $0 (at ? substr(rest, 1, at - 1) : rest)
				if (!at) break
				rest = substr(rest, at + 2)
				inside = !inside
			}
		}
		/[^ \t]/ { n++ }
		END { print n + 0 }' "$@"
}

# bytes FILE…: the bytes of code in the objects of these sources; headers have none
bytes()
{
	local size sum=0 list

	list=$(awk -F '\t' 'NR == FNR { wanted[$1]; next } $2 in wanted { print $1 }' <(printf '%s\n' "$@") <(echo "$objects"))
	while read -r size; do
		sum=$((sum + 16#$size))
	done < <(xargs objdump -h <<<"$list" | awk '/^ *[0-9]+ / { size = $3 } /CODE/ { print size }')
	echo "$sum"
}

own=$(comm -12 <(echo "$own") <(echo "$compiled"))
[ -n "$own" ] || { echo "code_share.sh: $1 has no code of $isolation" >&2; exit 1; }
# shellcheck disable=SC2086
echo "$(lines $own) $(bytes $own) $(lines $compiled) $(bytes $compiled)"
