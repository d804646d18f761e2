#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Runs every command that README.md and `make help` name and prints TAP. The commands run in a fresh
# clone of this tree, with its uncommitted changes and without build/. The test also fails if
# table() below lacks a documented command or lists one that is not documented.
# usage: commands.sh [--all | CHECK...]
# Without arguments it runs the checks that table() calls quick; --all adds those that take minutes
# (make test-commands). CHECK is a function that table() lists.
# shellcheck disable=SC2016,SC2317 # other shells expand quoted variables; table() names functions
set -uo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../bench/environment.sh"
cd "$(dirname "$0")/.." || exit

classes=quick only=
case ${1-} in
--all) classes="quick long" ;;
-*)
	echo "usage: $0 [--all | CHECK...]" >&2
	exit 2
	;;
*) only="$*" ;;
esac
# shellcheck source=tests/tap.sh
. tests/tap.sh
# shellcheck source=tests/documented.sh
. tests/documented.sh
# shellcheck source=tests/commands_kernel.sh
. tests/commands_kernel.sh
# shellcheck source=tests/commands_model.sh
. tests/commands_model.sh
# shellcheck source=tests/commands_folders.sh
. tests/commands_folders.sh
source=$PWD
# The clone's path, with characters that every command must be able to handle.
clone=$work/"it's_(a)_\"clone\"_&_co;"

# The checks ---------------------------------------------------------------------------------------

# The options of a small run: one build, on Bochs.
small=(--engine bochs --strategy window --quick)

# run NAME COMMAND…: one test, which passes if the command exits with 0; its output is then in
# $work/out
run()
{
	local name=$1 status=0

	shift
	timeout 3000 "$@" >"$work/out" 2>&1 </dev/null || status=$?
	if [ $status = 0 ]; then
		result ok "$name"
		return
	fi
	result "not ok" "$name"
	echo "# status $status: $*"
	tail -n 8 "$work/out" | sed 's/^/# /'
	return 1
}

# shows NAME TEXT: one test, which passes if the output of the last command contains TEXT
shows()
{
	if grep -qF -- "$2" "$work/out"; then
		result ok "$1"
	else
		result "not ok" "$1"
		tail -n 8 "$work/out" | sed 's/^/# /'
	fi
}

# Runs first, while the clone has no build/. Uses a reference with one row only. The numbers of this
# machine may differ from the reference, so they are not checked.
reproduce()
{
	mkdir "$work/tiny"
	sed 's/"run.command": ".*"/"run.command": "run-bench.sh --engine bochs --strategy window --quick --bench syscall.null --out x"/' \
		results/reference/environment.json >"$work/tiny/environment.json"
	grep -E '^engine,|,window,.*,syscall\.null,' results/reference/summary.csv >"$work/tiny/summary.csv"
	run "make reproduce in a clone without build/" make reproduce REFERENCE="$work/tiny"
	shows "make reproduce says for each benchmark whether it is the same" 'syscall.null'
}

reference()
{
	run "make reference" make reference REFERENCE="$work/reference" REFERENCE_RUN="${small[*]} --bench syscall.null"
	check "make reference leaves numbers" grep -q ',syscall.null,0,instructions,' "$work/reference/summary.csv"
	run "make reproduce of it" make reproduce REFERENCE="$work/reference"
	shows "make reproduce of it: identical" "identical: all of"
}

reproduce_all()
{
	run "make reproduce of results/reference" make reproduce
	shows "make reproduce of results/reference compares every benchmark" "benchmark"
}

figures_first()
{
	! make figures >"$work/out" 2>&1
	shows "make figures before any run says what to do" "run ./run-bench.sh first"
}

build()
{
	run "make" make
	check "make: kernel and harness" test -s build/fixed-ist+window+shared/palimpsest.elf32 -a -x build/host/palimpsest-bench
}

build_strategy()
{
	run "make STRATEGY=heap" make STRATEGY=heap kernel
	check "make STRATEGY=heap: its kernel" test -s build/heap-sw+sandwich+shared/palimpsest.elf32
}

build_axes()
{
	run "make STACK=… LOADER=… ISOLATION=…" make kernel STACK=fixed-rsp0 LOADER=direct ISOLATION=shared
	check "make STACK=… LOADER=… ISOLATION=…: its kernel" test -s build/fixed-rsp0+direct+shared/palimpsest.elf32
}

build_compiler()
{
	run "make KERNEL_CC=clang OPT=-Os" make -j2 KERNEL_CC=clang OPT=-Os kernel
	check "make KERNEL_CC=clang OPT=-Os: its kernel" test -s build/fixed-ist+window+shared@clang-Os/palimpsest.elf32
}

test_compilers()
{
	run "make test-compilers" make test-compilers
	shows "make test-compilers: the last build" "ok"
}

compilers()
{
	run "--compiler gcc-O2,clang-O2,gcc-Os" ./run-bench.sh "${small[@]}" --rounds 1 --bench syscall.null \
		--compiler gcc-O2,clang-O2,gcc-Os --out "$work/compilers"
	shows "--compiler: what is compared" "claims depend on the compiler"
	check "--compiler: each has its results" grep -q ",syscall.null,0,instructions," "$work/compilers/summary.csv" \
		"$work/compilers/compilers/clang-O2/summary.csv" "$work/compilers/compilers/gcc-Os/summary.csv"
}

list_strategies()
{
	run "make list-strategies" make list-strategies
	shows "make list-strategies: one of them" fixed-rsp0+direct+shared
}

all_strategies()
{
	run "make all-strategies" make -j2 all-strategies
	check "make all-strategies: all are there" equal "$(make -s list-strategies | wc -l)" \
		"$(find build -name palimpsest.elf32 ! -path "*@*" | wc -l)"
}

help()
{
	run "make help" make help
	shows "make help: lists" "make qemu"
}

# Runs with scripts in place of apt-get and sudo, so that nothing is installed.
setup()
{
	local program

	mkdir -p "$work/played"
	for program in apt-get sudo; do
		printf '#!/bin/sh\necho "%s $*" >>"%s"\ncase "$*" in *linux-perf*) exit 100 ;; esac\n' $program "$work/apt" \
			>"$work/played/$program"
		chmod +x "$work/played/$program"
	done
	printf '#!/bin/sh\ncase "$*" in *gnuplot-nox | *linux-perf) echo none ;; *) echo installed ;; esac\n' >"$work/played/dpkg-query"
	chmod +x "$work/played/dpkg-query"
	PATH=$work/played:$PATH run "make setup" make setup
	check "make setup installs what is missing" grep -q 'install .*gnuplot-nox' "$work/apt"
	check "make setup tries to install linux-perf" grep -q 'install .*linux-perf' "$work/apt"
	shows "make setup: without linux-perf it goes on" "linux-perf cannot be installed"
	rm "$work/apt"
	PATH=$work/played:$PATH run "./run-bench.sh --setup" ./run-bench.sh --setup "${small[@]}" --bench syscall.null
	check "./run-bench.sh --setup installs what is missing" grep -q 'install .*gnuplot-nox' "$work/apt"
	shows "./run-bench.sh --setup runs" syscall.null
}

default_run()
{
	run "./run-bench.sh" ./run-bench.sh
	check "./run-bench.sh leaves a report" test -s results/latest/report.html
	check "./run-bench.sh ends with one screen" test "$(awk 'length > 100' results/latest/answers.txt | wc -l) $((\
		$(wc -l <results/latest/answers.txt) <= 45))" = "0 1"
	check "the numbers on the screen are those of summary.csv" awk -f tests/e2e/screen.awk results/latest/summary.csv \
		results/latest/comparisons.csv results/latest/answers.txt
}

options()
{
	run "./run-bench.sh --help" ./run-bench.sh --help
	shows "./run-bench.sh --help: options" --strategy
	run "./run-bench.sh --list" ./run-bench.sh --list
	shows "./run-bench.sh --list: benchmarks" irq.entry.user
	run "./run-bench.sh --probe" ./run-bench.sh --probe
	shows "./run-bench.sh --probe: about KVM" kvm
	run "./run-bench.sh measure --help" ./run-bench.sh measure --help
	shows "./run-bench.sh measure --help: options" --user-entry
}

quick_run()
{
	run "--quick, --bench 'irq.*'" ./run-bench.sh "${small[@]}" --bench 'irq.*'
	check "--bench 'irq.*': those and no others" equal irq "$(sqlite3 results/latest/results.sqlite \
		"SELECT DISTINCT substr(benchmark, 1, 3) FROM summary WHERE engine = 'bochs'")"
	check "a run without --profile has cycles" grep -q ,cycles_nominal, results/latest/summary.csv
	for file in results.sqlite answers.txt tables.txt samples.csv summary.csv report.html environment.json plots/irq-entry.svg plots/irq-entry.png; do
		check "results/latest has $file" test -s results/latest/$file
	done
	run "--profile none" ./run-bench.sh "${small[@]}" --bench syscall.null --profile none --out "$work/counts"
	run "--tables" ./run-bench.sh "${small[@]}" --bench 'irq.entry.*' --tables --out "$work/tables"
	shows "--tables: a table" "medians; instructions on Bochs"
	shows "--tables: the screen" "from user"
	check "--profile none: no cycles" test "$(grep -c ,cycles_nominal, "$work/counts/summary.csv") $(grep -c ',syscall.null,0,instructions,' "$work/counts/summary.csv")" = "0 1"
}

readme()
{
	run "make readme" make readme
	check "make readme: the screen of the run" grep -qxF "    $(head -n 1 results/latest/answers.txt)" README.md
	! make readme RESULTS=nowhere >"$work/out" 2>&1
	shows "make readme without a run says what to do" "run ./run-bench.sh first"
}

strategies()
{
	run "--strategy heap,fixed-rsp0+direct+shared" ./run-bench.sh --engine bochs --quick --bench syscall.null --out "$work/two" \
		--strategy heap,fixed-rsp0+direct+shared
	check "--strategy: both builds" equal 'fixed-rsp0+direct+shared heap' "$(sqlite3 "$work/two/results.sqlite" \
		"SELECT DISTINCT strategy FROM summary WHERE engine = 'bochs' ORDER BY 1" | paste -sd ' ')"
}

strategy_all()
{
	run "--strategy all" ./run-bench.sh --engine bochs --quick --strategy all --out "$work/all"
	check "--strategy all: every build" equal "$(make -s list-strategies | wc -l)" "$(sqlite3 "$work/all/results.sqlite" \
		"SELECT count(DISTINCT strategy) FROM summary WHERE engine = 'bochs' AND benchmark = 'syscall.null'")"
}

figures()
{
	rm docs/figures.md docs/figures/irq-entry.svg
	run "make figures" make figures RESULTS=results/latest
	check "make figures: docs/figures.md shows them" grep -q 'figures/irq-entry.svg' docs/figures.md
	# gnuplot writes blanks at the ends of lines, and empty lines. The copy in docs/figures/ has
	# neither.
	check "make figures: this run's" diff -ZB results/latest/plots/irq-entry.svg docs/figures/irq-entry.svg
	git checkout -q docs
}

lint()
{
	run "make lint" make lint
	printf 'int  x ;\n' >bench/host/base/new_file.c
	! make lint >"$work/out" 2>&1
	shows "make lint sees a file that git does not know yet" new_file.c
	run "make format" make format
	check "make format: puts it in order" equal "int x;" "$(cat bench/host/base/new_file.c)"
	rm bench/host/base/new_file.c
	check "make format: changes nothing else" git diff --quiet -- '*.c' '*.h'
}

clean()
{
	run "make clean" make clean
	check "make clean: build/ is gone" test ! -e build
}

test_suite()
{
	run "make test" make test
	shows "make test: closes with a count" "passed, 0 failed"
}

fuzz()
{
	run "make fuzz-smoke" make fuzz-smoke
	if command -v clang >/dev/null; then
		run "make fuzz FUZZ_SECONDS=5" make fuzz FUZZ_SECONDS=5
		shows "make fuzz: says what it found" "no finding in"
	else
		result ok "make fuzz # SKIP clang is not installed"
	fi
}

fuzz_calls()
{
	run "make fuzz-calls CALLS=20000 BUILDS='heap best'" make fuzz-calls CALLS=20000 BUILDS='heap best' BOOT_CALLS=10000
	shows "make fuzz-calls: both were fuzzed, without a finding" "forks, 0 findings"
	run "make fuzz-calls CALLS=1000 SEED=4 ENGINE=bochs" make fuzz-calls CALLS=1000 SEED=4 BUILDS=window ENGINE=bochs
}

mutants()
{
	run "make mutants MUTANTS=claim/margin-changed" make mutants MUTANTS=claim/margin-changed
	shows "make mutants MUTANTS=claim/margin-changed: the fault is caught" "1 faults: 1 caught, 0 survive"
}

linux_baseline()
{
	rm results/linux/summary.csv
	run "make linux-baseline" make linux-baseline
	check "make linux-baseline: numbers" grep -q ',exec.real,' results/linux/summary.csv
}

# The outer machines need two packages from Debian's mirror. Packages that this tree has fetched
# earlier are copied to the clone.
lab()
{
	mkdir -p build/lab
	[ ! -d "$source/build/lab/packages" ] || cp -r "$source/build/lab/packages" build/lab/
	if ! make lab >"$work/out" 2>&1; then
		result ok "make lab, make nested-walks # SKIP $(tail -n 2 "$work/out" | head -n 1)"
		return
	fi
	result ok "make lab"
	run "make nested-walks" make nested-walks
	shows "make nested-walks: reads of page walks" "reads of page walks"
}

# Prints the checks in the order in which they run. Each line has the class (quick, long or never),
# the function, and the documented commands that the function covers, separated by semicolons.
table()
{
	cat <<-'END'
		quick;reproduce;make reproduce
		quick;figures_first;
		quick;build;make
		quick;help;make help
		quick;list_strategies;make list-strategies
		quick;build_strategy;make STRATEGY=heap
		quick;build_axes;make STACK=...;make LOADER=...;make ISOLATION=...
		quick;build_compiler;make KERNEL_CC=clang;make OPT=-Os
		quick;reference;make reference
		quick;options;./run-bench.sh --help;--list;--probe;./run-bench.sh measure
		quick;setup;make setup;./run-bench.sh --setup
		quick;quick_run;--quick;--bench 'irq.*';--profile NAME;--profile none;--tables
		quick;compare;./run-bench.sh --compare A B
		quick;recover;--recover DIR
		quick;export_stacks;--export perf-script DIR
		quick;profile_guest;--profile-guest
		quick;compilers;--compiler gcc-O2,clang-O2,gcc-Os
		quick;calibrate;--calibrate NAME
		quick;strategies;--strategy heap,fixed-rsp0+direct+shared
		quick;figures;make figures;make RESULTS=results/latest
		quick;readme;make readme
		quick;qemu;make qemu;echo 'ls /bin' | make qemu
		quick;qemu_test;make RUN=test
		quick;qemu_bench;make RUN=bench;make EXTRA=samples=quick
		quick;qemu_gdb;make qemu-gdb
		quick;bochs;make bochs
		quick;iso;make iso
		quick;level1;make BOOT=level1;make CPUS=8
		quick;stack_usage;make stack-usage;make OPT=-O0
		quick;lint;make lint;make format
		long;all_strategies;make all-strategies
		long;default_run;
		long;reproduce_all;
		long;strategy_all;--strategy all
		long;fuzz;make fuzz;make fuzz-smoke;make FUZZ_SECONDS=3600
		long;fuzz_calls;make fuzz-calls;make CALLS=100000000;make SEED=1;make BUILDS=...;make ENGINE=bochs
		long;test_machines;make test-machines
		long;test_cpus;make test-cpus
		long;test_races;make test-races;make SCHEDULES=1000
		long;test_measure_linux;make test-measure-linux
		long;test_moves;make test-moves;make MOVES=100000
		long;test_combinations;make test-combinations;make LIKE='*+bouncing*'
		long;test_places;make test-places;make PLACES=10
		long;link_sweep;make link-sweep
		long;level1_claims;--level1
		long;test_compilers;make test-compilers
		quick;mutants;make mutants;make MUTANTS=...
		long;validate_model;make validate-model;make PROFILE=...;make ENGINE=kvm
		long;predict;make predict;make HALF=learn;make KINDS=program
		long;bench_model;make bench-model;make PAIRS=5;make MEASURE=1
		long;lab;make lab;make nested-walks
		long;linux_baseline;make linux-baseline
		long;test_suite;make test;make setup test
		never;none;make test-commands
		quick;clean;make clean
	END
}

# The clone ----------------------------------------------------------------------------------------

make_clone()
{
	git clone -q "$source" "$clone" || return
	git ls-files -dz | (cd "$clone" && xargs -0r rm -f)
	git ls-files -coz --exclude-standard | xargs -0 sh -c 'for f; do [ ! -e "$f" ] || printf "%s\0" "$f"; done' sh |
		cpio --quiet -0pdmu "$clone" || return
	cd "$clone" || return
	git add -A
	git -c user.name=test -c user.email=test@example.org commit -qm "what is not committed" || true
}

if ! git rev-parse HEAD >/dev/null 2>&1; then
	echo "1..0 # SKIP this tree is no checkout of git"
	exit
fi
check "a clone is made" make_clone
cd "$clone" || exit
check "it has no build/" test ! -e build
known=$(table | cut -d';' -f3- | sed 's/;/\n/g' | grep . | sort -u)
documented=$({ readme_commands; help_commands; } | sed 's/^\(make STRATEGY=heap\)|.*/\1/' | sort -u)
check "every documented command is known here" equal "" "$(comm -13 <(echo "$known") <(echo "$documented"))"
check "every command known here is documented" equal "" "$(comm -23 <(echo "$known") <(echo "$documented"))"
for name in $only; do
	check "there is a check $name" grep -q ";$name;" <(table)
done
while IFS=';' read -r class function _; do
	if [ -n "$only" ]; then
		[[ " $only " == *" $function "* ]] || continue
	else
		[[ " $classes " == *" $class "* ]] || continue
	fi
	"$function" 3<&- </dev/null
done < <(table)
echo "1..$count"
