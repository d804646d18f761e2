#!/usr/bin/env bash
# Fuzzes all targets in parallel for SECONDS.
# usage: run.sh FOLDER SECONDS TARGET…
# FOLDER has the programs libfuzzer_TARGET. The first inputs of each program are the corpus, those
# of seeds.sh, and those of earlier runs in FOLDER/new. Exits with 1 if an input failed, and keeps
# that input in FOLDER/found.
set -uo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../../bench/environment.sh"
cd "$(dirname "$0")/../.." || exit

folder=$1 seconds=$2
shift 2
[[ $seconds =~ ^[1-9][0-9]*$ ]] || { echo "FUZZ_SECONDS=$seconds is not a number of seconds" >&2; exit 2; }
tests/fuzz/seeds.sh "$folder/seeds" || exit
declare -A pids
export ASAN_OPTIONS=quarantine_size_mb=4 # smaller than the default, to save time
for target in "$@"; do
	mkdir -p "$folder/new/$target" "$folder/found"
	nice -n 10 "$folder/libfuzzer_$target" -max_total_time="$seconds" -timeout=20 -max_len=6000 -print_final_stats=1 \
		-artifact_prefix="$folder/found/$target-" "$folder/new/$target" "tests/fuzz/corpus/$target" \
		"$folder/seeds/$target" >"$folder/$target.log" 2>&1 &
	pids[$target]=$!
	echo "$target: $seconds s, its log is $folder/$target.log"
done
failed=0
for target in "$@"; do
	if wait "${pids[$target]}"; then
		runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$folder/$target.log")
		echo "$target: no finding in $runs runs"
	else
		echo "$target: FAILED"
		tail -n 30 "$folder/$target.log" | sed 's/^/    /'
		failed=1
	fi
done
[ $failed = 0 ] && echo "make fuzz-merge adds the new inputs to tests/fuzz/corpus"
exit $failed
