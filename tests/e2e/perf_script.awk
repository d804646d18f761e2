# Strictly reads a file in the text format of `perf script`, and prints its call chains in the
# format of collapsed stacks: "outermost;...;innermost N". With -v leaves=1 it prints a line
# "function N" for each function that is innermost in a chain. N is the sum of the periods. Exits
# with 1 after a message if a line does not have the form that readers of this format expect, or if
# there is more than one event.
function wrong(what) { print FILENAME ":" FNR ": " what ": " $0; failed = 1; exit 1 }
BEGIN { before = -1 }
expected == "" && /^[^ \t]+ [0-9]+ \[[0-9][0-9][0-9]\] [0-9]+\.[0-9]+: +[1-9][0-9]* [a-z_]+:$/ {
	if (process == "") { process = $1 " " $2; event = $6 }
	if ($1 " " $2 != process) wrong("another process")
	if ($6 != event) wrong("another event")
	if (substr($4, 1, length($4) - 1) + 0 < before) wrong("time runs backwards")
	before = substr($4, 1, length($4) - 1) + 0
	period = $5; chain = ""; expected = "frame"; samples++
	next
}
expected ~ /frame/ && /^\t +[0-9a-f]+ [^ ;]+ \([^ ]+\)$/ {
	if (chain == "") leaf = $2
	chain = $2 (chain == "" ? "" : ";" chain)
	expected = "more frames"
	next
}
expected == "more frames" && $0 == "" {
	sum[leaves ? leaf : chain] += period; expected = ""
	next
}
{ wrong("this is no " (expected == "" ? "sample" : expected == "frame" ? "frame" : "frame, and no empty line")) }
END {
	if (failed) exit 1
	if (expected != "" || !samples) { print FILENAME ": it ends in the middle of a sample"; exit 1 }
	for (key in sum) printf "%s %.0f\n", key, sum[key]
}
