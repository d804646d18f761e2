/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/host/probe/probe_kvm.h"
#include "bench/host/base/host_facts.h"
#include "bench/host/base/paths.h"
#include "bench/host/base/progress.h"
#include "bench/host/engine/kvm_machine.h"
#include "bench/host/launch/engine_log.h"
#include "bench/host/launch/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define PROBE_SECONDS 20
#define PROBE_MEMORY  512 /* MiB */

void probe_kvm_backend(char *text, size_t size)
{
	static const char *const modules[] = { "kvm_intel", "kvm_amd", "kvm_pvm" };
	size_t used = 0;

	snprintf(text, size, "unknown");
	for (size_t i = 0; i < sizeof modules / sizeof modules[0]; i++) {
		char path[64];

		path_format(path, sizeof path, "/sys/module/%s", modules[i]);
		if (host_exists(path) && used < size)
			used += (size_t)snprintf(text + used, size - used, "%s%s", used ? " " : "",
			                         modules[i]);
	}
}

bool probe_is_emulating(const struct probe *probe)
{
	return strcmp(probe->backend, "kvm_pvm") == 0;
}

/* Returns a probable reason why there is no /dev/kvm, with advice. */
static const char *missing_device(void)
{
	bool intel = host_cpu_flag("vmx");
	bool amd = host_cpu_flag("svm");

	if (intel || amd)
		return intel ? "the module is not loaded: sudo modprobe kvm_intel"
		             : "the module is not loaded: sudo modprobe kvm_amd";
	if (host_cpu_flag("hypervisor"))
		return "this host is a virtual machine whose hypervisor does not offer virtualisation: turn "
		       "nested"
		       " virtualisation on there, or run on the machine itself";
	return "the processor offers no virtualisation: allow VT-x or SVM in the firmware's set-up, if it "
	       "has it";
}

static int describe_open_error(struct probe *probe, int error)
{
	switch (error) {
	case ENOENT:
		snprintf(probe->device, sizeof probe->device, "/dev/kvm does not exist; %s",
		         missing_device());
		break;
	case EACCES:
	case EPERM:
		snprintf(probe->device, sizeof probe->device,
		         "/dev/kvm may not be opened: add your user to the group that owns it (sudo usermod "
		         "-aG kvm"
		         " $USER) and log in again");
		break;
	case ENODEV:
	case ENXIO:
		snprintf(probe->device, sizeof probe->device, "/dev/kvm exists, but no driver serves it; %s",
		         missing_device());
		break;
	default:
		snprintf(probe->device, sizeof probe->device, "/dev/kvm cannot be opened: %s",
		         strerror(error));
		break;
	}
	return -1;
}

/*
 * Checks the version of KVM's interface, and that KVM can create a virtual machine. KVM cannot
 * create one while another hypervisor is active. Returns 0, or -1 with the reason in probe->device.
 */
static int check_device(struct probe *probe, int device)
{
	int version = ioctl(device, KVM_GET_API_VERSION, 0);
	int machine;

	if (version != KVM_API_VERSION) {
		snprintf(probe->device, sizeof probe->device,
		         "/dev/kvm speaks version %d of its interface, not %d", version, KVM_API_VERSION);
		return -1;
	}
	do
		machine = ioctl(device, KVM_CREATE_VM, 0);
	while (machine < 0 && errno == EINTR);
	if (machine < 0) {
		snprintf(probe->device, sizeof probe->device, "KVM cannot create a virtual machine: %s%s",
		         strerror(errno),
		         errno == EBUSY ? "; another hypervisor (VirtualBox, VMware) holds the processor's"
		                          " virtualisation: end its machines or unload its module"
		                        : "; see dmesg | grep -i kvm");
		return -1;
	}
	close(machine);
	return 0;
}

static int open_device(struct probe *probe)
{
	char path[PATH_MAX];
	struct stat kind;
	int device;
	int status = 0;

	host_path(path, "/dev/kvm");
	device = open(path, O_RDWR | O_CLOEXEC);
	if (device < 0)
		return describe_open_error(probe, errno);
	/* In a test with PALIMPSEST_ROOT, /dev/kvm may be a regular file, which has no ioctls. */
	if (!*host_root() || fstat(device, &kind) || !S_ISREG(kind.st_mode))
		status = check_device(probe, device);
	close(device);
	return status;
}

static void take_fact(struct probe *probe, const struct record *record, const char *name)
{
	static const struct {
		const char *name;
		size_t place;
	} facts[] = {
		{ "native-speed-ratio", offsetof(struct probe, native_percent) },
		{ "kernel-loop", offsetof(struct probe, loop_ticks) },
		{ "pmu-counters", offsetof(struct probe, counters) },
		{ "lfence-serializing", offsetof(struct probe, lfence) },
		{ "tsc-frequency", offsetof(struct probe, guest_khz) },
	};

	for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++)
		if (strcmp(name, facts[i].name) == 0)
			record_number(record, "value", (int64_t *)((char *)probe + facts[i].place));
}

static void observe(void *context, const struct record *record)
{
	struct probe *probe = context;
	const char *name = record_get(record, "name");
	const char *features = record_get(record, "features");
	int64_t ok;

	if (strcmp(record->type, "test") == 0 && record_number(record, "ok", &ok))
		probe->tests_passed += ok == 1;
	else if (strcmp(record->type, "fact") == 0 && name)
		take_fact(probe, record, name);
	else if (strcmp(record->type, "hello") == 0 && features)
		probe->invariant = strstr(features, "invariant-tsc") != NULL;
}

/*
 * Boots the self-test once. Returns LOG_NOTHING, with probe->self_test empty, if it passes.
 * Otherwise writes the reason to probe->self_test and returns the result of engine_log_explain(),
 * or LOG_FAILED if the boot could not be prepared.
 */
static enum engine_log_cause boot(struct probe *probe)
{
	char directory[PATH_MAX];
	char reason[LAUNCH_WHY_MAX] = "";
	enum engine_log_cause cause = LOG_FAILED;
	struct strategy strategy;
	struct store_outcome outcome;
	struct launch_setup setup = { .engine = &engine_kvm,
		                      .strategy = &strategy,
		                      .directory = directory,
		                      .mode = "test",
		                      .bench = "*",
		                      .samples = "quick",
		                      .cpus = 1,
		                      .memory = PROBE_MEMORY,
		                      .timeout = PROBE_SECONDS,
		                      .seed = 1,
		                      .observe = observe,
		                      .context = probe };
	int status;

	*probe->self_test = '\0';
	if (strategy_parse("window", &strategy, probe->self_test, sizeof probe->self_test))
		return LOG_FAILED;
	if (path_make_temporary(directory, "probe")) {
		snprintf(probe->self_test, sizeof probe->self_test, "%.300s: %s", directory, strerror(errno));
		return LOG_FAILED;
	}
	status = launch_alone(&setup, &outcome, reason);
	if (status)
		snprintf(probe->self_test, sizeof probe->self_test, "it could not be booted: %.350s", reason);
	else if (*reason)
		snprintf(probe->self_test, sizeof probe->self_test, "%s: %.370s", outcome.state, reason);
	if (*probe->self_test)
		cause = engine_log_explain(directory, reason, sizeof reason);
	engine_unlink(directory, "records.txt");
	engine_unlink(directory, "engine.log");
	engine_unlink(directory, "serial.log");
	rmdir(directory);
	return *probe->self_test ? cause : LOG_NOTHING;
}

/* Boots the self-test. If QEMU refuses the CPU model, tries again with the next, simpler one. */
static void boot_some_cpu(struct probe *probe)
{
	enum engine_log_cause cause;

	for (;;) {
		probe->booted = true;
		cause = boot(probe);
		if (cause != LOG_CPU_REFUSED)
			return;
		if (!*probe->refused)
			snprintf(probe->refused, sizeof probe->refused, "%.390s", probe->self_test);
		if (!kvm_next_cpu())
			return;
	}
}

static bool slow(int64_t time, int64_t native)
{
	return time > 0 && native > 0 && time / native >= PROBE_HOST_MAX;
}

static void judge(struct probe *probe)
{
	char reason[ENGINE_WHY_MAX] = "";

	if (slow(probe->loop_ticks, probe->host_loop_ticks))
		snprintf(reason, sizeof reason,
		         "kernel mode takes %.0f times the host's time for the same loop, so the backend "
		         "emulates it%s",
		         (double)probe->loop_ticks / (double)probe->host_loop_ticks,
		         *probe->self_test ? ", and the kernel's self-test does not pass" : "");
	else if (probe_is_emulating(probe) && !probe->booted)
		snprintf(reason, sizeof reason,
		         "it emulates kernel mode, so nothing that a kernel does can be timed");
	else if (*probe->self_test)
		snprintf(reason, sizeof reason, "the kernel's self-test does not pass under it: %.340s",
		         probe->self_test);
	else if (probe->tests_passed == 0)
		snprintf(reason, sizeof reason, "the kernel's self-test tested nothing");
	else if (probe->native_percent < 0)
		snprintf(reason, sizeof reason,
		         "the guest did not compare the speed of kernel mode with that of user mode");
	else if (probe->native_percent > PROBE_NATIVE_MAX)
		snprintf(reason, sizeof reason,
		         "kernel mode runs at %lld %% of user mode's time, so the backend emulates it",
		         (long long)probe->native_percent);
	if (!*reason) {
		probe->usable = true;
		return;
	}
	snprintf(probe->why, sizeof probe->why, "/dev/kvm opens (backend: %s), but %s", probe->backend,
	         reason);
}

void probe_run(struct probe *probe, bool always_boot)
{
	*probe = (struct probe){
		.native_percent = -1, .loop_ticks = -1, .counters = -1, .lfence = -1, .guest_khz = -1
	};
	probe_kvm_backend(probe->backend, sizeof probe->backend);
	probe->host_loop_ticks = (int64_t)host_loop_ticks();
	if (open_device(probe)) {
		snprintf(probe->why, sizeof probe->why, "%s", probe->device);
		return;
	}
	probe->opens = true;
	if ((always_boot || !probe_is_emulating(probe)) &&
	    kvm_check_qemu(probe->self_test, sizeof probe->self_test) == 0)
		boot_some_cpu(probe);
	judge(probe);
}

int probe_kvm(char *why, size_t size)
{
	struct probe probe;

	probe_run(&probe, false);
	if (probe.usable && *probe.refused)
		message("engine kvm: -cpu host is refused (%s); the guest gets -cpu %s, which may lack "
		        "features",
		        probe.refused, kvm_cpu());
	if (probe.usable && !(host_cpu_flag("constant_tsc") && host_cpu_flag("nonstop_tsc")))
		message("engine kvm: this host's TSC is not invariant: a tick is not a fixed time");
	if (probe.usable && host_cpu_flag("hypervisor"))
		message("engine kvm: this host is a virtual machine itself: its numbers are an indication at "
		        "best");
	snprintf(why, size, "%s", probe.why);
	return probe.usable ? 0 : -1;
}

int probe_kvm_print(FILE *out)
{
	struct probe probe;

	probe_run(&probe, true);
	probe_table(&probe, out);
	return probe.usable ? 0 : -1;
}
