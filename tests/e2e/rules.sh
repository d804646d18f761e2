#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016 # sed and grep expand what is in single quotes, not the shell
# Tests tests/rules.sh: it must find no breach in this tree, and it must report each breach that
# this test plants in a copy of the tree, with file, line and rule.
set -uo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../../bench/environment.sh"
cd "$(dirname "$0")/../.." || exit
# shellcheck source=tests/tap.sh
. tests/tap.sh

tree=$work/tree
mkdir "$tree"
tar -c --exclude=./build --exclude=./results --exclude=./.git . | tar -x -C "$tree"

check "this tree breaks no rule" tests/rules.sh
tests/rules.sh "$tree" | sort >"$work/usual"

# finds NAME PLACE RULE FILE SED-SCRIPT: applies the script to the copy of FILE, checks that a
# breach of RULE is reported at PLACE (FILE:LINE), and restores the copy
finds()
{
	local place=$2 rule=$3 file=$4
	mkdir -p "$(dirname "$tree/$file")"
	[ -e "$tree/$file" ] || echo >"$tree/$file"
	cp "$tree/$file" "$work/before"
	sed -i "$5" "$tree/$file"
	check "$1" is_found "$place: $rule: "
	if [ -e "$file" ]; then cp "$work/before" "$tree/$file"; else rm "$tree/$file"; fi
}

# is_found START: succeeds if rules.sh reports new breaches, compared with the unchanged copy, and
# if all of these lines begin with START
is_found()
{
	local new
	tests/rules.sh "$tree" >"$work/reported" && { echo "rules.sh found nothing"; return 1; }
	new=$(comm -13 "$work/usual" <(sort "$work/reported"))
	[ -n "$new" ] && ! grep -v "^$1" <<<"$new"
}

after() { echo $(($(wc -l <"$1") + 1)); }

file=kernel/mem/heap.c
finds "an include points upwards" $file:2 upward $file '2i #include "process/process.h"'
finds "an extern of C points upwards" "$file:$(after $file)" upward $file '$a extern bool process_quiet;'
finds "a prototype points upwards" "$file:$(after $file)" upward $file '$a int process_spawn(const char *name, const char *const *argv, size_t count);'
file=kernel/sched/switch.asm
finds "an extern of NASM points upwards" "$file:$(after $file)" upward $file '$a \\textern\tprocess_exit'
finds "a room is in no list" kernel/attic/old.c:1 upward kernel/attic/old.c '1i #include "lib/string.h"'
file=bench/host/base/text.c
finds "an include of the harness points upwards" $file:2 upward $file '2i #include "bench/host/session/options.h"'
file=kernel/mem/heap.c
finds "a pointer is not in the table" "$file:$(after $file)" table $file '$a void (*heap_hook)(void);'
page=docs/architecture.md
row=$(grep -n '^| `teardown_hook`' $page | cut -d: -f1)
finds "a row has no pointer" "$page:$((row + 1))" table $page "${row}a | \`no_hook\` | \`sched/sched.h\` | \`process/\` | never |"
finds "a row names the wrong room" "$page:$row" table $page "${row}s|process/|isolation/|"
finds "a file is too long" $file:501 lines $file "\$a $(printf '\\\n%.0s' {1..500})"
finds "a function is too long" "$file:$(after $file)" function $file "\$a static void idle(void)\\n{$(printf '\\n\\tidle();%.0s' {1..79})\\n}"
finds "a line of a document is too long" "README.md:$(after README.md)" columns README.md "\$a $(printf 'word %.0s' {1..25})"
file=plots/sizes.style
line=$(grep -n 'column(sized))) ' $file | head -n 1 | cut -d: -f1)
finds "a figure compares sizes by instructions" "$file:$line" size $file "${line}s/sized/main/"
file=kernel/mem/heap.c
finds "a file flushes the TLB on its own" $file:2 flush $file '2i #include "x86/flush.h"'
file=kernel/cpu/entry.asm
finds "NASM asks for an axis" "$file:$(after $file)" axis $file '$a %ifdef HEAP_SW\n%endif'
file=kernel/process/fork.c
finds "C asks for an axis" "$file:$(after $file)" axis $file '$a bool is_window(void) { return strcmp(config_loader, "window") == 0; }'
finds "C names a value of an axis" "$file:$(after $file)" axis $file '$a static const char stack[] = "fixed-ist";'

echo "1..$count"
