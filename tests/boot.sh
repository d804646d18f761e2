#!/usr/bin/env bash
# Boots a kernel on an engine and prints its records (the output at port 0xE9).
# usage: boot.sh tcg|bochs STACK+LOADER+ISOLATION "command line"
# Exits with the engine's status, which is 33 if the kernel reported success. Optional variables:
#   CPU         CPU model of the engine          MEMORY   MiB (default 512)
#   MACHINE     QEMU's -machine (default pc)     CPUS     number of CPUs (default 1)
#   WORDS       added to the command line        LIMIT    time limit in s (default 120)
#   MODULES     boot modules instead of all programs in build/programs
#   KERNEL      Multiboot kernel instead of that of the build, on tcg
#   ARCHIVE     one more boot module             QEMU_WORDS   more options for QEMU
#   SERIAL      file that gets the console's output
#   PROFILE     name of a profile of the cycle model, on bochs
set -euo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../bench/environment.sh"

engine=$1 build=build/$2 words="$3${WORDS:+ $WORDS}"
cd "$(dirname "$0")/.."
modules=(build/programs/*.elf)
[ -z "${MODULES:-}" ] || read -ra modules <<<"$MODULES"
modules+=(${ARCHIVE:+"$ARCHIVE"})
image=${KERNEL:-$build/palimpsest.elf32}
if [[ $build = *@level1 ]]; then # the environment loads the kernel from the initrd
	image=build/level1.elf32 modules=("$build/initrd.cpio")
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

case $engine in
tcg)
	list=
	for module in "${modules[@]}"; do
		list+=${list:+,}"$module $(basename "$module" .elf)"
	done
	read -ra more <<<"${QEMU_WORDS:-}"
	status=0
	timeout -k 5 "${LIMIT:-120}" "${PALIMPSEST_QEMU:-qemu-system-x86_64}" -machine "${MACHINE:-pc}" \
		-accel tcg -cpu "${CPU:-max}" -smp "${CPUS:-1}" -m "${MEMORY:-512}" -nodefaults -no-user-config -display none -monitor none -no-reboot -debugcon stdio \
		-serial "file:$work/serial" -device isa-debug-exit,iobase=0xf4,iosize=4 \
		"${more[@]}" -kernel "$image" -initrd "$list" -append "$words" </dev/null 2>"$work/errors" || status=$?
	;;
bochs)
	memory=${MEMORY:-512}
	kernel/boot/make-iso.sh "$work/cd.iso" "$image" "$words" "${modules[@]}"
	{
		cat bochsrc
		[ -z "${CPU:-}" ] || echo "cpu: model=$CPU"
		[ -z "${CPUS:-}" ] || echo "cpu: count=$CPUS"
		# Bochs cannot use more than 2048 MiB of host memory.
		echo "memory: guest=$memory, host=$((memory < 2048 ? memory : 2048))"
		echo "ata0-master: type=cdrom, path=$work/cd.iso, status=inserted"
		echo "com1: enabled=1, mode=file, dev=$work/serial"
		echo "log: $work/errors"
	} >"$work/bochsrc"
	echo c >"$work/rc"
	status=0
	[ -z "${PROFILE:-}" ] || export PALIMPSEST_PROFILE=$PWD/bench/bochs/profiles/$PROFILE.ini
	PALIMPSEST_FD=3 SDL_VIDEODRIVER=dummy LD_PRELOAD=$PWD/build/bochs/palimpsest-bochs.so \
		timeout -k 5 "${LIMIT:-120}" bochs -q -f "$work/bochsrc" -rc "$work/rc" </dev/null 3>&1 >"$work/out" 2>"$work/err" || status=$?
	;;
*)
	echo "boot.sh: no engine $engine" >&2
	exit 2
	;;
esac
[ -z "${SERIAL:-}" ] || cp "$work/serial" "$SERIAL"
if [ "$status" != 33 ] && [ -z "${SERIAL:-}" ]; then
	sed 's/^/# serial: /' "$work/serial" >&2 2>/dev/null || true
	tail -n 5 "$work/errors" 2>/dev/null | sed 's/^/# engine: /' >&2
fi
exit "$status"
