# Reads C and NASM sources and prints the names that they define and declare at file scope, one per
# line:
#   file line KIND name    KIND: define, declare (extern, a prototype), pointer (to functions)
# Relies on clang-format: a function's body and an initializer end with a line that begins with }.

FNR == 1 { comment = 0; body = 0; text = "" }

FILENAME ~ /\.(asm|inc)$/ {
	sub(/;.*/, "")
	if ($1 == "extern" || $1 == "global") {
		kind = $1 == "extern" ? "declare" : "define"
		$1 = ""
		n = split($0, names, /[ ,\t]+/)
		for (i = 1; i <= n; i++)
			if (names[i] != "")
				print FILENAME, FNR, kind, names[i]
	}
	next
}

# Sets `line` to the current line without comments and strings; skips preprocessor directives.
{
	line = $0
	gsub(/"([^"\\]|\\.)*"/, "\"\"", line)
	gsub(/\/\*[^*]*(\*[^\/*][^*]*)*\*\//, " ", line)
	if (comment) {
		if (line !~ /\*\//)
			next
		sub(/.*\*\//, "", line)
		comment = 0
	}
	if (line ~ /\/\*/) {
		sub(/\/\*.*/, "", line)
		comment = 1
	}
	sub(/\/\/.*/, "", line)
	directive = continued || line ~ /^[ \t]*#/
	continued = directive && line ~ /\\$/
	if (directive)
		next
}

body {
	if (line ~ /^}/)
		body = 0
	next
}

# Collects the lines of a declaration in `text`, up to one with a ; or a {, and prints its names.
{
	if (text == "") {
		if (line !~ /^[A-Za-z_]/)
			next
		start = FNR
	}
	text = text " " line
	if (text !~ /[;{]/)
		next
	if (text ~ /\{/ && text !~ /\}[^}]*;[ \t]*$/ && text !~ /\}[ \t]*$/)
		body = 1
	tell(text)
	text = ""
}

function tell(text,    kind, name, names, n, i)
{
	sub(/^[ \t]+/, "", text)
	if (text ~ /^(typedef|_Static_assert|static inline|enum|__asm__|BENCH|TEST|CALL)/)
		return
	if (text ~ /^(struct|union) [A-Za-z0-9_]+( __attribute__\(\([^)]*\)\))? *[{;]/)
		return
	if (match(text, /\(\*(const )?[A-Za-z0-9_]+(\[[^\]]*\])?\)\(/)) {
		name = substr(text, RSTART + 2, RLENGTH - 4)
		if (index(text, "(") == RSTART) { # a variable, not a function's parameter
			sub(/^const /, "", name)
			sub(/\[.*/, "", name)
			print FILENAME, start, "pointer", name
			if (text ~ /^extern/)
				print FILENAME, start, "declare", name
			else if (text !~ /^static/)
				print FILENAME, start, "define", name
			return
		}
	}
	if (text ~ /^static/)
		return
	sub(/ *__attribute__\(\(.*/, ";", text)
	if (text ~ /^[^={]*\(/ && text !~ /^extern [^(]*[=;]/) {
		kind = text ~ /\{/ ? "define" : "declare"
		sub(/\(.*/, "", text)
	} else {
		kind = text ~ /^extern/ ? "declare" : "define"
		sub(/ *[={;].*/, "", text)
	}
	gsub(/\[[^\]]*\]/, "", text)
	n = split(text, names, ",")
	for (i = 1; i <= n; i++) {
		sub(/ +$/, "", names[i])
		sub(/.*[ *]/, "", names[i])
		print FILENAME, start, kind, names[i]
	}
}
