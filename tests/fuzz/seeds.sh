#!/usr/bin/env bash
# Makes the first inputs for the fuzzers, with a linker and cpio, in FOLDER/elf and FOLDER/cpio.
# usage: seeds.sh FOLDER
set -euo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../../bench/environment.sh"
cd "$(dirname "$0")/../.."

[ -e build/programs/probe.elf ] || { echo "build/programs/ has no programs: make programs" >&2; exit 2; }
rm -rf "$1"
mkdir -p "$1/elf" "$1/cpio" "$1/tree"
folder=$(realpath "$1")

# The project's own small programs, without their symbols.
for program in build/programs/*.elf; do
	if [ "$(stat -c %s "$program")" -le 16384 ]; then
		cp "$program" "$folder/elf/$(basename "$program" .elf)"
		strip "$folder/elf/$(basename "$program" .elf)" 2>/dev/null || true
	fi
done
# Static PIE, segments that share pages, unusual layouts.
cat >"$folder/program.c" <<'END'
static const char constant[] = "a constant";
static int data[10] = { 1 }, bss[3000];
static const char *pointer = constant;
void _start(void);
void _start(void)
{
	for (;;)
		bss[data[0]] += *pointer;
}
END
link()
{
	local name=$1
	shift
	gcc -nostdlib -nostartfiles -O1 -fno-asynchronous-unwind-tables -Wl,--build-id=none -s "$@" -o "$folder/elf/$name" "$folder/program.c"
}
link static -static
link static-pie -static-pie -fPIE
link together -static -Wl,-z,noseparate-code
link pie-together -static-pie -fPIE -Wl,-z,noseparate-code
link small-pages -static -Wl,-z,noseparate-code -Wl,-z,max-page-size=32
link large-pages -static -Wl,-z,max-page-size=8192
link all-writable -static -Wl,--omagic,--no-warn-rwx-segments
link dynamic -pie -fPIE -Wl,--dynamic-linker=/lib/ld.so
link high -static -Wl,-Ttext-segment=0x7fff00000000
# Files that no linker makes.
mkdir "$folder/odd"
gcc -I. -o "$folder/make-odd" tests/elf/{make,image,headers,contents,places,pages,scripts}.c
"$folder/make-odd" "$folder/odd"
find "$folder/odd" -type f -size -33 ! -name 'script_*' ! -name list -exec cp -t "$folder/elf" {} +
rm -r "$folder/odd" "$folder/make-odd"

archive()
{
	(cd "$folder/tree" && find . -mindepth 1 | LC_ALL=C sort | cpio --quiet -o -H "${2:-newc}" --owner 0:0 --reproducible) >"$folder/cpio/$1"
}
cd "$folder/tree"
echo hello >file
archive one-file
mkdir -p a/b/c/d tmp empty-folder
: >a/empty
head -c 5000 /dev/zero | tr '\0' 'p' >a/b/data
head -c 4096 /dev/zero | tr '\0' 'q' >a/b/page
ln -s ../file a/link
ln -s link a/link-to-link
ln -s nowhere a/dangling
ln -s loop loop
ln -s /a/b/c absolute
archive tree
ln file a/hard-link
mkfifo pipe
archive hard-links
archive checksums crc
archive other-format odc
rm -rf ./*
name=$(printf 'n%.0s' $(seq 255))
echo long >"$name"
mkdir -p "$(printf 'd/%.0s' $(seq 30))"
archive long-names
rm -rf ./*
for i in $(seq 40); do echo "$i" >"file$i"; done
archive many
cd "$folder/cpio"
tr '[:upper:]' '[:lower:]' <one-file | sed 's/trailer/TRAILER/' >lower-case
sed 's/0000/000g/3' one-file >bad-digits
sed 's/TRAILER!!!/TRAILER!!?/' one-file >no-trailer
head -c -300 tree >cut-short
cat one-file tree >two
{ head -c 8 /dev/zero; cat one-file checksums; head -c 5 /dev/zero; cat hard-links; } >misplaced
{ head -c 512 /dev/zero; cat one-file checksums; head -c 4 /dev/zero; cat hard-links; gzip -n <one-file; } >three
gzip -nc one-file >compressed
cat one-file one-file | sed '0,/TRAILER!!!/s/TRAILER!!!/folder-at-/' >same-name
rm -rf "$folder/tree" "$folder/program.c"
