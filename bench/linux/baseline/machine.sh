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

	for tool in bochs sqlite3 grub-mkimage xorriso dpkg-deb cpio; do
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
# write "rows: done" to the console if all went well, and otherwise turn the machine off.
linux_initrd()
{
	mkdir -p "$work"/root/{bin,tmp,dev}
	(cd "$work/root" && find . -mindepth 1 | LC_ALL=C sort | cpio --quiet -o -H newc --owner 0:0 --reproducible) >"$work/initrd"
}

# linux_boot OPTION [PROFILE]: boots Linux with `run-bench.sh measure`, which counts the regions that the
# programs mark. Writes their counts to $work/stream, in the form of the library's lines, and what Linux
# wrote to the console to $work/console. Uses the cycle model if a profile is named. Returns 1, after
# messages, if a program or the boot failed.
linux_boot()
{
	local run=$work/measured status=0

	rm -rf "$run"
	"$build/host/palimpsest-bench" measure --quiet --marks --kernel "$work"/kernel/boot/vmlinuz-* --initrd "$work/initrd" \
		--append "quiet norandmaps $1" --until "rows: done" --profile "${2:-none}" --ips "${LINUX_IPS:-1000000000}" \
		--timeout "${LINUX_LIMIT:-900}" --out "$run" >"$work/out" 2>"$work/err" </dev/null || status=$?
	cp "$run/launch-1/serial.log" "$work/console" 2>/dev/null || : >"$work/console"
	if [ $status = 0 ]; then
		sqlite3 "$run/results.sqlite" "
			SELECT '!hook metrics=' || group_concat(metric) FROM
				(SELECT metric FROM samples WHERE sample = 1 AND metric <> 'work' ORDER BY rowid);
			SELECT '!count region=' || substr(benchmark, 6) || ' ' || group_concat(metric || '=' || value, ' ') FROM
				(SELECT * FROM samples WHERE metric <> 'work' ORDER BY rowid) GROUP BY sample ORDER BY sample;" >"$work/stream"
		return
	fi
	tail -n 15 "$work/console" | sed 's/^/# console: /' >&2
	sed 's/^/# /' "$work/err" >&2
	tr -d '\r' <"$work/console" | grep '^row ' | grep -v ' status 0$' | while read -r _ row _ ended; do
		echo "# $(sed -n "$((row + 1))p" "$work/root/rows") ended with status $ended"
	done >&2 || true
	echo "the boot of Linux with $1 failed" >&2
	return 1
}
