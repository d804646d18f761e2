/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/host/measure/boot.h"
#include "bench/bochs/measure/plan.h"
#include "bench/host/base/clock.h"
#include "bench/host/base/interrupt.h"
#include "bench/host/base/paths.h"
#include "bench/host/base/process.h"
#include "bench/host/base/progress.h"
#include "bench/host/intake/budget.h"
#include "bench/host/intake/counts.h"
#include "bench/host/intake/functions.h"
#include "bench/host/intake/record.h"
#include "bench/host/measure/machine.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GRACE     2.0 /* seconds between SIGTERM and SIGKILL */
#define LOG_BYTES 65536

/* Lines that Bochs writes to its log when it ends, and what they mean. */
static const struct {
	const char *text, *meaning;
	bool complete;
} endings[] = {
	{ "3rd (",
	  "the kernel made a triple fault: an exception that it could not handle, twice. The last lines "
	  "of bochs.log have its registers",
	  false },
	{ "soft power off", "the kernel turned the machine off", true },
	{ "Shutdown port", "the kernel turned the machine off", true },
};

struct run {
	const struct request *request;
	struct boot *boot;
	struct store *store;
	int64_t launch;
	struct functions *functions;
	struct process process;
	char line[RECORD_LINE_MAX];
	size_t length; /* bytes in `line` */
	char stop[16]; /* the library's reason to end the run */
	bool powered_off;
	char failure[BOOT_WHY_MAX];
	int64_t failure_status;
	bool timed_out, interrupted;
	double started, told;
};

void boot_region_name(const struct request *request, size_t index, char name[NAME_SIZE])
{
	if (index < BOOT_FIRST_USER)
		snprintf(name, NAME_SIZE, "%s", request->region[index].name);
	else if (index == BOOT_FIRST_USER + PLAN_SYSCALL)
		snprintf(name, NAME_SIZE, "user.syscall");
	else
		snprintf(name, NAME_SIZE, "user.vector-%zu", index - BOOT_FIRST_USER);
}

/* Stores the counts of a line as one sample. */
static void store_counts(struct run *run, const struct record *record, struct boot_region *region,
                         const char *name, int64_t call)
{
	const struct store_row row = {
		.launch = run->launch, .benchmark = name, .parameter = 0, .parameter_unit = "none"
	};
	int64_t value, instructions = 0, rounds = 0;

	region->stored++;
	for (size_t i = 0; i < record->pairs; i++) {
		const char *key = record->pair[i].key;

		if (strcmp(key, "region") == 0 || strcmp(key, "call") == 0 ||
		    !record_decimal(record->pair[i].value, &value))
			continue;
		store_sample(run->store, &row, call, key, counts_unit(key), value, "");
	}
	if (record_number(record, "instructions", &instructions) &&
	    record_number(record, "rep_iterations", &rounds))
		store_sample(run->store, &row, call, COUNTS_WORK, COUNTS_WORK_UNIT, instructions + rounds,
		             "");
}

/* Stores the counts of a region that the guest marked, as a sample of the region mark.N, where N is
 * the guest's number. The samples of all these regions are numbered in one sequence. */
static void take_mark(struct run *run, const struct record *record)
{
	struct boot_region region = { 0 };
	char name[NAME_SIZE];
	int64_t id;

	if (!record_number(record, "region", &id) || record_get(record, "call"))
		return;
	snprintf(name, sizeof name, "mark.%" PRId64, id);
	store_counts(run, record, &region, name, ++run->boot->marks);
}

/* Returns the index of the region with this number in the plan, or -1 if there is none. */
static int64_t region_index(const struct run *run, int64_t id)
{
	int64_t index = id >= PLAN_USER ? BOOT_FIRST_USER + id - PLAN_USER : id - 1;

	if (index < 0 || index >= BOOT_REGIONS_MAX ||
	    (index >= (int64_t)run->request->regions && index < BOOT_FIRST_USER))
		return -1;
	return index;
}

/* Takes a `!frame` or `!function` line. The library writes these lines when the run ends. */
static void take_functions(struct run *run, const struct record *record)
{
	int64_t id, index = -1;
	const char *why;

	if (strcmp(record->type, "frame") == 0)
		why = functions_frame(run->functions, record);
	else
		why = functions_add(run->functions, record);
	if (why)
		message_error("run-bench: %s", why);
	else if (record_number(record, "region", &id) && (index = region_index(run, id)) >= 0)
		run->boot->region[index].attributed = true;
}

/* Stores the functions of all regions. */
static void store_functions(struct run *run)
{
	struct budget budget = { 0 };
	const char *why = NULL;

	for (size_t i = 0; i < BOOT_REGIONS_MAX && !why; i++) {
		const struct boot_region *region = &run->boot->region[i];
		int64_t id = i < BOOT_FIRST_USER ? (int64_t)i + 1 : PLAN_USER + (int64_t)i - BOOT_FIRST_USER;
		char name[NAME_SIZE];
		const struct store_row row = {
			.launch = run->launch, .benchmark = name, .parameter = 0, .parameter_unit = "none"
		};

		if (!region->attributed)
			continue;
		boot_region_name(run->request, i, name);
		for (int64_t call = 0; call < region->stored && !why; call++)
			why = functions_take(run->functions, id, ROW_SAMPLE);
		if (!why)
			why = functions_store(run->functions, run->store, &row, &budget);
	}
	if (why)
		message_error("run-bench: the functions of some regions are not in the results: %s", why);
}

/* Takes a line about a region. */
static void take_region(struct run *run, const struct record *record)
{
	struct boot_region *region;
	char name[NAME_SIZE];
	int64_t id, index, right = 0;

	if (!record_number(record, "region", &id))
		return;
	index = region_index(run, id);
	if (index < 0)
		return;
	region = &run->boot->region[index];
	boot_region_name(run->request, (size_t)index, name);
	if (strcmp(record->type, "count") == 0) {
		if (record_number(record, "call", &id))
			store_counts(run, record, region, name, id);
		return;
	}
	if (record_number(record, "opened", &region->opened) &&
	    record_number(record, "closed", &region->closed) &&
	    record_number(record, "lost", &region->lost) &&
	    record_number(record, "others", &region->others) && record_number(record, "right", &right))
		region->right = right;
}

static void take_line(struct run *run)
{
	struct record record;
	const char *why;

	if (run->line[0] != '!' || record_parse(&record, run->line, run->length, &why) != RECORD_LIBRARY)
		return;
	if (run->request->marks && strcmp(record.type, "count") == 0)
		take_mark(run, &record);
	else if (strcmp(record.type, "count") == 0 || strcmp(record.type, "region") == 0)
		take_region(run, &record);
	else if (strcmp(record.type, "frame") == 0 || strcmp(record.type, "function") == 0)
		take_functions(run, &record);
	else if (strcmp(record.type, "stop") == 0 && record_get(&record, "reason"))
		snprintf(run->stop, sizeof run->stop, "%s", record_get(&record, "reason"));
	else if (strcmp(record.type, "exit") == 0)
		run->powered_off = true;
	else if (strcmp(record.type, "fail") == 0 && record_get(&record, "reason")) {
		record_number(&record, "status", &run->failure_status);
		snprintf(run->failure, sizeof run->failure, "%s", record_get(&record, "reason"));
	}
}

static void take(struct run *run, const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (bytes[i] != '\n') {
			if (run->length < sizeof run->line - 1)
				run->line[run->length++] = bytes[i];
			continue;
		}
		run->line[run->length] = '\0';
		take_line(run);
		run->length = 0;
	}
}

static bool read_some(struct run *run)
{
	char buffer[65536];
	ssize_t length;

	while ((length = process_read(&run->process, buffer, sizeof buffer)) > 0)
		take(run, buffer, (size_t)length);
	store_tick(run->store);
	return length == 0;
}

static void tell(struct run *run, double now)
{
	int64_t calls = run->boot->marks;

	if (now - run->told < 0.5)
		return;
	run->told = now;
	for (size_t i = 0; i < BOOT_REGIONS_MAX; i++)
		calls += run->boot->region[i].stored;
	if (!run->request->quiet) {
		char what[80];

		snprintf(what, sizeof what, "%" PRId64 " calls measured", calls);
		progress_update(what, -1, -1);
	}
}

/* Reads until the machine has ended. */
static void follow(struct run *run)
{
	double stopped = 0;
	bool killed = false;

	for (;;) {
		struct pollfd wait = { .fd = run->process.output, .events = POLLIN };
		bool ended;
		double now;

		poll(&wait, 1, 50);
		now = clock_seconds();
		ended = process_reap(&run->process);
		read_some(run);
		if (ended)
			return;
		tell(run, now);
		if (stopped > 0 && now - stopped > GRACE && !killed) {
			killed = true;
			process_signal(&run->process, SIGKILL);
		}
		run->interrupted = interrupt_count() > 0;
		run->timed_out = run->timed_out || now - run->started > run->request->timeout;
		if (stopped > 0 || (!run->interrupted && !run->timed_out))
			continue;
		stopped = now;
		process_signal(&run->process, SIGTERM);
	}
}

/* Looks for one of the `endings` in the log of Bochs. Returns its number, or -1. */
static int find_ending(const char *directory)
{
	char path[PATH_MAX];
	static char log[LOG_BYTES + 1];
	FILE *file;

	path_format(path, sizeof path, "%s/bochs.log", directory);
	file = fopen(path, "re");
	if (!file)
		return -1;
	if (fseek(file, -LOG_BYTES, SEEK_END))
		rewind(file);
	log[fread(log, 1, LOG_BYTES, file)] = '\0';
	fclose(file);
	for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++)
		if (strstr(log, endings[i].text))
			return (int)i;
	return -1;
}

/* Returns the reason why the machine ended, or "" if it ended as the user wanted. A reason with
 * details is built in boot->reason. */
static const char *find_reason(const struct run *run, const char *directory)
{
	struct boot *boot = run->boot;
	const char *until = run->request->until;
	int ending;

	if (strcmp(run->stop, "until") == 0 || (strcmp(run->stop, "ticks") == 0 && !until))
		return "";
	if (run->interrupted)
		return "interrupted";
	if (*run->failure)
		return run->failure;
	if (strcmp(run->stop, "ticks") == 0)
		snprintf(boot->reason, sizeof boot->reason,
		         "'%.100s' did not appear within %" PRIu64
		         " instructions: does the kernel hang? serial.log has its output",
		         until, run->request->instructions);
	else if (strcmp(run->stop, "reset") == 0)
		return "the kernel reset the machine";
	else if (run->timed_out)
		snprintf(boot->reason, sizeof boot->reason,
		         "not done after %u seconds: does the kernel hang? serial.log has its output; "
		         "--timeout "
		         "allows more time",
		         run->request->timeout);
	else if (run->process.signal)
		snprintf(boot->reason, sizeof boot->reason, "Bochs was killed by signal %d",
		         run->process.signal);
	else if ((ending = find_ending(directory)) >= 0 && !endings[ending].complete)
		return endings[ending].meaning;
	else if ((ending >= 0 || run->powered_off) && !until)
		return "";
	else if (ending >= 0 || run->powered_off)
		snprintf(boot->reason, sizeof boot->reason,
		         "the kernel turned the machine off before '%.100s' appeared", until);
	else
		snprintf(boot->reason, sizeof boot->reason,
		         "Bochs ended by itself with status %d: bochs.log and engine.log say why",
		         run->process.status);
	return boot->reason;
}

static void judge(const struct run *run, const char *directory)
{
	struct boot *boot = run->boot;
	const char *reason = find_reason(run, directory);

	if (reason != boot->reason)
		snprintf(boot->reason, sizeof boot->reason, "%s", reason);
	boot->status = run->process.status;
	boot->refused = *run->failure && run->failure_status == 2;
	boot->state = !*boot->reason     ? "complete"
	              : run->interrupted ? "cut short"
	              : run->timed_out   ? "timed out"
	                                 : "failed";
}

int boot_run(const struct request *request, const char *directory, const char *plan, struct store *store,
             int64_t launch, struct boot *boot)
{
	struct run run = { .request = request,
		           .boot = boot,
		           .store = store,
		           .launch = launch,
		           .functions = functions_new() };
	struct engine_command command = { 0 };
	char log[PATH_MAX];
	struct process_spec spec = { .arguments = &command.arguments,
		                     .environment = &command.environment,
		                     .directory = directory,
		                     .log = log };
	int status;

	*boot = (struct boot){ .state = "failed", .status = -1 };
	for (size_t i = 0; i < request->regions; i++)
		boot->region[i].opened = -1;
	path_format(log, sizeof log, "%s/engine.log", directory);
	status = machine_prepare(request, directory, plan, &command, boot->reason, sizeof boot->reason);
	spec.output = command.output;
	if (status == 0 && !run.functions) {
		snprintf(boot->reason, sizeof boot->reason, "out of memory");
		status = -1;
	}
	if (status == 0 && process_start(&run.process, &spec)) {
		snprintf(boot->reason, sizeof boot->reason, "%.200s: %s", command.arguments.item[0],
		         strerror(errno));
		status = -1;
	}
	arguments_free(&command.arguments);
	arguments_free(&command.environment);
	if (status == 0) {
		run.started = clock_seconds();
		follow(&run);
		process_kill(&run.process);
		boot->seconds = clock_seconds() - run.started;
		progress_clear();
		judge(&run, directory);
		store_functions(&run);
	}
	functions_free(run.functions);
	machine_tidy(directory);
	return status;
}
