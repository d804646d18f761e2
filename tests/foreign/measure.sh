# shellcheck shell=bash
# Functions for tests that run `run-bench.sh measure`. The tests source this file after tests/tap.sh.
# $work/out has the output of the last run, and $status its exit status.

# measure RUN ARGUMENT…: runs the command; its results are then in $work/RUN/results, its output in
# $work/out, its exit status in $status
measure()
{
	local run=$1

	shift
	rm -rf "${work:?}/$run"
	mkdir "$work/$run"
	status=0
	timeout 120 ./run-bench.sh measure --memory 64 --out "$work/$run/results" "$@" >"$work/out" 2>&1 </dev/null || status=$?
}

# ends STATUS TEXT: succeeds if the last run ended with STATUS and its output contains TEXT
ends()
{
	{ [ "$status" = "$1" ] && grep -qF -- "$2" "$work/out"; } || { echo "status $status"; tail -n 4 "$work/out"; return 1; }
}
