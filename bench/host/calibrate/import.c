/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/host/calibrate/import.h"
#include "bench/bochs/model/profile.h"
#include "bench/host/base/progress.h"
#include "bench/host/calibrate/profile_file.h"
#include "bench/host/engine/profiles.h"
#include "bench/protocol/micro.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define EXIT_CANNOT 2
#define ROWS_MOST   200
#define CHASE_BYTES 16384 /* working set of a chase; it fits in L1 on every processor */
#define LEAST_PART  0.01  /* least spread to each side, relative to the price */

/* A row of the table: the least and the median of its samples, in ticks. */
struct row {
	char name[40];
	unsigned long parameter;
	double least, median;
};

/* How each price is computed. A row's parameter is the number of operations in a sample. The price
 * is (ticks with `to` operations - ticks with `from` operations) / (`to` - `from`). */
static const struct slope {
	const char *row;
	unsigned long from, to;
	const char *key, *second; /* the event; or the two events whose prices are added */
	const char *less;         /* a row whose price is subtracted; or NULL */
	const char *how;
} slopes[] = {
	{ "micro.syscall", 64, 1024, "syscall", "sysret", NULL, "SYSCALL and SYSRET" },
	{ "micro.int.user", 64, 1024, "interrupt_user", "iret_user", NULL, "INT from user mode and IRETQ" },
	{ "micro.iret.kernel", 64, 1024, "iret_kernel", NULL, NULL, "IRETQ from kernel to kernel" },
	{ "micro.int.kernel", 64, 1024, "interrupt_kernel", NULL, "micro.iret.kernel",
	  "INT and IRETQ in the kernel, less IRETQ" },
	{ "micro.cr3", 8, 64, "cr3_flush", NULL, NULL, "loads of CR3 that flush" },
	{ "micro.invlpg", 33, 129, "invlpg", NULL, NULL, "INVLPG of 33 to 129 pages" },
};

/* Pairs of events. Only the sum of the two prices of a pair is measured. */
static const struct {
	const char *first, *second;
} pairs[] = { { "syscall", "sysret" }, { "interrupt_user", "iret_user" } };

#define COUNT(array) (sizeof(array) / sizeof *(array))

static size_t read_rows(FILE *in, struct row rows[ROWS_MOST], bool *emulated)
{
	size_t count = 0;
	char line[300];

	*emulated = false;
	while (fgets(line, sizeof line, in)) {
		struct row *row = &rows[count];
		char unit[16], of[16];

		if (strstr(line, "QEMU without KVM"))
			*emulated = true;
		if (count < ROWS_MOST && strncmp(line, "micro.", 6) == 0 &&
		    sscanf(line, "%39s %lu %15s %15s %*u %lf %lf", row->name, &row->parameter, of, unit,
		           &row->least, &row->median) == 6 &&
		    strcmp(unit, "ticks") == 0)
			count++;
	}
	return count;
}

static const struct row *find(const struct row *rows, size_t count, const char *name, unsigned long parameter)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(rows[i].name, name) == 0 && rows[i].parameter == parameter)
			return &rows[i];
	return NULL;
}

/* A price in ticks, computed twice: from the medians of two rows, and from the least samples of the
 * two rows. Both numbers are NAN if a row is missing. */
struct ticks {
	double median, least;
};

static struct ticks slope_ticks(const struct row *rows, size_t count, const char *name)
{
	struct ticks result = { NAN, NAN };

	for (size_t i = 0; i < COUNT(slopes); i++) {
		const struct row *from = find(rows, count, slopes[i].row, slopes[i].from);
		const struct row *to = find(rows, count, slopes[i].row, slopes[i].to);

		if (strcmp(slopes[i].row, name) != 0 || !from || !to)
			continue;
		result.median = (to->median - from->median) / (double)(slopes[i].to - slopes[i].from);
		result.least = (to->least - from->least) / (double)(slopes[i].to - slopes[i].from);
	}
	return result;
}

static void add_price(struct import *import, const struct slope *slope, const struct row *rows, size_t count)
{
	struct ticks ticks = slope_ticks(rows, count, slope->row);
	double value, other;

	if (slope->less) {
		const struct ticks less = slope_ticks(rows, count, slope->less);

		ticks.median -= less.median;
		ticks.least -= less.least;
	}
	value = ticks.median / import->ticks_per_cycle;
	other = ticks.least / import->ticks_per_cycle;
	if (!(value > 0 && other > 0))
		return;
	import->price[import->prices++] =
	        (struct import_price){ slope->key, slope->how, value, fmin(other, value * (1 - LEAST_PART)),
		                       fmax(other, value * (1 + LEAST_PART)) };
}

int import_read(struct import *import, FILE *in, double l1_cycles, char why[IMPORT_WHY])
{
	static struct row rows[ROWS_MOST];
	const struct row *chase;
	bool emulated;
	const size_t count = read_rows(in, rows, &emulated);

	*import = (struct import){ 0 };
	chase = find(rows, count, "micro.chase.2m", CHASE_BYTES);
	if (emulated)
		snprintf(why, IMPORT_WHY,
		         "the table is from QEMU without KVM, whose ticks say nothing of a processor");
	else if (!chase)
		snprintf(why, IMPORT_WHY,
		         "it has no row 'micro.chase.2m %d': boot an image of make iso RUN=bench "
		         "EXTRA='bench=micro.*'",
		         CHASE_BYTES);
	else
		import->ticks_per_cycle = chase->median / MICRO_LOADS / l1_cycles;
	if (emulated || !chase)
		return -1;
	/* In Bochs a load takes one tick. L1 has a latency of 4 or 5 cycles, so a table from Bochs
	 * gives 1/4 or 1/5 tick per cycle. No TSC is that slow. */
	if (!(import->ticks_per_cycle > 0.3 && import->ticks_per_cycle < 4)) {
		snprintf(why, IMPORT_WHY,
		         "a cycle has %.2f ticks by its loads from L1: it is from Bochs, or from another "
		         "processor",
		         import->ticks_per_cycle);
		return -1;
	}
	for (size_t i = 0; i < COUNT(slopes); i++)
		add_price(import, &slopes[i], rows, count);
	if (import->prices == 0) {
		snprintf(why, IMPORT_WHY, "it has none of the rows that prices come from");
		return -1;
	}
	return 0;
}

/* The old prices of both events of each pair. The new prices have the same proportion. */
struct halves {
	double first[COUNT(pairs)], second[COUNT(pairs)];
};

static bool read_value(const char *line, const char *key, double *value)
{
	const size_t length = strlen(key);

	return strncmp(line, key, length) == 0 && sscanf(line + length, " = %lf", value) == 1;
}

static struct halves read_halves(FILE *in)
{
	struct halves halves = { { 0 }, { 0 } };
	char line[512];

	while (fgets(line, sizeof line, in))
		for (size_t i = 0; i < COUNT(pairs); i++) {
			read_value(line, pairs[i].first, &halves.first[i]);
			read_value(line, pairs[i].second, &halves.second[i]);
		}
	rewind(in);
	return halves;
}

/* Writes `line` with the imported price. If `import` has no price for this line, writes nothing and
 * returns false. */
static bool write_price(const struct import *import, const struct halves *halves, const char *line, FILE *out)
{
	double before;

	for (size_t i = 0; i < import->prices; i++) {
		const struct import_price *price = &import->price[i];
		const char *key = price->key, *note = "";
		double part = 1;

		for (size_t p = 0; p < COUNT(pairs); p++) {
			const double sum = halves->first[p] + halves->second[p];

			if (strcmp(price->key, pairs[p].first) != 0 || sum <= 0)
				continue;
			note = ", split as before";
			if (read_value(line, pairs[p].second, &before))
				key = pairs[p].second;
			part = (key == pairs[p].second ? halves->second[p] : halves->first[p]) / sum;
		}
		if (!read_value(line, key, &before))
			continue;
		fprintf(out, "%s = %.3f low %.3f high %.3f  # [M] %s, in ring 0%s\n", key,
		        price->value * part, price->low * part, price->high * part, price->how, note);
		return true;
	}
	return false;
}

size_t import_merge(const struct import *import, FILE *in, FILE *out)
{
	const struct halves halves = read_halves(in);
	bool events = false;
	size_t written = 0;
	char line[512];

	while (fgets(line, sizeof line, in)) {
		if (*line == '[')
			events = strncmp(line, "[events]", 8) == 0;
		if (events && write_price(import, &halves, line, out))
			written++;
		else
			fputs(line, out);
	}
	return written;
}

/* Returns true if --calibrate wrote the profile. Otherwise prints a message and returns false. */
static bool is_measured(FILE *in, const char *path)
{
	const bool ours = profile_file_is_ours(in);

	if (!ours)
		message_error("import: %s was not written by --calibrate: measure the processor first", path);
	return ours;
}

static int merge_file(const struct import *import, const char *name, FILE *in)
{
	struct profile_file file;
	char why[PROFILE_WHY_MAX];
	size_t written;

	if (profile_file_begin(&file, name, why)) {
		message_error("import: %s", why);
		return EXIT_CANNOT;
	}
	written = import_merge(import, in, file.out);
	if (profile_file_end(&file, why)) {
		message_error("import: the profile is as it was: %s", why);
		return EXIT_CANNOT;
	}
	printf("%s\n  %zu prices were put in; a cycle has %.3f ticks\n", file.path, written,
	       import->ticks_per_cycle);
	for (size_t i = 0; i < import->prices; i++)
		printf("  %-40s %8.1f cycles (%.1f to %.1f)\n", import->price[i].how, import->price[i].value,
		       import->price[i].low, import->price[i].high);
	return EXIT_SUCCESS;
}

int import_run(const char *file, const char *name)
{
	char path[PATH_MAX], why[PROFILE_WHY_MAX];
	struct import import;
	struct profile profile;
	int status = EXIT_CANNOT;
	FILE *table = fopen(file, "re"), *in;

	if (!table) {
		message_error("import: %s: %s", file, strerror(errno));
		return EXIT_CANNOT;
	}
	profiles_path(path, name);
	in = fopen(path, "re");
	if (!in || profile_read(&profile, path, why))
		message_error("import: %s", in ? why : path);
	else if (is_measured(in, path)) {
		if (import_read(&import, table, (double)profile.cost[COST_L1_LATENCY].of[SET_NOMINAL] / CYCLE,
		                why))
			message_error("import: %s: %s", file, why);
		else
			status = merge_file(&import, name, in);
	}
	if (in)
		fclose(in);
	fclose(table);
	return status;
}
