#!/bin/sh
# Boots guest.asm in Bochs with the instrumentation library and compares what the library counts with what the
# comments in guest.asm say. Prints TAP.
#
#   tests/bochs/run.sh [LIBRARY]        LIBRARY: build/bochs/palimpsest-bochs.so unless named
# shellcheck disable=SC2016,SC2317
set -eu

here=$(cd "$(dirname "$0")" && pwd)
library=${1:-$here/../../build/bochs/palimpsest-bochs.so}

for tool in bochs nasm grub-mkrescue xorriso cc; do
	command -v $tool >/dev/null || { echo "1..0 # SKIP $tool is not installed"; exit 0; }
done
case $library in
/*) ;;
*) library=$PWD/$library ;;
esac
[ -f "$library" ] || { echo "Bail out! no library $library; make bochs-library builds it"; exit 1; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
cd "$work"

tests=0
failed=0
result() { # STATUS NAME: a status of 0 is a pass
	tests=$((tests + 1))
	if [ "$1" = 0 ]; then
		echo "ok $tests - $2"
	else
		echo "not ok $tests - $2"
		failed=1
	fi
}
check() { # NAME COMMAND...
	name=$1
	shift
	if "$@" >check.out 2>&1; then result 0 "$name"; else
		result 1 "$name"
		sed 's/^/# /' check.out
	fi
}

image() { # NAME [nasm options]: NAME.iso and NAME.bochsrc
	name=$1
	shift
	mkdir -p "$name/boot/grub"
	nasm -f bin -Wall "$@" -o "$name/boot/guest" "$here/guest.asm" || { echo "Bail out! nasm failed"; exit 1; }
	printf 'set timeout=0\nmenuentry guest {\n multiboot /boot/guest\n}\n' >"$name/boot/grub/grub.cfg"
	grub-mkrescue -o "$name.iso" "$name" >grub.log 2>&1 || { echo "Bail out! grub-mkrescue failed"; exit 1; }
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

boot() { # IMAGE RUN [NAME=VALUE for Bochs]: RUN.stream, RUN.out, RUN.err, RUN.status
	status=0
	env ${3+"$3"} PALIMPSEST_FD=3 SDL_VIDEODRIVER=dummy LD_PRELOAD="$library" \
		timeout 60 bochs -f "$1.bochsrc" -rc debugger.rc \
		</dev/null >"$2.out" 2>"$2.err" 3>"$2.stream" || status=$?
	echo $status >"$2.status"
}
ends_with() { # STATUS RUN
	[ "$(cat "$2.status")" = "$1" ] || { echo "status $(cat "$2.status")"; tail -n 5 "$2.err"; return 1; }
}

# ---- what guest.asm says, one line per region: name | line ----
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
			line = line " " metric[i] "=" value[metric[i]] + 0
		sub(/^ *;= /, "", $1)
		print $1 "|" line
	}' "$here/guest.asm" >expected

image guest
boot guest first
boot guest second

number=0
while IFS='|' read -r name line; do
	number=$((number + 1))
	got=$(grep "^!count region=$number " first.stream || true)
	if [ "$got" = "$line" ]; then result 0 "$name"; else
		result 1 "$name"
		echo "# expected $line"
		echo "# got      $got"
	fi
done <expected

check "one line per region, in order" sh -c 'cut -d "|" -f 2 expected | cut -d " " -f 2 >order.expected
	grep "^!count" first.stream | cut -d " " -f 2 | diff order.expected -'
check "the first line names the metrics" sh -c 'head -n 1 first.stream |
	grep -q "^!hook version=1 bochs=[^ ]* metrics=$1\$"' - "$(echo "$metrics" | paste -sd , -)"
check "two runs give the same bytes" cmp first.stream second.stream
check "own lines do not split the guest's" sh -c '
	sed -n "/^whole line/,\$p" first.stream | sed "s/^\(!count\).*/\1/" >ending
	printf "%s\n" "whole line" "!count" "a line in two parts" "an unfinished line" "!exit status=33" | diff - ending'
check "value 0x10 at port 0xF4 is status 33" ends_with 33 first
check "the serial log is complete" sh -c 'echo "serial text" | cmp - guest.serial'

image panic -DSTATUS=0x12
boot panic panic
check "value 0x12 at port 0xF4 is status 37" ends_with 37 panic
check "and ends the stream" sh -c 'tail -n 1 panic.stream | grep -qx "!exit status=37"'

image triple -DTRIPLE_FAULT
boot triple triple
check "a triple fault is status 1" ends_with 1 triple
check "and keeps what came before it" sh -c 'tail -n 1 triple.stream | grep -qx "an unfinished line"'

cpus=2 image two -DSECOND_CPU
boot two two
check "regions of two CPUs at the same time" sh -c 'grep "^!" two.stream | tail -n 3 | cut -d " " -f 1-3 >regions
	printf "%s\n" "!count region=2000 instructions=500" "!count region=1000 instructions=20001" "!exit status=33" |
	diff - regions'

# ---- with the cycle model ----
profile=PALIMPSEST_PROFILE=$here/../../bench/bochs/profiles/skylake-client.ini
boot guest modelled "$profile"
boot guest again "$profile"
boot two two-modelled "$profile"
boot two two-again "$profile"
check "with a profile the guest ends as without" ends_with 33 modelled
check "and what was counted without it is the same" sh -c '
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
sed 's/^invlpg .*/invlpg = many  # [S] nobody/' "${profile#*=}" >wrong.ini
boot guest wrong "PALIMPSEST_PROFILE=$PWD/wrong.ini"
check "a wrong profile is refused" ends_with 2 wrong
check "with its file and line" sh -c '
	grep -q "wrong.ini:$(grep -n "^invlpg " wrong.ini | cut -d : -f 1): .many" wrong.err'

# ---- without a harness ----
status=0
SDL_VIDEODRIVER=dummy LD_PRELOAD=$library \
	timeout 60 bochs -f guest.bochsrc -rc debugger.rc </dev/null >alone.out 2>alone.err || status=$?
echo $status >alone.status
check "without PALIMPSEST_FD the exit status is the same" ends_with 33 alone
check "and the guest's bytes appear once, with no other lines" sh -c '
	test "$(grep -c "^whole line" alone.out)" = 1 && ! grep "^!" alone.out'

# A pipe whose reader is gone.
status=0
PALIMPSEST_FD=3 SDL_VIDEODRIVER=dummy LD_PRELOAD=$library sh -c '
	mkfifo pipe
	: <pipe &
	exec 3>pipe
	wait
	exec timeout 60 bochs -f guest.bochsrc -rc debugger.rc </dev/null >gone.out 2>gone.err' || status=$?
echo $status >gone.status
check "a reader that is gone ends Bochs" ends_with 1 gone
check "with a message" grep -q "palimpsest-bochs: cannot write to the harness: Broken pipe" gone.err

status=0
PALIMPSEST_FD=9 LD_PRELOAD=$library timeout 60 bochs -f guest.bochsrc -rc debugger.rc \
	</dev/null >bad.out 2>bad.err 9>&- || status=$?
echo $status >bad.status
check "a descriptor that is not open is refused" ends_with 2 bad

# ---- not this Bochs ----
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

echo "1..$tests"
exit $failed
