#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Draws the figures of a run again and copies them to docs/figures/. Writes docs/figures.md, which
# shows each figure and says how to read it, in the words of its script (the line `# read:`). To
# make a run and draw its figures:
#     ./run-bench.sh --strategy all --profile skylake-client && make figures
set -euo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/environment.sh"

[ $# = 1 ] || { echo "usage: $0 RESULTS-FOLDER" >&2; exit 2; }
if [ ! -r "$1/results.sqlite" ]; then
	echo "figures: there is no $1/results.sqlite: run ./run-bench.sh first, or name the folder of a run" \
		"(make figures RESULTS=…)" >&2
	exit 2
fi
if [ "$(sqlite3 -readonly "$1/results.sqlite" "SELECT value FROM environment WHERE key = 'run.kind'")" = measure ]; then
	echo "figures: $1 is a run of \`measure\`, whose figure is in its folder plots/; name the folder of a run of" \
		"the suite (make figures RESULTS=…)" >&2
	exit 2
fi
run=$1
root=$(dirname "$0")/..
document=$root/docs/figures.md

# line KEY SCRIPT: prints the text after `# KEY:` with its continuation lines; if KEY is "", the
# script's first line
line()
{
	awk -v key="$1" '!/^#/ { exit }
		key == "" { sub(/^# */, ""); print; exit }
		found && /^#   / { sub(/^# +/, ""); text = text " " $0; next }
		found { exit }
		index($0, "# " key ":") == 1 { sub(/^# [a-z]*: */, ""); text = $0; found = 1 }
		END { if (key != "") print text }' "$2"
}

# show FIGURE: copies the figure and prints its section of docs/figures.md
show()
{
	local figure=$1 script suffix="" title

	script=$root/plots/$figure.gp
	if [ ! -e "$script" ]; then
		script=$root/plots/${figure%-*}.gp
		case $figure in
		*-cycles) suffix=" In modelled cycles." ;;
		*-kvm) suffix=" In TSC ticks on KVM." ;;
		esac
	fi
	[ -e "$script" ] || return 0
	# gnuplot writes spaces at the ends of lines, and empty lines at the end.
	awk '{ sub(/[ \t]+$/, "") } $0 == "" { empty = empty "\n"; next } { printf "%s%s\n", empty, $0; empty = "" }' \
		"$run/plots/$figure.svg" >"$root/docs/figures/$figure.svg"
	title=$(line "" "$script")
	printf '\n## %s\n\n' "$figure"
	printf '**%s**%s %s\n' "$title" "$suffix" "$(line read "$script")" | fold -s -w 100 | sed 's/ *$//'
	printf '\n![%s](figures/%s.svg)\n' "$(tr -d '[]' <<<"$title")" "$figure"
}

"$root/build/host/palimpsest-bench" --report "$run"
mkdir -p "$root/docs/figures"
{
	cat <<-END
		# Figures

		Each run draws these figures into its folder, as SVG and PNG, and into its \`report.html\`; a
		figure whose benchmarks were not measured is left out. The figures below are from

		    $(sqlite3 -readonly "$run/results.sqlite" 'SELECT command FROM run' | sed -E 's/ --(out|jobs) [^ ]+//g')

		and \`make figures\` replaces them by the figures of \`results/latest\`. Their scripts are in \`plots/\`;
		[results.md](results.md#drawing-again) says how to draw one again.

		In a run of up to eight strategies each has a colour, a dash and a point of its own, the same in
		all figures. Strategies with the same values remain visible: the first has the widest curve and the
		largest points, and the points are beside each other. If there are more strategies, colour and dash
		show the loader, and the point shows the stack: heaps are squares and fixed stacks circles, hollow
		if the hardware switches through TSS.RSP0. Bouncing builds have diamonds. In a figure on which the
		loader has no influence, colour and dash show the stack as well, or that a build is bouncing. Bars
		are 95 % intervals; in modelled cycles they extend from the low to the high parameters of the model.
		Modelled cycles are estimates ([model.md](model.md)).
	END
	# Figures of the report's first part come first. Each is shown in the views closest to time (KVM,
	# modelled cycles) before it is shown in counts.
	shown=" "
	for script in overview exec irq-entry tlb-flush switch where claims "$root"/plots/*.gp; do
		script=$(basename "$script" .gp)
		case $shown in *" $script "*) continue ;; esac
		shown+="$script "
		for figure in "$script-kvm" "$script-cycles" "$script"; do
			[ ! -e "$run/plots/$figure.svg" ] || show "$figure"
		done
	done
} >"$document.new"
mv "$document.new" "$document"
