/* SPDX-License-Identifier: MIT */
#include "bench/bochs/model/parts.h"

#include <string.h>

bool parts_read(const char *text, unsigned *parts)
{
#define PART_NAME(id, name, without) name,
	static const char *const names[PART_COUNT] = { MODEL_PARTS(PART_NAME) };
#undef PART_NAME

	*parts = 0;
	while (*text) {
		unsigned length = (unsigned)strcspn(text, ","), part = 0;

		while (part < PART_COUNT &&
		       (strlen(names[part]) != length || strncmp(names[part], text, length) != 0))
			part++;
		if (part == PART_COUNT)
			return false;
		*parts |= 1U << part;
		text += length + (text[length] == ',');
	}
	return true;
}
