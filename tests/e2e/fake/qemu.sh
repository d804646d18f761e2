#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Takes the place of qemu-system-x86_64 -accel kvm in tests of the harness. It plays a self-test, or
# a benchmark run with made-up values. The noise of the values depends only on the image and the
# seed of the round. Its version contains "(replayed)"; the harness then marks the run as replayed,
# so that nobody takes the values for measurements. Variables:
#
# FAKE_FAULT   the fault to simulate: one of the patterns of `case $fault` below (default: none)
# FAKE_IN      the mode in which the fault occurs: test (the probe) or bench (default)
# FAKE_DRIFT   slowdown of every image from round to round, as a fraction (0.01: 1 %)
# FAKE_LOOP    value of the fact kernel-loop, in ticks (default: 1000)
# FAKE_RATIO   value of the fact native-speed-ratio, in percent (default: 101)
# FAKE_RECORDS path of the program make-records
set -u

fault=${FAKE_FAULT:-none}
case " $* " in
*" --version "*)
	case $fault in
	old) echo "QEMU emulator version 4.2.1 (replayed)" ;;
	*) echo "QEMU emulator version 7.2.0 (replayed)" ;;
	esac
	exit 0
	;;
esac

words='' cpu=''
while [ $# -gt 0 ]; do
	case $1 in
	-append) words=$2 ;;
	-cpu) cpu=$2 ;;
	esac
	shift
done
mode=${words#*run=} mode=${mode%% *}
seed=${words#*seed=} seed=${seed%% *}
build=$(readlink kernel.elf32) build=${build%/*} build=${build##*/}
IFS=+ read -r stack loader isolation <<<"$build"
[ "$mode" = "${FAKE_IN:-bench}" ] || fault=none

hello()
{
	echo "hello protocol=2 stack=$stack loader=$loader isolation=$isolation revision=replayed compiler=gcc-replayed mode=$mode" \
		"cpus=1 memory=1000000 seed=$seed features=pcid,smep,invariant-tsc"
	echo "fact name=pmu-counters value=6 unit=counters"
	echo "fact name=lfence-serializing value=1 unit=bool"
	echo "fact name=tsc-frequency value=2600000 unit=kHz"
	# The harness times the same loop on this host. If the guest's value is not much larger, the
	# harness concludes that the guest runs at native speed.
	echo "fact name=kernel-loop value=${FAKE_LOOP:-1000} unit=ticks"
}

self_test()
{
	echo "test name=a_program_runs_and_ends ok=1 detail=-"
	echo "fact name=native-speed-ratio value=${FAKE_RATIO:-101} unit=percent"
}

# Prints the records of five rows. In each row, window takes 20 % less time than heap, and random
# takes 10 % less than heap.
rows()
{
	awk -v seed="$seed" -v loader="$loader" -v drift="${FAKE_DRIFT:-0}" '
		function noise() { return sqrt(-2 * log(1 - rand())) * cos(6.2831853 * rand()) }
		function sample(row, flags, n, value) {
			printf "sample name=%s sample=%d flags=%s region=0 m.tsc=%d:ticks", row, n, flags, value + 40
			if (row ~ /tlb/)
				printf " m.cycles=%d:cycles m.dtlb_misses=%d:events", value * 1.1 + 30, value / 100
			print ""
		}
		BEGIN {
			factor = loader == "window" ? 0.8 : loader == "random" ? 0.9 : 1
			srand(seed * 7919 + factor * 1000)
			split("exec.load parameter=4096|exec.load parameter=65536|tlb.cr3 parameter=0|tlb.refill parameter=64|syscall.null parameter=0", row, "|")
			for (i = 1; i in row; i++) {
				base = 3000 * i * factor * (1 + drift * (seed - 1)) * (1 + 0.004 * noise())
				printf "bench name=%s unit=none samples=11 warmup=3 index=%d of=5\n", row[i], i
				for (n = 0; n < 3; n++)
					sample(row[i], "warmup", n, base * (1.5 - n / 5))
				for (n = 0; n < 11; n++)
					sample(row[i], "-", n, base * (1 + 0.01 * noise()) * (rand() < 0.01 ? 3 : 1))
				for (n = 0; n < 3; n++)
					sample(row[i], "overhead", n, 0)
				printf "check name=%s ok=1 detail=-\n", row[i]
			}
		}'
}

# Prints the records of a run that stops in its second row.
begin_rows()
{
	rows | head -n 25
}

script()
{
	case $fault in
	none) hello && if [ "$mode" = test ]; then self_test; else rows; fi && echo "end ok" ;;
	internal-error | entry-failed | spin) hello && begin_rows && echo "sleep 60" ;;
	killed) hello && begin_rows && echo "signal 9" ;;
	triple-fault) hello && begin_rows && echo "exit 0" ;;
	failed-test) hello && echo "test name=syscalls ok=0 detail=SYSCALL%20goes%20nowhere" && printf 'end failed\nexit 35\n' ;;
	*) echo "exit 1" ;;
	esac
}

say()
{
	echo "qemu-system-x86_64: $*" >&2
}

case $fault in
none | spin | killed | triple-fault | failed-test) ;;
internal-error) printf 'KVM internal error. Suberror: 1\nemulation failure\n' >&2 ;;
entry-failed) echo "KVM: entry failed, hardware error 0x80000021" >&2 ;;
no-module)
	say "Could not access KVM kernel module: No such file or directory"
	say "failed to initialize kvm: No such file or directory"
	;;
no-permission) say "Could not access KVM kernel module: Permission denied" ;;
busy) say "ioctl(KVM_CREATE_VM) failed: 16 Device or resource busy" ;;
no-memory) say "cannot set up guest memory 'ram': Cannot allocate memory" ;;
cpu-refused)
	case $cpu in
	host*) say "unable to find CPU model 'host'" ;;
	*) fault=none ;;
	esac
	;;
*) say "no such fault: $fault" ;;
esac
script | "$FAKE_RECORDS"
status=${PIPESTATUS[1]}
# If a signal killed make-records, this script dies by the same signal, for the harness to see.
[ "$status" -le 128 ] || kill -$((status - 128)) $$
exit "$status"
