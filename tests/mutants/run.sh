#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Mutation tests: plants faults in copies of the source tree, one at a time, and checks that a test
# catches each. Prints TAP and, at the end, a table of the faults and of what caught each.
# usage: run.sh [--quick | --places | NAME…]
#   --quick   plants the faults that are marked `quick`, and checks what --places checks
#   --places  plants no fault; checks that the lines of each fault are in the sources, and that
#             docs/mutants.md lists the faults
#   NAME      plants the faults whose names match this glob
# Without arguments, all faults are planted. If all are caught, a new version of docs/mutants.md is
# written to build/mutants.md. JOBS is the number of faults at a time (default: nproc).
#
# The faults are in tests/mutants/*.txt. Each is a group of lines:
#   fault NAME: what is wrong, in at most 66 characters
#   file PATH
#   =context              a line of the file as it is
#   -old line             a line that the fault takes away
#   +new line             a line that it adds
#   by KIND WORD…         the test that catches it; catch.sh lists the kinds
#   quick                 optional: `make test` tries it too
#   static                optional: the fault is also caught if a static assertion fails
# The lines with = and - must be consecutive in the file, and occur there exactly once.
#
# A test must pass in the unchanged copy first. A fault is caught only if its test then fails and
# says why: a line "not ok", a report of a sanitizer, or a failed check of a benchmark. A test that
# does not end in time, or fails without saying why, catches nothing.
set -uo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../../bench/environment.sh"
cd "$(dirname "$0")/../.." || exit 2
unset -v MAKEFLAGS MAKELEVEL
here=tests/mutants
page=docs/mutants.md
limit=${MUTANT_LIMIT:-600} # seconds for each build, and for each run of a test
columns=120                # most characters in a line of the page

# The faults, in the order of the lists. olds[] has the lines that a fault changes, news[] the
# same lines with the fault in them. A newline precedes and follows each line.
names=() texts=() files=() olds=() news=() tests=() marks=() lists=()

wrong()
{
	echo "$1" >&2
	exit 2
}

# Reads the lists of faults into the arrays.
read_faults()
{
	local list line n=-1 at

	for list in "$here"/*.txt; do
		at=0
		while IFS= read -r line; do
			at=$((at + 1))
			case $line in
			'' | '#'*) ;;
			'fault '*': '*)
				n=$((n + 1))
				line=${line#fault }
				names[n]=${line%%: *} texts[n]=${line#*: } lists[n]=$list
				files[n]='' olds[n]=$'\n' news[n]=$'\n' tests[n]='' marks[n]=''
				[ ${#texts[n]} -le 66 ] || wrong "$list:$at: more than 66 characters: ${texts[n]}"
				;;
			'file '*) files[n]=${line#file } ;;
			=*) olds[n]+=${line#=}$'\n' news[n]+=${line#=}$'\n' ;;
			-*) olds[n]+=${line#-}$'\n' ;;
			+*) news[n]+=${line#+}$'\n' ;;
			'by '*) tests[n]=${line#by } ;;
			quick | static) marks[n]+=" $line " ;;
			*) wrong "$list:$at: not a line of a fault: $line" ;;
			esac
		done <"$list"
	done
	line=$(printf '%s\n' "${names[@]}" | sort | uniq -d)
	[ -z "$line" ] || wrong "two faults are called $line"
}

# misplaced N: prints why fault N cannot be planted, or nothing
misplaced()
{
	local text rest old=${olds[$1]}

	if [ -z "${files[$1]}" ] || [ -z "${tests[$1]}" ] || [ "$old" = $'\n' ] || [ "$old" = "${news[$1]}" ]; then
		echo "it has no file, no test or no change"
	elif [ ! -f "${files[$1]}" ]; then
		echo "there is no file ${files[$1]}"
	else
		text=$'\n'$(<"${files[$1]}")$'\n'
		rest=${text#*"$old"}
		if [ "$rest" = "$text" ]; then
			echo "its lines are not in ${files[$1]} any more; change them in ${lists[$1]} to what they are now"
		elif [[ $'\n'$rest == *"$old"* ]]; then
			echo "its lines are in ${files[$1]} more than once; add lines of context, with = before each"
		fi
	fi
}

# planted N: plants fault N in the text of its file, and prints the text
planted()
{
	local text

	text=$'\n'$(<"${files[$1]}")$'\n'
	text=${text/"${olds[$1]}"/"${news[$1]}"}
	printf '%s' "${text#$'\n'}"
}

# The page -----------------------------------------------------------------------------------------

# row N CAUGHT: prints the row of the table for fault N, cut to the columns of the page
row()
{
	local caught=$2 text

	# If the test's command already names the self-test that failed, its name is not repeated.
	[[ $caught != ": ${tests[$1]##* } # "* ]] || caught=": ${caught#* \# }"
	text="| ${texts[$1]} | \`${tests[$1]}\`$caught"
	if [ ${#text} -gt $((columns - 2)) ]; then
		text=${text:0:columns - 4}
		case $text in
		*\`*\`*) text+=… ;;
		*) text+=…\` ;; # cut within backquotes
		esac
	fi
	echo "$text |"
}

page_head()
{
	cat <<-'END'
		# Planted faults

		`make mutants` plants these faults in copies of the sources, one at a time, and checks that a test
		of `make test` or a check of a benchmark catches each ([testing.md](testing.md#mutation-tests)). The
		second column has the test and the first thing in it that failed. `make mutants` makes this page.
	END
}

# head_of LIST: prints the heading of a list of faults, and the head of its table
head_of()
{
	printf '\n## %s\n\n| fault | caught by |\n|---|---|\n' "$(sed -n '1s/^# //p' "$1")"
}

# write_page FOLDER: prints the page, with the rows FOLDER/row.N
write_page()
{
	local n list=

	page_head
	for n in "${!names[@]}"; do
		[ "${lists[n]}" = "$list" ] || head_of "${lists[n]}"
		list=${lists[n]}
		cat "$1/row.$n"
	done
	printf '\n%d faults in %d files, all caught.\n' ${#names[@]} "$(printf '%s\n' "${files[@]}" | sort -u | wc -l)"
}

# shellcheck disable=SC2016 # the backquotes are those of the page
# Succeeds if the page has the faults and tests of the lists. The page's words about how each test
# failed are not compared.
page_is_right()
{
	local folder n

	folder=$(mktemp -d)
	for n in "${!names[@]}"; do
		row "$n" '' >"$folder/row.$n"
	done
	diff <(write_page "$folder" | sed -E 's/(`[^`]*`).*/\1/') <(sed -E 's/(`[^`]*`).*/\1/' $page) |
		sed -n 's/^[<>]/#&/p' | head -n 4
	n=${PIPESTATUS[0]}
	rm -r "$folder"
	[ "$n" = 0 ] || { echo "# run make mutants, then cp build/mutants.md $page"; return 1; }
}

# The copies ---------------------------------------------------------------------------------------

# Prints the build folders of the kernels that the tests need.
builds()
{
	local presets build

	presets=$(make -s list-presets)
	for build in $(for n in "${chosen[@]}"; do echo "${tests[n]}"; done |
		awk '$1 ~ /^(kernel|cpus|bench)$/ { print $3 } $1 ~ /^(calls|harness|e2e)$/ { print $2 }
			$1 ~ /^(races|panics)$/ { print $3 "@races" }
			$1 == "places" || ($1 == "level1" && $2 == "run") { print $4 }' | sort -u); do
		case $build in
		*+*+*) echo "build/$build" ;;
		*) sed -n "s|^$build=|build/|p" <<<"$presets" ;;
		esac
	done
}

# copy_tree FOLDER: copies the sources, and what has been built from them. The times of the files are
# kept, so make builds only what is out of date.
copy_tree()
{
	local things=() thing

	for thing in * .[!.]* results/{reference,linux,README.md} build/{objects,programs,linux,host,bench,bochs,tests,fuzz,strategies.h} \
		$(builds); do
		case $thing in build | results | .git) continue ;; esac
		[ ! -e "$thing" ] || things+=("$thing")
	done
	mkdir -p "$1"
	tar -c "${things[@]}" | tar -x -C "$1"
}

# step build|run TEST LOG: builds or runs a test in the current folder. Returns the status of catch.sh,
# or 124 if it did not end in time. A test that runs is killed at its first line "not ok".
step()
{
	local words

	read -ra words <<<"$2"
	setsid timeout -k 5 "$limit" $here/catch.sh "$1" "${words[@]}" >"$3" 2>&1 </dev/null &
	session=$!
	while kill -0 $session 2>/dev/null; do
		sleep 0.1
		if [ "$1" = run ] && grep -aq '^not ok' "$3"; then
			sleep 0.2 # for the rest of the message
			pkill -s $session
		fi
	done
	wait $session
}

# passed STATUS LOG: succeeds if the test with this exit status and this log has passed. Some tests
# exit with 0 even if they fail; only a line "not ok" shows the failure.
passed() { [ "$1" = 0 ] && ! grep -aq '^not ok' "$2"; }

# evidence LOG: prints the first thing that says why a test failed, or nothing
evidence()
{
	{
		grep -a '^not ok' "$1"
		grep -av '^ok' "$1" | grep -aoE 'SUMMARY: [A-Za-z]*Sanitizer: .*|runtime error: .*|checks or tests failed, the first: .*|damaged: .*'
	} | head -n 1 | sed -E 's/^not ok [0-9]* ?-? ?//; s/^(tcg|bochs) [^:]*: //; s/^SUMMARY: //
		s/^checks or tests failed, the first: //; s/ \(logs in .*//; s/[|`]//g; s/ +$//'
}

# verdict STATUS LOG: prints "caught" or "survives", a tab, and the reason
verdict()
{
	local why

	why=$(evidence "$2")
	if passed "$1" "$2"; then
		printf 'survives\tits test passes'
	elif [ "$1" = 124 ] || [ "$1" = 137 ] || [[ $why == *"status 124" ]]; then
		printf 'survives\tits test did not end within %s s' "$limit"
	elif [ -n "$why" ]; then
		printf 'caught\t%s' "$why"
	else
		printf 'survives\tits test ended with status %s without a reason: %s' "$1" "$(tail -n 1 "$2" | cut -c 1-100)"
	fi
}

# try N: plants fault N in the current folder, runs its test, and takes the fault out. Prints what
# verdict() prints.
try()
{
	local n=$1 file=${files[$1]} log=../log

	cp "$file" ../sound
	planted "$n" >../planted
	cat ../planted >"$file"
	if step build "${tests[n]}" $log; then
		step run "${tests[n]}" $log
		verdict $? $log
	elif [[ ${marks[n]} == *' static '* ]] && grep -q 'static assertion failed' $log; then
		printf 'caught\t%s' "$(grep -o -m 1 'static assertion failed.*' $log)"
	else
		printf 'survives\tit does not build: %s' "$(grep -m 1 'rror' $log | cut -c 1-100)"
	fi
	cat ../sound >"$file" # with a new time, so that make builds it again
}

# worker NUMBER: makes a copy of the tree. Takes tests that no other worker has taken, until there
# are none. Runs each test in the unchanged copy first, and then with each fault that it should
# catch.
worker()
{
	local folder=$work/worker.$1 g n found

	mkdir -p "$folder/tmp"
	export TMPDIR=$folder/tmp
	session=
	trap '[ -z "$session" ] || pkill -s "$session"; exit' TERM
	copy_tree "$folder/tree"
	cd "$folder/tree" || exit
	for g in "${!groups[@]}"; do
		mkdir "$work/taken.$g" 2>/dev/null || continue
		found=
		if ! step build "${groups[g]}" ../log; then
			found=$'survives\tits test cannot be built: '$(tail -n 1 ../log)
		elif ! { step run "${groups[g]}" ../log; passed $? ../log; }; then
			found=$'survives\tits test fails without the fault: '$(evidence ../log)
		fi
		for n in "${chosen[@]}"; do
			[ "${tests[n]}" = "${groups[g]}" ] || continue
			report "$n" "${found:-$(try "$n")}"
		done
	done
}

# report N VERDICT: prints the TAP line of fault N, and writes the fault's row of the page
report()
{
	local why=${2#*$'\t'}

	case $2 in
	caught*)
		row "$1" ": $why" >"$work/row.$1"
		: >"$work/caught.$1"
		echo "ok $(($1 + 1)) - ${names[$1]}: ${tests[$1]}: $why"
		;;
	*)
		row "$1" ": **survives**" >"$work/row.$1"
		echo "not ok $(($1 + 1)) - ${names[$1]} survives ${tests[$1]}: $why"
		echo "# in ${files[$1]}, ${texts[$1]}"
		;;
	esac
}

# choose MODE [NAME…]: puts the numbers of the faults that are asked for into `chosen`. Prints a
# TAP line for each fault that cannot be planted, and counts these faults in `failed`.
choose()
{
	local n why glob mode=$1

	shift
	chosen=() failed=0
	for n in "${!names[@]}"; do
		why=$(misplaced "$n")
		if [ -n "$why" ]; then
			echo "not ok $((n + 1)) - ${names[n]}: $why"
			failed=$((failed + 1))
			continue
		fi
		case $mode in
		all) chosen+=("$n") ;;
		quick) [[ ${marks[n]} != *' quick '* ]] || chosen+=("$n") ;;
		some)
			for glob; do
				# shellcheck disable=SC2053 # the right side is a pattern
				[[ ${names[n]} != $glob ]] || { chosen+=("$n") && break; }
			done
			;;
		esac
	done
}

# Checks the page, and prints a TAP line.
check_page()
{
	local said

	if said=$(page_is_right); then
		echo "ok $((${#names[@]} + 1)) - $page lists the ${#names[@]} faults"
	else
		printf 'not ok %d - %s lists the %d faults\n%s\n' $((${#names[@]} + 1)) $page ${#names[@]} "$said"
		failed=$((failed + 1))
	fi
}

# Plants the chosen faults, and prints the table and the counts.
plant()
{
	local jobs=${JOBS:-$(nproc)} i n survived=0

	mapfile -t groups < <(for n in "${chosen[@]}"; do echo "${tests[n]}"; done | awk '!seen[$0]++')
	[ "$jobs" -le ${#groups[@]} ] || jobs=${#groups[@]}
	work=$(mktemp -d)
	trap 'rm -rf "$work"' EXIT
	trap 'kill $(jobs -p) 2>/dev/null; wait; exit 130' INT TERM
	for ((i = 1; i <= jobs; i++)); do
		worker $i &
	done
	wait
	printf '\n| fault | caught by |\n|---|---|\n'
	for n in "${chosen[@]}"; do
		[ -s "$work/row.$n" ] || report "$n" $'survives\tit was not tried' >/dev/null
		cat "$work/row.$n"
		[ -e "$work/caught.$n" ] || survived=$((survived + 1))
	done
	printf '\n%d faults: %d caught, %d survive; %d cannot be planted\n' ${#chosen[@]} $((${#chosen[@]} - survived)) \
		$survived $failed
	[ $survived = 0 ] || echo "A fault that survives is a gap: add a check or a test that fails with it (docs/testing.md)."
	if [ ${#chosen[@]} = ${#names[@]} ] && [ $survived = 0 ]; then
		mkdir -p build
		write_page "$work" >build/mutants.md
		cmp -s build/mutants.md $page || echo "The table differs from $page: cp build/mutants.md $page"
	fi
	failed=$((failed + survived))
}

main()
{
	local mode=all

	case ${1-} in
	--quick | --places) mode=${1#--} ;;
	-*)
		sed -n '/^# usage/,/^# Without/s/^# \{0,1\}//p' $here/run.sh >&2
		exit 2
		;;
	?*) mode=some ;;
	esac
	read_faults
	choose "$mode" "$@"
	case $mode in
	quick | places) check_page ;;
	esac
	if [ ${#chosen[@]} -gt 0 ]; then
		plant
	elif [ "$mode" != places ]; then
		wrong "no fault has such a name"
	fi
	echo "1..$((${#names[@]} + 1))"
	exit $((failed > 0))
}

main "$@"
