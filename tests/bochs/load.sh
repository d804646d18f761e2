#!/usr/bin/env bash
# Tests how a kernel gets into Bochs's memory: by the option ROM (bench/bochs/rom.asm) and a part of
# the instrumentation library (bench/bochs/load.c). The kernel must get its command line and its
# modules, byte for byte. If something cannot be loaded, Bochs must end with status 2 and a reason.
set -uo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../../bench/environment.sh"
cd "$(dirname "$0")/../.." || exit 1

# shellcheck source=tests/tap.sh
. tests/tap.sh

image=$PWD/build/fixed-ist+window+shared/palimpsest.elf32
programs=$PWD/build/programs

# boot MEMORY LINE…: boots a machine with MEMORY MiB; the lines (a file for PALIMPSEST_LOAD) name
# the kernel, its command line and its modules. The library's stream is then in $work/stream.
boot()
{
	{
		cat bochsrc
		printf '%s\n' "memory: guest=$1, host=$1" 'ata0: enabled=0' "log: $work/log" \
			"optromimage1: file=$PWD/build/bochs/loader.rom, address=0xd0000" \
			"com1: enabled=1, mode=file, dev=$work/serial"
	} >"$work/bochsrc"
	shift
	printf '%s\n' "$@" >"$work/load"
	echo c >"$work/rc"
	status=0
	PALIMPSEST_LOAD=$work/load PALIMPSEST_FD=3 SDL_VIDEODRIVER=dummy LD_PRELOAD=$PWD/build/bochs/palimpsest-bochs.so \
		timeout -k 5 100 bochs -q -f "$work/bochsrc" -rc "$work/rc" </dev/null 3>"$work/stream" >"$work/out" 2>"$work/err" ||
		status=$?
}

# refused MESSAGE: succeeds if the last boot ended with status 2 and this message in the stream
refused()
{
	[ "$status" = 2 ] && grep '^!fail' "$work/stream" | sed 's/%20/ /g' | grep -qF "$1"
}

# In the row exec.spawn the kernel starts the 64 KiB payload. The payload sums the words of its
# pages, and the row's check compares this sum with that of the module.
boot 64 "kernel $image" 'words run=bench bench=exec.spawn samples=quick seed=5 exit=1 table=off screen=off' \
	"module probe $programs/probe.elf" "module payload-4k $programs/payload-4k.elf" \
	"module payload-64k $programs/payload-64k.elf"
check "a kernel starts, and ends well" test "$status" = 33
check "it got its command line" grep -q '^@1 hello .* mode=bench .* seed=5 ' "$work/stream"
check "it got its modules, byte for byte" grep -q '^@[0-9]* check name=exec.spawn parameter=65536 ok=1 ' "$work/stream"
check "it got no others" grep -q '^@[0-9]* skip name=exec.spawn parameter=1048576 ' "$work/stream"
check "it got the BIOS's memory map" test "$(sed -n 's/^@1 hello .* memory=\([0-9]*\) .*/\1/p' "$work/stream")" -gt 60000000

boot 64 "kernel $work/nothing" 'words run=bench'
check "a kernel that is missing is refused" refused "cannot read $work/nothing: No such file or directory"
boot 64 "kernel $programs/hello.elf"
check "a 64-bit kernel is refused" refused "$programs/hello.elf is not a 32-bit ELF file"
head -c 40000 "$image" >"$work/half"
boot 64 "kernel $work/half"
check "a kernel that was cut off is refused" refused "$work/half is damaged"
boot 16 "kernel $image" "module payload-16m $programs/payload-16m.elf"
check "more than the memory holds is refused" refused "the guest has too little memory for its kernel and modules"
boot 64 "kernel $image" "nonsense"
check "an unknown line is refused" refused 'a line that begins with "nonsense"'
echo "1..$count"
