/* SPDX-License-Identifier: MIT */
/*
 * Lets a test emulate instructions that fault in a user process, as the kernel or a virtual machine
 * would. The process gets SIGSEGV for #PF and #GP, and the test's handler examines RIP.
 */
#pragma once

#include <stdint.h>
#include <ucontext.h>

/*
 * Calls handler(registers) at each fault until the test ends; cmocka then restores its own handler.
 * The handler emulates the instruction, changes the registers (registers[REG_RIP] and so on) and
 * returns 0. If it did not expect the fault, it returns -1, and the test fails.
 */
void traps_start(int (*handler)(greg_t *registers));
