#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Packs a folder into an initramfs. Identical files give an identical archive.
# usage: pack.sh FOLDER BUSYBOX OUTPUT.cpio
set -euo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../../environment.sh"

[ $# -eq 3 ] || { echo "usage: $0 FOLDER BUSYBOX OUTPUT.cpio" >&2; exit 2; }
output=$(realpath -m "$3")
find "$1" -exec touch -h -d @0 {} +
cd "$1"
find . -mindepth 1 | LC_ALL=C sort | "$2" cpio -o -H newc --owner 0:0 --renumber-inodes >"$output" 2>/dev/null
