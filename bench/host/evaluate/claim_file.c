/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/host/evaluate/claim_file.h"
#include "bench/host/evaluate/quote.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MAX   (256 * 1024)
#define NOTES      "notes/"
#define ARITHMETIC "arithmetic"

static const char *const key_names[CLAIM_KEYS] = {
	"id", "seed", "quote", "asks", "metric", "margin", "figure", "needs", "boots", "kind", "not-measured",
};

int claim_malformed(const struct claim *claim, const char *what, const char *detail)
{
	fprintf(stderr, "claim %s: %s%s%s\n", claim->file, what, *detail ? ": " : "", detail);
	return -1;
}

static char *unreadable(const struct claim *claim, const char *name, const char *why)
{
	fprintf(stderr, "claim %s: %s cannot be read: %s\n", claim->file, name, why);
	return NULL;
}

/*
 * Reads the file `name` in the folder `dir`. Returns its whole text, which the caller frees, or
 * NULL after a message.
 */
static char *read_text(const struct claim *claim, const char *dir, const char *name)
{
	char path[PATH_MAX];
	char *text;
	size_t length;
	FILE *in;

	if (snprintf(path, sizeof path, "%s/%s", dir, name) >= (int)sizeof path)
		return unreadable(claim, name, "the path is too long");
	in = fopen(path, "re");
	text = in ? malloc(FILE_MAX) : NULL;
	if (!text) {
		unreadable(claim, name, strerror(errno));
		if (in)
			fclose(in);
		return NULL;
	}
	length = fread(text, 1, FILE_MAX, in);
	if (ferror(in) || length == FILE_MAX || memchr(text, '\0', length)) {
		fclose(in);
		free(text);
		return unreadable(claim, name, "not a text file of less than 256 KiB");
	}
	fclose(in);
	text[length] = '\0';
	return text;
}

/*
 * If the line is "-- key: value" with a known key, returns the key and points `value` to the text
 * after the colon. Otherwise returns CLAIM_KEYS.
 */
static int header_key(const char *line, const char **value)
{
	line += strlen("-- ");
	for (int key = 0; key < CLAIM_KEYS; key++) {
		size_t length = strlen(key_names[key]);

		if (!strncmp(line, key_names[key], length) && line[length] == ':') {
			*value = line + length + 1;
			return key;
		}
	}
	return CLAIM_KEYS;
}

/*
 * Removes white space from both ends of the `length` bytes at `text`, and appends the rest to
 * `value`. If neither is empty, puts `separator` between them. Returns false if the value would
 * exceed CLAIM_VALUE_MAX bytes.
 */
static bool add_value(char *value, const char *text, size_t length, char separator)
{
	size_t used = strlen(value);

	while (length > 0 && isspace((unsigned char)*text))
		text++, length--;
	while (length > 0 && isspace((unsigned char)text[length - 1]))
		length--;
	if (used + 1 + length >= CLAIM_VALUE_MAX)
		return false;
	if (used > 0 && length > 0)
		value[used++] = separator;
	memcpy(value + used, text, length);
	value[used + length] = '\0';
	return true;
}

/*
 * Parses the header: the comment lines at the start of the file. Returns 0, or -1 after a message.
 */
static int parse_header(struct claim *claim)
{
	int key = CLAIM_KEYS;

	for (const char *line = claim->text; !strncmp(line, "--", 2); line += *line == '\n') {
		const char *end = strchrnul(line, '\n');
		const char *value = NULL;
		int found = strncmp(line, "-- ", 3) ? CLAIM_KEYS : header_key(line, &value);

		if (found != CLAIM_KEYS) {
			key = found;
			if (key < CLAIM_REQUIRED_KEYS && claim->values[key][0])
				return claim_malformed(claim, "is given twice", key_names[key]);
			if (!add_value(claim->values[key], value, (size_t)(end - value), ','))
				return claim_malformed(claim, "is too long", key_names[key]);
		} else if (key != CLAIM_KEYS && !strncmp(line, "--   ", 5)) {
			if (!add_value(claim->values[key], line + 2, (size_t)(end - line) - 2, ' '))
				return claim_malformed(claim, "is too long", key_names[key]);
		} else {
			key = CLAIM_KEYS;
		}
		line = end;
	}
	for (key = 0; key < CLAIM_REQUIRED_KEYS; key++) {
		if (!claim->values[key][0])
			return claim_malformed(claim, "the header lacks a line", key_names[key]);
	}
	return 0;
}

/*
 * Parses the id, which must equal the two digits that the file's name begins with. Returns 0, or -1
 * after a message.
 */
static int parse_id(struct claim *claim)
{
	const char *name = claim->file;
	char *end;
	long id = strtol(claim->values[CLAIM_ID], &end, 10);

	if (*end || id < 1 || id > 99)
		return claim_malformed(claim, "the id is not a number from 1 to 99", claim->values[CLAIM_ID]);
	if (!isdigit((unsigned char)name[0]) || !isdigit((unsigned char)name[1]) || name[2] != '-')
		return claim_malformed(claim, "is not named NN-name.sql", "");
	claim->id = (name[0] - '0') * 10 + name[1] - '0';
	if (claim->id != id)
		return claim_malformed(claim, "the id differs from the number in the file's name",
		                       claim->values[CLAIM_ID]);
	return 0;
}

/*
 * Checks that the claim has the kind ARITHMETIC or no kind. A claim without a kind is one that
 * experiments decide. Returns 0, or -1 after a message.
 */
static int check_kind(const struct claim *claim)
{
	const char *kind = claim->values[CLAIM_KIND];

	return !*kind || !strcmp(kind, ARITHMETIC) ? 0 : claim_malformed(claim, "not a kind", kind);
}

/* Checks that the note exists and contains the quote. Returns 0, or -1 after a message. */
static int check_quote(const struct claim *claim, const char *dir)
{
	char name[sizeof NOTES + CLAIM_VALUE_MAX];
	char *note;
	int status = 0;

	if (strchr(claim->values[CLAIM_SEED], '/'))
		return claim_malformed(claim, "not the name of a note", claim->values[CLAIM_SEED]);
	snprintf(name, sizeof name, NOTES "%s", claim->values[CLAIM_SEED]);
	note = read_text(claim, dir, name);
	if (!note)
		return -1;
	if (!quote_is_from(claim->values[CLAIM_QUOTE], note))
		status = claim_malformed(claim, "the note does not contain the quote",
		                         claim->values[CLAIM_QUOTE]);
	free(note);
	return status;
}

int claim_load(struct claim *claim, const char *dir)
{
	claim->text = read_text(claim, dir, claim->file);
	return !claim->text || parse_header(claim) || parse_id(claim) || check_kind(claim) ||
	                       check_quote(claim, dir)
	               ? -1
	               : 0;
}
