#!/bin/bash
# SPDX-License-Identifier: MIT
# shellcheck disable=SC1091,SC2154 # common.sh defines the variables
# Tests report.html of good, hostile, cut-short and killed runs. If Chromium is installed (Debian
# package chromium), the test also renders the page there, headless.
. "$(dirname "$0")/common.sh"

make_tree
cp plots/* "$tree/plots/"

good()
{
	cat <<-EOF
		$hello
		bench name=exec.load parameter=4096 unit=bytes samples=2 warmup=0 index=1 of=2
		!hook version=1 bochs=played metrics=instructions,walk_reads
		!count region=1 instructions=500 walk_reads=2
		!count region=2 instructions=510 walk_reads=3
		sample name=exec.load parameter=4096 sample=0 flags=- region=1 m.pages=3:pages m.tsc=9:ticks
		sample name=exec.load parameter=4096 sample=1 flags=- region=2 m.pages=3:pages
		skip name=switch.pingpong parameter=1 reason=<script>alert(1)</script>
		end ok
		!exit status=33
	EOF
}

# holds TEXT: succeeds if the report contains TEXT
holds()
{
	grep -qF -- "$1" "$tree/run/report.html"
}

# lacks PATTERN: succeeds if no line of the report matches the regular expression
lacks()
{
	! grep -qE -- "$1" "$tree/run/report.html"
}

mkdir "$tree/bench/claims/notes"
echo 'a <b>bold</b> claim' >"$tree/bench/claims/notes/note"
cat >"$tree/bench/claims/01-test.sql" <<'EOF'
-- id:      1
-- seed:    note
-- quote:   a <b>bold</b> claim
-- asks:    does it hold?
-- metric:  none
-- margin:  none
-- figure:  exec
SELECT 'confirmed' AS verdict, '<img src=x onerror=alert(1)>' AS evidence
EOF

good | play
bench --engine bochs --strategy window
is "a good run exits 0" 0 "$status"
check "the terminal says where the report is" says "report:  $tree/run/report.html"
check "a figure that needs cycles says so" says "plots: where is not drawn: it needs cycles of the model, on bochs"
check "the figures are in it" holds '<figure id="fig-exec">'
check "a claim leads to its figure" holds '<a href="#fig-exec">'
check "text from the guest is escaped" holds '&lt;script&gt;alert(1)&lt;/script&gt;'
check "text from a claim is escaped" holds '&lt;img src=x onerror=alert(1)&gt;'
check "nothing from a run becomes a tag" lacks '<script|<img src=x|<b>bold'
check "nothing is loaded from elsewhere" lacks ' (src|href)="[^d#]|url\(|@import|<link'
check "a whole run has no alarm" lacks 'class="alarm"'

# browse light|dark: opens the report and all its folded tables in Chromium, at two page widths, and
# prints what the page's script finds at each
browse()
{
	local sandbox=()

	[ "$(id -u)" -ne 0 ] || sandbox=(--no-sandbox)
	cat >"$tree/probe.html" <<-EOF
		<!DOCTYPE html><body><iframe id="a" width="390" height="800" src="file://$tree/run/report.html"></iframe>
		<iframe id="b" width="1440" height="800" src="file://$tree/run/report.html"></iframe><pre id="out"></pre>
		<script>
		onload = () => { for (const frame of [a, b]) {
			const page = frame.contentDocument, inside = frame.contentWindow, images = [...page.images];
			for (const d of page.querySelectorAll('details')) d.open = true;
			out.append(['width', frame.width, 'dark', inside.matchMedia('(prefers-color-scheme: dark)').matches,
				'scrolls', page.scrollingElement.scrollWidth > inside.innerWidth, 'images', images.length > 0,
				'broken', images.filter(i => !(i.complete && i.naturalWidth > 0 && i.height > 0)).length,
				'requests', inside.performance.getEntriesByType('resource')
					.filter(r => !r.name.startsWith('data:')).length, ''].join(' '));
		} };
		</script>
	EOF
	timeout 60 chromium --headless=new "${sandbox[@]}" --disable-gpu --disable-dev-shm-usage --no-first-run \
		--user-data-dir="$tree/chromium" --allow-file-access-from-files --disable-web-security \
		--host-resolver-rules='MAP * ~NOTFOUND' --virtual-time-budget=20000 \
		--blink-settings=preferredColorScheme="$([ "$1" = light ] && echo 1 || echo 0)" \
		--dump-dom "file://$tree/probe.html" 2>/dev/null | sed -n 's/.*<pre id="out">\(.*\)<\/pre>.*/\1/p'
}

for scheme in light dark; do
	dark=$([ "$scheme" = dark ] && echo true || echo false)
	name="in Chromium, $scheme, all figures show and nothing scrolls sideways at 390 and 1440 pixels"
	seen="dark $dark scrolls false images true broken 0 requests 0"
	if command -v chromium >/dev/null; then
		is "$name" "width 390 $seen width 1440 $seen " "$(browse $scheme)"
	else
		count=$((count + 1))
		echo "ok $count - $name # SKIP chromium is not installed"
	fi
done

# --report makes the report and the texts again from the files of the run.
cp "$tree/run/tables.txt" "$tree/tables.before"
rm -r "$tree/run/report.html" "$tree/run/plots"
echo old >"$tree/run/tables.txt"
echo old >"$tree/run/answers.txt"
"$tree/build/host/palimpsest-bench" --report "$tree/run" >"$tree/out" 2>"$tree/err"
is "--report exits 0" 0 $?
check "--report: the report is there again" holds '<figure id="fig-exec">'
check "--report: so are the tables" cmp "$tree/tables.before" "$tree/run/tables.txt"
check "--report: a screen with nothing to show is removed" test ! -e "$tree/run/answers.txt"

# Makes the state that a killed run leaves: samples, but no summaries, comparisons or verdicts.
sqlite3 "$tree/run/results.sqlite" "UPDATE run SET state = 'running', finished = NULL;
	UPDATE launches SET state = 'running' WHERE engine <> 'image';
	DELETE FROM summary; DELETE FROM claims; DELETE FROM comparisons"
rm -r "$tree/run/report.html" "$tree/run/plots" "$tree/run/summary.csv"
"$tree/build/host/palimpsest-bench" --report "$tree/run" >"$tree/out" 2>"$tree/err"
is "--report of a killed run exits 0" 0 $?
check "--report of a killed run: it is recovered" grep -q ',exec.load,4096,instructions,' "$tree/run/summary.csv"
check "--report of a killed run: what is no time on bochs is still left out" \
	test -z "$(grep ',tsc,' "$tree/run/summary.csv")"
check "--report of a killed run: the report says so" holds 'This run was cut short.'

rm "$tree/bench/claims/01-test.sql"
good | grep -v '^end' | play
bench --engine bochs --strategy window
is "a run that is cut short exits 1" 1 "$status"
check "its report says so at the top" holds 'class="alarm"'
check "and which launch it was" holds 'bochs window, round 1: '
check "and that no claim was decided" holds 'No claim was decided in this run.'

play <<<"exit 0"
bench --engine bochs --strategy window
check "a run without any record has a report" holds 'This run has no figures'

# refused FOLDER WHAT MESSAGE: --report of FOLDER must fail with MESSAGE
refused()
{
	"$tree/build/host/palimpsest-bench" --report "$1" >"$tree/out" 2>"$tree/err"
	is "--report of $2 exits 2" 2 $?
	check "--report of $2: says '$3'" says "$3"
}

mkdir "$tree/foreign" "$tree/other"
refused "$tree/nowhere" "no folder" "No such file"
echo "not a database, but long enough to be taken for one" >"$tree/foreign/results.sqlite"
refused "$tree/foreign" "a file that is no database" "is damaged"
sqlite3 "$tree/other/results.sqlite" "CREATE TABLE run (x)"
refused "$tree/other" "another database" "is no results database"
head -c 20000 "$tree/run/results.sqlite" >"$tree/foreign/results.sqlite"
refused "$tree/foreign" "half a database" "is damaged"

finish
