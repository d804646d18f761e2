# SPDX-License-Identifier: MIT
# Turns the table of rows and the counts of the regions into lines of the CSV file.
# A row has the regions that bench/linux/baseline/linux.h describes; `warmup`, `samples` and
# `overhead` equal the constants there. As in the harness, the median of the overhead is subtracted.
BEGIN {
	OFS = ","
	warmup = 5
	samples = 25
	overhead = 3
}
FNR == NR {
	rows++
	row[rows] = $1 OFS $2 OFS ($3 == "-" ? "" : $3) OFS $4
	next
}
$1 == "!hook" {
	for (i = 2; i <= NF; i++)
		if (index($i, "metrics=") == 1)
			metrics = split(substr($i, 9), metric, ",")
}
$1 == "!count" {
	split($2, part, "=")
	id = part[2]
	for (i = 3; i <= NF; i++) {
		split($i, part, "=")
		value[id, part[1]] = part[2]
		seen[id] = 1
	}
}
# Fills sorted[1…n] with the values of metric `name`, in ascending order. The values are those of
# the `n` regions from region `first` on.
function sort(first, n, name,    i, j, v) {
	for (i = 0; i < n; i++) {
		if (!((first + i) in seen)) {
			print "# no counts of region " first + i > "/dev/stderr"
			missing = 1
		}
		v = value[first + i, name] + 0
		for (j = i; j > 0 && sorted[j] > v; j--)
			sorted[j + 1] = sorted[j]
		sorted[j + 1] = v
	}
}
function middle(n) {
	return n % 2 ? sorted[(n + 1) / 2] : (sorted[n / 2] + sorted[n / 2 + 1]) / 2
}
function net(v) {
	return v > empty ? v - empty : 0
}
END {
	for (r = 1; r <= rows; r++)
		for (m = 1; m <= metrics; m++) {
			sort(r * 100 + warmup + samples, overhead, metric[m])
			empty = middle(overhead)
			sort(r * 100 + warmup, samples, metric[m])
			print kernel, option, bochs, cpu, row[r], metric[m], metric[m] == "instructions" ? "instructions" : "events", \
				samples, net(sorted[1]), net(middle(samples)), net(sorted[samples])
		}
	exit rows == 0 || metrics == 0 || missing
}
