#!/usr/bin/env bash
# Runs a few benchmarks twice, on the real Bochs and with the same images; then a few on two CPUs.
# Tests that both runs write the same summary.csv, byte for byte.
set -uo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../../bench/environment.sh"
cd "$(dirname "$0")/../.." || exit 1

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
echo "1..6"
count=0

# result STATUS TEXT: prints a result
result()
{
	count=$((count + 1))
	[ "$1" = 0 ] && echo "ok $count - $2" || echo "not ok $count - $2"
	return "$1"
}

# twice NAME OPTION…: runs the benchmarks twice with these options, and compares the runs
twice()
{
	local name=$1 a=$work/$1.1 b=$work/$1.2 status=0

	shift
	for out in "$a" "$b"; do
		./run-bench.sh --engine bochs --quick --seed 7 --out "$out" "$@" >"$out.out" 2>&1 || status=1
	done
	result $status "$name: both runs end well" || tail -n 5 "$work/$name".*.out | sed 's/^/# /'
	[ -s "$a/summary.csv" ] && cmp -s "$a/summary.csv" "$b/summary.csv"
	result $? "$name: summary.csv is the same" ||
		diff "$a/summary.csv" "$b/summary.csv" | head -n 5 | sed 's/^/# /'
	build/host/palimpsest-bench --reproduces "$a" "$b" | grep -q '^identical: all of '
	result $? "$name: a comparison says that they are identical"
}

twice one --strategy heap,window,random --rounds 2 --bench 'irq.*,syscall.null,exec.spawn,exec.load,memory.*'
twice several --strategy heap --rounds 1 --cpus 2 --bench 'ipi.*,tlb.shootdown*'
[ "$count" = 6 ]
