#!/usr/bin/env bash
# Rebuilds the corpus: merge.sh FOLDER TARGET…
# Keeps a minimal set of short inputs with the same coverage as the old corpus and the inputs found
# by fuzzing together.
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
