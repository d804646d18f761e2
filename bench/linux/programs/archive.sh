#!/usr/bin/env bash
# Makes an archive of unmodified Debian programs, and of a few that are compiled here, for the
# kernel to run.
# usage: archive.sh FOLDER [INIT]
# Writes FOLDER/linux.cpio, with the script INIT as /init. FOLDER/missing lists the programs that
# this machine does not have.
#
# Debian has no static dash. If DASH_SOURCE names a folder with its sources, or /usr/src/dash*
# contains them, dash is built once, in build/dash. The archive then also has INIT as
# /etc/init-dash, for dash to run. An archive without INIT has no dash.
set -euo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../../environment.sh"
umask 022 # for the files in the archive

[ $# = 1 ] || [ $# = 2 ] || { echo "usage: $0 FOLDER [INIT]" >&2; exit 2; }
init=${2:+$(realpath "$2")}
here=$(dirname "$(readlink -f "$0")")
mkdir -p "$1"
cd "$1"
rm -rf root missing linux.cpio
command -v cpio >/dev/null || { echo "$0: cpio is missing (Debian package cpio)" >&2; exit 1; }
mkdir -p root/bin root/etc
touch missing

for program in busybox bash-static sash; do
	path=$(command -v "$program" || true)
	if [ -n "$path" ] && ! LC_ALL=C readelf -lW "$path" 2>/dev/null | grep -q INTERP; then
		cp -L "$path" "root/bin/$program"
	else
		echo "$program" >>missing
	fi
done
compile()
{
	local name=$1
	shift
	"$@" -O2 -o "root/bin/$name" "$here/hello.c" -lm 2>/dev/null || echo "$name" >>missing
}
compile hello-glibc gcc -static
compile hello-pie gcc -static-pie
compile hello-musl musl-gcc -static
dash=
[ -z "$init" ] || dash=${DASH_SOURCE:-$(find /usr/src -maxdepth 1 -type d -name 'dash*' 2>/dev/null | sort | tail -n 1)}
built=$here/../../../build/dash
if [ -n "$init" ] && [ -z "$dash" ]; then
	echo dash >>missing
elif [ -n "$dash" ]; then
	[ -x "$dash/configure" ] || { echo "$0: $dash should contain dash's sources, but has no configure" >&2; exit 1; }
	if [ ! -x "$built/src/dash" ] || [ "$dash/configure" -nt "$built/src/dash" ]; then
		rm -rf "$built"
		mkdir -p "$built"
		dash=$(readlink -f "$dash")
		(cd "$built" && "$dash/configure" --enable-static && env -u MAKEFLAGS -u MAKELEVEL make) >"$built.log" 2>&1 || {
			echo "$0: dash is not built from $dash; see $built.log" >&2
			exit 1
		}
	fi
	cp "$built/src/dash" root/bin/dash
fi
for applet in sh ls cat echo awk sort md5sum true wc head tail seq grep sed cut tr rm mkdir rmdir mv cp find xargs test expr printf \
	sleep kill dd yes uniq basename dirname env pwd touch ln readlink tee timeout chmod stat; do
	ln -s busybox "root/bin/$applet"
done
if [ -n "$init" ] && [ -e root/bin/busybox ]; then
	cp "$init" root/init
	chmod 755 root/init
	if [ -e root/bin/dash ]; then
		sed '1s|.*|#!/bin/dash|' "$init" >root/etc/init-dash
		chmod 755 root/etc/init-dash
	fi
fi
for rounds in 200 10000; do
	# shellcheck disable=SC2016
	printf '#!/bin/sh\ni=0\nwhile [ $i -lt %d ]; do /bin/true && i=$((i + 1)); done\necho $i rounds\n' $rounds >root/etc/rounds-$rounds
	chmod 755 root/etc/rounds-$rounds
done
head -c 100000 /dev/zero | tr '\0' 'p' >root/etc/data
ln root/etc/data root/etc/other # a hard link: the archive has the contents under one name only
(cd root && find . -mindepth 1 | LC_ALL=C sort | cpio --quiet -o -H newc --owner 0:0 --reproducible) >linux.cpio
