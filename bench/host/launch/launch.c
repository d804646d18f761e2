/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/host/launch/launch.h"
#include "bench/host/base/clock.h"
#include "bench/host/base/interrupt.h"
#include "bench/host/base/paths.h"
#include "bench/host/launch/engine_log.h"
#include "bench/host/launch/exits.h"
#include "bench/host/launch/guest_profile.h"
#include "bench/host/launch/outcome.h"
#include "bench/host/launch/pin.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GRACE      2.0 /* seconds between SIGTERM and SIGKILL */
#define LINGER     5.0 /* seconds that an engine may continue to run after the end record */
/* If more seconds than this pass between two calls of launch_pump(), the harness was busy. */
#define PAUSE      0.5
#define LOG_EVERY  0.5 /* seconds between two checks of the engine's messages */
/* Maximum number of bytes read per call, so that one guest cannot delay the others. */
#define PUMP_BYTES (256 << 10)

struct launch {
	struct launch_setup setup;
	struct process process;
	struct intake *intake;
	struct exits *exits; /* NULL: VM exits are not counted */
	FILE *raw;           /* records.txt */
	/* Times are in seconds, from clock_seconds(). */
	double started;
	double heard;  /* time of the last byte of output */
	double ended;  /* time of the end record; 0: not yet */
	double pumped; /* time when launch_pump() last returned */
	/* Seconds that the harness was busy; the timeout does not count them. */
	double busy;
	double looked;            /* time when the engine's messages were last checked */
	double stopped;           /* time of SIGTERM; 0: not yet */
	char directory[PATH_MAX]; /* copy of setup.directory, whose buffer the caller may reuse */
	double seconds;           /* duration of the launch, once it is over */
	bool behind;              /* read_some() left output of the engine unread */
	bool killed;              /* SIGKILL was sent */
	bool pinned;              /* pin_machine() was called */
	bool counting;            /* exits_attach() was called */
	bool over;
	char unprofiled[LAUNCH_WHY_MAX]; /* why the guest's profile is missing, or "" */
	enum launch_stop cause;
};

static int open_files(struct launch *launch, char *why, size_t size)
{
	char path[PATH_MAX];

	if (path_make_folders(launch->setup.directory)) {
		snprintf(why, size, "%.200s: %s", launch->setup.directory, strerror(errno));
		return -1;
	}
	path_format(path, sizeof path, "%s/records.txt", launch->setup.directory);
	launch->raw = fopen(path, "we");
	if (launch->raw)
		/* Unbuffered, so that nothing is lost if the harness is killed. */
		setvbuf(launch->raw, NULL, _IONBF, 0);
	if (!launch->raw)
		snprintf(why, size, "%.200s: %s", path, strerror(errno));
	return launch->raw ? 0 : -1;
}

static int wrap_in_perf(const struct launch_setup *setup, struct arguments *command, char *why, size_t size)
{
	char image[PATH_MAX];

	engine_image_path(image, setup->strategy, "elf");
	return guest_profile_wrap(command, setup->directory, image, why, size);
}

static int start_engine(struct launch *launch, char *why, size_t size)
{
	const struct launch_setup *setup = &launch->setup;
	struct engine_command command = { 0 };
	char command_line[512]; /* bytes; the kernel has the same limit */
	char more_cpus[24] = "";
	char log[PATH_MAX];
	struct engine_boot boot = { .strategy = setup->strategy,
		                    .directory = setup->directory,
		                    .command_line = command_line,
		                    .profile = setup->profile,
		                    .variant = setup->variant,
		                    .functions = setup->functions,
		                    .trace = setup->trace,
		                    .cpus = setup->cpus,
		                    .memory = setup->memory,
		                    .module_limit = setup->module_limit,
		                    .linux_programs = setup->linux_programs };
	struct process_spec spec = { .arguments = &command.arguments,
		                     .environment = &command.environment,
		                     .directory = setup->directory,
		                     .log = log };
	int status;

	if (setup->cpus > 1)
		snprintf(more_cpus, sizeof more_cpus, " maxcpus=%u", setup->cpus);
	path_format(command_line, sizeof command_line,
	            "run=%s bench=%s samples=%s seed=%" PRIu64 " layout=%" PRIu32
	            " share=%zu exit=1 table=off screen=off%s%s%s%s%s%s%s",
	            setup->mode, setup->bench, setup->samples, setup->seed, setup->layout, setup->share,
	            setup->rows ? " rows=" : "", setup->rows ? setup->rows : "", more_cpus,
	            setup->pcid ? " pcid=on" : "", setup->flush_cr3 ? " window-flush=cr3" : "",
	            setup->engine->exclusive ? " warmup=stable pmu=on" : "",
	            setup->engine->counts ? " irq-off=counted" : "");
	path_format(log, sizeof log, "%s/engine.log", setup->directory);
	status = setup->engine->prepare(&boot, &command, why, size);
	spec.output = command.output;
	if (status == 0 && setup->profile_guest)
		status = wrap_in_perf(setup, &command.arguments, why, size);
	if (status == 0 && process_start(&launch->process, &spec)) {
		snprintf(why, size, "%.200s: %s", command.arguments.item[0], strerror(errno));
		status = -1;
	}
	arguments_free(&command.arguments);
	arguments_free(&command.environment);
	return status;
}

enum intake_counts launch_counts(const struct engine *engine)
{
	return engine->counts ? COUNTS_ALL : engine->some_counts ? COUNTS_SOME : COUNTS_NONE;
}

struct launch *launch_start(const struct launch_setup *setup, char *why, size_t size)
{
	struct launch *launch = calloc(1, sizeof *launch);
	struct intake_setup intake = { .store = setup->exits || setup->profile_guest ? NULL : setup->store,
		                       .launch = setup->id,
		                       .strategy = setup->strategy,
		                       .mode = setup->mode,
		                       .pcid = setup->pcid,
		                       .counts = launch_counts(setup->engine),
		                       .engine_flag = setup->engine->flag,
		                       .variant = setup->variant,
		                       .observe = setup->observe,
		                       .context = setup->context };

	snprintf(why, size, "no memory");
	if (!launch)
		return NULL;
	launch->setup = *setup;
	path_format(launch->directory, sizeof launch->directory, "%s", setup->directory);
	launch->setup.directory = launch->directory;
	launch->process.output = -1;
	launch->intake = intake_new(&intake);
	if (setup->exits)
		launch->exits = exits_new();
	if (!launch->intake || (setup->exits && !launch->exits) || open_files(launch, why, size) ||
	    start_engine(launch, why, size)) {
		launch_free(launch);
		return NULL;
	}
	launch->started = launch->heard = launch->pumped = clock_seconds();
	return launch;
}

int launch_descriptor(const struct launch *launch)
{
	return launch->process.output;
}

const struct intake_report *launch_report(struct launch *launch)
{
	return intake_report(launch->intake);
}

void launch_stop(struct launch *launch, enum launch_stop cause)
{
	if (launch->stopped > 0 || launch->over)
		return;
	launch->cause = cause;
	launch->stopped = clock_seconds();
	process_signal(&launch->process, SIGTERM);
}

/*
 * Writes bytes of the engine's output to records.txt and passes them to the intake and to the
 * counter of VM exits. The time that this takes is added to `busy`.
 */
static void take(struct launch *launch, const char *bytes, size_t length)
{
	double began = clock_seconds();

	if (fwrite(bytes, 1, length, launch->raw) != length)
		launch_stop(launch, STOP_DISK);
	intake_feed(launch->intake, bytes, length);
	if (launch->exits)
		exits_feed(launch->exits, bytes, length);
	launch->heard = clock_seconds();
	launch->busy += launch->heard - began;
}

/* Reads the available output, at most about PUMP_BYTES. Returns false once the output is closed. */
static bool read_some(struct launch *launch)
{
	char buffer[65536];
	size_t total = 0;

	launch->behind = false;

	while (total < PUMP_BYTES) {
		ssize_t length = process_read(&launch->process, buffer, sizeof buffer);

		if (length < 0)
			return false;
		if (length == 0)
			return true;
		total += (size_t)length;
		if (!intake_report(launch->intake)->flood)
			take(launch, buffer, (size_t)length);
		if (intake_report(launch->intake)->flood)
			launch_stop(launch, STOP_FLOOD);
	}
	launch->behind = true;
	return true;
}

unsigned launch_quiet_limit(const struct engine *engine, unsigned timeout)
{
	unsigned least = engine->quiet ? engine->quiet : LAUNCH_QUIET;

	return timeout / LAUNCH_QUIET_SHARE > least ? timeout / LAUNCH_QUIET_SHARE : least;
}

static unsigned quiet_limit(const struct launch *launch)
{
	return launch_quiet_limit(launch->setup.engine, launch->setup.timeout);
}

/*
 * Returns true if the engine's messages say that its guest has stopped, although the engine still
 * runs. Reads the messages only every LOG_EVERY seconds, and returns false in between. Always
 * returns false for an engine with the instrumentation library.
 */
static bool is_stuck(struct launch *launch, double now)
{
	char text[LAUNCH_WHY_MAX];

	if (launch->setup.engine->counts || now - launch->looked < LOG_EVERY)
		return false;
	launch->looked = now;
	return engine_log_explain(launch->directory, text, sizeof text) == LOG_STUCK;
}

static void keep_time(struct launch *launch)
{
	const struct intake_report *report = intake_report(launch->intake);
	double now = clock_seconds();

	if (report->ended && launch->ended <= 0)
		launch->ended = now;
	if (launch->stopped > 0) {
		if (now - launch->stopped > GRACE && !launch->killed) {
			launch->killed = true;
			process_signal(&launch->process, SIGKILL);
		}
	} else if (launch->ended > 0 && now - launch->ended > LINGER) {
		launch_stop(launch, STOP_LINGER);
	} else if (launch->behind) {
		; /* the unread output may contain the end record */
	} else if (now - launch->started - launch->busy > launch->setup.timeout) {
		launch_stop(launch, STOP_TIMEOUT);
	} else if (now - launch->heard > quiet_limit(launch)) {
		launch_stop(launch, STOP_QUIET);
	} else if (is_stuck(launch, now)) {
		launch_stop(launch, STOP_STUCK);
	}
}

static void pin(struct launch *launch)
{
	const struct launch_setup *setup = &launch->setup;
	char text[200];

	launch->pinned = true;
	pin_machine(launch->process.pid, setup->cpus, text, sizeof text);
	if (setup->store)
		store_fact(setup->store, setup->id, "pinned", text, "vcpu:cpu");
}

/* Starts counting VM exits. Called after the hello record, when QEMU's vCPU threads exist. */
static void count_exits(struct launch *launch)
{
	const struct launch_setup *setup = &launch->setup;
	char why[LAUNCH_WHY_MAX];

	launch->counting = true;
	if (exits_attach(launch->exits, launch->process.pid, why, sizeof why) && setup->store)
		store_fact(setup->store, setup->id, "exits-absent", why, "reason");
}

static void store_exits_of(struct launch *launch)
{
	const struct launch_setup *setup = &launch->setup;
	char why[LAUNCH_WHY_MAX];

	if (launch->exits && setup->store &&
	    exits_store(launch->exits, setup->store, setup->id, why, sizeof why))
		store_fact(setup->store, setup->id, "exits-absent", why, "reason");
}

/* Stores the profile of the guest, after records.txt was closed. */
static void store_profile_of(struct launch *launch)
{
	const struct launch_setup *setup = &launch->setup;
	char image[PATH_MAX];

	if (!setup->profile_guest || !setup->store || !intake_report(launch->intake)->ended)
		return;
	engine_image_path(image, setup->strategy, "elf");
	if (guest_profile_store(launch->directory, image, setup->store, setup->id, launch->unprofiled,
	                        sizeof launch->unprofiled) == 0)
		*launch->unprofiled = '\0';
}

bool launch_pump(struct launch *launch)
{
	double pause = clock_seconds() - launch->pumped;
	bool open;

	if (launch->over)
		return true;
	if (pause > PAUSE)
		launch->busy += pause;
	open = read_some(launch);
	/* With profile_guest, launch->process is perf and not QEMU, so the vCPUs are not pinned. */
	if (launch->setup.engine->exclusive && !launch->setup.profile_guest && !launch->pinned &&
	    intake_report(launch->intake)->hello)
		pin(launch);
	if (launch->exits && !launch->counting && intake_report(launch->intake)->hello)
		count_exits(launch);
	if (launch->exits)
		exits_drain(launch->exits);
	keep_time(launch);
	launch->pumped = clock_seconds();
	if (!process_reap(&launch->process))
		return false;
	/*
	 * The engine has ended, so all its output is in the pipe. Read until nothing arrives. Do
	 * not wait for the end of file, because another process may still have the pipe open.
	 */
	while (open && launch_descriptor(launch) >= 0) {
		double heard = launch->heard;

		open = read_some(launch);
		if (launch->heard <= heard)
			break;
	}
	process_kill(&launch->process);
	intake_finish(launch->intake);
	store_exits_of(launch);
	launch->seconds = clock_seconds() - launch->started;
	if (fclose(launch->raw) && launch->cause == STOP_NONE)
		launch->cause = STOP_DISK;
	launch->raw = NULL;
	store_profile_of(launch);
	launch->over = true;
	return true;
}

void launch_outcome(struct launch *launch, struct store_outcome *outcome, char reason[LAUNCH_WHY_MAX])
{
	struct outcome_input input = { .report = intake_report(launch->intake),
		                       .cause = launch->cause,
		                       .exited = &launch->process,
		                       .mode = launch->setup.mode,
		                       .bench = launch->setup.bench,
		                       .timeout = launch->setup.timeout,
		                       .busy = launch->busy,
		                       .quiet = quiet_limit(launch) };
	const struct engine *engine = launch->setup.engine;
	char words[LAUNCH_WHY_MAX];

	outcome->state = outcome_state(&input, reason, LAUNCH_WHY_MAX);
	if (*reason && engine->explain && engine->explain(launch->directory, words, sizeof words) == 0)
		snprintf(reason + strlen(reason), LAUNCH_WHY_MAX - strlen(reason), "; %s", words);
	else if (*reason && !engine->counts &&
	         engine_log_explain(launch->directory, words, sizeof words) != LOG_NOTHING)
		snprintf(reason + strlen(reason), LAUNCH_WHY_MAX - strlen(reason), "; QEMU says %s", words);
	if (!*reason && *launch->unprofiled) {
		outcome->state = "failed";
		snprintf(reason, LAUNCH_WHY_MAX, "no profile of the guest: %.400s", launch->unprofiled);
	}
	outcome->reason = reason;
	outcome->status = launch->process.status;
	outcome->revision = input.report->revision;
	outcome->compiler = input.report->compiler;
	outcome->seconds = launch->seconds;
}

void launch_free(struct launch *launch)
{
	process_kill(&launch->process);
	if (launch->raw)
		fclose(launch->raw);
	launch->setup.engine->tidy(launch->setup.directory);
	intake_free(launch->intake);
	exits_free(launch->exits);
	free(launch);
}

int launch_alone(const struct launch_setup *setup, struct store_outcome *outcome, char reason[LAUNCH_WHY_MAX])
{
	struct launch *launch = launch_start(setup, reason, LAUNCH_WHY_MAX);

	if (!launch)
		return -1;
	while (!launch_pump(launch)) {
		struct pollfd wait = { .fd = launch_descriptor(launch), .events = POLLIN };

		poll(&wait, 1, 50);
		if (interrupt_count() > 0)
			launch_stop(launch, STOP_INTERRUPT);
	}
	launch_outcome(launch, outcome, reason);
	outcome->revision = outcome->compiler = ""; /* they point into the launch */
	launch_free(launch);
	return 0;
}
