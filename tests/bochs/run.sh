#!/bin/bash
# Boots guest.asm in Bochs with the instrumentation library and compares the library's counts with
# the comments ";= …" in guest_tests.inc, guest_irq_off.inc and guest_walks.inc. Prints TAP.
# usage: run.sh [LIBRARY]        default: build/bochs/palimpsest-bochs.so
# shellcheck disable=SC2016,SC2317
set -eu
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../../bench/environment.sh"

here=$(dirname "$(readlink -f "$0")")
library=${1:-$here/../../build/bochs/palimpsest-bochs.so}

for tool in bochs nasm grub-mkimage xorriso cc objcopy ld; do
	command -v $tool >/dev/null || { echo "1..0 # SKIP $tool is not installed"; exit 0; }
done
[[ $library == /* ]] || library=$PWD/$library
[ -f "$library" ] || { echo "Bail out! no library $library; make bochs-library builds it"; exit 1; }

# shellcheck source=tests/tap.sh
. "$here/../tap.sh"
trap 'exit 1' INT TERM
cd "$work"

image() { # NAME [OPTION…]: makes NAME.iso and NAME.bochsrc; the options are passed to nasm
	name=$1
	shift
	mkdir -p "$name/boot/grub"
	nasm -f bin -Wall -I"$here/" "$@" -o "$name/boot/guest" "$here/guest.asm" || { echo "Bail out! nasm failed"; exit 1; }
	printf 'set timeout=0\nmenuentry guest {\n multiboot /boot/guest\n}\n' >"$name/boot/grub/grub.cfg"
	"$here/../../kernel/boot/grub-cd.sh" "$name.iso" "$name" multiboot || { echo "Bail out! no CD image was made"; exit 1; }
	cat >"$name.bochsrc" <<-EOF
		config_interface: textconfig
		display_library: sdl2
		cpu: model=corei7_skylake_x, count=${cpus:-1}, reset_on_triple_fault=0
		memory: guest=64, host=64
		clock: sync=none, time0=946684800
		ata0-master: type=cdrom, path=$name.iso, status=inserted
		boot: cdrom
		com1: enabled=1, mode=file, dev=$name.serial
		port_e9_hack: enabled=1
		speaker: enabled=0
		sound: driver=dummy
		log: $name.log
		panic: action=fatal
	EOF
}
echo c >debugger.rc

# boot IMAGE RUN [NAME=VALUE…]: boots IMAGE.iso with these environment variables. Writes the
# library's stream to RUN.stream, Bochs's output to RUN.out and RUN.err, its exit status to
# RUN.status.
boot() {
	booted=$1
	run=$2
	shift 2
	status=0
	env "$@" PALIMPSEST_FD=3 SDL_VIDEODRIVER=dummy LD_PRELOAD="$library" \
		timeout 60 bochs -f "$booted.bochsrc" -rc debugger.rc \
		</dev/null >"$run.out" 2>"$run.err" 3>"$run.stream" || status=$?
	echo $status >"$run.status"
}
ends_with() { # STATUS RUN: succeeds if Bochs exited with STATUS in that run
	[ "$(cat "$2.status")" = "$1" ] || { echo "status $(cat "$2.status")"; tail -n 5 "$2.err"; return 1; }
}

# ---- expected counts: a line "test|line of the library" for each comment ";= …" of the guest ----
metrics=$(sed -n 's/^.*X([A-Z0-9_]*, "\([a-z0-9_]*\)").*/\1/p' "$here/../../bench/bochs/metrics.h")
awk -F ' *[|] *' -v metrics="$metrics" '
	/^ *;= / {
		count = split(metrics, metric, /[ \n]+/)
		split("", value)
		fields = split($2, field, " ")
		for (i = 1; i <= fields; i++) {
			split(field[i], part, "=")
			value[part[1]] = part[2]
		}
		line = "!count region=" ++region
		for (i = 1; i <= count; i++)
			line = line (("off" in value) ? "" : " " metric[i] "=" value[metric[i]] + 0)
		if ("off" in value)
			line = line " off=" value["off"]
		sub(/^ *;= /, "", $1)
		print $1 "|" line
	}' "$here/guest_tests.inc" "$here/guest_irq_off.inc" "$here/guest_walks.inc" >expected

image guest
boot guest first
boot guest second

number=0
while IFS='|' read -r name line; do
	number=$((number + 1))
	check "$name" equal "$line" "$(grep "^!count region=$number " first.stream)"
done <expected

check "one line per region, in order" sh -c 'cut -d "|" -f 2 expected | cut -d " " -f 2 >order.expected
	grep "^!count" first.stream | cut -d " " -f 2 | diff order.expected -'
check "the first line names the metrics" sh -c 'head -n 1 first.stream |
	grep -q "^!hook version=1 bochs=[^ ]* metrics=$1\$"' - "$(echo "$metrics" | paste -sd , -)"
check "two runs give the same bytes" cmp first.stream second.stream

# ---- Bochs's debugger ----
for debugger in keep skip; do boot guest debugger-$debugger "PALIMPSEST_DEBUGGER=$debugger"; done
check "the debugger's work can be left out" ends_with 33 debugger-skip
check "the same is counted with it and without" cmp debugger-keep.stream debugger-skip.stream
for command in "watch w 0x7000" "s 100000000" "lb 0x7c00"; do
	printf '%s\nc\n' "$command" >debugger.rc
	boot guest busy "PALIMPSEST_DEBUGGER=skip"
	check "it is not left out after the debugger's command $command" ends_with 2 busy
done
lists() { # NUMBER RUN: succeeds if the debugger printed the beginnings of NUMBER of the two lists in that run
	[ "$(grep -caE '^(cpu0 = \{| *blk0 = .*)$' "$2.out")" = "$1" ] || { sed -n 7,12p "$2.out"; return 1; }
}
# The lists of fields and blocks. Then a Bochs without the functions that make them: hide.so hides them.
printf '%s\n' 'show "cpu0"' 'show "memory"' c >debugger.rc
boot guest listed "PALIMPSEST_DEBUGGER=keep"
boot guest unlisted
check "with keep, Bochs lists the fields of its CPU and the blocks of its memory" lists 2 listed
check "otherwise it lists neither" lists 0 unlisted
check "without the lists the same is counted" cmp listed.stream unlisted.stream
echo c >debugger.rc
cc -shared -fPIC -o hide.so "$here/hide.c"
library=$work/hide.so:$library boot guest hidden
library=$work/hide.so:$library boot guest hidden-skip "PALIMPSEST_DEBUGGER=skip"
check "a Bochs without the functions that make these lists runs too" cmp first.stream hidden.stream
check "but not with skip" ends_with 2 hidden-skip
check "which the message says" grep -q "Bochs has no function _ZN8BX_CPU_C14register_stateEv" hidden-skip.err

# ---- REP in bulk ----
image copies -DCOPIES
for rep in each bulk; do
	boot guest $rep "PALIMPSEST_REP=$rep"
	boot copies copies-$rep "PALIMPSEST_REP=$rep"
done
check "iterations of REP can be executed in bulk" ends_with 33 bulk
check "with the same counts as one by one" cmp each.stream bulk.stream
check "random copies, some interrupted" sh -c 'grep -q "^!count region=3000 .* interrupts=[1-9][0-9]" copies-bulk.stream'
check "in bulk: the same counts, bytes and time as one by one" cmp copies-each.stream copies-bulk.stream

check "own lines do not split the guest's" sh -c '
	sed -n "/^whole line/,\$p" first.stream | sed "s/^\(!count\).*/\1/" >ending
	printf "%s\n" "whole line" "!count" "a line in two parts" "an unfinished line" "!exit status=33" | diff - ending'
check "a guest's lines are marked if they look like the library's" sh -c '
	grep -a "^?" first.stream >marked
	printf "%s\n" "?!count region=1 instructions=7" "?!count region=2 instructions=8" "?!exit status=35" | diff - marked'
check "and the guest writes no line of the library's" sh -c '
	test "$(grep -c "^!count region=[12] " first.stream)" = 2 && ! grep -q "^!exit status=35" first.stream'
check "value 0x10 at port 0xF4 gives status 33" ends_with 33 first
check "the serial log is complete" sh -c 'echo "serial text" | cmp - guest.serial'

image panic -DSTATUS=0x12
boot panic panic
check "value 0x12 at port 0xF4 gives status 37" ends_with 37 panic
check "and ends the stream" sh -c 'tail -n 1 panic.stream | grep -qx "!exit status=37"'

image triple -DTRIPLE_FAULT
boot triple triple
check "a triple fault gives status 1" ends_with 1 triple
check "and keeps what came before it" sh -c 'tail -n 1 triple.stream | grep -qx "an unfinished line"'

cpus=2 image two -DSECOND_CPU
boot two two
check "regions of two CPUs at the same time" sh -c 'grep "^!" two.stream | tail -n 3 | cut -d " " -f 1-3 >regions
	printf "%s\n" "!count region=2000 instructions=500" "!count region=1000 instructions=20001" "!exit status=33" |
	diff - regions'

# ---- runs with the cycle model ----
profile=PALIMPSEST_PROFILE=$here/../../bench/bochs/profiles/skylake-client.ini
boot guest modelled "$profile"
boot guest again "$profile"
boot two two-modelled "$profile"
boot two two-again "$profile"
check "with a profile the guest ends as it does without" ends_with 33 modelled
check "and the other counts are the same" sh -c '
	for run in first modelled; do sed "1d; s/ cycles_low=.*//" $run.stream >$run.counts; done
	cmp first.counts modelled.counts'
check "each count has cycles, low to high" awk '/^!count/ {
		lines++
		split("", value)
		for (i = 2; i <= NF; i++) {
			split($i, part, "=")
			value[part[1]] = part[2]
		}
		if (!(value["cycles_low"] <= value["cycles_nominal"] && value["cycles_nominal"] <= value["cycles_high"] &&
		      (value["instructions"] == 0 || value["cycles_high"] > 0))) {
			print
			wrong = 1
		}
	}
	END { exit wrong || !lines }' modelled.stream
check "two runs with a profile give the same bytes" cmp modelled.stream again.stream
check "with two CPUs too" cmp two-modelled.stream two-again.stream
for rep in each bulk; do
	boot guest modelled-$rep "$profile" "PALIMPSEST_REP=$rep"
	boot copies modelled-copies-$rep "$profile" "PALIMPSEST_REP=$rep"
done
check "with a profile REP in bulk counts the same" cmp modelled-each.stream modelled-bulk.stream
check "and costs the same" cmp modelled-copies-each.stream modelled-copies-bulk.stream
boot two two-skip "PALIMPSEST_DEBUGGER=skip"
check "with two CPUs the debugger's work stays" ends_with 2 two-skip
boot two two-bulk "PALIMPSEST_REP=bulk"
check "nothing is done in bulk with two CPUs" ends_with 2 two-bulk
check "which the message says" grep -q "no iteration of REP was executed in bulk" two-bulk.err
for wrong in PALIMPSEST_REP=fast PALIMPSEST_DEBUGGER=drop; do
	boot guest neither "$wrong"
	check "$wrong is refused" ends_with 2 neither
done
sed 's/^invlpg .*/invlpg = many  # [S] nobody/' "${profile#*=}" >wrong.ini
boot guest wrong "PALIMPSEST_PROFILE=$PWD/wrong.ini"
check "a wrong profile is refused" ends_with 2 wrong
check "with its file and line" sh -c '
	grep -q "wrong.ini:$(grep -n "^invlpg " wrong.ini | cut -d : -f 1): .many" wrong.err'

# ---- counts by function ----
# The library reads the functions' names from an ELF file. Here the file has the three pages of code
# that begin at the label `tests`, and the symbols in these pages.
nasm -f bin -I"$here/" --before '[map symbols guest.map]' -o guest.bin "$here/guest.asm"
tail -c +4097 guest.bin | head -c 12288 >code.bin
options=$(awk '$1 ~ /^FFFFFFFF8010[123]...$/ && $3 ~ /^[a-z_]+$/ {
	digits = "0123456789ABCDEF"
	offset = -4096
	for (i = 12; i <= 16; i++)
		offset = offset + (index(digits, substr($1, i, 1)) - 1) * 16 ^ (16 - i)
	print "--add-symbol " $3 "=.text:" offset ",global,function"
}' guest.map)
# shellcheck disable=SC2086 # options are words
elf() { # FILE [OPTION…]: makes an ELF file of code.bin; the options are passed to objcopy
	file=$1
	shift
	objcopy -I binary -O elf64-x86-64 -B i386:x86-64 \
		--rename-section .data=.text,alloc,load,readonly,code,contents "$@" code.bin code.o
	printf '%s\n' 'PHDRS { text PT_LOAD FLAGS(5); }' \
		'SECTIONS { . = 0xFFFFFFFF80101000; .text : AT(0x101000) { *(.text) } :text }' >code.ld
	ld -T code.ld -z max-page-size=4096 -o "$file" code.o 2>ld.log
}
# shellcheck disable=SC2086
elf guest.elf $options
boot guest functions "PALIMPSEST_SYMBOLS=guest.elf"
boot guest both "$profile" "PALIMPSEST_SYMBOLS=guest.elf" "PALIMPSEST_TRACE=both.trace"
check "with symbols the guest ends as it does without" ends_with 33 functions
check "and the counts are the same" sh -c '
	for run in first functions modelled both; do grep -v "^!frame\|^!function\|^!off" $run.stream >$run.counts; done
	cmp first.counts functions.counts && cmp modelled.counts both.counts'

cat >sum.awk <<-'EOF'
	{
		split("", value)
		for (i = 2; i <= NF; i++) {
			split($i, part, "=")
			value[part[1]] = part[2]
		}
	}
	/^!function/ {
		for (name in value)
			sum[name] += value[name]
		functions++
	}
	/^!count/ {
		for (name in value)
			if (name != "region" && name != "off" && name !~ /^due_/ && sum[name] + 0 != value[name]) {
				print "region " value["region"] ": " name " is " value[name] ", of functions " sum[name]
				wrong = 1
			}
		for (name in value)
			if (name ~ /^due_/)
				due += value[name]
		if (due != value["cycles_nominal"] + 0) {
			print "region " value["region"] ": causes are " due
			wrong = 1
		}
		due = 0
		split("", sum)
	}
	END { exit wrong || !functions }
EOF
check "functions add up to their region" awk -f sum.awk functions.stream
check "with a profile too, in each metric, and causes" awk -f sum.awk both.stream

region_of() { # NAME: prints the number of the test's region
	sed -n "/^$1|/{s/.*region=\([0-9]*\) .*/\1/p;q}" expected
}
# functions_are NAME: compares the counts by function in the region of the test NAME with the lines
# "stack metric=n …" on standard input
functions_are() {
	awk -v region="$(region_of "$1")" '
		/^!frame/ {
			split($2, id, "="); split($3, parent, "="); split($4, name, "=")
			stack[id[2]] = (parent[2] ? stack[parent[2]] ";" : "") name[2]
		}
		/^!function/ && $2 == "region=" region {
			split($3, frame, "=")
			line = stack[frame[2]]
			for (i = 4; i <= NF; i++)
				line = line " " $i
			print line
		}' functions.stream | sort >functions.got
	sort | diff - functions.got
}
check "a fault: its event, its delivery and its handler" functions_are "#UD, handled: UD2 does not complete" <<-'EOF'
	tests exceptions=1
	tests;[delivery] data_accesses=8
	tests;undefined instructions=2 data_accesses=8
EOF
check "a walk to a missing page belongs to the function that walks" functions_are "#PF, handled, after a walk to the missing entry" <<-'EOF'
	tests walk_reads=4 exceptions=1
	tests;[delivery] data_accesses=9
	tests;page_fault instructions=3 data_accesses=8
EOF
check "an external interrupt" functions_are "external interrupt" <<-'EOF'
	tests interrupts=1
	tests;[delivery] data_accesses=8
	tests;return instructions=1 data_accesses=7
EOF
check "a delivery alone" functions_are "only the delivery, up to the handler's first instruction" <<-'EOF'
	tests interrupts=1
	tests;[delivery] data_accesses=8
EOF
check "a call, user mode and INT" functions_are "into user mode and back, all counted" <<-'EOF'
	tests instructions=1 data_accesses=1
	tests;to_user instructions=6 data_accesses=12
	[user] instructions=10
	[user];[delivery] instructions=1 data_accesses=9
	[user];from_user instructions=2 data_accesses=2
EOF
check "the kernel half of that" functions_are "into user mode and back, kernel half only" <<-'EOF'
	tests instructions=1 data_accesses=1
	tests;to_user instructions=6 data_accesses=12
	[user];from_user instructions=2 data_accesses=2
EOF

for window in "entry window" "a small entry window"; do
	check "code in $window has the names that it has in the image" functions_are "into user mode and back, $window's code in the user page" <<-'EOF'
		tests instructions=1 data_accesses=1
		tests;to_user instructions=6 data_accesses=12
		entry_text instructions=5
		entry_rest instructions=5
		entry_rest;[delivery] instructions=1 data_accesses=9
		entry_rest;from_user instructions=2 data_accesses=2
	EOF
done

# off_is FILE NAME LINE: takes the `!off` line for the region of the test NAME, removes its first
# two fields, and compares the rest with LINE
off_is() {
	grep "^!off region=$(region_of "$2") " "$1" | cut -d " " -f 3- >off.got
	echo "$3" | diff - off.got
}
address_of() { # LABEL: prints its address, as in the library's lines
	awk -v label="$1" '$3 == label { print "0x" tolower($1) }' guest.map
}
check "interrupts off: from the instruction after CLI to the one after STI" \
	off_is functions.stream "CLI, 7 NOPs, STI and the next instruction" \
	"ticks=9 from=$(address_of after_cli) from_function=after_cli+0x0 to=$(address_of after_sti) to_function=after_sti+0x0"
check "from the handler to its IRET" off_is functions.stream "external interrupt's handler" \
	"ticks=7 from=$(address_of slow_handler) from_function=slow_handler+0x0 to=$(address_of end_of_handler) to_function=end_of_handler+0x0"
check "from the first instruction of a system call to SYSRET" off_is functions.stream "SYSCALL to SYSRET" \
	"ticks=6 from=$(address_of system_call) from_function=system_call+0x0 to=$(address_of system_call_return) to_function=system_call_return+0x0"
check "without symbols the places are addresses" off_is first.stream "SYSCALL to SYSRET" \
	"ticks=6 from=$(address_of system_call) from_function=- to=$(address_of system_call_return) to_function=-"
check "no line where interrupts stay on" sh -c '! grep "^!off region=$1 " first.stream' - \
	"$(region_of "interrupts on all the time")"

cp code.bin right.bin
printf '\314' | dd of=code.bin bs=1 seek=5000 conv=notrunc 2>/dev/null
# shellcheck disable=SC2086
elf another.elf $options
mv right.bin code.bin
boot guest another "PALIMPSEST_SYMBOLS=another.elf"
check "symbols of another image are refused" ends_with 2 another
check "with the file and the address" grep -q \
	"another.elf: these are the symbols of another image: the code at 0xffffffff80102388 is not what" another.err
check "and the harness is told" grep -q "^!fail status=2 reason=another.elf:%20these" another.stream
elf bare.elf --strip-all
strip bare.elf
boot guest bare "PALIMPSEST_SYMBOLS=bare.elf"
check "a file without symbols is refused" ends_with 2 bare
check "with the reason" grep -q "bare.elf: it has no symbol table" bare.err

# ---- the trace ----
boot guest traced "PALIMPSEST_TRACE=counts.trace"
boot guest few "PALIMPSEST_TRACE=few.trace" "PALIMPSEST_TRACE_LINES=3"
# trace_is FILE NAME: compares the trace of the region of the test NAME with the lines
# "instructions event address function detail" on standard input
trace_is() {
	sed -n "s/^$(region_of "$2") 0 \([0-9]*\) [0-9]* /\1 /p" "$1" >trace.got
	diff - trace.got
}
check "the trace begins with its columns" sh -c 'head -n 1 counts.trace |
	grep -qx "# region cpu instructions cycles event address function detail"'
check "a line per INVLPG" trace_is counts.trace "INVLPG of 5 pages" <<-'EOF'
	0 invlpg 0xffffffffc0000000 - page
	1 invlpg 0xffffffffc0000000 - page
	2 invlpg 0xffffffffc0000000 - page
	3 invlpg 0xffffffffc0000000 - page
	4 invlpg 0xffffffffc0000000 - page
EOF
check "without a profile a line per read of a walk; the fault after it" trace_is counts.trace \
	"#PF, handled, after a walk to the missing entry" <<-'EOF'
	0 walk-read 0x200ff8 - entry=511
	0 walk-read 0x201ff8 - entry=511
	0 walk-read 0x205000 - entry=0
	0 walk-read 0x206040 - entry=8
	0 exception 0xffffffff80101392 - vector=14
EOF
check "with a profile a line per walk of the model, for code and data" trace_is both.trace \
	"CR3 write, then walks: 3 reads for code, 4 for data" <<-'EOF'
	0 cr3 0x200000 tests value
	1 walk-code 0xffffffff801012bd tests loads=3
	1 walk-data 0xffffffffc0000000 tests loads=3
EOF
check "an interrupt with its vector" trace_is both.trace "external interrupt" <<-'EOF'
	0 interrupt 0xffffffff801013d5 tests vector=66
EOF
check "and nothing where nothing happens" trace_is both.trace "7 NOPs" </dev/null
check "walks, flushes, interrupts and exceptions are as many as counted" awk '
	NR == FNR { seen[$1 " " $5]++; next }
	/^!count/ && !/ off=/ {
		split("", value)
		for (i = 2; i <= NF; i++) {
			split($i, part, "=")
			value[part[1]] = part[2]
		}
		at = value["region"] " "
		if (seen[at "walk-code"] + seen[at "walk-data"] != value["stlb_misses"] ||
		    seen[at "cr3"] + 0 != value["cr3_writes"] || seen[at "invlpg"] + 0 != value["invlpg"] ||
		    seen[at "invpcid"] + 0 != value["invpcid"] || seen[at "interrupt"] + 0 != value["interrupts"]) {
			print
			wrong = 1
		}
		regions++
	}
	END { exit wrong || !regions }' both.trace both.stream
check "the limit on its lines is kept, and reported" sh -c 'test "$(wc -l <few.trace)" = 5 &&
	all=$(tail -n 1 counts.trace | cut -d " " -f 3) &&
	tail -n 1 few.trace | grep -qx "# end: $all events, $((all - 3)) of them left out"'
boot guest nowhere "PALIMPSEST_TRACE=/nowhere/trace"
check "a trace that cannot be created is refused" ends_with 2 nowhere
check "with the reason" grep -q "/nowhere/trace cannot be created: No such file" nowhere.err

# ---- runs without a harness ----
status=0
SDL_VIDEODRIVER=dummy LD_PRELOAD=$library \
	timeout 60 bochs -f guest.bochsrc -rc debugger.rc </dev/null >alone.out 2>alone.err || status=$?
echo $status >alone.status
check "without PALIMPSEST_FD the exit status is the same" ends_with 33 alone
check "and the guest's bytes appear once, with no other lines" sh -c '
	test "$(grep -c "^whole line" alone.out)" = 1 && ! grep "^!" alone.out | grep -v "^!count region=[12] instructions=[78]\$"'

# The host's clock would change the guest's timers.
cc -shared -fPIC -o clock.so "$here/clock.c"
for preload in "" "$library"; do
	CLOCK_READ=$PWD/read${preload:+.library} SDL_VIDEODRIVER=dummy LD_PRELOAD="$preload $PWD/clock.so" \
		timeout 60 bochs -f guest.bochsrc -rc debugger.rc </dev/null >/dev/null 2>&1 || true
done
check "Bochs reads the host's clock" test -e read
check "with the library, it does not" test ! -e read.library

# The library writes to a pipe whose reader has exited.
status=0
PALIMPSEST_FD=3 SDL_VIDEODRIVER=dummy LD_PRELOAD=$library sh -c '
	mkfifo pipe
	: <pipe &
	exec 3>pipe
	wait
	exec timeout 60 bochs -f guest.bochsrc -rc debugger.rc </dev/null >gone.out 2>gone.err' || status=$?
echo $status >gone.status
check "Bochs ends if its reader has exited" ends_with 1 gone
check "with a message" grep -q "palimpsest-bochs: cannot write to the harness: Broken pipe" gone.err

status=0
PALIMPSEST_FD=9 LD_PRELOAD=$library timeout 60 bochs -f guest.bochsrc -rc debugger.rc \
	</dev/null >bad.out 2>bad.err 9>&- || status=$?
echo $status >bad.status
check "a descriptor that is not open is refused" ends_with 2 bad

# ---- other programs, and Bochs versions that the library does not support ----
status=0
PALIMPSEST_FD=1 LD_PRELOAD=$library sh -c true >sh.out 2>&1 || status=$?
check "in another program the library does nothing" sh -c "test $status = 0 && ! test -s sh.out"

for kind in absent packed; do
	option=
	[ $kind = absent ] || option=-DSTUBS
	cc -rdynamic $option -o bochs-$kind "$here/fake.c"
	status=0
	LD_PRELOAD=$library timeout 60 ./bochs-$kind >$kind.out 2>$kind.err || status=$?
	echo $status >$kind.status
	check "stubs that are $kind are refused" ends_with 2 $kind
	check "with a message that says what is needed" grep -q "package bochs of Debian 12" $kind.err
done
cc -rdynamic -DSTUBS -DROOM -o bochs-other "$here/fake.c"
status=0
LD_PRELOAD=$library timeout 60 ./bochs-other >other.out 2>other.err || status=$?
echo $status >other.status
check "a Bochs whose CPUs have another layout is refused" ends_with 2 other
check "with a message that names the cause" grep -q "RIP was not found in the CPU object .*package bochs of Debian 12" other.err

echo "1..$count"
