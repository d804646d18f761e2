#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Tests `run-bench.sh measure` on kernels that Debian packages and that were not written for it: GNU
# Mach (64-bit, with symbols), memtest86+ (64-bit and 32-bit, without symbols) and Xen. Fetches the
# packages once, to build/tests/packaged, and installs nothing. Skips a kernel whose package cannot be
# fetched. The versions of the packages change, so no count is known in advance: two runs must agree.
# Prints TAP.
set -uo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../../bench/environment.sh"
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/tap.sh
. tests/tap.sh
# shellcheck source=tests/foreign/measure.sh
. tests/foreign/measure.sh

folder=$PWD/build/tests/packaged
boot=$folder/boot

# unpack PACKAGE: fetches the package, unless that was done before, and unpacks it; prints why not
unpack()
{
	local scratch=$work/fetch

	[ ! -e "$folder/$1" ] || return 0
	command -v apt-get >/dev/null || { echo "apt-get is missing"; return 1; }
	rm -rf "$scratch"
	mkdir -p "$scratch" "$folder"
	chmod 755 "$work" "$scratch"
	(cd "$scratch" && timeout 120 apt-get -q download "$1") >"$work/fetched" 2>&1 || { echo "$1 cannot be fetched"; return 1; }
	dpkg-deb -x "$scratch"/*.deb "$folder" && touch "$folder/$1"
}

# skip TESTS REASON: prints so many skipped tests
skip()
{
	for _ in $(seq "$1"); do
		count=$((count + 1))
		echo "ok $count - ${prefix}# SKIP $2"
	done
}

# number RUN REGION METRIC: prints the number of samples of a region, and their sum
number()
{
	sqlite3 "$work/$1/results/results.sqlite" \
		"SELECT count(*), sum(value) FROM samples WHERE benchmark = '$2' AND metric = '$3'"
}

# over RUN REGION N: succeeds if the region has at least N calls
over()
{
	local n

	n=$(number "$1" "$2" instructions)
	[ "${n%%|*}" -ge "$3" ] || { echo "$n calls and instructions"; return 1; }
}

same()
{
	cmp "$work/first/results/samples.csv" "$work/second/results/samples.csv"
}

# hot FILE: writes the address of the most called function of memtest86+ to $work/symbols, as nm would.
# The file has the boot protocol of Linux: after the boot sectors, whose number is byte 0x1f1 of the
# first, comes the image, which runs at 1 MiB.
hot()
{
	local sectors mode=i386

	sectors=$(od -An -tu1 -j $((0x1f1)) -N 1 "$1")
	[ "${1%x64.bin}" = "$1" ] || mode=i386:x86-64
	objdump -D -b binary -m $mode --adjust-vma=$((0x100000 - (sectors + 1) * 512)) "$1" |
		grep -oE 'call +0x1[0-9a-f]{5}$' | sort | uniq -c | sort -rn |
		sed -n '1s/.*0x\(.*\)/\1 T hot/p' >"$work/symbols"
	[ -s "$work/symbols" ]
}

prefix="GNU Mach: "
if why=$(unpack gnumach-image-1.8-486-dbg); then
	check "the kernel is unpacked" sh -c "zcat '$boot'/gnumach-*-dbg.gz >'$work/mach'"
	for run in first second; do
		measure $run --kernel "$work/mach" --memory 128 --region boot=c_boot_entry --region printf=printf \
			--region cache=kmem_cache_alloc --user-entry --until 'db>'
	done
	check "it boots to its debugger; a function that never returns ends the run with status 1" \
		ends 1 "region boot opened 1 times but never closed"
	check "nothing entered it from user mode" ends 1 "the kernel was never entered from user mode"
	check "its messages are calls of printf" over first printf 20
	check "it allocates memory" over first cache 20
	check "two runs measure the same" same
else
	skip 6 "$why"
fi

# The 32-bit memtest86+ switches to long mode if the processor has it, and runs 32-bit code there, which
# the cycle model does not know.
for variant in x64 ia32; do
	prefix="memtest86+ $variant: "
	if why=$(unpack memtest86+); then
		file=$boot/memtest86+$variant.bin
		check "its most called function is found" hot "$file"
		tests=(--kernel "$file" --symbols "$work/symbols" --region hot=hot --until 'Test #2')
		measure modelled "${tests[@]}" --profile skylake-client
		if [ $variant = x64 ]; then
			check "cycles are modelled" equal 1 "$(number modelled hot cycles_nominal | awk -F '|' '{ print ($2 > 100000) }')"
		else
			check "the cycle model refuses it" ends 2 "32-bit code in long mode; leave --profile out"
		fi
		for run in first second; do
			measure $run "${tests[@]}"
		done
		check "it tests memory until its third test" ends 0 "hot"
		check "calls are measured" over first hot 10
		check "two runs measure the same" same
	else
		skip 5 "$why"
	fi
done

prefix="Xen: "
package=$(apt-cache search --names-only '^xen-hypervisor-[0-9.]*-amd64$' 2>/dev/null | sort -V | awk 'END { print $1 }')
if why=$(unpack "${package:-xen-hypervisor}"); then
	check "the hypervisor is unpacked" sh -c "zcat '$boot'/xen-*.gz >'$work/xen'"
	measure first --kernel "$work/xen" --append "console=com1 com1=115200,8n1" --memory 256 --user-entry \
		--until 'Panic on CPU 0'
	check "it boots until it needs a kernel of its own, and was never in user mode" \
		ends 1 "the kernel was never entered from user mode"
	check "the serial port says so" grep -q 'Panic on CPU 0' "$work/first/results/launch-1/serial.log"
	check "its file has no symbols, and the command says what to give" ends 1 "it was stripped"
else
	skip 4 "$why"
fi
echo "1..$count"
