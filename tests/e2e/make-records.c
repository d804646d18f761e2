/* SPDX-License-Identifier: MIT */
/*
 * Plays an engine: turns a script on standard input into a record stream. Writes the stream to the
 * file descriptor in PALIMPSEST_FD, or to standard output if that variable is not set. A line of
 * the script is one of
 *
 *   <type> <key>=<value> …   a record; its number and CRC are added
 *   end <status>             the end record, with the right count and checksum
 *   !<text>                  a line of the instrumentation library, unchanged
 *   raw <text>               any line, unchanged
 *   corrupt <type> …         a record with a wrong CRC
 *   lose                     skips a record number, as if a record were lost
 *   flood <text>             repeats this record for ever
 *   sleep <seconds>          waits; fractions are allowed
 *   signal <number>          raises the signal
 *   exit <status>            exits; without this line, the end of the script exits with 33
 */
#define _GNU_SOURCE
#include "bench/host/intake/record.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static FILE *out;
static uint64_t sent;
static uint32_t checksum;

static void put(const char *body)
{
	char line[RECORD_LINE_MAX + 1];
	size_t length = record_encode(line, sizeof line, ++sent, body);

	checksum = record_crc(checksum, line, length);
	fwrite(line, 1, length, out);
}

static void corrupt(const char *body)
{
	char line[RECORD_LINE_MAX + 1];
	size_t length = record_encode(line, sizeof line, ++sent, body);

	line[length - 2] = line[length - 2] == '0' ? '1' : '0';
	fwrite(line, 1, length, out);
}

static void end(const char *status)
{
	char body[RECORD_LINE_MAX];

	snprintf(body, sizeof body, "end records=%" PRIu64 " checksum=%08" PRIx32 " status=%.40s", sent,
	         checksum, status);
	put(body);
}

/* Returns the rest of `line` after `word` and a space, or NULL if it does not begin with these. */
static const char *after(const char *line, const char *word)
{
	size_t length = strlen(word);

	return strncmp(line, word, length) == 0 && line[length] == ' ' ? line + length + 1 : NULL;
}

static void play(const char *line)
{
	const char *rest;

	if ((rest = after(line, "raw"))) {
		fprintf(out, "%s\n", rest);
	} else if (line[0] == '!') {
		fprintf(out, "%s\n", line);
	} else if ((rest = after(line, "corrupt"))) {
		corrupt(rest);
	} else if (strcmp(line, "lose") == 0) {
		sent++;
	} else if ((rest = after(line, "flood"))) {
		while (!ferror(out))
			put(rest);
	} else if ((rest = after(line, "sleep"))) {
		fflush(out);
		usleep((useconds_t)(strtod(rest, NULL) * 1e6));
	} else if ((rest = after(line, "signal"))) {
		fflush(out);
		raise(atoi(rest));
	} else if ((rest = after(line, "exit"))) {
		fflush(out);
		exit(atoi(rest));
	} else if ((rest = after(line, "end")) && !strchr(rest, '=')) {
		end(rest);
	} else if (*line && *line != '#') {
		put(line);
	}
}

int main(void)
{
	const char *descriptor = getenv("PALIMPSEST_FD");
	char line[1024];

	out = descriptor ? fdopen(atoi(descriptor), "w") : stdout;
	if (!out)
		return 1;
	while (fgets(line, sizeof line, stdin)) {
		line[strcspn(line, "\n")] = '\0';
		play(line);
	}
	fflush(out);
	return 33;
}
