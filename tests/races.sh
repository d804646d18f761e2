#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Runs the stress of several CPUs (tests/kernel/races/) under many schedules. Prints TAP. The kernel must
# have been built with RACES=1.
# usage: races.sh ENGINE STACK+LOADER+ISOLATION [SCHEDULES [FIRST]]
#   SCHEDULES  number of schedules (default 20)    FIRST  seed of the first schedule (default 1)
# A boot runs up to BOOT_SCHEDULES schedules (default 100), with each number of CPUs in CPUS in turn
# (default: 4 2 9). On Bochs, the first boot is repeated: its records must be the same.
set -uo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../bench/environment.sh"
cd "$(dirname "$0")/.." || exit

[ $# -ge 2 ] || { sed -n '/^# usage/,/^# (default/s/^# \{0,1\}//p' tests/races.sh >&2; exit 2; }
engine=$1 build=$2@races schedules=${3:-20} first=${4:-1}
read -ra cpus <<<"${CPUS:-4 2 9}"
each=${BOOT_SCHEDULES:-100}
# shellcheck source=tests/tap.sh
. tests/tap.sh
prefix="races $engine $2: "
records=$work/records

# boot CPUS FIRST SCHEDULES: boots; writes the records to $records
boot()
{
	LIMIT=${LIMIT:-500} SERIAL=$work/said CPUS=$1 tests/boot.sh "$engine" "$build" \
		"run=test test=races_* maxcpus=$1 schedule=$2 schedules=$3" >"$records" 2>"$work/errors"
}

# detail: prints what is wrong according to the test's record
detail()
{
	sed -n 's/^@.* test .* ok=0 detail=\([^ ]*\) .*/\1/p' "$records" | sed 's/%20/ /g'
}

# Adds the facts of the boot to $work/facts.
note_facts()
{
	sed -n 's/^@[0-9]* fact name=\(races-[a-z]*\) value=\([0-9]*\) .*/\1 \2/p' "$records" >>"$work/facts"
}

repeats()
{
	cp "$records" "$work/first"
	boot "${cpus[0]}" "$first" "$each"
	grep -aq ' fact name=races-' "$records" && cmp "$work/first" "$records"
}

[ "$each" -le "$schedules" ] || each=$schedules
for ((at = first, i = 0; at < first + schedules; at += each, i++)); do
	n=$((first + schedules - at < each ? first + schedules - at : each))
	on=${cpus[i % ${#cpus[@]}]}
	boot "$on" "$at" "$n"
	status=$?
	note_facts
	if [ $status = 33 ] && grep -aq ' test name=races_.* ok=1 ' "$records"; then
		result ok "schedules $at to $((at + n - 1)), $on CPUs"
	else
		why=$(detail)
		result "not ok" "$on CPUs: ${why:-schedules $at to $((at + n - 1)): status $status}"
		tail -n 3 "$work/said" "$work/errors" | sed 's/^/# /'
		break
	fi
	[ "$engine" != bochs ] || [ $i -gt 0 ] || check "the same seed repeats the same schedule" repeats
done
awk '{ sum[$1] += $2 } END { for (name in sum) print "# " sum[name] " " substr(name, 7) }' "$work/facts" | sort -k3
echo "1..$count"
