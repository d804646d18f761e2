/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/host/probe_kvm.h"
#include "bench/host/launch.h"
#include "bench/host/paths.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define PROBE_SECONDS 20
#define PROBE_MEMORY  512 /* MiB */

struct boot_result {
	int64_t native_percent; /* -1: the guest did not say */
	int64_t tests_passed;
};

void probe_kvm_backend(char *text, size_t size)
{
	static const char *const modules[] = { "kvm_intel", "kvm_amd", "kvm_pvm" };
	size_t used = 0;

	snprintf(text, size, "unknown");
	for (size_t i = 0; i < sizeof modules / sizeof modules[0]; i++) {
		char path[64];

		path_format(path, sizeof path, "/sys/module/%s", modules[i]);
		if (path_exists(path) && used < size)
			used += (size_t)snprintf(text + used, size - used, "%s%s", used ? " " : "",
			                         modules[i]);
	}
}

static int check_device(char *why, size_t size)
{
	int device = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	int version;

	if (device < 0) {
		snprintf(why, size, "/dev/kvm cannot be opened for reading and writing: %s", strerror(errno));
		return -1;
	}
	version = ioctl(device, KVM_GET_API_VERSION, 0);
	close(device);
	if (version == KVM_API_VERSION)
		return 0;
	snprintf(why, size, "/dev/kvm speaks version %d of its interface, not %d", version, KVM_API_VERSION);
	return -1;
}

static void observe(void *context, const struct record *record)
{
	struct boot_result *result = context;
	int64_t ok;

	if (strcmp(record->type, "test") == 0 && record_number(record, "ok", &ok)) {
		result->tests_passed += ok == 1;
	} else if (strcmp(record->type, "fact") == 0 && record_get(record, "name") &&
	           strcmp(record_get(record, "name"), "native-speed-ratio") == 0) {
		record_number(record, "value", &result->native_percent);
	}
}

/* Boots the self-test. Returns 0 when it passed. */
static int boot(struct boot_result *result, char *why, size_t size)
{
	char directory[] = "/tmp/palimpsest-probe-XXXXXX";
	char reason[LAUNCH_WHY_MAX];
	struct strategy strategy;
	struct store_outcome outcome;
	struct launch_setup setup = { .engine = &engine_kvm,
		                      .strategy = &strategy,
		                      .directory = directory,
		                      .mode = "test",
		                      .bench = "*",
		                      .quick = true,
		                      .cpus = 1,
		                      .memory = PROBE_MEMORY,
		                      .timeout = PROBE_SECONDS,
		                      .seed = 1,
		                      .observe = observe,
		                      .context = result };
	int status;

	if (strategy_parse("window", &strategy, why, size))
		return -1;
	if (!mkdtemp(directory)) {
		snprintf(why, size, "%s: %s", directory, strerror(errno));
		return -1;
	}
	status = launch_alone(&setup, &outcome, reason);
	engine_unlink(directory, "records.txt");
	engine_unlink(directory, "engine.log");
	engine_unlink(directory, "serial.log");
	rmdir(directory);
	if (status)
		snprintf(why, size, "the self-test could not be booted: %.300s", reason);
	else if (*reason)
		snprintf(why, size, "the kernel's self-test does not pass under it: %s: %.250s",
		         outcome.state, reason);
	return status || *reason ? -1 : 0;
}

static int check_speed(const struct boot_result *result, char *why, size_t size)
{
	if (result->tests_passed == 0)
		snprintf(why, size, "the kernel's self-test tested nothing");
	else if (result->native_percent < 0)
		snprintf(why, size,
		         "the guest did not compare the speed of kernel mode with that of user mode");
	else if (result->native_percent > PROBE_NATIVE_MAX)
		snprintf(why, size,
		         "kernel mode runs at %lld %% of user mode's time, so the backend emulates it",
		         (long long)result->native_percent);
	else
		return 0;
	return -1;
}

static int probe(FILE *out, char *why, size_t size)
{
	struct boot_result result = { .native_percent = -1 };
	char reason[ENGINE_WHY_MAX] = "";
	char backend[64];

	probe_kvm_backend(backend, sizeof backend);
	if (check_device(why, size)) {
		fprintf(out, "device:     %s\n", why);
		return -1;
	}
	fprintf(out,
	        "device:     /dev/kvm opens for reading and writing, interface version %d\n"
	        "backend:    %s\n",
	        KVM_API_VERSION, backend);
	if (boot(&result, reason, sizeof reason)) {
		fprintf(out, "self-test:  %s\n", reason);
	} else {
		fprintf(out, "self-test:  %lld tests passed\n", (long long)result.tests_passed);
		if (check_speed(&result, reason, sizeof reason))
			fprintf(out, "speed:      %s\n", reason);
		else
			fprintf(out, "speed:      kernel mode takes %lld %% of user mode's time\n",
			        (long long)result.native_percent);
	}
	if (!*reason)
		return 0;
	snprintf(why, size, "/dev/kvm opens (backend: %s), but %s", backend, reason);
	return -1;
}

int probe_kvm(char *why, size_t size)
{
	FILE *nowhere = fopen("/dev/null", "we");
	int status;

	if (!nowhere) {
		snprintf(why, size, "/dev/null: %s", strerror(errno));
		return -1;
	}
	status = probe(nowhere, why, size);
	fclose(nowhere);
	return status;
}

int probe_kvm_print(FILE *out)
{
	char why[ENGINE_WHY_MAX * 2] = "";
	int status = probe(out, why, sizeof why);

	fprintf(out, "KVM is %s\n", status == 0 ? "usable" : "not usable here");
	return status;
}
