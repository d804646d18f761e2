# SPDX-License-Identifier: MIT
# Reads kernel/axes.txt and prints what the variable `show` asks for:
#   stack, loader, isolation   the names of the values of this axis
#   preset                     the names of the presets
#   builds                     STACK+LOADER+ISOLATION of each preset
#   files                      the files of one value; its name is in the variable `name`
#   combinations               every STACK+LOADER+ISOLATION that is not excluded
#   reason                     why the build in the variable `build` is excluded, or nothing
#   header                     build/strategies.h, for the harness

function quoted(text)
{
	gsub(/[\\"]/, "\\\\&", text)
	return "\"" text "\""
}

# Prints an error about a line of axes.txt, and exits with status 2.
function wrong(text, line)
{
	print "kernel/axes.txt:" line ": " text >"/dev/stderr"
	exit failed = 2
}

# Adds an excluded combination. If a part of the pattern is !NAME, adds a pattern for each other value
# of the axis, so that readers of the list need to know * alone. `line` is the pattern's line.
function exclude(text, why, line,   part, kind, i, k, rest, known)
{
	split("stack loader isolation", kind, " ")
	if (split(text, part, "+") == 3)
		for (k = 1; k <= 3; k++)
			if (part[k] ~ /^!/) {
				rest = substr(part[k], 2)
				for (i = 1; i <= count[kind[k]]; i++)
					known += name_of[kind[k], i] == rest
				if (!known)
					wrong(rest " is no " kind[k], line)
				for (i = 1; i <= count[kind[k]]; i++) {
					part[k] = name_of[kind[k], i]
					if (part[k] != rest)
						exclude(part[1] "+" part[2] "+" part[3], why, line)
				}
				return
			}
	if (text ~ /!/)
		wrong("in a pattern, ! stands before the name of a value of STACK+LOADER+ISOLATION", line)
	glob[++excluded] = text
	reason[excluded] = why
	gsub(/[^A-Za-z0-9*-]/, "[&]", text)
	gsub(/[*]/, ".*", text)
	pattern[excluded] = "^" text "$"
}

# Returns why a build is excluded, or "" if it is not.
function reason_of(build,   i)
{
	for (i = 1; i <= excluded; i++)
		if (build ~ pattern[i])
			return reason[i]
	return ""
}

# Returns the names of an axis or of the presets, separated by `between`.
function names(kind, between,   i, list)
{
	for (i = 1; i <= count[kind]; i++)
		list = list (i > 1 ? between : "") name_of[kind, i]
	return list
}

function header(   i, kind, k)
{
	print "/* Made from kernel/axes.txt by kernel/axes.awk. */\n#pragma once"
	split("stack loader isolation", kind, " ")
	for (k = 1; k <= 3; k++) {
		print "#define AXIS_" toupper(kind[k]) "S " quoted(names(kind[k], " "))
		printf "#define %sS(X)", toupper(kind[k]) # X(name, curve, point)
		for (i = 1; i <= count[kind[k]]; i++)
			printf " X(%s, %s)", quoted(name_of[kind[k], i]), style[kind[k], i]
		print ""
	}
	print "#define PRESET_NAMES " quoted(names("preset", ", "))
	print "#define PRESET_ORDER " quoted(sql_order " ELSE " count["preset"]) # the branches of an SQL CASE
	print "#define PRESET_ROWS " quoted(sql_rows) # (place, name, stack, loader, isolation)
	print "#define PRESET_DEFAULTS " quoted(defaults)
	printf "#define PRESETS(X)" # X(name, stack, loader, isolation)
	for (i = 1; i <= count["preset"]; i++)
		printf " X(%s)", preset[i]
	printf "\n#define PRESETS_ABOUT(X)" # X(name, brief, description); these two texts may be ""
	for (i = 1; i <= count["preset"]; i++)
		printf " X(%s, %s)", quoted(name_of["preset", i]), about[i]
	printf "\n#define EXCLUDED(X)" # X(pattern, reason)
	for (i = 1; i <= excluded; i++)
		printf " X(%s, %s)", quoted(glob[i]), quoted(reason[i])
	print "\n#define STRATEGY_VALID " quoted(names("preset", ", ") ", all, or STACK+LOADER+ISOLATION with STACK " \
		names("stack", ", ") ", LOADER " names("loader", ", ") ", ISOLATION " names("isolation", ", "))
}

function combinations(   s, l, i, build)
{
	for (s = 1; s <= count["stack"]; s++)
		for (l = 1; l <= count["loader"]; l++)
			for (i = 1; i <= count["isolation"]; i++) {
				build = name_of["stack", s] "+" name_of["loader", l] "+" name_of["isolation", i]
				if (reason_of(build) == "")
					print build
			}
}

/^(stack|loader|isolation) / && (length($2) > 15 || $2 !~ /^[a-z0-9-]+$/ || $3 !~ /^[0-9]+$/ || $4 !~ /^-?[0-9]+$/ || NF < 5) {
	wrong("a value has a NAME (a-z, 0-9 and -, at most 15), a CURVE, a POINT and at least one FILE", FNR)
}
/^(stack|loader|isolation) / {
	if ($3 > 7)
		wrong("a CURVE is at most 7, the length of the lists in plots/style.gp", FNR)
	if ($2 in value_at)
		wrong($2 " is a value already, in line " value_at[$2], FNR)
	if ($3 > 0 && ($1, $3) in curve_at)
		wrong("CURVE " $3 " is that of another " $1 ", in line " curve_at[$1, $3], FNR)
	value_at[$2] = curve_at[$1, $3] = FNR
}
/^preset / && $2 in preset_at { wrong($2 " is a preset already, in line " preset_at[$2], FNR) }
/^preset / { preset_at[$2] = FNR }
/^(stack|loader|isolation|preset) / { name_of[$1, ++count[$1]] = $2 }
/^(stack|loader|isolation) / {
	style[$1, count[$1]] = $3 ", " $4
	if (show == "files" && $2 == name)
		for (i = 5; i <= NF; i++)
			print $i
}
/^preset / {
	build_of[count["preset"]] = $3 "+" $4 "+" $5
	preset[count["preset"]] = quoted($2) ", " quoted($3) ", " quoted($4) ", " quoted($5)
	sql_order = sql_order " WHEN '" $2 "' THEN " count["preset"] - 1
	sql_rows = sql_rows (sql_rows == "" ? "" : ", ") "(" count["preset"] ", '" $2 "', '" $3 "', '" $4 "', '" $5 "')"
	text = $0
	sub(/^preset +[^ ]+ +[^ ]+ +[^ ]+ +[^ ]+ *[^ ]* */, "", text)
	brief = text ~ / [|] / ? text : ""
	sub(/ [|] .*/, "", brief)
	sub(/.* [|] /, "", text)
	about[count["preset"]] = quoted(brief) ", " quoted(text)
	if ($6 == "default")
		defaults = defaults (defaults == "" ? "" : ",") $2
}
/^excluded / {
	asked[++lines] = $2
	line_of[lines] = FNR
	why_of[lines] = $0
	sub(/^excluded +[^ ]+ +/, "", why_of[lines])
}
NF && !/^(#|stack |loader |isolation |preset |excluded )/ {
	wrong("a line begins with stack, loader, isolation, preset or excluded, and a space", FNR)
}

END {
	if (failed)
		exit failed
	for (i = 1; i <= lines; i++) # here, because !NAME needs all values
		exclude(asked[i], why_of[i], line_of[i])
	if (show == "header")
		header()
	else if (show == "combinations")
		combinations()
	else if (show == "reason")
		print reason_of(build)
	else if (show == "builds")
		for (i = 1; i <= count["preset"]; i++)
			print build_of[i]
	else if (show != "files")
		print names(show, " ")
}
