#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Compares profiles that were measured on the same processor. If two profiles have a measured value
# for the same parameter, the values must agree within the spreads that the profiles state. Prints
# the values that do not agree.
#
# usage: agree.sh PROFILE PROFILE…     names of profiles, or files
# Exit status: 0 if all agree; 1 if some do not; 2 for wrong use.
set -u
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../environment.sh"

folder=$(dirname "$(readlink -f "$0")")/../bochs/profiles
files=()

[ $# -ge 2 ] || { echo "usage: agree.sh PROFILE PROFILE..." >&2; exit 2; }
for name; do
	[ -e "$name" ] || name=$folder/$name.ini
	[ -r "$name" ] || { echo "agree: there is no profile $name" >&2; exit 2; }
	files+=("$name")
done

# Two values agree if their intervals, from low to high, overlap. The interval of a count is in its
# comment: "rounds: N, LOW to HIGH".
awk '
	FNR == 1 { file++; section = "" }
	/^\[/ { section = $1; next }
	!/^#/ && /# \[M\]/ {
		name = section " " $1
		low[file, name] = high[file, name] = value[file, name] = $3
		if ($4 == "low") {
			low[file, name] = $5
			high[file, name] = $7
		} else if (match($0, /rounds: [0-9]+, [0-9]+ to [0-9]+$/)) {
			split(substr($0, RSTART), word, /[ ,]+/)
			low[file, name] = word[3]
			high[file, name] = word[5]
		}
		if (!(name in known)) {
			known[name]
			order[++names] = name
		}
	}
	END {
		for (n = 1; n <= names; n++)
			for (a = 1; a <= file; a++)
				for (b = a + 1; b <= file; b++) {
					name = order[n]
					if (!((a, name) in value) || !((b, name) in value)) continue
					compared++
					if (low[a, name] + 0 <= high[b, name] + 0 && low[b, name] + 0 <= high[a, name] + 0) continue
					off++
					printf "%-32s %s (%s to %s) in %s, %s (%s to %s) in %s\n", name, value[a, name], low[a, name],
						high[a, name], ARGV[a], value[b, name], low[b, name], high[b, name], ARGV[b]
				}
		printf "%d of %d comparisons agree\n", compared - off, compared
		exit off > 0 || compared == 0
	}' "${files[@]}"
