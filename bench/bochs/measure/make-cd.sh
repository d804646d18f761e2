#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Makes a CD image that boots a kernel by GRUB: an ELF file for Multiboot 1 or 2, or Linux.
# usage: make-cd.sh OUTPUT.iso KERNEL WORDS [INITRD]      (WORDS: for the kernel's command line)
# GRUB interprets ' " \ { } ; $ | & < > # and newlines. WORDS must have none of them; the caller
# checks this.
# The same files make the same image, byte for byte. Exit status: 2 if a file or tool is missing or
# the kernel is of no known kind, 1 if GRUB's tools failed.
set -euo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../../environment.sh"

[ $# = 3 ] || [ $# = 4 ] || { echo "usage: $0 OUTPUT.iso KERNEL WORDS [INITRD]" >&2; exit 2; }
output=$1 kernel=$2 words=$3 initrd=${4:-}
command -v grub-file >/dev/null || { echo "grub-file is missing; install grub-common" >&2; exit 2; }
for file in "$kernel" ${initrd:+"$initrd"}; do
	[ -r "$file" ] || { echo "$file cannot be read" >&2; exit 2; }
done
if grub-file --is-x86-multiboot2 "$kernel"; then
	load="multiboot2 /boot/kernel" add="module2 /boot/initrd initrd" modules=multiboot2
elif grub-file --is-x86-multiboot "$kernel"; then
	load="multiboot /boot/kernel" add="module /boot/initrd initrd" modules=multiboot
elif grub-file --is-x86-linux "$kernel"; then
	# Without nolapic_timer, Linux takes the frequency of the APIC timer from CPUID. In Bochs
	# this timer has another frequency.
	load="linux /boot/kernel console=ttyS0 nokaslr nolapic_timer" add="initrd /boot/initrd" modules=linux
else
	echo "$kernel is neither a Multiboot kernel nor Linux; if another loader boots it, give --iso" >&2
	exit 2
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/tree/boot/grub"
cp "$kernel" "$work/tree/boot/kernel"
[ -z "$initrd" ] || cp "$initrd" "$work/tree/boot/initrd"
{
	echo "set timeout=0"
	echo "menuentry kernel {"
	echo "	$load $words"
	[ -z "$initrd" ] || echo "	$add"
	echo "}"
} >"$work/tree/boot/grub/grub.cfg"
"$(dirname "$0")/../../../kernel/boot/grub-cd.sh" "$output" "$work/tree" "$modules"
