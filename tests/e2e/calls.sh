#!/bin/bash
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016 # the backquotes are those of Markdown
# docs/programs.md has two tables: the system calls that the kernel offers, and those that it
# refuses. This test compares the two tables with the kernel's own table and with Linux's list. Each
# system call of Linux 6.1 must be in exactly one of the two tables. Besides the calls of Linux, the
# two tables may contain only this kernel's additional calls.
set -uo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../../bench/environment.sh"
cd "$(dirname "$0")/../.." || exit
# shellcheck source=tests/tap.sh
. tests/tap.sh

last=450 # the highest number in Linux 6.1, the version that the kernel's uname() reports

# section TITLE: prints the names in the first column of the tables below the heading TITLE
section()
{
	awk -v title="## $1" '/^## / { inside = $0 == title } inside && /^\| `[a-z_0-9]*`/ && !/^\| `ioctl\(\)/' docs/programs.md |
		cut -d'|' -f2 | grep -o '`[a-z0-9_]*`' | tr -d '`' | LC_ALL=C sort
}

# Prints the number and the name of each system call in the kernel's table, one per line.
rows()
{
	sed -En 's/^(CALL|SAME)\(([0-9]+), ([a-z0-9_]+), .*/\2 \3/p' kernel/sys/calls.def
}

offered()
{
	rows | cut -d' ' -f2 | LC_ALL=C sort
}

linux()
{
	echo '#include <asm/unistd.h>' | gcc -E -dM - | sed -n 's/^#define __NR_\([a-z0-9_]*\) \([0-9]*\)$/\1 \2/p' |
		awk -v last=$last '$2 <= last { print $1 }' | LC_ALL=C sort
}

# Prints the rows of the kernel's table whose number differs from Linux's number for that name.
wrong_numbers()
{
	awk 'NR == FNR { number[$1] = $2; next } ($2 in number) && number[$2] != $1' \
		<(echo '#include <asm/unistd.h>' | gcc -E -dM - | sed -n 's/^#define __NR_\([a-z0-9_]*\) \([0-9]*\)$/\1 \2/p') <(rows)
}

# same A B: succeeds if the two lists are equal, otherwise prints the differences
same()
{
	diff <(echo "$1") <(echo "$2") | grep '^[<>]'
	[ "$1" = "$2" ]
}

own=$(printf '%s\n' spawn bench_next bench_start bench_stamp bench_value)
yes=$(section "System calls that are offered")
no=$(section "System calls that are refused")
check "the tables are found" test "$(wc -l <<<"$yes")" -gt 100 -a "$(wc -l <<<"$no")" -gt 100
check "no call is in both tables, or twice" same "" "$(printf '%s\n' "$yes" "$no" | LC_ALL=C sort | uniq -d)"
check "what is offered is what the kernel has" same "$(offered)" "$yes"
check "every call of Linux is offered or refused" same "$(linux)" \
	"$(printf '%s\n' "$yes" "$no" | grep -vxF "$own" | LC_ALL=C sort)"
check "the numbers are Linux's" same "" "$(wrong_numbers)"
echo "1..$count"
