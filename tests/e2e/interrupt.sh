#!/bin/bash
# SPDX-License-Identifier: MIT
# shellcheck disable=SC1091,SC2154 # common.sh defines the variables
# Tests Ctrl-C, SIGTERM, SIGHUP, SIGKILL of the harness, and a full disk. The samples that had
# arrived must be readable afterwards, and no engine may still run.
. "$(dirname "$0")/common.sh"

make_tree

slow()
{
	cat <<-EOF
		$hello
		bench name=tlb.cr3 parameter=0 unit=none samples=3 warmup=0 index=1 of=1
		sample name=tlb.cr3 parameter=0 sample=0 flags=- region=1 m.tsc=100:ticks
		sample name=tlb.cr3 parameter=0 sample=1 flags=- region=2 m.tsc=101:ticks
		raw the engine is asleep
		sleep 45
	EOF
}

# begin ARGUMENT…: starts a run in the background, with its process ID in $harness, and waits until
# the engine has sent all its samples and the harness has stored them
begin()
{
	rm -rf "$tree/run"
	PALIMPSEST_QEMU=$tree/engine "$tree/build/host/palimpsest-bench" --out "$tree/run" --engine tcg --strategy window \
		"$@" >"$tree/out" 2>"$tree/err" &
	harness=$!
	for _ in $(seq 100); do
		grep -qs asleep "$tree"/run/logs/*/records.txt && break
		sleep 0.1
	done
	sleep 0.8 # the harness commits to the database twice a second
}

engines_left()
{
	local found=1

	for command in /proc/[0-9]*/exe; do
		[ "$(readlink "$command")" != "$tree/build/tests/make-records" ] || found=0
	done
	return $found
}

no_engine_is_left()
{
	sleep 0.3
	! engines_left
}

slow | play
begin --rounds 3 --jobs 1
check "a run can be read while it is under way" test "$(query 'SELECT count(*) FROM samples')" = 2
kill -INT "$harness"
wait "$harness"
is "Ctrl-C: exits 1" 1 $?
is "Ctrl-C: the run is cut short" "cut short" "$(query 'SELECT state FROM run')"
is "Ctrl-C: so is the launch" "cut short" "$(query "SELECT state FROM launches WHERE engine = 'tcg'")"
is "Ctrl-C: the samples are kept and marked" '2|cut-short' "$(query 'SELECT count(*), flags FROM samples')"
is "Ctrl-C: the file is whole" ok "$(query 'PRAGMA integrity_check')"
check "Ctrl-C: nothing lies beside it" test ! -e "$tree/run/results.sqlite-wal"
check "Ctrl-C: exports are written" grep -q 'tlb.cr3' "$tree/run/samples.csv"
check "Ctrl-C: it says what was not run" says "0 launches complete, 1 not, 2 not started"
check "Ctrl-C: no engine is left" no_engine_is_left

begin
kill -TERM "$harness"
wait "$harness"
is "SIGTERM: the same" '1 cut short' "$? $(query 'SELECT state FROM run')"

# SIGHUP, as when a terminal is closed. A run under nohup must ignore it.
begin
kill -HUP "$harness"
wait "$harness"
is "SIGHUP: the same" '1 cut short' "$? $(query 'SELECT state FROM run')"
check "SIGHUP: there is a report" test -s "$tree/run/report.html"
check "SIGHUP: no engine is left" no_engine_is_left
begin_ignoring()
{
	trap '' HUP
	begin
	trap - HUP
}
begin_ignoring
kill -HUP "$harness"
sleep 0.3
is "SIGHUP under nohup: the run goes on" running "$(query 'SELECT state FROM run')"
kill -TERM "$harness"
wait "$harness"

# An engine that ignores SIGTERM must be killed.
# shellcheck disable=SC2016 # the engine expands it
sed -i 's|^exec |trap "" TERM; "$0" ignored --version >/dev/null; |' "$tree/engine"
begin
kill -INT "$harness"
wait "$harness"
is "an engine that ignores SIGTERM: cut short" '1 cut short' "$? $(query 'SELECT state FROM run')"
check "an engine that ignores SIGTERM: is ended" no_engine_is_left
begin
kill -INT "$harness"
sleep 0.2
kill -INT "$harness"
wait "$harness"
is "Ctrl-C twice: exits 1" 1 $?
check "Ctrl-C twice: no engine is left" no_engine_is_left

slow | play
begin
kill -KILL "$harness"
wait "$harness" 2>/dev/null
is "kill -9: the file is whole" ok "$(query 'PRAGMA integrity_check')"
is "kill -9: the samples are there" 2 "$(query 'SELECT count(*) FROM samples')"
is "kill -9: the run still says that it runs" running "$(query 'SELECT state FROM run')"
check "kill -9: no engine is left" no_engine_is_left

# A full disk: a tmpfs of 300 KiB, if this user may mount one.
mkdir "$tree/small"
if mount -t tmpfs -o size=300k none "$tree/small" 2>/dev/null; then
	{
		echo "$hello"
		echo "bench name=tlb.cr3 parameter=0 unit=none samples=9000 warmup=0 index=1 of=1"
		for i in $(seq 0 8999); do
			echo "sample name=tlb.cr3 parameter=0 sample=$i flags=- region=0 m.tsc=100:ticks"
		done
		echo "end ok"
	} | play
	PALIMPSEST_QEMU=$tree/engine "$tree/build/host/palimpsest-bench" --out "$tree/small/run" --engine tcg \
		--strategy window >"$tree/out" 2>"$tree/err"
	is "full disk: exits 1" 1 $?
	check "full disk: says so" says "the disk is full"
	is "full disk: the file is whole" ok "$(sqlite3 "$tree/small/run/results.sqlite" 'PRAGMA integrity_check')"
	umount "$tree/small"
else
	echo "ok $((count += 1)) - full disk # SKIP no tmpfs can be mounted here"
fi

finish
