#!/usr/bin/env bash
# Runs the ELF files and scripts that make.c writes, and prints TAP.
# usage: run.sh ENGINE STACK+LOADER+ISOLATION, or run.sh host
# Runs each file in the kernel or, for `run.sh host`, on the host, which needs Linux 6.6 or later.
# Compares each result with the result that make.c lists. docs/elf.md must explain each reason for a
# difference.
set -uo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../../bench/environment.sh"
cd "$(dirname "$0")/../.." || exit

engine=$1 build=${2:-}
# shellcheck source=tests/tap.sh
. tests/tap.sh
prefix="$engine${build:+ $build}: "
files=$work/root/elf
# These files also run as boot modules. The memory past the end of a module has other uses, so the
# loader must not touch it.
modules=(plain bss_1g past_end_pages past_end_read share_page_elsewhere_both no_flags_protected)

mkdir -p "$files" "$work/root/tmp"
if ! { gcc -O2 -Wall -I. -o "$work/make" tests/elf/{make,image,headers,contents,places,pages,scripts}.c && gcc -static -O2 -Wall -o "$work/root/init" tests/elf/start.c &&
	"$work/make" "$files" && cp "$work/root/init" "$files/show"; } >"$work/log" 2>&1; then
	sed 's/^/# /' "$work/log"
	result "not ok" "the files are made"
	echo "1..1"
	exit
fi

case $engine in
host)
	column=2
	release=$(uname -r)
	if [ "$(uname -sm)" != "Linux x86_64" ] || [ "$(printf '%s\n6.6\n' "$release" | sort -V | head -n 1)" != 6.6 ]; then
		result ok "the files on the host # SKIP it is not Linux 6.6 or later on x86-64"
		echo "1..1"
		exit
	fi
	"$work/root/init" "$files" >"$work/got" 2>&1
	;;
*)
	column=3
	printf '%s\n' "${modules[@]}" >"$files/modules"
	(cd "$work/root" && find . -mindepth 1 | LC_ALL=C sort | cpio --quiet -o -H newc --owner 0:0 --reproducible) >"$work/elf.cpio"
	for module in "${modules[@]}"; do
		cp "$files/$module" "$work/$module.elf"
		list+=" $work/$module.elf"
	done
	MODULES="$work/elf.cpio $list" SERIAL=$work/console LIMIT=${LIMIT:-120} \
		tests/boot.sh "$engine" "$build" "run=demo init=/init" >"$work/records"
	tr -d '\r' <"$work/console" >"$work/got"
	;;
esac

# expect NAME RESULT START: one test, which passes if the first output line that begins with START
# is "START RESULT"
expect()
{
	local got
	got=$(grep -a "^$3 " "$work/got" | head -n 1)
	if [ "$got" = "$3 $2" ]; then
		result ok "$1: $2"
	else
		result "not ok" "$1: $2"
		echo "# got: ${got:-nothing}"
	fi
}

while read -r name wanted here _; do
	[ $column = 2 ] || wanted=$here
	expect "$name" "$wanted" "= $name"
done <"$files/list"
while read -r reason; do
	check "docs/elf.md gives the reason: $reason" grep -F "| $reason |" docs/elf.md
done < <(awk 'NF > 3' "$files/list" | cut -d ' ' -f 4- | sort -u)
if [ "$engine" != host ]; then
	for name in "${modules[@]}"; do
		expect "module $name" "$(awk -v name="$name" '$1 == name { print $3 }' "$files/list")" "= module $name"
	done
	if grep -q "^/init ended with status 0, 0 frames are lost" "$work/got"; then
		result ok "no frame is lost"
	else
		result "not ok" "no frame is lost"
		tail -n 5 "$work/got" | sed 's/^/# /'
	fi
fi
echo "1..$count"
