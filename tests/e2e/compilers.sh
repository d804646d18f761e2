#!/bin/bash
# SPDX-License-Identifier: MIT
# shellcheck disable=SC1091,SC2154 # common.sh defines the variables
# Tests runs with several compilers: each compiler must have results of its own, and the verdicts
# that differ must be named. The engine is played; its records name the compiler of the image that
# it was given.
. "$(dirname "$0")/common.sh"

make_tree
for compiler in clang-O2 gcc-Os; do
	mkdir "$tree/build/fixed-ist+window+shared@$compiler"
	echo "image by $compiler" | tee "$tree/build/fixed-ist+window+shared@$compiler/palimpsest.elf" \
		>"$tree/build/fixed-ist+window+shared@$compiler/palimpsest.elf32"
done
play <<-EOF
	$hello
	bench name=exec.load parameter=4096 unit=bytes samples=1 warmup=0 index=1 of=1
	sample name=exec.load parameter=4096 sample=0 flags=- region=0 m.tsc=700:ticks
	check name=exec.load parameter=4096 ok=1
	end ok
	!exit status=33
EOF
cat >"$tree/engine" <<-EOF
	#!/bin/sh
	case "\$*" in
	*--version* | *--help*) echo "played engine 1.0"; exit 0 ;;
	esac
	case "\$(cat kernel.elf32)" in
	*clang-O2) says=\${CLANG:-clang-14.0.6} ;;
	*gcc-Os) says=gcc-12.2.0-Os ;;
	*) says=gcc-12.2.0 ;;
	esac
	sed "s/compiler=gcc-12/compiler=\$says/" "$tree/script" | "$tree/build/tests/make-records"
EOF

# claim ID VERDICT: plants a claim; VERDICT is an SQL expression
claim()
{
	cat >"$tree/bench/claims/0$1-planted.sql" <<-EOF
		-- id:      $1
		-- seed:    none
		-- quote:   planted
		-- asks:    planted
		-- metric:  planted
		-- margin:  planted
		-- figure:  none
		SELECT $2 AS verdict, 'by ' || max(compiler) AS evidence FROM launches;
	EOF
}

mkdir "$tree/bench/claims/notes"
echo planted >"$tree/bench/claims/notes/none"
claim 1 "iif(max(compiler) LIKE 'gcc%', 'confirmed', 'refuted')"
claim 2 "'confirmed'"
run=$tree/run

# results_of COMPILER SQL: prints the result of a query on the results of COMPILER, a compiler of the run
# but not the first one
results_of()
{
	sqlite3 "$run/compilers/$1/results.sqlite" "$2"
}

bench --engine tcg --strategy window --compiler gcc,clang,gcc-Os --seed 5
is "three compilers: exits 0" 0 "$status"
is "the folder itself has the first one's results" gcc-12.2.0 "$(query 'SELECT group_concat(compiler) FROM launches')"
for compiler in clang-O2 gcc-Os; do
	check "$compiler has a report of its own" test -s "$run/compilers/$compiler/report.html"
	is "$compiler: the strategy has its usual name" window "$(results_of $compiler 'SELECT group_concat(strategy) FROM launches')"
	is "$compiler: the seed is the same" 5 "$(results_of $compiler 'SELECT seed FROM launches')"
done
is "the compiler's version is with the launches" clang-14.0.6 "$(results_of clang-O2 'SELECT compiler FROM launches')"
is "and its name in the environment" "clang-O2|gcc-O2,clang-O2,gcc-Os" "$(results_of clang-O2 \
	"SELECT group_concat(value, '|') FROM (SELECT value FROM environment WHERE key LIKE 'run.compiler%' ORDER BY key)")"
check "environment.json names it" grep -q '"run.compiler": "gcc-Os"' "$run/compilers/gcc-Os/environment.json"
is "the images differ" 2 "$(grep -h '"sha256.image.window"' "$run"/environment.json \
	"$run"/compilers/clang-O2/environment.json | sort -u | wc -l)"
is "compilers.csv has each claim with each compiler" "id,compiler,version,verdict,evidence
1,gcc-O2,gcc-12.2.0,confirmed,by gcc-12.2.0
1,clang-O2,clang-14.0.6,refuted,by clang-14.0.6
1,gcc-Os,gcc-12.2.0-Os,confirmed,by gcc-12.2.0-Os
2,gcc-O2,gcc-12.2.0,confirmed,by gcc-12.2.0
2,clang-O2,clang-14.0.6,confirmed,by clang-14.0.6
2,gcc-Os,gcc-12.2.0-Os,confirmed,by gcc-12.2.0-Os" "$(cat "$run/compilers.csv")"
check "the terminal counts what depends on the compiler" \
	grep -q 'the verdicts of 1 of 2 claims depend on the compiler' "$tree/out"
hinge='confirmed with gcc-O2, gcc-Os; refuted with clang-O2'
check "and says how" grep -q "claim 1: $hinge" "$tree/out"
check "the report says so too" grep -q "<td>$hinge</td>" "$run/report.html"
check "and links to the other reports" grep -q 'href="compilers/gcc-Os/report.html"' "$run/report.html"
"$tree/build/host/palimpsest-bench" --compare "$run" "$run/compilers/clang-O2" >"$tree/out" 2>"$tree/err"
check "--compare names the compilers" grep -q 'run.compiler differs: A gcc-O2, B clang-O2' "$tree/out"

# --recover must compute the verdicts of every compiler again from the databases, and write the
# reports again.
claim 2 "iif(max(compiler) LIKE '%-Os', 'confirmed', 'refuted')"
"$tree/build/host/palimpsest-bench" --recover "$run" >"$tree/out" 2>"$tree/err"
is "--recover: exits 0" 0 $?
check "--recover decides the claims of every compiler again" \
	grep -q 'claim 2: refuted with gcc-O2, clang-O2; confirmed with gcc-Os' "$tree/out"
rm "$run/report.html"
"$tree/build/host/palimpsest-bench" --report "$run" >"$tree/out" 2>"$tree/err"
check "--report keeps the verdicts per compiler" grep -q "<td>$hinge</td>" "$run/report.html"

bench --engine tcg --strategy window
is "one compiler: exits 0" 0 "$status"
check "one compiler: there is no folder of others" test ! -e "$run/compilers"
check "one compiler: the terminal says nothing of others" test "$(grep -c compilers/ "$tree/out")" = 0
check "one compiler: the report says nothing of others" test "$(grep -c compilers/ "$run/report.html")" = 0
is "one compiler: compilers.csv has its verdicts" 2 "$(grep -c ',gcc-O2,gcc-12.2.0,' "$run/compilers.csv")"

bench --engine tcg --strategy window --compiler clang
is "another compiler alone: exits 0" 0 "$status"
is "another compiler alone: the folder has its results" clang-14.0.6 "$(query 'SELECT compiler FROM launches')"

# The image names a compiler that is not the one that --compiler asked for.
export CLANG=clang-14.0.6-O3
bench --engine tcg --strategy window --compiler gcc,clang
is "a wrong image: exits 1" 1 "$status"
check "a wrong image: says so" says "the image says compiler clang-14.0.6-O3, asked for clang-O2"
is "a wrong image: nothing is stored from it" 0 "$(results_of clang-O2 'SELECT count(*) FROM samples')"
is "a wrong image: the other compiler's results are complete" complete "$(query 'SELECT state FROM run')"
unset CLANG

bench --engine tcg --compiler icc-O2
is "an unknown compiler: exits 2" 2 "$status"
check "an unknown compiler: says what is valid" \
	says "unknown compiler 'icc-O2': gcc or clang is needed, with one of -O2 -O3 -Os -Og -O0, such as gcc-O2,clang-O2"
bench --engine tcg --strategy window --compiler gcc-O3
is "a compiler without images: exits 2" 2 "$status"
check "a compiler without images: says so" says "fixed-ist+window+shared@gcc-O3/palimpsest.elf32 is not built"
./run-bench.sh --engine tcg --strategy window --compiler gcc-0.0 --out "$tree/absent" >"$tree/out" 2>"$tree/err"
is "a compiler that is not installed: exits 2" 2 $?
check "a compiler that is not installed: says what to install" says "gcc-0.0 is not installed (Debian package gcc-0.0)"

OPT=-O9 KERNEL_CC=none STRATEGY=none ./run-bench.sh --help >"$tree/out" 2>"$tree/err"
is "variables of make in the environment do not matter" 0 $?

finish
