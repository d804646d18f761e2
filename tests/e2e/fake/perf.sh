#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Takes the place of perf in tests of --profile-guest. With `record` it runs the command after `--`,
# and keeps the records that the command writes to its standard output. With `script` it prints what
# the real perf would print for a guest that wrote these records. Each record causes two events
# kvm_pio, of which the second is for another port, and a sample of the host. A record `bench` also
# causes four samples of the guest: three in its kernel and one in user mode. Variables:
#
# FAKE_PERF  the fault to simulate: lost (events of the tracepoint), refused (perf cannot record),
#            unread (perf script fails), empty (no sample); default: none
set -u

fault=${FAKE_PERF:-none}
case "$1 $2" in
"kvm --guest")
	if [ "$fault" = refused ]; then
		echo "Error: Access to performance monitoring and observability operations is limited." >&2
		exit 255
	fi
	[ "$3 $4 $5 $6 $7 $8" = "--guestkallsyms=guest.kallsyms -o guest.perf.data record --no-buildid -e" ] || exit 129
	[[ $9 == */cpu-cycles,period=*,name=guest_cycles/G ]] || exit 129
	shift 9
	[ "$1 $2 $3" = "-e kvm:kvm_pio --" ] || exit 129
	shift 3
	"$@" | tee guest.perf.data
	exit "${PIPESTATUS[0]}"
	;;
"script --guestkallsyms=guest.kallsyms")
	[ "$3 $4 $5 $6" = "-i guest.perf.data -F misc,time,period,event,ip,trace" ] || exit 129
	[ "$fault" != unread ] || exit 1
	LC_ALL=C awk -v fault="$fault" '
		function event(misc, period, name, rest) { time += 0.000013; printf "%-6s %14.6f: %10d %s: %s\n", misc, time, period, name, rest }
		function sample(misc, address) { if (fault != "empty") event(misc, 100003, "guest_cycles", " " address) }
		BEGIN { time = 1000 }
		{
			if (fault != "lost" || NR != 3)
				event("K", 1, "kvm:kvm_pio", sprintf("pio_write at 0xe9 size 1 count %d val 0x40 (...)  ffffffffc0a01234", length($0) + 1))
			event("K", 1, "kvm:kvm_pio", "pio_read at 0x71 size 1 count 1 val 0x26  ffffffffc0a01234")
			sample("K", "ffffffffc0a05678")
		}
		/ bench name=/ {
			sample("G", "ffffffff80000001"); sample("G", "ffffffff80000005"); sample("G", "ffffffff80000010")
			sample("KGg", "400123")
		}' guest.perf.data
	;;
*) exit 129 ;;
esac
