#!/usr/bin/env bash
# Makes an archive of unmodified Debian programs, and of a few that are compiled here, for the
# kernel to run.
# usage: archive.sh FOLDER [INIT]
# Writes FOLDER/linux.cpio, with the script INIT as /init. FOLDER/missing lists the programs that
# this machine does not have.
#
# With INIT, the archive also has mksh (linked with klibc) and /etc/init-mksh (a copy of INIT that
# mksh runs). The benchmarks use an archive without INIT, which has neither file.
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

# static NAME PATH: copies the program, or lists it as missing if it is not there or not static
static()
{
	if [ -n "$2" ] && ! LC_ALL=C readelf -lW "$2" 2>/dev/null | grep -q INTERP; then
		cp -L "$2" "root/bin/$1"
	else
		echo "$1" >>missing
	fi
}
for program in busybox bash-static sash; do
	static "$program" "$(command -v "$program" || true)"
done
[ -z "$init" ] || static mksh "$(command -v mksh-static || true)"
compile()
{
	local name=$1
	shift
	"$@" -O2 -o "root/bin/$name" "$here/hello.c" -lm 2>/dev/null || echo "$name" >>missing
}
compile hello-glibc gcc -static
compile hello-pie gcc -static-pie
compile hello-musl musl-gcc -static
for applet in sh ls cat echo awk sort md5sum true wc head tail seq grep sed cut tr rm mkdir rmdir mv cp find xargs test expr printf \
	sleep kill dd yes uniq basename dirname env pwd touch ln readlink tee timeout chmod stat; do
	ln -s busybox "root/bin/$applet"
done
if [ -n "$init" ] && [ -e root/bin/busybox ]; then
	cp "$init" root/init
	chmod 755 root/init
	if [ -e root/bin/mksh ]; then
		sed '1s|.*|#!/bin/mksh|' "$init" >root/etc/init-mksh
		chmod 755 root/etc/init-mksh
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
