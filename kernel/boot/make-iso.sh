#!/usr/bin/env bash
# Makes a bootable ISO image: GRUB, the kernel, its command line and its modules.
# usage: make-iso.sh OUTPUT.iso KERNEL.elf32 "command line" MODULE…
set -euo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../../bench/environment.sh"

[ $# -ge 3 ] || { echo "usage: $0 OUTPUT.iso KERNEL.elf32 \"command line\" MODULE..." >&2; exit 2; }
output=$1 kernel=$2 words=$3
shift 3
for tool in grub-mkrescue xorriso mformat; do
	command -v "$tool" >/dev/null || {
		echo "$0: $tool is missing; install grub-common, grub-pc-bin, xorriso and mtools" >&2
		exit 2
	}
done

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
grub-mkrescue -d /usr/lib/grub/i386-pc -o "$output" "$tree" --install-modules="multiboot normal iso9660 biosdisk" \
	--themes= --fonts= --locales= >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
