#!/usr/bin/env bash
# console.sh BUILD: boots BUILD/palimpsest.iso in Bochs. The kernel's console is this terminal or,
# without a terminal, standard input and output.
set -euo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../environment.sh"

build=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Bochs's serial port reads only from a terminal, so script(1) makes one.
if [ ! -t 0 ] || [ ! -t 1 ]; then
	command -v script >/dev/null || { echo "$0: without a terminal, script is needed (Debian package bsdutils)" >&2; exit 2; }
	CONSOLE_READY=$work/ready bench/console.sh script -qefc "$(printf '%q ' "$0" "$build")" /dev/null
	exit
fi

terminal=$(stty -g)
trap 'stty "$terminal" 2>/dev/null || true; rm -rf "$work"' EXIT
if [ -n "${CONSOLE_READY:-}" ]; then
	stty raw -echo iexten
else
	echo "Console of the kernel; 'exit' or Ctrl-D ends Bochs."
fi
ln -s "$(realpath "$build/palimpsest.iso")" "$work/cd.iso"
ln -s "$(realpath "$build/bochs/palimpsest-bochs.so")" "$work/library.so"
{
	cat bochsrc
	echo "ata0-master: type=cdrom, path=cd.iso, status=inserted"
	echo "log: log"
	echo "com1: enabled=1, mode=term, dev=$(tty)"
} >"$work/bochsrc"
echo c >"$work/rc"
cd "$work"
status=0
SDL_VIDEODRIVER=dummy LD_PRELOAD=./library.so bochs -q -f bochsrc -rc rc </dev/null >out 2>err &
bochs=$!
# When Bochs opens the terminal, it discards all input so far and turns all local modes off. Once
# iexten is off, input may be sent.
while [ -n "${CONSOLE_READY:-}" ] && kill -0 $bochs 2>/dev/null; do
	if [[ $(stty -a) == *" -iexten"* ]]; then
		: >"$CONSOLE_READY"
		break
	fi
	sleep 0.1
done
wait $bochs || status=$?
echo # Bochs exits before it has written the last byte, a newline
if [ "$status" != 33 ]; then
	tail -n 5 log err >&2
	exit 1
fi
