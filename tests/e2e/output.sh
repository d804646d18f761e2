#!/bin/bash
# SPDX-License-Identifier: MIT
# shellcheck disable=SC1091,SC2154 # common.sh defines the variables
# Tests the places that a run writes to: a standard output that is full, closed or without a reader,
# a limit on file sizes, a read-only checkout, and a results folder that another run is using.
. "$(dirname "$0")/common.sh"

make_tree
harness=$tree/build/host/palimpsest-bench
export PALIMPSEST_QEMU=$tree/engine PALIMPSEST_BOCHS=$tree/engine

# records SAMPLES: prints the script of a run with one row of SAMPLES samples
records()
{
	echo "$hello"
	echo "bench name=tlb.cr3 parameter=0 unit=none samples=$1 warmup=0 index=1 of=1"
	for i in $(seq 0 $(($1 - 1))); do
		echo "sample name=tlb.cr3 parameter=0 sample=$i flags=- region=0 m.tsc=$((100 + i % 3)):ticks"
	done
	echo "end ok"
}

records 5 | play
bench --engine tcg --strategy window
mv "$tree/run" "$tree/other"

# full NAME ARGUMENT…: runs the harness with /dev/full as standard output; it must exit with 1 and
# say that standard output cannot be written
full()
{
	local name=$1

	shift
	rm -rf "$tree/run"
	"$harness" "$@" >/dev/full 2>"$tree/err"
	is "$name on a full device: exits 1" 1 $?
	check "$name on a full device: says so" says "standard output cannot be written"
}

full "a run" --engine tcg --strategy window --out "$tree/run"
is "a run on a full device: the results are whole" 'complete ok 5' \
	"$(query 'SELECT state FROM run') $(query 'PRAGMA integrity_check') $(query 'SELECT count(*) FROM samples')"
check "a run on a full device: so are the files" test -s "$tree/run/summary.csv" -a -s "$tree/run/report.html"
full --help --help
full --list --list
full --probe --probe
full --compare --compare "$tree/other" "$tree/other"
full --reproduces --reproduces "$tree/other" "$tree/other"
full --recover --recover "$tree/other"
"$harness" --engine vmware >/dev/full 2>"$tree/err"
is "wrong use on a full device: exits 2" 2 $?
bench --engine tcg --strategy window >&-
rm -rf "$tree/run"
"$harness" --engine tcg --strategy window --out "$tree/run" >&- 2>"$tree/err" <&-
is "closed output and input: a run exits 0" 0 $?
is "closed output: nothing of it is in the results" 'ok 5' "$(query 'PRAGMA integrity_check') $(query 'SELECT count(*) FROM samples')"
check "closed output: nor in the records" test -z "$(grep -av '^@\|^!' "$tree"/run/logs/*/records.txt)"
"$harness" --help 2>"$tree/err" | true
is "a reader that leaves: exits 0" 0 "${PIPESTATUS[0]}"
is "a reader that leaves: nothing is said" "" "$(cat "$tree/err")"

# ---- A limit on file sizes ----
records 9000 | play
rm -rf "$tree/run"
(ulimit -f 100 && "$harness" --engine tcg --strategy window --out "$tree/run" >"$tree/out" 2>"$tree/err")
is "ulimit -f: exits 1" 1 $?
check "ulimit -f: says so" says "ulimit -f"
is "ulimit -f: what was written is whole" ok "$(query 'PRAGMA integrity_check')"

# A run into a folder that another run has locked must exit with 2 and write nothing there.
records 5 | play
mkdir "$tree/taken"
exec 8<"$tree/taken"
flock 8
"$harness" --engine tcg --strategy window --out "$tree/taken" >"$tree/out" 2>"$tree/err"
is "a folder that another run has: exits 2" 2 $?
check "a folder that another run has: says so" says "another run is writing to it"
is "a folder that another run has: nothing is written" "" "$(ls "$tree/taken")"
exec 8<&-

# ---- The project's own checkout, built and then mounted read-only ----
unset PALIMPSEST_QEMU PALIMPSEST_BOCHS
build="make -s -j2 host programs bochs-library linux-programs kernel"
$build >"$tree/out" 2>"$tree/err"
is "the checkout is built" 0 $?
cat >"$tree/read-only.sh" <<'EOF2'
mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" || exit 77
cd "$1" || exit 77
touch build/written 2>/dev/null && exit 77
./run-bench.sh --engine tcg --strategy window --quick --bench syscall.null --out "$2"
EOF2
if unshare -Urm true 2>/dev/null; then
	unshare -Urm bash "$tree/read-only.sh" "$PWD" "$tree/ro" >"$tree/out" 2>"$tree/err"
	status=$?
else
	unshare -m bash "$tree/read-only.sh" "$PWD" "$tree/ro" >"$tree/out" 2>"$tree/err"
	status=$?
fi
if [ $status = 77 ] || [ $status = 1 ] && grep -q 'unshare' "$tree/err"; then
	echo "ok $((count += 1)) - a read-only checkout # SKIP none can be mounted here"
else
	is "a read-only checkout: a run exits 0" 0 $status
	check "a read-only checkout: results are where they were asked for" test -s "$tree/ro/summary.csv"
fi
# Runs as a user who does not own the checkout, so that git may refuse to work in it.
mkdir -m 777 "$tree/home"
chmod 755 "$tree"
stranger=(setpriv --reuid=65534 --regid=65534 --clear-groups env "HOME=$tree/home" GIT_TEST_ASSUME_DIFFERENT_OWNER=1)
if [ "$(id -u)" = 0 ] && "${stranger[@]}" test -r "$PWD/run-bench.sh" -a -r "$PWD/build/host/palimpsest-bench" 2>/dev/null; then
	"${stranger[@]}" ./run-bench.sh --engine tcg --strategy window --quick --bench syscall.null --out "$tree/home/run" \
		>"$tree/out" 2>"$tree/err"
	is "somebody else's checkout: a run exits 0" 0 $?
else
	echo "ok $((count += 1)) - somebody else's checkout # SKIP only root can be somebody else, and the folders above must be open"
fi

# Without /proc, the harness must still find its own folder.
cat >"$tree/no-proc.sh" <<'EOF2'
mount -t tmpfs none /proc || exit 77
cd / && "$1" --list
EOF2
if unshare -Urm true 2>/dev/null; then
	unshare -Urm bash "$tree/no-proc.sh" "$PWD/build/host/palimpsest-bench" >"$tree/out" 2>"$tree/err"
else
	unshare -m bash "$tree/no-proc.sh" "$PWD/build/host/palimpsest-bench" >"$tree/out" 2>"$tree/err"
fi
status=$?
if [ $status = 77 ] || grep -q unshare "$tree/err"; then
	echo "ok $((count += 1)) - no /proc # SKIP nothing can be mounted here"
else
	is "no /proc: --list exits 0" 0 $status
fi

finish
