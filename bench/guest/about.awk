# Prints the explanation of every benchmark in the given C files, grouped by subject. A benchmark is
#     BENCH(id, "EXPLANATION", .name = "NAME", …)
# The part of its name before the first dot determines its subject. Each subject has a line
# "= SUBJECT", then a line "NAME<tab>EXPLANATION" for each of its benchmarks, sorted by name. A line
# ends with "<tab>linux" if the benchmark has .linux_programs, and with "<tab>fixed" if it has .few.
BEGIN {
	add("Starting programs", "exec fork")
	add("Interrupts", "irq")
	add("Flushing the TLB", "tlb")
	add("Switching tasks", "switch")
	add("Several CPUs", "block cpu cpus ipi")
	add("System calls and user memory", "copy fault map syscall user")
	add("Memory and the kernel heap", "heap leak memory modules regions shm teardown window")
	add("Isolation and arithmetic of the notes", "arith isolation")
	add("Pitfalls: experiments that break something on purpose", "pitfall")
	add("Parts of the cycle model", "micro")
	add("Others", "")
}

# Prints an error about the BENCH() that was read last, and exits with status 2.
function wrong(text)
{
	print place ": " text >"/dev/stderr"
	exit failed = 2
}

function add(title, prefixes,    list, n, i)
{
	titles[++subjects] = title
	n = split(prefixes, list, " ")
	for (i = 1; i <= n; i++)
		subject_of[list[i]] = subjects
}

/^BENCH\(/ {
	if (open)
		wrong("this BENCH() does not end with `);` at the end of a line")
	text = ""
	open = 1
	place = FILENAME ":" FNR
}
open { text = text " " $0 }
open && /\);[ \t]*(\/[\/*].*)?$/ { # a comment may follow
	open = 0
	gsub(/\\"/, "\001", text)
	gsub(/"[ \t]+"/, "", text) # joins the pieces of a string
	split(text, part, "\"")
	gsub(/\001/, "\"", part[2])
	if (part[3] !~ /^,[ \t]*\.name = $/)
		wrong("in this BENCH(), .name does not come right after the explanation")
	name = part[4]
	prefix = name
	sub(/\..*/, "", prefix)
	subject = prefix in subject_of ? subject_of[prefix] : subjects
	for (i = ++count[subject]; i > 1 && line[subject, i - 1] > name "\t"; i--)
		line[subject, i] = line[subject, i - 1]
	line[subject, i] = name "\t" part[2] \
		(text ~ /\.linux_programs = true/ ? "\tlinux" : text ~ /\.few = / ? "\tfixed" : "")
}

END {
	if (failed)
		exit failed
	if (open)
		wrong("this BENCH() does not end with `);` at the end of a line")
	for (s = 1; s <= subjects; s++) {
		if (count[s])
			print "= " titles[s]
		for (i = 1; i <= count[s]; i++)
			print line[s, i]
	}
}
