#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Runs the benchmarks' programs on Linux, and counts what Linux executes for them: boots Debian's
# cloud kernel in Bochs with the instrumentation library (docs/baselines.md).
# usage: linux.sh BUILD-FOLDER OUTPUT.csv [KERNEL-OPTION…]
# Boots once per option (default: nopti and pti=on). machine.sh describes the environment variables
# that change the machine.
set -euo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../../environment.sh"
umask 022 # for the files in the archive

[ $# -ge 2 ] || { echo "usage: $0 BUILD-FOLDER OUTPUT.csv [OPTION...]" >&2; exit 2; }
cd "$(dirname "$0")/../../.."
build=$1 output=$2
shift 2
options=("$@")
[ $# -gt 0 ] || options=(nopti pti=on)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail()
{
	echo "linux-baseline: $*" >&2
	exit 2
}

# shellcheck source=bench/linux/baseline/machine.sh
. bench/linux/baseline/machine.sh
[ -e "$build/real/linux.cpio" ] || fail "there is no archive of programs; ./run-bench.sh --setup installs what it is made of"
linux_prepare

# ---- the rows: benchmark, parameter, program, PART (linux.h), and the command ----
programs=(busybox bash-static sash hello-musl hello-glibc hello-pie)
sizes=(4k:4096 64k:65536 1m:1048576)
row()
{
	printf '%s\n' "$*" >>"$work/table"
}
row syscall.null 0 - kernel probe null -
for part in all kernel; do
	row fork.roundtrip 0 - $part probe fork -
	row fault.page 0 - $part probe fault -
	for pages in 1 4 16 64 256 1024; do
		row map.unmap $pages - $part probe map $pages
	done
	for size in "${sizes[@]}"; do
		row fork.exec.path "${size#*:}" - $part probe fork-exec "/payload-${size%:*}"
	done
done
for size in "${sizes[@]}"; do
	row exec.execve.path "${size#*:}" - kernel probe execve "/payload-${size%:*}"
done
for i in "${!programs[@]}"; do
	[ -e "$build/real/root/bin/${programs[i]}" ] || continue
	row exec.real $((i + 1)) "${programs[i]}" kernel real exec "/bin/${programs[i]}"
	for part in all kernel; do
		row fork.exec.real $((i + 1)) "${programs[i]}" $part real fork "/bin/${programs[i]}"
	done
done

# ---- the machine ----
root=$work/root
mkdir -p "$root/bin"
find "$build/real/root/bin" -type f -exec cp {} "$root/bin/" \;
for size in "${sizes[@]}"; do
	cp "$build/programs/payload-${size%:*}.elf" "$root/payload-${size%:*}"
done
cp "$build/baseline/init.elf" "$root/init"
cp "$build"/baseline/{probe,real}.elf "$root/"
number=0
while read -r _ _ _ part program kind argument; do
	number=$((number + 1))
	echo "/$program.elf ${number}00 $part $kind $argument"
done <"$work/table" >"$root/rows"
linux_initrd

echo "kernel,options,bochs,cpu,benchmark,parameter,program,part,metric,unit,n,min,median,max" >"$work/csv"
for option in "${options[@]}"; do
	echo "linux-baseline: $kernel, $option" >&2
	linux_boot "$option" || exit 1
	awk -v kernel="$kernel" -v option="$option" -v bochs="$bochs" -v cpu=$cpu -f bench/linux/baseline/linux.awk "$work/table" "$work/stream" >>"$work/csv" || {
		echo "linux-baseline: not every region was counted" >&2
		exit 1
	}
done
mkdir -p "$(dirname "$output")"
cp "$work/csv" "$output"
echo "linux-baseline: $output" >&2
