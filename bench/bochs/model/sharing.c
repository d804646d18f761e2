/* SPDX-License-Identifier: MIT */
#include "bench/bochs/model/sharing.h"

#include <stdio.h>
#include <stdlib.h>

/* A tree of three levels: groups of pages, pages, lines. */
enum { LINE_SHIFT = 6, PAGE_SHIFT = 12, GROUP_SHIFT = 26, LIMIT_SHIFT = 40 };
enum { LINES = 1 << (PAGE_SHIFT - LINE_SHIFT), PAGES = 1 << (GROUP_SHIFT - PAGE_SHIFT) };
enum { GROUPS = 1 << (LIMIT_SHIFT - GROUP_SHIFT) };

struct sharing {
	struct shared_line **group[GROUPS];
};

static uint64_t bit(unsigned cpu)
{
	return 1ULL << cpu;
}

struct sharing *sharing_new(void)
{
	return calloc(1, sizeof(struct sharing));
}

void sharing_free(struct sharing *sharing)
{
	for (unsigned group = 0; sharing && group < GROUPS; group++) {
		for (unsigned page = 0; sharing->group[group] && page < PAGES; page++)
			free(sharing->group[group][page]);
		free(sharing->group[group]);
	}
	free(sharing);
}

static void *made(size_t count, size_t size)
{
	void *memory = calloc(count, size);

	if (memory)
		return memory;
	perror("no memory for the model's directory of lines");
	exit(1);
}

struct shared_line *sharing_line(struct sharing *sharing, uint64_t physical)
{
	struct shared_line ***group, **page;

	if (physical >> LIMIT_SHIFT)
		return NULL;
	group = &sharing->group[physical >> GROUP_SHIFT];
	if (!*group)
		*group = made(PAGES, sizeof **group);
	page = &(*group)[physical >> PAGE_SHIFT & (PAGES - 1)];
	if (!*page)
		*page = made(LINES, sizeof **page);
	return &(*page)[physical >> LINE_SHIFT & (LINES - 1)];
}

bool sharing_read(struct shared_line *line, unsigned cpu)
{
	bool other = line->modified && line->writer != cpu;

	line->holders |= bit(cpu);
	if (other)
		line->modified = false;
	return other;
}

uint64_t sharing_write(struct shared_line *line, unsigned cpu)
{
	uint64_t others = line->holders & ~bit(cpu);

	line->holders = line->seen = bit(cpu);
	line->writer = cpu;
	line->written = line->modified = true;
	return others;
}

bool sharing_sees(struct shared_line *line, unsigned cpu)
{
	bool seen = line->seen & bit(cpu);

	line->seen |= bit(cpu);
	return line->written && !seen;
}
