/* SPDX-License-Identifier: MIT */
/*
 * Emulates instructions that fault in a user process, as the kernel or a virtual machine would: the
 * process gets SIGSEGV (also for #GP), and the handler looks at RIP.
 */
#pragma once

#include <stdint.h>
#include <ucontext.h>

/*
 * Calls handler(registers) at each fault until the test ends (cmocka then restores its own
 * handler). The handler changes the registers (registers[REG_RIP] and so on) and returns 0. If the
 * fault is not its own, it returns -1, and the test fails.
 */
void traps_start(int (*handler)(greg_t *registers));
