/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/host/measure/measure.h"
#include "bench/bochs/measure/measure.h"
#include "bench/bochs/measure/watch.h"
#include "bench/host/base/interrupt.h"
#include "bench/host/base/paths.h"
#include "bench/host/base/progress.h"
#include "bench/host/engine/engine_bochs.h"
#include "bench/host/engine/profiles.h"
#include "bench/host/evaluate/summary.h"
#include "bench/host/launch/image.h"
#include "bench/host/measure/boot.h"
#include "bench/host/measure/kernel_symbols.h"
#include "bench/host/measure/last_lines.h"
#include "bench/host/measure/machine.h"
#include "bench/host/measure/rebuild.h"
#include "bench/host/session/environment.h"
#include "bench/host/store/folder.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXIT_CANNOT 2

/* The strategy in the results. It is the same for every kernel, so that --compare matches two
 * versions of a kernel whose files have different names. */
#define STRATEGY    "kernel"

struct measuring {
	const struct request *request;
	struct kernel_symbols *symbols;
	char kernel[NAME_SIZE]; /* the name of the kernel in the results */
	char plan[65536];
	uint64_t address[REQUEST_REGIONS_MAX];
	struct folder folder;
	struct store *store;
	struct boot boot;
};

/* Finds the address of a place. Returns 0, or -1 after a message. `symbol` is NULL for an address. */
static int find_place(const struct measuring *measuring, const char *name, const struct request_place *place,
                      uint64_t *address, const struct kernel_symbol **symbol)
{
	char near[300];
	size_t count;

	*address = place->offset;
	*symbol = NULL;
	if (!*place->symbol)
		return 0;
	*symbol = kernel_symbols_find(measuring->symbols, place->symbol, &count);
	if (!*symbol) {
		kernel_symbols_nearest(measuring->symbols, place->symbol, near, sizeof near);
		message_error("run-bench: --region %s: %s has no function '%s'; the nearest names are: %s",
		              name, measuring->request->symbols, place->symbol, near);
		return -1;
	}
	*address += (*symbol)->address;
	if (count > 1)
		message("region %s: %zu functions have the name %s; the one at %#" PRIx64 " is measured",
		        name, count, place->symbol, (*symbol)->address);
	return 0;
}

/* Writes the bytes of the code at an address as hexadecimal digits, or "-" if they are unknown. */
static void write_code(const struct measuring *measuring, uint64_t address,
                       const struct kernel_symbol *symbol, char hex[2 * PLAN_CODE_MAX + 1])
{
	uint8_t code[PLAN_CODE_MAX];
	uint64_t left = symbol && symbol->size ? symbol->address + symbol->size - address : sizeof code;
	size_t bytes = 0;

	if (measuring->symbols)
		bytes = kernel_symbols_code(measuring->symbols, address, code,
		                            left < sizeof code ? left : sizeof code);
	strcpy(hex, "-");
	for (size_t i = 0; i < bytes; i++)
		snprintf(hex + 2 * i, 3, "%02x", code[i]);
}

/* Adds a region to the plan. Returns 0, or -1 after a message. */
static int plan_region(struct measuring *measuring, size_t index, size_t *used)
{
	const struct request_region *region = &measuring->request->region[index];
	const struct kernel_symbol *symbol, *to_symbol;
	struct request_place places[2];
	char hex[2 * PLAN_CODE_MAX + 1];
	uint64_t from, to = 0;
	int count = request_places(region->text, places);

	if (find_place(measuring, region->name, &places[0], &from, &symbol) ||
	    (count == 2 && find_place(measuring, region->name, &places[1], &to, &to_symbol)))
		return -1;
	write_code(measuring, from, symbol, hex);
	measuring->address[index] = from;
	if (count == 2)
		*used += (size_t)snprintf(measuring->plan + *used, sizeof measuring->plan - *used,
		                          "between %zu %" PRIx64 " %" PRIx64 " %s\n", index + 1, from, to,
		                          hex);
	else
		*used += (size_t)snprintf(measuring->plan + *used, sizeof measuring->plan - *used,
		                          "call %zu %" PRIx64 " %s\n", index + 1, from, hex);
	return 0;
}

static int make_plan(struct measuring *measuring)
{
	const struct request *request = measuring->request;
	size_t used = 0;

	for (size_t i = 0; i < request->regions; i++)
		if (plan_region(measuring, i, &used))
			return -1;
	if (request->marks)
		used += (size_t)snprintf(measuring->plan + used, sizeof measuring->plan - used, "marks\n");
	else if (measuring->symbols)
		used += (size_t)snprintf(measuring->plan + used, sizeof measuring->plan - used,
		                         "symbols " MACHINE_SYMBOLS "\n");
	if (request->user_entry)
		used += (size_t)snprintf(measuring->plan + used, sizeof measuring->plan - used, "user\n");
	if (request->input)
		used += (size_t)snprintf(measuring->plan + used, sizeof measuring->plan - used,
		                         "type " MACHINE_INPUT "\n");
	if (request->until)
		used += (size_t)snprintf(measuring->plan + used, sizeof measuring->plan - used, "until %s\n",
		                         request->until);
	if (request->instructions)
		snprintf(measuring->plan + used, sizeof measuring->plan - used, "ticks %" PRIu64 "\n",
		         request->instructions);
	return 0;
}

/* Returns a path's last part. */
static const char *file_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Names the kernel after its file, without the folder and the suffix. What follows a dot is no suffix
 * if it begins with a digit, as in vmlinuz-6.1.0. */
static void name_kernel(struct measuring *measuring)
{
	char base[NAME_SIZE];
	char *dot;

	snprintf(base, sizeof base, "%s", file_of(request_boots(measuring->request)));
	dot = strrchr(base, '.');
	if (dot && dot != base && !(dot[1] >= '0' && dot[1] <= '9'))
		*dot = '\0';
	name_for_file(base, measuring->kernel, sizeof measuring->kernel);
}

static int describe(struct measuring *measuring, const char *command)
{
	const struct request *request = measuring->request;
	struct environment *environment = calloc(1, sizeof *environment);
	char path[PATH_MAX], sha256[IMAGE_SHA256_MAX], key[NAME_SIZE + 16];
	int status = -1;

	if (!environment)
		return -1;
	environment_add(environment, "results.format", "%d", STORE_VERSION);
	environment_add(environment, "run.name", "%s", measuring->folder.name);
	environment_add(environment, "run.command", "%s", command);
	environment_add(environment, "run.kind", "measure");
	environment_add(environment, "run.strategies", STRATEGY);
	environment_add(environment, "run.cpus", "1");
	environment_add(environment, "run.memory", "%u MiB", request->memory);
	environment_add(environment, "run.ips", "%u", request->ips);
	environment_add(environment, "run.profile", "%s", request->profile ? request->profile : "none");
	environment_add(environment, "measure.append", "%s", request->append ? request->append : "");
	environment_add(environment, "measure.until", "%s", request->until ? request->until : "");
	environment_add(environment, "measure.instructions", "%" PRIu64, request->instructions);
	for (size_t i = 0; i < request->regions; i++) {
		snprintf(key, sizeof key, "region.%s", request->region[i].name);
		environment_add(environment, key, "%s at %#" PRIx64, request->region[i].text,
		                measuring->address[i]);
	}
	image_sha256(request_boots(request), sha256);
	environment_add(environment, "sha256.kernel", "%s", sha256);
	if (request->initrd) {
		image_sha256(request->initrd, sha256);
		environment_add(environment, "sha256.initrd", "%s", sha256);
	}
	if (request->input) {
		image_sha256(request->input, sha256);
		environment_add(environment, "sha256.input", "%s", sha256);
	}
	for (size_t i = 0; i < request->disks; i++) {
		snprintf(key, sizeof key, "sha256.disk%zu", i + 1);
		image_sha256(request->disk[i], sha256);
		environment_add(environment, key, "%s", sha256);
	}
	if (measuring->symbols) {
		image_sha256(request->symbols, sha256);
		environment_add(environment, "sha256.symbols", "%s", sha256);
		environment_add(environment, "measure.offset", "%#" PRIx64, request->offset);
	}
	environment_add(environment, "measure.file", "%s", file_of(request_boots(request)));
	environment_add(environment, "measure.kernel", "%s", measuring->kernel);
	environment_collect(environment);
	path_format(path, sizeof path, "%s/environment.json", measuring->folder.path);
	if (environment_store(environment, measuring->store))
		message_error("run-bench: %s", store_error(measuring->store));
	else if (environment_write_json(environment, path))
		message_error("run-bench: %s: %s", path, strerror(errno));
	else
		status = 0;
	free(environment);
	return status;
}

/* Creates the folder and the database. Returns EXIT_SUCCESS, or another exit status after a
 * message. */
static int begin(struct measuring *measuring, const char *command)
{
	const struct engine *engine = &engine_bochs;
	char path[PATH_MAX], why[ENGINE_WHY_MAX];

	if (folder_make(&measuring->folder, measuring->request->out, &engine, 1, why, sizeof why)) {
		message_error("run-bench: %s", why);
		return EXIT_CANNOT;
	}
	path_format(path, sizeof path, "%s/results.sqlite", measuring->folder.path);
	measuring->store = store_create(path, why, sizeof why);
	if (!measuring->store) {
		message_error("run-bench: %s", why);
		return EXIT_FAILURE;
	}
	if (store_run_start(measuring->store, measuring->folder.name, command, 0)) {
		message_error("run-bench: %s", store_error(measuring->store));
		return EXIT_FAILURE;
	}
	return describe(measuring, command) ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* Boots the kernel. Returns 0, or -1 after a message if that was not possible. */
static int boot(struct measuring *measuring)
{
	const struct request *request = measuring->request;
	char directory[PATH_MAX], symbols[PATH_MAX + sizeof MACHINE_SYMBOLS + 1], sha256[IMAGE_SHA256_MAX];
	struct store_launch launch = { .engine = engine_bochs.name,
		                       .strategy = STRATEGY,
		                       .stack = "",
		                       .loader = "",
		                       .isolation = "",
		                       .cpus = 1,
		                       .memory = request->memory,
		                       .round = 1,
		                       .bench = "*",
		                       .sha256 = sha256 };
	struct store_outcome outcome = { .revision = "", .compiler = "" };
	int64_t id;
	int status;

	image_sha256(request_boots(request), sha256);
	path_format(directory, sizeof directory, "%s/launch-1", measuring->folder.path);
	if (path_make_folders(directory)) {
		message_error("run-bench: %s: %s", directory, strerror(errno));
		return -1;
	}
	path_format(symbols, sizeof symbols, "%s/" MACHINE_SYMBOLS, directory);
	if (measuring->symbols && kernel_symbols_write(measuring->symbols, symbols)) {
		message_error("run-bench: %s: %s", symbols, strerror(errno));
		return -1;
	}
	id = store_launch_start(measuring->store, &launch);
	message("booting %s in Bochs (its files: %s)", measuring->kernel, directory);
	status = boot_run(request, directory, measuring->plan, measuring->store, id, &measuring->boot);
	outcome.state = measuring->boot.state;
	outcome.reason = measuring->boot.reason;
	outcome.status = measuring->boot.status;
	outcome.seconds = measuring->boot.seconds;
	store_launch_finish(measuring->store, id, &outcome);
	if (status)
		message_error("run-bench: %s", measuring->boot.reason);
	return status;
}

/* Says which calls of a region are not in the results. */
static void tell_rest(const char *name, const struct boot_region *region)
{
	int64_t open = region->opened - region->closed - region->lost;

	if (open > 0)
		message("region %s: %" PRId64 " of %" PRId64
		        " calls did not return before the run ended, and are not in the results",
		        name, open, region->opened);
	if (region->lost > 0)
		message("region %s: %" PRId64 " of %" PRId64 " calls are lost, and not in the results: "
		        "before one ended, another call began at its place on the stack (the task "
		        "ended, or left the function by a long jump), FROM was reached again, or too many "
		        "calls were open",
		        name, region->lost, region->opened);
	if (region->closed > region->stored)
		message("region %s: %" PRId64 " of %" PRId64
		        " calls are in the results: all of the first %d, then every second one, then every "
		        "fourth one, and so on, so later calls weigh less in the median; for all of them, "
		        "end the run earlier or choose a function that is called less",
		        name, region->stored, region->closed, MEASURE_LINES);
}

/* Says what is wrong with a region, and what to do next. Returns the exit status for it. */
static int judge_region(const struct measuring *measuring, size_t index)
{
	const struct request_region *asked = &measuring->request->region[index];
	const struct boot_region *region = &measuring->boot.region[index];
	const char *text = asked->text;
	const uint64_t at = measuring->address[index];

	if (region->opened < 0)
		return region->stored ? EXIT_SUCCESS : EXIT_FAILURE; /* the boot's own message says why */
	if (!region->opened && region->others && !region->right) {
		message_error("run-bench: region %s: the code at %#" PRIx64
		              " is not that of %s in %s. Are these the "
		              "symbols of another build? Give those of the kernel that was booted",
		              asked->name, at, text, measuring->request->symbols);
		return EXIT_CANNOT;
	}
	if (!region->opened) {
		message_error(
		        "run-bench: region %s never opened: %s (%#" PRIx64 ") did not execute. Does the run "
		        "end too early, or does the kernel need input? Was the kernel relocated, or is the "
		        "function inlined in its callers?",
		        asked->name, text, at);
		return EXIT_FAILURE;
	}
	if (!region->closed) {
		message_error("run-bench: region %s opened %" PRId64
		              " times but never closed: no call of %s returned. "
		              "Does the run end too early, or does it never return?",
		              asked->name, region->opened, text);
		tell_rest(asked->name, region);
		return EXIT_FAILURE;
	}
	tell_rest(asked->name, region);
	return EXIT_SUCCESS;
}

/* Does what judge_region() does, for the entries from user mode. */
static int judge_user(const struct measuring *measuring)
{
	int64_t opened = 0;

	for (size_t i = BOOT_FIRST_USER; i < BOOT_REGIONS_MAX; i++) {
		const struct boot_region *region = &measuring->boot.region[i];
		char name[NAME_SIZE];

		boot_region_name(measuring->request, i, name);
		opened += region->opened > 0 || region->stored;
		tell_rest(name, region);
	}
	if (!opened)
		message_error("run-bench: --user-entry: the kernel was never entered from user mode. Does "
		              "the run end "
		              "too early?");
	return opened ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int judge(const struct measuring *measuring)
{
	const struct boot *boot = &measuring->boot;
	int status = *boot->reason ? EXIT_FAILURE : EXIT_SUCCESS;

	for (size_t i = 0; i < measuring->request->regions; i++) {
		int of_region = judge_region(measuring, i);

		if (of_region > status)
			status = of_region;
	}
	if (measuring->request->user_entry && judge_user(measuring) && !status)
		status = EXIT_FAILURE;
	if (measuring->request->marks && !boot->marks) {
		message_error("run-bench: --marks: neither the kernel nor a program marked a region");
		status = EXIT_FAILURE;
	}
	if (*boot->reason) {
		message_error("run-bench: %s: %s; what was measured is kept", boot->state, boot->reason);
		/* A boot loader that refuses a kernel says so only on the screen. */
		last_lines_show(measuring->folder.path, WATCH_SCREEN, "on the screen");
		last_lines_show(measuring->folder.path, WATCH_SERIAL, "on COM1");
	}
	return boot->refused ? EXIT_CANNOT : status;
}

/* Adds what other kernels need for the regions with --as. */
static int add_others(const struct measuring *measuring, sqlite3 *db)
{
	int status = 0;

	for (size_t i = 0; i < measuring->request->regions; i++) {
		const struct request_region *region = &measuring->request->region[i];

		if (region->kind && measuring->boot.region[i].stored)
			status |= beside_add(db, region->name, region->kind);
	}
	return status;
}

static int finish(struct measuring *measuring)
{
	int status = judge(measuring);
	sqlite3 *db;
	int failed = store_run_finish(measuring->store, status ? "failed" : "complete");

	db = store_database(measuring->store);
	if (store_error(measuring->store))
		message_error("run-bench: %s", store_error(measuring->store));
	failed |= summary_compute(db) | add_others(measuring, db);
	failed |= rebuild_files(db, measuring->folder.path);
	failed |= store_close(measuring->store);
	measuring->store = NULL;
	if (folder_is_latest(&measuring->folder))
		message_error("run-bench: results/latest: %s", strerror(errno));
	message("results: %s", measuring->folder.path);
	return failed && !status ? EXIT_FAILURE : status;
}

static int measure(struct measuring *measuring, const char *command)
{
	const struct request *request = measuring->request;
	char why[SYMBOLS_TEXT_MAX];
	int status;

	if (request_files(request, why, sizeof why)) {
		message_error("run-bench measure: %s", why);
		return EXIT_CANNOT;
	}
	if (request->symbols && !request->marks)
		measuring->symbols = kernel_symbols_read(request->symbols, why);
	if (measuring->symbols)
		kernel_symbols_move(measuring->symbols, request->offset);
	else if (!request->marks && (request->symbols_given || request_needs_symbols(request))) {
		message_error("run-bench: --symbols: %s", why);
		return EXIT_CANNOT;
	} else if (!request->marks) {
		message("the results will not say which functions the kernel executes: %s",
		        request->symbols ? why : "there is no --symbols");
	}
	name_kernel(measuring);
	if (make_plan(measuring))
		return EXIT_CANNOT;
	if (bochs_can_run(why, sizeof why)) {
		message_error("run-bench: %s", why);
		return EXIT_CANNOT;
	}
	status = begin(measuring, command);
	if (status)
		return status;
	if (boot(measuring)) {
		store_run_finish(measuring->store, "failed");
		return EXIT_CANNOT;
	}
	return finish(measuring);
}

int measure_command(int argc, char *argv[], const char *command)
{
	static struct request request;
	static struct measuring measuring;
	char why[OPTION_WHY_MAX];
	int status;

	if (request_parse(&request, argc, argv, why)) {
		message_error("run-bench measure: %s", why);
		return EXIT_CANNOT;
	}
	if (request.help) {
		request_help(stdout);
		return EXIT_SUCCESS;
	}
	if (request.profile && profiles_check(request.profile, why, sizeof why)) {
		message_error("run-bench measure: %s", why);
		return EXIT_CANNOT;
	}
	interrupt_install();
	progress_set_level(request.quiet ? PROGRESS_QUIET : PROGRESS_NORMAL);
	measuring.request = &request;
	status = measure(&measuring, command);
	if (measuring.store)
		store_close(measuring.store);
	kernel_symbols_free(measuring.symbols);
	return status;
}
