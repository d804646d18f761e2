/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/host/calibrate/calibrate.h"
#include "bench/host/base/clock.h"
#include "bench/host/base/interrupt.h"
#include "bench/host/base/paths.h"
#include "bench/host/base/progress.h"
#include "bench/host/calibrate/measure.h"
#include "bench/host/calibrate/profile_file.h"
#include "bench/host/calibrate/profile_text.h"
#include "bench/host/engine/profiles.h"
#include "bench/host/launch/pin.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EXIT_CANNOT   2
#define ROUNDS        7
#define ROUNDS_LEAST  3
#define SAMPLES       40
#define QUICK_ROUNDS  1
#define QUICK_SAMPLES 8
#define LIMIT         160.0 /* seconds; a round that would probably end later is not begun */
#define NOTE          300
#define HUGE_IS_REAL  0.3 /* large pages are real if huge_step (measure.h) is below this */

bool calibrate_name_is_good(const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
	const size_t length = strlen(name);

	return length > 0 && length <= 40 && strspn(name, letters) == length && *name != '-' &&
	       *name != '_' && strcmp(name, PROFILE_NONE) != 0;
}

/* Returns false, after a message, if the file exists and was not written by --calibrate. */
static bool may_replace(const char *path)
{
	FILE *in = fopen(path, "re");
	const bool ours = !in || profile_file_is_ours(in);

	if (in)
		fclose(in);
	if (!ours)
		message_error(
		        "calibrate: %s was not written by --calibrate, and is kept: choose another name",
		        path);
	return ours;
}

/* Moves this process to `cpu` or, if `cpu` is -1, to the CPU that is likely to be the quietest.
 * Returns the CPU, or -1 after a message. */
static int pin(int cpu)
{
	static struct pin_host host;
	cpu_set_t one;

	pin_read_host(&host);
	if (cpu < 0 && pin_choose(&host, 1, &cpu) != 1) {
		message_error("calibrate: there is no CPU to run on");
		return -1;
	}
	CPU_ZERO(&one);
	CPU_SET((unsigned)cpu, &one);
	if (sched_setaffinity(0, sizeof one, &one)) {
		message_error("calibrate: --isolated %d: this process cannot run on that CPU: %s", cpu,
		              strerror(errno));
		return -1;
	}
	if (!CPU_ISSET((unsigned)cpu, &host.isolated))
		message("calibrate: CPU %d is not isolated from the scheduler (isolcpus=): other programs "
		        "may run "
		        "between the samples",
		        cpu);
	return cpu;
}

/* Measures up to `rounds` rounds. Returns how many were measured, or 0 if a signal interrupted
 * them. */
static unsigned make_rounds(struct measure *measure, unsigned rounds)
{
	static void (*const parts[])(
	        struct measure *) = { measure_caches,      measure_core,   measure_predictor, measure_strings,
		                      measure_translation, measure_tables, measure_shares,    measure_code };
	enum { PARTS = sizeof parts / sizeof *parts };
	const double start = clock_seconds();
	double longest = 0, part;
	unsigned done = 0;

	for (; done < rounds; done++) {
		const double begun = clock_seconds();

		if (done > 0 && begun - start + longest > LIMIT)
			break;
		figure_round(&measure->figures);
		for (unsigned i = 0; i < PARTS; i++) {
			if (interrupt_count() > 0)
				return 0;
			part = (done * PARTS + i) / (double)(rounds * PARTS);
			/* All rounds take about as long as the first. */
			progress_update("calibrating", part,
			                done > 0 ? (clock_seconds() - start) * (1 - part) / part : -1);
			parts[i](measure);
		}
		longest = fmax(longest, clock_seconds() - begun);
	}
	progress_clear();
	return done;
}

/* Fills in the notes for the head of the profile. `made` holds the notes that are formatted
 * here. */
static void describe(const struct measure *measure, int cpu, struct profile_text *text, char made[4][NOTE])
{
	const struct machine *machine = &measure->machine;
	const struct sampler *sampler = &measure->sampler;
	const size_t rates = sampler->rates < SAMPLER_RATES ? sampler->rates : SAMPLER_RATES;
	static double rate[SAMPLER_RATES];
	unsigned count = 0;

	memcpy(rate, sampler->rate, sizeof rate);

	if (machine->tsc_invariant)
		snprintf(made[0], NOTE,
		         "measured on CPU %d, with a load average of %.1f; the time stamps ran at %.0f MHz, "
		         "the core at %.0f to %.0f MHz in nine of ten samples",
		         cpu, machine->load, machine->tsc_khz / 1000,
		         machine->tsc_khz / 1000 / sampler_part(rate, rates, 0.95),
		         machine->tsc_khz / 1000 / sampler_part(rate, rates, 0.05));
	else
		snprintf(made[0], NOTE, "measured on CPU %d, with a load average of %.1f", cpu,
		         machine->load);
	snprintf(made[1], NOTE,
	         "%u rounds; of their %lu samples, %lu were thrown away because their two chains differed "
	         "(docs/model.md explains the chains)",
	         text->rounds, sampler->taken, sampler->thrown);
	text->note[count++] = made[0];
	text->note[count++] = made[1];
	if (isnan(measure->huge_step))
		snprintf(made[2], NOTE, "the kernel gave no large pages");
	else
		snprintf(made[2], NOTE,
		         "the translation of an address in a large page costs %.2f times that in a small "
		         "page; so large pages are %s",
		         measure->huge_step,
		         measure->huge_step < HUGE_IS_REAL
		                 ? "real"
		                 : "not real: the hypervisor maps them in small ones");
	text->note[count++] = made[2];
	snprintf(made[3], NOTE, "page walks have %s",
	         machine->virtual ? "two dimensions (guest and host)" : "one dimension");
	text->note[count++] = made[3];
	for (unsigned i = 0; machine_note(machine, i); i++)
		text->note[count++] = machine_note(machine, i);
	text->note[count] = NULL;
}

/* Writes the profile, and prints its path, tags and notes. Returns the exit status. */
static int save(const struct profile_text *text, const char *name)
{
	char why[PROFILE_WHY_MAX], tags[100];
	struct profile_file file;

	if (profile_file_begin(&file, name, why)) {
		message_error("calibrate: %s", why);
		return EXIT_CANNOT;
	}
	if (profile_text_write(text, file.out) < 0) {
		profile_file_drop(&file);
		message_error("calibrate: %s cannot be read", text->base_path);
		return EXIT_CANNOT;
	}
	if (profile_file_end(&file, why)) {
		message_error("calibrate: no profile was written: %s", why);
		return EXIT_CANNOT;
	}
	profiles_describe(name, tags, sizeof tags);
	printf("%s\n", file.path);
	printf("  %s\n", tags);
	for (size_t i = 0; text->note[i]; i++)
		printf("  %s\n", text->note[i]);
	return EXIT_SUCCESS;
}

static int calibrate(struct measure *measure, const char *name, int cpu, bool quick)
{
	struct profile_text text = { .machine = &measure->machine, .figures = &measure->figures };
	char made[4][NOTE], why[MACHINE_WHY];

	machine_read(&measure->machine);
	if (measure->machine.tsc_readable)
		machine_try(&measure->machine, &sampler_processor);
	if (machine_check(&measure->machine, why)) {
		message_error("calibrate: nothing can be measured here: %s", why);
		return EXIT_CANNOT;
	}
	if (!sampler_start(&measure->sampler, &sampler_processor)) {
		message_error("calibrate: nothing can be measured here: the core's speed changes within "
		              "microseconds, so that no sample can be trusted");
		return EXIT_CANNOT;
	}
	if (measure_start(measure, why)) {
		message_error("calibrate: %s", why);
		return EXIT_CANNOT;
	}
	measure->samples = quick ? QUICK_SAMPLES : SAMPLES;
	text.rounds = make_rounds(measure, quick ? QUICK_ROUNDS : ROUNDS);
	measure_end(measure);
	if (text.rounds == 0)
		return EXIT_FAILURE;
	if (measure->sampler.thrown * 10 > measure->sampler.taken * 9) {
		message_error("calibrate: nothing can be measured here: %lu of %lu samples were disturbed",
		              measure->sampler.thrown, measure->sampler.taken);
		return EXIT_CANNOT;
	}
	if (!quick && text.rounds < ROUNDS_LEAST)
		message("calibrate: this host was so busy that there was time for %u rounds only",
		        text.rounds);
	text.base = profile_text_base(&measure->machine);
	profiles_path(text.base_path, text.base);
	describe(measure, cpu, &text, made);
	return save(&text, name);
}

int calibrate_run(const char *name, int cpu, bool quick)
{
	struct measure *measure = calloc(1, sizeof *measure);
	char path[PATH_MAX];
	int status = EXIT_CANNOT;

	profiles_path(path, name);
	if (measure && may_replace(path) && (cpu = pin(cpu)) >= 0)
		status = calibrate(measure, name, cpu, quick);
	free(measure);
	return status;
}
