/* SPDX-License-Identifier: MIT */
/* See interpreter.h. Compiled for the host too, where the unit tests run it. */
#include "process/interpreter.h"

#include <elf.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/string.h"
#include "output/console.h"

#define SAID_MAX 16 /* the most programs for which a message is printed */
#define SHOWN    80 /* characters of a path that are printed, the NUL included */

/*
 * Stores the interpreter's path, printable and at most SHOWN bytes long. Returns false if there is
 * none or the file is damaged.
 */
static bool find_interpreter(const uint8_t *data, size_t size, char path[SHOWN])
{
	Elf64_Ehdr header;
	Elf64_Phdr segment;

	if (size < sizeof header)
		return false;
	memcpy(&header, data, sizeof header);
	if (memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_ident[EI_CLASS] != ELFCLASS64 ||
	    header.e_phentsize != sizeof segment || header.e_phoff > size ||
	    header.e_phnum > (size - header.e_phoff) / sizeof segment)
		return false;
	for (unsigned i = 0; i < header.e_phnum; i++) {
		memcpy(&segment, data + header.e_phoff + i * sizeof segment, sizeof segment);
		if (segment.p_type != PT_INTERP)
			continue;
		if (segment.p_offset > size || segment.p_filesz > size - segment.p_offset)
			return false;
		string_show(path, SHOWN, (const char *)data + segment.p_offset, segment.p_filesz);
		return true;
	}
	return false;
}

/*
 * Remembers the first SAID_MAX different names. Returns true if this call has remembered
 * `name`. At the first new name for which there is no room, prints a message that there are more.
 */
static bool is_new(const char *name)
{
	static uint64_t said[SAID_MAX]; /* FNV-1a hashes of the names */
	static unsigned count;
	static bool full; /* true once the message about more names was printed */
	uint64_t hash = 0xcbf29ce484222325;

	for (; *name; name++)
		hash = (hash ^ (uint8_t)*name) * 0x100000001b3;
	for (unsigned i = 0; i < count; i++)
		if (said[i] == hash)
			return false;
	if (count < SAID_MAX) {
		said[count++] = hash;
		return true;
	}
	if (!full)
		kprintf("more programs ask for an interpreter: they are not named\n");
	full = true;
	return false;
}

void say_interpreter(const char *name, const void *data, size_t size)
{
	char path[SHOWN], shown[SHOWN];

	if (!find_interpreter(data, size, path) || !is_new(name))
		return;
	string_show(shown, sizeof shown, name, strlen(name));
	kprintf("%s asks for the interpreter %s, which is not offered: link it statically, or start it "
	        "through the interpreter\n",
	        shown, path);
}
