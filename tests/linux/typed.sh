#!/usr/bin/env bash
# Tests job control and line editing: types keys at the console of busybox's shell in the kernel, on
# tcg, and prints TAP.
# usage: typed.sh STACK+LOADER+ISOLATION
set -uo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../../bench/environment.sh"
cd "$(dirname "$0")/../.." || exit

build=$1
# shellcheck source=tests/tap.sh
. tests/tap.sh
prefix="tcg $build: "
end()
{
	[ -z "${qemu_PID:-}" ] || kill "$qemu_PID" 2>/dev/null
	rm -rf "$work"
}
trap end EXIT

if ! bench/linux/programs/archive.sh "$work" bench/linux/programs/init.sh >"$work/log" 2>&1; then
	sed 's/^/# /' "$work/log"
	result "not ok" "the archive is made"
	echo "1..1"
	exit
fi
if grep -qx busybox "$work/missing"; then
	result ok "job control # SKIP this machine has no static busybox"
	echo "1..$count"
	exit
fi

coproc qemu { exec timeout -k 5 60 "${PALIMPSEST_QEMU:-qemu-system-x86_64}" -accel tcg -cpu max -m 512 -nodefaults -no-user-config \
	-display none -monitor none -no-reboot -serial stdio -debugcon "file:$work/records" -device isa-debug-exit,iobase=0xf4,iosize=4 \
	-kernel "build/$build/palimpsest.elf32" -initrd "$work/linux.cpio" -append "run=demo" 2>"$work/errors"; }

# wait_for TEXT NAME: one test, which passes if the console shows TEXT within 20 s; discards the
# output up to TEXT
seen=
wait_for()
{
	local c end=$((SECONDS + 20))

	while [[ $seen != *"$1"* ]] && [ $SECONDS -lt $end ]; do
		IFS= read -r -d '' -n 1 -t 1 c <&"${qemu[0]}" || [ $? -gt 128 ] || break
		seen+=$c
	done
	if [[ $seen == *"$1"* ]]; then
		seen=${seen#*"$1"}
		result ok "$2"
	else
		result "not ok" "$2"
		printf '# wanted: %s\n' "$1"
		tail -n 5 <<<"$seen" | tr -d '\r' | sed 's/^/# got: /'
	fi
}

type_in()
{
	printf '%b' "$1" >&"${qemu[1]}"
}

# line TYPED WANTED NAME: types TYPED while a program reads a line; the program must read the bytes
# WANTED (hexadecimal)
line()
{
	type_in "sh -c 'echo be\"\"gun; IFS= read -r x; printf %s \"\$x\" | /bin/busybox od -An -tx1 | tr -d \" \"'\n"
	wait_for begun "$3: a program reads"
	type_in "$1\n"
	wait_for "$2" "$3"
}

# This line is typed before the kernel reads its serial port for the first time.
type_in 'echo fir""st\n'
wait_for '# ' "the shell has a prompt"
wait_for first "a line that was typed before is read"
# In a typed command, "" splits the word that wait_for looks for. So the terminal's echo of the
# command does not contain the word; only the output of the command does.
type_in "sh -c 'echo be\"\"gun; exec sleep 1000'\n"
wait_for begun "a job runs"
type_in '\x1a'
wait_for Stopped "Ctrl-Z stops it"
type_in 'bg; jobs\n'
wait_for Running "bg continues it"
type_in 'kill %1; wait %1; echo sta""tus $?\n'
wait_for 'status 143' "it ends when it is killed"
type_in "sh -c 'echo be\"\"gun; read x; echo go\"\"t \$x'\n"
wait_for begun "another job reads"
type_in '\x1a'
wait_for Stopped "Ctrl-Z stops it"
type_in 'fg\n'
wait_for 'read x' "fg brings it back"
type_in 'a line\n'
wait_for 'got a line' "it then reads what is typed"
type_in 'cat &\n'
type_in 'sleep 0.2; jobs\n'
wait_for 'Stopped (tty input)' "a background job may not read"
type_in "kill -9 %1; sh -c 'echo be\"\"gun; exec sleep 1000'\n"
wait_for begun "a third job runs"
type_in '\x03'
type_in 'echo sta""tus $?\n'
wait_for 'status 130' "Ctrl-C ends it"
# ---- Line editing: deleting characters and words, and what the terminal shows ----
line 'x\0303\0244\x7fb' 7862 "Backspace erases a character of two bytes"
line '\0342\0202\0254\0360\0237\0230\0200\x7f\x7fa' $'\n61' "Backspace erases characters of three and of four bytes"
line 'one two  three!\x17\x17zwei' 6f6e65207a776569 "Ctrl-W erases words"
line 'none\x15all' 616c6c "Ctrl-U erases the line"
line '\x16\x03a\x16\x17\x16\x04' 03611704 "Ctrl-V makes the next key a character"
line 'a\tb\x7f\x7fc' 6163 "Backspace erases a tab"
type_in "sh -c 'echo be\"\"gun; read x; echo en\"\"d'\n"
wait_for begun "one more reads"
type_in 'a\x01\0303\0244\x7f\x7fc\x12\n'
wait_for $'a^A\303\244\b \b\b \b\b \bc^R\r\nac' "what is typed and erased is shown, and Ctrl-R shows the line again"
wait_for end "it ends"
type_in '/bin/busybox stty -iutf8 -iexten\n'
line 'x\0303\0244\x7f\x17' 78c317 "without IUTF8 and IEXTEN, Backspace erases a byte, and Ctrl-W is a character"
type_in '/bin/busybox stty iutf8 iexten\n'
# ---- The size of the terminal ----
type_in "/bin/busybox stty rows 40 cols 132; echo si\"\"ze \$(/bin/busybox stty size)\n"
wait_for 'size 40 132' "stty sets the size of the terminal"
type_in "sh -c 'trap \"echo change\"d WINCH; /bin/busybox stty rows 41; echo en\"\"d'\n"
wait_for changed "a change of the size sends SIGWINCH"
wait_for end "the shell continues after SIGWINCH"
type_in 'exit\n'
wait_for 'ended with status' "the shell ends"
echo "1..$count"
