#!/bin/bash
# SPDX-License-Identifier: MIT
# shellcheck disable=SC1091,SC2154 # common.sh defines the variables
# Tests tests/machines.sh with a QEMU that lacks some machines and CPU models and boots nothing.
# Rows that need a missing machine or model must be skipped. All other rows must fail.
. "$(dirname "$0")/common.sh"

cat >"$tree/qemu" <<-'EOF'
	#!/bin/sh
	case "$*" in
	"-machine help") echo "pc  Standard PC"; echo "q35  Standard PC" ;;
	"-cpu help") for model in qemu64 max Haswell athlon; do echo "x86 $model"; done ;;
	*) echo "this QEMU boots nothing" >&2; exit 1 ;;
	esac
EOF
chmod +x "$tree/qemu"
PALIMPSEST_QEMU=$tree/qemu tests/machines.sh --few >"$tree/out" 2>"$tree/err"
is "machines that fail: exits 1" 1 $?
rows=$(grep -cE '^(not )?ok ' "$tree/out")
check "a machine that QEMU lacks is skipped" grep -qE '^ok .* microvm .*# SKIP this QEMU has no machine microvm' "$tree/out"
check "a CPU model that QEMU lacks is skipped" grep -qE '^ok .* q35 .*# SKIP this QEMU has no CPU model' "$tree/out"
check "nothing passes" test -z "$(grep '^ok ' "$tree/out" | grep -v '# SKIP')"
check "a boot that fails says so" grep -qE '^not ok .* qemu64 .*ended early, status 1' "$tree/out"
check "a refusal that did not come fails" grep -qE '^not ok .* athlon .*not refused: .*no long mode' "$tree/out"
check "QEMU's own words are shown" grep -q 'this QEMU boots nothing' "$tree/out"
failed=$(grep -c '^not ok ' "$tree/out")
check "the closing line counts them" grep -qx "0 passed, $failed failed, $((rows - failed)) skipped" "$tree/out"

PALIMPSEST_QEMU=/nowhere/qemu tests/machines.sh --few >"$tree/out" 2>"$tree/err"
is "no QEMU: exits 2" 2 $?
check "no QEMU: names the package" says "Debian package qemu-system-x86"
tests/machines.sh --many >"$tree/out" 2>"$tree/err"
is "an unknown option: exits 2" 2 $?

finish
