#!/usr/bin/env bash
# What the kernel says on its console of what it was given, as TAP: console.sh STACK+LOADER+ISOLATION (on tcg)
set -uo pipefail
cd "$(dirname "$0")/.." || exit

build=$1
# shellcheck source=tests/tap.sh
. tests/tap.sh
prefix="tcg $build: "

# boot WORDS MODULE…: the console's output is in $work/console then, and the exit status in $status
boot()
{
	local words=$1
	shift
	status=0
	MODULES="$*" SERIAL=$work/serial tests/boot.sh tcg "$build" "$words" >"$work/records" || status=$?
	tr -d '\r' <"$work/serial" >"$work/console"
}

# says LINE: the console has this line
says()
{
	grep -aqxF -- "$1" "$work/console" || { echo "wanted: $1"; cat "$work/console"; return 1; }
}

# is_quiet: the console has the three lines of every boot and what the first program says
is_quiet()
{
	[ "$(grep -ac '^module' "$work/console")" = 0 ] || { cat "$work/console"; return 1; }
}

# archive NAME FORMAT TEXT: a cpio archive with the program hello as /bin/hello, and TEXT in /etc/NAME
archive()
{
	rm -rf "$work/tree"
	mkdir -p "$work/tree/bin" "$work/tree/etc"
	cp build/programs/hello.elf "$work/tree/bin/hello"
	echo "$3" >"$work/tree/etc/$1"
	(cd "$work/tree" && find . -mindepth 1 | LC_ALL=C sort | cpio --quiet -o -H "$2" --owner 0:0 --reproducible) >"$work/$1"
}

# What is not read is named, with what to do.
archive newc newc one
archive crc crc two
archive odc odc three
archive tar ustar four
gzip -nc "$work/newc" >"$work/gzip"
: >"$work/nothing"
echo text >"$work/text"
boot "run=demo init=/bin/hello" "$work/newc"
check "an archive of newc is read" says "/bin/hello ended with status 0, 0 frames are lost"
check "in silence" is_quiet
boot "run=demo init=/bin/hello" "$work/crc"
check "an archive with checksums is read" says "/bin/hello ended with status 0, 0 frames are lost"
check "in silence" is_quiet
boot "run=demo init=/bin/hello" "$work/gzip" "$work/odc" "$work/tar" "$work/nothing" "$work/text" build/programs/hello.elf
check "gzip is named" says "module gzip is data compressed with gzip, which is not read: unpack it first (gzip -dc)"
check "odc is named" says "module odc is a cpio archive of the odc format, which is not read: make it anew (cpio -o -H newc)"
check "tar is named" says "module tar is a tar archive, which is not read: unpack it, and make an archive (cpio -o -H newc)"
check "an empty module is named" says "module nothing is empty, which is not read: give it a file"
check "a text is named" says "module text is no archive, which is not read: make one (cpio -o -H newc)"
check "a program is not" equal 0 "$(grep -ac '^module hello' "$work/console")"
check "why there is no first program" says "cannot start /bin/hello: there is no such file, and no boot module of that name (error 2)"
check "which ends the run" equal 35 "$status"
{ cat "$work/newc"; head -c 100 /dev/zero; cat "$work/crc" "$work/gzip"; } >"$work/row"
boot "run=demo init=/bin/hello" "$work/row"
check "archives in a row are read" says "/bin/hello ended with status 0, 0 frames are lost"
check "what follows them is named" says "module row: from byte $((2 * $(stat -c %s "$work/newc") + 100)) on it is data compressed with gzip, which is not read: unpack it first (gzip -dc)"
head -c -600 "$work/newc" >"$work/cut"
boot "run=demo init=/bin/hello" "$work/cut"
check "one that is cut is damaged" grep -aqE '^module cut: the archive is damaged at byte [0-9]+$' "$work/console"

echo "1..$count"
