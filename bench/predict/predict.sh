#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Runs programs on this host and in Bochs with the cycle model, compares their cycles, and prints a
# table. `make predict` calls it; docs/model.md describes the test.
#
# usage: predict.sh BUILD-FOLDER KERNEL PROFILE learn|held-out|both program|kernel|both
#        predict.sh --table FOLDER HALF KINDS     prints the table of an earlier run
#        predict.sh --halves PREDICT.ELF          prints kind, name and half of each program
# KERNEL is the folder inside BUILD-FOLDER that has the kernel's image. In Bochs the programs of
# kind `program` run on that kernel, and those of kind `kernel` run on Debian's Linux.
# PREDICT_WITHOUT: names of parts of the model to leave out (bench/bochs/model/parts.h), separated by
# commas. This host is then not measured: its samples are those of the last run of the whole model.
# PREDICT_PROCESSES: how often each program is started on this host (12).
# Exit status: 0 if every bound of bounds.txt is met; 1 if a bound is not met or a program failed; 2
# for wrong use, or if something is missing.
set -euo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../environment.sh"

cd "$(dirname "$0")/../.."
here=bench/predict
native_warmup=2 native_samples=20
# A branch predictor learns from each repetition, so a program is repeated as often in Bochs as on
# the host. The operations of a kernel take too long there.
model_warmup=2
declare -A model_samples=([program]=20 [kernel]=3)
processes=${PREDICT_PROCESSES:-12} without=${PREDICT_WITHOUT:-}

fail()
{
	echo "predict: $*" >&2
	exit 2
}

# halves PREDICT.ELF: draws the halves; prints kind, name and half of each program. The programs of
# a kind are sorted by a hash of the seed and their names, and belong alternately to the two halves. But
# all programs in the file looked-at belong to the half to learn from, and all others of kind program
# to the half that is only reported.
halves()
{
	local seed kind name

	seed=$(cat $here/seed)
	"$1" list | while read -r kind name; do
		echo "$kind $name $(sha256sum <<<"$seed $name" | cut -c1-16)"
	done | sort -k1,1 -k3,3 | awk -v looked_at=$here/looked-at '
		BEGIN { while ((getline line < looked_at) > 0) seen[line] }
		$1 != kind { kind = $1; n = 0 }
		{ print $1, $2, ($1 == "program" ? !($2 in seen) : n++ % 2) ? "held-out" : "learn" }'
}

# rows FILE WARMUP SAMPLES: prints a line for `predict rows` per program in FILE. The first region
# of line n has the number n * 1000.
rows()
{
	awk -v warmup="$2" -v samples="$3" '{ print $2, NR * 1000, warmup, samples }' "$1"
}

# native KIND: runs the programs on this host and writes their samples to $out/native-KIND
native()
{
	local pin=() process

	# Use the last CPU: other processes are more likely to use the first one.
	! command -v taskset >/dev/null || pin=(taskset -c "$(taskset -cp $$ | sed 's/.*[:,-] *//')")
	: >"$out/native-$1"
	for ((process = 1; process <= processes; process++)); do
		"${pin[@]}" "$elf" rows "$work/$1.native" >"$work/samples" || {
			echo "predict: a program failed on this host" >&2
			exit 1
		}
		sed "s/^/$process /" "$work/samples" >>"$out/native-$1"
	done
}

# in_palimpsest: runs the programs on this kernel in Bochs; writes counts and console to $out
in_palimpsest()
{
	local status=0

	mkdir -p "$work/archive/bin"
	cp "$elf" "$work/archive/bin/predict.elf"
	{ echo '#!/bin/predict.elf rows'; cat "$work/program.model"; } >"$work/archive/init"
	chmod +x "$work/archive/init"
	(cd "$work/archive" && find . -mindepth 1 | sort | cpio --quiet -o -H newc --owner 0:0 --reproducible) >"$work/linux.cpio"
	MODULES=$work/linux.cpio PROFILE=$profile SERIAL=$out/console-program LIMIT=${PREDICT_LIMIT:-900} \
		tests/boot.sh bochs "$image" "run=demo init=/init layout=1" >"$out/stream-program" || status=$?
	[ $status != 33 ] || return 0 # the kernel reported success
	tail -n 5 "$out/console-program" | sed 's/^/# console: /' >&2
	echo "predict: the boot in Bochs failed (status $status)" >&2
	exit 1
}

in_linux()
{
	mkdir -p "$work/root"
	cp "$elf" "$work/root/predict.elf"
	cp "$build/baseline/init.elf" "$work/root/init"
	sed 's|^|/predict.elf |' "$work/kernel.model" >"$work/root/rows"
	linux_initrd
	linux_boot nopti "$profile" || exit 1
	cp "$work/stream" "$out/stream-kernel"
	cp "$work/console" "$out/console-kernel"
}

# measure: runs the chosen programs and fills the folder $out with their samples and counts
measure()
{
	local kind

	mkdir -p "$out"
	[ -z "$without" ] || export PALIMPSEST_MODEL_WITHOUT=$without
	halves "$elf" >"$out/halves"
	[ "$kinds" != both ] || chosen_kinds=(program kernel)
	[ "$kinds" = both ] || chosen_kinds=("$kinds")
	for kind in "${chosen_kinds[@]}"; do
		rm -f "$out"/*-"$kind"
		[ -z "$without" ] || cp "$whole/native-$kind" "$out/"
		awk -v kind="$kind" -v half="$half" '$1 == kind && (half == "both" || $3 == half)' "$out/halves" >"$out/rows-$kind"
		rows "$out/rows-$kind" $native_warmup $native_samples >"$work/$kind.native"
		rows "$out/rows-$kind" $model_warmup "${model_samples[$kind]}" >"$work/$kind.model"
		[ -n "$without" ] || echo "predict: kind $kind, on this host" >&2
		[ -n "$without" ] || native "$kind"
		echo "predict: kind $kind, in Bochs" >&2
		if [ "$kind" = program ]; then
			in_palimpsest
		else
			linux_prepare
			echo "$kernel" >"$out/linux"
			in_linux
		fi
	done
}

# table: prints the tables of $out, and exits with 1 if a bound is not met
table()
{
	local kind status=0

	for kind in program kernel; do
		[ "$kinds" = both ] || [ "$kinds" = "$kind" ] || continue
		[ -e "$out/rows-$kind" ] || continue
		awk -v kind="$kind" -v half="$half" -v warmup=$model_warmup -v samples="${model_samples[$kind]}" -f $here/table.awk \
			"$here/bounds.txt" "$out/rows-$kind" "$out/native-$kind" "$out/stream-$kind" "$out/console-$kind" || status=1
	done
	return $status
}

case ${1-} in
--halves)
	[ $# -eq 2 ] || fail "usage: predict.sh --halves PREDICT.ELF"
	halves "$2"
	exit
	;;
--table)
	[ $# -eq 4 ] || fail "usage: predict.sh --table FOLDER HALF KINDS"
	out=$2 half=$3 kinds=$4
	[ -d "$out" ] || fail "there is no folder $out"
	;;
*)
	[ $# -eq 5 ] || fail "usage: predict.sh BUILD-FOLDER KERNEL PROFILE HALF KINDS"
	build=$1 image=$2 profile=$3 half=$4 kinds=$5
	whole=$build/predict/$profile out=$whole${without:+.without-$without} elf=$build/predict/predict.elf
	[ -r "bench/bochs/profiles/$profile.ini" ] || fail "there is no profile '$profile'; ./run-bench.sh --calibrate makes one"
	[ "$(uname -m)" = x86_64 ] || fail "this host is no x86-64 processor"
	[ -z "$without" ] || [ -d "$whole" ] || fail "$whole is missing: first run it with the whole model, for the samples of this host"
	[[ $processes =~ ^[1-9][0-9]*$ ]] || fail "PREDICT_PROCESSES is a number from 1, not '$processes'"
	;;
esac
[[ " learn held-out both " == *" $half "* ]] || fail "HALF is learn, held-out or both, not '$half'"
[[ " program kernel both " == *" $kinds "* ]] || fail "KINDS is program, kernel or both, not '$kinds'"
if [ "${1-}" != --table ]; then
	work=$(mktemp -d)
	trap 'rm -rf "$work"' EXIT
	# shellcheck source=bench/linux/baseline/machine.sh
	. bench/linux/baseline/machine.sh
	measure
fi
status=0
table >"$out/table.md" || status=1
cat "$out/table.md"
exit $status
