# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# The checks of the commands of the cycle model and of long tests. tests/commands.sh sources this
# file.
# shellcheck disable=SC2154 # commands.sh defines $work

calibrate()
{
	run "--calibrate NAME" ./run-bench.sh --calibrate mine --quick
	check "--calibrate NAME: a profile" grep -q '# \[M\]' bench/bochs/profiles/mine.ini
	rm bench/bochs/profiles/mine.ini
}

validate_model()
{
	run "make validate-model PROFILE=skylake-client" make validate-model PROFILE=skylake-client
	shows "make validate-model: its table" "Held out"
	awk -F ' *[|] *' '/^## /{ held = /Held out/ } held && $3 ~ /^[0-9]/ { print "| " $4 ", " $5 ", " $6 " |" }' \
		build/validate/skylake-client/model.md >"$work/held"
	check "make validate-model: docs/model.md has its held-out figures" \
		test "$(grep -oFf "$work/held" docs/model.md | sort -u)" = "$(sort -u "$work/held")"
	make validate-model ENGINE=kvm >"$work/out" 2>&1 && return
	shows "make validate-model ENGINE=kvm says why it cannot" "engine kvm cannot run"
}

# `make predict` may fail here, because its bounds need not hold with this profile on this
# processor.
predict()
{
	make predict PROFILE=zen3 HALF=learn KINDS=program >"$work/out" 2>&1
	shows "make predict: its table" "the half to learn from"
}

bench_model()
{
	run "make bench-model PAIRS=1 MEASURE=1" make bench-model PAIRS=1 MEASURE=1
	shows "make bench-model: ratios" "ratio to stock Bochs"
	shows "make bench-model: ratios without markers" "without markers : with markers"
}

test_measure_linux()
{
	run "make test-measure-linux" make test-measure-linux
	shows "make test-measure-linux: the ways agree" "ok 4 - getpid"
}

test_moves()
{
	run "make test-moves MOVES=1000" make test-moves MOVES=1000
	shows "make test-moves: programs have moved it" "ok 1 - "
}

test_combinations()
{
	run "make test-combinations" make test-combinations LIKE=heap-sw+direct+bouncing
	shows "make test-combinations: closes with a count" "6 of 6 passed"
}

test_cpus()
{
	run "make test-cpus" make test-cpus
	shows "make test-cpus: 255 CPUs start" " - tcg heap-sw+sandwich+shared: 255 CPUs start"
}

test_races()
{
	run "make test-races" make test-races SCHEDULES=200
	shows "make test-races: CPUs race on Bochs" " - races bochs "
}

test_machines()
{
	run "make test-machines" make test-machines
	shows "make test-machines: closes with a count" "passed, 0 failed"
}
