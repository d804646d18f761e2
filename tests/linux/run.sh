#!/usr/bin/env bash
# Runs unmodified static Linux programs in the kernel and prints TAP.
# usage: run.sh ENGINE STACK+LOADER+ISOLATION
# The shells of busybox and mksh run tests/linux/script.sh, in the kernel and on the host. The test
# compares the two outputs of each shell. ROUNDS (200 or 10000; default 200) is the number of times
# that the last test starts busybox's `true`.
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
	result ok "$name # SKIP this machine has no static $name"
done <"$work/missing"
if grep -qx busybox "$work/missing"; then
	echo "1..$count"
	exit
fi

# boot INIT: prints the console's output, which ends with the exit status as the kernel reports it
boot()
{
	MODULES=${MODULES:-$work/linux.cpio} SERIAL=$work/console LIMIT=${LIMIT:-120} tests/boot.sh "$engine" "$build" "run=demo init=$1" >"$work/records"
	tr -d '\r' <"$work/console"
}

# expected SHELL…: runs a copy of script.sh on the host, with this shell and the other programs of the
# archive, and prints its output. In the copy, the paths lead to files and folders in $work.
expected()
{
	rm -rf "$work/host"
	mkdir -p "$work/host/tmp"
	sed "s|/etc/data|$work/root/etc/data|g; s|/etc/other|$work/root/etc/other|g; s|/tmp/a|$work/host/tmp/a|g; s|/bin/busybox|$work/root/bin/busybox|g; s|^PATH=.*|PATH=$work/root/bin|; s|/bin/true|true|; s|cd /etc|cd $work/root/etc|" \
		tests/linux/script.sh >"$work/host/script"
	(cd / && "$work/root/bin/$1" "${@:2}" "$work/host/script" 2>&1 | sed "s|$work/root||g")
}

# script INIT SHELL…: boots with INIT, which is script.sh with this shell as its interpreter, and
# compares the output with that of expected(): one test per line that begins with `=`
script()
{
	local path=$1 line what

	shift
	expected "$@" >"$work/want"
	boot "$path" >"$work/got"
	while IFS= read -r line; do
		what=${line#= }
		if grep -qxF -- "$line" "$work/got"; then
			result ok "a script of $1: ${what%% *}"
		else
			result "not ok" "a script of $1: ${what%% *}"
			echo "# wanted: $line"
			grep -a -- "^= ${what%% *} " "$work/got" | sed 's/^/# got: /'
		fi
	done < <(grep '^= ' "$work/want")
	check "the script of $1 prints every result on the host" equal "" "$(comm -23 \
		<(sed -n 's/^[^#]*echo "= \([a-z0-9-]\+\).*/\1/p' tests/linux/script.sh | sort -u) \
		<(sed -n 's/^= \([a-z0-9-]\+\).*/\1/p' "$work/want" | sort -u))"
	if grep -q "^$path ended with status 0, " "$work/got"; then
		result ok "the script of $1 ended well"
	else
		result "not ok" "the script of $1 ended well"
		tail -n 5 "$work/got" | sed 's/^/# /'
	fi
}

script /init busybox sh
[ ! -e "$work/root/bin/mksh" ] || script /etc/init-mksh mksh

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
# Runs SQLite in two processes at once, on one database file.
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
# Compares the output of a program with threads in the kernel with that on the host.
for library in glibc:gcc musl:musl-gcc; do
	name=threads-${library%:*}
	mkdir -p "$work/threads/bin"
	if ! "${library#*:}" -static -O1 -pthread -o "$work/threads/bin/$name" tests/linux/threads.c >"$work/log" 2>&1; then
		result ok "$name # SKIP this machine cannot compile it"
		continue
	fi
	(cd "$work/threads" && echo "bin/$name" | cpio --quiet -o -H newc --owner 0:0) >"$work/threads.cpio"
	MODULES="$work/linux.cpio $work/threads.cpio" boot "/bin/$name" >"$work/got"
	"$work/threads/bin/$name" >"$work/want"
	sed '1,/ MiB free/d; / ended with status /d' "$work/got" >"$work/lines"
	if cmp -s "$work/want" "$work/lines" && grep -q "^/bin/$name ended with status 5, 0 frames are lost$" "$work/got"; then
		result ok "$name has the same output as on the host"
	elif [[ "$build ${WORDS:-}" = fixed-*+shared*pcid=on* ]] && grep -q 'no threads with fixed stacks and pcid=on$' "$work/got"; then
		result ok "$name is refused its threads"
	else
		result "not ok" "$name has the same output as on the host"
		diff "$work/want" "$work/lines" | head -n 10 | sed 's/^/# /'
	fi
done
# Each round is a fork(), an execve() of busybox, an exit() and a wait4().
rounds=${ROUNDS:-200}
boot "/etc/rounds-$rounds" >"$work/got"
if grep -q "^$rounds rounds$" "$work/got" && grep -q "^/etc/rounds-$rounds ended with status 0, 0 frames are lost$" "$work/got"; then
	result ok "$rounds rounds of fork, exec, exit and wait lose no frame"
else
	result "not ok" "$rounds rounds of fork, exec, exit and wait lose no frame"
	tail -n 5 "$work/got" | sed 's/^/# /'
fi
echo "1..$count"
