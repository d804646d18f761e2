/* SPDX-License-Identifier: MIT */
#include "bench/bochs/measure/plan.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_MAX_BYTES = 512 };

/* Reads pairs of hexadecimal digits. Returns false if the text is anything else, or is too long. */
static bool take_code(struct plan_region *region, const char *text)
{
	if (strcmp(text, "-") == 0)
		return true;
	for (; *text; text += 2) {
		unsigned byte;

		if (region->code_bytes == PLAN_CODE_MAX || strspn(text, "0123456789abcdef") < 2 ||
		    sscanf(text, "%2x", &byte) != 1)
			return false;
		region->code[region->code_bytes++] = (uint8_t)byte;
	}
	return region->code_bytes > 0;
}

/* Takes the rest of an item `call` or, if `between` is true, of an item `between`. */
static bool take_region(struct plan *plan, const char *text, bool between)
{
	struct plan_region *region = &plan->region[plan->regions];
	char code[2 * PLAN_CODE_MAX + 2];
	int end = 0;

	_Static_assert(sizeof code == 129 + 1, "the width in the formats is that of `code`");
	if (plan->regions == PLAN_REGIONS_MAX)
		return false;
	*region = (struct plan_region){ 0 };
	if (between ? sscanf(text, "%" SCNu32 " %" SCNx64 " %" SCNx64 " %129s%n", &region->id, &region->start,
	                     &region->to, code, &end) != 4
	            : sscanf(text, "%" SCNu32 " %" SCNx64 " %129s%n", &region->id, &region->start, code,
	                     &end) != 3)
		return false;
	if (text[end] || region->id == 0 || region->id >= PLAN_USER || (between && !region->to) ||
	    !take_code(region, code))
		return false;
	plan->regions++;
	return true;
}

static bool take_text(char to[PLAN_TEXT_MAX], const char *text)
{
	if (!*text || strlen(text) >= PLAN_TEXT_MAX)
		return false;
	strcpy(to, text);
	return true;
}

static bool take_line(struct plan *plan, char *line)
{
	char *rest = strchr(line, ' ');
	int end = 0;

	if (strcmp(line, "user") == 0)
		return plan->user = true;
	if (strcmp(line, "marks") == 0)
		return plan->marks = true;
	if (!rest)
		return false;
	*rest++ = '\0';
	if (strcmp(line, "call") == 0)
		return take_region(plan, rest, false);
	if (strcmp(line, "between") == 0)
		return take_region(plan, rest, true);
	if (strcmp(line, "symbols") == 0)
		return take_text(plan->symbols, rest);
	if (strcmp(line, "type") == 0)
		return take_text(plan->type, rest);
	if (strcmp(line, "until") == 0)
		return take_text(plan->until, rest);
	return strcmp(line, "ticks") == 0 && sscanf(rest, "%" SCNu64 "%n", &plan->ticks, &end) == 1 &&
	       !rest[end] && plan->ticks;
}

int plan_read(struct plan *plan, const char *path, char why[PLAN_WHY_MAX])
{
	char line[LINE_MAX_BYTES];
	unsigned number = 0;
	FILE *file = fopen(path, "re");
	int status = 0;

	*plan = (struct plan){ 0 };
	if (!file) {
		snprintf(why, PLAN_WHY_MAX, "%.200s: %s", path, strerror(errno));
		return -1;
	}
	while (status == 0 && fgets(line, sizeof line, file)) {
		char copy[LINE_MAX_BYTES];

		number++;
		line[strcspn(line, "\n")] = '\0';
		strcpy(copy, line);
		if (!take_line(plan, line)) {
			snprintf(why, PLAN_WHY_MAX, "%.200s:%u: not an item of a plan: %.80s", path, number,
			         copy);
			status = -1;
		}
	}
	fclose(file);
	if (status == 0 && plan->marks && (plan->regions || plan->user || *plan->type)) {
		snprintf(why, PLAN_WHY_MAX, "%.200s: with marks, nothing else is measured or typed", path);
		status = -1;
	}
	return status;
}
