/* SPDX-License-Identifier: MIT */
#include "fs/boot_modules.h"

#include <stdint.h>

#include "lib/string.h"

static struct boot_module modules[BOOT_MODULES + 1] = {
	/* This name ends without a NUL, so that no other name equals it. */
	[BOOT_MODULES].name[BOOT_MODULE_NAME - 1] = 1,
};
static size_t count;

/*
 * A hash table with linear probing. An entry is the index of a module plus 1, or 0 if the place is
 * empty. Names are padded with NULs. The hash depends on their first two 8-byte words, in which
 * most names differ.
 */
#define PLACES    (2 * BOOT_MODULES)
/*
 * The entry of a forgotten module. It leads to modules[BOOT_MODULES], whose name equals no other.
 */
#define FORGOTTEN (BOOT_MODULES + 1)
static uint8_t places[PLACES];

static unsigned place_of_name(const uint64_t *word)
{
	return (word[0] + word[1] * 0x100000001b3) * 0x9e3779b97f4a7c15 >> 57;
}
_Static_assert(PLACES == 1 << (64 - 57), "the upper bits are a place");

void boot_module_add(const struct boot_module *module)
{
	unsigned at = place_of_name((const uint64_t *)module->name);

	modules[count++] = *module;
	while (places[at])
		at = (at + 1) % PLACES;
	places[at] = (uint8_t)count;
}

const struct boot_module *boot_module_find(const char *name)
{
	union {
		char text[BOOT_MODULE_NAME];
		uint64_t word[BOOT_MODULE_NAME / 8];
	} key = { .word = { 0 } };

	string_copy(key.text, name, sizeof key.text);
	for (unsigned at = place_of_name(key.word); places[at]; at = (at + 1) % PLACES) {
		const struct boot_module *module = &modules[places[at] - 1];
		const uint64_t *word = (const uint64_t *)module->name;

		if (word[0] == key.word[0] && word[1] == key.word[1] && word[2] == key.word[2] &&
		    word[3] == key.word[3])
			return module;
	}
	return NULL;
}

const struct boot_module *boot_module_at(size_t index)
{
	return index < count ? &modules[index] : NULL;
}

void boot_module_forget(size_t index)
{
	modules[index].size = 0;
	/* The place stays occupied, since probing for other names may pass it. */
	for (unsigned at = 0; at < PLACES; at++)
		if (places[at] == index + 1)
			places[at] = FORGOTTEN;
}
