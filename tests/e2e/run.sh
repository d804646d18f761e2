#!/bin/bash
# SPDX-License-Identifier: MIT
# shellcheck disable=SC1091,SC2154 # common.sh defines the variables
# Tests a good run on a played engine, from the first record to the exported files.
. "$(dirname "$0")/common.sh"

make_tree

good()
{
	cat <<-EOF
		raw SeaBIOS says hello
		$hello
		fact name=boot.stack value=400 unit=bytes
		bench name=exec.load parameter=4096 unit=bytes samples=2 warmup=1 index=1 of=2
		!hook version=1 bochs=played metrics=instructions,walk_reads
		!count region=1 instructions=900 walk_reads=4
		sample name=exec.load parameter=4096 sample=0 flags=overhead region=0 m.tsc=10:ticks
		sample name=exec.load parameter=4096 sample=0 flags=warmup region=1 m.tsc=900:ticks
		!count region=2 instructions=500 walk_reads=2
		!count region=3 instructions=510 walk_reads=3
		sample name=exec.load parameter=4096 sample=0 flags=- region=2 m.tsc=700:ticks m.pages=3:pages
		sample name=exec.load parameter=4096 sample=1 flags=- region=3 m.tsc=710:ticks m.pages=3:pages
		check name=exec.load parameter=4096 ok=1 detail=image%20in%20place
		skip name=switch.pingpong parameter=1 reason=one%20CPU
		end ok
		!exit status=33
	EOF
}

good | play
bench --engine tcg --strategy window --quick
is "a good run exits 0" 0 "$status"
is "the run is complete" complete "$(query 'SELECT state FROM run')"
is "the launch is complete" 'complete||33|abc123|gcc-12' \
	"$(query 'SELECT state, reason, status, revision, compiler FROM launches')"
is "raw samples are kept as they are" '700 710' \
	"$(query "SELECT group_concat(value, ' ') FROM samples WHERE metric = 'tsc' AND flags = ''")"
is "warm-up and overhead are marked" 'overhead:10 warmup:900' \
	"$(query "SELECT group_concat(flags || ':' || value, ' ') FROM samples WHERE metric = 'tsc' AND flags != ''")"
is "units are columns" 'bytes|pages' "$(query "SELECT DISTINCT parameter_unit, unit FROM samples WHERE metric = 'pages'")"
is "checks and skips are kept" 'check:1 skip:2' \
	"$(query "SELECT group_concat(kind || ':' || ok, ' ') FROM checks")"
is "facts are kept" 400 "$(query "SELECT value FROM facts WHERE name = 'boot.stack'")"
is "without a library there are no counts" 0 "$(query "SELECT count(*) FROM samples WHERE metric = 'instructions'")"
is "the engine's version is known" 'played engine 1.0' "$(query "SELECT value FROM environment WHERE key = 'tool.qemu'")"
check "environment.json is written" grep -q '"host.cpu": ' "$tree/run/environment.json"
check "samples.csv is written" grep -q ',exec.load,4096,' "$tree/run/samples.csv"
check "the raw records are kept" grep -q 'SeaBIOS' "$tree/run/logs/001-tcg-window-1/records.txt"
"$tree/build/host/palimpsest-bench" --export perf-script "$tree/run" >"$tree/out" 2>"$tree/err"
is "--export of a run without functions exits 2" 2 $?
check "and says how to get them" says "has no counts per function; ./run-bench.sh --engine bochs makes them"
check "the kernel's links are gone" test ! -e "$tree/run/logs/001-tcg-window-1/kernel.elf32"

good | play
bench --engine bochs --strategy window
is "a good run on Bochs exits 0" 0 "$status"
is "counts join the samples that name their regions" '500:2 510:3' \
	"$(query "SELECT group_concat(a.value || ':' || b.value, ' ') FROM samples a JOIN samples b USING (sample, flags)
		WHERE a.metric = 'instructions' AND b.metric = 'walk_reads' AND flags = ''")"
is "counts have units" 'instructions events' \
	"$(query "SELECT group_concat(unit, ' ') FROM samples WHERE sample = 1 AND metric != 'pages'")"
is "ticks are dropped on Bochs" 0 "$(query "SELECT count(*) FROM samples WHERE metric = 'tsc'")"
check "the boot's bochsrc is kept" grep -q '^memory: guest=512' "$tree/run/logs/001-bochs-window-1/bochsrc"

good | grep -v 'count region=3' | play
bench --engine bochs --strategy window
is "a sample without counts fails the run" 1 "$status"
is "and is marked" 'damaged|no-counts' \
	"$(query "SELECT state, flags FROM launches, samples WHERE sample = 1 AND metric = 'pages'")"

# An image whose entry stub the harness can analyse: 7 instructions, 2 writes to RSP.
gcc -c -x assembler -o "$tree/build/fixed-ist+window+shared/palimpsest.elf" - <<'EOF'
	.globl irq_entry_bench
irq_entry_bench:
	push %rax
	mov %gs:8, %rsp
	lea -8(%rsp), %rdi
	jmp 2f
	hlt
2:	sub $8, %rsp
	pop %rdi
	call irq_entry_bench
	mov %rax, %rsp
EOF
good | play
bench --engine tcg --strategy window
is "static facts are read from the image" 'entry_instructions:7 rsp_writes:2' \
	"$(query "SELECT group_concat(metric || ':' || value, ' ') FROM samples JOIN launches ON launch = id
		WHERE engine = 'image' AND round = 0 AND benchmark = 'irq.entry.user'")"

good | play
PALIMPSEST_QEMU=$tree/engine "$tree/build/host/palimpsest-bench" --engine tcg --strategy window >"$tree/out" 2>"$tree/err"
is "a default folder is named after time and engine" 1 "$(find "$tree/results" -maxdepth 1 -name '2*Z-tcg' | wc -l)"
check "results/latest points to it" test -e "$tree/results/latest/results.sqlite"

bench --engine tcg --strategy window --rounds 3
is "rounds are run in order" '1 2 3' "$(query "SELECT group_concat(round, ' ') FROM launches WHERE engine = 'tcg'")"
is "each round has its own seed" '1 2 3' "$(query "SELECT group_concat(seed, ' ') FROM launches WHERE engine = 'tcg'")"

# Three boots, two at a time. After the first has ended, the second and the third run together. When
# the second ends, the files of the third must still exist.
good | play
cat >"$tree/engine" <<EOF
#!/bin/sh
case "\$*" in *--version* | *--help*) exit 0 ;; esac
case "\$PWD" in
*/001-*) sleep 0.1 ;;
*/002-*) sleep 0.8 ;;
*) sleep 1.5; [ -e load.txt ] && [ -e loader.rom ] && [ -e palimpsest-bochs.so ] || exit 1 ;;
esac
exec "$tree/build/tests/make-records" <"$tree/script"
EOF
printf 'tlb.cr3\ta CR3 load\n' >"$tree/build/host/about.txt" # so there is no boot with experiments
bench --engine bochs --strategy window --rounds 3 --jobs 2
is "boots that overlap keep their own files" 'complete complete complete' \
	"$(query "SELECT group_concat(state, ' ') FROM launches WHERE engine = 'bochs'")"

finish
