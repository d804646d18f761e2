#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Makes a CD image that boots with GRUB, also from a USB stick, of a folder that has
# boot/grub/grub.cfg. The same files make the same image, byte for byte: all dates are 1 January 2000.
# (grub-mkrescue would write the present time.)
# usage: grub-cd.sh OUTPUT.iso FOLDER MODULES
# MODULES: the modules of GRUB that the image has besides those that every image has
# Exit status: 2 if a tool is missing, 1 if GRUB's tools failed.
set -euo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../../bench/environment.sh"

[ $# = 3 ] || { echo "usage: $0 OUTPUT.iso FOLDER MODULES" >&2; exit 2; }
output=$1 folder=$2 modules=$3
grub=/usr/lib/grub/i386-pc
for tool in grub-mkimage xorriso $grub/boot_hybrid.img; do
	command -v "$tool" >/dev/null || [ -e "$tool" ] || {
		echo "$tool is missing; install grub-common, grub-pc-bin and xorriso" >&2
		exit 2
	}
done
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# GRUB reads its other modules from the CD. In its image they would be compressed, and to decompress
# them in an emulator takes longer. So does a search among modules that are not needed.
mkdir -p "$folder/boot/grub/i386-pc"
awk -v wanted="normal $modules" '
	{ name = $1; sub(":", "", name); $1 = ""; needs[name] = $0 }
	END {
		count = split(wanted, list)
		for (i = 1; i <= count; i++) {
			if (seen[list[i]]++)
				continue
			print list[i] ".mod"
			more = split(needs[list[i]], need)
			for (j = 1; j <= more; j++)
				list[++count] = need[j]
		}
	}' $grub/moddep.lst >"$log"
sed "s|^|$grub/|" "$log" | xargs cp -t "$folder/boot/grub/i386-pc" $grub/{command,crypto,fs,moddep,terminal}.lst
{
	grub-mkimage -d $grub -O i386-pc-eltorito -p /boot/grub -o "$folder/boot/grub/core.img" biosdisk iso9660 &&
		find "$folder" -exec touch -d @946684800 {} + &&
		SOURCE_DATE_EPOCH=946684800 xorriso -as mkisofs -graft-points -R -o "$output" \
			--modification-date=2000010100000000 --set_all_file_dates 2000010100000000 \
			-b boot/grub/core.img -no-emul-boot -boot-load-size 4 -boot-info-table \
			--grub2-boot-info --grub2-mbr $grub/boot_hybrid.img /="$folder"
} >"$log" 2>&1 || { tail -n 3 "$log" >&2; exit 1; }
