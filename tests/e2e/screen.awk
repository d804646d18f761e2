# A run on Bochs ends with a screen. Checks every number of this screen against the run's CSV files.
# usage: awk -f screen.awk summary.csv comparisons.csv SCREEN
# Prints a line for each number that differs, then "N numbers, M wrong". Exits with 1 if a number is
# wrong, or if there are no numbers.

BEGIN {
	FS = ","
	split("from user|irq.entry.user;from kernel|irq.entry.kernel;round trip|irq.roundtrip.user", pairs, ";")
	for (i in pairs) {
		split(pairs[i], pair, "|")
		benchmark_of[pair[1]] = pair[2]
	}
	split("instructions|due_instructions;REP MOVS and STOS|due_strings;REP strings|due_strings;" \
		"data cache misses|due_data;data misses|due_data;code cache misses|due_fetch;code misses|due_fetch;" \
		"TLB misses and walks|due_translation;TLB misses|due_translation;mispredicted branches|due_mispredicts;" \
		"mispredicts|due_mispredicts;ring changes, delivery|due_rings;ring changes|due_rings;INVLPG|due_flushes;" \
		"CR3 loads|due_flushes;TLB flushes|due_flushes;other privileged|due_privileged;privileged|due_privileged", pairs, ";")
	for (i in pairs) {
		split(pairs[i], pair, "|")
		metric_of[pair[1]] = pair[2]
	}
}

# ---- The CSV files. Only columns before those with quoted fields are read. ----

FNR == 1 { file++ }

file == 1 && $1 == "bochs" {
	median[$2, $7, $8, $9] = $14 + 0
	known[$2] = known[$2 "+"] = $2
	if (sub(/\+shared$/, "", $2))
		known[$2] = $2 "+shared"
	if ($7 == "tlb.invlpg" && $9 == "cycles_nominal" && (!flushed || $2 == "heap"))
		flushed = $2
	if ($7 ~ /^tlb/ && $9 ~ /^cycles_/) {
		key = $7 SUBSEP $8 SUBSEP $9
		if (!(key in cheapest) || $18 + 0 < cheapest[key])
			cheapest[key] = $18 + 0
		if ($19 + 0 > dearest[key])
			dearest[key] = $19 + 0
		few[key] += /few/
	}
}

file == 2 && $1 == "bochs" {
	ratio[$5, $6, $2, $3, $4] = $7 + 0
	low[$5, $6, $2, $3, $4] = $8 + 0
	high[$5, $6, $2, $3, $4] = $9 + 0
}

# ---- Numbers as the screen writes them ----

# round(V): V rounded as printf() does
function round(v) { return sprintf("%.0f", v) }

function commas(v,    digits, text) {
	digits = v
	while (length(digits) > 3) {
		text = "," substr(digits, length(digits) - 2) text
		digits = substr(digits, 1, length(digits) - 3)
	}
	return digits text
}

# scaled(V, LIKE): V in the unit (ones, k or M) in which the screen shows LIKE, without the unit's
# letter
function scaled(v, like,    scale) {
	scale = like >= 1e8 ? 1e6 : like >= 1e5 ? 1e3 : 1
	v /= scale
	if (v < 0)
		v = -v
	return v < 10 ? sprintf("%.10g", int(10 * v + 0.5) / 10) : commas(int(v + 0.5))
}

function letter(like) { return like >= 1e8 ? " M" : like >= 1e5 ? " k" : "" }

function same(what, expected, printed) {
	numbers++
	if (expected != printed) {
		wrong++
		print what ": " printed " is not " expected
	}
}

# ---- The screen ----

# bytes(TITLE): the parameter in a title such as "16 MiB"
function bytes(title,    part) {
	split(title, part, " ")
	return part[1] * (part[2] == "MiB" ? 1048576 : 1024)
}

# cut(PATTERN): returns what matches PATTERN at the start of `rest`, and removes it from `rest`, with
# the spaces after it
function cut(pattern,    found) {
	if (match(rest, "^" pattern)) {
		found = substr(rest, 1, RLENGTH)
		rest = substr(rest, RLENGTH + 1)
	}
	sub(/^ +/, "", rest)
	return found
}

# order(PAGES, AGAINST): -1 if INVLPG of PAGES pages costs less than the benchmark AGAINST, 1 if it
# costs more, 0 if neither is decided
function order(pages, against,    set, one, other, less, more) {
	less = more = 1
	for (set in all_sets) {
		one = "tlb.invlpg" SUBSEP pages SUBSEP set
		other = against SUBSEP (against == "tlb.cr3" ? 0 : pages) SUBSEP set
		if (few[one] || few[other])
			return 0
		less = less && dearest[one] < cheapest[other]
		more = more && cheapest[one] > dearest[other]
	}
	return more - less
}

# crossing(AGAINST, AGAIN): returns the part of the sentence that is about the benchmark AGAINST. This
# part has two numbers of pages: the least with which AGAINST costs less than INVLPG, and the greatest
# with which it costs more. If AGAIN is true, the part lacks the words "costs less than INVLPG of each
# page", because the sentence already has them.
function crossing(against, again,    pages, from, up_to, text, first, last) {
	for (pages = 1; pages <= 1024 && order(pages, against) < 0; pages *= 2)
		up_to = pages
	for (pages = 1024; pages >= 1 && order(pages, against) > 0; pages /= 2)
		from = pages
	decided = from
	if (from)
		text = (again ? "" : "costs less than INVLPG of each page ") "from " from (from == 1 ? " page on" : " pages on")
	else
		text = again ? "that is not decided for any number of pages" : \
			"is not decided to cost less than INVLPG of each page, whatever their number"
	text = text (up_to ? ", more up to " up_to (up_to == 1 ? " page" : " pages") : "")
	for (pages = 1; pages <= 1024; pages *= 2)
		if (order(pages, against) == 0) {
			first = first ? first : pages
			last = pages
		}
	if (from && first)
		text = text " (not decided for " (first < last ? first " to " : "") last (last == 1 ? " page" : " pages") ")"
	return text
}

# flush_sentence(): the sentence below the block on flushes
function flush_sentence(    alone, again, reads, text) {
	alone = crossing("tlb.cr3", 0)
	again = decided
	reads = crossing("tlb.refill", again)
	if (crossing("tlb.refill", 0) == alone)
		text = alone ", alone and with a read of each page after it"
	else
		text = alone "; with a read of each page after it, " (again ? "" : "it ") reads
	sub(/\+shared$/, "", flushed)
	return " One CR3 load " text (strategies > 1 ? " (so with all strategies; shown: " flushed ")" : "") "."
}

function fail(what) {
	wrong++
	print what
}

# check_cause(STRATEGY, ROW): checks `rest`, the last column of a line of the screen. The column has
# the causes for which the strategy needs more than the lowest strategy, in percent of the difference.
function check_cause(strategy, row,    key, difference, part, first, what) {
	key = strategy SUBSEP row
	difference = median[strategy, row, "cycles_nominal"] - median[least[row], row, "cycles_nominal"]
	while (what = cut("(CR3)?[A-Za-z][^0-9,-]*")) {
		sub(/ +$/, "", what)
		part = what == "rest" ? 100 - first : percent(due(strategy, row, what), difference)
		first = first ? first : part
		same(key " due to " what, part " %", cut("-?[0-9]+ %"))
		cut(",")
	}
	if (rest)
		fail(key ": " rest)
}

# percent(PART, WHOLE): PART in percent of WHOLE, rounded as round() does
function percent(part, whole) {
	part = 100 * part / whole
	return int(part + (part < 0 ? -0.5 : 0.5))
}

# due(STRATEGY, ROW, WHAT): the cycles that STRATEGY spends on the cause WHAT, less those that the
# lowest strategy spends on it
function due(strategy, row, what) {
	if (!(what in metric_of))
		fail("unknown cause: " what)
	return median[strategy, row, metric_of[what]] - median[least[row], row, metric_of[what]]
}

# end(VALUE, DECIMALS): an end of the interval of a ratio
function end(value, decimals) { return value == 1 ? "1" : sprintf("%." decimals "f", value) }

# check_row(STRATEGY, ROW): checks `rest`, the part of the line that begins with the median
function check_row(strategy, row,    key, value, decimals, text, set, lo, hi) {
	key = strategy SUBSEP row
	value = median[key, "cycles_nominal"]
	same(key " median", scaled(value, value) letter(value), cut("[0-9.,]+( [kM])?"))
	cut("[?~^!/]*")
	if (match(rest, /^[0-9.,]+ - [0-9.,]+/)) {
		same(key " low - high", scaled(median[key, "cycles_low"], value) " - " \
			scaled(median[key, "cycles_high"], value) letter(value), cut("[0-9.,]+ - [0-9.,]+( [kM])?"))
	}
	text = cut("[0-9.]+")
	if (text == "1" && rest !~ /^the same$/) { # the least
		same(key " is the least", least[row], strategy)
		if (rest !~ /^(fastest|lowest|no difference)/)
			fail(key ": " rest)
		return
	}
	decimals = length(text) > 2 ? length(text) - 2 : 0
	key = strategy SUBSEP least[row] SUBSEP row
	same(key " ratio", sprintf("%." decimals "f", ratio[key, "cycles_nominal"]), text)
	lo = low[key, "cycles_nominal"]
	hi = high[key, "cycles_nominal"]
	for (set in sets) {
		lo = low[key, set] < lo ? low[key, set] : lo
		hi = high[key, set] > hi ? high[key, set] : hi
	}
	text = "[" end(lo, decimals) ".." end(hi, decimals) "]"
	if (end(lo, decimals) != end(hi, decimals))
		same(key " interval", text, cut("\\[[0-9.]+\\.\\.[0-9.]+\\]"))
	numbers++
	if (rest ~ /^(not decided|too few rounds|the same)$/ || rest == "") {
		if (rest ~ /decided/ && (lo > 1 || hi < 1) || rest ~ /the same/ && (lo != 1 || hi != 1))
			fail(key ": '" rest "' with " text)
		return
	}
	if (lo <= 1)
		fail(key ": a cause of a difference that is not decided, " text)
	check_cause(strategy, row)
}

file == 3 && FNR == 1 {
	FS = "\n"
	sets["cycles_low"]; sets["cycles_high"]
	all_sets["cycles_low"]; all_sets["cycles_nominal"]; all_sets["cycles_high"]
	for (key in median) {
		split(key, of, SUBSEP)
		row = of[2] SUBSEP of[3]
		if (of[4] != "cycles_nominal")
			continue
		rank = of[1] == "heap" ? 1 : of[1] == "window" ? 2 : of[1] == "random" ? 3 : of[1] == "best" ? 4 : 5
		if (!(row in least) || median[key] < lowest[row] || median[key] == lowest[row] && rank < ranked[row]) {
			least[row] = of[1]
			lowest[row] = median[key]
			ranked[row] = rank
		}
	}
}

file == 3 && /^[a-zA-Z0-9]/ { block = $0 }

file == 3 && /^[0-9]+ strateg(y|ies) on / { strategies = $0 + 0 }

file == 3 && /^  / && block ~ /^(start a program|interrupt|16 context switches)/ {
	rest = $0
	if (substr(rest, 3, 1) != " ") {
		title = substr(rest, 3, 11)
		sub(/ +$/, "", title)
	}
	rest = substr(rest, 15)
	name = cut("[^ ]+")
	if (block ~ /^start/)
		row = "exec.spawn" SUBSEP bytes(title)
	else if (block ~ /^16/)
		row = "switch.pingpong" SUBSEP (title == "no pages" ? 0 : title + 0)
	else
		row = benchmark_of[title] SUBSEP 0
	check_row(known[name], row)
}

file == 3 && block ~ /^TLB flush/ {
	if (sentence || /^  One CR3/)
		sentence = sentence substr($0, 2)
	if (/^TLB flush/) {
		line = $0
		gsub(/,/, "", line)
		sub(/.*pages */, "", line)
		columns = split(line, pages, / +/)
	} else if (/^  (INVLPG of each page|one CR3 load|CR3 load and reads) /) {
		benchmark = /INVLPG/ ? "tlb.invlpg" : /reads/ ? "tlb.refill" : "tlb.cr3"
		for (i = 1; i <= columns; i++) {
			text = substr($0, 23 + 7 * (i - 1), 7)
			gsub(/^ +/, "", text)
			value = median[flushed, benchmark, benchmark == "tlb.cr3" ? 0 : pages[i], "cycles_nominal"]
			same(benchmark " " pages[i], scaled(value, value) letter(value), text)
		}
	}
}

END {
	if (columns)
		same("crossing", flush_sentence(), sentence)
	printf "%d numbers, %d wrong\n", numbers, wrong
	exit wrong > 0 || numbers == 0
}
