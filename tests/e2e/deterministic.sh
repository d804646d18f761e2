#!/usr/bin/env bash
# Tests that two runs of the same images on the real Bochs, with a few benchmarks, write the same
# summary.csv, byte for byte.
set -uo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../../bench/environment.sh"
cd "$(dirname "$0")/../.." || exit 1

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
echo "1..4"
status=0
for n in 1 2; do
	./run-bench.sh --engine bochs --strategy heap,window,random --quick --seed 7 --out "$work/$n" \
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
# The upper bounds that the project promises. Columns: benchmark, parameter, strategy, instructions
# as Bochs counts them.
over=$(awk -F, 'NR == FNR { limit[$1 "," $2 "," $3] = $4; next }
	$9 == "instructions" && ($7 "," $8 "," $2) in limit {
		seen++
		if ($14 > limit[$7 "," $8 "," $2])
			print "# " $7 " " $8 " " $2 ": " $14
	}
	END { if (seen != length(limit)) print "# a row is missing" }' - "$work/1/summary.csv" <<'LIMITS'
exec.spawn,4096,heap,6000
exec.spawn,4096,window,6000
irq.entry.user,0,heap,40
irq.entry.user,0,window,14
syscall.null,0,heap,40
syscall.null,0,window,40
LIMITS
)
if [ -z "$over" ]; then
	echo "ok 3 - counts are below their bounds"
else
	echo "not ok 3 - counts are below their bounds"
	echo "$over"
fi
if build/host/palimpsest-bench --reproduces "$work/1" "$work/2" | grep -q '^identical: all of '; then
	echo "ok 4 - a comparison says that they are identical"
else
	echo "not ok 4 - a comparison says that they are identical"
fi
