/* SPDX-License-Identifier: MIT */
/* What entry.asm and takeover.c of the level-1 start share. */
#pragma once

#include <stdint.h>

/*
 * Every CPU calls this on the stack of 1 KiB that the loader gave it. `number`: its number, from 0.
 * The boot CPU prepares the kernel's own page tables and stacks; the others wait for it. Returns the
 * top of the CPU's new stack, which only the tables at level1_cr3 map.
 */
uint64_t level1_start(uint64_t number);
extern uint64_t level1_cr3;

/*
 * Every CPU calls this on its new stack, under the new tables. Returns only on the boot CPU. The
 * result is for boot_main(): the physical address of Multiboot information that describes the
 * machine.
 */
uint64_t level1_continue(void);

/* Physical address of the first byte of the image. */
extern uint64_t level1_place;

/* Every gate of takeover.c's IDT leads here. Prints a message on COM1 and ends the boot. */
_Noreturn void level1_exception(void);
