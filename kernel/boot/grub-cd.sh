#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Makes a CD image that boots with GRUB, of a folder that has boot/grub/grub.cfg. The same files make
# the same image, byte for byte: all files in the folder get the same date.
# usage: grub-cd.sh OUTPUT.iso FOLDER MODULES
# MODULES: the modules of GRUB that the image has besides those that every image has
# Exit status: 2 if a tool is missing, 1 if GRUB's tools failed.
set -euo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../../bench/environment.sh"

[ $# = 3 ] || { echo "usage: $0 OUTPUT.iso FOLDER MODULES" >&2; exit 2; }
for tool in grub-mkrescue xorriso mformat; do
	command -v $tool >/dev/null || {
		echo "$tool is missing; install grub-common, grub-pc-bin, xorriso and mtools" >&2
		exit 2
	}
done
log=$(mktemp)
trap 'rm -f "$log"' EXIT
find "$2" -exec touch -d @946684800 {} +
SOURCE_DATE_EPOCH=946684800 grub-mkrescue -d /usr/lib/grub/i386-pc -o "$1" "$2" \
	--install-modules="$3 normal iso9660 biosdisk" --themes= --fonts= --locales= >"$log" 2>&1 ||
	{ tail -n 3 "$log" >&2; exit 1; }
