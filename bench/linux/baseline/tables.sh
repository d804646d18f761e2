#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Rewrites the tables in docs/baselines.md from results/linux/summary.csv and a run of this kernel:
#     ./run-bench.sh --engine bochs --strategy heap,window,random,best
#     bench/linux/baseline/tables.sh results/latest
# A table is everything between "<!-- table NAME -->" and "<!-- end -->"; other text is kept.
set -euo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../../environment.sh"

root=$(dirname "$0")/../../..
csv=$root/results/linux/summary.csv
document=$root/docs/baselines.md
if [ $# != 1 ] || [ ! -r "$1/results.sqlite" ]; then
	echo "usage: $0 RESULTS-FOLDER" >&2
	exit 2
fi
[ -r "$csv" ] || { echo "$0: there is no $csv; make linux-baseline makes it" >&2; exit 2; }

# query RUN SQL: prints the result of the query SQL as a table without padding. The query may use
# three tables: `linux` has the rows of the CSV file; `place` says which benchmarks the document shows,
# and in which order; `counted` has the counts of Linux and of this kernel. The database of the run is
# attached as `run`. sqlite3 runs in the folder RUN and reads the CSV file from descriptor 3, so that
# no name of a folder has to be quoted.
query()
{
	(cd "$1" && sqlite3 -markdown) 3<"$csv" <<-END | sed -E '2s/-+/---/g; s/ +\|/ |/g; s/\| +/| /g'
		.mode csv
		.import '|cat <&3' linux
		ATTACH 'file:results.sqlite?mode=ro' AS run;
		CREATE TABLE place (n INTEGER PRIMARY KEY, benchmark TEXT, parameter INTEGER, part TEXT, name TEXT);
		INSERT INTO place (benchmark, parameter, part, name) VALUES
			('syscall.null', 0, 'kernel', 'getpid, kernel only'),
			('fault.page', 0, 'all', 'page fault, anonymous'),
			('map.unmap', 1, 'all', 'mmap, touch, munmap: 1 page'),
			('map.unmap', 64, 'all', 'the same, 64 pages'),
			('map.unmap', 1024, 'all', 'the same, 1024 pages'),
			('fork.roundtrip', 0, 'all', 'fork, exit, wait'),
			('exec.execve.path', 4096, 'kernel', 'execve of 4 KiB, to the first user instruction'),
			('exec.execve.path', 1048576, 'kernel', 'the same, 1 MiB'),
			('fork.exec.path', 4096, 'all', 'fork, execve of 4 KiB, exit, wait'),
			('fork.exec.path', 1048576, 'all', 'the same, 1 MiB'),
			('exec.real', 1, 'kernel', 'execve of busybox, to the first user instruction'),
			('exec.real', 2, 'kernel', 'bash-static'), ('exec.real', 3, 'kernel', 'sash'),
			('exec.real', 4, 'kernel', 'hello-musl'), ('exec.real', 5, 'kernel', 'hello-glibc'),
			('exec.real', 6, 'kernel', 'hello-pie'),
			('fork.exec.real', 1, 'all', 'fork, execve, run, exit, wait: busybox true'),
			('fork.exec.real', 2, 'all', 'bash-static'), ('fork.exec.real', 3, 'all', 'sash'),
			('fork.exec.real', 4, 'all', 'hello-musl'), ('fork.exec.real', 5, 'all', 'hello-glibc'),
			('fork.exec.real', 6, 'all', 'hello-pie');
		CREATE TEMP VIEW counted AS
			SELECT benchmark, CAST(parameter AS INTEGER) AS parameter, part, metric, options AS system,
				CAST(min AS INTEGER) AS least, CAST(median AS INTEGER) AS median FROM linux
			UNION ALL
			SELECT benchmark, parameter, place.part, metric, strategy, min, median FROM run.summary
				JOIN place USING (benchmark, parameter) WHERE engine = 'bochs';
		.mode markdown --wrap 0
		$2
	END
}

# count SYSTEM [PART]: prints an SQL expression for the median of SYSTEM in row p and metric m. The
# value of the expression is '' if SYSTEM was not counted.
count()
{
	echo "ifnull((SELECT printf('%,d', median) FROM counted c WHERE c.benchmark = p.benchmark AND c.parameter = p.parameter
		AND c.metric = m.metric AND c.system = '$1' AND c.part = ${2:-p.part}), '')"
}

table()
{
	case $1 in
	machine)
		query "$run" "SELECT DISTINCT kernel AS 'Linux', bochs AS 'counted in', cpu AS 'processor' FROM linux;"
		;;
	programs) # this table is a sentence
		query "$run" "SELECT value || '.' FROM run.environment WHERE key = 'tool.linux-programs';" |
			sed -n '3s/^| \(.*\) |$/The programs are from \1/p' | fold -s -w 98 | sed 's/ *$//'
		;;
	operations)
		query "$run" "SELECT p.name AS '',
			printf('%s / %s', (SELECT printf('%,d', least) FROM counted c WHERE c.benchmark = p.benchmark AND c.parameter = p.parameter
				AND c.metric = m.metric AND c.system = 'nopti' AND c.part = p.part), $(count nopti)) AS 'Linux, min / median',
			$(count nopti "'kernel'") AS 'in its kernel', $(count pti=on) AS 'with PTI',
			$(count heap) AS heap, $(count window) AS window, $(count best) AS best
			FROM place p, (SELECT 'instructions' AS metric) m ORDER BY n;"
		;;
	busybox)
		query "$run" "SELECT m.metric AS '', $(count nopti) AS Linux, $(count pti=on) AS 'with PTI', $(count heap) AS heap,
			$(count window) AS window, $(count random) AS random, $(count best) AS best
			FROM (SELECT * FROM place WHERE benchmark = 'fork.exec.real' AND parameter = 1) p, (SELECT column1 AS metric FROM
			(VALUES ('instructions'), ('rep_iterations'), ('data_accesses'), ('walk_reads'), ('walk_writes'), ('cr3_writes'), ('invlpg'),
			('exceptions'))) m;"
		;;
	*)
		echo "$0: $document asks for an unknown table: $1" >&2
		exit 1
		;;
	esac
}

run=$1
while IFS= read -r line; do
	if [[ $line =~ ^'<!-- table '([a-z]+)' -->'$ ]]; then
		echo "$line"
		table "${BASH_REMATCH[1]}"
		while IFS= read -r line && [ "$line" != '<!-- end -->' ]; do :; done
	fi
	echo "$line"
done <"$document" >"$document.new"
mv "$document.new" "$document"
