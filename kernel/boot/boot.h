/* SPDX-License-Identifier: MIT */
/*
 * What the boot loader gave: memory, modules, command line; and the order in which the kernel
 * comes up.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boot/options.h"

#define EARLY_STACK_SIZE  1024
#define EARLY_STACK_PAINT 0x5041494e54504150UL /* cannot be an address: not canonical */

#define BOOT_MODULES      64
#define BOOT_MODULE_NAME  32

/* A boot module: a file in memory that the loader put there. Read-only. */
struct boot_module {
	char name[BOOT_MODULE_NAME] __attribute__((aligned(8))); /* last path component of its
	                                                            string's last word, no .elf */
	const void *data;                                        /* in the direct map */
	size_t size;                                             /* bytes */
};

/* The module called `name`, or NULL. */
const struct boot_module *boot_module_find(const char *name);

/* Module `index`, or NULL when there are no more. */
const struct boot_module *boot_module_at(size_t index);

/* Its contents are no longer there: it has no bytes, and no one finds it by its name. */
void boot_module_forget(size_t index);

/*
 * Unpacks the modules that are archives, with a message for each that is damaged, and gives the frames back that no file needs.
 * Two facts say how many bytes: `modules-unpacked`, `modules-freed`. Modules whose frames cannot be the allocator's stay
 * as they are. Once, after node_init().
 */
void boot_unpack_modules(void);

/* The deepest that the early stack was used, in bytes, as far as its paint shows. */
size_t early_stack_high_water(void);

/* Entered from entry.asm on the early stack, with the boot page tables. `info`: physical address. */
_Noreturn void boot_main(uint32_t info);
