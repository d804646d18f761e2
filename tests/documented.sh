# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016 # the quoted backquotes are those of Markdown
# The commands that README.md and `make help` name; commands.sh reads this file.

# Prints the commands in README.md: the lines of its code blocks, and the code in its text (between
# backquotes) that is a command, an option of run-bench.sh, or a pipe into make.
readme_commands()
{
	{
		sed -n 's/^    \(make\|\.\/\)/\1/p' README.md
		grep -v '^    ' README.md | tr '\n' ' ' | grep -o '`[^`]*`' | tr -d '`'
	} | sed -n 's/ *#.*//; /^make \|^\.\/[a-z]\|^--\||  *make /p'
}

# Prints the commands in the output of `make help`: one for each target and each value of a
# variable.
help_commands()
{
	local line usage word targets

	targets=" $(grep -h '^\.PHONY:' Makefile ./*/*.mk ./*/*/*.mk | cut -d: -f2 | tr '\n' ' ') "
	make -s help | while IFS= read -r line; do
		usage=${line#make}
		usage=$(sed 's/  .*//; s/\[[^]]*\]//g; s/[A-Z_]*=[^ ]*//g; s/|/ /g' <<<"$usage")
		[ -n "${usage// /}" ] || echo make
		for word in $usage; do
			echo "make $word"
		done
		grep -oE '[A-Z_]+=[^] ,;)]+' <<<"$line" | sed 's/^/make /'
		# The explanation may name more targets: words with a dash, or words after "make".
		sed 's/.*  //; s/make /make-/g; s/[^a-z-]/\n/g' <<<"$line" | grep -e - | while read -r word; do
			word=${word#make-}
			[[ $targets != *" $word "* ]] || echo "make $word"
		done
	done
}
