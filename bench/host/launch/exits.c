/* SPDX-License-Identifier: MIT */
/* Assigns VM exits to benchmark rows. */
#include "bench/host/intake/rows.h"
#include "bench/host/launch/exits_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct exits *exits_new(void)
{
	return calloc(1, sizeof(struct exits));
}

/*
 * Makes room for one more item of `size` bytes in an array that doubles when `count` is a power of
 * two. Returns the array, which may have moved, or NULL if out of memory; then the old array
 * remains valid.
 */
static void *room_for(void *array, size_t count, size_t size)
{
	return count & (count - 1) ? array : reallocarray(array, count ? count * 2 : 1, size);
}

static struct exit_event *last_event(struct exits *exits)
{
	return exits->count ? &exits->event[exits->count - 1] : NULL;
}

void exits_add_exit(struct exits *exits, uint32_t reason)
{
	struct exit_event *last = last_event(exits);
	struct exit_event *events;

	/*
	 * The guest writes records with a string instruction (REP OUTSB). A further exit with the
	 * same reason directly after output is part of that instruction: it writes the next bytes
	 * or, on some processors, ends the instruction and writes nothing.
	 */
	if (exits->in_output && reason == exits->output_reason) {
		exits->in_output = false;
		exits->taken = true;
		return;
	}
	exits->in_output = exits->taken = false;
	/* Successive exits with the same reason, and without output between them, share one item. */
	if (last && last->reason == reason && last->offset == exits->written) {
		last->exits++;
		return;
	}
	events = room_for(exits->event, exits->count, sizeof *events);
	if (!events) {
		exits->lost++;
		return;
	}
	exits->event = events;
	events[exits->count++] = (struct exit_event){ exits->written, reason, 1 };
}

void exits_add_output(struct exits *exits, uint32_t bytes)
{
	struct exit_event *last = last_event(exits);

	if (!exits->taken && last && last->offset == exits->written) {
		exits->output_reason = last->reason;
		if (--last->exits == 0)
			exits->count--;
	}
	exits->taken = false;
	exits->in_output = true;
	exits->written += bytes;
}

/*
 * Reads a line of the stream; exits->fed is the offset of its end. A `bench` record begins a row; a
 * `sample` record is counted for the newest row.
 */
static void take_line(struct exits *exits, const char *line)
{
	struct exit_row row = { .offset = exits->fed };
	struct exit_row *rows;
	const char *parameter = strstr(line, " parameter=");

	if (exits->rows > 0 && strstr(line, " sample name="))
		exits->row[exits->rows - 1].samples++;
	if (exits->rows == ROWS_MAX || sscanf(line, "@%*u bench name=%63s", row.name) != 1 ||
	    !name_is_good(row.name))
		return;
	row.parameter = parameter ? strtoll(parameter + strlen(" parameter="), NULL, 10) : 0;
	rows = room_for(exits->row, exits->rows, sizeof *rows);
	if (!rows)
		return;
	exits->row = rows;
	rows[exits->rows++] = row;
}

void exits_feed(struct exits *exits, const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		exits->fed++;
		if (bytes[i] != '\n') {
			if (exits->used < sizeof exits->line - 1)
				exits->line[exits->used++] = bytes[i];
			continue;
		}
		exits->line[exits->used] = '\0';
		exits->used = 0;
		take_line(exits, exits->line);
	}
}

static int by_reason(const void *a, const void *b)
{
	const struct exit_event *x = a;
	const struct exit_event *y = b;

	return (x->reason > y->reason) - (x->reason < y->reason);
}

/*
 * Stores a row's exits: sorts the events `first` to `end` - 1 by reason and stores their sum for
 * each reason. Returns 0, or -1 if the store failed.
 */
static int store_row(const struct exits *exits, const struct exit_row *row, size_t first, size_t end,
                     struct store *store, int64_t launch)
{
	qsort(&exits->event[first], end - first, sizeof *exits->event, by_reason);
	for (size_t next; first < end; first = next) {
		uint64_t sum = 0;
		char name[48];

		for (next = first; next < end && exits->event[next].reason == exits->event[first].reason;
		     next++)
			sum += exits->event[next].exits;
		exits_reason_name(exits->format, exits->isa == 2, exits->event[first].reason, name,
		                  sizeof name);
		if (store_exits(store, launch, row->name, row->parameter, name, (int64_t)sum, row->samples))
			return -1;
	}
	return 0;
}

int exits_store(struct exits *exits, struct store *store, int64_t launch, char *why, size_t size)
{
	uint64_t before;
	size_t at = 0;

	if (!exits->attached)
		return 0; /* exits_attach() has reported the reason */
	exits_drain(exits);
	if (exits->lost > 0) {
		snprintf(why, size, "%" PRIu64 " events were lost", exits->lost);
		return -1;
	}
	if (exits->written > exits->fed) {
		snprintf(why, size, "the guest's output and its exits do not match");
		return -1;
	}
	before = exits->fed - exits->written; /* bytes of records before counting began */
	for (size_t i = 0; i < exits->rows; i++) {
		uint64_t end = i + 1 < exits->rows ? exits->row[i + 1].offset : UINT64_MAX;
		size_t first;

		while (at < exits->count && before + exits->event[at].offset < exits->row[i].offset)
			at++;
		for (first = at; at < exits->count && before + exits->event[at].offset < end;)
			at++;
		if (store_row(exits, &exits->row[i], first, at, store, launch)) {
			snprintf(why, size, "%s", store_error(store));
			return -1;
		}
	}
	return 0;
}

void exits_reason_name(const char *format, int list, uint32_t reason, char *name, size_t size)
{
	const char *at = format;

	for (int i = 0; at && i <= list; i++) {
		at = strstr(at, "__print_symbolic(");
		at = at ? at + 1 : NULL;
	}
	/* The list is { 12, "HLT" }, { 0x040 + 14, "PF excp" }, … and ends with a parenthesis. */
	for (at = at ? strchr(at, '{') : NULL; at && *at == '{';) {
		char *rest;
		unsigned long number = strtoul(at + 1, &rest, 0);

		if (strncmp(rest, " + ", 3) == 0)
			number += strtoul(rest + 3, &rest, 0);
		at = strchr(rest, '}');
		if (number == reason && sscanf(rest, ", \"%47[^\"]", name) == 1)
			return;
		at = at && strncmp(at, "}, {", 4) == 0 ? at + 3 : NULL;
	}
	snprintf(name, size, "reason-%" PRIu32, reason);
}
