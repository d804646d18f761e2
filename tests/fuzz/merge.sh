#!/usr/bin/env bash
# Rebuilds the corpus of each target from the old corpus and the inputs in FOLDER/new. Keeps a
# minimal set of inputs with the coverage of all of them. No input is longer than 6000 bytes.
# usage: merge.sh FOLDER TARGET…
set -euo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../../bench/environment.sh"
cd "$(dirname "$0")/../.."

folder=$1
shift
for target in "$@"; do
	corpus=tests/fuzz/corpus/$target
	rm -rf "$folder/merged"
	mkdir -p "$folder/merged" "$folder/new/$target" "$corpus"
	"$folder/libfuzzer_$target" -merge=1 -max_len=6000 "$folder/merged" "$corpus" "$folder/new/$target" \
		2>"$folder/merge-$target.log"
	rm -rf "$corpus"
	mv "$folder/merged" "$corpus"
	echo "$corpus: $(find "$corpus" -type f | wc -l) inputs, $(du -bs "$corpus" | cut -f1) bytes"
done
