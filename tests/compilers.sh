#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Builds kernels with compilers and optimization levels other than the defaults, runs their
# self-tests, and prints TAP.
# usage: compilers.sh [--all]
# Without --all it makes two builds, with a different compiler each, and boots them on tcg.
# With --all (make test-compilers, an hour) it makes every build with every compiler and boots it on
# tcg. It then also boots the presets on Bochs, as built by clang.
set -uo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../bench/environment.sh"
cd "$(dirname "$0")/.." || exit 1
# shellcheck source=tests/tap.sh
. tests/tap.sh
unset -v KERNEL_CC OPT

# refuses MESSAGE VARIABLE=VALUE…: make must fail with MESSAGE
refuses()
{
	local message=$1

	shift
	! make -n kernel "$@" >"$work/make" 2>&1 || { echo "make $* succeeds"; return 1; }
	grep -qF "$message" "$work/make" || { cat "$work/make"; return 1; }
}

# links COMMAND…: prints the path of the image that this make command links
links()
{
	"$@" -n -B kernel V=1 2>/dev/null | grep -o '[^ ]*palimpsest\.elf ' | head -n 1
}

check "an unknown level is refused, with those that there are" refuses 'unknown OPT "-O9": one of -O2 -O3 -Os' OPT=-O9
check "two levels are refused" refuses 'unknown OPT "-O2 -Os": one of' OPT="-O2 -Os"
check "no level is refused" refuses 'unknown OPT "": one of' OPT=
check "a compiler that is not installed is refused, with what to do" \
	refuses 'KERNEL_CC "gcc-0.0": there is no such program; on Debian: apt-get install gcc-0.0' KERNEL_CC=gcc-0.0
check "a command line is no compiler" refuses 'it must be the name of one program' KERNEL_CC="gcc -m32"
check "a path is no compiler" refuses 'it must be the name of one program' KERNEL_CC=/usr/bin/gcc
default=$(links make)
check "the default compiler, named, has the default folder" equal "$default" "$(links make KERNEL_CC=gcc OPT=-O2)"
check "another level has a folder of its own" \
	equal "${default/\/palimpsest/@gcc-Os\/palimpsest}" "$(links make OPT=-Os)"
check "the environment may name it too" equal "$(links make OPT=-Os)" "$(OPT=-Os links make)"

# without_sse FOLDER: succeeds if no C file of the kernel uses the registers of the FPU, SSE or AVX.
# They hold a program's values while the kernel runs. Self-tests and benchmarks may use them.
without_sse()
{
	! find "$1/kernel" -name '*.o' ! -name '*.asm.o' -exec objdump -d --no-show-raw-insn {} + |
		grep -m 3 -E '%[xyz]mm|%mm[0-7]|%st'
}

# passes ENGINE FOLDER: succeeds if the kernel's self-tests pass
passes()
{
	tests/kernel/run.sh "$1" "$2" >"$work/tap" 2>&1
	grep -q '^1\.\.' "$work/tap" && ! grep -A 1 '^not ok' "$work/tap"
}

# works COMPILER STACK+LOADER+ISOLATION: builds a kernel and tests it
works()
{
	local compiler=$1 build=$2 folder=$2@$1 stack loader isolation family=gcc

	IFS=+ read -r stack loader isolation <<<"$build"
	check "$folder is built" make -s -j"$(nproc)" kernel STACK="$stack" LOADER="$loader" ISOLATION="$isolation" \
		KERNEL_CC="${compiler%-O*}" OPT="-O${compiler##*-O}"
	[[ $compiler != *clang* ]] || family=clang
	check "$folder names its compiler" \
		grep -qE "^$family-[0-9.]+$([ "${compiler##*-}" = O2 ] || echo "-${compiler##*-}")\$" \
		<(strings "build/$folder/palimpsest.elf")
	check "$folder does without SSE" without_sse "build/$folder"
	check "$folder passes the self-tests on tcg" passes tcg "$folder"
}

builds=$(make -s list-presets)
preset() { sed -n "s/^$1=//p" <<<"$builds"; }

if ! command -v clang >/dev/null; then
	result ok "kernels by clang # SKIP clang is not installed (make setup)"
elif [ "${1-}" = --all ]; then
	for compiler in clang-O2 clang-O3 clang-Os; do
		for build in $(make -s list-strategies); do
			works $compiler "$build"
		done
	done
	for build in $(make -s list-presets | cut -d = -f 2); do
		check "$build@clang-O2 passes the self-tests on Bochs" passes bochs "$build@clang-O2"
	done
else
	works clang-O2 "$(preset window)"
fi
if [ "${1-}" = --all ]; then
	for compiler in gcc-O3 gcc-Os; do
		for build in $(make -s list-strategies); do
			works $compiler "$build"
		done
	done
else
	works gcc-O3 "$(preset heap)"
fi
echo "1..$count"
