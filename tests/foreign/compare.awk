# Compares counts with the table expected.tsv. Every counted call must be in the table with the same
# number. Every call in the table must have been counted, unless it is `open`. Prints the
# differences, and fails if there are any.
# usage: awk -F '\t' -v kernel=NAME -v without=PATTERN -f compare.awk expected.tsv COUNTS
# COUNTS has lines "region call instructions", where the region is the part of the table's column
# before "=". Regions that match PATTERN are left out.

FNR == 1 { file++ }

file == 1 {
	if (!/^#/ && (kernel ~ "^" $1 || $1 == "any") && $2 !~ without) {
		sub(/=.*/, "", $2)
		wanted[$2, $3] = $4
	}
	next
}

{
	row = ($1 SUBSEP $2) in wanted ? $1 SUBSEP $2 : $1 SUBSEP "all"
	seen[row]
	if (wanted[row] != $3) {
		print $1 ", call " $2 ": wanted " wanted[row] ", got " $3
		wrong = 1
	}
}

END {
	for (row in wanted)
		if (wanted[row] != "open" && !(row in seen)) {
			sub(SUBSEP, ", call ", row)
			print row ": not counted"
			wrong = 1
		}
	exit wrong
}
