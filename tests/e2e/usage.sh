#!/bin/bash
# SPDX-License-Identifier: MIT
# shellcheck disable=SC1091,SC2154 # common.sh defines the variables
# Tests wrong usage, missing tools and engines that cannot run: the harness must exit with 2 and say
# what to do. Tests the usage of tests/run.sh, too.
. "$(dirname "$0")/common.sh"

make_tree
play <<<"exit 0"

# refused MESSAGE ARGUMENT…: a run with these arguments must exit with 2, print MESSAGE and leave no
# results
refused()
{
	local message=$1

	shift
	bench "$@"
	is "$*: exits 2" 2 "$status"
	check "$*: says '$message'" says "$message"
	check "$*: leaves nothing" test ! -e "$tree/run/results.sqlite"
}

refused "unknown option '--nothing'" --nothing
check "an unknown option: the usage is printed" says "usage: run-bench.sh"
refused "unknown engine 'vmware'; valid are: auto, bochs, kvm, kvm-emulated, tcg" --engine vmware
presets=$(make -s list-presets | cut -d = -f 1 | paste -sd , | sed 's/,/, /g')
refused "unknown strategy 'stack'; valid are: $presets, all" --strategy stack
refused "unknown loader 'floppy'" --strategy fixed-ist+floppy+shared
refused "the hardware would switch to a stack that user tables do not map" --strategy heap-rsp0+window+bouncing
refused "windows of one and two pages are built with heap-sw and direct alone" --strategy heap-sw+window+bouncing-2
refused "engine kvm-emulated cannot run: the outer machine is not built" --engine kvm-emulated
refused "--full works only on engine kvm-emulated" --full
refused "--compare needs two folders of results" --compare a
refused "--export 'x': unknown format; valid is perf-script" --export x results
refused "--export needs a format and a folder" --export perf-script
refused "$tree/nowhere" --export perf-script "$tree/nowhere"
refused "--threshold 'x': a number of percent" --threshold x
refused "--quiet and --verbose exclude each other" --quiet --verbose
refused "a number from 1 to 64 is needed" --cpus 0
refused "a number from 1 to 64 is needed" --cpus 65
refused "a number from 64 to 8192 is needed" --memory 63
refused "a number from 64 to 8192 is needed" --memory 8193
refused "a number from" --seed 99999999999999999999
refused "option '--rounds' needs a value" --rounds
refused "a glob of letters" --bench 'exec.*;reboot'
refused "'more' is not an option" more
refused "--bench is given twice" --bench 'exec.*' --bench 'irq.*'
refused "--threshold works only with --compare and --reproduces" --threshold 5
refused "unknown option '-h'; --help shows all" -h
cp build/host/about.txt "$tree/build/host/"
refused "--bench: no benchmark matches 'nosuch'; --list shows them" --bench 'irq.entry.user,nosuch'
refused "--bench: no benchmark matches 'exec'; --list shows them" --bench exec
rm "$tree/build/host/about.txt"

refused "unknown profile 'fast'; valid are: none, emerald-rapids, skylake-client, skylake-server, zen2, zen3, zen4, zen5" --profile fast
refused "--profile works only on engine bochs" --profile zen3 --engine tcg
sed -i 's/^invlpg .*/invlpg = 211/' "$tree/bench/bochs/profiles/zen3.ini"
cp "$tree/bench/bochs/profiles/zen3.ini" "$tree/zen3.keep"
sed -i 's/^invlpg .*/invlpg = 211  # [A]/' "$tree/bench/bochs/profiles/zen3.ini"
refused "invlpg: after its tag the source is missing" --profile zen3
check "a wrong profile: no usage follows" test "$(wc -l <"$tree/err")" = 1
cp "$tree/zen3.keep" "$tree/bench/bochs/profiles/zen3.ini"
refused "zen3.ini:$(grep -n '^invlpg ' "$tree/bench/bochs/profiles/zen3.ini" | cut -d : -f 1): invlpg needs" --profile zen3
line=$(grep -n '^ways ' "$tree/bench/bochs/profiles/zen4.ini" | head -n 1 | cut -d : -f 1)
sed -i "${line}s/.*/ways = 0  # [S] nobody/" "$tree/bench/bochs/profiles/zen4.ini"
refused "zen4.ini:$line: ways must be from 1 to 64" --profile zen4
default=$tree/bench/bochs/profiles/skylake-client.ini
sed -i.keep 's/^invlpg .*/invlpg = 211/' "$default"
refused "skylake-client.ini:$(grep -n '^invlpg ' "$default" | cut -d : -f 1): invlpg needs"
mv "$default.keep" "$default"
refused "--trace writes a line per event: choose benchmarks with --bench" --trace
refused "--profile-guest works only on engine kvm" --profile-guest --engine bochs
refused "--trace works only on engine bochs" --trace --bench 'tlb.*' --engine tcg

rm "$tree/build/fixed-ist+random+shared/palimpsest.elf32"
refused "is not built" --engine tcg --strategy random
refused "'make list-strategies' failed" --engine tcg --strategy all

# The harness must not write to a folder that is not empty.
mkdir "$tree/full"
echo mine >"$tree/full/file"
PALIMPSEST_QEMU=$tree/engine "$tree/build/host/palimpsest-bench" --engine tcg --strategy window --out "$tree/full" \
	>"$tree/out" 2>"$tree/err"
is "a folder in use: exits 2" 2 $?
check "a folder in use: says so" says "is not an empty folder"

PALIMPSEST_QEMU=/nowhere/qemu "$tree/build/host/palimpsest-bench" --engine tcg >"$tree/out" 2>"$tree/err"
is "no QEMU: exits 2" 2 $?
check "no QEMU: names the package" says "Debian package qemu-system-x86"

PALIMPSEST_BOCHS=/nowhere/bochs "$tree/build/host/palimpsest-bench" >"$tree/out" 2>"$tree/err"
is "no Bochs: exits 2" 2 $?
check "no Bochs: names the packages" says "Debian packages bochs, bochs-sdl"

# The real library with a Bochs that cannot be instrumented.
if [ -f build/bochs/palimpsest-bochs.so ]; then
	cp build/bochs/palimpsest-bochs.so "$tree/build/bochs/"
	gcc -rdynamic -o "$tree/bochs" tests/bochs/fake.c
	PALIMPSEST_BOCHS=$tree/bochs "$tree/build/host/palimpsest-bench" --engine bochs --out "$tree/run" >"$tree/out" 2>"$tree/err"
	is "a Bochs without stubs: exits 2" 2 $?
	check "a Bochs without stubs: says so" says "engine bochs cannot run: _Z19bx_instr_far_branchjjtmtm is not exported"
fi

"$tree/build/host/palimpsest-bench" --help >"$tree/out" 2>"$tree/err"
is "--help: exits 0" 0 $?
check "--help: is on standard output" grep -q -- '--strategy' "$tree/out"

# The engine kvm cannot run if its probe fails. The probe fails here, because the played guest runs
# no self-test. On a host without KVM, the probe fails because there is no KVM.
bench --engine kvm
is "unusable KVM: exits 2" 2 "$status"
check "unusable KVM: says why" says "engine kvm cannot run: "

# run-bench.sh with a PATH that lacks one of the tools, rsvg-convert.
mkdir "$tree/bin"
for tool in bash dirname readlink id nproc gcc make nasm objdump ld gnuplot; do
	ln -s "$(command -v "$tool")" "$tree/bin/$tool"
done
PATH=$tree/bin ./run-bench.sh --engine tcg >"$tree/out" 2>"$tree/err"
is "a missing tool: exits 2" 2 $?
check "a missing tool: is named with its package" says "rsvg-convert is missing (Debian package librsvg2-bin)"

# Every benchmark must have a line of explanation, which --list prints.
cd "$(dirname "$0")/../.." || exit 1
sources=$(cat bench/guest/*.c bench/guest/*/*.c)
named=$(tr -s '[:space:]' ' ' <<<"$sources" | sed 's/" "//g' | grep -o 'BENCH([a-z0-9_]*, "[^"]*", .name = "[^"]*"' |
	cut -d '"' -f 4 | sort)
is "every BENCH() has its explanation and its name first" "$(grep -c '^BENCH(' <<<"$sources")" "$(wc -l <<<"$named")"
about=build/host/about.txt
is "about.txt explains every benchmark" "" \
	"$(comm -23 <(echo "$named") <(grep -P '^[^#=\t][^\t]*\t\S' $about | cut -f 1 | sort))"
is "about.txt explains nothing else" "" "$(grep -v '^[#=]' $about | cut -f 1 | sort | comm -13 <(echo "$named") -)"
is "about.txt marks the benchmarks that run Linux programs" \
	"$(tr -s '[:space:]' ' ' <<<"$sources" | grep -oP 'BENCH\((?:(?!BENCH\().)*?linux_programs = true' | cut -d '"' -f 4 | sort)" \
	"$(awk -F '\t' '$3 == "linux" { print $1 }' $about)"
is "about.txt has no unfinished line" "" "$(grep -vP '^(= .*|[A-Za-z0-9._-]+\t\S.{7,117})$' $about)"
is "about.txt has every subject once" "" "$(grep '^=' $about | sort | uniq -d)"
printf '%s\n' 'BENCH(a, "the \"first\" "' '      "of two", .name = "x.a"); /* a comment */' 'BENCH(b, "second", .name = "x.b");' >"$tree/two.c"
is "about.awk reads a comment after a BENCH(), and quotes in its text" $'= Others\nx.a\tthe "first" of two\nx.b\tsecond' \
	"$(awk -f bench/guest/about.awk "$tree/two.c")"
sed -i 's/"); .*/") ;;/' "$tree/two.c"
awk -f bench/guest/about.awk "$tree/two.c" >"$tree/out" 2>"$tree/err"
is "a BENCH() without an end is an error" 2 $?
check "and says where" says "two.c:1: this BENCH() does not end with"
printf 'BENCH(a, "first", .body = f, .name = "x.a");\n' >"$tree/two.c"
awk -f bench/guest/about.awk "$tree/two.c" >"$tree/out" 2>"$tree/err"
is "a BENCH() without a name after its text is an error" 2 $?
check "and says why" says "two.c:1: in this BENCH(), .name does not come right after the explanation"

# kernel/axes.txt must be the only list of stacks, loaders, presets and excluded combinations: the
# test adds a loader, a preset and an exclusion to a copy, and everything made from the copy must
# have them.
make -s list-strategies >"$tree/before"
window=$(grep -c +window+ "$tree/before") # the new loader `batch` will have as many builds
heaps=$(grep -c '^heap-.*+window+' "$tree/before")
fixed=$(grep -c '^fixed-.*+window+' "$tree/before")
axes=$tree/axes.txt
{
	cat kernel/axes.txt
	echo 'loader  batch  6 -1  loader/at_once loader/no_window loader/loader_batch'
	echo 'preset  third  heap-rsp0  batch  shared  -'
	echo 'excluded  heap-*+window+*  the window and "a heap" are kept apart in this test'
} >"$axes"
make -s BUILD="$tree/axes" AXES="$axes" "$tree/axes/strategies.h"
check "a value of kernel/axes.txt is in the harness" grep -q 'AXIS_LOADERS ".* batch"' "$tree/axes/strategies.h"
check "and what is valid names it" grep -q 'STRATEGY_VALID ".*LOADER .*, batch, ISOLATION' "$tree/axes/strategies.h"
check "and the figures have its curve" grep -q 'X("batch", 6, -1)' "$tree/axes/strategies.h"
check "and the table of presets has the new one" grep -q "([0-9]*, 'third', 'heap-rsp0', 'batch', 'shared')" "$tree/axes/strategies.h"
check "the texts of a preset are in the harness" grep -qF 'X("random", "random place", "as window, but' "$tree/axes/strategies.h"
check "a preset may have no texts" grep -qF 'X("third", "", "")' "$tree/axes/strategies.h"
check "the harness has the excluded combination with its reason" grep -qF \
	'X("heap-*+window+*", "the window and \"a heap\" are kept apart in this test")' "$tree/axes/strategies.h"
make -s AXES="$axes" list-strategies >"$tree/out"
is "make list-strategies: the new value, without what is excluded" \
	"$(($(wc -l <"$tree/before") + window - heaps)) $window 0 $fixed" "$(wc -l <"$tree/out") $(grep -c +batch+ "$tree/out") \
$(grep -c '^heap-.*+window+' "$tree/out") $(grep -c '^fixed-.*+window+' "$tree/out")"
is "make list-strategies: !direct excludes the new loader, too" "" "$(grep -- '+batch+bouncing-' "$tree/out")"
is "make all-strategies builds the same" "$(cat "$tree/out")" \
	"$(make -s AXES="$axes" MAKE=echo all-strategies | sed -n 's/.* STACK=\(.*\) LOADER=\(.*\) ISOLATION=\(.*\)/\1+\2+\3/p')"
make -n AXES="$axes" kernel STACK=heap-sw LOADER=window ISOLATION=shared >"$tree/out" 2>"$tree/err"
is "make kernel: an excluded combination is an error" 2 $?
check "and says why" says 'heap-sw+window+shared: the window and "a heap" are kept apart in this test'

# unusable LINE MESSAGE: make must fail with MESSAGE if LINE is added to axes.txt
unusable()
{
	{ cat kernel/axes.txt && echo "$1"; } >"$axes"
	make -s AXES="$axes" list-strategies >"$tree/out" 2>"$tree/err"
	is "axes.txt with '$1': make fails" 2 $?
	check "axes.txt with '$1': says why" says "kernel/axes.txt:$(wc -l <"$axes"): $2"
}

unusable 'loader  batch  loader/at_once loader/no_window loader/loader_batch' 'a value has a NAME'
unusable 'loader  batch  6 -1' 'a value has a NAME'
unusable 'loader  batch_of_pages  6 -1  loader/loader_batch' 'a value has a NAME'
unusable 'laoder  batch  6 -1  loader/loader_batch' 'a line begins with'
unusable 'loader  batch  8 -1  loader/loader_batch' 'a CURVE is at most 7'
unusable 'loader  batch  2 -1  loader/loader_batch' 'CURVE 2 is that of another loader, in line '
unusable 'loader  direct  6 -1  loader/loader_direct' 'direct is a value already, in line '
unusable 'isolation  direct  1 -1  isolation/isolation_direct' 'direct is a value already, in line '
unusable 'preset  heap  heap-rsp0  self  shared  -' 'heap is a preset already, in line '
unusable 'excluded  *+!batch+shared  reason' 'batch is no loader'
unusable 'excluded  *+!window  reason' 'in a pattern, ! stands'

# The script that runs all tests must start none of them if its arguments are not binaries.
timeout 20 tests/run.sh --help >"$tree/out" 2>"$tree/err"
is "tests/run.sh --help: exits 0" 0 $?
check "tests/run.sh --help: prints the usage" grep -qx 'usage: run.sh BINARY…' "$tree/out"
timeout 20 tests/run.sh --nothing >"$tree/out" 2>"$tree/err"
is "tests/run.sh with an unknown option: exits 2" 2 $?
check "tests/run.sh with an unknown option: prints the usage" says 'usage: run.sh BINARY…'
timeout 20 tests/run.sh >"$tree/out" 2>"$tree/err"
is "tests/run.sh without arguments: exits 2" 2 $?

finish
