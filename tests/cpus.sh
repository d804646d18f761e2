#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Boots a kernel on machines with several CPUs, starts all of them, and runs the self-tests of CPUs.
# Prints TAP. On tcg it also boots machines on which some CPUs are missing. On Bochs it checks that the
# counts of the benchmarks of CPUs repeat and are within bounds.
# usage: cpus.sh [--time] ENGINE STACK+LOADER+ISOLATION CPUS…
#   --time  also checks that 64 CPUs start in 10 s, and that 255 start; for tcg on a host that is idle
set -uo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../bench/environment.sh"
cd "$(dirname "$0")/.." || exit

timed=
[ "${1-}" != --time ] || { timed=1; shift; }
[ $# -ge 3 ] || { echo "usage: $0 [--time] ENGINE STACK+LOADER+ISOLATION CPUS…" >&2; exit 2; }
engine=$1 build=$2
shift 2
# shellcheck source=tests/tap.sh
. tests/tap.sh
prefix="$engine $build: "
records=$work/records
start_limit=10 # s: in this time 64 CPUs must start on tcg

# boot MACHINE WORDS: boots a machine with these CPUs (boot.sh). Writes the records to $records.
boot()
{
	LIMIT=${LIMIT:-250} SERIAL=$work/said CPUS=$1 tests/boot.sh "$engine" "$build" "$2" >"$records" 2>"$work/errors"
}

# passes CPUS WORDS: succeeds if the self-tests that run pass
passes()
{
	boot "$1" "$2"
	[ $? = 33 ] || { tail -n 3 "$work/said" "$work/errors"; return 1; }
	! grep -a ' test name=.* ok=0 ' "$records"
}

# fact NAME: prints the value of a fact of the last boot
fact()
{
	sed -n "s/^@[0-9]* fact name=$1 value=\([^ ]*\) .*/\1/p" "$records"
}

# Succeeds if the last boot listed $1 CPUs, started all but one of these (the first runs already),
# and says that all run.
all_run()
{
	equal "$1 $(($1 - 1)) $1" "$(fact cpus-listed) $(fact cpus-started) $(sed -n 's/.* hello .* cpus=\([0-9]*\) .*/\1/p' "$records")"
}

starts_in_time()
{
	local start=$SECONDS

	passes 64 "run=test test=cr4* maxcpus=64" || return
	[ $((SECONDS - start)) -le $start_limit ] || { echo "it took $((SECONDS - start)) s"; return 1; }
}

# Succeeds if cpus.memory starts 1 to 64 CPUs, and each CPU takes as much memory as every other, but for
# a page table for each 16.
measures_memory()
{
	boot 64 "run=bench bench=cpus.memory maxcpus=64"
	[ $? = 33 ] || return
	equal "10 0" "$(awk '/ sample name=cpus.memory / && / m.failed=0:/ {
			match($0, /parameter=[0-9]+/)
			n = substr($0, RSTART + 10, RLENGTH - 10) - 1
			match($0, /m.dynamic=[0-9]+/)
			bytes = substr($0, RSTART + 10, RLENGTH - 10) - int(n / 16) * 4096
			wrong += n && bytes / n != 11 * 4096
			count++
		}
		END { print count + 0, wrong + 0 }' "$records")"
}

# count ROW PARAMETER: prints the instructions of the last boot's samples of a row, less those of its
# overhead samples: one number for each different result. If the samples polled differently often while
# they waited, the instructions of the polls are subtracted, if each poll took the same number.
count()
{
	awk -v row="name=$1" -v parameter="parameter=$2" '
		$1 == "!count" { split($3, part, "="); n = part[2] }
		$2 == "sample" && $3 == row && $4 == parameter && / flags=- / {
			m = match($0, /m\.polls=[0-9]+/) ? substr($0, RSTART + 8, RLENGTH - 8) : 0
			if (samples++ && m != polls[1])
				poll = (n - all[1]) / (m - polls[1])
			all[samples] = n
			polls[samples] = m
		}
		$2 == "sample" && $3 == row && $4 == parameter && / flags=overhead / { overhead = n }
		END {
			for (i = 1; i <= samples; i++)
				results[all[i] - poll * polls[i] - overhead]
			for (n in results)
				print n
		}' "$records"
}

# within ROW PARAMETER BOUND: succeeds if all samples of the row have the same count (without polls), at
# most BOUND
within()
{
	local n

	n=$(count "$1" "$2")
	if ! [[ $n =~ ^[0-9]+$ ]] || [ "$n" -gt "$3" ]; then
		echo "counts: $n"
		return 1
	fi
	echo "# $1 $2: $n instructions" >>"$work/counts"
}

repeats()
{
	local bench="run=bench samples=quick bench=ipi.roundtrip,tlb.shootdown*,lock.handover.*,validate.rate.* maxcpus=4 seed=1"

	boot 4 "$bench"
	[ $? = 33 ] || return
	cp "$records" "$work/first"
	boot 4 "$bench"
	[ $? = 33 ] && grep -aq '^!count' "$records" && cmp "$work/first" "$records"
}

all="run=test test=cpus_* maxcpus=255"
for cpus; do
	check "$cpus CPUs: the self-tests pass" passes "$cpus" "$all"
	check "$cpus CPUs: all run" all_run "$cpus"
	[ "$cpus" = 1 ] || check "$cpus CPUs: tests of CPUs ran" test "$(grep -ac ' test name=cpus_.* ok=1 ' "$records")" -ge 10
done
if [ -n "$timed" ]; then
	check "64 CPUs start within $start_limit s" starts_in_time
	check "64 CPUs: all run" all_run 64
	check "64 CPUs: cpus.memory" measures_memory
	check "255 CPUs start" passes 255 "run=test test=cr4* maxcpus=255"
	check "255 CPUs: all run" all_run 255
fi
if [ "$engine" = bochs ]; then
	check "two boots with 4 CPUs count the same" repeats
	check "an IPI to a CPU and its answer" within ipi.roundtrip 2 80
	check "a shootdown of a page on 3 other CPUs" within tlb.shootdown 1 350
	check "the handler of a shootdown" within tlb.shootdown.handler 1 120
	cat "$work/counts"
fi
if [ "$engine" = tcg ]; then
	check "IDs with gaps: the self-tests pass" passes 6,sockets=2,cores=3,threads=1 "$all"
	check "IDs with gaps: all run" all_run 6
	check "CPUs that are not plugged in are not waited for" passes 2,maxcpus=4 "$all"
	check "CPUs that are not plugged in are not listed" all_run 2
	check "fewer CPUs can be asked for than there are" passes 8 "run=test test=cpus_* maxcpus=3"
	check "as many start" equal "8 2" "$(fact cpus-listed) $(fact cpus-started)"
	check "without maxcpus= no other CPU starts" passes 4 "run=test test=cpus_*"
	check "there is nothing to say about it" equal "" "$(fact 'cpus-[a-z-]*')"
fi
echo "1..$count"
