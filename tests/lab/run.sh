#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Tests the engine kvm-emulated and prints TAP. On this engine an emulated host runs KVM with the
# real module kvm-amd. The test boots the preset `window` there twice: with the module's parameter
# npt=1, and with npt=0. The test is skipped if the engine's Debian packages cannot be fetched.
set -uo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../../bench/environment.sh"
cd "$(dirname "$0")/../.." || exit

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
count=0 failures=0

# check NAME COMMAND…: one test, which passes if the command succeeds
check()
{
	local name=$1

	shift
	count=$((count + 1))
	if "$@"; then
		echo "ok $count - $name"
	else
		echo "not ok $count - $name"
		sed 's/^/# /' "$work/err"
		failures=$((failures + 1))
	fi
}

ask()
{
	sqlite3 "$work/run/results.sqlite" "$1"
}

if ! make -s lab 2>"$work/err" >&2; then
	echo "ok 1 - kvm-emulated # SKIP $(tail -n 2 "$work/err" | head -n 1)"
	echo "1..1"
	exit 0
fi
timeout 280 build/host/palimpsest-bench --engine kvm-emulated --strategy window --quick \
	--bench 'irq.entry.*,syscall.null,tlb.refill,exec.load' --out "$work/run" >"$work/out" 2>"$work/err"
check "the run is complete" test $? = 0
check "under npt=1 and npt=0" test "$(ask "SELECT group_concat(variant || ' ' || state) FROM launches WHERE
	engine = 'kvm-emulated'")" = "npt=1 complete,npt=0 complete"
for npt in 1 0; do
	check "kvm-amd had npt=$npt" grep -q "kvm-amd is loaded with npt=$npt" "$work"/run/logs/*npt=$npt*/outer.log
done
check "the guest saw a hypervisor" test "$(ask "SELECT count(*) FROM facts WHERE name = 'features'
	AND value LIKE '%hypervisor%'")" = 2
check "every row ran and passed its check" test "$(ask "SELECT min(ok) = 1 AND count(*) > 30 FROM checks")" = 1
check "every sample is marked" test "$(ask "SELECT count(*) FROM samples JOIN launches ON launches.id = launch
	WHERE engine = 'kvm-emulated' AND flags NOT LIKE 'emulated,npt=_%'")" = 0
echo "1..$count"
[ "$failures" = 0 ]
