#!/usr/bin/env bash
# Makes an initrd for the level-1 environment: a cpio archive with the kernel as sys/core, without
# debugging information, and the modules as boot/NAME.
# usage: make-initrd.sh OUTPUT.cpio KERNEL.elf MODULE…
set -euo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../../../bench/environment.sh"

[ $# -ge 2 ] || { echo "usage: $0 OUTPUT.cpio KERNEL.elf MODULE..." >&2; exit 2; }
output=$(realpath "$1") kernel=$2
shift 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/sys" "$work/boot"
objcopy --strip-debug "$kernel" "$work/sys/core"
for module in "$@"; do
	cp "$module" "$work/boot/$(basename "$module" .elf)"
done
cd "$work"
find sys boot -type f | LC_ALL=C sort | cpio --quiet -o -H newc >"$output"
