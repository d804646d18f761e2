/* SPDX-License-Identifier: MIT */
/* Flags of series and samples, and properties of engines. */
#include "bench/host/evaluate/series.h"

#include <stdio.h>
#include <string.h>

/* The names of the bits of enum series_flag, lowest bit first. */
static const char *const flag_names[] = {
	"exact",    "few",          "range",     "net",     "unstable",
	"outliers", "check-failed", "cut-short", "differs", "equivalent",
};

void flags_format(unsigned flags, char text[FLAGS_TEXT_MAX])
{
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < sizeof flag_names / sizeof flag_names[0]; i++) {
		if (flags & 1u << i)
			used += (size_t)snprintf(text + used, FLAGS_TEXT_MAX - used, "%s%s", used ? "," : "",
			                         flag_names[i]);
	}
}

bool flags_have(const char *list, const char *flag)
{
	size_t length = strlen(flag);

	for (const char *item = list; item; item = strchr(item, ',')) {
		item += *item == ',';
		if (!strncmp(item, flag, length) && (item[length] == ',' || !item[length]))
			return true;
	}
	return false;
}

bool engine_is_deterministic(const char *engine)
{
	return !strcmp(engine, "bochs") || !strcmp(engine, "image");
}

bool engine_is_comparable(const char *engine)
{
	return engine_is_deterministic(engine) || !strcmp(engine, "kvm");
}
