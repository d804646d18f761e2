# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034,SC2016 # for tests; other shells expand quoted variables
#
# Functions for the end-to-end tests, which source this file from the top of the source tree. They
# make a small source tree in $tree with the real harness and a played engine: a script that plays
# records (make-records.c), so that no kernel and no emulator runs. They print TAP.
set -u
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../../bench/environment.sh"

tree=$(mktemp -d)
count=0
failures=0
trap 'rm -rf "$tree"' EXIT

# The hello record of a kernel of the preset `window`. The scripts that the tests play begin with
# it.
hello='hello protocol=2 stack=fixed-ist loader=window isolation=shared revision=abc123 compiler=gcc-12 mode=bench cpus=1 memory=1000000 seed=1 features=pcid,smep'

make_tree()
{
	mkdir -p "$tree"/{build/{host,programs,bochs,tests},kernel,bench/{claims,bochs},plots,results}
	cp -r bench/bochs/profiles "$tree/bench/bochs/"
	cp build/host/palimpsest-bench "$tree/build/host/"
	cp build/tests/make-records "$tree/build/tests/"
	cp bochsrc "$tree/"
	cp bench/environment.sh "$tree/bench/"
	for build in heap-sw+sandwich+shared fixed-ist+window+shared fixed-ist+random+shared; do
		mkdir -p "$tree/build/$build"
		echo image >"$tree/build/$build/palimpsest.elf"
		echo image >"$tree/build/$build/palimpsest.elf32"
	done
	echo program >"$tree/build/programs/init.elf"
	echo rom >"$tree/build/bochs/loader.rom"
	# The harness preloads the library into the played Bochs, so it must be a valid shared
	# object.
	echo 'int palimpsest_nothing;' | gcc -shared -fPIC -x c -o "$tree/build/bochs/palimpsest-bochs.so" -
}

# play: makes an engine, $tree/engine, that plays the script given on standard input
play()
{
	cat >"$tree/script"
	cat >"$tree/engine" <<-EOF
		#!/bin/sh
		case "\$*" in *--version* | *--help*) echo "played engine 1.0"; exit 0 ;; esac
		exec "$tree/build/tests/make-records" <"$tree/script"
	EOF
	chmod +x "$tree/engine"
}

# bench ARGUMENT…: runs the harness with the played engine as QEMU and Bochs, for one round unless
# the arguments say otherwise; its output is then in $tree/out and $tree/err, its results in
# $tree/run, its exit status in $status
bench()
{
	rm -rf "$tree/run"
	PALIMPSEST_QEMU=$tree/engine PALIMPSEST_BOCHS=$tree/engine timeout 50 \
		"$tree/build/host/palimpsest-bench" --rounds 1 --out "$tree/run" "$@" >"$tree/out" 2>"$tree/err"
	status=$?
}

# query SQL: prints the result of a query on the results of the last run
query()
{
	sqlite3 "$tree/run/results.sqlite" "$1"
}

# check NAME COMMAND…: one test, which passes if the command succeeds
check()
{
	local name=$1

	shift
	count=$((count + 1))
	if "$@"; then
		echo "ok $count - $name"
		return
	fi
	echo "not ok $count - $name"
	echo "# failed: $*"
	sed 's/^/# stderr: /' "$tree/err"
	failures=$((failures + 1))
}

# is NAME EXPECTED ACTUAL: one test, which passes if the two texts are equal
is()
{
	check "$1" test "$2" = "$3"
}

says()
{
	grep -qF -- "$1" "$tree/err"
}

# finish: prints the TAP plan; fails if a test has failed
finish()
{
	echo "1..$count"
	[ "$failures" -eq 0 ]
}
