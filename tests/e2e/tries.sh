#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Runs an experiment whose tries are added up over all builds of a run (the kernel's option share=):
# each build makes its part, so that a run of any number of builds decides the claim. Prints TAP.
set -uo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../../bench/environment.sh"
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/tap.sh
. tests/tap.sh

# tries STRATEGIES: prints how many operations each build made, and the verdict of claim 25
tries()
{
	rm -rf "$work/run"
	./run-bench.sh --engine bochs --rounds 1 --profile none --strategy "$1" --bench heap.fuzz --out "$work/run" >"$work/out" 2>&1 || tail -n 3 "$work/out"
	sqlite3 "$work/run/results.sqlite" "SELECT value FROM experiment WHERE metric = 'tries' UNION ALL
		SELECT verdict FROM claims WHERE id = 25" | paste -sd ' '
}

check "one build makes all tries" equal "100000 confirmed" "$(tries heap)"
check "of three builds, each makes a third, rounded up" equal "33334 33334 33334 confirmed" "$(tries heap,window,random)"
echo "1..$count"
