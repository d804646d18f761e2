/* SPDX-License-Identifier: MIT */
/* Prints the table of `run-bench.sh --probe`: each finding, what it means for measurements, and how
 * to improve it. */
#define _GNU_SOURCE
#include "bench/host/base/host_facts.h"
#include "bench/host/base/paths.h"
#include "bench/host/engine/kvm_machine.h"
#include "bench/host/engine/qemu.h"
#include "bench/host/probe/probe_row.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define ITEM_WIDTH  20
#define VALUE_WIDTH 24
#define TEXT_WIDTH  66

void probe_set(struct probe_row *row, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(row->value, sizeof row->value, format, arguments);
	va_end(arguments);
}

/* Prints `text` in lines of at most TEXT_WIDTH bytes, and indents each line but the first. */
static void print_text(FILE *out, const char *text)
{
	while (strlen(text) > TEXT_WIDTH) {
		size_t length = TEXT_WIDTH;

		while (length > 0 && text[length] != ' ')
			length--;
		if (length == 0)
			length = strcspn(text, " ");
		fprintf(out, "%.*s\n", (int)length, text);
		text += length + strspn(text + length, " ");
		if (!*text)
			return;
		fprintf(out, "%*s", 3 + ITEM_WIDTH + VALUE_WIDTH, "");
	}
	fprintf(out, "%s\n", text);
}

static void print_row(FILE *out, const struct probe_row *row)
{
	static const char marks[] = { [GOOD] = ' ', [MEDIOCRE] = '~', [BAD] = '!' };

	fprintf(out, "%c  %-*s%-*s", marks[row->grade], ITEM_WIDTH, row->item, VALUE_WIDTH, row->value);
	if (strlen(row->value) >= VALUE_WIDTH)
		fprintf(out, "\n%*s", 3 + ITEM_WIDTH + VALUE_WIDTH, "");
	print_text(out, row->meaning);
	if (row->advice && row->grade != GOOD) {
		char line[600];

		snprintf(line, sizeof line, "-> %s", row->advice);
		fprintf(out, "%*s", 3 + ITEM_WIDTH + VALUE_WIDTH, "");
		print_text(out, line);
	}
}

static struct probe_row device_row(const struct probe *probe)
{
	struct probe_row row = { .item = "/dev/kvm", .meaning = "virtual machines can be made" };

	probe_set(&row, "%s", probe->opens ? "opens" : "does not open");
	if (!probe->opens) {
		row.grade = BAD;
		row.meaning = "no virtual machine can be made, so engine kvm cannot run";
		row.advice = probe->device;
	}
	return row;
}

static struct probe_row backend_row(const struct probe *probe)
{
	struct probe_row row = { .item = "backend" };

	probe_set(&row, "%s", probe->backend);
	if (probe_is_emulating(probe)) {
		row.grade = BAD;
		row.meaning =
		        "runs guests without VT-x or SVM: their user mode runs natively, their kernel mode is"
		        " emulated instruction by instruction and not completely, so nothing that a kernel "
		        "does can"
		        " be timed";
		row.advice = "use a host with VT-x or SVM: a real machine, or a virtual one with nested "
		             "virtualisation";
	} else if (strstr(probe->backend, "kvm_intel")) {
		row.meaning = "Intel VT-x: kernel mode runs on the processor itself";
	} else if (strstr(probe->backend, "kvm_amd")) {
		row.meaning = "AMD SVM: kernel mode runs on the processor itself";
	} else {
		row.grade = MEDIOCRE;
		row.meaning = "no known module is visible; the native speed below tells whether kernel mode "
		              "is emulated";
	}
	return row;
}

/* Returns 1 if a parameter of the backend's kernel module is on, 0 if it is off, -1 if unknown. */
static int parameter(const struct probe *probe, const char *name)
{
	char path[160];
	char line[16];

	path_format(path, sizeof path, "/sys/module/%.*s/parameters/%s", (int)strcspn(probe->backend, " "),
	            probe->backend, name);
	if (!host_line(path, "", line, sizeof line))
		return -1;
	return *line == 'Y' || *line == '1';
}

static struct probe_row parameter_row(const char *item, int value, const char *on, const char *off,
                                      const char *advice)
{
	struct probe_row row = { .item = item, .meaning = "the backend does not say" };

	probe_set(&row, "%s", value < 0 ? "not known" : value ? "on" : "off");
	row.grade = value < 0 ? MEDIOCRE : value ? GOOD : BAD;
	if (value >= 0)
		row.meaning = value ? on : off;
	row.advice = value == 0 ? advice : NULL;
	return row;
}

static void print_backend(const struct probe *probe, FILE *out)
{
	bool amd = strstr(probe->backend, "kvm_amd") != NULL;
	bool intel = strstr(probe->backend, "kvm_intel") != NULL;
	struct probe_row row;

	row = parameter_row(
	        amd ? "nested paging" : "nested paging", parameter(probe, amd ? "npt" : "ept"),
	        "the guest changes its page tables and CR3 without exits; each TLB miss walks two tables",
	        "KVM shadows the page tables: every CR3 load, INVLPG and page-table change is an exit, and"
	        " they would be what is measured",
	        amd ? "sudo modprobe -r kvm_amd; sudo modprobe kvm_amd npt=1"
	            : "sudo modprobe -r kvm_intel; sudo modprobe kvm_intel ept=1");
	if (probe_is_emulating(probe)) {
		probe_set(&row, "none");
		row.grade = BAD;
		row.meaning = "this backend shadows the guest's page tables in software";
	}
	print_row(out, &row);
	if (intel) {
		row = parameter_row("unrestricted guest", parameter(probe, "unrestricted_guest"),
		                    "real mode runs natively",
		                    "real mode is emulated while the guest boots; no"
		                    " benchmark runs in it",
		                    "sudo modprobe kvm_intel unrestricted_guest=1");
		print_row(out, &row);
		row = parameter_row(
		        "VPID", parameter(probe, "vpid"), "the guest's TLB entries outlive an exit",
		        "every exit empties the TLB, so an interrupt of the host slows what comes after it",
		        "sudo modprobe kvm_intel vpid=1");
		print_row(out, &row);
	} else if (amd) {
		row = (struct probe_row){ .item = "ASID",
			                  .value = "always",
			                  .meaning = "the guest's TLB entries outlive an exit" };
		print_row(out, &row);
	} else {
		row = (struct probe_row){ .grade = MEDIOCRE,
			                  .item = "VPID, unrestricted",
			                  .value = "does not apply",
			                  .meaning = "these belong to kvm_intel" };
		print_row(out, &row);
	}
}

#define NOT_RUN "not tried"

static void print_guest(const struct probe *probe, FILE *out)
{
	struct probe_row row = { .item = "self-test", .meaning = "all parts of the kernel work on it" };

	probe_set(&row, "%" PRId64 " tests passed", probe->tests_passed);
	if (!probe->opens || *probe->self_test) {
		row.grade = BAD;
		probe_set(&row, "%s", probe->booted ? "does not pass" : NOT_RUN);
		row.meaning = *probe->self_test ? probe->self_test : "there is nothing to try it on";
	}
	print_row(out, &row);

	row = (struct probe_row){ .item = "guest CPU",
		                  .meaning = "the guest sees this processor with all its features" };
	probe_set(&row, "-cpu %.*s", (int)strcspn(kvm_cpu(), ","), kvm_cpu());
	if (*probe->refused) {
		row.grade = MEDIOCRE;
		row.meaning = probe->refused;
		row.advice = "-cpu host was refused, so the guest lacks features and its numbers stand for "
		             "less: update"
		             " QEMU and the host's kernel";
	}
	print_row(out, &row);
}

static void print_speed(const struct probe *probe, FILE *out)
{
	int64_t of_host = probe->loop_ticks > 0 && probe->host_loop_ticks > 0
	                          ? probe->loop_ticks * 100 / probe->host_loop_ticks
	                          : -1;
	struct probe_row row = { .item = "native speed",
		                 .meaning = "kernel mode runs as fast as on the host" };

	if (of_host >= 1000)
		probe_set(&row, "1/%" PRId64 " of the host's", of_host / 100);
	else if (of_host > 0)
		probe_set(&row, "%" PRId64 " %% of the host's", 10000 / of_host);
	else if (of_host == 0)
		probe_set(&row, "over 10000 %% of it");
	else
		probe_set(&row, "%s", NOT_RUN);
	if (of_host >= PROBE_HOST_MAX * 100) {
		row.grade = BAD;
		row.meaning =
		        "a loop in kernel mode takes a multiple of the host's ticks: kernel mode is emulated";
		row.advice = "a host with VT-x or SVM is needed";
	} else if (of_host > PROBE_NATIVE_MAX) {
		row.grade = MEDIOCRE;
		row.meaning = "the clock was down when the guest ran, or others took its time";
		row.advice = "see the rows governor and isolated cores";
	} else if (of_host < 0) {
		row.grade = MEDIOCRE;
		row.meaning = "the guest did not get that far";
	}
	print_row(out, &row);
}

static void print_counters(const struct probe *probe, FILE *out)
{
	struct probe_row row = {
		.item = "vPMU",
		.meaning = "the guest counts cycles, instructions, data-TLB misses and page walks"
	};

	probe_set(&row, "%s", probe->counters < 0 ? "not known" : "none in the guest");
	if (probe->counters > 0) {
		probe_set(&row, "%" PRId64 " counters", probe->counters);
	} else {
		row.grade = MEDIOCRE;
		row.meaning = "only ticks of the TSC are measured; columns of counters are left out";
		row.advice = "echo options kvm enable_pmu=1 | sudo tee /etc/modprobe.d/kvm-pmu.conf, reload "
		             "KVM; under a"
		             " hypervisor, give this host a vPMU";
	}
	print_row(out, &row);
}

static void print_time_stamps(const struct probe *probe, FILE *out)
{
	struct probe_row row = { .item = "time stamps",
		                 .value = "LFENCE; RDTSC; LFENCE",
		                 .meaning =
		                         "the TSC is invariant in the guest, and LFENCE orders its reads" };

	if (probe->lfence == 0 || (probe->lfence > 0 && !probe->invariant)) {
		row.grade = MEDIOCRE;
		row.meaning = probe->lfence == 0
		                      ? "LFENCE does not serialise here, so a few cycles of a sample may lie"
		                        " outside its time stamps"
		                      : "the guest is not told that its TSC is invariant";
		row.advice = probe->lfence == 0
		                     ? "update the microcode or the host's kernel (MSR C001_1029 bit 1)"
		                     : "check the row TSC: the host decides";
	} else if (probe->lfence < 0) {
		row.grade = MEDIOCRE;
		row.meaning = "the guest did not get that far";
	}
	print_row(out, &row);
}

void probe_table(const struct probe *probe, FILE *out)
{
	struct probe_row row;

	fprintf(out, "   %-*s%-*s%s\n", ITEM_WIDTH, "item", VALUE_WIDTH, "value",
	        "what it means for the numbers; -> how to improve it");
	if (*host_root())
		fprintf(out, "!  %-*s%-*s%s\n", ITEM_WIDTH, "replayed", VALUE_WIDTH, "yes",
		        "PALIMPSEST_ROOT is set: a made-up host");
	row = device_row(probe);
	print_row(out, &row);
	row = backend_row(probe);
	print_row(out, &row);
	print_backend(probe, out);
	row = (struct probe_row){ .item = "QEMU", .meaning = "5.2 or newer is needed" };
	probe_set(&row, "%s", *qemu_version() ? qemu_version() : "missing");
	row.grade = *qemu_version() ? GOOD : BAD;
	row.advice = "sudo apt-get install qemu-system-x86";
	print_row(out, &row);
	print_guest(probe, out);
	print_speed(probe, out);
	print_counters(probe, out);
	print_time_stamps(probe, out);
	for (size_t i = 0; probe_host_row(i, &row); i++)
		print_row(out, &row);
	if (probe->usable)
		fprintf(out, "\nKVM is usable: ./run-bench.sh --engine kvm   (! spoils the numbers, ~ makes "
		             "them worse)\n");
	else
		fprintf(out, "\nKVM is not usable here: %s\n", probe->why);
}
