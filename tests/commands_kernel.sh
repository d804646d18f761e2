# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# The checks of the commands that boot or look at a kernel by itself. tests/commands.sh sources this
# file.
# shellcheck disable=SC2154 # commands.sh defines $work

qemu()
{
	run "make qemu without input" timeout 120 make qemu
	shows "make qemu without input: a shell or a prompt comes" "exit "
	echo 'ls /bin' >"$work/input"
	run_with_input "echo 'ls /bin' | make qemu" make qemu
	[ ! -e build/linux/root/bin/busybox ] || shows "echo 'ls /bin' | make qemu: files are listed" uniq
}

# run_with_input NAME COMMAND…: like run, with $work/input as standard input
run_with_input()
{
	local name=$1 status=0

	shift
	timeout 300 "$@" >"$work/out" 2>&1 <"$work/input" || status=$?
	check "$name" test $status = 0
}

qemu_test()
{
	run "make qemu RUN=test" make qemu RUN=test
}

qemu_bench()
{
	run "make qemu RUN=bench EXTRA=samples=quick" make qemu RUN=bench EXTRA=samples=quick
	shows "make qemu RUN=bench EXTRA=samples=quick: prints its numbers" syscall.null
}

qemu_gdb()
{
	local make

	if ! command -v gdb >/dev/null; then
		result ok "make qemu-gdb # SKIP gdb is not installed"
		return
	fi
	make qemu-gdb >"$work/gdb.make" 2>&1 </dev/null &
	make=$!
	for _ in $(seq 3000); do # make may have to build the kernel first
		if [ -S build/gdb.sock ] || ! kill -0 $make 2>/dev/null; then break; fi
		sleep 0.1
	done
	[ -S build/gdb.sock ] || kill $make 2>/dev/null
	# gdb's status is not checked: it depends on whether QEMU answers `kill` before it exits.
	timeout 60 gdb -batch build/fixed-ist+window+shared/palimpsest.elf -ex 'target remote build/gdb.sock' \
		-ex 'hbreak kernel_main' -ex continue -ex backtrace -ex kill >"$work/out" 2>&1
	shows "gdb, as make qemu-gdb says, stops at the kernel's start" "Breakpoint 1, kernel_main"
	shows "gdb knows who called" " in task_first_run"
	wait $make
	check "make qemu-gdb ends when gdb ends the machine" test $? = 0
}

bochs()
{
	run "make bochs without input" timeout 200 make bochs
	shows "make bochs without input: the prompt comes" "exit leaves"
	printf 'hello\nexit\n' >"$work/input"
	run_with_input "make bochs with input" make bochs
	shows "make bochs with input: the program runs" "> hello"
}

iso()
{
	run "make iso" make iso RUN=test EXTRA=exit=1
	check "make iso prints no command" test "$(wc -c <"$work/out")" -lt 2000
	timeout 600 qemu-system-x86_64 -m 512 -cpu max -nodefaults -display none -no-reboot -cdrom build/palimpsest.iso \
		-device isa-debug-exit,iobase=0xf4,iosize=4 >"$work/out" 2>&1 </dev/null
	check "make iso: the image boots from CD, and its tests pass" test $? = 33
}

stack_usage()
{
	run "make stack-usage" make stack-usage
	shows "make stack-usage: of how much" "of the 8192 bytes"
	check "make stack-usage: ten functions" equal 10 "$(grep -cE '^ *[0-9]+ bytes  ' "$work/out")"
	run "make stack-usage BOOT=level1 OPT=-O0" make -j2 stack-usage BOOT=level1 OPT=-O0
	shows "make stack-usage BOOT=level1 OPT=-O0: of how much" "of the 1024 bytes"
	shows "make stack-usage BOOT=level1 OPT=-O0: a function that runs there" "make_tables"
}

test_places()
{
	run "make test-places PLACES=2" make test-places PLACES=2
	shows "make test-places: the places have the same frames" "ok 3 - the number of frames is the same"
}

level1()
{
	run "make BOOT=level1 qemu CPUS=8" make BOOT=level1 qemu CPUS=8 RUN=test EXTRA='test=kernel*'
	shows "make BOOT=level1 qemu CPUS=8: its tests pass" "4 passed, 0 failed"
}

level1_claims()
{
	run "--level1" ./run-bench.sh "${small[@]}" --rounds 1 --bench arith.boot_layout --level1 --tables --out "$work/level1"
	check "--level1: its claims are decided" equal 4 "$(grep -cE '^(26|27|28|31),.*,confirmed,' "$work/level1/claims.csv")"
	check "--level1: each CPU's stack is measured at each level" equal 24 "$(grep -c ',level1\.stacks\..*,high_water,' "$work/level1/summary.csv")"
}

link_sweep()
{
	run "make link-sweep" make link-sweep
	shows "make link-sweep: its table" "| 255 | 1 | 1784 | fits |"
}
