#!/usr/bin/env bash
# Boots the kernel on many machines under TCG and runs its self-tests. Prints a line of TAP per
# boot: machine, memory, CPUs, CPU model, build, result, and the features that the kernel found.
# `make test-machines` runs it.
# usage: machines.sh [--few]
#
# The axes are machine, memory, CPUs, CPU model and build. --few, for make test, selects rows so
# that every value of an axis occurs. Without --few, every pair of values of two axes occurs (the
# last line of output checks that), and each row runs with the build `window` and with another
# build.
set -uo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../bench/environment.sh"
cd "$(dirname "$0")/.." || exit

machines=(pc q35 microvm)
memories=(64 128 512 3072 4096 8192) # MiB; QEMU puts the hole below 4 GiB at 2, 3 or 3.5 GiB
cpus=(1 2 4 8)
models=(qemu64 max kvm64 Nehalem Westmere SandyBridge Haswell Skylake-Client EPYC Opteron_G1 phenom "qemu64,-pge"
	"max,-smep,-smap" "max,-pdpe1gb,-rdrand,-umip")
builds=(heap random best)
qemu=${PALIMPSEST_QEMU:-qemu-system-x86_64}
limit=60       # s for one boot
long_limit=400 # s for one with more than 8 CPUs

folder_of()
{
	make -s list-presets | sed -n "s/^$1=//p"
}

# features_wanted MODEL: prints the features that the kernel must find on this CPU model. A dash
# before a feature means that the kernel must not find it.
features_wanted()
{
	case $1 in
	max) echo "smep smap umip pge 1g rdrand" ;;
	qemu64*) echo "-smep -smap -umip -pcid -invpcid -1g -rdrand" ;;
	esac
	tr ',' '\n' <<<"${1#*,}" | sed -n 's/^-pdpe1gb$/-1g/; s/^-/&/p'
}

# Prints rows "machine memory cpus model build expectation". The expectation is one of
#   boots        the kernel must boot and pass its self-tests
#   oversized    a boot module is larger than the memory; the kernel must refuse to boot
#   any text     the kernel must refuse to boot with a message that contains the text
every_pair()
{
	local i j

	for ((i = 0; i < ${#models[@]}; i++)); do
		for ((j = 0; j < ${#memories[@]}; j++)); do
			for build in window "${builds[(2 * i + j) % 3]}"; do
				echo "${machines[(i + j) % 3]} ${memories[j]} ${cpus[(i + j) % 4]} ${models[i]} $build boots"
			done
		done
	done
}

few()
{
	local i every=(window "${builds[@]}")

	for ((i = 0; i < ${#models[@]}; i++)); do
		echo "${machines[(i + i / 6) % 3]} ${memories[i % 6]} ${cpus[(i / 2) % 4]} ${models[i]} ${every[i % 4]} boots"
	done
}

# Prints rows for unusual machines: without a PIT, PICs or a serial port; with most of the memory
# above 4 GiB; with 3, 5, 6 or 7 CPUs; with processors that the kernel must refuse; and with too
# little memory for the kernel or for a boot module.
odd()
{
	cat <<-EOF
		microvm,pit=off 512 3 max window boots
		microvm,pit=off,pic=off,rtc=off,isa-serial=off 512 5 qemu64 heap boots
		microvm,x-option-roms=off 512 6 max random boots
		pc,max-ram-below-4g=64M 8192 7 max window boots
		q35,max-ram-below-4g=1G 3072 8 Haswell best boots
		pc 512 1 athlon window this processor has no long mode
		q35 512 2 qemu64,-nx window this processor has no execute-disable bit
		microvm 512 1 qemu64,-syscall window this processor has no SYSCALL
		pc 512 1 qemu64,-sse2 window this processor has no SSE2
		q35 512 1 qemu64,-tsc window this processor has no time-stamp counter
		pc 2 1 max window not enough memory for the kernel
		q35 2 1 qemu64 heap not enough memory for the kernel
		microvm 2 2 max best not enough memory for the kernel
		pc 3 1 max window oversized
		pc 4 1 qemu64 random oversized
		q35 16 2 Haswell heap oversized
		microvm 64 1 max best oversized
	EOF
}

# Prints rows with more CPUs. All of them start, and only the tests of CPUs run: on a host with fewer
# processors the other tests would take very long, because so many CPUs wait at the same time.
many()
{
	cat <<-EOF
		pc 512 16 max window boots
		q35 128 16 qemu64 heap boots
		microvm 512 32 Haswell best boots
		q35,max-ram-below-4g=1G 3072 32 EPYC random boots
		pc 256 64 Skylake-Client heap boots
		q35 512 64 max window boots
		microvm 512 64 qemu64 random boots
	EOF
}

# judge STATUS MEMORY MODEL CPUS LEAST: reads the records of a boot on standard input, and checks them
# and the boot's exit status STATUS. CPUS must run, and LEAST tests must pass. Prints the number of tests, the features that the kernel found, and
# what is wrong; fails if something is wrong.
judge()
{
	awk -v status="$1" -v memory="$2" -v wanted="$(features_wanted "$3")" -v cpus="$4" -v least="$5" '
		function field(key,   i) {
			for (i = 3; i <= NF; i++)
				if (index($i, key "=") == 1)
					return substr($i, length(key) + 2)
		}
		!/^@/ { next }
		$2 == "hello" { features = field("features"); bytes = field("memory"); run = field("cpus") }
		$2 == "test" {
			ok = field("ok")
			passed += ok == 1
			skipped += ok == 2
			if (ok == 0)
				problem = problem field("name") " failed; "
		}
		$2 == "end" { complete = field("status") == "ok" && field("records") == count }
		{ count++ }
		END {
			split(wanted, list)
			for (i in list) {
				name = list[i]
				absent = sub(/^-/, "", name)
				if (!absent == !index("," features ",", "," name ","))
					problem = problem (absent ? "found " : "did not find ") name "; "
			}
			mib = bytes / 1048576
			if (mib > memory || mib < memory - 40)
				problem = problem sprintf("%d MiB usable; ", mib)
			if (run != cpus)
				problem = problem sprintf("%d CPUs run, not %d; ", run, cpus)
			if (!complete || status != 33 || passed < least)
				problem = problem "ended early, status " status "; "
			printf "%d passed, %d skipped; %s%s\n", passed, skipped, features, problem ? " # " problem : ""
			exit problem != ""
		}'
}

# one NUMBER MACHINE MEMORY CPUS MODEL BUILD EXPECTATION…: boots this machine and prints its line of
# TAP
one()
{
	local number=$1 machine=$2 memory=$3 cpu_count=$4 model=$5 build=$6 work records status=0 verdict=ok
	local what result wanted words=run=test limit=$limit run=1 least=20

	shift 6
	wanted=$*
	if [ "$cpu_count" -gt 8 ]; then
		words="run=test test=cpus_* maxcpus=$cpu_count" limit=$long_limit run=$cpu_count least=10
	fi
	what=$(printf '%-7s %5d MiB  %d CPUs  %-27s %-7s ' "$machine" "$memory" "$cpu_count" "$model" "$build")
	if ! grep -qE "^${machine%%,*} " "$MACHINES_SEEN"; then
		echo "ok $number - $what# SKIP this QEMU has no machine ${machine%%,*}"
		return
	fi
	if ! grep -qE "^x86 ${model%%,*}( |$)" "$MACHINES_SEEN"; then
		echo "ok $number - $what# SKIP this QEMU has no CPU model ${model%%,*}"
		return
	fi
	work=$(mktemp -d)
	if [ "$wanted" = oversized ]; then
		truncate -s "$((memory + 1))M" "$work/large"
		export MODULES=$work/large
		wanted="module large \\($(((memory + 1) * 1024)) KiB at [0-9a-f]+\\) does not fit in the $memory MiB of memory: give"
	fi
	records=$(LIMIT=$limit MACHINE=$machine MEMORY=$memory CPUS=$cpu_count CPU=$model \
		tests/boot.sh tcg "$(folder_of "$build")" "$words" 2>"$work/said" | tr -d '\0') || status=$?
	if [ "$*" = boots ]; then
		result=$(judge "$status" "$memory" "$model" "$run" "$least" <<<"$records") || verdict="not ok"
	else
		result="refused: $*"
		[ "$status" = 37 ] && grep -qE "$wanted" "$work/said" || verdict="not ok" result="status $status # not $result"
	fi
	echo "$verdict $number - $what$result"
	[ "$verdict" = ok ] || grep -av warning "$work/said" | tail -n 3 | sed 's/^/# /'
	rm -r "$work"
}

# Reads rows on standard input. Prints each pair of values of two axes that occurs in no row.
pairs_missing()
{
	awk -v axes="${machines[*]}|${memories[*]}|${cpus[*]}|${models[*]}|window ${builds[*]}" '
		{ for (i = 1; i <= 5; i++) for (j = i + 1; j <= 5; j++) seen[i, $i, j, $j] = 1 }
		END {
			split(axes, axis, "|")
			for (i = 1; i <= 5; i++)
				for (j = i + 1; j <= 5; j++) {
					n = split(axis[i], left, " ")
					m = split(axis[j], right, " ")
					for (a = 1; a <= n; a++)
						for (b = 1; b <= m; b++)
							if (!((i, left[a], j, right[b]) in seen))
								print left[a], right[b]
				}
		}'
}

if [ "${1:-}" = --one ]; then
	shift
	one "$@"
	exit 0
fi
selection=every_pair
case ${1:-} in
--few) selection=few ;;
"") ;;
*)
	echo "usage: $0 [--few]" >&2
	exit 2
	;;
esac

command -v "$qemu" >/dev/null || { echo "machines.sh: $qemu is missing (Debian package qemu-system-x86)" >&2; exit 2; }
for build in window "${builds[@]}"; do
	[ -f "build/$(folder_of "$build")/palimpsest.elf32" ] || {
		echo "machines.sh: $build is not built: make STRATEGY=$build, or make test-machines" >&2
		exit 2
	}
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export MACHINES_SEEN=$work/seen
{ "$qemu" -machine help; "$qemu" -cpu help; } >"$MACHINES_SEEN"
{ "$selection"; odd; [ "$selection" = few ] || many; } >"$work/rows"
awk '{ print NR, $0 }' "$work/rows" | xargs -P "${JOBS:-$(nproc)}" -L 1 "$0" --one | tee "$work/report"
count=$(wc -l <"$work/rows")
if [ "$selection" = every_pair ]; then
	count=$((count + 1))
	missing=$(pairs_missing <"$work/rows")
	echo "$([ -z "$missing" ] && echo ok || echo not ok) $count - every pair of values is among the rows" | tee -a "$work/report"
	[ -z "$missing" ] || printf '# missing: %s\n' "${missing//$'\n'/, }"
fi
echo "1..$count"

skipped=$(grep -c '^ok .*# SKIP' "$work/report")
passed=$(($(grep -c '^ok ' "$work/report") - skipped))
failed=$((count - passed - skipped)) # includes the rows that printed no line
echo
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
