/* SPDX-License-Identifier: MIT */
/*
 * Boot modules: read-only files that the boot loader has put into memory. The kernel finds them by
 * name.
 */
#pragma once

#include <stddef.h>

#define BOOT_MODULES     64
#define BOOT_MODULE_NAME 32

struct boot_module {
	/*
	 * The last word of the string that the boot loader passes with the module, without its path
	 * and without .elf; padded with NULs.
	 */
	char name[BOOT_MODULE_NAME] __attribute__((aligned(8)));
	const void *data; /* address in the direct map */
	size_t size;      /* bytes */
};

/* Adds a module. Called by the boot code, at most BOOT_MODULES times. */
void boot_module_add(const struct boot_module *module);

/* Returns the module called `name`, or NULL if there is none. */
const struct boot_module *boot_module_find(const char *name);

/* Returns module `index`, from 0 on, or NULL past the last one. */
const struct boot_module *boot_module_at(size_t index);

/* Forgets a module whose contents are gone: its size becomes 0, and its name is no longer found. */
void boot_module_forget(size_t index);
