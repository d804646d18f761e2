#!/usr/bin/env bash
# The register of margins, register.txt: it records when the header of each claim was set, relative
# to the claim's experiment, and why it was changed. docs/claims.md describes it.
# usage: register.sh check            prints what is wrong with the register; fails if anything is
#        register.sh line ID WHEN WHY prints the line that records the present header of claim ID;
#                                     WHEN is before, with, after or wording
#        register.sh table            prints the table of docs/claims.md
set -euo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../environment.sh"
export LC_ALL=C.UTF-8
here=$(cd "$(dirname "$0")" && pwd)

fail()
{
	echo "register: $*"
	failed=1
}

# digests FILE…: prints the first 16 hexadecimal digits of the SHA-256 of each file
digests() { sha256sum "$@" | cut -c 1-16; }

# headers FILE…: for each claim, writes the fields asks, metric and margin, which the register
# covers, to $work/header.NN, one field a line. NN are the digits that the file's name begins with
headers()
{
	awk -v work="$work" '
		function write_header(n, path, out, i, m, keys, value) {
			n = split(name, path, "/")
			out = work "/header." substr(path[n], 1, 2)
			m = split("asks metric margin", keys, " ")
			for (i = 1; i <= m; i++) {
				value = text[keys[i]]
				gsub(/[ \t]+/, " ", value)
				gsub(/^ | $/, "", value)
				print keys[i] ": " value >out
			}
			close(out)
		}
		FNR == 1 {
			if (name) write_header()
			name = FILENAME
			key = ""
			delete text
			on = 1
		}
		!on { next }
		!/^--/ { on = 0; next }
		match($0, /^-- [a-z-]+:/) {
			key = substr($0, 4, RLENGTH - 4)
			text[key] = text[key] " " substr($0, RLENGTH + 1)
			next
		}
		!/^--   / { key = "" }
		{ text[key] = text[key] " " substr($0, 3) }
		END { if (name) write_header() }' "$@"
}

# entries: prints the register without comments
entries() { grep -v '^#' "$folder/register.txt" || true; }

# Each entry has a link: the hash of the previous entry's link (`-` for the first entry) followed by
# this entry's other fields. Checks all links.
check_links()
{
	entries | awk -v work="$work" '
		function wrong(what) { print "register: entry " NR " (claim " $1 "): " what; failed = 1 }
		$4 !~ /^(before|with|after|wording)$/ { wrong($4 " is not before, with, after or wording") }
		$3 != "this" && $3 !~ /^[0-9a-f]+$/ { wrong($3 " is not a revision") }
		NF < 6 { wrong("it has no reason") }
		{
			link = $5
			text = before " " $1 " " $2 " " $3 " " $4
			for (i = 6; i <= NF; i++) text = text " " $i
			out = sprintf("%s/link.%04d", work, NR)
			print text >out
			close(out)
			before = link
		}
		BEGIN { before = "-" }
		END { exit failed }' || failed=1
	digests "$work"/link.* | paste -d ' ' - <(entries) | awk '
		$1 != $6 {
			print "register: entry " NR " (claim " $2 "): it was changed or moved, or one before it was removed"
			exit failed = 1
		}' || failed=1
}

# Checks that the last entry of each claim has the hash of the claim's present header.
check_headers()
{
	headers "$folder"/[0-9][0-9]-*.sql
	digests "$work"/header.* | paste -d ' ' <(cd "$work" && printf '%s\n' header.*) - | awk '
		FNR == NR { if (!/^#/) last[$1] = $2; next }
		{
			id = substr($1, 8) + 0
			if (last[id] != $2) {
				print "register: claim " id ": asks, metric or margin changed, and no entry says why;" \
					" see: register.sh line"
				failed = 1
			}
		}
		END { exit failed }' "$folder/register.txt" - || failed=1
}

# line ID WHEN WHY: prints the entry that records the present header of a claim
line()
{
	local file hash before

	file=$(printf '%s\n' "$folder/$(printf %02d "$1")"-*.sql)
	[[ -f $file && $2 =~ ^(before|with|after|wording)$ && -n $3 ]] || usage
	headers "$file"
	hash=$(digests "$work"/header.*)
	before=$(entries | tail -n 1 | cut -d ' ' -f 5)
	echo "${before:--} $1 $hash this $2 $3" >"$work/link"
	echo "$1 $hash this $2 $(digests "$work/link") $3"
}

usage()
{
	sed -n 's/^# usage: /usage: /p; s/^#        /       /p' "$0" >&2
	exit 2
}

# Checks that the present register begins with the entries that the register had in every earlier
# commit.
check_history()
{
	local revision

	git -C "$folder" rev-parse --git-dir >/dev/null 2>&1 || return 0
	while read -r revision; do
		git -C "$folder" show "$revision:./register.txt" 2>/dev/null | grep -v '^#' >"$work/old" || continue
		entries | head -n "$(wc -l <"$work/old")" | cmp -s - "$work/old" ||
			fail "entries of commit $revision were changed, removed or moved"
	done < <(git -C "$folder" log --format=%h -- register.txt)
}

# Prints the table of docs/claims.md: the claims, grouped by the revision and the time (WHEN) of
# their last entry that is not `wording`.
table()
{
	echo "| margin set in | experiment | claims |"
	echo "|---|---|---|"
	entries | awk '$4 != "wording" { set[$1] = ($3 == "this" ? "entry " NR : "`" $3 "`") " | " $4 }
		END {
			for (id = 1; id < 100; id++) {
				if (!(id in set)) continue
				if (set[id] in claims) claims[set[id]] = claims[set[id]] ", " id
				else { order[++n] = set[id]; claims[set[id]] = id }
			}
			for (i = 1; i <= n; i++) print "| " order[i] " | " claims[order[i]] " |"
		}'
}

check_table()
{
	awk '/^[|] margin set in/ { on = 1 } !/^[|]/ { on = 0 } on' "$folder/../../docs/claims.md" | cmp -s - <(table) ||
		fail "the table in docs/claims.md is not that of: bench/claims/register.sh table"
}

folder=$here
failed=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
case ${1-}/$# in
check/1)
	check_links
	check_headers
	check_history
	check_table
	exit $failed
	;;
line/4) line "$2" "$3" "$4" ;;
table/1) table ;;
*) usage ;;
esac
