/* SPDX-License-Identifier: MIT */
/* How the kernel comes up, from the boot loader to the first task. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boot/options.h"
#include "fs/boot_modules.h"

#define EARLY_STACK_SIZE  1024
#define EARLY_STACK_PAINT 0x5041494e54504150UL /* cannot be an address: not canonical */

/*
 * Unpacks the modules that are archives, with a message for each that is damaged, and frees the frames
 * that no file needs. The facts `modules-unpacked` and `modules-freed` say how many bytes. Modules whose
 * frames cannot be given to the allocator are left as they are. Called once, after node_init().
 */
void boot_unpack_modules(void);

/* Returns how many bytes of the early stack have been used, as far as its paint shows. */
size_t early_stack_high_water(void);

/* Entered from entry.asm on the early stack, with the boot page tables. `info`: physical address. */
_Noreturn void boot_main(uint32_t info);
