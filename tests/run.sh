#!/usr/bin/env bash
# Runs all test programs, reads their TAP, and ends with the line "N passed, N failed, N skipped".
# usage: run.sh BINARY…
#   BINARY  a compiled test program; `make test` builds and names all of them
# The script lists all other tests itself. It fails if a test failed.
set -uo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../bench/environment.sh"
cd "$(dirname "$0")/.." || exit

usage() { sed -n '/^# usage/,/^# The script/s/^# \{0,1\}//p' tests/run.sh; }

case ${1-} in
--help)
	usage
	exit
	;;
'' | -*)
	usage >&2
	exit 2
	;;
esac

limit=${TEST_LIMIT:-300}
jobs=${JOBS:-$(nproc)}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'jobs -p | xargs -rn 1 pkill -P; exit 130' INT TERM
started=0
: >"$work/counts"

# run NUMBER NAME COMMAND…: runs one test program; prints its failed tests and a line of counts
run()
{
	local log=$work/$1 name=$2 status ok bad skip start=$SECONDS

	shift 2
	timeout "$limit" "$@" >"$log" 2>&1 </dev/null
	status=$?
	ok=$(grep -acE '^ok [0-9]+' "$log")
	skip=$(grep -acE '^ok [0-9]+.*# ?(SKIP|skip)' "$log")
	bad=$(grep -acE '^not ok [0-9]+' "$log")
	{
		if [ "$status" != 0 ] && [ "$bad" = 0 ] || [ $((ok + bad)) = 0 ]; then
			bad=$((bad + 1))
			echo "not ok - $name ended with status $status$([ "$status" = 124 ] && echo " (over $limit s)")"
			tail -n 20 "$log" | sed 's/^/    /'
		fi
		grep -aE -A3 '^not ok [0-9]+' "$log" | sed 's/^/    /'
		printf '%-44s %4d passed %3d failed %3d skipped %4d s\n' "$name" $((ok - skip)) "$bad" "$skip" \
			$((SECONDS - start))
		echo "$((ok - skip)) $bad $skip" >>"$work/counts"
	} >"$log.report"
	cat "$log.report"
	rm "$log" "$log.report"
}

# suite NAME COMMAND…: runs one test program in the background, with up to $jobs at a time
suite()
{
	while [ "$(jobs -rp | wc -l)" -ge "$jobs" ]; do
		wait -n
	done
	started=$((started + 1))
	run $started "$@" &
}

# alone NAME COMMAND…: runs one test program after all others have ended, since it uses all CPUs or
# depends on time
alone()
{
	wait
	started=$((started + 1))
	run $started "$@"
}

export CMOCKA_MESSAGE_OUTPUT=TAP
for binary in "$@"; do
	suite "$(basename "$binary")" "$binary"
done
# The kernel's self-tests: all combinations of the axes on tcg, the presets also on Bochs.
# Kernels with a window of one page run on Bochs instead. Their entry code is in the page that they
# write on every entry. After each write QEMU translates the code again, so the tests would take
# minutes on tcg.
for build in $(make -s list-strategies); do
	engine=tcg
	[[ $build != *+bouncing-1 ]] || engine=bochs
	suite "kernel $engine $build" tests/kernel/run.sh $engine "$build"
done
presets=$(make -s list-presets | cut -d = -f 2)
# The random layouts. Each combination of the axes runs benchmarks in one layout, with a seed of its
# own. One combination runs them in three more layouts. The presets run the self-tests
# in yet another layout.
layout=0
for build in $(make -s list-strategies); do
	layout=$((layout + 1))
	suite "layout $layout tcg $build" tests/kernel/layouts.sh $layout $layout "$build"
done
suite "layouts tcg" tests/kernel/layouts.sh 21 23 heap-sw+sandwich+shared
for build in $presets; do
	suite "kernel tcg $build layout=24" tests/kernel/run.sh tcg "$build" WORDS=layout=24
done
for build in $presets; do
	suite "kernel bochs $build" tests/kernel/run.sh bochs "$build"
done
# The system-call fuzzer, and a test of the fuzzer itself with planted faults.
for build in $presets; do
	suite "fuzz calls tcg $build" tests/fuzz/calls.sh 100000 1 tcg "$build"
	suite "fuzz calls bochs $build" tests/fuzz/calls.sh 5000 1 bochs "$build"
done
alone tests/fuzz/calls-plants.sh tests/fuzz/calls-plants.sh
# The self-tests with an archive among the boot modules, as `make qemu` boots.
for build in $presets; do
	suite "kernel tcg $build archive" tests/kernel/run.sh tcg "$build" ARCHIVE=build/linux/linux.cpio
done
# Planted faults: the lines that each one changes must be in the sources, and a few faults must be
# caught. `make mutants` tries all faults.
suite "mutants --quick" env JOBS=1 tests/mutants/run.sh --quick
# A few machines, memory sizes and CPU models; `make test-machines` runs many more.
alone "tests/machines.sh --few" tests/machines.sh --few
# Kernels by other compilers; `make test-compilers` makes every build with every compiler.
alone tests/compilers.sh tests/compilers.sh
# A CPU that has PCIDs but no INVPCID.
suite "kernel bochs sandy_bridge pcid=on" tests/kernel/run.sh bochs heap-sw+sandwich+shared WORDS=pcid=on \
	CPU=corei7_sandy_bridge_2600k
for build in heap-sw+sandwich+shared fixed-ist+direct+bouncing; do
	suite "kernel bochs $build pcid=on" tests/kernel/run.sh bochs "$build" WORDS=pcid=on
done
# A kernel that does not map user pages has three ways to reach user memory (copies=). These are the
# two that are not the default.
for way in page entry; do
	suite "kernel tcg heap-sw+direct+bouncing copies=$way" tests/kernel/run.sh tcg heap-sw+direct+bouncing WORDS=copies=$way
done
# Each address space has its window at a place of its own, in either half.
suite "kernel tcg heap-sw+direct+bouncing places=own" tests/kernel/run.sh tcg heap-sw+direct+bouncing WORDS=places=own
suite "kernel tcg fixed-ist+direct+bouncing places=own" tests/kernel/run.sh tcg fixed-ist+direct+bouncing WORDS=places=own
# Several CPUs; `make test-cpus` starts more.
for build in heap-sw+sandwich+shared fixed-ist+window+shared; do
	suite "cpus tcg $build" tests/cpus.sh tcg "$build" 1 4
done
suite "panics tcg" tests/panics.sh tcg heap-sw+sandwich+shared
# A few schedules; `make test-races` runs 1,000 on each engine.
suite "races tcg" tests/races.sh tcg heap-sw+sandwich+shared 20
suite "races bochs" env CPUS=3 tests/races.sh bochs heap-sw+sandwich+shared 20
suite "cpus bochs" tests/cpus.sh bochs fixed-ist+window+shared 2
# The kernel at three places in physical memory; `make test-places` boots it at ten.
suite "tests/places/run.sh" tests/places/run.sh 3 1 fixed-ist+window+shared
suite "tests/places/run.sh bouncing" tests/places/run.sh 1 2 heap-sw+window+bouncing
# Kernels that a level-1 loader starts, with all CPUs at once.
suite "level1 tcg" tests/level1/run.sh tcg heap-sw+sandwich+shared@level1 8
suite "level1 plans" tests/level1/plans.sh
suite "level1 sweep" tests/level1/sweep.sh 2,64 1,4
suite "level1 bochs" tests/level1/run.sh bochs heap-sw+sandwich+shared@level1 2
# Unmodified Linux programs. `make test-combinations` runs them on Bochs with every combination.
for build in $presets; do
	suite "linux tcg $build" tests/linux/run.sh tcg "$build"
done
for build in heap-sw+sandwich+shared heap-sw+window+bouncing; do
	suite "linux bochs $build" tests/linux/run.sh bochs "$build"
done
# ELF files that no linker makes, and scripts. They also run on the host, because the expected
# results are those of Linux.
suite "elf host" tests/elf/run.sh host
for build in $presets; do
	suite "elf tcg $build" tests/elf/run.sh tcg "$build"
done
for build in heap-sw+sandwich+shared fixed-ist+window+shared; do
	suite "linux typed $build" tests/linux/typed.sh "$build"
done
# The console's messages about modules and command line.
suite "tests/console.sh" tests/console.sh fixed-ist+window+shared
# The documented commands, in a fresh clone, which this test builds. It takes longest.
limit=${TEST_LIMIT:-900}
suite tests/commands.sh tests/commands.sh
# Some of these scripts make several runs of the benchmarks. Those that stop, kill or wait for a run
# depend on time.
limit=${TEST_LIMIT:-600}
timed=(tests/e2e/{console,faults,interrupt,kvm,robust,run}.sh)
for script in tests/bochs/*.sh tests/foreign/run.sh tests/lab/run.sh tests/e2e/*.sh; do
	[[ " tests/e2e/common.sh ${timed[*]} " == *" $script "* ]] || suite "$script" bash "$script"
done
for script in "${timed[@]}"; do
	alone "$script" bash "$script"
done

wait
# A test program that wrote no counts was killed; it counts as one failure.
awk -v started=$started '{ passed += $1; failed += $2; skipped += $3 }
	END {
		failed += started - NR
		printf "\n%d passed, %d failed, %d skipped\n", passed, failed, skipped
		exit failed > 0
	}' "$work/counts"
