#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Runs an emulator whose console is standard input and output: console.sh COMMAND…
# If standard input is a terminal, it does nothing else. Otherwise it feeds standard input to the
# emulator, followed by Ctrl-D once a second: a serial line cannot transmit the end of a file, and
# shells and prompts exit on Ctrl-D. The emulator is killed if it still runs CONSOLE_LIMIT
# seconds (default 300) after the end of the input. CONSOLE_READY may name a file that COMMAND
# creates as soon as it accepts input; COMMAND is fed nothing before that.
# Exit status: the command's, or 124 if it was killed.
set -uo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/environment.sh"

[ ! -t 0 ] || exec "$@"

limit=${CONSOLE_LIMIT:-300}
[[ $limit =~ ^[0-9]+$ ]] || { echo "$0: CONSOLE_LIMIT is a number of seconds, not '$limit'" >&2; exit 2; }
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
mkfifo "$work/input" || exit 2

# feed PID: prints everything from descriptor 3, then Ctrl-D once a second for $limit seconds. Then
# creates $work/late and kills PID.
feed()
{
	local copying second

	until [ -z "${CONSOLE_READY:-}" ] || [ -e "$CONSOLE_READY" ]; do
		sleep 0.1
	done
	cat <&3 &
	copying=$!
	trap 'kill "$copying" 2>/dev/null; exit' TERM
	wait "$copying"
	for ((second = 0; second < limit; second++)); do
		printf '\004' || exit
		sleep 1
	done
	: >"$work/late"
	kill "$1"
}

exec 3<&0
"$@" <"$work/input" 3<&- &
emulator=$!
feed "$emulator" >"$work/input" 2>/dev/null </dev/null &
feeder=$!
exec 3<&-
trap 'kill "$emulator" "$feeder" 2>/dev/null' INT TERM HUP
status=0
wait "$emulator" || status=$?
kill "$feeder" 2>/dev/null
wait "$feeder" 2>/dev/null
if [ -e "$work/late" ]; then
	echo "console: the machine still ran $limit s after the end of its input, and was killed" >&2
	status=124
fi
exit "$status"
