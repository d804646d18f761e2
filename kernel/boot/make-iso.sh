#!/usr/bin/env bash
# Makes a bootable ISO image: GRUB, the kernel, its command line and its modules.
# usage: make-iso.sh OUTPUT.iso KERNEL.elf32 "command line" MODULE…
set -euo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../../bench/environment.sh"

[ $# -ge 3 ] || { echo "usage: $0 OUTPUT.iso KERNEL.elf32 \"command line\" MODULE..." >&2; exit 2; }
output=$1 kernel=$2 words=$3
shift 3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tree=$work/tree
mkdir -p "$tree/boot/grub"
cp "$kernel" "$tree/boot/palimpsest"
{
	echo "set timeout=0"
	echo "menuentry Palimpsest {"
	echo "	multiboot /boot/palimpsest $words"
	for module in "$@"; do
		name=$(basename "$module" .elf)
		cp "$module" "$tree/boot/$name"
		echo "	module /boot/$name $name"
	done
	echo "}"
} >"$tree/boot/grub/grub.cfg"
"$(dirname "$0")/grub-cd.sh" "$output" "$tree" multiboot
