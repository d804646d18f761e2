#!/bin/bash
# SPDX-License-Identifier: MIT
# shellcheck disable=SC1091,SC2154 # common.sh defines the variables
# Tests that the commands do not depend on the user's environment: variables, start-up files of
# programs, the folder they are called from, folder names, and git's checks of a checkout's owner.
. "$(dirname "$0")/common.sh"

make_tree
cp plots/* "$tree/plots/"
repository=$PWD
harness=$tree/build/host/palimpsest-bench
mkdir "$tree/bin" "$tree/home"

good()
{
	cat <<-EOF2
		$hello
		bench name=exec.roundtrip parameter=4096 unit=bytes samples=2 warmup=0 index=1 of=2
		!hook version=1 bochs=played metrics=instructions,walk_reads
		!count region=1 instructions=500 walk_reads=2
		!count region=2 instructions=510 walk_reads=3
		sample name=exec.roundtrip parameter=4096 sample=0 flags=- region=1 m.pages=3:pages
		sample name=exec.roundtrip parameter=4096 sample=1 flags=- region=2 m.pages=3:pages
		bench name=irq.entry.user parameter=0 unit=none samples=1 warmup=0 index=2 of=2
		!count region=3 instructions=14 walk_reads=0
		sample name=irq.entry.user parameter=0 sample=0 flags=- region=3 m.pages=0:pages
		end ok
	EOF2
}

# ends STATUS NAME COMMAND…: one test, which passes if the command exits with STATUS within 100 s;
# its output is then in $tree/out and $tree/err
ends()
{
	local wanted=$1 name=$2

	shift 2
	timeout 100 "$@" >"$tree/out" 2>"$tree/err" </dev/null
	is "$name: exits $wanted" "$wanted" $?
}

shows()
{
	grep -q -- "$1" "$tree/out"
}

# ---- Commands that are started by a relative path, with CDPATH set ----
cd ..
export CDPATH=.:/tmp:$repository
ends 0 "run-bench.sh with CDPATH" "$(basename "$repository")/run-bench.sh" --help
check "run-bench.sh with CDPATH: helps" shows --strategy
ends 0 "archive.sh with CDPATH" "$(basename "$repository")/bench/linux/programs/archive.sh" "$tree/archive"
is "archive.sh with CDPATH: prints nothing" "" "$(cat "$tree/out" "$tree/err")"
mkdir -p "$tree/bench/validate"
cp "$repository"/bench/validate/* "$tree/bench/validate/"
printf '#!/bin/sh\necho "$*" >"%s"\nexit 3\n' "$tree/validated" >"$tree/run-bench.sh"
chmod +x "$tree/run-bench.sh"
cd "$tree" || exit
ends 3 "validate.sh with CDPATH" bench/validate/validate.sh
check "validate.sh with CDPATH: runs the run-bench.sh of its tree" grep -q 'micro\.' "$tree/validated"
cd "$repository" || exit
ends 33 "a boot with CDPATH" env MODULES=build/programs/init.elf tests/boot.sh tcg fixed-ist+window+shared "run=list exit=1"
is "a boot with CDPATH: records and nothing else" "" "$(grep -av '^@' "$tree/out")"
unset CDPATH
ln -s "$repository/run-bench.sh" "$tree/bin/rb"
ln -s rb "$tree/bin/again"
ends 0 "run-bench.sh through two links" "$tree/bin/again" --help
check "run-bench.sh through two links: helps" shows --strategy
unguarded=$(grep -rlE --include='*.sh' '(^|[^a-z"$])cd ' bench kernel tests | while read -r script; do
	# These scripts run in a guest, where there is no bench/environment.sh.
	case $script in bench/linux/outer/init.sh | bench/linux/programs/init.sh | tests/linux/script.sh) continue ;; esac
	# Every script that sources machine.sh has sourced bench/environment.sh before.
	[ "$script" != bench/linux/baseline/machine.sh ] || continue
	grep -qE '/environment.sh"|/common.sh"' "$script" || echo "$script"
done)
is "every script that changes folders takes bench/environment.sh" "" "$unguarded"

# ---- TMPDIR ----
ends 0 "TMPDIR that does not exist: run-bench.sh" env TMPDIR="$tree/no such" ./run-bench.sh --help
check "TMPDIR that does not exist: run-bench.sh says so" says "TMPDIR is '$tree/no such'"
ends 0 "TMPDIR that does not exist: the harness" env TMPDIR="$tree/no such" build/host/palimpsest-bench --list
check "TMPDIR that does not exist: the harness says so" says "TMPDIR is '$tree/no such': No such file or directory"
mkdir "$tree/tmp, full"
ends 0 "TMPDIR with a space and a comma: a boot in QEMU" env TMPDIR="$tree/tmp, full" build/host/palimpsest-bench --list
is "TMPDIR: nothing is left in it" "" "$(ls "$tree/tmp, full")"

# ---- Figures ----
good | play
bench --engine bochs --strategy window
is "a run with figures exits 0" 0 "$status"
mkdir "$tree/figures" "$tree/home/.config"
cp "$tree"/run/plots/*.* "$tree/figures/"
for file in "$tree"/home/{.gnuplot,.gnuplotrc,.config/gnuplotrc} "$tree/run/plots/.gnuplot"; do
	echo 'set title "start-up file"; set border 31 lw 9; set linetype 1 lc rgb "red"' >"$file"
done
for terminal in qt x11 png nonsense; do
	rm -f "$tree"/run/plots/*.svg "$tree"/run/plots/*.png
	HOME=$tree/home XDG_CONFIG_HOME=$tree/home/.config GNUTERM=$terminal GNUPLOT_LIB=$tree/home LC_ALL=de_DE.UTF-8 \
		"$harness" --report "$tree/run" >"$tree/out" 2>"$tree/err"
	is "GNUTERM=$terminal: --report exits 0" 0 $?
	is "GNUTERM=$terminal: the same figures, byte for byte" "" \
		"$(cd "$tree/figures" && for figure in *.svg *.png; do cmp "$figure" "$tree/run/plots/$figure" 2>&1; done)"
	check "GNUTERM=$terminal: no warning" test -z "$(grep -i warning "$tree/err")"
done

# ---- Variables of the programs that a run starts ----
cat >"$tree/engine" <<EOF2
#!/bin/sh
case "\$*" in *--version* | *--help*) echo "played engine 1.0"; exit 0 ;; esac
env >"$tree/given"
exec "$tree/build/tests/make-records" <"$tree/script"
EOF2
mapfile -t hostile < <(sed -n 's/^unset -v//p' bench/environment.sh | tr ' ' '\n' | sed -n 's/..*/&=\/hostile/p')
check "${#hostile[@]} variables are removed" test "${#hostile[@]}" -gt 30
env "${hostile[@]}" LC_ALL=tr_TR.UTF-8 PALIMPSEST_TRACE_LINES=5 PALIMPSEST_BOCHS="$tree/engine" \
	"$harness" --engine bochs --strategy window --out "$tree/given.run" >"$tree/out" 2>"$tree/err"
is "hostile variables: a run exits 0" 0 $?
is "hostile variables: the engine has none but its own" "" \
	"$(grep '=/hostile' "$tree/given")"
check "PALIMPSEST_TRACE_LINES is the user's" grep -qx PALIMPSEST_TRACE_LINES=5 "$tree/given"
check "hostile variables: the locale is C" grep -qx LC_ALL=C "$tree/given"
for name in CDPATH GIT_DIR GNUTERM POSIXLY_CORRECT BASH_ENV; do
	check "$name is one of them" grep -q "^$name=" <(printf '%s\n' "${hostile[@]}")
done
cat >"$tree/recipe.mk" <<'EOF2'
include Makefile
recipe:
	@env; echo 'revision=$(REVISION)'
EOF2
env "${hostile[@]}" BASH_ENV= LC_ALL=tr_TR.UTF-8 make -s -f "$tree/recipe.mk" recipe >"$tree/recipe" 2>"$tree/err"
is "hostile variables: a recipe has none of them" "" "$(grep '=/hostile' "$tree/recipe")"
check "hostile variables: the locale of a recipe is C" grep -qx LC_ALL=C "$tree/recipe"

# ---- git ----
# git_in FOLDER ARGUMENT…: runs git in FOLDER
git_in()
{
	git -C "$1" -c user.name=n -c user.email=n@example.org -c init.defaultBranch=main "${@:2}" >/dev/null 2>&1
}

# make_checkout FOLDER TAG: makes a git repository with one commit, which has this tag
make_checkout()
{
	mkdir -p "$1"
	git_in "$1" init && git_in "$1" commit --allow-empty -m "$2" && git_in "$1" tag -a -m "$2" "$2"
}

# revision_is NAME START: the harness in $where must record a revision that begins with START
revision_is()
{
	rm -rf "$tree/run"
	PALIMPSEST_QEMU=$tree/engine "$where/build/host/palimpsest-bench" --engine tcg --strategy window --out "$tree/run" \
		>"$tree/out" 2>"$tree/err"
	check "$1" grep -qF "\"source.revision\": \"$2" "$tree/run/environment.json"
}

good | play
where=$tree
revision_is "no checkout: git's reason" "unknown: git says: not a git repository"
make_checkout "$tree" ours
make_checkout "$tree/other" other
export GIT_DIR=$tree/other/.git GIT_WORK_TREE=$tree/other
revision_is "GIT_DIR of another checkout: the revision is of this one" ours
make -s -f "$tree/recipe.mk" recipe >"$tree/recipe" 2>"$tree/err"
is "GIT_DIR of another checkout: nor does make take its revision" 0 "$(grep -c '^revision=other' "$tree/recipe")"
unset GIT_DIR GIT_WORK_TREE
where=$tree/inside
mkdir "$where"
cp -r "$tree"/{build,bench,kernel,plots,bochsrc} "$where/"
revision_is "a folder of another checkout: not its revision" "unknown: it lies in the checkout of something else"
where=$tree
printf '#!/bin/sh\necho "fatal: detected dubious ownership in repository" >&2\necho "To add" >&2\nexit 128\n' >"$tree/bin/git"
chmod +x "$tree/bin/git"
path=$PATH
PATH=$tree/bin:$PATH
revision_is "git refuses: its reason" "unknown: git says: detected dubious ownership in repository\""
PATH=$path

# ---- Folder names: the build steps that depend on the name of the checkout's folder ----
odd="$tree/it's (one) & two; \$three"
odd=${odd// /_}\"
mkdir "$odd"
cp -r Makefile run-bench.sh kernel bench tests plots "$odd/"
ends 0 "a clean build in a folder with quotes, parentheses, &, ; and \$" make -s -C "$odd" bochs-library \
	build/fixed-ist+window+shared/kernel/lib/config.o build/programs/hello.elf build/host/base/inherited.o
check "its name is not in the library" test -z "$(grep -lF "it's" "$odd"/build/bochs/*.so)"
good | play
mkdir -p "$odd/results/linux" "$odd/build/host" "$tree/results/linux"
cp "$harness" "$odd/build/host/"
cp results/linux/summary.csv "$odd/results/linux/"
cp results/linux/summary.csv "$tree/results/linux/"
bench --engine bochs --strategy window
mv "$tree/run/plots/execve.svg" "$tree/execve.svg"
ends 0 "figures from there" "$odd/build/host/palimpsest-bench" --report "$tree/run"
check "figures from there show the numbers of Linux too" cmp "$tree/execve.svg" "$tree/run/plots/execve.svg"

finish
