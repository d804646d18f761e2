/* SPDX-License-Identifier: MIT */
#include "bench/host/intake/record.h"
#include "bench/host/base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

uint32_t record_crc(uint32_t crc, const char *bytes, size_t length)
{
	return (uint32_t)crc32(crc, (const Bytef *)bytes, (uInt)length);
}

bool record_decimal(const char *text, int64_t *value)
{
	int64_t result = 0;

	if (!*text)
		return false;
	for (; *text; text++) {
		int64_t digit = *text - '0';

		if (digit < 0 || digit > 9 || result > (INT64_MAX - digit) / 10)
			return false;
		result = result * 10 + digit;
	}
	*value = result;
	return true;
}

bool record_value(const char *text, int64_t *value, const char **unit)
{
	char digits[24];
	size_t length = strcspn(text, ":");

	if (text[length] != ':' || length >= sizeof digits)
		return false;
	memcpy(digits, text, length);
	digits[length] = '\0';
	*unit = text + length + 1;
	return record_decimal(digits, value);
}

static bool is_printable(int byte)
{
	return byte >= ' ' && byte < 0x7f;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/*
 * Decodes the escapes %XX of printable ASCII in place. Escapes of other bytes are kept as they are,
 * so that a guest's text cannot control a terminal or end a line. Returns false if an escape is
 * malformed or %00.
 */
static bool decode(char *text)
{
	char *out = text;

	for (; *text; text++) {
		if (*text == '%') {
			int high = hex_digit(text[1]);
			int low = high < 0 ? -1 : hex_digit(text[2]);

			if (low < 0 || high + low == 0)
				return false;
			if (is_printable(high << 4 | low)) {
				*out++ = (char)(high << 4 | low);
			} else {
				memmove(out, text, 3);
				out += 3;
			}
			text += 2;
		} else {
			*out++ = *text;
		}
	}
	*out = '\0';
	return true;
}

/*
 * Parses the text "type key=value …", which starts at `at` in record->text, into `record`. Returns
 * NULL, or a description of what is wrong.
 */
static const char *split(struct record *record, char *at)
{
	char *rest = NULL;

	record->type = strtok_r(at, " ", &rest);
	if (!record->type)
		return "no type";
	for (char *word = strtok_r(NULL, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
		char *equals = strchr(word, '=');

		if (!equals || equals == word)
			return "a word that is not key=value";
		if (record->pairs == RECORD_PAIRS_MAX)
			return "too many keys";
		*equals = '\0';
		if (!decode(equals + 1))
			return "a broken percent escape";
		if (record_get(record, word))
			return "a key twice";
		record->pair[record->pairs].key = word;
		record->pair[record->pairs++].value = equals + 1;
	}
	return NULL;
}

static bool is_all_printable(const char *line, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (!is_printable((unsigned char)line[i]))
			return false;
	return true;
}

/* Checks " ~<crc>" at the end of a line, and removes it. Returns NULL, or what is wrong. */
static const char *check_crc(char *text, size_t length)
{
	char expected[16];

	if (length < 10 || text[length - 10] != ' ' || text[length - 9] != '~')
		return "no CRC (a line cut short?)";
	snprintf(expected, sizeof expected, "%08" PRIx32, record_crc(0, text, length - 10));
	if (memcmp(expected, text + length - 8, 8) != 0)
		return "wrong CRC";
	text[length - 10] = '\0';
	return NULL;
}

static const char *parse_guest(struct record *record, size_t length)
{
	const char *why = check_crc(record->text, length);
	char *space = strchr(record->text, ' ');
	int64_t number;

	if (why)
		return why;
	if (!space)
		return "no type";
	*space = '\0';
	if (!record_decimal(record->text + 1, &number) || number == 0)
		return "no number";
	record->number = (uint64_t)number;
	return split(record, space + 1);
}

enum record_kind record_parse(struct record *record, const char *line, size_t length, const char **why)
{
	if (length == 0 || (line[0] != '@' && line[0] != '!'))
		return RECORD_NOISE;
	*why = NULL;
	if (length >= RECORD_LINE_MAX || (line[0] == '@' && length >= RECORD_GUEST_MAX))
		*why = line[0] == '@' ? "longer than 512 bytes" : "longer than 1024 bytes";
	else if (!is_all_printable(line, length))
		*why = "a byte that is not printable ASCII";
	if (*why)
		return RECORD_BAD;

	record->number = 0;
	record->pairs = 0;
	memcpy(record->text, line, length);
	record->text[length] = '\0';
	*why = line[0] == '@' ? parse_guest(record, length) : split(record, record->text + 1);
	if (*why)
		return RECORD_BAD;
	return line[0] == '@' ? RECORD_GUEST : RECORD_LIBRARY;
}

const char *record_get(const struct record *record, const char *key)
{
	for (size_t i = 0; i < record->pairs; i++)
		if (strcmp(record->pair[i].key, key) == 0)
			return record->pair[i].value;
	return NULL;
}

bool record_number(const struct record *record, const char *key, int64_t *value)
{
	const char *text = record_get(record, key);

	return text && record_decimal(text, value);
}

const char *record_check_names(const struct record *record)
{
	for (size_t i = 0; i < record->pairs; i++) {
		const char *key = record->pair[i].key;
		const char *value = record->pair[i].value;
		const char *unit = strchr(value, ':');

		if (strcmp(key, "name") == 0 && !name_is_good(value))
			return "a name has 1 to 63 letters, digits and . _ - and begins with a letter or "
			       "digit";
		if (strcmp(key, "unit") == 0 && !name_is_unit(value))
			return "not a unit";
		if (strncmp(key, "m.", 2) == 0 &&
		    (!name_is_good(key + 2) || !unit || !name_is_unit(unit + 1)))
			return "a metric that is not <name>=<number>:<unit>";
	}
	return NULL;
}

size_t record_encode(char *line, size_t size, uint64_t number, const char *body)
{
	int length = snprintf(line, size, "@%" PRIu64 " %s", number, body);
	size_t used;

	if (length < 0 || (size_t)length + 12 > size || length + 11 > RECORD_GUEST_MAX)
		return 0;
	used = (size_t)length;
	return used +
	       (size_t)snprintf(line + used, size - used, " ~%08" PRIx32 "\n", record_crc(0, line, used));
}
