/* SPDX-License-Identifier: MIT */
#include "bench/host/launch/engine_log.h"
#include "bench/host/base/paths.h"
#include "bench/host/base/text.h"

#include <stdio.h>
#include <string.h>

#define LOG_BYTES 65536

#define BUSY                                                                                                 \
	"another hypervisor (VirtualBox, VMware) holds the processor's virtualisation: end its machines or " \
	"unload"                                                                                             \
	" its module, then try again"

static const struct known {
	const char *message; /* a part of the engine's message */
	enum engine_log_cause cause;
	const char *advice;
} known[] = {
	{ "KVM internal error", LOG_STUCK,
	  "KVM met an instruction that it cannot emulate: usual where the backend emulates kernel mode "
	  "(--probe shows"
	  " it); else update the host's kernel, or set ept=1 or npt=1" },
	{ "KVM: entry failed", LOG_STUCK, "the processor refused to enter the guest; " BUSY },
	{ "kvm run failed", LOG_STUCK,
	  "KVM gave up on the guest: see dmesg; try another kernel of the host" },
	{ "Device or resource busy", LOG_FAILED, BUSY },
	{ "Could not access KVM kernel module: Permission denied", LOG_FAILED,
	  "add your user to the group that owns /dev/kvm (sudo usermod -aG kvm $USER) and log in again" },
	{ "Could not access KVM kernel module", LOG_FAILED,
	  "load KVM (sudo modprobe kvm_intel, or kvm_amd) and allow virtualisation in the firmware's "
	  "set-up" },
	{ "failed to initialize kvm", LOG_FAILED, "see dmesg | grep -i kvm" },
	{ "invalid accelerator kvm", LOG_FAILED,
	  "this QEMU was built without KVM: install the Debian package qemu-system-x86" },
	{ "unable to find CPU model", LOG_CPU_REFUSED, "this QEMU does not know the CPU model" },
	{ "Access to performance monitoring", LOG_FAILED,
	  "sudo sysctl kernel.perf_event_paranoid=-1; or run as root" },
	{ "PMU Hardware doesn't support sampling", LOG_FAILED,
	  "the processor's counters cannot interrupt; in a virtual machine, turn them on in the outer "
	  "hypervisor" },
	{ "requires KVM", LOG_CPU_REFUSED, "the CPU model needs KVM" },
	{ "Host doesn't support requested feature", LOG_CPU_REFUSED,
	  "the host lacks a feature of the CPU model" },
	{ "kvm_init_vcpu", LOG_CPU_REFUSED, "KVM refuses this CPU" },
	{ "failed to set MSR", LOG_CPU_REFUSED, "KVM refuses a register of this CPU model" },
	{ "not enough memory", LOG_FAILED, "make --memory smaller, or free some" },
	{ "Insufficient free host memory", LOG_FAILED, "make --memory smaller, or free some" },
	{ "Cannot allocate memory", LOG_FAILED, "make --memory smaller, or free some" },
	{ "preallocating memory failed", LOG_FAILED, "make --memory smaller, or free some" },
	{ "unable to map backing store", LOG_FAILED, "make --memory smaller, or free some" },
	{ "invalid option", LOG_FAILED, "this QEMU is too old: 5.2 or newer is needed" },
	{ "Invalid parameter", LOG_FAILED, "this QEMU is too old: 5.2 or newer is needed" },
};

/*
 * Copies the line of `log` that contains the position `at`, without bytes that control a terminal.
 */
static void copy_line(const char *log, const char *at, char *line, size_t size)
{
	const char *start = at;

	while (start > log && start[-1] != '\n')
		start--;
	snprintf(line, size, "%.*s", (int)strcspn(start, "\r\n"), start);
	text_clean(line);
}

enum engine_log_cause engine_log_explain(const char *directory, char *text, size_t size)
{
	static char log[LOG_BYTES];
	char path[PATH_MAX];
	char line[160];
	size_t length;
	FILE *file;

	path_format(path, sizeof path, "%s/engine.log", directory);
	file = fopen(path, "re");
	if (!file)
		return LOG_NOTHING;
	length = fread(log, 1, sizeof log - 1, file);
	fclose(file);
	log[length] = '\0';
	for (size_t i = 0; length > 0 && i < sizeof known / sizeof known[0]; i++) {
		const char *at = strstr(log, known[i].message);

		if (!at)
			continue;
		copy_line(log, at, line, sizeof line);
		snprintf(text, size, "'%s': %s", line, known[i].advice);
		return known[i].cause;
	}
	return LOG_NOTHING;
}
