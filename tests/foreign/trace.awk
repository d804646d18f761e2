# Counts the instructions of each call of a region in a trace of Bochs's debugger, with registers
# (trace-reg on). This is independent of the instrumentation library.
# usage: awk -v word=BYTES -f trace.awk REGIONS SYMBOLS TRACE
# BYTES is 8 or 4, REGIONS is expected.tsv, SYMBOLS the output of nm. Prints "region call
# instructions", separated by tabs, in the order in which the calls begin. The region is the part of
# the table's column before "=". If the call has not ended, "open" replaces the number. Addresses
# are compared by their last 28 bits, which awk can keep as an integer index.

function number(hex,    value, i)
{
	hex = substr(hex, length(hex) - 6)
	value = 0
	for (i = 1; i <= length(hex); i++)
		value = value * 16 + index("0123456789abcdef", substr(hex, i, 1)) - 1
	return value
}

function open(region)
{
	opened++
	name[opened] = region
	call[opened] = ++calls[region]
	start[opened] = count
	is_open[opened]
	return opened
}

function close_region(i)
{
	result[i] = count - start[i]
	delete is_open[i]
}

function list(to, label, region) { to[label] = to[label] " " region }

# Returns true if the region i ends before the instruction at `pc`. A call ends by the RET that
# takes the return address from the place that held it when the call began, or, for an interrupt's
# handler, by the IRET that takes its frame (above the error code of a page fault).
function ends(i)
{
	if (i in label)
		return pc == label[i]
	if (i in in_kernel)
		return user
	if (i in in_handler)
		return last == "iret" && (last_sp == below[i] || last_sp == below[i] + word)
	return last == "ret" && last_sp == below[i] && pc == back[i]
}

# Ends and begins regions before the instruction at `pc` with the stack pointer `sp`.
function regions(    i, n, region)
{
	for (i in is_open)
		if (ends(i))
			close_region(i)
	n = split(at[pc], region, " ")
	for (i = 1; i <= n; i++) {
		open(region[i])
		below[opened] = sp
		back[opened] = pushed[sp]
		if (pc in gates)
			in_handler[opened]
	}
	n = split(from[pc], region, " ")
	for (i = 1; i <= n; i++)
		label[open(region[i])] = to[region[i]]
	if (!user && was_user && pc in entries)
		in_kernel[open(entries[pc])]
}

FILENAME == ARGV[1] && !/^#/ { wanted[$2]; next }
FILENAME == ARGV[2] { address[$3] = number($1); next }

FNR == 1 {
	for (region in wanted) {
		split(region, part, /[=:]|\.\./)
		if (part[1] == "user")
			entries[address[part[2]]] = region
		else if (part[3]) {
			list(from, address[part[2]], region)
			to[region] = address[part[3]]
		} else
			list(at, address[part[2]], region)
	}
	gates[address["timer_entry"]]
	gates[address["page_fault_entry"]]
}

/^rsp:/ { sp = number($2) }
/^rip:/ { pc = number($2) }

# The trace has the line of an instruction that faults, but the instruction was not executed.
/^CPU 0: Exception/ { count-- }

# The next line has the handler's first instruction. But if the interrupt is external, the line
# shows the instruction that was interrupted, and only the registers are right.
/^CPU 0: Interrupt/ { interrupt = 1 }

/^\(0\)\.\[/ {
	split($3, cs, ":")
	was_user = user
	user = !interrupt && cs[1] ~ /[3b]$/
	regions()
	count++
	last = interrupt ? "" : /\): iret/ ? "iret" : /\): ret/ ? "ret" : ""
	last_sp = sp
	if (!interrupt && /\): call /) {
		bytes = $0
		sub(/.*; /, "", bytes)
		pushed[sp - word] = pc + length(bytes) / 2
	}
	interrupt = 0
}

END {
	for (i = 1; i <= opened; i++) {
		sub(/=.*/, "", name[i])
		print name[i] "\t" call[i] "\t" (i in result ? result[i] : "open")
	}
}
