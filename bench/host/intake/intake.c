/* SPDX-License-Identifier: MIT */
#include "bench/host/intake/intake.h"
#include "bench/host/intake/budget.h"
#include "bench/host/intake/counts.h"
#include "bench/host/intake/functions.h"
#include "bench/host/intake/rows.h"
#include "bench/host/intake/stretches.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct intake {
	struct intake_setup setup;
	struct intake_report report;
	struct stream stream;
	struct counts *counts;       /* NULL with COUNTS_NONE */
	struct functions *functions; /* NULL with COUNTS_NONE */
	struct stretches stretches;
	struct rows rows;
	bool row_skipped; /* the guest skipped the newest row, or its record was refused */
	struct budget budget;
	char first_failed[120]; /* the first check or test that failed, with its detail */
};

__attribute__((format(printf, 2, 3))) static void fail(struct intake *intake, const char *format, ...)
{
	va_list arguments;

	if (*intake->report.failure)
		return;
	va_start(arguments, format);
	vsnprintf(intake->report.failure, sizeof intake->report.failure, format, arguments);
	va_end(arguments);
}

static const char *text_of(const struct record *record, const char *key)
{
	const char *value = record_get(record, key);

	return value ? value : "";
}

static void refuse(struct intake *intake, const struct record *record, const char *why)
{
	stream_damage(&intake->stream, "record %" PRIu64 " (%s %.40s): %s", record->number, record->type,
	              text_of(record, "name"), why);
}

/*
 * Returns true if texts of `bytes` bytes may be stored: the budget (budget.h) has room for them,
 * and there is a store. If the budget has no room, later records of the launch are ignored.
 */
static bool may_store(struct intake *intake, size_t bytes)
{
	const char *over = budget_text(&intake->budget, bytes);

	if (over)
		stream_flood(&intake->stream, over);
	return intake->setup.store && !over;
}

static void store_fact_of(struct intake *intake, const char *name, const char *value, const char *unit)
{
	if (may_store(intake, strlen(name) + strlen(value)))
		store_fact(intake->setup.store, intake->setup.launch, name, value, unit);
}

static void expect(struct intake *intake, const struct record *record, const char *key, const char *wanted)
{
	const char *said = text_of(record, key);

	if (strcmp(said, wanted) != 0)
		fail(intake, "the image says %s %.40s, asked for %s", key, *said ? said : "nothing", wanted);
}

/* Returns true if `list`, whose items are separated by commas, contains `name`. */
static bool listed(const char *list, const char *name)
{
	const size_t length = strlen(name);

	for (; list; list = strchr(list, ',') ? strchr(list, ',') + 1 : NULL)
		if (strncmp(list, name, length) == 0 && (list[length] == ',' || list[length] == '\0'))
			return true;
	return false;
}

static void take_hello(struct intake *intake, const struct record *record)
{
	struct intake_report *report = &intake->report;
	char protocol[12];

	if (report->hello) {
		refuse(intake, record, "a second hello");
		return;
	}
	report->hello = true;
	snprintf(protocol, sizeof protocol, "%d", RECORD_PROTOCOL);
	expect(intake, record, "protocol", protocol);
	expect(intake, record, "stack", intake->setup.strategy->stack);
	expect(intake, record, "loader", intake->setup.strategy->loader);
	expect(intake, record, "isolation", intake->setup.strategy->isolation);
	if (*intake->setup.strategy->compiler &&
	    !compiler_made(intake->setup.strategy->compiler, text_of(record, "compiler")))
		expect(intake, record, "compiler", intake->setup.strategy->compiler);
	expect(intake, record, "mode", intake->setup.mode);
	if (intake->setup.pcid && !listed(text_of(record, "features"), "pcid-on"))
		fail(intake, "the CPU has no PCIDs for --pcid on; another engine may have");
	snprintf(report->revision, sizeof report->revision, "%s", text_of(record, "revision"));
	snprintf(report->compiler, sizeof report->compiler, "%s", text_of(record, "compiler"));
	if (*report->failure)
		intake->setup.store = NULL; /* not the image that was asked for: store nothing */
	store_fact_of(intake, "features", text_of(record, "features"), "list");
	store_fact_of(intake, "memory.usable", text_of(record, "memory"), "bytes");
	store_fact_of(intake, "cpus", text_of(record, "cpus"), "cpus");
}

static struct store_row store_row_of(const struct intake *intake, const struct row *row)
{
	return (struct store_row){ .launch = intake->setup.launch,
		                   .benchmark = row->name,
		                   .parameter = row->parameter,
		                   .parameter_unit = row->unit };
}

/* Stores two results of the newest row, which has ended: the longest stretch with interrupts off,
 * and the sums per function. */
static void store_details(struct intake *intake)
{
	struct store_row row;
	const char *over;

	if (!intake->functions || !intake->rows.count || !intake->setup.store)
		return;
	row = store_row_of(intake, &intake->rows.row[intake->rows.count - 1]);
	stretches_store(&intake->stretches, intake->setup.store, &row);
	over = functions_store(intake->functions, intake->setup.store, &row, &intake->budget);
	if (over)
		stream_flood(&intake->stream, over);
}

/* If `*flagged` is false, adds `flag` to all samples stored for the row so far and sets
 * `*flagged`. */
static void flag_row(struct intake *intake, const struct row *row, bool *flagged, const char *flag)
{
	struct store_row stored = store_row_of(intake, row);

	if (!*flagged && intake->setup.store)
		store_flag_row(intake->setup.store, &stored, flag);
	*flagged = true;
}

/*
 * Flags the newest row `cut-short` if it has fewer samples than announced. This counts as damage if
 * the guest continued with other records (`more_came`).
 */
static void close_row(struct intake *intake, bool more_came)
{
	struct row *row = intake->rows.count ? &intake->rows.row[intake->rows.count - 1] : NULL;

	if (!row || intake->row_skipped || !row_is_short(row) || strcmp(intake->setup.mode, "bench") != 0)
		return;
	if (more_came && !*intake->report.failure)
		stream_damage(&intake->stream, "row %s %" PRId64 " has fewer samples than announced",
		              row->name, row->parameter);
	flag_row(intake, row, &row->cut_short, "cut-short");
}

static void take_bench(struct intake *intake, const struct record *record)
{
	struct intake_report *report = &intake->report;
	const char *why;
	int64_t index = 0;
	int64_t of = 0;

	close_row(intake, true);
	store_details(intake);
	why = rows_open(&intake->rows, record);
	intake->row_skipped = why != NULL;
	if (intake->rows.opened > ROWS_MAX)
		stream_flood(&intake->stream, "4096 rows");
	if (why) {
		refuse(intake, record, why);
		return;
	}
	record_number(record, "index", &index);
	record_number(record, "of", &of);
	report->index = (uint64_t)index;
	report->of = (uint64_t)of;
	report->rows++;
	snprintf(report->row, sizeof report->row, "%s", text_of(record, "name"));
}

struct sample {
	struct intake *intake;
	struct store_row row;
	int64_t number;
	const char *flags;
};

static void put_value(const struct sample *sample, const char *metric, const char *unit, int64_t value)
{
	const char *over = budget_values(&sample->intake->budget, 1, 0);

	if (over)
		stream_flood(&sample->intake->stream, over);
	else if (sample->intake->setup.store)
		store_sample(sample->intake->setup.store, &sample->row, sample->number, metric, unit, value,
		             sample->flags);
}

static void store_count(void *context, const char *metric, int64_t value)
{
	put_value(context, metric, counts_unit(metric), value);
}

/*
 * Checks the metrics `m.…` in the sample's record and, if `store` is true, stores them. Returns
 * NULL, or a description of what is wrong.
 */
static const char *take_metrics(const struct sample *sample, const struct record *record, bool store)
{
	for (size_t i = 0; i < record->pairs; i++) {
		const char *name = record->pair[i].key;
		const char *unit;
		int64_t value;

		if (strncmp(name, "m.", 2) != 0)
			continue;
		if (!record_value(record->pair[i].value, &value, &unit))
			return "a metric that is not <number>:<unit>";
		if (!store || !sample->intake->setup.store)
			continue;
		if (sample->intake->setup.counts == COUNTS_ALL && strcmp(name, "m.tsc") == 0)
			continue; /* the TSC counts instructions here, not time */
		put_value(sample, name + 2, unit, value);
	}
	return NULL;
}

static const char *class_of(const char *flags, enum row_class *class, const char **stored)
{
	static const char *const names[ROW_CLASSES] = { "-", "warmup", "overhead" };

	for (int i = 0; i < ROW_CLASSES; i++) {
		if (strcmp(flags, names[i]) == 0) {
			*class = (enum row_class)i;
			*stored = i == ROW_SAMPLE ? "" : names[i];
			return NULL;
		}
	}
	return "unknown flags";
}

/* Appends `flag` to a list, after a comma if the list has items. Does nothing for NULL and "". */
static void add_flag(char *list, size_t size, const char *flag)
{
	size_t used = strlen(list);

	if (flag && *flag)
		snprintf(list + used, size - used, "%s%s", used ? "," : "", flag);
}

/*
 * Stores a sample with its own metrics and the counts of its region, or with the flag `no-counts`
 * if counts are required but none arrived. Returns NULL, or a description of what is wrong.
 */
static const char *take_sample(struct intake *intake, const struct record *record)
{
	struct row *row = rows_current(&intake->rows, record);
	struct sample sample = { .intake = intake };
	char flags[80] = "";
	enum row_class class = ROW_SAMPLE;
	const char *class_flag = NULL;
	const char *why;
	int64_t region;

	if (!row || intake->row_skipped)
		return "a sample of a row that is not open";
	if (!record_number(record, "sample", &sample.number) || !record_number(record, "region", &region))
		return "a sample without proper numbers";
	why = class_of(text_of(record, "flags"), &class, &class_flag);
	add_flag(flags, sizeof flags, intake->setup.engine_flag);
	add_flag(flags, sizeof flags, intake->setup.variant);
	add_flag(flags, sizeof flags, class_flag);
	add_flag(flags, sizeof flags, row->check_failed ? "check-failed" : NULL);
	sample.flags = flags;
	sample.row = store_row_of(intake, row);
	if (!why)
		why = take_metrics(&sample, record, false);
	if (!why)
		why = row_take(row, class, sample.number);
	if (why)
		return why;
	if (intake->counts && region && counts_take(intake->counts, region, store_count, &sample)) {
		const char *overflow = functions_take(intake->functions, region, class);

		stretches_take(&intake->stretches, region, class);
		if (overflow)
			refuse(intake, record, overflow);
	} else if (intake->setup.counts == COUNTS_ALL && region) {
		add_flag(flags, sizeof flags, "no-counts");
		refuse(intake, record, "no counts came for its region");
	}
	return take_metrics(&sample, record, true);
}

static const char *take_check(struct intake *intake, const struct record *record)
{
	bool is_check = strcmp(record->type, "check") == 0;
	struct row *row = is_check ? rows_current(&intake->rows, record) : NULL;
	int64_t parameter = 0;
	int64_t ok;

	if (!record_get(record, "name") || !record_number(record, "ok", &ok) || ok > (is_check ? 1 : 2))
		return "a result without proper values";
	if (is_check && !record_number(record, "parameter", &parameter))
		return "a check without a parameter";
	if (may_store(intake, strlen(text_of(record, "name")) + strlen(text_of(record, "detail"))))
		store_check(intake->setup.store, intake->setup.launch, record->type, text_of(record, "name"),
		            parameter, (int)ok, text_of(record, "detail"));
	if (ok != 0)
		return NULL;
	if (intake->report.failed++ == 0)
		snprintf(intake->first_failed, sizeof intake->first_failed, "%.40s %" PRId64 ": %.60s",
		         text_of(record, "name"), parameter, text_of(record, "detail"));
	if (row)
		flag_row(intake, row, &row->check_failed, "check-failed");
	return NULL;
}

static const char *take_skip(struct intake *intake, const struct record *record)
{
	int64_t parameter;

	if (!record_get(record, "name") || !record_number(record, "parameter", &parameter))
		return "a skipped row without a proper name";
	if (rows_current(&intake->rows, record))
		intake->row_skipped = true;
	else if (strcmp(text_of(record, "name"), "bench") == 0) /* the guest cannot run any row */
		fail(intake, "%.100s", text_of(record, "reason"));
	intake->report.rows++;
	if (may_store(intake, strlen(text_of(record, "name")) + strlen(text_of(record, "reason"))))
		store_check(intake->setup.store, intake->setup.launch, "skip", text_of(record, "name"),
		            parameter, 2, text_of(record, "reason"));
	return NULL;
}

static const char *take_fact(struct intake *intake, const struct record *record)
{
	if (!record_get(record, "name") || !record_get(record, "value"))
		return "a fact without a name or a value";
	store_fact_of(intake, text_of(record, "name"), text_of(record, "value"), text_of(record, "unit"));
	return NULL;
}

static void take_end(struct intake *intake, const struct record *record)
{
	close_row(intake, true);
	store_details(intake);
	intake->report.ended = intake->stream.ended;
	if (strcmp(text_of(record, "status"), "ok") == 0)
		return;
	if (intake->report.failed)
		fail(intake, "%" PRIu64 " checks or tests failed, the first: %s", intake->report.failed,
		     intake->first_failed);
	else
		fail(intake, "the kernel says that the run failed");
}

static void take_guest(struct intake *intake, const struct record *record)
{
	const char *type = record->type;
	const char *why = record_check_names(record);

	if (why) {
		refuse(intake, record, why);
		return;
	}
	if (intake->setup.observe)
		intake->setup.observe(intake->setup.context, record);
	if (strcmp(type, "hello") == 0)
		take_hello(intake, record);
	else if (strcmp(type, "panic") == 0)
		fail(intake, "kernel panic: %.150s", text_of(record, "text"));
	else if (strcmp(type, "end") == 0)
		take_end(intake, record);
	else if (!intake->report.hello)
		why = "comes before hello";
	else if (strcmp(type, "bench") == 0)
		take_bench(intake, record);
	else if (strcmp(type, "sample") == 0)
		why = take_sample(intake, record);
	else if (strcmp(type, "check") == 0 || strcmp(type, "test") == 0)
		why = take_check(intake, record);
	else if (strcmp(type, "skip") == 0)
		why = take_skip(intake, record);
	else if (strcmp(type, "fact") == 0)
		why = take_fact(intake, record);
	else
		why = "an unknown type";
	if (why)
		refuse(intake, record, why);
}

static void take_failure(struct intake *intake, const struct record *record)
{
	intake->report.refused = strcmp(text_of(record, "status"), "2") == 0;
	fail(intake, "%s", text_of(record, "reason"));
}

static void take_library(struct intake *intake, const struct record *record)
{
	const char *why = NULL;

	if (strcmp(record->type, "count") == 0)
		why = counts_add(intake->counts, record);
	else if (strcmp(record->type, "frame") == 0)
		why = functions_frame(intake->functions, record);
	else if (strcmp(record->type, "function") == 0)
		why = functions_add(intake->functions, record);
	else if (strcmp(record->type, "off") == 0)
		why = stretches_add(&intake->stretches, record);
	else if (strcmp(record->type, "unpriced") == 0)
		unpriced_add(intake->report.unpriced, text_of(record, "instruction"));
	else if (strcmp(record->type, "fail") == 0)
		take_failure(intake, record);
	if (why)
		refuse(intake, record, why);
}

static void accept_record(void *context, const struct record *record, bool from_library)
{
	struct intake *intake = context;

	intake->report.records++;
	if (!from_library)
		take_guest(intake, record);
	else if (intake->counts)
		take_library(intake, record);
}

struct intake *intake_new(const struct intake_setup *setup)
{
	struct intake *intake = calloc(1, sizeof *intake);

	if (!intake)
		return NULL;
	intake->setup = *setup;
	stream_init(&intake->stream, accept_record, intake);
	if (setup->counts != COUNTS_NONE) {
		intake->counts = counts_new();
		intake->functions = functions_new();
		if (!intake->counts || !intake->functions) {
			intake_free(intake);
			return NULL;
		}
	}
	return intake;
}

void intake_free(struct intake *intake)
{
	if (!intake)
		return;
	counts_free(intake->counts);
	functions_free(intake->functions);
	rows_free(&intake->rows);
	free(intake);
}

void intake_feed(struct intake *intake, const char *bytes, size_t length)
{
	stream_feed(&intake->stream, bytes, length);
	intake->report.flood = intake->stream.flood;
}

void intake_finish(struct intake *intake)
{
	stream_finish(&intake->stream);
	if (!intake->report.ended) {
		close_row(intake, false);
		store_details(intake);
	}
}

const struct intake_report *intake_report(struct intake *intake)
{
	struct intake_report *report = &intake->report;

	report->damaged = intake->stream.damaged;
	snprintf(report->damage, sizeof report->damage, "%s", intake->stream.damage);
	return report;
}
