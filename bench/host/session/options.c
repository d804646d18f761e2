/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/host/session/options.h"
#include "bench/host/base/option.h"
#include "bench/host/calibrate/calibrate.h"
#include "bench/host/engine/profiles.h"
#include "strategies.h" /* made from kernel/axes.txt: COMPILER_DEFAULT */

#include <getopt.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#define BENCH_MAX 127 /* bytes of --bench, without the NUL; the kernel has no room for more */

enum {
	OPTION_ENGINE = 256,
	OPTION_STRATEGY,
	OPTION_COMPILER,
	OPTION_BENCH,
	OPTION_QUICK,
	OPTION_FULL,
	OPTION_ROUNDS,
	OPTION_LAYOUT,
	OPTION_CPUS,
	OPTION_MEMORY,
	OPTION_SEED,
	OPTION_JOBS,
	OPTION_TIMEOUT,
	OPTION_OUT,
	OPTION_PCID,
	OPTION_WINDOW_FLUSH,
	OPTION_PROFILE,
	OPTION_FUNCTIONS,
	OPTION_PROFILE_GUEST,
	OPTION_TRACE,
	OPTION_LEVEL1,
	OPTION_REPORT,
	OPTION_EXPORT,
	OPTION_COMPARE,
	OPTION_REPRODUCES,
	OPTION_RECOVER,
	OPTION_THRESHOLD,
	OPTION_QUIET,
	OPTION_VERBOSE,
	OPTION_TABLES,
	OPTION_LIST,
	OPTION_PROBE,
	OPTION_CALIBRATE,
	OPTION_ISOLATED,
	OPTION_IMPORT,
	OPTION_BUILDS,
	OPTION_HELP,
};

static const struct option long_options[] = {
	{ "engine", required_argument, NULL, OPTION_ENGINE },
	{ "strategy", required_argument, NULL, OPTION_STRATEGY },
	{ "compiler", required_argument, NULL, OPTION_COMPILER },
	{ "bench", required_argument, NULL, OPTION_BENCH },
	{ "quick", no_argument, NULL, OPTION_QUICK },
	{ "full", no_argument, NULL, OPTION_FULL },
	{ "rounds", required_argument, NULL, OPTION_ROUNDS },
	{ "layout", required_argument, NULL, OPTION_LAYOUT },
	{ "cpus", required_argument, NULL, OPTION_CPUS },
	{ "memory", required_argument, NULL, OPTION_MEMORY },
	{ "seed", required_argument, NULL, OPTION_SEED },
	{ "jobs", required_argument, NULL, OPTION_JOBS },
	{ "timeout", required_argument, NULL, OPTION_TIMEOUT },
	{ "out", required_argument, NULL, OPTION_OUT },
	{ "pcid", required_argument, NULL, OPTION_PCID },
	{ "window-flush", required_argument, NULL, OPTION_WINDOW_FLUSH },
	{ "profile", required_argument, NULL, OPTION_PROFILE },
	{ "compare", required_argument, NULL, OPTION_COMPARE },
	{ "reproduces", required_argument, NULL, OPTION_REPRODUCES },
	{ "recover", required_argument, NULL, OPTION_RECOVER },
	{ "threshold", required_argument, NULL, OPTION_THRESHOLD },
	{ "quiet", no_argument, NULL, OPTION_QUIET },
	{ "verbose", no_argument, NULL, OPTION_VERBOSE },
	{ "tables", no_argument, NULL, OPTION_TABLES },
	{ "functions", no_argument, NULL, OPTION_FUNCTIONS },
	{ "profile-guest", no_argument, NULL, OPTION_PROFILE_GUEST },
	{ "trace", no_argument, NULL, OPTION_TRACE },
	{ "level1", no_argument, NULL, OPTION_LEVEL1 },
	{ "report", required_argument, NULL, OPTION_REPORT },
	{ "export", required_argument, NULL, OPTION_EXPORT },
	{ "list", no_argument, NULL, OPTION_LIST },
	{ "probe", no_argument, NULL, OPTION_PROBE },
	{ "calibrate", required_argument, NULL, OPTION_CALIBRATE },
	{ "isolated", required_argument, NULL, OPTION_ISOLATED },
	{ "import", required_argument, NULL, OPTION_IMPORT },
	{ "print-builds", no_argument, NULL, OPTION_BUILDS },
	{ "help", no_argument, NULL, OPTION_HELP },
	{ 0 },
};

static int add_engine(struct options *options, const char *name, size_t length, char *why)
{
	static const char *const known[] = { "bochs", "kvm", "kvm-emulated", "tcg" };

	if (length == 4 && strncmp(name, "auto", 4) == 0) {
		options->engines_auto = true;
		return 0;
	}
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
		if (strlen(known[i]) != length || strncmp(known[i], name, length) != 0)
			continue;
		for (size_t j = 0; j < options->engines; j++)
			if (options->engine[j] == known[i])
				return 0;
		options->engine[options->engines++] = known[i];
		return 0;
	}
	return option_wrong(why, "unknown engine '%.*s'; valid are: auto, bochs, kvm, kvm-emulated, tcg",
	                    (int)length, name);
}

static int parse_engines(struct options *options, const char *text, char *why)
{
	options->engines_auto = false;
	options->engines = 0;
	for (;;) {
		size_t length = strcspn(text, ",");

		if (add_engine(options, text, length, why))
			return -1;
		if (!text[length])
			return 0;
		text += length + 1;
	}
}

static int parse_strategies(struct options *options, const char *text, char *why)
{
	options->strategies_given = true;
	options->strategies_all = false;
	options->strategies.count = 0;
	for (;;) {
		size_t length = strcspn(text, ",");
		struct strategy strategy;
		char reason[160];
		char name[64];

		snprintf(name, sizeof name, "%.*s", (int)length, text);
		if (strcmp(name, "all") == 0)
			options->strategies_all = true;
		else if (strategy_parse(name, &strategy, reason, sizeof reason))
			return option_wrong(why, "%s; valid are: %s", reason, strategy_valid);
		else if (strategy_list_add(&options->strategies, &strategy))
			return option_wrong(why, "too many strategies");
		if (!text[length])
			return 0;
		text += length + 1;
	}
}

/*
 * Parses --bench. The globs become part of the kernel's command line, so they may contain only
 * bytes that no boot loader interprets, and only the wildcards that the kernel knows (lib/string.h).
 * Returns 0, or -1 with the reason in `why`.
 */
static int parse_bench(struct options *options, const char *text, char *why)
{
	static const char valid[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_*?,";

	if (!*text || strlen(text) > BENCH_MAX || strspn(text, valid) != strlen(text))
		return option_wrong(
		        why,
		        "--bench '%.40s': a glob of letters, digits and . - _ * ? , is needed, such as"
		        " 'exec.*'",
		        text);
	if (options->bench_given)
		return option_wrong(why, "--bench is given twice: separate the globs by commas, such as "
		                         "'exec.*,irq.*'");
	options->bench = text;
	options->bench_given = true;
	return 0;
}

/* Parses a value that must be one of two words, `first` or `other`. Sets *second to true if the
 * value is `other`, else to false. Returns 0, or -1 with the reason in `why`. */
static int parse_either(const char *name, const char *value, const char *first, const char *other,
                        bool *second, char *why)
{
	*second = strcmp(value, other) == 0;
	if (*second || strcmp(value, first) == 0)
		return 0;
	return option_wrong(why, "--%s '%.40s': %s or %s is needed", name, value, first, other);
}

static int parse_percent(const char *text, size_t length, double *part)
{
	char number[32];
	char *end;
	double percent;

	snprintf(number, sizeof number, "%.*s", (int)length, text);
	percent = strtod(number, &end);
	if (length >= sizeof number || *number < '0' || *number > '9' || *end ||
	    !(percent >= 0 && percent <= 1000))
		return -1;
	*part = percent / 100;
	return 0;
}

/* Parses thresholds in percent: "5" sets all of them, "instructions=1,bytes=0" only these two.
 * Returns 0, or -1 with the reason in `why`. */
static int parse_thresholds(const char *text, struct thresholds *thresholds, char *why)
{
	double all;

	if (parse_percent(text, strlen(text), &all) == 0) {
		for (int i = 0; i < QUANTITIES; i++)
			thresholds->of[i] = all;
		return 0;
	}
	for (const char *item = text;; item += strcspn(item, ",") + 1) {
		size_t name = strcspn(item, "=,");
		size_t length = strcspn(item, ",");
		int found = 0;

		while (found < QUANTITY_CAUSE && (strlen(quantity_names[found]) != name ||
		                                  strncmp(item, quantity_names[found], name) != 0))
			found++;
		if (found == QUANTITY_CAUSE || item[name] != '=' ||
		    parse_percent(item + name + 1, length - name - 1, &thresholds->of[found]))
			return option_wrong(
			        why,
			        "--threshold '%.60s': a number of percent from 0 to 1000 is needed, or "
			        "some of "
			        "instructions=, cycles=, time= and bytes= with one, separated by commas",
			        text);
		if (!item[length])
			return 0;
	}
}

/* Sets the mode for an option that selects one. Without such an option the mode is MODE_RUN. */
static void set_mode(struct options *options, int option, const char *value)
{
	if (value)
		options->folder[0] = value;
	switch (option) {
	case OPTION_REPORT:
		options->mode = MODE_REPORT;
		break;
	case OPTION_COMPARE:
		options->mode = MODE_COMPARE;
		break;
	case OPTION_REPRODUCES:
		options->mode = MODE_REPRODUCES;
		break;
	case OPTION_RECOVER:
		options->mode = MODE_RECOVER;
		break;
	case OPTION_IMPORT:
		options->mode = MODE_IMPORT;
		break;
	case OPTION_LIST:
		options->mode = MODE_LIST;
		break;
	case OPTION_PROBE:
		options->mode = MODE_PROBE;
		break;
	default:
		options->mode = MODE_HELP;
	}
}

/* Returns the field that an option without a value sets to true, or NULL for any other option. */
static bool *flag_of(struct options *options, int option)
{
	switch (option) {
	case OPTION_QUICK:
		return &options->quick;
	case OPTION_FULL:
		return &options->full;
	case OPTION_FUNCTIONS:
		return &options->functions;
	case OPTION_TRACE:
		return &options->trace;
	case OPTION_LEVEL1:
		return &options->level1;
	case OPTION_PROFILE_GUEST:
		return &options->profile_guest;
	case OPTION_QUIET:
		return &options->quiet;
	case OPTION_VERBOSE:
		return &options->verbose;
	case OPTION_TABLES:
		return &options->tables;
	case OPTION_BUILDS:
		return &options->print_builds;
	default:
		return NULL;
	}
}

static int take_option(struct options *options, int option, const char *value, char *why)
{
	bool *flag = flag_of(options, option);

	if (flag) {
		*flag = true;
		return 0;
	}
	switch (option) {
	case OPTION_ENGINE:
		return parse_engines(options, value, why);
	case OPTION_STRATEGY:
		return parse_strategies(options, value, why);
	case OPTION_COMPILER:
		return compiler_list_parse(&options->compilers, value, why, OPTION_WHY_MAX);
	case OPTION_BENCH:
		return parse_bench(options, value, why);
	case OPTION_ROUNDS:
		return option_unsigned("rounds", value, 1, 1000, &options->rounds, why);
	case OPTION_LAYOUT:
		return parse_either("layout", value, "random", "fixed", &options->fixed_layout, why);
	case OPTION_CPUS:
		return option_unsigned("cpus", value, 1, 64, &options->cpus, why);
	case OPTION_MEMORY:
		return option_unsigned("memory", value, 64, 8192, &options->memory, why);
	case OPTION_SEED:
		return option_number("seed", value, 0, INT64_MAX - 1000, &options->seed, why);
	case OPTION_JOBS:
		return option_unsigned("jobs", value, 1, 64, &options->jobs, why);
	case OPTION_TIMEOUT:
		return option_unsigned("timeout", value, 1, 86400, &options->timeout, why);
	case OPTION_OUT:
		options->out = value;
		return *value ? 0 : option_wrong(why, "--out needs the name of a folder");
	case OPTION_PCID:
		return parse_either("pcid", value, "off", "on", &options->pcid, why);
	case OPTION_WINDOW_FLUSH:
		return parse_either("window-flush", value, "invlpg", "cr3", &options->flush_cr3, why);
	case OPTION_PROFILE:
		options->profile_given = true;
		options->profile = strcmp(value, PROFILE_NONE) == 0 ? NULL : value;
		return 0;
	case OPTION_THRESHOLD:
		options->threshold_given = true;
		return parse_thresholds(value, &options->thresholds, why);
	case OPTION_EXPORT:
		options->mode = MODE_EXPORT;
		options->format = value;
		return strcmp(value, EXPORT_PERF_SCRIPT) == 0
		               ? 0
		               : option_wrong(
		                         why,
		                         "--export '%.40s': unknown format; valid is " EXPORT_PERF_SCRIPT,
		                         value);
	case OPTION_CALIBRATE:
		options->mode = MODE_CALIBRATE;
		options->calibrate = value;
		if (!calibrate_name_is_good(value))
			return option_wrong(
			        why, "--calibrate '%.40s': a name of letters, digits, - and _ is needed",
			        value);
		return 0;
	case OPTION_ISOLATED:
		options->isolated_given = true;
		return option_unsigned("isolated", value, 0, CPU_SETSIZE - 1, &options->isolated, why);
	default:
		set_mode(options, option, value);
		return 0;
	}
}

static bool names(const struct options *options, const char *engine)
{
	for (size_t i = 0; i < options->engines; i++)
		if (strcmp(options->engine[i], engine) == 0)
			return true;
	return false;
}

/*
 * Checks options that need another option: --threshold needs --compare or --reproduces, the options
 * of the instrumentation library need engine bochs, --profile-guest needs engine kvm, and --trace
 * needs --bench. Returns 0, or -1 with the reason in `why`.
 */
static int check_needs(const struct options *options, char *why)
{
	const char *name = options->profile     ? "--profile"
	                   : options->functions ? "--functions"
	                   : options->trace     ? "--trace"
	                                        : NULL;

	if (options->threshold_given && options->mode != MODE_COMPARE && options->mode != MODE_REPRODUCES)
		return option_wrong(why, "--threshold works only with --compare and --reproduces");
	if (name && !options->engines_auto && !names(options, "bochs"))
		return option_wrong(why, "%s works only on engine bochs, which is not among the engines",
		                    name);
	if (options->profile_guest && !options->engines_auto && !names(options, "kvm"))
		return option_wrong(
		        why, "--profile-guest works only on engine kvm, which is not among the engines");
	if (options->trace && !options->bench_given)
		return option_wrong(why, "--trace writes a line per event: choose benchmarks with --bench");
	return 0;
}

int options_parse(struct options *options, int argc, char *const argv[], char why[OPTION_WHY_MAX])
{
	int option;

	*options =
	        (struct options){ .engines_auto = true, .bench = "*", .cpus = 1, .memory = 512, .seed = 1 };
	strategy_list_add_defaults(&options->strategies);
	compiler_list_parse(&options->compilers, COMPILER_DEFAULT, why, OPTION_WHY_MAX);
	parse_thresholds("5", &options->thresholds, why);
	opterr = 0;
	optind = 0;
	while ((option = getopt_long(argc, argv, "+:", long_options, NULL)) != -1) {
		if (option == ':')
			return option_wrong(why, "option '%s' needs a value", argv[optind - 1]);
		if (option == '?' && optopt > 0 && optopt < OPTION_ENGINE)
			return option_wrong(why, "unknown option '-%c'; --help shows all", optopt);
		if (option == '?')
			return option_wrong(why, "unknown option '%s'%s", argv[optind - 1],
			                    optopt ? " (it takes no value)" : "");
		if (take_option(options, option, optarg, why))
			return -1;
		if (options->mode == MODE_HELP)
			return 0;
		/* getopt_long() reads only one value per option; take the second one here. */
		if ((option == OPTION_COMPARE || option == OPTION_REPRODUCES || option == OPTION_EXPORT) &&
		    optind < argc && strncmp(argv[optind], "--", 2) != 0)
			options->folder[option != OPTION_EXPORT] = argv[optind++];
	}
	if (options->mode == MODE_EXPORT && !options->folder[0])
		return option_wrong(
		        why, "--export needs a format and a folder of results, such as '" EXPORT_PERF_SCRIPT
		             " results/latest'");
	if ((options->mode == MODE_COMPARE || options->mode == MODE_REPRODUCES) && !options->folder[1])
		return option_wrong(why, "--%s needs two folders of results",
		                    options->mode == MODE_COMPARE ? "compare" : "reproduces");
	if (options->quiet && options->verbose)
		return option_wrong(why, "--quiet and --verbose exclude each other");
	if (options->mode == MODE_IMPORT && !options->profile)
		return option_wrong(
		        why, "--import needs --profile with the name of a profile that --calibrate wrote");
	if (options->isolated_given && options->mode != MODE_CALIBRATE)
		return option_wrong(why, "--isolated works only with --calibrate");
	if (optind < argc)
		return option_wrong(why, "'%s' is not an option", argv[optind]);
	if (options->full && !names(options, "kvm-emulated"))
		return option_wrong(
		        why, "--full works only on engine kvm-emulated, which is not among the engines");
	if (check_needs(options, why))
		return -1;
	if (options->mode == MODE_RUN && !options->profile_given &&
	    (options->engines_auto || names(options, "bochs")))
		options->profile = PROFILE_DEFAULT;
	return 0;
}
