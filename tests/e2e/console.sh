#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Tests bench/console.sh with scripts in place of emulators. If standard input is not a terminal,
# the session must end when the input ends. No session may wait for ever.
set -uo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../../bench/environment.sh"
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/tap.sh
. tests/tap.sh

# The emulators: `shell` copies its input to its output and exits with 33 at Ctrl-D; `deaf` ignores
# its input; `brief` exits at once with 35; `direct` says whether its input is a terminal.
cat >"$work/shell" <<'EOF2'
#!/bin/bash
while IFS= read -r -n 1 -d '' c; do
	[ "$c" != $'\004' ] || exit 33
	printf '%s' "$c"
done
exit 1
EOF2
printf '#!/bin/sh\ntrap "" INT\nexec sleep 60\n' >"$work/deaf"
printf '#!/bin/sh\nexit 35\n' >"$work/brief"
printf '#!/bin/sh\n[ -t 0 ] && echo on a terminal\nexit 7\n' >"$work/direct"
chmod +x "$work"/{shell,deaf,brief,direct}

# console STATUS COMMAND…: runs bench/console.sh on the command; succeeds if it exits with STATUS
# within 20 s. Its output is then in $work/out and $work/err.
console()
{
	local status=0

	timeout -s KILL 20 bench/console.sh "${@:2}" >"$work/out" 2>"$work/err" || status=$?
	equal "$1" $status
}

check "no input: a shell leaves" console 33 "$work/shell" </dev/null
head -c 200000 /dev/zero | tr '\0' 'x' >"$work/long"
check "a file: all of it arrives" console 33 "$work/shell" <"$work/long"
check "and nothing else" cmp "$work/long" "$work/out"
check "a pipe: it arrives" console 33 "$work/shell" < <(printf 'one\ntwo\n')
check "a pipe: in order" equal $'one\ntwo' "$(cat "$work/out")"
export CONSOLE_LIMIT=1
check "a machine that does not leave is ended" console 124 "$work/deaf" </dev/null
check "and it is said" grep -q 'still ran 1 s after the end of its input' "$work/err"
unset CONSOLE_LIMIT
# Here this script holds the write end of the pipe open, so the input never ends. The session must
# still end when the emulator ends.
mkfifo "$work/open"
exec 9<>"$work/open"
check "a machine that ends before its input" console 35 "$work/brief" <"$work/open"
echo kept >&9
check "leaves what it did not read" equal kept "$(head -n 1 <"$work/open")"
exec 9<&-
# This emulator drops all input until it has made the file that CONSOLE_READY names.
printf '#!/bin/sh\ntimeout 0.5 cat >/dev/null\ntouch "%s"\nexec "%s"\n' "$work/ready" "$work/shell" >"$work/slow"
chmod +x "$work/slow"
export CONSOLE_READY=$work/ready
check "CONSOLE_READY: nothing is sent before" console 33 "$work/slow" < <(echo late)
unset CONSOLE_READY
check "CONSOLE_READY: and all of it afterwards" equal late "$(cat "$work/out")"
CONSOLE_LIMIT=soon
export CONSOLE_LIMIT
check "a limit that is no number is refused" console 2 "$work/shell" </dev/null
unset CONSOLE_LIMIT
if command -v script >/dev/null; then
	check "a terminal is handed on" sh -c "script -qec 'bench/console.sh $work/direct' /dev/null </dev/null | grep -q 'on a terminal'"
else
	result ok "a terminal is handed on # SKIP there is no program script"
fi
echo "1..$count"
