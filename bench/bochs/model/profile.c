/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/bochs/model/profile.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { LINE_BYTES = 64, LINE_MAX_LENGTH = 512, NAME_MAX_LENGTH = 40 };

enum { PARAMETERS = (int)SIZE_COUNT + (int)COST_COUNT };

struct parameter {
	const char *section, *key;
	uint64_t least, most; /* bounds of the value; those of a cost are in cycles, not in millionths */
};

#define SIZE_ROW(id, section, key, least, most) { section, key, least, most },
#define COST_ROW(id, section, key, most)        { section, key, 0, most },
static const struct parameter parameters[PARAMETERS] = { MODEL_SIZES(SIZE_ROW) MODEL_COSTS(COST_ROW) };
#undef SIZE_ROW
#undef COST_ROW

static const char tags[] = "MSDRA"; /* in the order of enum profile_tag */
static const char extra_section[] = "measured";

struct reader {
	struct profile *profile;
	const char *path;
	char *why;
	unsigned line;
	unsigned seen[PARAMETERS]; /* line of each parameter; 0: not seen yet */
	char section[NAME_MAX_LENGTH];
};

__attribute__((format(printf, 3, 4))) static int wrong(const struct reader *reader, unsigned line,
                                                       const char *format, ...)
{
	va_list arguments;
	int length = snprintf(reader->why, PROFILE_WHY_MAX, "%.200s:%u: ", reader->path, line);

	va_start(arguments, format);
	vsnprintf(reader->why + length, PROFILE_WHY_MAX - (size_t)length, format, arguments);
	va_end(arguments);
	return -1;
}

static char *trim(char *text)
{
	char *end = text + strlen(text);

	while (end > text && isspace((unsigned char)end[-1]))
		*--end = '\0';
	return text + strspn(text, " \t");
}

/* Parses a number with at most six decimals and moves *text past it. Sets *value to the number in
 * millionths. */
static bool take_number(char **text, uint64_t *value)
{
	uint64_t scale = CYCLE;
	char *at = *text + strspn(*text, " \t");

	if (!isdigit((unsigned char)*at))
		return false;
	for (*value = 0; isdigit((unsigned char)*at); at++) {
		if (*value > 1000000000ULL * CYCLE)
			return false;
		*value = *value * 10 + (uint64_t)(*at - '0') * CYCLE;
	}
	if (*at == '.' && isdigit((unsigned char)at[1]))
		for (at++; isdigit((unsigned char)*at); at++) {
			scale /= 10;
			if (!scale)
				return false;
			*value += (uint64_t)(*at - '0') * scale;
		}
	*text = at;
	return !*at || *at == ' ' || *at == '\t';
}

static bool take_word(char **text, const char *word)
{
	char *at = *text + strspn(*text, " \t");
	size_t length = strlen(word);

	if (strncmp(at, word, length) != 0 || (at[length] != ' ' && at[length] != '\t'))
		return false;
	*text = at + length;
	return true;
}

static int take_values(const struct reader *reader, char *text, bool *three, uint64_t value[SETS])
{
	if (!take_number(&text, &value[SET_NOMINAL]))
		return wrong(reader, reader->line, "'%.40s' is not a number with at most six decimals", text);
	value[SET_LOW] = value[SET_HIGH] = value[SET_NOMINAL];
	*three = text[strspn(text, " \t")] != '\0';
	if (!*three)
		return 0;
	if (!take_word(&text, "low") || !take_number(&text, &value[SET_LOW]) || !take_word(&text, "high") ||
	    !take_number(&text, &value[SET_HIGH]) || text[strspn(text, " \t")])
		return wrong(reader, reader->line, "only 'low VALUE high VALUE' may follow a value");
	if (value[SET_LOW] > value[SET_NOMINAL] || value[SET_NOMINAL] > value[SET_HIGH])
		return wrong(reader, reader->line, "low is above the value, or the value is above high");
	return 0;
}

/* Returns true if the comment starts with a tag: [M], [S], [D], [R] or [A]. */
static bool has_tag(const char *comment)
{
	if (!comment)
		return false;
	comment += strspn(comment, " \t");
	return comment[0] == '[' && comment[1] && strchr(tags, comment[1]) && comment[2] == ']';
}

static bool is_source(const char *comment)
{
	if (!has_tag(comment))
		return false;
	comment = strchr(comment, ']') + 1;
	return *comment == ' ' && comment[strspn(comment, " \t")];
}

static int keep_value(struct reader *reader, unsigned index, char *text)
{
	const struct parameter *parameter = &parameters[index];
	uint64_t value[SETS];
	bool three;

	if (take_values(reader, text, &three, value))
		return -1;
	for (unsigned set = 0; set < SETS; set++)
		if (value[set] < parameter->least * CYCLE || value[set] > parameter->most * CYCLE)
			return wrong(reader, reader->line, "%s must be from %llu to %llu", parameter->key,
			             (unsigned long long)parameter->least,
			             (unsigned long long)parameter->most);
	if (index >= SIZE_COUNT) {
		memcpy(reader->profile->cost[index - SIZE_COUNT].of, value, sizeof value);
		return 0;
	}
	if (three || value[SET_NOMINAL] % CYCLE)
		return wrong(reader, reader->line, "%s is one whole number, without low and high",
		             parameter->key);
	reader->profile->size[index] = (unsigned)(value[SET_NOMINAL] / CYCLE);
	return 0;
}

/* Checks a line of the section [measured], whose keys are not parameters. */
static int take_extra(const struct reader *reader, const char *key, char *text, const char *comment)
{
	uint64_t value[SETS];
	bool three;

	if (!is_source(comment) || comment[1 + strspn(comment, " \t")] != 'M')
		return wrong(reader, reader->line, "%.40s needs '# [M] how' after it, as all of [%s]", key,
		             extra_section);
	return take_values(reader, text, &three, value);
}

static int take_parameter(struct reader *reader, char *text, const char *comment)
{
	char *value = strchr(text, '=');
	char *key;

	if (!value)
		return wrong(reader, reader->line, "neither '[section]' nor 'key = value'");
	*value++ = '\0';
	key = trim(text);
	if (strcmp(reader->section, extra_section) == 0)
		return take_extra(reader, key, trim(value), comment);
	for (unsigned i = 0; i < PARAMETERS; i++) {
		if (strcmp(parameters[i].section, reader->section) != 0 ||
		    strcmp(parameters[i].key, key) != 0)
			continue;
		if (reader->seen[i])
			return wrong(reader, reader->line, "%s is already in line %u", key, reader->seen[i]);
		reader->seen[i] = reader->line;
		if (!is_source(comment))
			return wrong(reader, reader->line,
			             has_tag(comment)
			                     ? "%s: after its tag the source is missing: where does the "
			                       "value come from?"
			                     : "%s needs '# [S] source' after it (M, S, D, R or A)",
			             key);
		reader->profile->tagged[strchr(tags, comment[1 + strspn(comment, " \t")]) - tags]++;
		return keep_value(reader, i, trim(value));
	}
	return wrong(reader, reader->line, "unknown parameter '%.40s' in section [%s]", key, reader->section);
}

static int take_section(struct reader *reader, char *text)
{
	size_t length = strlen(text);

	if (text[length - 1] != ']' || length - 2 >= sizeof reader->section || length < 3)
		return wrong(reader, reader->line, "a section is '[name]'");
	memcpy(reader->section, text + 1, length - 2);
	reader->section[length - 2] = '\0';
	if (strcmp(reader->section, extra_section) == 0)
		return 0;
	for (unsigned i = 0; i < PARAMETERS; i++)
		if (strcmp(parameters[i].section, reader->section) == 0)
			return 0;
	return wrong(reader, reader->line, "unknown section [%s]", reader->section);
}

static int take_line(struct reader *reader, char *line)
{
	char *comment = strchr(line, '#');

	reader->line++;
	if (!strchr(line, '\n') && strlen(line) == LINE_MAX_LENGTH - 1)
		return wrong(reader, reader->line, "the line is too long");
	if (comment)
		*comment++ = '\0';
	if (comment)
		comment = trim(comment);
	line = trim(line);
	if (!*line)
		return 0;
	return *line == '[' ? take_section(reader, line) : take_parameter(reader, line, comment);
}

/* Checks that an array has whole sets. `entries` and `ways` are its parameters; the number of
 * entries is the value of `entries` times `unit`. An array without entries must have no ways.
 * Returns 0, or -1 with the reason in `why`. */
static int check_array(const struct reader *reader, unsigned entries, unsigned ways, unsigned unit)
{
	unsigned count = reader->profile->size[entries] * unit;
	unsigned in_set = reader->profile->size[ways];

	if (count == 0 && in_set == 0)
		return 0;
	if (in_set == 0)
		return wrong(reader, reader->seen[ways], "%s of [%s] must not be 0 here",
		             parameters[ways].key, parameters[ways].section);
	if (count == 0 || count % in_set)
		return wrong(reader, reader->seen[entries], "%s of [%s] is not a whole number of sets of %u",
		             parameters[entries].key, parameters[entries].section, in_set);
	return 0;
}

static int check_whole(const struct reader *reader)
{
	static const struct {
		unsigned entries, ways, unit;
	} arrays[] = {
		{ SIZE_L1I_KIB, SIZE_L1I_WAYS, 1024 / LINE_BYTES },
		{ SIZE_L1D_KIB, SIZE_L1D_WAYS, 1024 / LINE_BYTES },
		{ SIZE_L2_KIB, SIZE_L2_WAYS, 1024 / LINE_BYTES },
		{ SIZE_L3_KIB, SIZE_L3_WAYS, 1024 / LINE_BYTES },
		{ SIZE_ITLB_4K, SIZE_ITLB_4K_WAYS, 1 },
		{ SIZE_ITLB_2M, SIZE_ITLB_2M_WAYS, 1 },
		{ SIZE_DTLB_4K, SIZE_DTLB_4K_WAYS, 1 },
		{ SIZE_DTLB_2M, SIZE_DTLB_2M_WAYS, 1 },
		{ SIZE_DTLB_1G, SIZE_DTLB_1G_WAYS, 1 },
		{ SIZE_STLB, SIZE_STLB_WAYS, 1 },
		{ SIZE_STLB_CODE, SIZE_STLB_CODE_WAYS, 1 },
		{ SIZE_STLB_1G, SIZE_STLB_1G_WAYS, 1 },
	};
	static const unsigned rising[] = { COST_L1_LATENCY, COST_L2_LATENCY, COST_L3_LATENCY,
		                           COST_MEMORY_LATENCY };

	for (unsigned i = 0; i < PARAMETERS; i++)
		if (!reader->seen[i])
			return wrong(reader, reader->line, "%s of [%s] is missing (looked for up to here)",
			             parameters[i].key, parameters[i].section);
	for (unsigned i = 0; i < sizeof arrays / sizeof arrays[0]; i++)
		if (check_array(reader, arrays[i].entries, arrays[i].ways, arrays[i].unit))
			return -1;
	for (unsigned i = 1; i < sizeof rising / sizeof rising[0]; i++)
		for (unsigned set = 0; set < SETS; set++)
			if (reader->profile->cost[rising[i]].of[set] <
			    reader->profile->cost[rising[i - 1]].of[set])
				return wrong(reader, reader->seen[SIZE_COUNT + rising[i]],
				             "latency of [%s] is below that of the level before it",
				             parameters[SIZE_COUNT + rising[i]].section);
	for (unsigned set = 0; set < SETS; set++)
		if (reader->profile->cost[COST_TRANSFER].of[set] <
		    reader->profile->cost[COST_L1_LATENCY].of[set])
			return wrong(reader, reader->seen[SIZE_COUNT + COST_TRANSFER],
			             "transfer of [l3] is below the latency of [l1d]");
	return 0;
}

int profile_read(struct profile *profile, const char *path, char why[PROFILE_WHY_MAX])
{
	struct reader reader = { .profile = profile, .path = path, .why = why };
	char line[LINE_MAX_LENGTH];
	FILE *file = fopen(path, "re");
	int status = 0;

	memset(profile, 0, sizeof *profile);
	if (!file)
		return wrong(&reader, 0, "%s", strerror(errno));
	while (status == 0 && fgets(line, sizeof line, file))
		status = take_line(&reader, line);
	if (status == 0 && ferror(file))
		status = wrong(&reader, reader.line, "%s", strerror(errno));
	fclose(file);
	return status ? status : check_whole(&reader);
}
