#!/bin/bash
# SPDX-License-Identifier: MIT
# shellcheck disable=SC1091,SC2016,SC2154 # common.sh defines the variables; the played apt-get expands its own arguments
# Tests the engine kvm-emulated with a script in place of the outer machine, which otherwise boots a
# Linux with KVM. Covers the variants npt=1 and npt=0, the flags of the samples, and all faults that
# can occur in the outer machine.
. "$(dirname "$0")/common.sh"

make_tree
mkdir -p "$tree/build/lab" "$tree/bench/linux/outer"
cp bench/linux/outer/{make-outer,pack,fetch}.sh "$tree/bench/linux/outer/"
printf '#!/bin/sh\ncat\n' >"$tree/build/lab/busybox" # as `cpio`: copies the list of files
chmod +x "$tree/build/lab/busybox"
echo base >"$tree/build/lab/base.cpio"
echo linux >"$tree/build/lab/vmlinuz"

# The played outer machine first runs the shell commands in $tree/outer. Then it plays script.test
# or script.bench, depending on the command line in the file `boot`.
cat >"$tree/engine" <<EOF
#!/bin/sh
case "\$*" in *--version* | *--help*) echo "played engine 1.0"; exit 0 ;; esac
echo "lab: outer machine is up" >outer.log
grep -q lab/palimpsest.elf32 initrd || exit 99
. "$tree/outer"
mode=bench
grep -q run=test boot && mode=test
exec "$tree/build/tests/make-records" <"$tree/script.\$mode"
EOF
chmod +x "$tree/engine"

cat >"$tree/script.test" <<EOF
${hello/mode=bench/mode=test}
test name=a_program_runs ok=1 detail=-
test name=xcr0_is_kept ok=2 detail=skip:%20a%20played%20reason
end ok
exit 33
EOF
cat >"$tree/script.bench" <<EOF
$hello
bench name=tlb.refill parameter=8 unit=pages samples=2 warmup=0 index=1 of=1
!count region=1 walk_reads=240 vm_exits=0
sample name=tlb.refill parameter=8 sample=0 flags=overhead region=0 m.tsc=10:ticks
sample name=tlb.refill parameter=8 sample=0 flags=- region=1 m.tsc=700:ticks
sample name=tlb.refill parameter=8 sample=1 flags=- region=2 m.tsc=710:ticks
check name=tlb.refill parameter=8 ok=1 detail=-
end ok
exit 33
EOF

: >"$tree/outer"
bench --engine kvm-emulated --strategy window --quick
is "a good run exits 0" 0 "$status"
is "both variants boot, the self-tests first" 'npt=1::complete npt=1:*:complete npt=0::complete npt=0:*:complete' \
	"$(query "SELECT group_concat(variant || ':' || bench || ':' || state, ' ') FROM launches WHERE engine != 'image'")"
is "self-tests are kept" 2 "$(query "SELECT count(*) FROM checks WHERE kind = 'test' AND ok = 1")"
is "every sample says that it is emulated, and where" \
	'emulated,npt=0 emulated,npt=0,overhead emulated,npt=1 emulated,npt=1,overhead' \
	"$(query "SELECT group_concat(flags, ' ') FROM (SELECT DISTINCT s.flags FROM samples s JOIN launches l ON l.id = s.launch
		WHERE l.engine = 'kvm-emulated' ORDER BY 1)")"

# Computes the results again from the records alone, as --recover does after a harness was killed.
cp -r "$tree/run" "$tree/killed"
sqlite3 "$tree/killed/results.sqlite" "UPDATE run SET state = 'running'; UPDATE launches SET state = 'running' WHERE engine <> 'image'"
"$tree/build/host/palimpsest-bench" --recover "$tree/killed" >/dev/null 2>"$tree/err"
is "recovered samples are flagged alike, and self-tests are kept" "" \
	"$(for run in run killed; do sqlite3 "$tree/$run/results.sqlite" "SELECT benchmark, metric, value, flags FROM samples
		JOIN launches ON launches.id = launch ORDER BY launches.id, samples.rowid;
		SELECT kind, name, ok FROM checks ORDER BY launch, rowid" >"$tree/$run.list"; done; diff "$tree/run.list" "$tree/killed.list")"
is "counts come where the library counted" '0 240' \
	"$(query "SELECT group_concat(value, ' ') FROM samples JOIN launches ON launches.id = launch
		WHERE variant = 'npt=1' AND metric IN ('walk_reads', 'vm_exits') ORDER BY metric")"
is "the variants are summarised apart" 'npt=0 npt=1' \
	"$(query "SELECT group_concat(replace(flags, 'few,net,', ''), ' ') FROM summary WHERE metric = 'tsc'")"
is "nothing is compared" 0 "$(query 'SELECT count(*) FROM comparisons')"
check "the table counts checks" grep -qE 'npt=0 +window +2/2 +1 +1 +0 +0' "$tree/out"
check "it names the self-tests that were skipped, why, and where" \
	grep -qF 'xcr0_is_kept: a played reason (npt=1, npt=0)' "$tree/out"
check "and shows no times" test -z "$(grep -E '7[01]0|690' "$tree/out")"
check "what only the machine needed is gone" test ! -e "$tree/run/logs/002-kvm-emulated-npt=1-window-1/initrd"

bench --engine kvm-emulated --strategy window --bench 'tlb.*'
is "chosen benchmarks come without self-tests" 2 "$(query "SELECT count(*) FROM launches WHERE engine != 'image'")"

# fault NAME MESSAGE [STATE]: runs an outer machine that executes the shell commands on standard
# input; the run must fail with MESSAGE, and both launches must end in STATE (default: failed)
fault()
{
	cat >"$tree/outer"
	bench --engine kvm-emulated --strategy window --bench 'tlb.*'
	is "$1: exits 1" 1 "$status"
	check "$1: says '$2'" says "$2"
	is "$1: both launches are stored" "${3:-failed} ${3:-failed}" \
		"$(query "SELECT group_concat(state, ' ') FROM launches WHERE engine != 'image'")"
}

fault "a module that does not load" "in the outer machine: kvm-amd.ko does not load with npt=1" <<'EOF'
echo "lab: error: kvm-amd.ko does not load with npt=1" >>outer.log; exit 125
EOF
fault "a triple fault" "was reset (a triple fault?)" "cut short" <<'EOF'
echo "lab: error: the inner machine was reset (a triple fault?)" >>outer.log
head -n 3 "$(dirname "$0")/script.bench" | "$(dirname "$0")/build/tests/make-records"; exit 125
EOF
check "a triple fault: the records before it are kept" grep -q 'bench name=tlb.refill' \
	"$tree/run/logs/001-kvm-emulated-npt=1-window-1/records.txt"
fault "a panic of the outer Linux" "panicked - not syncing: No init ('rm -r build/lab && make lab'" <<'EOF'
echo "[    1.2] Kernel panic - not syncing: No init" >>outer.log; exit 0
EOF
fault "a Linux that does not come up" "did not reach its init" <<'EOF'
: >outer.log; exit 1
EOF

rm "$tree/build/lab/base.cpio"
bench --engine kvm-emulated
is "no outer machine: exits 2" 2 "$status"
check "no outer machine: says what makes it" says "'make lab' fetches two Debian packages"

# ---- Fetching the packages, with scripts in place of apt-cache and apt-get ----
mkdir "$tree/bin"
for tool in bash sh env dirname readlink mktemp rm mkdir chmod mv grep head sed timeout; do
	ln -s "$(command -v "$tool")" "$tree/bin/$tool"
done
# fetch NAME STATUS MESSAGE: runs fetch.sh with $tree/bin as its PATH; it must exit with STATUS and
# print MESSAGE
fetch()
{
	PATH=$tree/bin "$tree/bench/linux/outer/fetch.sh" "$tree/build/lab" >"$tree/out" 2>"$tree/err"
	is "$1: exits $2" "$2" $?
	check "$1: says '$3'" says "$3"
}

fetch "no apt" 1 "put the packages linux-image-<version>-cloud-amd64 and busybox-static"
printf '#!/bin/sh\n' >"$tree/bin/apt-cache"
printf '#!/bin/sh\necho "E: Failed to fetch: could not resolve the host" >&2\nexit 100\n' >"$tree/bin/apt-get"
chmod +x "$tree/bin/apt-cache" "$tree/bin/apt-get"
fetch "apt without lists" 1 "run 'apt-get update' as root"
printf '#!/bin/sh\necho "  Depends: linux-image-6.1.0-1-cloud-amd64"\n' >"$tree/bin/apt-cache"
fetch "no network" 1 "linux-image-6.1.0-1-cloud-amd64 cannot be fetched"
check "no network: apt's own words are shown" says "could not resolve the host"
printf '#!/bin/sh\n[ "$2" = download ] && : >"$3_1_amd64.deb"\n' >"$tree/bin/apt-get"
fetch "a fetch" 0 "fetching busybox-static"
PATH=$tree/bin "$tree/bench/linux/outer/fetch.sh" "$tree/build/lab" >"$tree/out" 2>"$tree/err"
check "what is there is not fetched again" test ! -s "$tree/err"

finish
