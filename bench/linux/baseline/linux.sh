#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Counts what Linux does for the programs and operations that this kernel is measured with: boots
# Debian's cloud kernel in Bochs with the instrumentation library (docs/baselines.md).
# usage: linux.sh BUILD-FOLDER OUTPUT.csv [KERNEL-OPTION…]
# Boots once per option (default: nopti and pti=on).
# LINUX_IPS: instructions per second of the machine's clock (1000000000).
# LINUX_LIMIT: seconds allowed for a boot (900).
set -euo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../../environment.sh"
umask 022 # for the files in the archive

[ $# -ge 2 ] || { echo "usage: $0 BUILD-FOLDER OUTPUT.csv [OPTION...]" >&2; exit 2; }
cd "$(dirname "$0")/../../.."
build=$1 output=$2
shift 2
options=("$@")
[ $# -gt 0 ] || options=(nopti pti=on)
cpu=corei7_skylake_x
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail()
{
	echo "linux-baseline: $*" >&2
	exit 2
}

for tool in bochs grub-mkrescue xorriso mformat dpkg-deb cpio; do
	command -v "$tool" >/dev/null || fail "$tool is missing; ./run-bench.sh --setup installs what is needed"
done
[ -e "$build/real/linux.cpio" ] || fail "there is no archive of programs; ./run-bench.sh --setup installs what it is made of"
bench/linux/outer/fetch.sh "$build/lab" || fail "without Debian's kernel there is nothing to count"
package=$(compgen -G "$build/lab/packages/linux-image-*-cloud-amd64_*.deb" | sort -V | tail -n 1)
[ -n "$package" ] || fail "there is no package of a cloud kernel in $build/lab/packages"
dpkg-deb -x "$package" "$work/kernel" || fail "$package is damaged: remove it and try again"
kernel="$(dpkg-deb -f "$package" Package) $(dpkg-deb -f "$package" Version)"
bochs=$(bochs --help 2>&1 | grep -aoE 'Bochs x86 Emulator [0-9.]+' | head -n 1) || true

# ---- the rows: benchmark, parameter, program, part that counts, and the command ----
programs=(busybox bash-static sash hello-musl hello-glibc hello-pie)
sizes=(4k:4096 64k:65536 1m:1048576)
row()
{
	printf '%s\n' "$*" >>"$work/table"
}
row syscall.null 0 - kernel probe null -
for part in all kernel; do
	row fork.roundtrip 0 - $part probe fork -
	row fault.page 0 - $part probe fault -
	for pages in 1 4 16 64 256 1024; do
		row map.unmap $pages - $part probe map $pages
	done
	for size in "${sizes[@]}"; do
		row fork.exec.path "${size#*:}" - $part probe fork-exec "/payload-${size%:*}"
	done
done
for size in "${sizes[@]}"; do
	row exec.execve.path "${size#*:}" - kernel probe execve "/payload-${size%:*}"
done
for i in "${!programs[@]}"; do
	[ -e "$build/real/root/bin/${programs[i]}" ] || continue
	row exec.real $((i + 1)) "${programs[i]}" kernel real exec "/bin/${programs[i]}"
	for part in all kernel; do
		row fork.exec.real $((i + 1)) "${programs[i]}" $part real fork "/bin/${programs[i]}"
	done
done

# ---- the machine ----
root=$work/root
mkdir -p "$root"/{bin,tmp,dev}
find "$build/real/root/bin" -type f -exec cp {} "$root/bin/" \;
for size in "${sizes[@]}"; do
	cp "$build/programs/payload-${size%:*}.elf" "$root/payload-${size%:*}"
done
cp "$build/baseline/init.elf" "$root/init"
cp "$build"/baseline/{probe,real}.elf "$root/"
number=0
while read -r _ _ _ part program kind argument; do
	number=$((number + 1))
	echo "/$program.elf ${number}00 $part $kind $argument"
done <"$work/table" >"$root/rows"
(cd "$root" && find . -mindepth 1 | LC_ALL=C sort | cpio --quiet -o -H newc --owner 0:0 --reproducible) >"$work/initrd"

# boot OPTION: boots Linux and leaves the library's counts in $work/stream
boot()
{
	local tree=$work/tree status=0

	mkdir -p "$tree/boot/grub"
	cp "$work"/kernel/boot/vmlinuz-* "$tree/boot/vmlinuz"
	cp "$work/initrd" "$tree/boot/initrd"
	cat >"$tree/boot/grub/grub.cfg" <<-END
		set timeout=0
		menuentry Linux {
			linux /boot/vmlinuz console=ttyS0 quiet nokaslr norandmaps nolapic_timer $1
			initrd /boot/initrd
		}
	END
	grub-mkrescue -d /usr/lib/grub/i386-pc -o "$work/cd.iso" "$tree" --install-modules="linux normal iso9660 biosdisk" \
		--themes= --fonts= --locales= >"$work/log" 2>&1 || { cat "$work/log" >&2; fail "grub-mkrescue made no CD image"; }
	{
		cat bochsrc
		echo "cpu: model=$cpu, count=1, ips=${LINUX_IPS:-1000000000}, reset_on_triple_fault=0, ignore_bad_msrs=1"
		echo "memory: guest=512, host=512"
		echo "ata0-master: type=cdrom, path=$work/cd.iso, status=inserted"
		echo "com1: enabled=1, mode=file, dev=$work/console"
		echo "log: $work/bochs.log"
	} >"$work/bochsrc"
	echo c >"$work/rc"
	PALIMPSEST_FD=3 SDL_VIDEODRIVER=dummy LD_PRELOAD=$PWD/$build/bochs/palimpsest-bochs.so \
		timeout -k 5 "${LINUX_LIMIT:-900}" bochs -q -f "$work/bochsrc" -rc "$work/rc" </dev/null \
		3>"$work/stream" >"$work/out" 2>"$work/err" || status=$?
	[ $status = 33 ] && return
	tail -n 15 "$work/console" 2>/dev/null | sed 's/^/# console: /' >&2
	grep '^row' "$work/stream" | grep -v ' status 0$' | while read -r _ row _ status; do
		echo "# $(sed -n "$((row + 1))p" "$work/table") ended with status $status"
	done >&2 || true
	echo "linux-baseline: the boot with $1 failed (Bochs: $status$([ "$status" != 124 ] || echo ", over ${LINUX_LIMIT:-900} s"))" >&2
	exit 1
}

echo "kernel,options,bochs,cpu,benchmark,parameter,program,part,metric,unit,n,min,median,max" >"$work/csv"
for option in "${options[@]}"; do
	echo "linux-baseline: $kernel, $option" >&2
	boot "$option"
	awk -v kernel="$kernel" -v option="$option" -v bochs="$bochs" -v cpu=$cpu -f bench/linux/baseline/linux.awk "$work/table" "$work/stream" >>"$work/csv" || {
		echo "linux-baseline: not every region was counted" >&2
		exit 1
	}
done
mkdir -p "$(dirname "$output")"
cp "$work/csv" "$output"
echo "linux-baseline: $output" >&2
