#!/bin/bash
# SPDX-License-Identifier: MIT
# shellcheck disable=SC1091,SC2154 # common.sh defines the variables
# Tests the harness on bad results, planted regressions and a full disk. Bad results are damaged,
# half-written, from another program, or left by a killed run. The harness must never crash or lose
# a sample, and must always print a message.
. "$(dirname "$0")/common.sh"

make_tree
harness=$tree/build/host/palimpsest-bench

# played INSTRUCTIONS: prints the script of a short run on Bochs, with this count in each sample
played()
{
	cat <<-EOF2
		$hello
		bench name=exec.load parameter=4096 unit=bytes samples=2 warmup=0 index=1 of=1
		!hook version=1 bochs=played metrics=instructions,walk_reads
		!count region=1 instructions=$1 walk_reads=2
		!count region=2 instructions=$1 walk_reads=2
		sample name=exec.load parameter=4096 sample=0 flags=- region=1 m.tsc=700:ticks
		sample name=exec.load parameter=4096 sample=1 flags=- region=2 m.tsc=710:ticks
		end ok
	EOF2
}

# make_run NAME INSTRUCTIONS: makes the results of a run with this count in $tree/NAME
make_run()
{
	played "$2" | play
	bench --engine bochs --strategy window
	rm -rf "${tree:?}/$1"
	mv "$tree/run" "$tree/$1"
}

# compare STATUS MESSAGE ARGUMENT…: runs the harness in $tree with these arguments; it must exit
# with STATUS and print MESSAGE
compare()
{
	local wanted=$1 message=$2

	shift 2
	(cd "$tree" && timeout 20 "$harness" "$@") >"$tree/out" 2>"$tree/err"
	status=$?
	is "$* exits $wanted" "$wanted" "$status"
	cat "$tree/out" >>"$tree/err"
	check "$*: says '$message'" says "$message"
}

make_run good 500
make_run same 500
make_run slow 540
make_run near 520

# ---- Comparisons ----
compare 0 "0 regressions" --compare good same
compare 1 "REGRESSION  bochs window  exec.load 4096  instructions" --compare good slow
compare 0 "within 10 %, 0 regressions" --compare good slow --threshold 10
compare 0 "1 with less" --compare slow good
compare 0 "1 within 5 %" --compare good near
compare 0 "identical: all of 1 benchmark" --reproduces good same
compare 1 "for no known reason" --reproduces good slow
mkdir "$tree/exported"
cp "$tree/good/"{summary.csv,environment.json} "$tree/exported/"
compare 1 REGRESSION --compare exported slow
# A change of cycles must be listed before a larger change of a count.
for folder in few many; do
	mkdir "$tree/$folder"
	cp "$tree/exported/environment.json" "$tree/$folder/"
done
awk -F , -v OFS=, '{ print } $9 == "instructions" { $9 = "cycles_nominal"; $10 = "cycles"; print }' \
	"$tree/exported/summary.csv" >"$tree/few/summary.csv"
awk -F , -v OFS=, 'NR > 1 && $9 ~ /^(instructions|cycles_nominal)$/ { factor = $9 == "instructions" ? 2 : 1.5
	for (i = 12; i <= 19; i++) $i *= factor } { print }' "$tree/few/summary.csv" >"$tree/many/summary.csv"
compare 1 "REGRESSION" --compare few many
is "--compare: cycles before counts" "cycles_nominal instructions" \
	"$(grep -o '^REGRESSION .*\(cycles_nominal\|instructions\) ' "$tree/err" | awk '{ print $NF }' | paste -sd ' ')"
# ---- Results in another format, or without a format number ----
mkdir "$tree/format2" "$tree/format0"
cp "$tree/exported/"* "$tree/format2/"
cp "$tree/exported/"* "$tree/format0/"
sed -i 's/"results.format": "[0-9]*"/"results.format": "2"/' "$tree/format2/environment.json"
sed -i '/"results.format"/d' "$tree/format0/environment.json"
for option in --compare --reproduces; do
	compare 2 "the results are of format 2, and this version reads format 1" $option good format2
	compare 2 "the results are of format 2, and this version reads format 1" $option format2 good
	compare 2 "does not say which format the results have" $option good format0
done
# If the programs differ, --reproduces names that as the reason.
sed -i 's/"sha256.programs": "[^"]*"/"sha256.programs": "another"/' "$tree/exported/environment.json"
compare 0 "programs differs" --reproduces exported slow

# ---- Folders with no results, or with damaged ones ----
mkdir "$tree"/{empty,foreign,text,cut,nojson,broken}
echo hello >"$tree/foreign/notes.txt"
sqlite3 "$tree/foreign/results.sqlite" 'CREATE TABLE t (x); INSERT INTO t VALUES (1)'
echo "not a database, although it is called one, and long enough to have a header" >"$tree/text/results.sqlite"
cp "$tree/exported/"* "$tree/cut/"
size=$(stat -c %s "$tree/cut/summary.csv")
truncate -s $((size - 30)) "$tree/cut/summary.csv"
cp "$tree/exported/summary.csv" "$tree/nojson/"
cp "$tree/exported/"* "$tree/broken/"
truncate -s 100 "$tree/broken/environment.json"
for file in halved middle; do
	mkdir "$tree/$file"
	cp "$tree/good/results.sqlite" "$tree/$file/"
done
truncate -s 20000 "$tree/halved/results.sqlite"
dd if=/dev/urandom of="$tree/middle/results.sqlite" bs=4096 seek=1 count=6 conv=notrunc status=none
compare 2 "no-such: No such file or directory" --compare good no-such
compare 2 "engine is not a folder" --compare engine good
compare 2 "neither results.sqlite nor summary.csv" --compare empty good
compare 2 "is no results database of format 1" --compare good foreign
compare 2 "is damaged" --compare good text
compare 2 "is damaged" --compare halved good
compare 2 "is damaged" --compare good middle
compare 2 "summary.csv is damaged at record" --compare cut good
compare 2 "environment.json: No such file" --compare nojson good
compare 2 "environment.json is damaged" --compare broken good
compare 2 "--compare needs two folders of results" --compare good
compare 2 "a number of percent" --compare good same --threshold much
compare 2 "it has no results.sqlite" --recover exported
compare 2 "is damaged" --recover middle
# ---- Random damage: the harness must exit with a status and a message ----
crashed=0 silent=0
for seed in $(seq 25); do
	cp "$tree/good/results.sqlite" "$tree/middle/results.sqlite"
	RANDOM=$seed
	for _ in $(seq 20); do
		printf '\xa5' | dd of="$tree/middle/results.sqlite" bs=1 seek=$((RANDOM * 3 % 60000)) conv=notrunc status=none
	done
	timeout 20 "$harness" --compare "$tree/good" "$tree/middle" >"$tree/out" 2>&1
	[ $? -lt 124 ] || crashed=$((crashed + 1))
	[ -s "$tree/out" ] || silent=$((silent + 1))
done
is "25 databases with random damage: none crashes it, none is met in silence" "0 0" "$crashed $silent"

# ---- A harness that is killed at 50 random moments: --recover must find the samples ----
{
	echo "$hello"
	echo "bench name=tlb.cr3 parameter=0 unit=none samples=100 warmup=0 index=1 of=1"
	for i in $(seq 0 99); do
		echo "sample name=tlb.cr3 parameter=0 sample=$i flags=- region=0 m.tsc=$((100 + i % 3)):ticks"
		echo "sleep 0.002"
	done
	echo "end ok"
} | play

# kill_ten SEED: starts ten runs in $tree/killed-SEED and kills each at a random moment. Prints five
# numbers: the runs that lost samples, the comparisons without a clear result, the failed
# recoveries, the samples that all runs together kept, and the runs that had begun.
kill_ten()
{
	local run=$tree/killed-$1 lost=0 unclear=0 unreadable=0 had=0 began=0 victim status sent kept

	RANDOM=$1
	for kill in $(seq 10); do
		rm -rf "$run"
		PALIMPSEST_QEMU=$tree/engine "$harness" --out "$run" --engine tcg --strategy window >/dev/null 2>&1 &
		victim=$!
		# Every second run lives at least until its first record has arrived, so that some
		# killed runs have records even on a slow machine.
		for _ in $(seq $((kill % 2 * 500))); do
			[ ! -s "$(echo "$run"/logs/*/records.txt)" ] || break
			sleep 0.01
		done
		sleep "0.$(printf %03d $((RANDOM % 280)))"
		kill -KILL $victim 2>/dev/null
		wait $victim 2>/dev/null
		[ -e "$run/results.sqlite" ] || continue
		timeout 20 "$harness" --compare "$run" "$tree/good" >"$run.out" 2>&1
		status=$?
		{ [ $status = 2 ] || [ $status = 0 ]; } && [ -s "$run.out" ] || unclear=$((unclear + 1))
		# A run that was killed before it began has nothing to recover.
		[ -n "$(sqlite3 "$run/results.sqlite" 'SELECT name FROM run' 2>/dev/null)" ] || continue
		began=$((began + 1))
		timeout 20 "$harness" --recover "$run" >/dev/null 2>&1 || unreadable=$((unreadable + 1))
		sent=$(cat "$run"/logs/*/records.txt 2>/dev/null | grep -c '^@.* sample .* m.tsc=1[0-9]*:ticks.*')
		kept=$(sqlite3 "$run/results.sqlite" \
			"SELECT count(*) FROM samples WHERE launch IN (SELECT id FROM launches WHERE engine = 'tcg')")
		had=$((had + kept))
		# The last record may be incomplete, so one sample may be missing.
		[ "$kept" -ge $((sent - 1)) ] && [ "$(sqlite3 "$run/results.sqlite" 'PRAGMA integrity_check')" = ok ] ||
			lost=$((lost + 1))
	done
	echo "$lost $unclear $unreadable $had $began"
}

for seed in 1 2 3 4 5; do
	kill_ten $seed >"$tree/killed-$seed.sum" &
done
wait
read -r lost unclear unreadable had began < <(awk '{ for (i = 1; i <= 5; i++) sum[i] += $i }
	END { print sum[1], sum[2], sum[3], sum[4], sum[5] }' "$tree"/killed-*.sum)
check "50 times kill -9: $began runs had begun, and some samples had come" test "$began" -gt 20 -a "$had" -gt 100
is "50 times kill -9: no sample that came is lost" 0 "$lost"
is "50 times kill -9: a comparison says what is the matter" 0 "$unclear"
is "50 times kill -9: every run that had begun is recovered" 0 "$unreadable"

# One more run is killed, and its recovery checked in detail.
rm -rf "$tree/run"
sed -i '/^end ok/i sleep 30' "$tree/script"
PALIMPSEST_QEMU=$tree/engine "$harness" --out "$tree/run" --engine tcg --strategy window >"$tree/out" 2>"$tree/err" &
victim=$!
for _ in $(seq 100); do
	grep -qs 'sample=99' "$tree"/run/logs/*/records.txt && break
	sleep 0.05
done
compare 2 "a run is writing to it" --recover run
kill -KILL $victim
wait $victim 2>/dev/null
compare 2 "--recover run" --compare run good
compare 0 "tcg window: cut short; 100 samples are kept" --recover run
is "a killed run that is recovered says that it was cut short" "cut short|cut short|the harness was killed" \
	"$(query "SELECT run.state, launches.state, reason FROM run, launches WHERE engine = 'tcg'")"
check "and has its summaries" grep -q '^tcg,window,.*,tlb.cr3,0,tsc,ticks,100,' "$tree/run/summary.csv"
compare 0 "of engines whose numbers are not compared" --compare run good

# ---- A full disk: a tmpfs of 500 KiB, mounted in a new namespace ----
cat >"$tree/full.sh" <<EOF2
mount -t tmpfs -o size=500k none "$tree/small" || exit 77
PALIMPSEST_QEMU=$tree/engine "$harness" --out "$tree/small/run" --engine tcg --strategy window >"$tree/out" 2>"$tree/err"
echo \$? >"$tree/full.status"
"$harness" --compare "$tree/small/run" "$tree/good" >"$tree/full.compare" 2>&1
echo \$? >>"$tree/full.status"
cp -r "$tree/small/run" "$tree/full"
EOF2
mkdir "$tree/small"
{
	echo "$hello"
	echo "bench name=tlb.cr3 parameter=0 unit=none samples=9000 warmup=0 index=1 of=1"
	for i in $(seq 0 8999); do
		echo "sample name=tlb.cr3 parameter=0 sample=$i flags=- region=0 m.tsc=100:ticks"
	done
	echo "end ok"
} | play
if unshare -Urm bash "$tree/full.sh" 2>"$tree/err.mount" || unshare -m bash "$tree/full.sh" 2>>"$tree/err.mount"; then
	is "full disk: exits 1, and a comparison 2" "1 2" "$(paste -sd ' ' "$tree/full.status")"
	check "full disk: says so" says "the disk is full"
	compare 0 "samples are kept" --recover full
	is "full disk: what fitted is whole" ok "$(sqlite3 "$tree/full/results.sqlite" 'PRAGMA integrity_check')"
	sent=$(cat "$tree"/full/logs/*/records.txt | grep -c ' sample ')
	kept=$(sqlite3 "$tree/full/results.sqlite" "SELECT count(*) FROM samples WHERE metric = 'tsc'")
	check "full disk: $kept samples of $sent that fitted are had back" test "$kept" -ge $((sent - 1)) -a "$kept" -gt 100
else
	echo "ok $((count += 1)) - full disk # SKIP no tmpfs can be mounted here: $(tail -n 1 "$tree/err.mount")"
fi

# ---- Output: --quiet, --verbose, and no escape sequences if it is not a terminal ----
played 500 | play
bench --engine bochs --strategy window --quiet
is "--quiet: nothing but results" 0 "$(wc -c <"$tree/err")"
check "--quiet: the results are there" grep -q '500' "$tree/out"
bench --engine bochs --strategy window
check "no terminal, no escapes" test -z "$(cat "$tree/out" "$tree/err" | tr -dc '\033')"
normal=$(wc -l <"$tree/err")
bench --engine bochs --strategy window --verbose
check "--verbose: says more" test "$(wc -l <"$tree/err")" -gt "$normal"
is "--quiet and --verbose: exits 2" 2 "$("$harness" --quiet --verbose >/dev/null 2>&1; echo $?)"
if command -v script >/dev/null; then
	run_in_terminal()
	{
		rm -rf "$tree/run"
		PALIMPSEST_BOCHS=$tree/engine TERM=xterm timeout 20 script -qec \
			"stty cols $1; '$harness' --out '$tree/run' --engine bochs --strategy window" /dev/null </dev/null
	}
	check "a terminal: has colours" grep -q "$(printf '\033\[')" <<<"$(run_in_terminal 100)"
	check "NO_COLOR: has none" test -z "$(NO_COLOR=1 run_in_terminal 100 | grep -a "$(printf '\033\[[0-9]*m')")"
	check "a narrow terminal: no line is wider" test -z "$(NO_COLOR=1 run_in_terminal 60 | tr -d '\r' |
		grep -aE '^(  | *[0-9]).{61,}')"
else
	echo "ok $((count += 1)) - a terminal # SKIP there is no program script"
fi

finish
