#!/usr/bin/env bash
# Boots build/palimpsest.iso in Bochs: console.sh BUILD. On a terminal its console is interactive.
set -euo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../environment.sh"

build=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp bochsrc "$work/bochsrc"
console="mode=file, dev=$work/console"
if [ -t 0 ] && [ -t 1 ]; then
	console="mode=term, dev=$(tty)"
	echo "Console of the kernel; 'exit' or Ctrl-C ends Bochs."
fi
{
	echo "ata0-master: type=cdrom, path=$PWD/$build/palimpsest.iso, status=inserted"
	echo "log: $work/log"
	echo "com1: enabled=1, $console"
} >>"$work/bochsrc"
echo c >"$work/rc"
: >"$work/console"
status=0
SDL_VIDEODRIVER=dummy LD_PRELOAD=$PWD/$build/bochs/palimpsest-bochs.so bochs -q -f "$work/bochsrc" -rc "$work/rc" \
	</dev/null >"$work/out" 2>"$work/err" &
pid=$!
tail -n +1 -f --pid="$pid" -s 0.1 "$work/console" 2>/dev/null || true
wait "$pid" || status=$?
if [ "$status" != 33 ]; then
	tail -n 5 "$work/log" "$work/err" >&2
	exit 1
fi
