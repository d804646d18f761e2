/* SPDX-License-Identifier: MIT */
/* Runs the rows that the command line asks for, and writes their records. */
#include "bench/guest/bench.h"
#include "bench/guest/table.h"
#include "boot/boot.h"
#include "boot/modes.h"
#include "cpu/apic.h"
#include "cpu/cpu.h"
#include "cpu/pmu.h"
#include "isolation/isolation.h"
#include "lib/errno.h"
#include "lib/layout.h"
#include "lib/string.h"
#include "output/console.h"
#include "output/panic.h"
#include "output/record.h"
#include "process/process.h"

/* Defined in the linker script. */
extern const struct benchmark benchmarks_start[], benchmarks_end[];

const uint64_t bench_image_sizes[] = { 4 * KIB, 64 * KIB, MIB, 16 * MIB, BENCH_LIST_END };
const uint64_t bench_powers_of_2[] = { 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, BENCH_LIST_END };

struct bench_plan bench_plan;
static unsigned regions;
static char globs[256];
static char left_out[64]; /* globs of skip= on the command line */
static bool lists;        /* rows are only listed, not run */

/*
 * Sizes in bytes, for rows whose parameter is a size. If bench_plan.few is set, a row takes one
 * sample from LONG on. If bench_plan.one is set, a row takes one warm-up sample from MEDIUM on, and
 * none from LONG on: a sample of that size leaves nothing in the caches that the next one could
 * use.
 */
#define LONG      (16 * MIB)
#define MEDIUM    MIB
#define QUEUE_MAX 1024U

/*
 * ID of the first process that a row starts. A program may run different instructions with another
 * ID: bash prints its own ID, and each digit costs instructions. With IDs of four digits in every
 * row, counts do not depend on the number of processes that earlier rows have started.
 */
#define FIRST_PID 2100

/* The rows that are wanted, each with the index of its parameter in the row's list. */
static struct queued {
	const struct benchmark *row;
	size_t place;
} queue[QUEUE_MAX];
static unsigned queued;

void bench_metric(struct bench *b, const char *metric, uint64_t value, const char *unit)
{
	if (b->extras == BENCH_EXTRAS) {
		b->lost = metric;
		return;
	}
	b->extra[b->extras].metric = metric;
	b->extra[b->extras].value = value;
	b->extra[b->extras++].unit = unit;
}

int bench_skip(struct bench *b, const char *reason)
{
	b->why = reason;
	return -ENOSYS;
}

int bench_need_one_table(struct bench *b)
{
	const struct root *root = &current_task()->root;

	return root->user == root->kernel ? 0 : bench_skip(b, "user mode and kernel have different tables");
}

int bench_need_free_pcids(struct bench *b)
{
	if (!cpu_features.pcid)
		return bench_skip(b, "the CPU has no PCID");
	return pcid_on ? bench_skip(b, "the kernel uses the PCIDs itself (pcid=on)") : 0;
}

void bench_open_region(struct bench *b)
{
	b->extras = 0;
	b->region = ++regions;
	mark(MARK_REGION(b->region));
}

static void record_counters(void)
{
	const char *name, *unit;
	uint64_t value;

	for (int metric = 0; metric < PMU_METRICS; metric++)
		if (pmu_metric((enum pmu_metric)metric, &value, &name, &unit))
			record_metric(name, value, unit);
}

void bench_record(struct bench *b, unsigned sample, const char *flags)
{
	record_start("sample");
	record_text("name", b->row->name);
	record_number("parameter", b->parameter);
	record_number("sample", sample);
	record_text("flags", flags);
	record_number("region", b->row->experiment && !b->marked ? 0 : b->region);
	if (b->counting)
		record_counters();
	else if (!b->row->experiment && !b->row->counted)
		record_metric("tsc", b->t1 > b->t0 ? b->t1 - b->t0 : 0, "ticks");
	for (unsigned i = 0; i < b->extras; i++)
		record_metric(b->extra[i].metric, b->extra[i].value, b->extra[i].unit);
	record_end();
	table_sample(b, flags);
}

static void empty_body(struct bench *b)
{
	(void)b;
}

static void between_markers(struct bench *b, void (*body)(struct bench *))
{
	const uint64_t end = MARK_END;

	mark(MARK_BEGIN);
	b->t0 = timestamp();
	body(b);
	b->t1 = timestamp();
	mark(end);
}

/*
 * Reads the performance counters before the first time stamp and after the second, so that the code
 * between the stamps is the same as in a sample without counters.
 */
static void between_counters(struct bench *b, void (*body)(struct bench *))
{
	pmu_begin();
	b->t0 = timestamp();
	body(b);
	b->t1 = timestamp();
	pmu_end();
}

static void take_sample(struct bench *b, bool overhead)
{
	const struct benchmark *row = b->row;

	if (row->prepare)
		row->prepare(b);
	bench_open_region(b);
	if (row->timed)
		row->timed(b, overhead);
	else if (row->experiment)
		row->body(b);
	else if (b->counting)
		between_counters(b, overhead ? empty_body : row->body);
	else
		between_markers(b, overhead ? empty_body : row->body);
}

int bench_find_payload(struct bench *b, uint64_t bytes)
{
	const struct boot_module *module;

	if (bytes < MIB)
		format_string(b->module, sizeof b->module, "payload-%luk", bytes / KIB);
	else
		format_string(b->module, sizeof b->module, "payload-%lum", bytes / MIB);
	module = boot_module_find(b->module);
	return module ? elf_check(module->data, module->size, &b->plan) : -ENOENT;
}

static void record_skip(const struct bench *b, const char *reason)
{
	record_start("skip");
	record_text("name", b->row->name);
	record_number("parameter", b->parameter);
	record_text("reason", reason);
	record_end();
	table_skip(b, reason);
}

static bool record_check(const struct bench *b, bool ok, const char *detail)
{
	record_start("check");
	record_text("name", b->row->name);
	record_number("parameter", b->parameter);
	record_number("ok", ok);
	record_text("detail", detail);
	record_end();
	table_end_row(b, ok, detail);
	return ok;
}

/* Takes all samples of a row whose body runs in the kernel. Returns false if a check failed. */
static bool run_in_kernel(struct bench *b)
{
	struct bench_step step;
	bool ok = true;

	for (unsigned i = 0; bench_step(b, i, &step); i++) {
		b->counting = step.counting;
		b->warming = i < b->warmup;
		take_sample(b, step.overhead);
		if (!step.overhead && b->row->check && !b->row->check(b))
			ok = false;
		bench_record(b, step.number, step.flags);
		if (i < b->warmup)
			bench_warm(b, i);
	}
	if (bench_verifies(b) && !b->row->verify(b))
		ok = false;
	return ok;
}

bool bench_verifies(const struct bench *b)
{
	return b->row->verify && !bench_plan.later;
}

/*
 * Handles the interrupts that the previous row left pending. A hypervisor may hold back the
 * interrupt of a stopped timer until it next enters the guest. A read of the APIC causes such an
 * entry.
 */
static void drain_interrupts(void)
{
	interrupts_on();
	for (unsigned i = 0; i < 16; i++)
		lapic_read(LAPIC_ID);
	interrupts_off();
}

static bool is_once(const struct benchmark *row, uint64_t parameter)
{
	return row->once && parameter >= row->once;
}

/* Returns the number of warm-up samples of a row that takes one sample in each of many boots. */
static unsigned warmup_of_one(const struct bench *b)
{
	if (b->parameter >= LONG)
		return 0;
	return b->parameter >= MEDIUM || b->row->linux_programs ? 1 : bench_plan.warmup;
}

/* Decides how many samples of each kind the row takes. */
static void plan_samples(struct bench *b)
{
	const struct benchmark *row = b->row;

	b->samples = bench_plan.samples;
	b->warmup = bench_plan.warmup;
	b->overhead = bench_plan.overhead;
	if (row->large && b->parameter >= row->large) {
		b->samples = bench_plan.few ? 1 : 3;
		b->warmup = bench_plan.few ? 0 : 1;
		b->overhead = 1;
	}
	if (bench_plan.few && b->parameter >= LONG)
		b->samples = 1;
	if (bench_plan.one)
		b->warmup = warmup_of_one(b);
	if (bench_plan.one && is_once(row, b->parameter))
		b->samples = 2; /* a single sample would look exact */
	if (row->few)
		b->samples = row->few;
	if (row->experiment)
		b->warmup = b->overhead = 0;
	bench_plan_warmup(b);
	b->counters =
	        pmu_counters() && !row->experiment && (row->program ? row->stamps_in_kernel : !row->timed);
}

static bool has_archive(void)
{
	const struct boot_module *module;

	for (size_t i = 0; (module = boot_module_at(i)); i++)
		if (!strcmp(module->name, BENCH_ARCHIVE))
			return true;
	return false;
}

/*
 * Returns true if one of the comma-separated globs in `list` matches the row's name. The glob `*`
 * does not match rows with `own_boot`. In a boot without the archive of Linux programs, no wildcard
 * matches a row with `linux_programs`: the row must be named exactly. If the rows are only listed,
 * wildcards match these rows in every boot.
 */
static bool matches(const struct benchmark *row, const char *list)
{
	while (*list) {
		char one[sizeof globs];
		size_t n = 0;

		for (; *list && *list != ','; list++)
			one[n++] = *list;
		one[n] = '\0';
		if (*list)
			list++;
		if (string_matches(row->name, one) && (!row->own_boot || strcmp(one, "*") != 0) &&
		    (!row->linux_programs || lists || has_archive() || !strcmp(row->name, one)))
			return true;
	}
	return false;
}

/* Writes the record of a row that has run. */
static bool finish_row(const struct bench *b, bool ok, const char *why)
{
	char text[80];

	if (b->lost) {
		format_string(text, sizeof text, "no room for metric %s: a sample has at most %u", b->lost,
		              BENCH_EXTRAS);
		return record_check(b, false, text);
	}
	return record_check(b, ok, !ok ? why : b->why ? b->why : "-");
}

/* What isolation_check() found wrong with a task's tables after a row; NULL if nothing. */
static const char *isolation_problem;

static void check_isolation(struct process *process, void *unused)
{
	const char *problem =
	        process->task.state == TASK_ZOMBIE ? NULL : isolation_check(&process->task.root);

	(void)unused;
	if (problem)
		isolation_problem = problem;
}

static bool run_row(const struct benchmark *row, size_t place, unsigned index, unsigned of, bool list_only)
{
	static struct bench b; /* large, so not on the stack */
	const char *why = "the body did not do its work";
	bool ok;
	int error;

	memset(&b, 0, sizeof b);
	b.row = row;
	b.parameter = row->parameters ? row->parameters[place] : 0;
	plan_samples(&b);
	record_start("bench");
	record_text("name", row->name);
	record_number("parameter", b.parameter);
	record_text("unit", row->units ? row->units[place] : row->unit ? row->unit : "none");
	record_number("samples", b.counters ? 2 * b.samples : b.samples);
	record_number("warmup", b.warmup_most);
	record_number("index", index);
	record_number("of", of);
	record_end();
	if (list_only)
		return true;
	table_row();
	if (matches(row, left_out)) {
		record_skip(&b, "left out with skip= on the command line");
		return true;
	}
	drain_interrupts();
	/* It fails only if a failed row has left a process behind. */
	(void)process_number_from(FIRST_PID);
	error = row->setup ? row->setup(&b) : 0;
	if (error) {
		record_skip(&b, b.why              ? b.why
		                : error == -ENOENT ? "its boot module is not there"
		                : error == -ENOMEM ? "not enough memory"
		                : error == -ENOSYS ? "this build has nothing of the kind"
		                                   : "cannot be set up");
		return true;
	}
	ok = row->program ? bench_run_program(&b, &why) : run_in_kernel(&b);
	if (row->teardown)
		row->teardown(&b);
	if (ok)
		process_each(check_isolation, NULL);
	return finish_row(&b, ok && !isolation_problem, isolation_problem ? isolation_problem : why);
}

/*
 * Puts a row into the queue once for each of its parameters. If `later` is true, leaves out the
 * parameters that run in the first round only.
 */
static void queue_row(const struct benchmark *row, bool later)
{
	size_t place = 0;

	do {
		if (queued == QUEUE_MAX)
			panic("there are more than %u rows", QUEUE_MAX);
		if (!later || !row->parameters || !is_once(row, row->parameters[place]))
			queue[queued++] = (struct queued){ row, place };
		place++;
	} while (row->parameters && row->parameters[place] != BENCH_LIST_END);
}

/* Queues the rows that both bench= and rows= select. `kind` is the value of rows=, or NULL for all. */
static void queue_rows(const char *kind)
{
	const bool all = !kind || !strcmp(kind, "all"), fixed = !all && !strcmp(kind, "fixed");

	for (const struct benchmark *row = benchmarks_start; row < benchmarks_end; row++)
		if (matches(row, globs) && (all || fixed == (row->few != 0)))
			queue_row(row, bench_plan.later);
}

/* Runs or lists the rows of the queue, in the order of the boot's layout. */
static bool run_queue(bool list_only)
{
	static uint16_t order[QUEUE_MAX];
	bool ok = true;

	layout_begin(LAYOUT_ROWS);
	layout_order(order, queued);
	for (unsigned i = 0; i < queued; i++) {
		const struct queued *next = &queue[order[i]];

		if (!run_row(next->row, next->place, i + 1, queued, list_only))
			ok = false;
	}
	return ok;
}

uint64_t bench_share(uint64_t tries)
{
	return (tries + bench_plan.share - 1) / bench_plan.share;
}

/* Returns the value of the option share=, or 1 without it. */
static uint64_t plan_share(void)
{
	char option[24];

	boot_option("share", option, sizeof option);
	return string_to_number(option) ? string_to_number(option) : 1;
}

bool benchmarks_run(bool list_only)
{
	char option[16];
	bool ok;

	if (!boot_option("bench", globs, sizeof globs))
		string_copy(globs, "*", sizeof globs);
	if (!boot_option("skip", left_out, sizeof left_out))
		left_out[0] = '\0';
	boot_option("samples", option, sizeof option);
	bench_plan.one = !strcmp(option, "one") || !strcmp(option, "brief");
	bench_plan.quick = !strcmp(option, "quick") || !strcmp(option, "brief");
	bench_plan.few = bench_plan.one || bench_plan.quick || !strcmp(option, "few");
	bench_plan.samples = bench_plan.one ? 1 : bench_plan.few ? 3 : 11;
	bench_plan.warmup = bench_plan.one ? 2 : bench_plan.few ? 1 : 3;
	bench_plan.overhead = 3;
	bench_plan.share = plan_share();
	boot_option("warmup", option, sizeof option);
	bench_plan.stable = !strcmp(option, "stable");
	lists = list_only;
	irq_set_handler(VECTOR_BENCH, bench_irq_handler);
	boot_option("rows", option, sizeof option);
	bench_plan.later = !strcmp(option, "later");
	queue_rows(*option ? option : NULL);
	if (!queued)
		queue_rows(NULL);
	if (!queued) {
		kprintf("no benchmark matches %s\n", globs);
		record_start("skip");
		record_text("name", "bench");
		record_number("parameter", 0);
		record_text("reason", "no benchmark matches");
		record_end();
		return false;
	}
	if (list_only)
		return run_queue(true);
	table_start(queued);
	ok = run_queue(false);
	table_finish();
	return ok;
}
