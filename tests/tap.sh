# shellcheck shell=bash
# Functions for tests that print TAP. The tests source this file from the root of the source tree.
# $work is a temporary folder, deleted at exit. $prefix is put before each test's name. $count is
# the number of tests so far.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
count=0
prefix=

# result ok|"not ok" NAME: prints the result of one test
result()
{
	count=$((count + 1))
	echo "$1 $count - $prefix$2"
}

# check NAME COMMAND…: one test, which passes if the command succeeds
check()
{
	local name=$1
	shift
	if "$@" >"$work/check" 2>&1; then
		result ok "$name"
	else
		result "not ok" "$name"
		head -n 5 "$work/check" | sed 's/^/# /'
	fi
}

equal()
{
	[ "$1" = "$2" ] || { echo "wanted $1, got $2"; return 1; }
}
