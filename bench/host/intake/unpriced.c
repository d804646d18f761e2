/* SPDX-License-Identifier: MIT */
#include "bench/host/intake/unpriced.h"

#include <stdio.h>
#include <string.h>

bool unpriced_add(char list[UNPRICED_MAX], const char *name)
{
	const size_t used = strlen(list), length = strlen(name);

	for (const char *at = list; *at; at = strchr(at, '\n') + 1)
		if (strncmp(at, name, length) == 0 && at[length] == '\n')
			return false;
	if (length == 0 || used + length + 2 > UNPRICED_MAX)
		return false;
	snprintf(list + used, UNPRICED_MAX - used, "%s\n", name);
	return true;
}
