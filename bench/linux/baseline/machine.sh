# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# Debian's cloud kernel in Bochs, with the instrumentation library. This file is sourced, from the
# root of the source tree, by the scripts that count what Linux executes. They define $build (the
# build folder), $work (a temporary folder) and the function fail MESSAGE, which exits with 2.
# LINUX_IPS: instructions per second of the machine's clock (1000000000).
# LINUX_LIMIT: seconds allowed for a boot (900).
# shellcheck disable=SC2034,SC2154 # the scripts use and define them

cpu=corei7_skylake_x # Bochs's name of the machine's processor

# linux_prepare: finds the tools and the kernel, and unpacks the kernel. Sets $kernel to the name
# and version of the kernel's package, and $bochs to the version of Bochs.
linux_prepare()
{
	local tool package

	for tool in bochs grub-mkrescue xorriso mformat dpkg-deb cpio; do
		command -v "$tool" >/dev/null || fail "$tool is missing; ./run-bench.sh --setup installs what is needed"
	done
	bench/linux/outer/fetch.sh "$build/lab" || fail "without Debian's kernel there is nothing to count"
	package=$(compgen -G "$build/lab/packages/linux-image-*-cloud-amd64_*.deb" | sort -V | tail -n 1)
	[ -n "$package" ] || fail "there is no package of a cloud kernel in $build/lab/packages"
	dpkg-deb -x "$package" "$work/kernel" || fail "$package is damaged: remove it and try again"
	kernel="$(dpkg-deb -f "$package" Package) $(dpkg-deb -f "$package" Version)"
	bochs=$(bochs --help 2>&1 | grep -aoE 'Bochs x86 Emulator [0-9.]+' | head -n 1) || true
}

# linux_initrd: packs the folder $work/root into $work/initrd. The program init in the folder must
# turn the machine off.
linux_initrd()
{
	mkdir -p "$work"/root/{bin,tmp,dev}
	(cd "$work/root" && find . -mindepth 1 | LC_ALL=C sort | cpio --quiet -o -H newc --owner 0:0 --reproducible) >"$work/initrd"
}

# linux_boot OPTION [PROFILE]: boots Linux and writes the library's counts to $work/stream. Uses the
# cycle model if a profile's file is given. Returns 1, after messages, if a program or the boot
# failed.
linux_boot()
{
	local tree=$work/tree status=0 model=()

	[ $# -lt 2 ] || model=(PALIMPSEST_PROFILE="$2")

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
	env "${model[@]}" PALIMPSEST_FD=3 SDL_VIDEODRIVER=dummy LD_PRELOAD="$PWD/$build/bochs/palimpsest-bochs.so" \
		timeout -k 5 "${LINUX_LIMIT:-900}" bochs -q -f "$work/bochsrc" -rc "$work/rc" </dev/null \
		3>"$work/stream" >"$work/out" 2>"$work/err" || status=$?
	[ $status = 33 ] && return
	tail -n 15 "$work/console" 2>/dev/null | sed 's/^/# console: /' >&2
	grep '^row' "$work/stream" | grep -v ' status 0$' | while read -r _ row _ ended; do
		echo "# $(sed -n "$((row + 1))p" "$work/root/rows") ended with status $ended"
	done >&2 || true
	echo "the boot of Linux with $1 failed (Bochs: $status$([ "$status" != 124 ] || echo ", over ${LINUX_LIMIT:-900} s"))" >&2
	return 1
}
