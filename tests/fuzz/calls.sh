#!/usr/bin/env bash
# Fuzzes the system calls of running kernels and prints TAP, one line per boot.
# usage: calls.sh CALLS SEED tcg|bochs STACK+LOADER+ISOLATION…
# Boots the builds in turn with the seeds SEED, SEED + 1, …, for at most BOOT_CALLS (500000) calls
# each, until CALLS calls have been made. The seed determines the calls, the size of memory and
# whether PCIDs are on, so the same seed repeats a boot. Findings are panics, faults that the
# program detects, leaked frames or heap objects, and no output for PATIENCE seconds of CPU time
# (60, on bochs 180). The output of a boot with a finding is kept in build/fuzz/calls/. The script
# stops after FINDINGS (10) findings. BOOT_CALLS, PATIENCE and FINDINGS are environment variables;
# their defaults are in parentheses.
set -uo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../../bench/environment.sh"
cd "$(dirname "$0")/../.." || exit

calls=${1:-} seed=${2:-} engine=${3:-}
if ! [[ $calls =~ ^[1-9][0-9]*$ && $seed =~ ^[0-9]+$ && $engine =~ ^(tcg|bochs)$ && $# -gt 3 ]]; then
	echo "usage: calls.sh CALLS SEED tcg|bochs STACK+LOADER+ISOLATION…" >&2
	exit 2
fi
shift 3
boot_calls=${BOOT_CALLS:-500000}
patience=${PATIENCE:-$([ "$engine" = tcg ] && echo 60 || echo 180)}
work=$(mktemp -d)
boot=
trap 'rm -rf "$work"' EXIT
trap '[ -z "$boot" ] || pkill -P "$boot"; exit 130' INT TERM

# field NAME: prints the value of the field in the last record of type fuzz, or 0
field()
{
	local value
	value=$(grep -a '^@[0-9]* fuzz ' "$work/records" | tail -n 1 | grep -o " $1=[0-9]*" | cut -d= -f2)
	echo "${value:-0}"
}

# Makes QEMU print the registers and send an NMI, at which the kernel prints its last calls. Used
# when a kernel prints nothing.
ask_monitor()
{
	[ "$engine" = tcg ] || return 0
	printf 'info registers\nnmi\n' 1<>"$work/monitor.in" # 1<> does not block if QEMU has exited
	sleep 3
}

# Prints the CPU time that the engine has used, in seconds. Unlike real time, it does not depend on
# the load of the host.
used()
{
	local child
	for child in $(pgrep -P "$boot"); do
		ps -o cputimes= --ppid "$child"
	done | awk '{ sum += $1 } END { print sum + 0 }'
}

# Waits until the boot ends. Kills the engine and fails if the kernel prints nothing for PATIENCE
# seconds of CPU time, or for 30 * PATIENCE seconds of real time. The host's clock may be set while
# the boot runs, so real time is counted in polls, at most five per second.
watch()
{
	local size=-1 now since=0 looks=0
	while kill -0 "$boot" 2>/dev/null; do
		sleep 0.2
		looks=$((looks + 1))
		now=$(stat -c %s "$work/records")
		if [ "$now" != "$size" ]; then
			size=$now since=$(used) looks=0
		elif [ $looks -gt $((patience * 5)) ] &&
			{ [ $(($(used) - since)) -ge "$patience" ] || [ $looks -gt $((patience * 150)) ]; }; then
			ask_monitor
			kill -0 "$boot" 2>/dev/null && pkill -P "$boot"
			return 1
		fi
	done
	return 0 # even if used() failed last, because the engine had just ended
}

# run_boot BUILD SEED CALLS: boots a kernel in the mode run=fuzz. Sets $status to the engine's exit
# status, and $quiet to yes if the engine was killed because the kernel printed nothing, or to no.
run_boot()
{
	local words="" memory=64
	[ $(($2 % 4)) != 3 ] || memory=24
	[ "$engine" = tcg ] || [ $(($2 % 2)) = 0 ] || words="pcid=on"
	settings="$memory MiB${words:+, $words}"
	: >"$work/records"
	rm -f "$work"/monitor.* "$work/console"
	mkfifo "$work/monitor.in" "$work/monitor.out"
	cat "$work/monitor.out" >"$work/monitor" &
	local reader=$!
	env MODULES="build/fuzz/fuzz-calls.elf build/programs/hello.elf build/programs/payload-4k.elf build/programs/broken.elf" MEMORY=$memory \
		WORDS="$words" LIMIT=1000000 SERIAL="$work/console" \
		QEMU_WORDS="-icount shift=6,sleep=off -rtc base=2024-01-01,clock=vm -chardev pipe,id=fuzz,path=$work/monitor -mon chardev=fuzz" \
		tests/boot.sh "$engine" "$1" "run=fuzz seed=$2 calls=$3" >"$work/records" 2>"$work/engine" &
	boot=$!
	quiet=no ended=
	watch || quiet=yes
	wait "$boot"
	status=$?
	# QEMU sometimes spins while it exits. If the kernel has sent its end record, the boot
	# counts as complete.
	if [ $quiet = yes ] && [[ $(tail -n 1 "$work/records") == @*" end "*" status=ok "* ]]; then
		quiet=no status=33 ended="; $engine did not end with the kernel, and was killed"
	fi
	boot=
	kill "$reader" 2>/dev/null
	wait "$reader" 2>/dev/null
}

# Some tasks continue with registers that a signal handler has changed. Such a task may overwrite
# the page of the results, which ends the round. It may also remove or move a file of /dev. Prints
# the number of rounds for each of these two cases.
disturbed()
{
	[ "$(field overwritten)" = 0 ] || echo -n ", $(field overwritten) rounds ended by an overwritten page"
	[ "$(field put_back)" = 0 ] || echo -n ", files of /dev put back after $(field put_back) rounds"
}

# Prints the finding of the boot that has just ended.
finding()
{
	local text
	text=$(grep -aE '^@[0-9]+ (finding|panic) ' "$work/records" | head -n 1 | sed 's/^@[0-9]* //; s/ ~.*//; s/%20/ /g')
	[ $quiet = no ] || text="no word for $patience s of processor time${text:+, then $text}"
	echo "${text:-the engine ended with status $status}"
}

keep()
{
	local folder=build/fuzz/calls/$engine-$1-$2
	rm -rf "$folder"
	mkdir -p "$folder"
	for file in records console engine monitor; do
		[ ! -s "$work/$file" ] || cp "$work/$file" "$folder/"
	done
	echo "make fuzz-calls ENGINE=$engine BUILDS=$1 SEED=$2 CALLS=$3" >"$folder/command"
	echo "# $folder has its console; again: $(cat "$folder/command")"
}

number=0 planned=0 done=0 forks=0 findings=0 builds=("$@") start=$SECONDS
while [ $planned -lt "$calls" ] && [ $findings -lt "${FINDINGS:-10}" ]; do
	build=${builds[number % $#]}
	count=$((calls - planned < boot_calls ? calls - planned : boot_calls))
	planned=$((planned + count))
	run_boot "$build" $((seed + number)) "$count"
	made=$(field calls)
	done=$((done + made)) forks=$((forks + $(field forks))) number=$((number + 1))
	text="$engine $build seed $((seed + number - 1)), $settings: $made calls, $(field forks) forks, $(field killed) tasks that hung, $(field checks) checks of the canary$(disturbed)$ended"
	if [ $quiet = no ] && [ $status = 33 ]; then
		seconds=$((SECONDS > start ? SECONDS - start : 1))
		rate=$((done / seconds + 1))
		left=$(((calls - planned) / rate / 60))
		[ $planned -ge "$calls" ] || text+=" # $((planned / 1000)) of $((calls / 1000)) thousand, $rate a second, about $left min left"
		echo "ok $number - $text"
	else
		findings=$((findings + 1))
		echo "not ok $number - $text # $(finding)"
		keep "$build" $((seed + number - 1)) "$count"
	fi
done
echo "1..$number"
echo "# $done calls, $forks forks, $findings findings in $((SECONDS - start)) s"
[ $findings = 0 ]
