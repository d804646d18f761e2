#!/usr/bin/env bash
# Tests the register of the claims' margins (bench/claims/register.txt) and prints TAP. The register
# of this tree must be right, and register.sh must find the faults that are planted in a copy.
# usage: tests/e2e/register.sh
set -u
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../../bench/environment.sh"
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/tap.sh
. tests/tap.sh

# fresh: makes a copy of the claims, without git's history, in $copy
copy=$work/copy
fresh()
{
	rm -rf "$copy"
	mkdir -p "$copy/bench/claims" "$copy/docs"
	cp bench/claims/*.sql bench/claims/register.* "$copy/bench/claims/"
	cp bench/environment.sh "$copy/bench/"
	cp docs/claims.md "$copy/docs/"
	register=$copy/bench/claims/register.txt
	claim=$copy/bench/claims/19-distinct-frames.sql
}

register() { "$copy/bench/claims/register.sh" "$@"; }

# refused TEXT: succeeds if the check of the copy fails and prints TEXT
refused()
{
	if register check >"$work/out" 2>&1; then
		echo "nothing was noticed"
		return 1
	fi
	grep -qF -- "$1" "$work/out" || { cat "$work/out"; return 1; }
}

# Deletes the last entry of claim 19 from the register.
forget_last() { sed -i "$(grep -n '^19 ' "$register" | tail -n 1 | cut -d : -f 1)d" "$register"; }

# Changes the margin of claim 19 and adds an entry for the change to the register.
change_margin()
{
	sed -i 's/^-- margin: .*/-- margin:  something else/' "$claim"
	register line 19 after "a test" >>"$register"
}

# Renews the table of margins in docs/claims.md, as a user does after adding an entry.
mend_table()
{
	register table >"$work/table"
	sed -i -e "/^| margin set in/,/^\$/{/^| margin set in/r $work/table" -e '/^|/d}' "$copy/docs/claims.md"
}

check "the register is that of the claims" bench/claims/register.sh check

fresh
check "a copy without history is right" register check
sed -i 's/^-- margin: .*/-- margin:  no violation over at least 2 tries confirms/' "$claim"
check "a changed margin needs an entry" refused "claim 19: asks, metric or margin changed"
fresh
sed -i 's/^-- asks: .*/-- asks:    what?/' "$claim"
check "so does a changed question" refused "claim 19: asks, metric or margin changed"
fresh
sed -i 's/^-- metric: .*/-- metric:  none/' "$claim"
check "so does a changed metric" refused "claim 19: asks, metric or margin changed"
fresh
sed -i 's/^-- margin: .*/-- margin:  something else/' "$copy"/bench/claims/31-*.sql
check "so does a changed margin of a claim that has no query yet" refused \
	"claim 31: asks, metric or margin changed"
fresh
sed -i 's/^-- margin: /-- margin:\n--        /; s/^-- figure: .*/-- figure:  exec/' "$claim"
check "other lines and line breaks need none" register check

change_margin
check "the table of the document must show the entry" refused "the table in docs/claims.md"
mend_table
check "a changed margin with its entry is right" register check

fresh
forget_last
check "a removed entry is found" refused "claim 19: asks, metric or margin changed"
check "by the links too" refused "it was changed or moved, or one before it was removed"
fresh
change_margin
mend_table
sed -i '$d' "$register"
check "the last entry cannot be removed" refused "claim 19: asks, metric or margin changed"
fresh
register line 19 after "the entry before called this wording" >>"$register"
check "the table must also show an entry that corrects the word of another" refused "the table in docs/claims.md"
mend_table
check "such an entry is right" register check
sed -i '$d' "$register"
check "it cannot be removed without the table" refused "the table in docs/claims.md"
fresh
sed -i '10{h;d};11{G}' "$register"
check "entries that changed places are found" refused "it was changed or moved"
fresh
sed -i '0,/ with /s// before /' "$register"
check "an entry that says another time is found" refused "entry 1 (claim 1): it was changed"
fresh
sed -i '$s/$/ indeed/' "$register"
check "an entry with another reason is found" refused "it was changed"

# Replaces an entry and computes the links between the entries anew, so the links are right. This
# copy has git's history, by which the check must find the replaced entry.
fresh
change_margin
mend_table
repository() { git -C "$copy" -c user.name=test -c user.email=test@localhost "$@"; }
{
	repository init -q "$copy"
	repository add -A
	repository commit -qm "test: first"
} >"$work/git" 2>&1
check "a copy with history is right" register check
sed -i '$d' "$register"
register line 19 before "a test" >>"$register"
mend_table
check "a replaced entry is found in the history" refused "were changed, removed or moved"

check "a line needs a claim that exists" equal 2 "$(register line 98 after why >/dev/null 2>&1; echo $?)"
check "and a known time" equal 2 "$(register line 19 sometime why >/dev/null 2>&1; echo $?)"
check "and a reason" equal 2 "$(register line 19 after "" >/dev/null 2>&1; echo $?)"

echo "1..$count"
