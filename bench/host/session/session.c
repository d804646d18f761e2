/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/host/session/session.h"
#include "bench/host/base/interrupt.h"
#include "bench/host/base/paths.h"
#include "bench/host/base/progress.h"
#include "bench/host/compare/results_folder.h"
#include "bench/host/engine/kvm_machine.h"
#include "bench/host/engine/profiles.h"
#include "bench/host/engine/replay.h"
#include "bench/host/evaluate/attribution.h"
#include "bench/host/evaluate/claims.h"
#include "bench/host/evaluate/compilers.h"
#include "bench/host/evaluate/drift.h"
#include "bench/host/evaluate/summary.h"
#include "bench/host/launch/image.h"
#include "bench/host/launch/level1.h"
#include "bench/host/probe/probe_kvm.h"
#include "bench/host/report/collapsed.h"
#include "bench/host/report/csv.h"
#include "bench/host/report/plots.h"
#include "bench/host/report/report.h"
#include "bench/host/session/environment.h"
#include "bench/host/session/kvm_extras.h"
#include "bench/host/session/recover.h"
#include "bench/host/session/runner.h"
#include "bench/host/session/timing.h"
#include "bench/host/terminal/files.h"
#include "bench/host/terminal/screen.h"
#include "bench/host/terminal/tables.h"

#include <errno.h>
#include <glob.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define EXIT_CANNOT 2

struct session {
	const struct options *options;
	/* `compiler` built the images. `part_of` is the run's name, or NULL if `compiler` is the
	 * run's first. */
	const char *compiler, *part_of;
	size_t engines;
	const struct engine *engine[OPTIONS_ENGINES_MAX];
	struct plan plan;
	struct folder folder;
	struct store *store;
	char exits[ENGINE_WHY_MAX]; /* says that VM exits are counted, or why they are not */
};

/* Returns 0 if the engine can run here, or -1 with the reason in `why`. */
static int check_engine(const struct engine *engine, char *why, size_t size)
{
	return engine->can_run(why, size) || (engine->needs_probe && probe_kvm(why, size)) ? -1 : 0;
}

static int add_engine(struct session *session, const struct engine *engine)
{
	char why[ENGINE_WHY_MAX * 2];

	for (size_t i = 0; i < session->engines; i++)
		if (session->engine[i] == engine)
			return 0;
	if (check_engine(engine, why, sizeof why)) {
		message_error("run-bench: engine %s cannot run: %s", engine->name, why);
		return -1;
	}
	session->engine[session->engines++] = engine;
	return 0;
}

/*
 * Chooses the engines of the run. Each engine that the command line names must be able to run.
 * `auto` adds bochs, which must be able to run, and kvm. If kvm cannot run, it is left out with a
 * message. Returns 0, or -1 after a message.
 */
static int choose_engines(struct session *session)
{
	const struct options *options = session->options;
	char why[ENGINE_WHY_MAX * 2];

	for (size_t i = 0; i < options->engines; i++)
		if (add_engine(session, engine_find(options->engine[i])))
			return -1;
	if (!options->engines_auto)
		return 0;
	if (add_engine(session, &engine_bochs))
		return -1;
	for (size_t i = 0; i < session->engines; i++)
		if (session->engine[i] == &engine_kvm)
			return 0;
	if (check_engine(&engine_kvm, why, sizeof why))
		message("engine kvm is left out: %s", why);
	else
		session->engine[session->engines++] = &engine_kvm;
	return 0;
}

static int check_images(const struct plan *plan)
{
	for (size_t i = 0; i < plan->jobs; i++) {
		char path[PATH_MAX];

		engine_image_path(path, plan->job[i].strategy, "elf32");
		if (!path_exists(path)) {
			message_error("run-bench: %s is not built (run-bench.sh builds what it needs)", path);
			return -1;
		}
	}
	return 0;
}

/* Adds two SHA-256 hashes of an image: of the whole file, and of the code without the revision. */
static void add_image(struct environment *environment, const struct strategy *strategy)
{
	char sha256[IMAGE_SHA256_MAX];
	char path[PATH_MAX];
	char key[72];

	engine_image_path(path, strategy, "elf32");
	image_sha256(path, sha256);
	snprintf(key, sizeof key, "sha256.image.%s", strategy->name);
	environment_add(environment, key, "%s", sha256);
	path_format(path, sizeof path, "%s/build/%s/code.sha256", path_root(), strategy->folder);
	snprintf(key, sizeof key, "sha256.code.%s", strategy->name);
	environment_add_file(environment, key, path);
}

/* Adds the names of the strategies that the user asked for, separated by commas. */
static void add_strategies(struct environment *environment, const struct strategy_list *strategies)
{
	char names[STRATEGIES_MAX * (sizeof strategies->item[0].name + 1)];
	size_t used = 0;

	names[0] = '\0';
	for (size_t i = 0; i < strategies->count; i++)
		used += (size_t)snprintf(names + used, sizeof names - used, "%s%s", i ? "," : "",
		                         strategies->item[i].name);
	environment_add(environment, "run.strategies", "%s", names);
}

static bool uses_kvm(const struct session *session)
{
	for (size_t i = 0; i < session->engines; i++)
		if (session->engine[i] == &engine_kvm)
			return true;
	return false;
}

static int describe_environment(struct session *session, const char *command)
{
	const struct options *options = session->options;
	struct environment *environment = calloc(1, sizeof *environment);
	char path[PATH_MAX], tags[100];
	int status;

	if (!environment)
		return -1;
	environment_add(environment, "results.format", "%d", STORE_VERSION);
	environment_add(environment, "run.name", "%s", session->folder.name);
	environment_add(environment, "run.command", "%s", command);
	environment_add(environment, "run.benchmarks", "%s", options->bench);
	add_strategies(environment, &session->plan.strategies);
	environment_add(environment, "run.seed", "%" PRIu64, options->seed);
	environment_add(environment, "run.layout", "%s", options->fixed_layout ? "fixed" : "random");
	if (options->rounds)
		environment_add(environment, "run.rounds", "%u", options->rounds);
	else
		environment_add(environment, "run.rounds", "default");
	environment_add(environment, "run.cpus", "%u", options->cpus);
	environment_add(environment, "run.memory", "%u MiB", options->memory);
	environment_add(environment, "run.pcid", "%s", options->pcid ? "on" : "off");
	environment_add(environment, "run.window_flush", "%s", options->flush_cr3 ? "cr3" : "invlpg");
	environment_add(environment, "run.profile", "%s", options->profile ? options->profile : "none");
	if (options->profile) {
		profiles_describe(options->profile, tags, sizeof tags);
		environment_add(environment, "run.profile_values", "%s", tags);
	}
	environment_add(environment, "run.samples", "%s", options->quick ? "quick" : "full");
	environment_add_compiler(environment, session->compiler, &options->compilers);
	environment_collect(environment);
	if (uses_kvm(session)) {
		environment_add(environment, "kvm.cpu", "%s", kvm_cpu());
		environment_add(environment, "kvm.memory", "%s", kvm_memory_backing(options->memory));
		environment_add(environment, "kvm.exits", "%s", session->exits);
		environment_add(environment, "kvm.profile", "%s",
		                options->profile_guest ? "by perf" : "none");
	}
	if (replay_is_on())
		environment_add(environment, "run.replayed",
		                "yes: a script played QEMU or the host; no measurement");
	for (size_t i = 0; i < session->plan.strategies.count; i++)
		add_image(environment, &session->plan.strategies.item[i]);
	for (size_t i = 0; i < session->plan.supporting; i++)
		add_image(environment, &session->plan.support[i].strategy);
	path_format(path, sizeof path, "%s/environment.json", session->folder.path);
	status = environment_store(environment, session->store);
	if (status) {
		message_error("run-bench: %s", store_error(session->store));
	} else if (environment_write_json(environment, path)) {
		message_error("run-bench: %s: %s", path, strerror(errno));
		status = -1;
	}
	free(environment);
	return status;
}

/*
 * Makes the plan, creates the folder and the database, and stores the environment. Returns
 * EXIT_SUCCESS, or another exit status after a message.
 */
static int begin(struct session *session, const char *command)
{
	char path[PATH_MAX];
	char why[OPTION_WHY_MAX];

	if (plan_strategies(&session->plan, session->options, why, sizeof why)) {
		message_error("run-bench: %s", why);
		return EXIT_CANNOT;
	}
	plan_set_compiler(&session->plan, session->compiler);
	plan_jobs(&session->plan, session->options, session->engine, session->engines);
	timing_order(&session->plan, session->options);
	if (check_images(&session->plan))
		return EXIT_CANNOT;
	if (folder_make(&session->folder, session->options->out, session->engine, session->engines, why,
	                sizeof why)) {
		message_error("run-bench: %s", why);
		return EXIT_CANNOT;
	}
	if (folder_lock(session->folder.path)) {
		message_error("run-bench: %s: another run is writing to it; choose another --out",
		              session->folder.path);
		return EXIT_CANNOT;
	}
	if (session->part_of)
		path_format(session->folder.name, sizeof session->folder.name, "%s/compilers/%s",
		            session->part_of, session->compiler);
	path_format(path, sizeof path, "%s/results.sqlite", session->folder.path);
	session->store = store_create(path, why, sizeof why);
	if (!session->store) {
		message_error("run-bench: %s", why);
		return EXIT_FAILURE;
	}
	if (store_run_start(session->store, session->folder.name, command, session->options->seed)) {
		message_error("run-bench: %s", store_error(session->store));
		return EXIT_FAILURE;
	}
	return describe_environment(session, command) ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int store_images(struct session *session)
{
	const struct plan *plan = &session->plan;
	int status = 0;

	for (size_t i = 0; i < plan->strategies.count && status == 0; i++)
		status = image_store_facts(session->store, &plan->strategies.item[i]);
	for (size_t i = 0; i < plan->supporting && status == 0; i++)
		if (!plan->support[i].alone)
			status = image_store_facts(session->store, &plan->support[i].strategy);
	return status;
}

/*
 * Computes statistics and verdicts, and writes all files. Returns 0 if all of this succeeded,
 * otherwise nonzero after messages.
 */
static int evaluate(sqlite3 *db, const char *folder)
{
	char claims[PATH_MAX];
	char plots[PATH_MAX];
	struct csv_export sheets;
	int failed = 0;

	path_format(claims, sizeof claims, "%s/bench/claims", path_root());
	path_format(plots, sizeof plots, "%s/plots", path_root());
	failed |= summary_compute(db);
	failed |= attribution_compute(db);
	failed |= drift_compute(db);
	if (!replay_is_on())
		failed |= claims_decide(db, claims);
	failed |= compilers_gather(db, folder);
	sheets = csv_begin(db, folder);
	failed |= collapsed_write(db, folder);
	if (replay_is_on())
		message("a replayed run: no claim is decided and no figure is drawn");
	else if (interrupt_count() == 0)
		failed |= plots_make(db, folder, plots);
	else
		message("the figures were left out");
	failed |= report_write(db, folder, plots);
	failed |= terminal_files_write(db, folder);
	failed |= csv_end(&sheets);
	return failed;
}

/*
 * Prints the screen that a run ends with. If `tables` is set, prints all tables before it. If the
 * run measured nothing that the screen shows, prints only the tables, and returns false.
 */
static bool print_results(sqlite3 *db, const char *folder, bool tables)
{
	const struct terminal terminal = terminal_open(stdout);
	bool shown;

	if (replay_is_on())
		puts("REPLAYED: a script played QEMU or the host. These numbers test the harness; they "
		     "measure nothing.\n");
	if (tables)
		tables_print(db, &terminal, true);
	shown = screen_print(db, folder, &terminal);
	if (!shown && !tables)
		tables_print(db, &terminal, false);
	fflush(stdout);
	return shown;
}

static int finish(struct session *session, const struct runner_result *result)
{
	bool interrupted = interrupt_count() > 0;
	bool failed = result->other > 0 || result->skipped > 0;
	const char *state = interrupted ? "cut short" : failed ? "failed" : "complete";
	bool shown = false; /* the screen was printed; it says where the results are */
	char report[PATH_MAX];

	if (store_run_finish(session->store, state)) {
		message_error("run-bench: %s", store_error(session->store));
		failed = true;
	} else {
		failed |= evaluate(store_database(session->store), session->folder.path) != 0;
		if (!session->part_of)
			shown = print_results(store_database(session->store), session->folder.path,
			                      session->options->tables);
	}
	if (store_close(session->store))
		failed = true;
	session->store = NULL;
	if (result->rows > 0 && !replay_is_on() && folder_is_latest(&session->folder))
		message_error("run-bench: results/latest: %s", strerror(errno));
	if (interrupted || failed)
		message_error("run-bench: %s: %zu launches complete, %zu not, %zu not started; what was "
		              "measured is kept",
		              interrupted ? "cut short" : "failed", result->complete, result->other,
		              result->skipped);
	path_format(report, sizeof report, "%s/report.html", session->folder.path);
	if (!shown)
		message("results: %s", session->folder.path);
	if (!shown && path_exists(report))
		message("report:  %s", report);
	if (result->refused > 0 && !interrupted)
		return EXIT_CANNOT;
	return interrupted || failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

static bool is_replayed(struct store *store)
{
	struct results results = { .db = store_database(store) };
	char replayed[64];

	results_environment(&results, "run.replayed", replayed, sizeof replayed);
	return strcmp(replayed, "unknown") != 0;
}

/* Recovers the results of one compiler. Prints them unless `quiet`. Returns the exit status. */
static int recover_folder(const char *folder, bool quiet, bool tables)
{
	char why[RESULTS_WHY_MAX];
	char path[PATH_MAX];
	struct store *store;
	int failed;

	if (results_check_run(folder, why)) {
		message_error("run-bench: %s", why);
		return EXIT_CANNOT;
	}
	path_format(path, sizeof path, "%s/results.sqlite", folder);
	store = store_open(path, why, sizeof why);
	if (!store) {
		message_error("run-bench: %s", why);
		return EXIT_CANNOT;
	}
	failed = recover_launches(store, folder) < 0;
	if (!failed && is_replayed(store)) {
		message("a replayed run: it measures nothing, and is left without summaries");
	} else if (!failed) {
		failed = evaluate(store_database(store), folder);
		if (!quiet)
			print_results(store_database(store), folder, tables);
	}
	failed |= store_close(store);
	message(failed ? "not all of %s could be written" : "recovered: %s", folder);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

int session_recover(const char *folder, bool tables)
{
	char pattern[PATH_MAX];
	glob_t others;
	int status = EXIT_SUCCESS;

	/* The first compiler's results are in the folder itself. They are evaluated last, because
	 * the first compiler's report compares all compilers. */
	path_format(pattern, sizeof pattern, "%s/compilers/*/results.sqlite", folder);
	if (glob(pattern, 0, NULL, &others) == 0) {
		for (size_t i = 0; i < others.gl_pathc && status == EXIT_SUCCESS; i++) {
			*strrchr(others.gl_pathv[i], '/') = '\0';
			status = recover_folder(others.gl_pathv[i], true, tables);
		}
		globfree(&others);
	}
	return status ? status : recover_folder(folder, false, tables);
}

/* Boots the images of the session. Returns EXIT_SUCCESS, or another exit status if it cannot begin. */
static int measure(struct session *session, const char *command, struct runner_result *result)
{
	struct runner_setup setup = { .plan = &session->plan,
		                      .options = session->options,
		                      .folder = &session->folder };
	int status = begin(session, command);

	if (status != EXIT_SUCCESS) {
		if (session->store)
			store_close(session->store);
		return status;
	}
	setup.store = session->store;
	if (store_images(session) == 0)
		*result = runner_run(&setup);
	else
		result->skipped = session->plan.jobs;
	if (session->options->level1 && !session->part_of && interrupt_count() == 0) {
		if (level1_measure(session->store))
			result->other++;
		else
			result->complete++;
	}
	return EXIT_SUCCESS;
}

/*
 * Measures the images that `compiler` built, and writes the results to a subfolder. Rounds and
 * layouts are the same as for the first compiler's images. Returns the exit status.
 */
static int measure_other(const struct session *first, const char *compiler, const char *command)
{
	struct options options = *first->options;
	struct session session = { .options = &options, .compiler = compiler, .part_of = first->folder.name };
	struct runner_result result = { 0 };
	char folder[PATH_MAX];
	int status;

	message("compiler %s:", compiler);
	path_format(folder, sizeof folder, "%s/compilers/%s", first->folder.path, compiler);
	options.out = folder;
	session.engines = first->engines;
	memcpy(session.engine, first->engine, sizeof session.engine);
	memcpy(session.exits, first->exits, sizeof session.exits);
	status = measure(&session, command, &result);
	if (status == EXIT_SUCCESS)
		status = finish(&session, &result);
	plan_free(&session.plan);
	return status;
}

int session_run(const struct options *chosen, const char *command)
{
	struct options options = *chosen;
	struct session session = { .options = &options, .compiler = chosen->compilers.name[0] };
	struct runner_result result = { 0 };
	int status, others = EXIT_SUCCESS;

	if (choose_engines(&session))
		return EXIT_CANNOT;
	if (kvm_extras_choose(&options, uses_kvm(&session), session.exits, sizeof session.exits))
		return EXIT_CANNOT;
	if (options.compilers.count > 1)
		message("compiler %s:", session.compiler);
	status = measure(&session, command, &result);
	/* finish() evaluates the first compiler's results. It comes last, because the first
	 * compiler's report compares all compilers. */
	for (size_t i = 1; i < options.compilers.count && status == EXIT_SUCCESS && interrupt_count() == 0;
	     i++) {
		int other = measure_other(&session, options.compilers.name[i], command);

		others = other ? other : others;
	}
	if (status == EXIT_SUCCESS)
		status = finish(&session, &result);
	plan_free(&session.plan);
	return status ? status : others;
}
