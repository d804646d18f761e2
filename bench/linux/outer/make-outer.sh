#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Makes an initramfs for an outer machine. With WORDS, makes a CD image that contains the initramfs;
# WORDS then become the command line of the outer machine's Linux. DIRECTORY is the working
# directory; its file `boot` tells init.sh what to do.
# usage: make-outer.sh LAB DIRECTORY IMAGE.elf32 PROGRAMS OUTPUT [WORDS]
set -euo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../../environment.sh"
umask 022 # for the files in the archive

[ $# -ge 5 ] || { echo "usage: $0 LAB DIRECTORY IMAGE.elf32 PROGRAMS OUTPUT [WORDS]" >&2; exit 2; }
lab=$1 directory=$2 image=$3 programs=$4 output=$2/$5 words=${6-}
here=$(dirname "$(readlink -f "$0")")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

mkdir -p "$work/root/lab/programs"
cp "$directory/boot" "$work/root/lab/"
cp "$image" "$work/root/lab/palimpsest.elf32"
cp "$programs"/*.elf "$work/root/lab/programs/"
"$here/pack.sh" "$work/root" "$lab/busybox" "$work/own.cpio"
if [ -z "$words" ]; then
	cat "$lab/base.cpio" "$work/own.cpio" >"$output"
	exit 0
fi

tree=$work/tree
mkdir -p "$tree/boot/grub"
cp "$lab/vmlinuz" "$tree/boot/vmlinuz"
cat "$lab/base.cpio" "$work/own.cpio" >"$tree/boot/initrd"
cat >"$tree/boot/grub/grub.cfg" <<GRUB
set timeout=0
menuentry outer {
	linux /boot/vmlinuz $words
	initrd /boot/initrd
}
GRUB
"$here/../../../kernel/boot/grub-cd.sh" "$output" "$tree" linux
