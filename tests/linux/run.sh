#!/usr/bin/env bash
# Runs unmodified static Linux programs in the kernel and prints TAP.
# usage: run.sh ENGINE STACK+LOADER+ISOLATION
# Busybox's shell runs tests/linux/script.sh in the kernel and on the host, and the two outputs are
# compared. If the variable DASH_SOURCE names a folder with the sources of dash, a static dash built
# from them runs the script too. ROUNDS (200 or 10000; default 200) is the number of times that the
# last test starts busybox's `true`.
set -uo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../../bench/environment.sh"
cd "$(dirname "$0")/../.." || exit

engine=$1 build=$2
# shellcheck source=tests/tap.sh
. tests/tap.sh
prefix="$engine $build: "

if ! bench/linux/programs/archive.sh "$work" tests/linux/script.sh >"$work/log" 2>&1; then
	sed 's/^/# /' "$work/log"
	result "not ok" "the archive is made"
	echo "1..1"
	exit
fi
while read -r name; do
	why="this machine has no static $name"
	[ "$name" != dash ] || why="Debian has no static one: apt-get source dash (with a deb-src line), then DASH_SOURCE=its folder"
	result ok "$name # SKIP $why"
done <"$work/missing"
if grep -qx busybox "$work/missing"; then
	echo "1..$count"
	exit
fi

# boot INIT: boots with INIT as the first program; prints the console's output, at the end of which
# the kernel reports INIT's exit status
boot()
{
	MODULES=${MODULES:-$work/linux.cpio} SERIAL=$work/console LIMIT=${LIMIT:-120} tests/boot.sh "$engine" "$build" "run=demo init=$1" >"$work/records"
	tr -d '\r' <"$work/console"
}

# Runs the script on the host, in the folder $work/host, with the programs of the archive.
(
	mkdir -p "$work/host/tmp"
	sed "s|/etc/data|$work/root/etc/data|g; s|/etc/other|$work/root/etc/other|g; s|/tmp/a|$work/host/tmp/a|g; s|/bin/busybox|$work/root/bin/busybox|g; s|^PATH=.*|PATH=$work/root/bin|; s|/bin/true|true|; s|cd /etc|cd $work/root/etc|" \
		tests/linux/script.sh >"$work/host/script"
	cd / && "$work/root/bin/busybox" sh "$work/host/script" | sed "s|$work/root||g"
) >"$work/want" 2>&1

# script INIT NAME: boots with INIT, a script that the shell NAME runs, and compares its output with
# the host's: one test per line that begins with `=`
script()
{
	local line what

	boot "$1" >"$work/got"
	while IFS= read -r line; do
		what=${line#= }
		if grep -qxF -- "$line" "$work/got"; then
			result ok "a script of $2: ${what%% *}"
		else
			result "not ok" "a script of $2: ${what%% *}"
			echo "# wanted: $line"
			grep -a -- "^= ${what%% *} " "$work/got" | sed 's/^/# got: /'
		fi
	done < <(grep '^= ' "$work/want")
	if grep -q "^$1 ended with status 0, " "$work/got"; then
		result ok "the script of $2 ended well"
	else
		result "not ok" "the script of $2 ended well"
		tail -n 5 "$work/got" | sed 's/^/# /'
	fi
}

script /init busybox
[ ! -e "$work/root/bin/dash" ] || script /etc/init-dash dash

for name in hello-musl hello-glibc hello-pie; do
	grep -qx "$name" "$work/missing" && continue
	boot "/bin/$name" >"$work/got"
	if grep -qF "hello from /bin/$name: tls 41, sqrt 1.414214, env no, errno 2" "$work/got" &&
		grep -q "^/bin/$name ended with status 7, 0 frames are lost$" "$work/got"; then
		result ok "$name"
	else
		result "not ok" "$name"
		tail -n 5 "$work/got" | sed 's/^/# /'
	fi
done
# SQLite on a database file that two processes use at the same time (tests/linux/sqlite.c).
mkdir -p "$work/sqlite/bin"
if gcc -static -O1 -o "$work/sqlite/bin/sqlite" tests/linux/sqlite.c -lsqlite3 -lm >"$work/log" 2>&1; then
	(cd "$work/sqlite" && echo bin/sqlite | cpio --quiet -o -H newc --owner 0:0) >"$work/sqlite.cpio"
	MODULES="$work/linux.cpio $work/sqlite.cpio" boot "/bin/sqlite" >"$work/got"
	"$work/sqlite/bin/sqlite" "$work/test.db" >"$work/want"
	sed '1,/ MiB free/d; / ended with status /d' "$work/got" >"$work/lines"
	if cmp -s "$work/want" "$work/lines" && grep -q "^/bin/sqlite ended with status 0, 0 frames are lost$" "$work/got"; then
		result ok "sqlite on a file, with two processes"
	else
		result "not ok" "sqlite on a file, with two processes"
		diff "$work/want" "$work/lines" | head -n 10 | sed 's/^/# /'
	fi
else
	result ok "sqlite on a file # SKIP this machine has no static libsqlite3"
fi
# Each round is a fork(), an execve() of busybox, its exit() and a wait4().
rounds=${ROUNDS:-200}
boot "/etc/rounds-$rounds" >"$work/got"
if grep -q "^$rounds rounds$" "$work/got" && grep -q "^/etc/rounds-$rounds ended with status 0, 0 frames are lost$" "$work/got"; then
	result ok "$rounds rounds of fork, exec, exit and wait lose no frame"
else
	result "not ok" "$rounds rounds of fork, exec, exit and wait lose no frame"
	tail -n 5 "$work/got" | sed 's/^/# /'
fi
echo "1..$count"
