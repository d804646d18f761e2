/* SPDX-License-Identifier: MIT */
#include "bench/host/intake/stretches.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Copies the value of `key`; "-" becomes "". Returns false if the key is missing or its value is
 * too long. */
static bool copy_text(char text[STRETCH_TEXT_MAX], const struct record *record, const char *key)
{
	const char *value = record_get(record, key);

	if (!value || strlen(value) >= STRETCH_TEXT_MAX)
		return false;
	snprintf(text, STRETCH_TEXT_MAX, "%s", strcmp(value, "-") == 0 ? "" : value);
	return true;
}

const char *stretches_add(struct stretches *stretches, const struct record *record)
{
	struct stretch new = { 0 };

	if (!record_number(record, "region", &new.region) || !record_number(record, "ticks", &new.ticks) ||
	    !copy_text(new.from_function, record, "from_function") ||
	    !copy_text(new.from_address, record, "from") ||
	    !copy_text(new.to_function, record, "to_function") || !copy_text(new.to_address, record, "to"))
		return "a stretch without its length or its ends";
	stretches->last = new;
	return NULL;
}

void stretches_take(struct stretches *stretches, int64_t region, enum row_class class)
{
	if (class == ROW_SAMPLE && stretches->last.region == region &&
	    stretches->last.ticks > stretches->longest.ticks)
		stretches->longest = stretches->last;
}

void stretches_store(struct stretches *stretches, struct store *store, const struct store_row *row)
{
	const struct stretch *longest = &stretches->longest;

	if (longest->ticks)
		store_stretch(store, row,
		              &(struct store_stretch){ .ticks = longest->ticks,
		                                       .from_function = longest->from_function,
		                                       .from_address = longest->from_address,
		                                       .to_function = longest->to_function,
		                                       .to_address = longest->to_address });
	stretches->longest = (struct stretch){ 0 };
}
