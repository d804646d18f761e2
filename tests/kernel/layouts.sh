#!/usr/bin/env bash
# Boots kernels on tcg with layout seeds and prints TAP:
# layouts.sh FIRST LAST STACK+LOADER+ISOLATION…
# Each build boots with the seeds FIRST to LAST and runs benchmarks, whose checks must pass.
# Different seeds must give different first frames, and different orders of the benchmarks' rows.
# The same seed must give the same first frame and order.
set -uo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../../bench/environment.sh"
cd "$(dirname "$0")/../.." || exit 1

first=$1 last=$2
shift 2
# shellcheck source=tests/tap.sh
. tests/tap.sh
globs='exec.spawn,exec.execve,fork.*,memory.*,map.*,switch.*,syscall.*,regions.elf_order'

# boot BUILD SEED: boots the build with this layout seed. Writes the records to $work/SEED. Writes
# the first frame, and the rows in their order, to $work/SEED.layout. Fails if the boot or a check
# fails.
boot()
{
	tests/boot.sh tcg "$1" "run=bench samples=quick table=off screen=off seed=1 bench=$globs layout=$2" >"$work/$2"
	[ $? = 33 ] || return
	grep -aE ' fact name=first-frame | bench name=' "$work/$2" |
		sed 's/^@[0-9]* //; s/ ~.*//' >"$work/$2.layout"
	! grep -aq ' check .* ok=0 ' "$work/$2"
}

all_differ()
{
	[ "$(cat "$work"/*.order | sort | uniq -d | wc -l)" = 0 ]
}

# Succeeds if all seeds have run the same rows, in any order.
same_rows()
{
	local rows

	for seed in $(seq "$first" "$last"); do
		rows=$(grep '^bench ' "$work/$seed.layout" | sed 's/ index=.*//' | sort | sha256sum)
		[ "$rows" = "${expected:=$rows}" ] || return
	done
}

for build in "$@"; do
	rm -f "$work"/*
	expected=
	for seed in $(seq "$first" "$last"); do
		check "$build boots with layout $seed" boot "$build" "$seed"
		sed -n 1p "$work/$seed.layout" >"$work/$seed.order"
		sha256sum <"$work/$seed.layout" >>"$work/$seed.order"
	done
	check "$build: each seed has its own first frame and order of rows" all_differ
	check "$build: each seed runs the same rows" same_rows
	cp "$work/$first.layout" "$work/before"
	check "$build boots with layout $first again" boot "$build" "$first"
	check "$build: the same seed gives the same layout" cmp -s "$work/before" "$work/$first.layout"
done
echo "1..$count"
