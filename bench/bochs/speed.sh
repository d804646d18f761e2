#!/usr/bin/env bash
# Measures how much the instrumentation library slows down a boot in Bochs:
# speed.sh BUILD KERNEL.elf32 MODULE…
# Each round boots the same image three times: in stock Bochs; with the library, which counts; and
# with the library, the cycle model and the attribution to functions, as in a run with a profile.
# With MEASURE=1 each round boots it twice more, without and with the model: as a kernel that has no
# markers, as by `run-bench.sh measure`. What is measured then executes nearly the same instructions as
# the regions of the markers: the calls of the functions in $functions, and the code between the markers
# of the programs in $programs.
# Every second round makes the boots in reverse order.
# Variables: PAIRS rounds (5), PROFILE (skylake-client), LIMIT seconds for one boot (600), MEASURE (0).
# Exit status: 0 if every boot succeeded, whatever the ratios; 1 if one failed, or if over a tenth of
# the instructions in the regions of the markers was not measured without them; 2 for wrong usage.
set -euo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../environment.sh"

[ $# -ge 3 ] || { echo "usage: $0 BUILD KERNEL.elf32 MODULE..." >&2; exit 2; }
build=$1 kernel=$2
shift 2
rounds=${PAIRS:-5} profile=$PWD/bench/bochs/profiles/${PROFILE:-skylake-client}.ini
[[ $rounds =~ ^[1-9][0-9]*$ ]] || { echo "$0: PAIRS must be a positive number, not '$rounds'" >&2; exit 2; }
[ -f "$profile" ] || { echo "$0: there is no profile $profile; run-bench.sh --list shows them" >&2; exit 2; }
# Debian's `bochs` is a script around `bochs-bin`.
bochs=$(command -v bochs-bin || command -v bochs) || { echo "$0: bochs is missing; run make setup" >&2; exit 2; }
library=$PWD/$build/bochs/palimpsest-bochs.so symbols=$PWD/${kernel%32}
[ -f "$symbols" ] || { echo "$0: $symbols, with the symbols of $kernel, is missing; run make" >&2; exit 2; }
benchmarks='exec.*,irq.*,tlb.*,switch.*' measure=${MEASURE:-0}
functions='load|reload_cr3|invlpg_pages|reload_and_touch|remap_pages|remap_pages_cr3|(entry|roundtrip)_kernel'
programs='nest|pingpong' # each has two markers
[[ $measure =~ ^[01]$ ]] || { echo "$0: MEASURE must be 0 or 1, not '$measure'" >&2; exit 2; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
kernel/boot/make-iso.sh "$work/cd.iso" "$kernel" "run=bench bench=$benchmarks samples=quick exit=1 table=off screen=off" "$@"
{
	cat bochsrc
	echo "ata0-master: type=cdrom, path=$work/cd.iso, status=inserted"
	echo "com1: enabled=1, mode=file, dev=$work/serial"
	echo "log: $work/log"
} >"$work/bochsrc"
echo c >"$work/rc"

# What is measured without markers (bench/bochs/measure/plan.h). Other programs have other code at the
# addresses of a program's markers, so the plan also has the code between them: at most 32 bytes.
{
	nm "$symbols" | awk -v functions="^($functions)\$" '$3 ~ functions { print "call", ++id, $1, "-" }'
	id=100
	for module in "$@"; do
		[[ $module =~ /($programs)\.elf$ ]] || continue
		objdump -d --insn-width=16 "$module" | tr -d ' ' | awk -F '\t' -v id=$((id++)) '
			/prefetchnta/ { place[++places] = $1 }
			places == 1 { code = code $2 }
			END { sub(/:/, "", place[1]); sub(/:/, "", place[2]); print "between", id, place[1], place[2], substr(code, 1, 64) }'
	done
} >"$work/plan"

# boot stock|counts|model|measured|measured-model: boots once and appends "WALL USER", in seconds, to
# the file in $work that has the name of this way.
# Stock Bochs exits with status 1 through its own port, so the guest's last record decides whether
# the boot succeeded.
boot()
{
	local way=$1 expected=33 environment=(SDL_VIDEODRIVER=dummy SDL_AUDIODRIVER=dummy) status=0
	case $way in
	stock) expected=1 ;;
	counts) environment+=("LD_PRELOAD=$library" PALIMPSEST_FD=3) ;;
	model) environment+=("LD_PRELOAD=$library" PALIMPSEST_FD=3 "PALIMPSEST_PROFILE=$profile" "PALIMPSEST_SYMBOLS=$symbols") ;;
	measured) environment+=("LD_PRELOAD=$library" PALIMPSEST_FD=3 "PALIMPSEST_MEASURE=$work/plan") ;;
	measured-model) environment+=("LD_PRELOAD=$library" PALIMPSEST_FD=3 "PALIMPSEST_MEASURE=$work/plan"
		"PALIMPSEST_PROFILE=$profile" "PALIMPSEST_SYMBOLS=$symbols") ;;
	esac
	local TIMEFORMAT='%R %U'
	{
		time env -C "$work" "${environment[@]}" timeout "${LIMIT:-600}" "$bochs" -q -f "$work/bochsrc" -rc "$work/rc" \
			</dev/null 3>"$work/stream" >"$work/out" 2>"$work/err" || status=$?
	} 2>"$work/time"
	[ "$way" != stock ] || mv "$work/out" "$work/stream"
	if [ "$status" != "$expected" ] || ! grep -aq '^@[0-9]* end .*status=ok' "$work/stream"; then
		echo "$0: the boot ($way) failed with status $status, not $expected, or did not end with 'status=ok':" >&2
		tail -n 3 "$work/err" "$work/log" >&2
		exit 1
	fi
	cat "$work/time" >>"$work/$way"
	awk '/^!count / && match($0, / instructions=[0-9]+/) { sum += substr($0, RSTART + 14, RLENGTH - 14) }
		END { print sum + 0 }' "$work/stream" >"$work/$way.counted"
}

# last FILE NAME: prints "NAME WALL s (CPU USER s)" for the last boot
last()
{
	tail -n 1 "$work/$1" | awk -v name="$2" '{ printf "%s %.1f s (CPU %.1f s)", name, $1, $2 }'
}

# ratios FILE BASE COLUMN AIM TEXT: divides each time in FILE by the time in BASE of the same round
# (COLUMN 1: wall time, 2: user CPU time). Prints the median and the range of these ratios, and
# whether the median is at most AIM.
ratios()
{
	paste -d ' ' "$work/$1" "$work/$2" | awk -v column="$3" '{ print $column / $(column + 2) }' | sort -g |
		awk -v aim="$4" -v text="$5" '{ ratio[NR] = $1 }
			END {
				median = (ratio[int((NR + 1) / 2)] + ratio[int(NR / 2) + 1]) / 2
				printf "%-36s %6.2f %6.2f to %.2f   at most %.2f: %s\n", text, median, ratio[1],
					ratio[NR], aim, median <= aim ? "within the aim" : "over the aim"
			}'
}

all=(stock counts model)
[ "$measure" = 0 ] || all+=(measured measured-model)
echo "One boot: window build, $benchmarks, samples=quick, $(basename "$profile" .ini); $rounds rounds, wall time (user CPU time)"
for ((round = 1; round <= rounds; round++)); do
	ways=("${all[@]}")
	[ $((round % 2)) = 1 ] || mapfile -t ways < <(printf '%s\n' "${all[@]}" | tac)
	for way in "${ways[@]}"; do
		boot "$way"
	done
	echo "round $round of $rounds: $(last stock stock), $(last counts counting), $(last model model)"
	[ "$measure" = 0 ] || echo "    without markers: $(last measured counting), $(last measured-model model)"
done
echo
printf '%-36s %6s   %s\n' "ratio to stock Bochs" median "range          aim"
ratios counts stock 1 1.03 "counting, wall time"
ratios model stock 1 1.4 "with the model, wall time"
ratios counts stock 2 1.03 "counting, user CPU time"
ratios model stock 2 1.4 "with the model, user CPU time"
if [ "$measure" = 1 ]; then
	ratios measured stock 2 1.03 "counting without markers, CPU time"
	ratios measured-model stock 2 1.4 "the model without markers, CPU time"
	echo
	printf '%-36s %6s   %s\n' "without markers : with markers" median "range          aim"
	ratios measured counts 1 1.05 "counting, wall time"
	ratios measured-model model 1 1.05 "with the model, wall time"
	ratios measured counts 2 1.05 "counting, user CPU time"
	ratios measured-model model 2 1.05 "with the model, user CPU time"
	marked=$(<"$work/counts.counted") unmarked=$(<"$work/measured.counted")
	echo "millions of instructions in regions: $((marked / 1000000)) with markers, $((unmarked / 1000000)) without"
fi
echo "On a busy host, wall time depends on other programs: look at CPU time."
[ "$measure" = 0 ] || [ $((10 * unmarked)) -gt $((9 * marked)) ] || {
	echo "$0: too little was measured without markers: do \$functions and \$programs still exist?" >&2
	exit 1
}
