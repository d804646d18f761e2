#!/bin/sh
# SPDX-License-Identifier: MIT
# /init of an outer machine: loads KVM as /lab/boot says, runs the inner machine, passes on its
# records and exit status, and reports errors on the console. The shell is busybox.
# shellcheck disable=SC1091,SC2154 # /lab/boot defines module, parameter, value, memory, cpus and words
export PATH=/bin HOME=/ TMPDIR=/tmp

say()
{
	echo "lab: $*" >/dev/ttyS0
}

give_up()
{
	say "error: $*"
	dmesg | grep -iE 'kvm|svm|vmx' | tail -n 5 | sed 's/^/lab: kernel: /' >/dev/ttyS0
	relay exit 125
	poweroff -f
}

mount -t devtmpfs none /dev
mount -t proc none /proc
mount -t sysfs none /sys
mount -t tmpfs none /tmp
stty -F /dev/ttyS1 raw -echo
. /lab/boot
say "outer machine is up, Linux $(uname -r)"

insmod /lab/irqbypass.ko
insmod /lab/kvm.ko || give_up "kvm.ko does not load"
insmod "/lab/kvm-$module.ko" "$parameter=$value" || give_up "kvm-$module.ko does not load with $parameter=$value"
[ -c /dev/kvm ] || give_up "kvm-$module.ko is loaded, but there is no /dev/kvm"
case $(cat "/sys/module/kvm_$module/parameters/$parameter") in
[1Y]) is=1 ;;
*) is=0 ;;
esac
[ $is = "$value" ] || give_up "kvm-$module.ko runs with $parameter=$is, not with $parameter=$value"
say "kvm-$module is loaded with $parameter=$value"

modules=
for file in /lab/programs/*.elf; do
	name=${file##*/}
	modules=$modules${modules:+,}"$file ${name%.elf}"
done
{
	qemu-system-x86_64 -L /lab/firmware -accel kvm -cpu host -m "$memory" -smp "$cpus" \
		-nodefaults -no-user-config -display none -monitor none -no-reboot -debugcon stdio \
		-serial file:/dev/ttyS1 -device isa-debug-exit,iobase=0xf4,iosize=4 \
		-kernel /lab/palimpsest.elf32 -append "$words" -initrd "$modules" 2>/dev/ttyS0
	echo $? >/tmp/status
} </dev/null | relay records
status=$(cat /tmp/status)
say "the inner machine left with status $status"
case $status in
33 | 35 | 37) relay exit "$status" ;;
0) say "error: the inner machine was reset (a triple fault?)" ;;
137) say "error: the inner QEMU was killed (too little memory?)" ;;
*) say "error: the inner QEMU left with status $status; its messages are in outer.log" ;;
esac
relay exit 125
poweroff -f
