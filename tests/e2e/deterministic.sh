#!/usr/bin/env bash
# Runs a few benchmarks twice, on the real Bochs and with the same images. Tests that both runs
# write the same summary.csv, byte for byte.
set -uo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../../bench/environment.sh"
cd "$(dirname "$0")/../.." || exit 1

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
echo "1..3"
status=0
for n in 1 2; do
	./run-bench.sh --engine bochs --strategy heap,window,random --quick --rounds 2 --seed 7 --out "$work/$n" \
		--bench 'irq.*,syscall.null,exec.spawn,exec.load,memory.*' >"$work/$n.out" 2>&1 || status=1
done
if [ "$status" = 0 ]; then
	echo "ok 1 - both runs end well"
else
	echo "not ok 1 - both runs end well"
	tail -n 5 "$work"/*.out | sed 's/^/# /'
fi
if [ -s "$work/1/summary.csv" ] && cmp -s "$work/1/summary.csv" "$work/2/summary.csv"; then
	echo "ok 2 - summary.csv is the same"
else
	echo "not ok 2 - summary.csv is the same"
	diff "$work/1/summary.csv" "$work/2/summary.csv" | head -n 5 | sed 's/^/# /'
fi
if build/host/palimpsest-bench --reproduces "$work/1" "$work/2" | grep -q '^identical: all of '; then
	echo "ok 3 - a comparison says that they are identical"
else
	echo "not ok 3 - a comparison says that they are identical"
fi
