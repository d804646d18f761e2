#!/usr/bin/env bash
# Tests the kernel's console messages about its modules and command line, on tcg, and prints TAP.
# usage: console.sh STACK+LOADER+ISOLATION
set -uo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../bench/environment.sh"
cd "$(dirname "$0")/.." || exit

build=$1
# shellcheck source=tests/tap.sh
. tests/tap.sh
prefix="tcg $build: "

# boot WORDS MODULE…: boots with this command line and these modules; the console's output is then
# in $work/console, the exit status in $status
boot()
{
	local words=$1
	shift
	status=0
	MODULES="$*" SERIAL=$work/serial tests/boot.sh tcg "$build" "$words" >"$work/records" || status=$?
	tr -d '\r' <"$work/serial" >"$work/console"
}

# says LINE: succeeds if LINE is in the console's output
says()
{
	grep -aqxF -- "$1" "$work/console" || { echo "wanted: $1"; cat "$work/console"; return 1; }
}

# is_quiet: succeeds if the console's output has no message about a module
is_quiet()
{
	[ "$(grep -ac '^module' "$work/console")" = 0 ] || { cat "$work/console"; return 1; }
}

# archive NAME FORMAT TEXT: makes the cpio archive $work/NAME in this format of cpio, with the
# program hello as /bin/hello, and TEXT in /etc/NAME
archive()
{
	rm -rf "$work/tree"
	mkdir -p "$work/tree/bin" "$work/tree/etc"
	cp build/programs/hello.elf "$work/tree/bin/hello"
	echo "$3" >"$work/tree/etc/$1"
	(cd "$work/tree" && find . -mindepth 1 | LC_ALL=C sort | cpio --quiet -o -H "$2" --owner 0:0 --reproducible) >"$work/$1"
}

# The kernel must name the modules that it cannot read, with a hint.
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

# The kernel must name a dynamically linked program once, however often it is started.
mkdir -p "$work/tree/etc"
cp build/programs/segments-interp.elf "$work/tree/bin/dynamic"
(cd "$work/tree" && find . -mindepth 1 | LC_ALL=C sort | cpio --quiet -o -H newc --owner 0:0 --reproducible) >"$work/dynamic"
boot "run=demo init=/bin/dynamic" "$work/dynamic"
check "the interpreter is named" grep -aqE '^/bin/dynamic asks for the interpreter [!-~]+, which is not offered: link it statically, or start it through the interpreter$' "$work/console"
check "and that it does not start" grep -aqE '^cannot start /bin/dynamic: it is not a static program for x86-64 \(error 8\)$' "$work/console"

# The kernel must report and ignore unknown words of the command line, and end the boot if a value
# is invalid.
boot "run=demo init=/bin/hello nonsense x=y" "$work/newc"
check "an unknown word is said" says "command line: nonsense: unknown word, ignored"
check "another" says "command line: x=y: unknown word, ignored"
check "in the records, too" grep -aq 'fact name=command-line value=x=y:%20unknown%20word,%20ignored unit=reason' "$work/records"
check "the boot goes on" says "/bin/hello ended with status 0, 0 frames are lost"
check "the image's name is not reported" equal 2 "$(grep -ac '^command line' "$work/console")"
boot "run=nothing" "$work/newc"
check "run=nothing is refused" says "command line: run=nothing: run= takes bench|test|fuzz|demo|list"
check "and ends the boot" equal 35 "$status"
boot "run=demo seed=18446744073709551616" "$work/newc"
check "a number out of range is refused" says "command line: seed=18446744073709551616: seed= takes a 64-bit number, decimal or hexadecimal with 0x"

# Every word of the command line that the kernel reads must be in kernel/boot/options.c and
# docs/records.md.
unknown=
while read -r key; do
	grep -q "{ \"$key\"," kernel/boot/options.c || unknown+=" $key"
	grep -q "\`$key=" docs/records.md || unknown+=" $key (documents)"
done < <(grep -rhoE '(boot_option|option_is|option_number)\("[a-z-]+"' kernel bench/guest tests/kernel --include='*.c' | cut -d '"' -f 2 | sort -u)
check "every word that is read is known" equal "" "$unknown"

# ---- The table that run=bench prints on the console ----
boot "run=bench samples=quick bench=exec.load,syscall.null,regions.elf_order,irq.nested.kernel" build/programs/*.elf
check "a row of time is printed" grep -aqE '^syscall.null +ticks +3( +[0-9]+){3}$' "$work/console"
check "each parameter with its unit" equal 5 "$(grep -acE '^exec.load +(4096|65536|1048576|16777216|67108864) bytes +ticks +[13]( +[0-9]+){3}$' "$work/console")"
check "what a row measures itself" grep -aqE '^  window_tables +frames +3( +[0-9]+){3}$' "$work/console"
check "why a row is skipped" grep -aqE '^irq.nested.kernel +skipped: interrupts do not nest on these stacks$' "$work/console"
check "a total" grep -aqE '^[0-9]+ rows: [0-9]+ measured, 0 failed, 1 skipped$' "$work/console"
# The medians in the table must be those of the samples in the records, less the median overhead.
# shellcheck disable=SC2016
check "the numbers are the samples, less the overhead" awk '
	function field(key,   i) {
		for (i = 3; i <= NF; i++)
			if (index($i, key "=") == 1)
				return substr($i, length(key) + 2)
	}
	function middle(values, n,   i, j, t) {
		for (i = 2; i <= n; i++)
			for (j = i; j > 1 && values[j - 1] > values[j]; j--) {
				t = values[j]; values[j] = values[j - 1]; values[j - 1] = t
			}
		return values[(n + 1) / 2]
	}
	FNR == NR && $2 == "sample" && field("name") == "syscall.null" {
		ticks = substr(field("m.tsc"), 1, length(field("m.tsc")) - 6)
		if (field("flags") == "-")
			taken[++n] = ticks + 0
		if (field("flags") == "overhead")
			empty[++m] = ticks + 0
	}
	FNR != NR && $1 == "syscall.null" {
		less = middle(empty, m)
		wanted = middle(taken, n) - less
		found = $3 == n && $5 == (wanted > 0 ? wanted : 0)
		if (!found)
			print "wanted " wanted ", got " $0
	}
	END { exit !found }' "$work/records" "$work/console"
boot "run=bench samples=quick bench=syscall.null table=off" build/programs/*.elf
check "table=off prints none" equal 0 "$(grep -ac 'syscall.null\|rows' "$work/console")"

# ---- The text screen of a PC must have the console's output, and show the last 24 lines of it ----
list=
for module in build/programs/*.elf; do
	list+=${list:+,}"$module $(basename "$module" .elf)"
done
mkfifo "$work/monitor"
timeout -k 5 60 "${PALIMPSEST_QEMU:-qemu-system-x86_64}" -accel tcg -cpu max -m 512 -nodefaults -no-user-config -display none -vga std \
	-monitor stdio -no-reboot -serial "file:$work/serial" -kernel "build/$build/palimpsest.elf32" -initrd "$list" \
	-append "run=bench samples=quick bench=copy.user,tlb.* exit=0" <"$work/monitor" >"$work/said" 2>&1 &
exec 8>"$work/monitor"
for ((i = 0; i < 300; i++)); do
	grep -aq '^done' "$work/serial" 2>/dev/null && break
	sleep 0.1
done
printf '%s\n' "pmemsave 0xb8000 32768 \"$work/screen\"" "o /b 0x3d4 0x0c" "i /b 0x3d5" "o /b 0x3d4 0x0d" "i /b 0x3d5" "sendkey pgup" >&8
sleep 1
printf '%s\n' "o /b 0x3d4 0x0c" "i /b 0x3d5" "o /b 0x3d4 0x0d" "i /b 0x3d5" quit >&8
exec 8>&-
wait $!
tr -d '\r' <"$work/serial" | fold -w 80 >"$work/console"
# The screen has 80 characters per line, each of two bytes: the character and its colours.
od -An -v -tu1 -w160 "$work/screen" 2>/dev/null | awk '{ line = ""; for (i = 1; i <= NF; i += 2) line = line sprintf("%c", $i); sub(/ +$/, "", line); print line }' >"$work/lines"
lines=$(grep -ac '' "$work/console")
check "the screen has what the console has" equal "$(cat "$work/console")" "$(head -n "$lines" "$work/lines")"
starts=$(grep -ao 'portb.0x03d5. = 0x[0-9a-f]*' "$work/said" | sed 's/.* = 0x//; s/^.$/0&/' | tr -d '\n')
check "it shows the last 24" equal $(((lines - 24) * 80)) $((16#${starts:0:4}))
check "and earlier ones with page up" equal $(((lines - 48) * 80)) $((16#${starts:4:4}))

echo "1..$count"
