#!/usr/bin/env bash
# Tests the benchmarks that run Linux programs (*.real). They must boot separately from the others,
# give the same counts in each boot, and name the programs that are missing.
set -uo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../../bench/environment.sh"
cd "$(dirname "$0")/../.." || exit 1

# shellcheck source=tests/tap.sh
. tests/tap.sh

query()
{
	sqlite3 "$work/run/results.sqlite" "$1"
}

# boot FILES BENCHMARKS: boots with these files and real.elf as modules and prints the records
boot()
{
	MODULES="build/programs/real.elf $1" SERIAL=$work/console tests/boot.sh tcg fixed-ist+window+shared "run=bench samples=quick bench=$2"
}

if ! make -s linux-programs || [ ! -e build/real/linux.cpio ]; then
	result ok "Linux programs # SKIP this machine makes no archive of them"
	echo "1..$count"
	exit
fi
programs=$((6 - $(wc -l <build/real/missing)))
check "a run ends well" ./run-bench.sh --engine bochs --strategy window --quick --rounds 2 --profile none --out "$work/run" \
	--bench 'syscall.null,exec.real,exec.round*.real,fork.exec.real'
check "they have boots of their own, the others no archive" equal "0 syscall.null
1 exec.real,exec.roundtrip.real,fork.exec.real" "$(query "SELECT DISTINCT CAST(value AS INTEGER) > 0, bench FROM launches JOIN facts
	ON facts.launch = launches.id WHERE name = 'modules-unpacked' ORDER BY 1" | tr '|' ' ')"
check "every program of this machine is measured" equal "3 $((3 * programs))" \
	"$(query "SELECT count(DISTINCT benchmark), count(*) FROM summary WHERE benchmark LIKE '%.real' AND metric = 'instructions'" | tr '|' ' ')"
check "two boots count the same instructions" equal 0 "$(query "SELECT count(*) FROM summary WHERE benchmark LIKE '%.real'
	AND metric IN ('instructions', 'rep_iterations', 'exceptions', 'cr3_writes') AND (flags NOT LIKE 'exact%' OR n <> 2)")"
check "execve() is part of fork, execve, run and exit" equal "$programs" "$(query "SELECT count(*) FROM summary e JOIN summary r
	USING (parameter, metric) WHERE metric = 'instructions' AND e.benchmark = 'exec.real' AND r.benchmark = 'fork.exec.real'
	AND e.median > 1000 AND r.median > e.median")"
check "the versions of the packages are kept" grep -q '"tool.linux-programs": "[^u"][^"]* [0-9]' "$work/run/environment.json"

# results/reference has no rows of Linux programs, so --reproduces must not require any.
mkdir "$work/without"
cp "$work/run/environment.json" "$work/without/"
cp "$work/run/summary.csv" "$work/without/all"
grep -v '[.]real,' "$work/without/all" >"$work/without/summary.csv"
check "a reproduction leaves them out" sh -c "build/host/palimpsest-bench --reproduces '$work/run' '$work/without' | tee /dev/stderr |
	grep -q '^identical: all of 2 benchmarks'"

# ---- Archives that lack programs ----
mkdir "$work/bin"
cp build/real/root/bin/hello-glibc "$work/bin/" 2>/dev/null
(cd "$work" && find bin | cpio --quiet -o -H newc) >"$work/linux.cpio"
boot "$work/linux.cpio" exec.real >"$work/records"
check "a program that is missing is a skipped row with its package" equal "33 1" "$? $(grep -c \
	'skip name=exec.real parameter=1 reason=no%20static%20busybox%20in%20the%20archive%20(apt-get%20install%20cpio%20busybox-static)' "$work/records")"
check "the others run" grep -q 'check name=exec.real parameter=5 ok=1 ' "$work/records"
boot "" exec.real >"$work/records"
check "and so are all without an archive" equal "33 6" "$? $(grep -c ' skip name=exec.real ' "$work/records")"
boot "" 'exec.r*' >"$work/records"
check "which are left out when they are not named" equal 0 "$(grep -c 'exec.real ' "$work/records")"
echo "1..$count"
