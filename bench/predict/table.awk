# SPDX-License-Identifier: MIT
# Makes the tables of predict.sh, one for each half, and compares them with the bounds.
# Files: bounds.txt, rows (kind, name, half), samples of this host, the library's counts, the console
# of the machine in Bochs. Exits with 1 if a bound is not met or something is missing.

BEGIN {
	chain = 12000 # cycles of each chain: 4000 multiplications of 3 cycles
	difference = 0.02
	infinity = 1e18
}
FNR == 1 { file++ }
file == 1 && !/^#/ && $1 == kind {
	bound[++bounds] = $2
	limit[bounds] = $3
	needed[bounds] = $4
}
file == 2 { name[++rows] = $2; halves[rows] = $3; of[$2] = rows }
# PROCESS sample NAME INDEX TICKS CHAIN CHAIN RESULT
file == 3 && $2 == "sample" {
	row = of[$3]
	if (row in result && result[row] != $8) differs[row]
	result[row] = $8
	taken++
	gap = $6 - $7
	if (gap < 0) gap = -gap
	if (gap > difference * ($6 < $7 ? $6 : $7)) {
		thrown++
		next
	}
	cycles = $5 * chain / (($6 + $7) / 2)
	if (!((row, $1) in best)) processes[row]++
	if (!((row, $1) in best) || cycles < best[row, $1]) best[row, $1] = cycles
}
file == 4 && $1 == "!count" {
	split($2, part, "=")
	row = int(part[2] / 1000)
	if (part[2] % 1000 < warmup) next
	counted[row]++
	for (i = 3; i <= NF; i++) {
		split($i, part, "=")
		value[part[1]] = part[2]
	}
	if (counted[row] > 1 && value["cycles_nominal"] >= model[row, "cycles_nominal"]) next
	for (key in value) {
		model[row, key] = value[key]
		if (key ~ /^due_/) due[row, substr(key, 5)] = value[key]
	}
}
file == 5 && $1 == "sample" {
	gsub(/\r/, "")
	if ($7 != result[of[$2]]) differs[of[$2]]
	printed[of[$2]]++
}

# Fills sorted[] with the best sample of each process of a row, in ascending order. Returns the
# number of processes.
function sort_bests(row,    key, part, n, i, v) {
	for (key in best) {
		split(key, part, SUBSEP)
		if (part[1] != row) continue
		v = best[key]
		for (i = n; i > 0 && sorted[i] > v; i--)
			sorted[i + 1] = sorted[i]
		sorted[i + 1] = v
		n++
	}
	return n
}
function size(x) { return x < 0 ? -x : x }
function percent(x) { return sprintf("%s%.0f", x < 0 ? "−" : "+", size(x)) }
# Returns the two causes to which the model attributes the most cycles, with their shares.
function causes(row,    key, part, first, second, a, b, total) {
	for (key in due) {
		split(key, part, SUBSEP)
		if (part[1] != row) continue
		total += due[key]
		if (due[key] > a) { second = first; b = a; first = part[2]; a = due[key] }
		else if (due[key] > b) { second = part[2]; b = due[key] }
	}
	return total ? sprintf("%s %.0f %%, %s %.0f %%", first, 100 * a / total, second, 100 * b / total) : "-"
}
function line(row,    n, native, low, nominal, high) {
	n = sort_bests(row)
	if (row in differs || counted[row] < samples || printed[row] < samples || n == 0) {
		printf "| %s | - | - | - | - | %s |\n", name[row], row in differs ? "other result in Bochs" : n ? "not counted" : "no sample kept"
		bad = 1
		return
	}
	native = sorted[int((n + 1) / 2)]
	low = model[row, "cycles_low"]
	nominal = model[row, "cycles_nominal"]
	high = model[row, "cycles_high"]
	count++
	error[count] = 100 * (nominal / native - 1)
	inside += native >= low && native <= high
	printf "| %s | %.0f | %.1f (%.1f to %.1f) | %.2f | %.1f, %.1f, %.1f | %s **%s** %s | %s | %s |\n", name[row],
		model[row, "instructions"] / 1000, native / 1000, sorted[1] / 1000, sorted[n] / 1000, model[row, "instructions"] / native,
		low / 1000, nominal / 1000, high / 1000, percent(100 * (low / native - 1)), percent(error[count]),
		percent(100 * (high / native - 1)), (native >= low && native <= high ? "yes" : "no"), causes(row)
}
# Returns the value of `what`, a measure in bounds.txt, over the rows of this half.
function measure(what, within,    i, j, v, n) {
	for (i = 1; i <= count; i++) {
		v = size(error[i])
		for (j = i - 1; j > 0 && order[j] > v; j--)
			order[j + 1] = order[j]
		order[j + 1] = v
		n += v <= within
	}
	if (what == "median") return (order[int((count + 1) / 2)] + order[int(count / 2) + 1]) / 2
	if (what == "most") return order[count]
	return 100 * (what == "inside" ? inside : n) / count
}
function half_table(which,    row, b, value, met) {
	count = inside = 0
	printf "\n### %s: %s\n\n", kind == "program" ? "Programs" : "Kernel operations",
		which == "learn" ? "the half to learn from" : "the half that is only reported"
	print "| | instructions, k | native, k cycles | IPC | low, nominal, high | error, % | inside | the model's cycles are due to |"
	print "|---|---|---|---|---|---|---|---|"
	for (row = 1; row <= rows; row++)
		if (halves[row] == which) line(row)
	print ""
	if (!count) return
	for (b = 1; b <= bounds; b++) {
		value = measure(bound[b], limit[b])
		met = bound[b] == "median" || bound[b] == "most" ? value <= needed[b] : value >= needed[b]
		if (!met) bad = 1
		printf "- %s: %.0f %%, %s %s %%: %s\n", bound[b] == "within" ? "within ±" limit[b] " %" : \
			bound[b] == "median" ? "median of the error's size" : bound[b] == "most" ? "largest error" : \
			"native between low and high", value, \
			bound[b] == "median" || bound[b] == "most" ? "at most" : "at least", needed[b], met ? "met" : "not met"
	}
}
END {
	if (half != "held-out") half_table("learn")
	if (half != "learn") half_table("held-out")
	printf "\n%d of %d samples on this host were thrown away because their two chains differed.\n", thrown, taken
	exit bad
}
