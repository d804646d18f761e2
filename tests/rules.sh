#!/usr/bin/env bash
# Checks the rules of this source tree that no compiler checks; `make lint` runs it. Prints a line
# "FILE:LINE: RULE: what is wrong" for each breach, and fails if there is one. The rules:
#   upward    an include, an extern or a prototype names something of a room above its own
#   table     a call upwards is not in the table "Calls upwards" of docs/architecture.md, or a row
#             of the table has no such call
#   lines     a source file has over 500 lines
#   function  a function has over 80 lines
#   columns   a line of Markdown has over 120 columns
#   axis      code outside the room of an axis depends on the axis' value
#   size      a figure over sizes draws the view's main metric (instructions, on Bochs) instead of
#             the view's metric for sizes (`sized`)
#   flush     a file other than mem/tlb.h and isolation/isolation.h includes x86/flush.h
# A room is a folder of kernel/ or bench/host/, and the rooms have an order (docs/architecture.md).
# usage: rules.sh [FOLDER]      (default: the tree that the script is in)
set -euo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../bench/environment.sh"
export LC_ALL=C.UTF-8 # columns are counted in characters
here=$(cd "$(dirname "$0")" && pwd)
cd "${1:-$here/..}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
exec 3>"$work/breaches"

list() { sed -n "s/^$2 *:= *//p" "$1"; }
# The rooms, lowest first. The benchmarks (guest) and the self-tests (kernel) are above all rooms of
# the kernel.
kernel_rooms="$(list kernel/kernel.mk TOWER) guest kernel"
host_rooms="$(list bench/host/host.mk ROOMS) main"
axes="kernel/stack/ kernel/loader/ kernel/isolation/ kernel/lib/config.c"
values=$(for axis in stack loader isolation; do awk -v show=$axis -f kernel/axes.awk kernel/axes.txt; done | paste -sd" ")

find . \( -name .git -o -path ./build -o -path ./results \) -prune -o -type f -print | sed 's|^\./||' | sort >"$work/files"
sources() { grep -E "^($1)/.*\.($2)$" "$work/files" || true; }

# Extracts the rows of the table "Calls upwards": line number, names, file, rooms. In the document,
# names and rooms are in backquotes.
awk -F'|' 'function words(cell,    n, i, word, list) {
		n = split(cell, word, "`")
		for (i = 2; i <= n; i += 2) list = list "," word[i]
		gsub(/\(\)|\/(,|$)/, ",", list); gsub(/,+/, ",", list); sub(/,$/, "", list)
		return substr(list, 2) }
	/^#/ { on = /Calls upwards/ }
	on && $2 ~ /`/ { file = $3; gsub(/[` ]/, "", file); print FNR, words($2), file, words($4) }' \
	docs/architecture.md >"$work/table"

# Lists the names that each file defines and declares, its pointers to functions, and its includes.
sources 'kernel|bench/guest|tests/kernel' 'c|h|asm|inc' | xargs awk -f "$here/rules.awk" >"$work/names"
sources 'kernel|bench/guest|tests/kernel|bench/host' 'c|h' | xargs grep -nE '^ *# *include "' |
	sed -E 's/^([^:]*):([0-9]*):.*"(.*)".*/\1 \2 include \3/' >"$work/includes"

upward='
function rank(path,    part, room) {
	split(path, part, "/")
	room = path ~ /^bench\/host\/main\.c$/ ? "main" : path ~ /^bench\/host\// ? part[3] \
		: path ~ /^bench\/guest\// ? "guest" : path ~ /^tests\/kernel\// ? "kernel" \
		: path ~ /^kernel\// ? part[2] : "elsewhere"
	name = room
	return room == "elsewhere" ? 0 : room in order ? order[room] : -1
}
function tower(path) { return path ~ /^bench\/host\// ? "host" : "kernel" }
function set(rooms,    n, i, room) {
	n = split(rooms, room, " ")
	for (i = 1; i <= n; i++) order[room[i]] = i
}'

awk -v kernel_rooms="$kernel_rooms" -v host_rooms="$host_rooms" "$upward"'
FNR == NR { known[$1]; next }
{
	to = $4 in known ? $4 : ("kernel/" $4) in known ? "kernel/" $4 : $4
	if (tower($1) != before) { delete order; set((before = tower($1)) == "host" ? host_rooms : kernel_rooms) }
	from_rank = rank($1); from = name
	to_rank = rank(to); above = name
	if (from_rank < 0)
		print $1 ":" $2 ": upward: no list of rooms has " from "/"
	else if (to_rank < 0 || to_rank > from_rank)
		print $1 ":" $2 ": upward: " from "/ includes " $4 " of " above "/, which is above it"
}' "$work/files" "$work/includes" >&3

awk -v kernel_rooms="$kernel_rooms" "$upward"'
BEGIN { set(kernel_rooms) }
function stem(file) { sub(/\.[a-z]*$/, "", file); return file }
FILENAME ~ /table$/ { n = split($2, word, ","); for (; n; n--) { listed[word[n]] = $1; header[word[n]] = $3; if (match(word[n], /_set_/)) setter[substr(word[n], RSTART + 5)] }; next }
$3 == "define" && !($4 in place && rank(place[$4]) < rank($1)) { place[$4] = $1 }
$3 != "define" && $4 in listed && stem($1) == "kernel/" stem(header[$4]) { seen[$4] }
$3 == "pointer" && $1 ~ /^kernel\// && !($4 in listed) && !($4 in setter) { print $1 ":" $2 ": table: the pointer " $4 " is not in \"Calls upwards\"" }
$3 == "declare" { count++; file[count] = $1; line[count] = $2; symbol[count] = $4 }
END {
	for (i = 1; i <= count; i++) {
		if (!(symbol[i] in place) || symbol[i] in listed) continue
		if (rank(file[i]) < rank(place[symbol[i]]))
			print file[i] ":" line[i] ": upward: " symbol[i] " is defined above, in " place[symbol[i]]
	}
	for (i in listed)
		if (!(i in seen)) print "docs/architecture.md:" listed[i] ": table: " header[i] " has no call upwards " i
}' "$work/table" "$work/names" >&3

# A row of the table lists names of pointers and functions, and the rooms that set or define them.
# Each of these rooms must mention one of the names.
while read -r line names _ rooms; do
	for room in ${rooms//,/ }; do
		[ ! -d "kernel/$room" ] || room=kernel/$room
		sources "$room" 'c|asm|inc' | xargs -r grep -qwE -- "${names//,/|}" ||
			echo "docs/architecture.md:$line: table: nothing in $room/ sets or defines $names"
	done
done <"$work/table" >&3

{
	sources 'kernel|bench|tests|plots' 'c|h|asm|inc|sh|awk|mk|gp|style' | xargs wc -l |
		awk '$2 != "total" && $1 > 500 { print $2 ":501: lines: " $1 " lines; 500 are allowed" }'
	# clang-format puts the braces of functions, and only these, in column 0.
	sources 'kernel|bench|tests' 'c|h' | xargs awk 'FNR == 1 { start = 0 } /^\{$/ { start = FNR }
		/^}/ && start { if (FNR - start + 2 > 80) print FILENAME ":" start - 1 ": function: " FNR - start + 2 " lines; 80 are allowed"; start = 0 }'
	grep '\.md$' "$work/files" | xargs grep -nE '^.{121}' | sed -E 's/^([^:]*:[0-9]*):.*/\1: columns: over 120/' || true
	# Figures with a parameter as an axis must draw `sized`, because the main metric counts a
	# REP instruction only once.
	sources plots 'gp|style' | xargs grep -lE 'using \(?(column\()?"parameter"|int\(column\("parameter"\)\)|column\("parameter"\) > 0' |
		xargs -r grep -nE '^[^#]*(\<main\>|\<main_(low|high)\>|["'"'"']instructions["'"'"']|= "instructions )' |
		sed -E 's/^([^:]*:[0-9]*):.*/\1: size: sizes are compared by sized, not by instructions alone/' || true
	# Matches a value of an axis in quotes, a comparison with config_*, or a conditional on an
	# axis' name. A value without a dash is a common word, so it counts only in a line with
	# strcmp() or config_*.
	pattern="config_(stack|loader|isolation)[^,;]*[=!]=|str(n?cmp|str)\(config_|^[ \t]*[#%](el)?if.*(STACK|LOADER|ISOLATION|$(tr ' -' '|_' <<<"${values^^}"))"
	pattern+="|\"($(tr ' ' '\n' <<<"$values" | grep - | paste -sd'|'))\"|CONFIG_(STACK|LOADER|ISOLATION)"
	sources 'kernel|bench/guest|tests/kernel' 'c|h' | grep -vE '^kernel/(mem/tlb|isolation/isolation)\.h$' |
		xargs grep -nE '^#include "x86/flush\.h"' | sed -E 's/^([^:]*:[0-9]*):.*/\1: flush: mem\/tlb.h is the way to flush/' || true
	sources 'kernel|bench/guest|bench/programs|bench/host|tests/kernel|tests/programs' 'c|h|asm|inc' |
		grep -vE "^(${axes// /|})" | xargs grep -nE "$pattern" | sed -E 's/^([^:]*:[0-9]*):\s*(.*)/\1: axis: \2/' || true
} >&3

sort -t: -k1,1 -k2,2n "$work/breaches"
[ ! -s "$work/breaches" ]
