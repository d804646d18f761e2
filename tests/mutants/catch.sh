#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Builds or runs one of the tests that catch planted faults, in the tree that has this script.
# usage: catch.sh build|run KIND WORD…
#   unit NAME                     tests/unit/test_NAME.c
#   host ROOM/NAME                tests/host/ROOM/test_NAME.c
#   model NAME                    tests/model/test_NAME.c
#   measure NAME                  tests/measure/test_NAME.c
#   foreign KERNEL                `run-bench.sh measure` on a kernel of tests/foreign, tests/e2e/foreign.sh
#   fuzz TARGET                   the corpus of the fuzz target
#   kernel ENGINE BUILD GLOB [WORD…]    the kernel's self-tests that match GLOB; WORDs are added to
#                                 the kernel's command line. BUILD is a preset, or STACK+LOADER+ISOLATION
#   cpus ENGINE BUILD GLOB        the same on a machine with four CPUs, of which more than one must run
#   races ENGINE BUILD SCHEDULES  the stress of several CPUs under so many schedules, tests/races.sh
#   panics ENGINE BUILD           machines on which CPUs panic, tests/panics.sh
#   calls BUILD                   the fuzzer of system calls, 10,000 calls on tcg
#   bench ENGINE BUILD ROWS [WORD…]     benchmarks, which check what they measure
#   harness BUILD ROWS            a run of the harness on Bochs
#   level1 NAME [WORD…]           tests/level1/NAME.sh with these words; those of `run` name a build
#   places COUNT SEED BUILD       tests/places/run.sh
#   e2e BUILD NAME                tests/e2e/NAME.sh, which needs a kernel
#   library                       the instrumentation library on hand-counted code, tests/bochs/run.sh
#   played NAME                   tests/e2e/NAME.sh, which needs no kernel: a script plays the engine
#   script FILE                   a test script that needs no build
# Exits with the test's status, or that of make. LIMIT is the time limit of a boot in seconds.
set -uo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../../bench/environment.sh"
cd "$(dirname "$0")/../.." || exit 2
export CMOCKA_MESSAGE_OUTPUT=TAP LIMIT=${LIMIT:-100}
unset -v MAKEFLAGS MAKELEVEL

usage()
{
	sed -n '/^# usage/,/^# Exits/s/^# \{0,1\}//p' tests/mutants/catch.sh >&2
	exit 2
}

# Prints STACK+LOADER+ISOLATION of a build, which may be named by its preset.
full_name()
{
	case $1 in
	*+*+*) echo "$1" ;;
	*) make -s list-presets | sed -n "s/^$1=//p" ;;
	esac
}

# Reads the records of a boot. Prints a TAP line for each check, and one for a panic.
checks()
{
	awk '
		function field(key,   i, v) {
			for (i = 3; i <= NF; i++)
				if (index($i, key "=") == 1) {
					v = substr($i, length(key) + 2)
					gsub(/%20/, " ", v)
					return v
				}
		}
		/^@/ && $2 == "panic" { print "not ok " ++n " - panic: " field("text") }
		/^@/ && $2 == "check" {
			print (field("ok") == 1 ? "ok " : "not ok ") ++n " - " field("name") " " field("parameter") ": " field("detail")
		}'
}

[ $# -ge 2 ] || usage
step=$1 kind=$2 first=${3-}
shift 2
shift $(($# > 0))
program=
build=
targets=()
case $kind in
unit) program=build/tests/unit/test_$first ;;
host) program=build/tests/host/${first%/*}/test_${first##*/} ;;
model) program=build/tests/model/test_$first ;;
measure) program=build/tests/measure/test_$first ;;
foreign) targets+=(host bochs-library foreign-kernels) ;;
fuzz) program=build/tests/fuzz/fuzz_$first ;;
kernel | cpus | bench)
	[ $# -ge 2 ] || usage
	engine=$first build=$(full_name "$1") glob=$2
	shift 2
	[ "$engine" = tcg ] || targets+=(bochs-library)
	;;
races | panics)
	build=$(full_name "$1")
	targets+=(RACES=1)
	[ "$first" = tcg ] || targets+=(bochs-library)
	;;
calls)
	build=$(full_name "$first")
	targets+=(build/fuzz/fuzz-calls.elf)
	;;
level1)
	targets+=(build/level1.elf32 programs)
	if [ "$first" = run ]; then
		build=${2%@level1}
		targets+=(BOOT=level1)
	fi
	;;
places)
	build=$(full_name "$2")
	targets+=(build/tests/placer.elf32)
	;;
harness | e2e)
	[ $# -ge 1 ] || usage
	build=$(full_name "$first")
	targets+=(host bochs-library)
	;;
library) targets+=(bochs-library) ;;
played) targets+=(host build/tests/make-records) ;;
script) ;;
*) usage ;;
esac

if [ "$step" = build ]; then
	if [ -n "$build" ]; then
		IFS=+ read -r stack loader isolation <<<"$build"
		targets+=(STACK="$stack" LOADER="$loader" ISOLATION="$isolation" kernel programs)
	fi
	[ -z "$program" ] || targets+=("$program")
	[ ${#targets[@]} -gt 0 ] || exit 0
	exec make -s "${targets[@]}"
fi
case $kind in
unit | host | model | measure | fuzz) exec "$program" ;;
kernel) exec tests/kernel/run.sh "$engine" "$build" "WORDS=test=$glob $*" ;;
cpus)
	tests/kernel/run.sh "$engine" "$build" CPUS=4 "WORDS=test=$glob maxcpus=4" |
		sed '/# SKIP .*only one CPU runs/s/^ok/not ok/'
	;;
races) exec tests/races.sh "$first" "$build" "$2" ;;
panics) exec tests/panics.sh "$first" "$build" ;;
calls) exec env FINDINGS=1 PATIENCE=10 tests/fuzz/calls.sh 10000 1 tcg "$build" ;;
bench)
	tests/boot.sh "$engine" "$build" "run=bench samples=quick table=off screen=off seed=1 bench=$glob $*" | checks
	exit $((PIPESTATUS[0] != 33))
	;;
harness)
	out=$(mktemp -d)
	trap 'rm -rf "$out"' EXIT
	build/host/palimpsest-bench --engine bochs --quick --rounds 1 --profile none --strategy "$build" --bench "$1" \
		--timeout "$LIMIT" --out "$out/run"
	;;
level1) exec bash "tests/level1/$first.sh" "$@" ;;
places) exec tests/places/run.sh "$first" "$1" "$build" ;;
e2e) exec bash "tests/e2e/$1.sh" ;;
library) exec tests/bochs/run.sh ;;
foreign) exec bash tests/e2e/foreign.sh "$first" ;;
played) exec bash "tests/e2e/$first.sh" ;;
script) exec bash "$first" ;;
esac
