#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Makes the files that every outer machine of engine kvm-emulated boots: the kernel FOLDER/vmlinuz
# and the initramfs FOLDER/base.cpio. The initramfs has busybox, the KVM modules of that kernel, and
# this host's QEMU with its libraries and firmware. FOLDER/busybox is for packing further files into
# an initramfs; FOLDER/kernel contains the name of the kernel's package.
# usage: build.sh FOLDER RELAY      (fetch.sh FOLDER comes first)
set -euo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../../environment.sh"
umask 022 # for the files in the archive

[ $# -eq 2 ] || { echo "usage: $0 FOLDER RELAY" >&2; exit 2; }
mkdir -p "$1"
folder=$(readlink -f "$1")
relay=$2
here=$(dirname "$(readlink -f "$0")")
work=$(mktemp -d "$folder/work.XXXXXX")
trap 'rm -rf "$work"' EXIT
root=$work/root
applets="sh cat dmesg echo grep insmod mount poweroff sed stty tail timeout uname"

fail()
{
	echo "lab: $*" >&2
	exit 1
}

# one PATTERN: prints the newest file that matches
one()
{
	local found

	found=$(compgen -G "$1" | sort -V | tail -n 1) || fail "there is no $1"
	echo "$found"
}

unpack()
{
	dpkg-deb -x "$(one "$folder/packages/$1_*.deb")" "$work/$2" || fail "a package in $folder/packages is damaged:" \
		"remove that folder and try again"
}

add_modules()
{
	local modules module

	modules=$(one "$work/kernel/lib/modules/*/kernel")
	for module in virt/lib/irqbypass arch/x86/kvm/kvm arch/x86/kvm/kvm-amd arch/x86/kvm/kvm-intel; do
		if [ -e "$modules/$module.ko.xz" ]; then
			xz -dc "$modules/$module.ko.xz" >"$root/lab/${module##*/}.ko"
		else
			cp "$modules/$module.ko" "$root/lab/"
		fi
		strip --strip-debug "$root/lab/${module##*/}.ko"
	done
}

add_qemu()
{
	local qemu file

	qemu=$(command -v qemu-system-x86_64) || fail "qemu-system-x86_64 is missing (Debian package qemu-system-x86)"
	cp -L "$qemu" "$root/bin/qemu-system-x86_64"
	strip "$root/bin/qemu-system-x86_64"
	ldd "$qemu" | grep -o '/[^ ]*' | sort -u | while read -r file; do
		mkdir -p "$root$(dirname "$file")"
		cp -L "$file" "$root$file"
	done
	for file in /usr/share/qemu/{kvmvapic,multiboot,multiboot_dma,linuxboot,linuxboot_dma}.bin \
		/usr/share/seabios/bios-256k.bin; do
		[ ! -e "$file" ] || cp -L "$file" "$root/lab/firmware/"
	done
	[ -e "$root/lab/firmware/bios-256k.bin" ] || fail "bios-256k.bin is missing (Debian package seabios)"
}

unpack 'linux-image-*' kernel
unpack busybox-static busybox
mkdir -p "$root"/{bin,dev,proc,sys,tmp,lab/firmware,lab/programs}
cp "$(one "$work/busybox/bin/busybox")" "$root/bin/"
for applet in $applets; do
	ln -s busybox "$root/bin/$applet"
done
cp "$relay" "$root/bin/relay"
cp "$here/init.sh" "$root/init"
chmod 755 "$root/init"
add_modules
add_qemu
"$here/pack.sh" "$root" "$root/bin/busybox" "$work/base.cpio"
cp "$root/bin/busybox" "$work/busybox.program"
cp "$(one "$work/kernel/boot/vmlinuz-*")" "$work/vmlinuz"
basename "$(one "$folder/packages/linux-image-*_*.deb")" .deb >"$folder/kernel"
mv "$work/busybox.program" "$folder/busybox"
mv "$work/vmlinuz" "$work/base.cpio" "$folder/"
