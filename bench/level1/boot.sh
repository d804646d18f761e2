# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# Functions that build the small kernels of this folder and boot them with QEMU, without KVM, in the
# level-1 environment. Scripts source this file from the root of the source tree. $work is a temporary
# folder, deleted at exit.
work=${work:-$(mktemp -d)}
trap 'rm -rf "$work"' EXIT
environment=build/level1.elf32 constants=build/programs/constants.inc
for file in $environment $constants; do
	[ -f "$file" ] || { echo "$0: $file is missing: make build/level1.elf32 programs" >&2; exit 1; }
done

# constant NAME: prints the value of a constant of the headers, as a signed number
constant() { sed -n "s/^%define $1 //p" $constants; }

# link_kernel ENTRY OBJECT…: links a kernel and makes its initrd, $work/initrd.cpio
link_kernel()
{
	local entry=$1
	shift
	ld -N --no-warn-rwx-segments --build-id=none -z noexecstack -Ttext="$(printf %#x "$(constant LEVEL1_KERNEL)")" \
		-e "$entry" -o "$work/small.elf" "$@" && kernel/boot/level1/make-initrd.sh "$work/initrd.cpio" "$work/small.elf"
}

# assemble FILE DEFINITION…: assembles FILE.asm of this folder to $work/FILE.o
assemble()
{
	local file=$1
	shift
	nasm -f elf64 -Ibench/level1/ "${@/#/-D}" -P $constants -Wall -Werror -o "$work/$file.o" "bench/level1/$file.asm"
}

# boot_small CPUS WORDS: boots $work/initrd.cpio with CPUS CPUs, and gives WORDS to the environment.
# Prints the line that the kernel wrote. Returns QEMU's status: 33, 35 or 37 as the kernel chose, 0
# after a reset, or 124 after $LIMIT seconds (default 100).
boot_small()
{
	local status=0

	timeout -k 5 "${LIMIT:-100}" "${PALIMPSEST_QEMU:-qemu-system-x86_64}" -machine pc -accel tcg -cpu max -smp "$1" \
		-m 512 -nodefaults -no-user-config -display none -monitor none -no-reboot -debugcon "file:$work/said" \
		-serial "file:$work/serial" -device isa-debug-exit,iobase=0xf4,iosize=4 \
		-kernel $environment -initrd "$work/initrd.cpio sys" -append "$2" </dev/null >"$work/qemu" 2>&1 || status=$?
	tr -d '\0' <"$work/said" | tail -n 1
	return $status
}

# place ADDRESS [MOVE]: prints LABEL+OFFSET for the lowest 32 bits of an address in the last kernel that
# was linked. The kernel may have moved down by MOVE bytes. Prints other addresses as they are.
place()
{
	nm "$work/small.elf" | awk -v address=$((0x$1)) -v move="${2:-0}" -v text="$1" '
		function hex(digits,    i, value) { # the lowest 32 bits
			for (i = 9; i <= 16; i++) value = value * 16 + index("0123456789abcdef", substr(digits, i, 1)) - 1
			return value
		}
		$2 ~ /[tT]/ { at[$3] = hex($1); if (!start || at[$3] < start) start = at[$3] }
		END {
			if (address < start) { address += move; moved = ", at its new place" }
			if (address < start || address >= start + 4096) { print "0x" text; exit }
			for (name in at)
				if (at[name] <= address && (best == "" || at[name] > at[best])) best = name
			printf "%s+%d%s\n", best, address - at[best], moved
		}'
}
