/* SPDX-License-Identifier: MIT */
/*
 * Instructions that fault in a user process, handled as the kernel or a virtual machine would: the
 * process gets SIGSEGV (also for #GP), and the handler looks at RIP.
 */
#pragma once

#include <stdint.h>
#include <ucontext.h>

/*
 * Calls handler(registers) at each fault until the test ends (cmocka has a handler of its own, which
 * it brings back). The handler changes the registers (registers[REG_RIP] and so on) and returns 0, or
 * -1 when the fault is none of its own: then the test fails.
 */
void traps_start(int (*handler)(greg_t *registers));
