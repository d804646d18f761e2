/* SPDX-License-Identifier: MIT */
/* Charges the samples of perf to benchmark rows and functions. */
#define _GNU_SOURCE
#include "bench/host/launch/guest_profile.h"
#include "bench/bochs/symbols.h"
#include "bench/host/launch/exits_internal.h"
#include "bench/protocol/ports.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MAX_BYTES 1024

/* A sample of the guest. */
struct guest_sample {
	uint64_t offset; /* bytes of records written before it */
	uint64_t period;
	const char *function;
};

struct profile {
	struct symbols *symbols;
	struct exits *records; /* used only to find the rows of the record stream */
	size_t count, room;
	struct guest_sample *sample; /* in order of time */
	uint64_t written;            /* bytes of records that kvm_pio reported so far */
	char event[64];              /* the event of the samples; "" before the first one */
};

/* The events that are understood, with the metric and unit of their periods. */
static const struct {
	const char *event, *metric, *unit;
} events[] = {
	{ "guest_cycles", "profile_cycles", "cycles" },
	{ "cpu-clock", "profile_clock", "ns" },
};

static int metric_of(const char *event)
{
	for (size_t i = 0; i < sizeof events / sizeof events[0]; i++)
		if (strcmp(events[i].event, event) == 0)
			return (int)i;
	return -1;
}

/*
 * Names the function at an address. Recognizes user mode by the address. perf's mark of the mode is
 * not used: on some processors it is the mode that the guest was about to enter.
 */
static const char *function_at(const struct profile *profile, uint64_t address)
{
	const bool user = address >> 63 == 0;
	const struct symbol *symbol = user ? NULL : symbols_find(profile->symbols, address);

	return user ? "[user]" : symbol ? symbol->name : "[unknown]";
}

/* Adds a sample of the guest. Returns NULL, or what is wrong. */
static const char *add_sample(struct profile *profile, const char *event, uint64_t period,
                              const char *function)
{
	struct guest_sample *samples;

	if (!*profile->event && metric_of(event) >= 0)
		snprintf(profile->event, sizeof profile->event, "%s", event);
	if (strcmp(profile->event, event) != 0)
		return "perf's text has samples of an unknown event";
	if (profile->count == profile->room) {
		profile->room = profile->room ? 2 * profile->room : 1024;
		samples = reallocarray(profile->sample, profile->room, sizeof *samples);
		if (!samples)
			return "no memory for the samples";
		profile->sample = samples;
	}
	profile->sample[profile->count++] =
	        (struct guest_sample){ .offset = profile->written, .period = period, .function = function };
	return NULL;
}

/* Takes the event kvm_pio: "pio_write at 0xe9 size 1 count 57 …". */
static void take_output(struct profile *profile, const char *text)
{
	unsigned port, size, count;

	if (sscanf(text, " pio_write at %x size %u count %u", &port, &size, &count) == 3 &&
	    port == PORT_RECORDS)
		profile->written += (uint64_t)size * count;
}

/*
 * Takes a line "MISC TIME: PERIOD EVENT: ADDRESS". MISC contains a G or g for a sample of the guest:
 * perf prints "G" for the guest's kernel mode and "KGg" for the guest's user mode. Returns NULL, or
 * what is wrong.
 */
static const char *take_line(struct profile *profile, const char *line)
{
	char misc[8], event[64];
	uint64_t period, address;
	int end = 0;

	if (sscanf(line, " %7s %*s %" SCNu64 " %63s%n", misc, &period, event, &end) != 3 || !end ||
	    event[strlen(event) - 1] != ':')
		return "perf's text has an unknown line";
	event[strlen(event) - 1] = '\0';
	if (strcmp(event, "kvm:kvm_pio") == 0) {
		take_output(profile, line + end);
		return NULL;
	}
	if (!strpbrk(misc, "Gg"))
		return NULL;
	if (sscanf(line + end, " %" SCNx64, &address) != 1)
		return "perf's text has a sample without an address";
	return add_sample(profile, event, period, function_at(profile, address));
}

static int by_function(const void *a, const void *b)
{
	const struct guest_sample *left = a;
	const struct guest_sample *right = b;

	return strcmp(left->function, right->function);
}

/* Stores the samples `first` to `end` - 1 as those of a row. Returns 0, or -1 if the store failed. */
static int store_row(struct profile *profile, const struct exit_row *row, size_t first, size_t end,
                     struct store *store, int64_t launch)
{
	const int metric = metric_of(profile->event);
	const struct store_row where = { .launch = launch,
		                         .benchmark = row->name,
		                         .parameter = row->parameter };

	if (first == end)
		return 0;
	qsort(&profile->sample[first], end - first, sizeof *profile->sample, by_function);
	for (size_t next; first < end; first = next) {
		struct store_function out = { .row = &where,
			                      .kind = "row",
			                      .name = profile->sample[first].function,
			                      .metric = events[metric].metric,
			                      .unit = events[metric].unit,
			                      .samples = row->samples };

		for (next = first; next < end && strcmp(profile->sample[next].function, out.name) == 0;
		     next++)
			out.value += (int64_t)profile->sample[next].period;
		if (store_function(store, &out))
			return -1;
	}
	return 0;
}

/* Stores all rows. Returns how many samples belong to a row, or -1 if the store failed. */
static int64_t store_rows(struct profile *profile, struct store *store, int64_t launch)
{
	const struct exits *records = profile->records;
	int64_t charged = 0;
	size_t at = 0;

	for (size_t i = 0; i < records->rows; i++) {
		const uint64_t end = i + 1 < records->rows ? records->row[i + 1].offset : UINT64_MAX;
		size_t first;

		while (at < profile->count && profile->sample[at].offset < records->row[i].offset)
			at++;
		for (first = at; at < profile->count && profile->sample[at].offset < end;)
			at++;
		if (store_row(profile, &records->row[i], first, at, store, launch))
			return -1;
		charged += (int64_t)(at - first);
	}
	return charged;
}

static const char *read_script(struct profile *profile, FILE *script)
{
	char line[LINE_MAX_BYTES];
	const char *wrong = NULL;

	while (!wrong && fgets(line, sizeof line, script))
		if (line[strspn(line, " \t\n")])
			wrong = take_line(profile, line);
	return wrong;
}

static void read_records(struct exits *records, FILE *in)
{
	char buffer[65536];
	size_t length;

	while ((length = fread(buffer, 1, sizeof buffer, in)) > 0)
		exits_feed(records, buffer, length);
}

int64_t guest_profile_read(FILE *script, FILE *records, const char *image, struct store *store,
                           int64_t launch, char *why, size_t size)
{
	char no_symbols[SYMBOLS_WHY_MAX];
	struct profile profile = { .records = exits_new(), .symbols = symbols_read(image, no_symbols) };
	const char *wrong = NULL;
	int64_t charged = -1;

	if (!profile.symbols || !profile.records) {
		wrong = profile.symbols ? "no memory" : no_symbols;
	} else {
		wrong = read_script(&profile, script);
		read_records(profile.records, records);
	}
	if (!wrong && profile.written != profile.records->fed)
		wrong = "the guest's output and its events do not match, so events were lost";
	if (!wrong) {
		charged = store_rows(&profile, store, launch);
		if (charged < 0)
			wrong = store_error(store);
	}
	if (wrong)
		snprintf(why, size, "%s", wrong);
	free(profile.sample);
	exits_free(profile.records);
	symbols_free(profile.symbols);
	return charged;
}
