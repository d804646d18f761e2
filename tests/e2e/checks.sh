#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Tests that the kernel reports a failed check of a benchmark, and that its boot then fails. Boots
# it with the benchmark test.fails (tests/kernel/check_fails.c) on QEMU, and prints TAP. faults.sh
# tests that the harness then fails the run.
set -uo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../../bench/environment.sh"
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/tap.sh
. tests/tap.sh

# boot ROWS: boots with these benchmarks. The exit status is then in $status, the records are in
# $work/records.
boot()
{
	status=0
	tests/boot.sh tcg fixed-ist+window+shared "run=bench samples=quick bench=$1" >"$work/records" 2>"$work/log" || status=$?
}

boot syscall.null
check "a kernel whose checks succeed exits with 33" equal 33 $status
boot syscall.null,test.fails
check "one with a failed check exits with 35" equal 35 $status
check "and says which" equal "syscall.null 1, test.fails 0" \
	"$(sed -n 's/.* check name=\([^ ]*\) parameter=0 ok=\([01]\) .*/\1 \2/p' "$work/records" | sort | paste -sd, | sed 's/,/, /')"
check "and at its end that it failed" grep -q '^@[0-9]* end .*status=failed ' "$work/records"
echo "1..$count"
