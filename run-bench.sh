#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Builds everything that a run needs and starts the run. `./run-bench.sh --help` lists the options.
set -u

# The script may have been called through a symbolic link, from any folder.
root=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")") || exit 2
# shellcheck source=bench/environment.sh
. "$root/bench/environment.sh"
# make would read these variables. In this script, only --strategy and --compiler choose the
# kernels.
unset -v STRATEGY STACK LOADER ISOLATION KERNEL_CC OPT BOOT

# The Debian packages needed for building and running. The last line has Linux programs for the
# benchmarks *.real, which are skipped without them.
packages=(gcc make nasm binutils qemu-system-x86 seabios bochs bochs-sdl bochsbios vgabios grub-pc-bin grub-common
	xorriso mtools gnuplot-nox sqlite3 libsqlite3-dev libgsl-dev zlib1g-dev libcmocka-dev librsvg2-bin
	busybox-static bash-static sash musl-tools cpio)

# perf. Only --profile-guest needs it; on a host without such a package everything else works.
optional_packages=(linux-perf)

# More packages for development (make setup, make lint, make qemu-gdb, make fuzz). The tests build
# kernels with clang, open the report in Chromium, run a shell script in mksh's static shell, and
# replay fuzzed inputs.
developer_packages=(clang clang-format cppcheck shellcheck gdb chromium mksh)

# The programs, headers and folders that every run needs, with the packages that have them. Engines
# are checked later, because a run may need only one of them.
needed=(gcc=gcc make=make nasm=nasm ld=binutils objdump=binutils gnuplot=gnuplot-nox rsvg-convert=librsvg2-bin
	sqlite3.h=libsqlite3-dev gsl/gsl_errno.h=libgsl-dev zlib.h=zlib1g-dev)

fail()
{
	echo "run-bench: $*" >&2
	exit 2
}

installed()
{
	[ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# missing_of PACKAGE…: prints the packages that are not installed.
missing_of()
{
	local package

	for package in "$@"; do
		installed "$package" || echo "$package"
	done
}

apt_install()
{
	"${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" >&2
}

install_packages()
{
	local missing optional sudo=()

	command -v apt-get >/dev/null || fail "--setup needs apt-get; install by hand: ${packages[*]}"
	mapfile -t missing < <(missing_of "${packages[@]}")
	mapfile -t optional < <(missing_of "${optional_packages[@]}")
	if [ ${#missing[@]} -eq 0 ] && [ ${#optional[@]} -eq 0 ]; then
		echo "run-bench: every package is installed" >&2
		return
	fi
	if [ "$(id -u)" -ne 0 ]; then
		command -v sudo >/dev/null && sudo=(sudo)
		[ ${#sudo[@]} -gt 0 ] || [ ${#missing[@]} -eq 0 ] || fail "--setup needs root or sudo to install: ${missing[*]}"
	fi
	if [ ${#missing[@]} -gt 0 ]; then
		echo "run-bench: installing ${missing[*]}" >&2
		if ! { "${sudo[@]}" apt-get update >&2 && apt_install "${missing[@]}"; }; then
			fail "apt-get could not install ${missing[*]}"
		fi
	fi
	[ ${#optional[@]} -eq 0 ] || apt_install "${optional[@]}" ||
		echo "run-bench: ${optional[*]} cannot be installed; only --profile-guest needs it" >&2
}

present()
{
	case $1 in
	/*) [ -e "$1" ] ;;
	*.h) echo "#include <$1>" | gcc -E -x c -o /dev/null - 2>/dev/null ;;
	*) command -v "$1" >/dev/null ;;
	esac
}

check_tools()
{
	local absent=0

	for item in "${needed[@]}"; do
		present "${item%%=*}" && continue
		echo "run-bench: ${item%%=*} is missing (Debian package ${item#*=})" >&2
		absent=1
	done
	[ $absent -eq 0 ] || fail "install what is missing, or run: ./run-bench.sh --setup"
}

build()
{
	make -s -C "$root" --no-print-directory "$@" >&2 && return
	echo "run-bench: building failed (make $*)" >&2
	exit 1
}

# show_progress: shows how many of the harness's files are compiled, until it is killed
show_progress()
{
	local sources

	sources=$(find "$root/bench/host" -name '*.[cS]' | wc -l)
	while sleep 0.5; do
		printf '\r%d of %d files ' "$(find "$root/build/host" -name '*.o' 2>/dev/null | wc -l)" "$sources" >&2
	done
}

# build_first: builds the harness in a fresh tree, which takes long enough to show progress
build_first()
{
	local watcher

	echo "run-bench: building the harness, once: this takes a minute or two…" >&2
	[ -t 2 ] || { build -j"$jobs" host; return; }
	show_progress &
	watcher=$!
	# shellcheck disable=SC2064 # the number is known now
	trap "kill $watcher 2>/dev/null" EXIT
	build -j"$jobs" host
	kill $watcher
	trap - EXIT
	wait $watcher 2>/dev/null
	printf '\r\033[K' >&2
}

setup=no
arguments=()
for argument in "$@"; do
	case $argument in
	--setup) [ $setup = only ] || setup=yes ;;
	--setup-only) setup=only ;;
	*) arguments+=("$argument") ;;
	esac
done

[ $setup != only ] || packages+=("${developer_packages[@]}")
[ $setup = no ] || install_packages
if [ $setup = only ]; then
	if "$root/bench/linux/outer/fetch.sh" "$root/build/lab"; then
		echo "run-bench: everything is ready" >&2
	else
		echo "run-bench: everything is ready, except that engine kvm-emulated will not run" >&2
	fi
	exit 0
fi
check_tools

jobs=$(nproc 2>/dev/null || echo 1)
bench=$root/build/host/palimpsest-bench
if [ -x "$bench" ]; then
	build -j"$jobs" host
else
	build_first
fi

# Somebody's own kernel is measured: nothing of ours is booted.
if [ "${arguments[0]-}" = measure ]; then
	[ -e "$root/build/bochs/palimpsest-bochs.so" ] || echo "run-bench: building the instrumentation library, once…" >&2
	build bochs-library
	exec "$bench" "${arguments[@]}"
fi

builds=$("$bench" --print-builds "${arguments[@]}") || exit
if [ -n "$builds" ]; then
	[ -d "$root/build/programs" ] || echo "run-bench: building the kernels and programs…" >&2
	# The first kernel is built together with these, so that no processor waits while the
	# instrumentation library is linked.
	others=(programs bochs-library linux-programs)
	while read -ra build; do
		if [ "${build[0]}" = lab ]; then
			make -s -C "$root" --no-print-directory lab >&2 || fail "engine kvm-emulated cannot run: see above"
			continue
		fi
		build -j"$jobs" "${others[@]}" kernel "${build[@]}"
		others=()
	done <<<"$builds"
	[ ${#others[@]} -eq 0 ] || build -j"$jobs" "${others[@]}"
fi

exec "$bench" "${arguments[@]}"
