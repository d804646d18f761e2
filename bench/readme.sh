#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Copies the final screen of a run, its file answers.txt, to README.md:
#     ./run-bench.sh && make readme
# In README.md the screen is the text between "<!-- screen -->" and "<!-- end -->", indented by four
# columns.
set -euo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/environment.sh"

[ $# = 1 ] || { echo "usage: $0 RESULTS-FOLDER" >&2; exit 2; }
if [ ! -s "$1/answers.txt" ]; then
	echo "readme: there is no $1/answers.txt: run ./run-bench.sh first, or name the folder of a run (make readme RESULTS=…)" >&2
	exit 2
fi
document=$(dirname "$0")/../README.md

awk 'NR == FNR { screen = screen ($0 == "" ? "" : "    ") $0 "\n"; next }
	/^<!-- end -->/ { inside = 0 }
	!inside
	/^<!-- screen -->/ { inside = 1; printf "\n%s\n", screen }' "$1/answers.txt" "$document" >"$document.new"
mv "$document.new" "$document"
