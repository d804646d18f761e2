/* SPDX-License-Identifier: MIT */
#include "bench/guest/table.h"

#include "boot/options.h"
#include "cpu/cpu.h"
#include "cpu/tsc.h"
#include "lib/string.h"
#include "output/console.h"
#include "x86/cpuid.h"

#define SAMPLES_MAX 64
#define COLUMNS_MAX (1 + BENCH_EXTRAS) /* one for the time, then one for each of a row's metrics */

struct column {
	const char *metric, *unit;
	unsigned count;
	uint64_t value[SAMPLES_MAX];
};

static bool on;
static unsigned rows, skipped, failed;
static struct column columns[COLUMNS_MAX], overhead; /* values of the running row */

static void add(struct column *column, const char *metric, const char *unit, uint64_t value)
{
	column->metric = metric;
	column->unit = unit;
	if (column->count < SAMPLES_MAX)
		column->value[column->count++] = value;
}

static void sort(struct column *column)
{
	uint64_t *value = column->value;

	for (unsigned i = 1; i < column->count; i++)
		for (unsigned j = i; j > 0 && value[j - 1] > value[j]; j--) {
			const uint64_t swap = value[j];

			value[j] = value[j - 1];
			value[j - 1] = swap;
		}
}

/*
 * Returns the median of sorted values: the mean of the middle two if their number is even, and 0 if
 * there are none.
 */
static uint64_t median(const struct column *column)
{
	const uint64_t *middle = &column->value[column->count / 2];

	if (!column->count)
		return 0;
	return column->count % 2 ? *middle : middle[-1] + (*middle - middle[-1]) / 2;
}

static const char *what_ticks_are(void)
{
	const struct cpuid_registers r = cpuid_read(0x40000000);

	if (!cpu_features.hypervisor)
		return "time; in Bochs, instructions and rounds of REP";
	return !memcmp(&r.b, "TCGT", 4) ? "QEMU without KVM, so they say nothing of a processor"
	                                : "time, under a hypervisor";
}

void table_start(unsigned count)
{
	char option[4];

	boot_option("table", option, sizeof option);
	on = strcmp(option, "off") != 0;
	if (!on)
		return;
	kprintf("%u rows. Ticks are the TSC's: %s", count, what_ticks_are());
	if (tsc_khz())
		kprintf(", %lu kHz", tsc_khz());
	kprintf(".\n");
	kprintf("The median of what an empty body takes is taken off.\n");
	kprintf("%-21s %9s %-7s %-6s %2s %9s %9s %9s\n", "benchmark", "parameter", "", "unit", "n", "min",
	        "median", "max");
}

void table_row(void)
{
	rows++;
	overhead.count = 0;
	for (unsigned i = 0; i < COLUMNS_MAX; i++)
		columns[i].count = 0;
}

void table_sample(const struct bench *b, const char *flags)
{
	const uint64_t ticks = b->t1 > b->t0 ? b->t1 - b->t0 : 0;
	const bool timed = !b->row->experiment && !b->row->counted;

	if (!on || b->counting || !strcmp(flags, "warmup"))
		return;
	if (!strcmp(flags, "overhead")) {
		add(&overhead, "", "", ticks);
		return;
	}
	if (timed)
		add(&columns[0], "", "ticks", ticks);
	for (unsigned i = 0; i < b->extras; i++)
		add(&columns[1 + i], b->extra[i].metric, b->extra[i].unit, b->extra[i].value);
}

/* Prints the row's name and parameter, without ending the line. */
static void print_row(const struct bench *b, const char *unit)
{
	const char *of = b->row->unit ? b->row->unit : "";

	if (b->row->parameters)
		kprintf("%-21s %9lu %-7s %-6s", b->row->name, b->parameter, b->row->units ? "" : of, unit);
	else
		kprintf("%-21s %9s %-7s %-6s", b->row->name, "", "", unit);
}

static void print_values(struct column *column, uint64_t less)
{
	const uint64_t *value = column->value;
	uint64_t middle;

	sort(column);
	middle = median(column);
	kprintf(" %2u %9lu %9lu %9lu\n", column->count, value[0] > less ? value[0] - less : 0,
	        middle > less ? middle - less : 0,
	        value[column->count - 1] > less ? value[column->count - 1] - less : 0);
}

void table_skip(const struct bench *b, const char *reason)
{
	skipped++;
	if (!on)
		return;
	print_row(b, "");
	kprintf(" skipped: %s\n", reason);
}

void table_end_row(const struct bench *b, bool ok, const char *detail)
{
	bool any = false;

	failed += !ok;
	if (!on) {
		if (!ok)
			kprintf("%s %lu: %s\n", b->row->name, b->parameter, detail);
		return;
	}
	sort(&overhead);
	for (unsigned i = 0; i < COLUMNS_MAX; i++) {
		if (!columns[i].count)
			continue;
		if (i == 0)
			print_row(b, columns[i].unit);
		else if (!any)
			print_row(b, "");
		if (i > 0)
			kprintf("%s  %-34s %-9s", any ? "" : "\n", columns[i].metric, columns[i].unit);
		print_values(&columns[i], i == 0 ? median(&overhead) : 0);
		any = true;
	}
	if (!any) {
		print_row(b, "");
		kprintf(" nothing that this engine counts\n");
	}
	if (!ok || strcmp(detail, "-") != 0)
		kprintf("  %s%s\n", ok ? "" : "FAILED: ", detail);
}

void table_finish(void)
{
	if (on)
		kprintf("%u rows: %u measured, %u failed, %u skipped\n", rows, rows - failed - skipped,
		        failed, skipped);
}
