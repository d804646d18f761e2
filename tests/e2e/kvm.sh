#!/bin/bash
# SPDX-License-Identifier: MIT
# shellcheck disable=SC1091,SC2154 # common.sh defines the variables
# Tests the engine kvm without KVM, on made-up hosts: fake/qemu.sh stands in for QEMU. Covers rounds,
# comparisons and drift, the table of --probe, and every obstacle to KVM with the harness's advice.
. "$(dirname "$0")/common.sh"

make_tree
chmod 755 "$tree"
mkdir "$tree/bin"
cp tests/e2e/fake/qemu.sh "$tree/bin/qemu-system-x86_64"
export FAKE_RECORDS=$tree/build/tests/make-records PATH=$tree/bin:$PATH

# host kvm_intel|kvm_amd|kvm_pvm [no-device]: makes files in $tree/host like those in /dev, /proc
# and /sys of a host that has loaded this KVM module; with no-device there is no /dev/kvm
host()
{
	local module=$1 cpu=$tree/host/sys/devices/system/cpu

	rm -rf "$tree/host"
	mkdir -p "$tree/host"/{dev,proc/sys/kernel} "$cpu/cpu0/cpufreq" "$cpu/smt" "$cpu/intel_pstate" \
		"$tree/host/sys/module/$module/parameters" "$tree/host/sys/devices/system/clocksource/clocksource0"
	[ "${2-}" = no-device ] || echo device >"$tree/host/dev/kvm"
	case $module in
	kvm_intel)
		echo Y | tee "$tree/host/sys/module/$module/parameters"/{ept,vpid,unrestricted_guest} >/dev/null
		printf 'vendor_id\t: GenuineIntel\nmodel name\t: Made-up Core\nflags\t\t: fpu vmx constant_tsc nonstop_tsc\n'
		;;
	kvm_amd)
		echo 0 >"$tree/host/sys/module/$module/parameters/npt"
		printf 'vendor_id\t: AuthenticAMD\nmodel name\t: Made-up Zen\nflags\t\t: fpu svm constant_tsc\n'
		;;
	*) printf 'vendor_id\t: GenuineIntel\nmodel name\t: Made-up Cloud\nflags\t\t: fpu hypervisor constant_tsc nonstop_tsc\n' ;;
	esac >"$tree/host/proc/cpuinfo"
	echo powersave >"$cpu/cpu0/cpufreq/scaling_governor"
	echo 0 >"$cpu/intel_pstate/no_turbo"
	echo on >"$cpu/smt/control"
	echo 2-3 >"$cpu/isolated"
	echo 2 >"$tree/host/proc/sys/kernel/perf_event_paranoid"
	export PALIMPSEST_ROOT=$tree/host
}

# kvm ARGUMENT…: like bench() of common.sh, but with --engine kvm and the played QEMU
kvm()
{
	rm -rf "$tree/run"
	timeout 60 "$tree/build/host/palimpsest-bench" --out "$tree/run" --engine kvm "$@" >"$tree/out" 2>"$tree/err"
	status=$?
}

probe()
{
	timeout 30 "$tree/build/host/palimpsest-bench" --probe >"$tree/out" 2>"$tree/err"
	status=$?
}

shows()
{
	tr -s ' \n' ' ' <"$tree/out" | grep -qF -- "$1"
}

order()
{
	query "SELECT group_concat(strategy, ' ') FROM (SELECT strategy FROM launches WHERE engine = 'kvm' ORDER BY id)"
}

# ---- A whole run: nine rounds of three images ----
host kvm_intel
FAKE_DRIFT=0.01 kvm --seed 1
is "a replayed run exits 0" 0 "$status"
is "nine rounds, each with every image" '9 27 27' "$(query "SELECT count(DISTINCT round) || ' ' || count(*) || ' ' ||
	count(DISTINCT round || strategy) FROM launches WHERE engine = 'kvm' AND state = 'complete'")"
first=$(order)
check "the rounds follow each other" test "$(query "SELECT group_concat(round, '') FROM
	(SELECT round FROM launches WHERE engine = 'kvm' ORDER BY id)")" = 111222333444555666777888999
check "the order within them differs" test "$(tr ' ' '\n' <<<"$first" | paste -sd '  \n' | sort -u | wc -l)" -gt 2
is "a comparison is of nine rounds" '9' "$(query "SELECT group_concat(DISTINCT n) FROM comparisons WHERE engine = 'kvm'")"
is "ratios are those of the replayed stream" '1' "$(query "SELECT min(abs(ratio - 1.25) < 0.03) FROM comparisons
	WHERE engine = 'kvm' AND a = 'heap' AND b = 'window' AND metric = 'tsc'")"
is "intervals are proper and hold the ratio" '1' "$(query "SELECT min(ci_low < ratio AND ratio < ci_high AND ci_high < 1.1 * ci_low)
	FROM comparisons WHERE engine = 'kvm' AND metric = 'tsc' AND flags NOT LIKE '%few%'")"
is "the inverse ratio is listed too" '1' "$(query "SELECT max(abs(x.ratio * y.ratio - 1)) < 1e-9 FROM comparisons x
	JOIN comparisons y ON x.a = y.b AND x.b = y.a AND x.benchmark = y.benchmark AND x.parameter = y.parameter AND
	x.metric = y.metric")"
is "counters become columns" 'cycles dtlb_misses tsc' "$(query "SELECT group_concat(metric, ' ') FROM
	(SELECT DISTINCT metric FROM summary WHERE engine = 'kvm' ORDER BY metric)")"
is "warm-up samples are in no summary" 99 "$(query "SELECT DISTINCT n FROM summary WHERE engine = 'kvm'")"
is "8 % of drift is found in every series of ticks" '15 15' "$(query "SELECT count(*) || ' ' || sum(flags = 'drift') FROM drift
	WHERE metric = 'tsc'")"
check "the drift is shown" shows "series change by over 2 % over the rounds"
check "the drift is exported" grep -q '^kvm,heap,1,exec.load,4096,tsc,ticks,9,' "$tree/run/drift.csv"
is "where the vCPUs were pinned is a fact" 27 "$(query "SELECT count(*) FROM facts WHERE name = 'pinned'")"

# ---- The run is marked as replayed ----
check "marked: on the terminal" shows "REPLAYED: a script played QEMU"
check "marked: in environment.json" grep -q '"run.replayed": "yes' "$tree/run/environment.json"
check "marked: in QEMU's version" grep -q '"tool.qemu": "QEMU emulator version 7.2.0 (replayed)"' "$tree/run/environment.json"
is "marked: no claim is decided" 0 "$(query 'SELECT count(*) FROM claims')"
check "marked: no figure is drawn" test ! -e "$tree/run/plots"
"$tree/build/host/palimpsest-bench" --engine kvm --strategy window --rounds 1 >"$tree/out" 2>"$tree/err"
check "marked: in the folder's name" compgen -G "$tree/results/*-kvm+replayed"
check "marked: it is never the latest" test ! -e "$tree/results/latest"
(unset PALIMPSEST_ROOT && "$tree/build/host/palimpsest-bench" --engine tcg --strategy window --rounds 1) >"$tree/out" 2>"$tree/err"
check "marked: by QEMU's version alone" compgen -G "$tree/results/*-tcg+replayed"

kvm --seed 1 --rounds 6
is "without drift there is none" 0 "$(query "SELECT count(*) FROM drift WHERE flags != ''")"
check "and that is said" shows "drift none of"
check "one seed, one order" test "$(order)" = "$(cut -d ' ' -f 1-18 <<<"$first")"
kvm --seed 2 --rounds 6
check "another seed, another order" test "$(order)" != "$(cut -d ' ' -f 1-18 <<<"$first")"
kvm --rounds 4
is "four rounds are too few for an interval" 'few' "$(query "SELECT DISTINCT flags FROM (SELECT iif(flags LIKE '%few%', 'few',
	flags) AS flags FROM comparisons WHERE engine = 'kvm')")"

# ---- The table of --probe ----
probe
is "probe: exits 0" 0 "$status"
for text in "/dev/kvm opens" "backend kvm_intel Intel VT-x" "nested paging on" "unrestricted guest on" "VPID on" \
	"vPMU 6 counters" "self-test 1 tests passed" "native speed" "~ governor powersave" "cpupower frequency-set" "~ turbo on" \
	"intel_pstate/no_turbo" "~ SMT on" "isolated cores 2-3" "perf permission paranoid = 2" "Made-up Core" "KVM is usable"; do
	check "probe: Intel: $text" shows "$text"
done
host kvm_amd
probe
for text in "backend kvm_amd AMD SVM" "! nested paging off" "modprobe kvm_amd npt=1" "ASID always" "! TSC" "not invariant"; do
	check "probe: AMD without nested paging: $text" shows "$text"
done
host kvm_pvm
FAKE_FAULT=internal-error FAKE_IN=test probe
for text in "! backend kvm_pvm" "emulated instruction by instruction" "! self-test does not pass" "KVM internal error" \
	"! under a hypervisor yes" "KVM is not usable here"; do
	check "probe: a backend that emulates: $text" shows "$text"
done

# cannot WHAT MESSAGE ARGUMENT…: a run with --engine kvm must exit with 2, print MESSAGE and leave
# no results
cannot()
{
	local what=$1 message=$2

	shift 2
	kvm "$@"
	is "$what: exits 2" 2 "$status"
	check "$what: says '$message'" says "$message"
	check "$what: leaves nothing" test ! -e "$tree/run/results.sqlite"
}

cannot "a backend that emulates" "kvm_pvm), but it emulates kernel mode"
host kvm_intel
FAKE_RATIO=40000 cannot "kernel mode is emulated" "kernel mode runs at 40000 % of user mode's time"
FAKE_LOOP=4000000000 cannot "all of the guest is slow" "times the host's time for the same loop"
export FAKE_IN=test
FAKE_FAULT=failed-test cannot "SYSCALL is broken" "SYSCALL goes nowhere"
host kvm_amd no-device
cannot "no /dev/kvm, AMD" "/dev/kvm does not exist; the module is not loaded: sudo modprobe kvm_amd"
host kvm_intel no-device
cannot "no /dev/kvm, Intel" "sudo modprobe kvm_intel"
sed -i 's/ vmx//' "$tree/host/proc/cpuinfo"
cannot "no VT-x" "allow VT-x or SVM in the firmware's set-up"
sed -i 's/ fpu/ fpu hypervisor/' "$tree/host/proc/cpuinfo"
cannot "a virtual machine without VT-x" "turn nested virtualisation on there"
host kvm_amd
FAKE_IN='' kvm --strategy window --rounds 1
check "a TSC that is not invariant: a run says so" says "this host's TSC is not invariant"
host kvm_intel
chmod 0 "$tree/host/dev/kvm"
if [ "$(id -u)" = 0 ]; then
	setpriv --reuid 65534 --regid 65534 --clear-groups "$tree/build/host/palimpsest-bench" --engine kvm >"$tree/out" 2>"$tree/err"
	status=$?
else
	kvm
fi
is "no permission: exits 2" 2 "$status"
check "no permission: says what to do" says "sudo usermod -aG kvm"
host kvm_intel
FAKE_FAULT=no-module cannot "QEMU finds no module" "load KVM (sudo modprobe kvm_intel, or kvm_amd)"
FAKE_FAULT=no-permission cannot "QEMU has no permission" "add your user to the group"
FAKE_FAULT=busy cannot "another hypervisor holds VT-x" "another hypervisor (VirtualBox, VMware) holds"
FAKE_FAULT=entry-failed cannot "KVM: entry failed" "the processor refused to enter the guest"
FAKE_FAULT=internal-error cannot "KVM internal error" "KVM met an instruction that it cannot emulate"
FAKE_FAULT=no-memory cannot "no memory" "make --memory smaller"
FAKE_FAULT=old cannot "an old QEMU" "QEMU 4.2 is too old: 5.2 or newer is needed"
PALIMPSEST_QEMU=/nowhere/qemu cannot "no QEMU" "Debian package qemu-system-x86"

# With --engine auto, an unusable kvm is left out with one line of explanation, and Bochs runs
# alone.
cat >"$tree/script" <<-EOF
	$hello
	bench name=tlb.cr3 parameter=0 unit=none samples=1 warmup=0 index=1 of=1
	!hook version=1 bochs=played metrics=instructions
	!count region=1 instructions=500
	sample name=tlb.cr3 parameter=0 sample=0 flags=- region=1 m.tsc=700:ticks
	end ok
EOF
printf '#!/bin/sh\nexec "%s" <"%s"\n' "$FAKE_RECORDS" "$tree/script" >"$tree/engine"
chmod +x "$tree/engine"
export PALIMPSEST_BOCHS=$tree/engine
FAKE_LOOP=4000000000 kvm --engine auto --strategy window
is "auto: the run exits 0" 0 "$status"
is "auto: one line says why kvm is left out" 1 "$(grep -c 'engine kvm is left out: .*so the backend emulates it' "$tree/err")"
is "auto: Bochs ran alone" 'bochs' "$(query "SELECT group_concat(DISTINCT engine) FROM launches WHERE engine != 'image'")"
FAKE_IN='' kvm --engine auto --strategy window --rounds 1
is "auto: with a usable kvm both run" 'bochs kvm' "$(query "SELECT group_concat(engine, ' ') FROM launches WHERE engine != 'image'")"

# If QEMU refuses -cpu host, the run uses another CPU model and says so.
export FAKE_IN=
cat >"$tree/bin/refusing" <<-EOF
	#!/bin/sh
	FAKE_FAULT=cpu-refused FAKE_IN=test exec "$tree/bin/qemu-system-x86_64" "\$@"
EOF
chmod +x "$tree/bin/refusing"
PALIMPSEST_QEMU=$tree/bin/refusing kvm --strategy window --rounds 1
is "-cpu host is refused: the run exits 0" 0 "$status"
check "-cpu host is refused: says so" says "-cpu host is refused"
check "-cpu host is refused: the record has the model" grep -q '"kvm.cpu": "Skylake-Client-noTSX-IBRS"' "$tree/run/environment.json"

# fails WHAT STATE REASON ARGUMENT…: a run of two rounds must exit with 1 and print REASON; both
# launches must have this state and keep the samples that arrived before the fault
fails()
{
	local what=$1 state=$2 reason=$3

	shift 3
	kvm --strategy window --rounds 2 "$@"
	is "$what: exits 1" 1 "$status"
	is "$what: the launches are '$state'" "$state $state" \
		"$(query "SELECT group_concat(state, ' ') FROM launches WHERE engine = 'kvm'")"
	check "$what: says '$reason'" says "$reason"
	check "$what: what was measured is kept" test "$(query "SELECT count(*) FROM samples WHERE metric = 'tsc'")" -ge 40
	is "$what: the row that was cut is marked" cut-short "$(query "SELECT DISTINCT flags FROM samples JOIN launches ON
		launches.id = launch WHERE parameter = 65536 AND engine = 'kvm' AND flags LIKE '%cut%' AND flags NOT LIKE '%warmup%'
		AND flags NOT LIKE '%overhead%'")"
}

export FAKE_IN=bench
FAKE_FAULT=killed fails "QEMU is killed" "cut short" "killed by signal 9"
FAKE_FAULT=triple-fault fails "a triple fault" "cut short" "a triple fault?"
FAKE_FAULT=spin fails "a guest that spins" "timed out" "no end within 1 s; it was in exec.load" --timeout 1
FAKE_FAULT=internal-error fails "KVM internal error in a run" "failed" "KVM met an instruction that it cannot emulate"
FAKE_FAULT=entry-failed fails "KVM: entry failed in a run" "failed" "the processor refused to enter the guest"

# ---- The profile of the guest, by a played perf ----
cp tests/e2e/fake/perf.sh "$tree/bin/perf"
host kvm_intel
export FAKE_IN=
cannot "--profile-guest without tracepoints" "KVM's tracepoint kvm_pio cannot be read: sudo mount" --profile-guest
mkdir -p "$tree/host/sys/kernel/tracing/events/kvm/kvm_pio" "$tree/host/sys/bus/event_source/devices/cpu/events"
echo 1234 >"$tree/host/sys/kernel/tracing/events/kvm/kvm_pio/id"
cannot "--profile-guest without counters" "this host's processor offers no counter of cycles" --profile-guest
echo event=0x3c >"$tree/host/sys/bus/event_source/devices/cpu/events/cpu-cycles"
PALIMPSEST_PERF=/nowhere/perf cannot "--profile-guest without perf" "perf is missing (Debian package linux-perf)" --profile-guest
FAKE_IN=test FAKE_FAULT=internal-error cannot "--profile-guest without a usable KVM" "engine kvm cannot run" --profile-guest
if [ "$(id -u)" = 0 ]; then
	chmod 666 "$tree/host/dev/kvm"
	setpriv --reuid 65534 --regid 65534 --clear-groups "$tree/build/host/palimpsest-bench" --engine kvm --profile-guest \
		--out /tmp/never-written >"$tree/out" 2>"$tree/err"
	status=$?
else
	kvm --profile-guest
fi
is "--profile-guest without permission: exits 2" 2 "$status"
check "--profile-guest without permission: says what to do" says "sudo sysctl kernel.perf_event_paranoid=-1"

# Two functions, of 4 and 12 bytes, and a byte without a symbol.
printf '.globl entry, copy\n.type entry, @function\n.size entry, 4\n.type copy, @function\n.size copy, 12\n entry: .zero 4\ncopy: .zero 12\n.byte 0\n' |
	gcc -nostdlib -static -Wl,-Ttext=0xffffffff80000000,-e,0xffffffff80000000,--build-id=none -x assembler \
		-o "$tree/build/fixed-ist+window+shared/palimpsest.elf" -
FAKE_IN='' kvm --profile-guest --strategy window --rounds 1
is "--profile-guest: exits 0" 0 "$status"
is "--profile-guest: one more launch" 'complete|0 complete|1' "$(query "SELECT group_concat(state || '|' || round, ' ') FROM
	(SELECT * FROM launches WHERE engine = 'kvm' ORDER BY round)")"
is "--profile-guest: its samples are not kept" 1 "$(query "SELECT count(DISTINCT round) FROM samples JOIN launches ON id = launch
	WHERE engine = 'kvm'")"
grep ^kvm "$tree/run/functions.csv" | cut -d , -f 7- >"$tree/functions"
cat >"$tree/expected" <<-END
	exec.load,4096,0,row,[unknown],profile_cycles,cycles,100003,17
	exec.load,4096,0,row,[user],profile_cycles,cycles,100003,17
	exec.load,4096,0,row,copy,profile_cycles,cycles,100003,17
	exec.load,4096,0,row,entry,profile_cycles,cycles,100003,17
END
check "--profile-guest: functions.csv has each row's functions" diff "$tree/expected" <(head -n 4 "$tree/functions")
is "--profile-guest: in every row" 20 "$(wc -l <"$tree/functions")"

# unprofiled FAULT MESSAGE: a run with --profile-guest and this fault of perf must exit with 1
unprofiled()
{
	FAKE_PERF=$1 kvm --profile-guest --strategy window --rounds 1
	is "perf: $1: exits 1" 1 "$status"
	check "perf: $1: says so" says "$2"
	is "perf: $1: what was measured is kept" complete "$(query "SELECT state FROM launches WHERE engine = 'kvm' AND round = 1")"
}
unprofiled lost "the guest's output and its events do not match, so events were lost"
unprofiled refused "Access to performance monitoring"
unprofiled unread "perf script failed"
unprofiled empty "perf took no sample of the guest"

finish
