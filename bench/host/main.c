/* SPDX-License-Identifier: MIT */
/*
 * The harness's main program. run-bench.sh runs it twice: first with --print-builds, to learn what
 * to build, and after the builds with the user's arguments.
 */
#define _GNU_SOURCE
#include "bench/host/base/inherited.h"
#include "bench/host/base/interrupt.h"
#include "bench/host/base/progress.h"
#include "bench/host/calibrate/calibrate.h"
#include "bench/host/calibrate/import.h"
#include "bench/host/compare/compare.h"
#include "bench/host/engine/linux_rows.h"
#include "bench/host/engine/profiles.h"
#include "bench/host/launch/level1.h"
#include "bench/host/measure/measure.h"
#include "bench/host/measure/rebuild.h"
#include "bench/host/probe/probe_kvm.h"
#include "bench/host/session/export.h"
#include "bench/host/session/listing.h"
#include "bench/host/session/redraw.h"
#include "bench/host/session/session.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EXIT_USAGE 2

static bool uses(const struct options *options, const char *engine)
{
	for (size_t i = 0; i < options->engines; i++)
		if (strcmp(options->engine[i], engine) == 0)
			return true;
	return options->engines_auto && (strcmp(engine, "bochs") == 0 || strcmp(engine, "kvm") == 0);
}

/* Prints the variables of make that select an image. */
static void print_image(const struct strategy *strategy, const char *compiler)
{
	char program[COMPILER_NAME_MAX];

	compiler_program(program, compiler);
	printf("STACK=%s LOADER=%s ISOLATION=%s KERNEL_CC=%s OPT=%s\n", strategy->stack, strategy->loader,
	       strategy->isolation, program, compiler + strlen(program));
}

/* Prints the images that --level1 boots. */
static void print_level1(void)
{
	char program[COMPILER_NAME_MAX];
	struct strategy strategy;

	level1_strategy(&strategy);
	compiler_program(program, compiler_default);
	for (size_t i = 0; level1_levels[i]; i++)
		printf("STACK=%s LOADER=%s ISOLATION=%s KERNEL_CC=%s OPT=%s BOOT=level1\n", strategy.stack,
		       strategy.loader, strategy.isolation, program, level1_levels[i]);
}

/* Returns 0 if all compilers of the options are installed, or -1 after a message. */
static int check_compilers(const struct compiler_list *compilers)
{
	for (size_t i = 0; i < compilers->count; i++) {
		char program[COMPILER_NAME_MAX];

		if (compiler_is_installed(compilers->name[i]))
			continue;
		compiler_program(program, compilers->name[i]);
		message_error("run-bench: --compiler: %s is not installed (Debian package %s)", program,
		              program);
		return -1;
	}
	return 0;
}

/*
 * Prints what must be built for this command line, one item per line. An image's line has the
 * variables of make that select the image. The line `lab` stands for the machines that engine
 * kvm-emulated boots. Returns the exit status.
 */
static int print_builds(const struct options *options)
{
	struct plan plan = { 0 };
	struct strategy window;
	char why[OPTION_WHY_MAX];

	if (options->mode == MODE_HELP || options->mode == MODE_CALIBRATE || options->folder[0])
		return EXIT_SUCCESS;
	if (options->mode == MODE_RUN && check_compilers(&options->compilers))
		return EXIT_USAGE;
	if ((options->mode == MODE_RUN && plan_strategies(&plan, options, why, sizeof why)) ||
	    strategy_parse("window", &window, why, sizeof why)) {
		message_error("run-bench: %s", why);
		return EXIT_USAGE;
	}
	if (uses(options, "bochs"))
		for (size_t i = 0; i < plan.supporting; i++)
			strategy_list_add(&plan.strategies, &plan.support[i].strategy);
	for (size_t c = 0; c < options->compilers.count; c++)
		for (size_t i = 0; i < plan.strategies.count; i++)
			print_image(&plan.strategies.item[i], options->compilers.name[c]);
	/* --list and the KVM probe boot the preset `window`, built by the default compiler. */
	if (options->mode != MODE_RUN || uses(options, "kvm"))
		print_image(&window, compiler_default);
	if (options->mode == MODE_RUN && options->level1)
		print_level1();
	if (options->mode == MODE_RUN && uses(options, "kvm-emulated"))
		puts("lab");
	return EXIT_SUCCESS;
}

/* Writes the user's command line to `text`, cut at `size` bytes. */
static void join(char *text, size_t size, int argc, char *const argv[])
{
	size_t used = (size_t)snprintf(text, size, "run-bench.sh");

	for (int i = 1; i < argc && used < size; i++)
		used += (size_t)snprintf(text + used, size - used, " %s", argv[i]);
}

/*
 * Executes the command line. Returns the exit status. The caller must then call finish_output(),
 * which checks that standard output was written.
 */
static int serve(int argc, char *argv[])
{
	struct options options;
	char why[OPTION_WHY_MAX];
	char command[2048], unknown[BENCH_GLOBS];

	join(command, sizeof command, argc, argv);
	if (argc > 1 && strcmp(argv[1], "measure") == 0)
		return measure_command(argc - 1, argv + 1, command);
	if (options_parse(&options, argc, argv, why)) {
		message_error("run-bench: %s", why);
		options_usage(stderr);
		return EXIT_USAGE;
	}
	if (options.profile && profiles_check(options.profile, why, sizeof why)) {
		message_error("run-bench: %s", why);
		return EXIT_USAGE;
	}
	if (options.mode == MODE_RUN && options.bench_given &&
	    !benchmarks_are_known(options.bench, unknown)) {
		message_error("run-bench: --bench: no benchmark matches '%s'; --list shows them", unknown);
		return EXIT_USAGE;
	}
	if (options.mode != MODE_REPORT)
		interrupt_install();
	progress_set_level(options.quiet     ? PROGRESS_QUIET
	                   : options.verbose ? PROGRESS_VERBOSE
	                                     : PROGRESS_NORMAL);
	if (options.print_builds)
		return print_builds(&options);
	switch (options.mode) {
	case MODE_HELP:
		options_help(stdout);
		return EXIT_SUCCESS;
	case MODE_PROBE:
		probe_kvm_print(stdout);
		return EXIT_SUCCESS;
	case MODE_LIST:
		return listing_print(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
	case MODE_REPORT:
		return rebuild_is_measured(options.folder[0]) ? rebuild_run(options.folder[0])
		                                              : redraw_report(options.folder[0]);
	case MODE_EXPORT:
		return export_run(&options);
	case MODE_COMPARE:
		return compare_print(options.folder[0], options.folder[1], &options.thresholds,
		                     options.verbose);
	case MODE_REPRODUCES:
		return compare_reproduction(options.folder[0], options.folder[1], &options.thresholds);
	case MODE_RECOVER:
		return rebuild_is_measured(options.folder[0])
		               ? rebuild_run(options.folder[0])
		               : session_recover(options.folder[0], options.tables);
	case MODE_CALIBRATE:
		return calibrate_run(options.calibrate, options.isolated_given ? (int)options.isolated : -1,
		                     options.quick);
	case MODE_IMPORT:
		return import_run(options.folder[0], options.profile);
	case MODE_RUN:
		break;
	}
	return session_run(&options, command);
}

/*
 * Returns true if standard output is a pipe whose reader has closed it, as `head` does when it has
 * read enough. This is not an error.
 */
static bool reader_has_left(void)
{
	struct pollfd output = { .fd = STDOUT_FILENO };

	return poll(&output, 1, 0) == 1 && output.revents & POLLERR;
}

/* Flushes standard output and returns `status`. If standard output could not be written, prints a
 * message and returns a failure. */
static int finish_output(int status)
{
	errno = 0;
	if ((fflush(stdout) == 0 && !ferror(stdout)) || reader_has_left())
		return status;
	message_error("run-bench: standard output cannot be written%s%s; files in the folder of results are "
	              "not affected",
	              errno ? ": " : "", errno ? strerror(errno) : "");
	return status == EXIT_SUCCESS ? EXIT_FAILURE : status;
}

int main(int argc, char *argv[])
{
	inherited_settle();
	return finish_output(serve(argc, argv));
}
