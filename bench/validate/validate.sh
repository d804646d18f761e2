#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Compares the cycle model with published figures: runs the benchmarks micro.* with a profile, prints
# a table, and fails if a figure is outside its bound. `make validate-model` calls it; docs/model.md
# describes the result.
#
# usage: validate.sh [PROFILE [ENGINE]]           the default is skylake-client on auto
#        validate.sh --database FILE PROFILE      prints the table of an earlier run
# Exit status: 0 if all figures are within their bounds; 1 if not, or if a benchmark did not run; 2
# for wrong use and other failures.
set -u
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../environment.sh"

here=$(dirname "$(readlink -f "$0")")
root=${here%/bench/validate}

fail()
{
	echo "validate-model: $*" >&2
	exit 2
}

# sql STATEMENTS: executes SQL statements on the run's database, with the views of figures.sql.
# sqlite3 runs in this script's folder, so that no name of a folder has to be quoted for .import's
# shell.
sql()
{
	{
		echo '.bail on'
		echo "CREATE TEMP TABLE imported (profile TEXT, figure TEXT, kind TEXT, low NUMERIC, high NUMERIC,
			unit TEXT, bound NUMERIC, how TEXT, \"row\" TEXT, less TEXT, \"from\" NUMERIC, \"to\" NUMERIC, source TEXT);"
		echo '.mode tabs'
		echo ".import '|grep -v ^# published.tsv | tail -n +2' imported"
		echo "CREATE TEMP TABLE published AS SELECT * FROM imported WHERE profile = '$profile' ORDER BY rowid;"
		cat "$here/figures.sql"
		echo "$1"
	} | (cd "$here" && sqlite3 -readonly -bail "$database")
}

# rows KIND COLUMNS: prints the figures of a kind (calibration or held-out). COLUMNS, which is empty
# or begins with a comma, is SQL for further columns of the table.
rows()
{
	sql ".mode markdown --wrap 0
		SELECT figure, published, low, nominal, high, error, bound, verdict$2, source FROM shown
		WHERE kind = '$1' ORDER BY number;"
}

# chases COLUMNS: prints the latency of a load for each size of the working set. There are published
# figures for only a few of these sizes. COLUMNS is as for rows().
chases()
{
	local range="printf('%.1f, %.1f, %.1f', low_%s, nominal_%s, high_%s)"

	sql ".mode markdown --wrap 0
		SELECT \"working set\", ${range//%s/2m} AS \"2 MiB pages: low, nominal, high\",
			${range//%s/4k} AS \"4 KiB pages: low, nominal, high\" $1
		FROM chase ORDER BY parameter;"
}

table()
{
	local kvm='' count

	count=$(sql 'SELECT sum(has_ticks) FROM shown') || return
	[ "$count" = 0 ] || kvm=', ticks AS "KVM, TSC ticks", ratio AS "ticks / published"'
	echo "# The cycle model against published figures: $profile"
	echo
	echo "## Held out: no parameter of the profile was taken from these"
	echo
	count=$(sql "SELECT count(*) FROM shown WHERE kind = 'held-out'") || return
	if [ "$count" = 0 ]; then
		echo "none is known for this processor"
	else
		rows held-out "$kvm" || return
	fi
	echo
	echo "## Calibration: these went into the profile, so that agreement shows consistency only"
	echo
	rows calibration "$kvm" || return
	echo
	echo "## Cycles of a load that waits for the one before it, by working set: to look at, without a bound"
	echo
	chases "${kvm:+, printf('%.1f, %.1f', ticks_2m, ticks_4k) AS \"KVM, TSC ticks: 2 MiB, 4 KiB\"}" || return
	echo
	if [ -n "$kvm" ]; then
		echo "Ticks of the TSC are not cycles of the core: they run at one rate, whatever the core does."
	else
		echo "KVM: not measured."
	fi
}

# measure ENGINE: runs the benchmarks micro.* on one CPU, and tlb.* on two CPUs of Bochs. Writes the
# results to $out.
measure()
{
	local engines status rounds=()

	# The probe loops choose their own memory, so one layout is enough for the counts.
	case $1 in
	auto | bochs) engines=$1 rounds=(--rounds 1) ;;
	kvm) engines=bochs,kvm ;;
	tcg) fail "tcg's times mean nothing; valid engines are auto, bochs, kvm" ;;
	*) fail "unknown engine '$1'; valid are auto, bochs, kvm" ;;
	esac
	rm -rf "$out"
	mkdir -p "$(dirname "$out")" || exit 2
	"$root/run-bench.sh" --engine "$engines" --profile "$profile" --strategy window --bench 'micro.*' --quick \
		--layout fixed "${rounds[@]}" --out "$out" >"$out.log"
	status=$?
	[ $status -ne 1 ] || echo "validate-model: the probe loops did not all run; see ${out#"$root/"}/logs" >&2
	[ $status -eq 0 ] || exit $status
	"$root/run-bench.sh" --engine bochs --cpus 2 --profile "$profile" --strategy window \
		--bench tlb.shootdown,tlb.invlpg --quick --layout fixed --rounds 1 --out "$out/several" >>"$out.log" || exit
	(cd "$out" && sqlite3 results.sqlite "ATTACH 'several/results.sqlite' AS several;
		INSERT INTO summary SELECT * FROM several.summary;") || fail "the results of two CPUs cannot be added"
}

command -v sqlite3 >/dev/null || fail "sqlite3 is missing (Debian package sqlite3); run: ./run-bench.sh --setup"
if [ "${1:-}" = --database ]; then
	[ $# -eq 3 ] || fail "usage: validate.sh --database FILE PROFILE"
	database=$2 profile=$3
	[ -r "$database" ] || fail "$database cannot be read"
	database=$(readlink -f "$database")
else
	[ $# -le 2 ] || fail "usage: validate.sh [PROFILE [ENGINE]]"
	profile=${1:-skylake-client}
fi
known=$(grep -v '^#' "$here/published.tsv" | tail -n +2 | cut -f1 | uniq | paste -sd' ')
[[ " $known " == *" $profile "* ]] || fail "no figures for the profile '$profile'; there are some for: $known"
if [ "${1:-}" != --database ]; then
	out=$root/build/validate/$profile
	database=$out/results.sqlite
	measure "${2:-auto}"
fi

made_with=$(sqlite3 -readonly "$database" "SELECT value FROM environment WHERE key = 'run.profile'") ||
	fail "$database is not the database of a run"
[ "$made_with" = "$profile" ] || fail "$database was made with profile '$made_with', not '$profile'"
text=$(table) || fail "the table cannot be made"
echo "$text"
[ -z "${out:-}" ] || echo "$text" >"$out/model.md"
off=$(sql "SELECT count(*) FROM shown WHERE verdict <> 'ok'") || exit 2
if [ "$off" -ne 0 ]; then
	echo "validate-model: $off of the figures are outside their bounds or missing" >&2
	exit 1
fi
