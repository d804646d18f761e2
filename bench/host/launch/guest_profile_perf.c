/* SPDX-License-Identifier: MIT */
/* Runs perf: first to start and sample QEMU, later to turn the recorded data into text. */
#define _GNU_SOURCE
#include "bench/bochs/symbols.h"
#include "bench/host/base/clock.h"
#include "bench/host/base/host_facts.h"
#include "bench/host/base/interrupt.h"
#include "bench/host/base/paths.h"
#include "bench/host/base/process.h"
#include "bench/host/launch/guest_profile.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DATA           "guest.perf.data"
#define TEXT           "guest.perf.txt"
#define KALLSYMS       "guest.kallsyms"
#define SCRIPT_SECONDS 300 /* for turning the data into text */

static const char *const programs[] = { "perf", NULL };

/* Returns the name of the processor's performance counters, or NULL if the host has none. */
static const char *counters(void)
{
	static const char *const names[] = { "cpu", "cpu_core" };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		char path[PATH_MAX];

		path_format(path, sizeof path, "/sys/bus/event_source/devices/%s/events/cpu-cycles",
		            names[i]);
		if (host_exists(path))
			return names[i];
	}
	return NULL;
}

static bool has_tracepoint(void)
{
	static const char *const folders[] = { "/sys/kernel/tracing", "/sys/kernel/debug/tracing" };

	for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
		char name[100];
		char path[PATH_MAX];

		path_format(name, sizeof name, "%s/events/kvm/kvm_pio/id", folders[i]);
		host_path(path, name);
		if (access(path, R_OK) == 0)
			return true;
	}
	return false;
}

int guest_profile_can_record(char *why, size_t size)
{
	char path[PATH_MAX];
	char paranoid[16] = "";

	if (path_find_program("PALIMPSEST_PERF", programs, path)) {
		snprintf(why, size,
		         "perf is missing (Debian package linux-perf): sudo apt-get install linux-perf");
		return -1;
	}
	if (geteuid() != 0 &&
	    host_line("/proc/sys/kernel/perf_event_paranoid", "", paranoid, sizeof paranoid) &&
	    atoi(paranoid) > -1) {
		snprintf(why, size,
		         "kernel.perf_event_paranoid is %s, which lets only root record a guest: "
		         "sudo sysctl kernel.perf_event_paranoid=-1; or run as root",
		         paranoid);
		return -1;
	}
	if (!has_tracepoint()) {
		snprintf(why, size,
		         "KVM's tracepoint kvm_pio cannot be read: sudo mount -t tracefs -o mode=755 nodev "
		         "/sys/kernel/tracing (or remount it so); or run as root");
		return -1;
	}
	if (!counters()) {
		snprintf(why, size,
		         "this host's processor offers no counter of cycles; if the host is a virtual "
		         "machine, turn its counters on in the outer hypervisor (QEMU: -cpu host,pmu=on)");
		return -1;
	}
	return 0;
}

/*
 * Writes the functions of `image` to KALLSYMS in `directory`. Adds the symbols _text and _stext,
 * which tell perf where the guest's kernel starts. Returns 0, or -1 with the reason in `why`.
 */
static int write_kallsyms(const char *directory, const char *image, char *why, size_t size)
{
	char no_symbols[SYMBOLS_WHY_MAX];
	struct symbols *symbols = symbols_read(image, no_symbols);
	const struct symbol *symbol;
	char path[PATH_MAX];
	bool failed = true;
	FILE *out = NULL;

	path_format(path, sizeof path, "%s/" KALLSYMS, directory);
	if (symbols)
		out = fopen(path, "we");
	if (out) {
		symbol = symbols_at(symbols, 0);
		fprintf(out, "%" PRIx64 " T _text\n%" PRIx64 " T _stext\n", symbol->start, symbol->start);
		for (size_t i = 0; (symbol = symbols_at(symbols, i)); i++)
			fprintf(out, "%" PRIx64 " t %s\n", symbol->start, symbol->name);
		failed = fclose(out) != 0;
	}
	if (!symbols)
		snprintf(why, size, "%.400s", no_symbols);
	else if (failed)
		snprintf(why, size, "%.200s: %s", path, strerror(errno));
	symbols_free(symbols);
	return failed ? -1 : 0;
}

int guest_profile_wrap(struct arguments *command, const char *directory, const char *image, char *why,
                       size_t size)
{
	struct arguments all = { 0 };
	char path[PATH_MAX];

	if (path_find_program("PALIMPSEST_PERF", programs, path) || !counters())
		return guest_profile_can_record(why, size);
	if (write_kallsyms(directory, image, why, size))
		return -1;
	arguments_add_all(&all, path, "kvm", "--guest", "--guestkallsyms=" KALLSYMS, "-o", DATA, "record",
	                  "--no-buildid", "-e");
	arguments_add(&all, "%s/cpu-cycles,period=%d,name=guest_cycles/G", counters(), GUEST_PROFILE_PERIOD);
	arguments_add_all(&all, "-e", "kvm:kvm_pio", "--");
	for (size_t i = 0; i < command->count; i++)
		arguments_add(&all, "%s", command->item[i]);
	arguments_free(command);
	*command = all;
	return 0;
}

/*
 * Runs perf script in `directory` and writes its output to TEXT there. Returns 0, or -1 with the
 * reason in `why`.
 */
static int write_text(const char *directory, char *why, size_t size)
{
	struct arguments command = { 0 };
	struct process process;
	char perf[PATH_MAX], path[PATH_MAX], log[PATH_MAX];
	const struct process_spec spec = {
		.arguments = &command, .directory = directory, .output = 1, .log = log
	};
	const double limit = clock_seconds() + SCRIPT_SECONDS;
	char buffer[65536];
	ssize_t length;
	FILE *out;
	bool failed;

	path_format(log, sizeof log, "%s/engine.log", directory);
	path_format(path, sizeof path, "%s/" TEXT, directory);
	if (path_find_program("PALIMPSEST_PERF", programs, perf)) {
		snprintf(why, size, "perf is missing (Debian package linux-perf)");
		return -1;
	}
	arguments_add_all(&command, perf, "script", "--guestkallsyms=" KALLSYMS, "-i", DATA, "-F",
	                  "misc,time,period,event,ip,trace");
	out = fopen(path, "we");
	failed = !out || process_start(&process, &spec);
	arguments_free(&command);
	if (failed) {
		snprintf(why, size, "%.200s: %s", out ? perf : path, strerror(errno));
		if (out)
			fclose(out);
		return -1;
	}
	while ((length = process_read(&process, buffer, sizeof buffer)) >= 0 && clock_seconds() < limit &&
	       interrupt_count() == 0) {
		struct pollfd wait = { .fd = process.output, .events = POLLIN };

		if (length == 0)
			poll(&wait, 1, 100);
		else
			fwrite(buffer, 1, (size_t)length, out);
	}
	while (length < 0 && !process_reap(&process) && clock_seconds() < limit)
		usleep(1000);
	failed = !process.exited || process.status != 0;
	process_kill(&process);
	if (failed)
		snprintf(why, size, "perf script failed or took too long; its messages are in engine.log");
	if (fclose(out) && !failed) {
		snprintf(why, size, "%.200s: %s", path, strerror(errno));
		failed = true;
	}
	return failed ? -1 : 0;
}

int guest_profile_store(const char *directory, const char *image, struct store *store, int64_t launch,
                        char *why, size_t size)
{
	char path[PATH_MAX];
	FILE *script, *records;
	int64_t charged = -1;

	if (write_text(directory, why, size))
		return -1;
	path_format(path, sizeof path, "%s/" TEXT, directory);
	script = fopen(path, "re");
	path_format(path, sizeof path, "%s/records.txt", directory);
	records = fopen(path, "re");
	if (script && records)
		charged = guest_profile_read(script, records, image, store, launch, why, size);
	else
		snprintf(why, size, "%.200s: %s", path, strerror(errno));
	if (script)
		fclose(script);
	if (records)
		fclose(records);
	if (charged == 0)
		snprintf(why, size, "perf took no sample of the guest");
	return charged > 0 ? 0 : -1;
}
