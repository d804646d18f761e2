/* SPDX-License-Identifier: MIT */
/* Boot modules: the read-only files that the boot loader put into memory, found by their names. */
#pragma once

#include <stddef.h>

#define BOOT_MODULES     64
#define BOOT_MODULE_NAME 32

struct boot_module {
	/*
	 * The last path component of the last word of the module's string, without .elf; padded
	 * with NULs.
	 */
	char name[BOOT_MODULE_NAME] __attribute__((aligned(8)));
	const void *data; /* in the direct map */
	size_t size;      /* bytes */
};

/* Adds a module; there are BOOT_MODULES at most. For the boot code. */
void boot_module_add(const struct boot_module *module);

/* Returns the module called `name`, or NULL. */
const struct boot_module *boot_module_find(const char *name);

/* Returns module `index`, from 0 on, or NULL past the last one. */
const struct boot_module *boot_module_at(size_t index);

/* Forgets a module whose contents are gone: its size becomes 0, and its name is no longer found. */
void boot_module_forget(size_t index);
