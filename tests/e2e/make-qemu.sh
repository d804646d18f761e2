#!/usr/bin/env bash
# Tests which exit status `make qemu` derives from that of QEMU. In place of QEMU, a command runs
# that does nothing but exit with a given status.
set -uo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../../bench/environment.sh"
cd "$(dirname "$0")/../.." || exit

# shellcheck source=tests/tap.sh
. tests/tap.sh

# ends STATUS MODE: prints the exit status of `make qemu RUN=MODE` if QEMU exits with STATUS
ends()
{
	env -u MAKEFLAGS -u MAKELEVEL make -s qemu RUN="$2" QEMU="sh -c 'exit $1' qemu" >"$work/out" 2>&1
	echo $?
}

check "run=test: all passed" equal 0 "$(ends 33 test)"
check "run=test: one failed" equal 2 "$(ends 35 test)"
check "run=bench: a check failed" equal 2 "$(ends 35 bench)"
check "run=demo: the shell's last command failed" equal 0 "$(ends 35 demo)"
check "run=demo: a panic" equal 2 "$(ends 37 demo)"
echo "1..$count"
