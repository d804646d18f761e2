# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# The checks of the commands that work with a folder of results. tests/commands.sh sources this
# file.
# shellcheck disable=SC2154 # commands.sh defines $work

compare()
{
	cp -r results/latest/ "$work/copy"
	run "--compare A B" ./run-bench.sh --compare results/latest "$work/copy"
	shows "--compare A B: no regression" "0 regressions"
}

recover()
{
	sqlite3 "$work/copy/results.sqlite" "UPDATE run SET state = 'running', finished = NULL; DELETE FROM summary; DELETE FROM comparisons"
	rm "$work/copy/summary.csv"
	run "--recover DIR" ./run-bench.sh --recover "$work/copy"
	check "--recover DIR: what was measured is summed up" grep -q ,irq.entry.user, "$work/copy/summary.csv"
}

# Here there may be neither KVM nor counters. Then the command must say what is missing and exit with
# status 2.
profile_guest()
{
	local status=0

	timeout 3000 ./run-bench.sh --engine kvm --profile-guest --quick --strategy window --bench tlb.cr3 --out "$work/profile" \
		>"$work/out" 2>&1 </dev/null || status=$?
	if [ $status = 0 ]; then
		check "--profile-guest: functions of the guest" grep -q ,profile_cycles, "$work/profile/functions.csv"
		return
	fi
	check "--profile-guest: exits with 2 if it cannot" test $status = 2
	check "--profile-guest: says what is missing" \
		grep -qE "(engine kvm cannot run|--profile-guest): .*(/dev/kvm|perf|kvm_pio|counter|emulate)" "$work/out"
}

export_stacks()
{
	run "--export perf-script DIR" ./run-bench.sh --export perf-script results/latest
	shows "--export perf-script DIR: says where" "linux-perf.txt"
	check "--export perf-script DIR: a strict reader finds the collapsed stacks" cmp \
		<(awk -f tests/e2e/perf_script.awk results/latest/perf-script/bochs/window/irq.entry.user-0.linux-perf.txt | sort) \
		results/latest/collapsed/bochs/window/irq.entry.user-0.folded
}
