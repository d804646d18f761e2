#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Prints the addresses of the functions of a Linux kernel (a bzImage) in the form of System.map.
# Debian's kernels have neither symbols nor a System.map, but every kernel can list its own functions
# in /proc/kallsyms. So this script boots the kernel in QEMU, without KASLR, with busybox as its only
# program. It takes about 20 s.
# usage: kallsyms.sh VMLINUZ >OUTPUT
# KALLSYMS_LIMIT: seconds allowed for the boot (300).
set -euo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../../environment.sh"

fail()
{
	echo "kallsyms: $*" >&2
	exit 2
}

[ $# = 1 ] || { echo "usage: $0 VMLINUZ >OUTPUT" >&2; exit 2; }
kernel=$1
[ -r "$kernel" ] || fail "$kernel cannot be read"
for tool in qemu-system-x86_64 busybox cpio; do
	command -v $tool >/dev/null || fail "$tool is missing; ./run-bench.sh --setup installs what is needed"
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

mkdir -p "$work"/root/{bin,proc}
cp "$(command -v busybox)" "$work/root/bin/busybox"
cat >"$work/root/init" <<'END'
#!/bin/busybox sh
/bin/busybox mount -t proc proc /proc
/bin/busybox grep ' [tTwW] ' /proc/kallsyms
echo "end of symbols"
/bin/busybox poweroff -f
END
chmod +x "$work/root/init"
(cd "$work/root" && find . | cpio --quiet -o -H newc) >"$work/initrd"
timeout "${KALLSYMS_LIMIT:-300}" qemu-system-x86_64 -accel tcg -m 512 -nodefaults -no-user-config -display none -no-reboot \
	-serial "file:$work/serial" -kernel "$kernel" -initrd "$work/initrd" -append "console=ttyS0 nokaslr quiet" </dev/null >&2 ||
	fail "QEMU could not boot $kernel"
tr -d '\r' <"$work/serial" | sed -n '/^[0-9a-f]* [tTwW] /p' >"$work/symbols"
if ! grep -q '^end of symbols' "$work/serial" || [ ! -s "$work/symbols" ]; then
	tail -n 5 "$work/serial" >&2
	fail "$kernel did not list its symbols (is busybox a static program, and was the kernel built with CONFIG_KALLSYMS?)"
fi
cat "$work/symbols"
