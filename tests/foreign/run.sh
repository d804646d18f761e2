#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Tests the kernels with which `run-bench.sh measure` is tested. They must boot in QEMU and in
# Bochs, and their regions must execute the numbers of instructions that expected.tsv says. Bochs's
# own debugger counts them (trace.awk), without the instrumentation library. Prints TAP.
# usage: run.sh
set -u
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../../bench/environment.sh"
cd "$(dirname "$0")/../.." || exit
# shellcheck source=tests/tap.sh
. tests/tap.sh
images=build/tests/foreign
for tool in qemu-system-x86_64 bochs grub-mkimage; do
	command -v $tool >/dev/null || { echo "1..0 # SKIP $tool is not installed"; exit 0; }
done
[ -e $images/k64.elf ] || { echo "Bail out! no kernels; make foreign-kernels builds them"; exit 1; }

# qemu_from SECONDS FILE OPTION…: boots a machine with these options, and ends it at the kernel's last
# line or after SECONDS seconds. Types FILE at the serial port, and writes the output of that port to
# $work/serial. The timer counts instructions, so that each interrupt comes where it is expected.
qemu_from()
{
	local seconds=$1 typed=$2 emulator i

	shift 2
	rm -f "$work/serial"
	timeout "$seconds" qemu-system-x86_64 -accel tcg -icount shift=5,sleep=off -m 64 -nodefaults -no-user-config \
		-display none -no-reboot -chardev "stdio,id=serial,logfile=$work/serial,signal=off" -serial chardev:serial \
		"$@" <"$typed" >/dev/null 2>"$work/errors" &
	emulator=$!
	for ((i = 0; i < seconds * 10; i++)); do
		! grep -qs ': done' "$work/serial" || break
		kill -0 $emulator 2>/dev/null || break
		sleep 0.1
	done
	! kill $emulator 2>/dev/null
	wait $emulator
	ended=$?
}

# qemu NAME SECONDS [FILE]: boots the kernel NAME in this way
qemu()
{
	local image=$work/$1.elf32

	objcopy -O elf32-i386 --strip-debug "$images/$1.elf" "$image" # QEMU starts only 32-bit files
	qemu_from "$2" "${3:-/dev/null}" -kernel "$image"
}

# address NAME LABEL: prints the address of a label
address()
{
	nm "$images/$1.elf" | sed -n "s/^\([0-9a-f]*\) [Tt] $2$/0x\1/p"
}

# bochs_trace NAME: boots NAME in Bochs by GRUB. Writes a trace of its regions to $work/trace, and its
# output on COM1 to $work/serial.
bochs_trace()
{
	kernel/boot/make-iso.sh "$work/cd.iso" "$work/$1.elf32" "" || return
	{
		cat bochsrc
		echo "memory: guest=64, host=64"
		echo "ata0-master: type=cdrom, path=$work/cd.iso, status=inserted"
		echo "com1: enabled=1, mode=file, dev=$work/serial"
		echo "log: $work/log"
	} >"$work/bochsrc"
	# The regions are between tables_open() and the next output.
	{
		echo "lb $(address "$1" tables_open)"
		echo "lb $(address "$1" halt)"
		printf '%s\n' c "trace on" "trace-reg on" "lb $(address "$1" put)" c "trace off" "trace-reg off" "d 3" c q
	} >"$work/rc"
	rm -f "$work/serial"
	SDL_VIDEODRIVER=dummy LD_PRELOAD=$PWD/$images/clock.so timeout -k 5 100 bochs -q -f "$work/bochsrc" -rc "$work/rc" </dev/null >"$work/trace" 2>"$work/err"
}

# counts KERNEL BYTES: compares the trace with the table
counts()
{
	nm "$images/$1.elf" >"$work/symbols"
	awk -v word="$2" -f tests/foreign/trace.awk tests/foreign/expected.tsv "$work/symbols" "$work/trace" >"$work/counts"
	awk -F '\t' -v kernel="$1" -v without=finish -f tests/foreign/compare.awk tests/foreign/expected.tsv "$work/counts"
}

for kernel in k64:8 k32:4 k32-pae:4; do
	bytes=${kernel#*:} kernel=${kernel%:*}
	prefix="$kernel: "
	printf '%s\n' "$kernel: start" "$kernel: 7 interrupts, 3 page faults" "$kernel: done" >"$work/wanted"
	qemu "$kernel" 20
	check "boots in QEMU" cmp "$work/wanted" "$work/serial"
	bochs_trace "$kernel"
	sed -i '/: random /d' "$work/serial" # QEMU's processor has no RDRAND
	check "boots in Bochs" cmp "$work/wanted" "$work/serial"
	check "its regions execute what the table says" counts "$kernel" "$bytes"
	for ending in reboot triple-fault; do
		qemu "$kernel-$ending" 20
		check "$ending: the machine resets" equal 0 $ended
		check "$ending: after the work, before the end" equal "$(head -n 2 "$work/wanted")" "$(cat "$work/serial")"
	done
	qemu "$kernel-hang" 2
	check "hang: nothing ends it" equal 124 $ended
	echo sdq >"$work/typed"
	qemu "$kernel-shell" 20 "$work/typed"
	check "shell: it takes what is typed" grep -q '^\$ q' "$work/serial"
	qemu "$kernel-many" 20
	check "many: it ends" grep -q ': done' "$work/serial"
done
prefix=
{ head -c 512 /dev/zero; printf 'a second disk\n\0'; head -c 497 /dev/zero; } >"$work/second.img"
printf '%s\n' "k32: start" "k32: 7 interrupts, 3 page faults" "k32: done" >"$work/wanted"
qemu_from 20 /dev/null -snapshot -drive format=raw,file=$images/k32-disk.img -drive "format=raw,file=$work/second.img"
check "k32 boots from a disk, whose loader reads a second disk" equal "a second disk
$(cat "$work/wanted")" "$(tr -d '\0' <"$work/serial")"
echo "1..$count"
