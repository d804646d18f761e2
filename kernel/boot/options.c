/* SPDX-License-Identifier: MIT */
/* See options.h. Also compiled for the host, for the unit tests. */
#include "boot/options.h"

#include <stdint.h>

#include "lib/string.h"
#include "output/console.h"

char command_line[COMMAND_LINE];

#define NUMBER "a 64-bit number, decimal or hexadecimal with 0x"

/*
 * The known options. `values` lists the valid values, separated by `|`; it is NUMBER if any number
 * is valid, and NULL if any text is valid. A number or text may have at most `most` characters.
 */
static const struct option {
	const char *key, *values;
	size_t most;
} options[] = {
	{ "run", "bench|test|fuzz|demo|list", 0 },
	{ "bench", NULL, 255 },
	{ "skip", NULL, 63 },
	{ "test", NULL, 63 },
	{ "samples", "quick|few|full|one|brief", 0 },
	{ "rows", "all|first|later|fixed", 0 },
	{ "seed", NUMBER, 23 },
	{ "layout", NUMBER, 23 },
	{ "calls", NUMBER, 23 },
	{ "share", NUMBER, 23 },
	{ "exit", "0|1", 0 },
	{ "maxcpus", NUMBER, 23 },
	{ "schedule", NUMBER, 23 },
	{ "schedules", NUMBER, 23 },
	{ "shootdown", "batched|page|broadcast", 0 },
	{ "pcid", "on|off", 0 },
	{ "window-flush", "invlpg|cr3", 0 },
	{ "places", "common|own", 0 },
	{ "copies", "walk|page|entry", 0 },
	{ "warmup", "stable|fixed", 0 },
	{ "pmu", "on|off", 0 },
	{ "irq-off", "timer|counted", 0 },
	{ "init", NULL, 63 },
	{ "trace", "calls|off", 0 },
	{ "table", "on|off", 0 },
	{ "screen", "on|off", 0 },
};

static const char *skip_word(const char *at)
{
	while (*at && *at != ' ')
		at++;
	return at;
}

static const char *skip_spaces(const char *at)
{
	while (*at == ' ')
		at++;
	return at;
}

bool boot_option(const char *key, char *value, size_t size)
{
	const size_t length = strlen(key);

	value[0] = '\0';
	for (const char *word = command_line; *word; word = skip_spaces(skip_word(word))) {
		if (!strncmp(word, key, length) && word[length] == '=') {
			size_t i = 0;

			for (word += length + 1; *word && *word != ' ' && i + 1 < size; i++)
				value[i] = *word++;
			value[i] = '\0';
			return true;
		}
	}
	return false;
}

static bool is_number(const char *text)
{
	const bool hex = text[0] == '0' && (text[1] | 32) == 'x';
	const uint64_t base = hex ? 16 : 10;
	uint64_t value = 0;

	text += hex ? 2 : 0;
	if (!*text)
		return false;
	for (; *text; text++) {
		const char c = *text, letter = (char)(c | 32);
		const uint64_t digit = c >= '0' && c <= '9'                    ? (uint64_t)(c - '0')
		                       : hex && letter >= 'a' && letter <= 'f' ? (uint64_t)(letter - 'a' + 10)
		                                                               : 16;

		if (digit >= base || value > (UINT64_MAX - digit) / base)
			return false;
		value = value * base + digit;
	}
	return true;
}

/* Returns true if `value` is one of `values`, which are separated by bars. */
static bool is_among(const char *value, const char *values)
{
	const size_t length = strlen(value);

	while (*values) {
		size_t n = 0;

		while (values[n] && values[n] != '|')
			n++;
		if (n == length && !strncmp(value, values, n))
			return true;
		values += n;
		if (*values)
			values++;
	}
	return false;
}

static bool is_valid(const struct option *option, const char *value)
{
	if (!option->values)
		return strlen(value) <= option->most;
	if (!strcmp(option->values, NUMBER))
		return strlen(value) <= option->most && is_number(value);
	return is_among(value, option->values);
}

/*
 * Finds the option that a word of the command line sets. Returns the option, and makes *value point
 * to the value in the word. Returns NULL if there is no such option.
 */
static const struct option *find_option(const char *word, const char **value)
{
	for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
		const size_t length = strlen(options[i].key);

		if (!strncmp(word, options[i].key, length) && word[length] == '=') {
			*value = word + length + 1;
			return &options[i];
		}
	}
	return NULL;
}

static bool may_be_name(const char *word)
{
	for (; *word; word++)
		if (*word == '/' || *word == '.')
			return true;
	return false;
}

bool boot_check_options(void (*report)(const char *word, const char *problem))
{
	bool valid = true, any = false;

	for (const char *at = skip_spaces(command_line); *at; at = skip_spaces(skip_word(at))) {
		static char word[COMMAND_LINE], problem[96];
		const size_t length = (size_t)(skip_word(at) - at);
		const struct option *option;
		const char *value;

		memcpy(word, at, length);
		word[length] = '\0';
		option = find_option(word, &value);
		if (!option && (any || !may_be_name(word)))
			report(word, "unknown word, ignored");
		any |= option != NULL;
		if (!option || is_valid(option, value))
			continue;
		if (option->values)
			format_string(problem, sizeof problem, "%s= takes %s", option->key, option->values);
		else
			format_string(problem, sizeof problem, "%s= takes at most %lu characters",
			              option->key, option->most);
		report(word, problem);
		valid = false;
	}
	return valid;
}
