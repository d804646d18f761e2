#!/usr/bin/env bash
# Tests the parts of `make linux-baseline`: its programs must do their work on this host's Linux,
# the table must follow from the counts, and missing parts must be reported. The boot of Linux in
# Bochs takes minutes and is not tested.
set -uo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../../bench/environment.sh"
cd "$(dirname "$0")/../.." || exit 1

# shellcheck source=tests/tap.sh
. tests/tap.sh

check "the programs are built" make -s build/baseline/init.elf build/baseline/probe.elf build/baseline/real.elf programs linux-programs

# Without Bochs, the markers in the programs do nothing. A program exits with 0 only if it has done
# its work.
probe=build/baseline/probe.elf
for row in "null -" "fork -" "fault -" "map 1" "map 64" "fork-exec $PWD/build/programs/payload-4k.elf" \
	"execve $PWD/build/programs/payload-64k.elf"; do
	# shellcheck disable=SC2086 # two words
	check "on Linux: probe ${row##*/}" timeout 20 "$PWD/$probe" 100 kernel $row
done
check "on Linux: a program that is not there is told" sh -c "! timeout 20 $PWD/$probe 100 all fork-exec /no/such"

# Two rows of made-up counts, each with 5 warm-up samples, 25 samples, and 3 samples of an empty
# body.
printf '%s\n' 'fork.exec 4096 - all probe x' 'exec.real 2 bash-static kernel real x' >"$work/table"
{
	echo '!hook version=1 bochs=x metrics=instructions,cr3_writes'
	for first in 100 200; do
		for i in $(seq 0 4); do echo "!count region=$((first + i)) instructions=9999 cr3_writes=99"; done
		for i in $(seq 5 29); do echo "!count region=$((first + i)) instructions=$((first + (i * 7) % 25)) cr3_writes=2"; done
		for i in $(seq 30 32); do echo "!count region=$((first + i)) instructions=$((i - 25)) cr3_writes=0"; done
	done
} >"$work/stream"
convert()
{
	awk -v kernel="k 1" -v option=nopti -v bochs="b 2" -v cpu=c -f bench/linux/baseline/linux.awk "$@"
}
cat >"$work/want" <<'END'
k 1,nopti,b 2,c,fork.exec,4096,,all,instructions,instructions,25,94,106,118
k 1,nopti,b 2,c,fork.exec,4096,,all,cr3_writes,events,25,2,2,2
k 1,nopti,b 2,c,exec.real,2,bash-static,kernel,instructions,instructions,25,194,206,218
k 1,nopti,b 2,c,exec.real,2,bash-static,kernel,cr3_writes,events,25,2,2,2
END
convert "$work/table" "$work/stream" >"$work/got"
check "least, median and most, less what is empty" diff "$work/want" "$work/got"
grep -v region=217 "$work/stream" >"$work/less"
check "a region without counts fails" sh -c "! awk -f bench/linux/baseline/linux.awk $work/table $work/less && echo x"

# ---- Missing parts ----
mkdir -p "$work/build/real" "$work/bin"
says()
{
	local status=0

	PATH=$work/bin:$PATH bench/linux/baseline/linux.sh "$work/build" "$work/csv" 2>"$work/err" || status=$?
	echo "status $status"
	cat "$work/err"
	[ $status = 2 ] && [ ! -e "$work/csv" ] && grep -q "$1" "$work/err"
}
check "no archive of programs" says 'no archive of programs; ./run-bench.sh --setup'
touch "$work/build/real/linux.cpio"
printf '#!/bin/sh\nexit 1\n' >"$work/bin/apt-cache"
chmod +x "$work/bin/apt-cache"
check "no package of the kernel" says "run 'apt-get update' as root"

# The tables in docs/baselines.md must contain the numbers of results/linux/summary.csv.
sqlite3 -csv :memory: -cmd ".import results/linux/summary.csv linux" "SELECT DISTINCT printf('%,d', median) FROM linux WHERE
	metric = 'instructions' AND (part = 'all' OR benchmark LIKE 'exec%') AND (benchmark LIKE 'exec.real' OR benchmark LIKE 'fork%real')" |
	tr -d '"\r' >"$work/numbers"
grep -oE '[0-9]{1,3}(,[0-9]{3})+' docs/baselines.md | sort -u >"$work/document"
check "docs/baselines.md has the numbers of results/linux/summary.csv" sh -c "[ \$(wc -l <$work/numbers) -ge 20 ] &&
	! grep -vxFf $work/document $work/numbers"

# The script that writes these tables must work in folders whose names contain characters that are
# special to a shell or to SQL.
odd=$work/"it's_(a)_\"folder\"_&_co;"
mkdir -p "$odd/docs" "$odd/results" "$odd/run"
cp -r bench "$odd"
cp -r results/linux "$odd/results"
sed '/^<!-- table/,/^<!-- end/{/^<!--/!d}' docs/baselines.md >"$odd/docs/baselines.md"
sqlite3 "$odd/run/results.sqlite" "
	CREATE TABLE environment (key, value);
	INSERT INTO environment VALUES ('tool.linux-programs', 'nowhere');
	CREATE TABLE summary (engine, benchmark, parameter INTEGER, metric, strategy, min, median);
	INSERT INTO summary VALUES ('bochs', 'syscall.null', 0, 'instructions', 'heap', 7654321, 7654321);"
check "the tables are written, whatever the folders' names" "$odd/bench/linux/baseline/tables.sh" "$odd/run"
grep -oE '[0-9]{1,3}(,[0-9]{3})+' "$odd/docs/baselines.md" | sort -u >"$work/document"
check "with the counts of Linux" sh -c "! grep -vxFf $work/document $work/numbers"
check "and those of a run" grep -q '^| getpid.* 7,654,321 |' "$odd/docs/baselines.md"
echo "1..$count"
