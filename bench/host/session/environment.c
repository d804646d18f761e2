/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/host/session/environment.h"
#include "bench/host/base/host_facts.h"
#include "bench/host/base/json.h"
#include "bench/host/base/paths.h"
#include "bench/host/base/process.h"
#include "bench/host/engine/linux_rows.h"
#include "bench/host/launch/image.h"
#include "bench/host/probe/probe_kvm.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

void environment_add(struct environment *environment, const char *key, const char *format, ...)
{
	va_list arguments;
	size_t at = 0;

	while (at < environment->count && strcmp(environment->item[at].key, key) != 0)
		at++;
	if (at == ENVIRONMENT_MAX)
		return;
	if (at == environment->count)
		environment->count++;
	snprintf(environment->item[at].key, sizeof environment->item[at].key, "%s", key);
	va_start(arguments, format);
	vsnprintf(environment->item[at].value, ENVIRONMENT_VALUE_MAX, format, arguments);
	va_end(arguments);
}

static void add_line(struct environment *environment, const char *key, const char *path, const char *prefix)
{
	char line[ENVIRONMENT_VALUE_MAX];

	if (host_line(path, prefix, line, sizeof line))
		environment_add(environment, key, "%s", line);
	else
		environment_add(environment, key, "unknown: %s %s", path,
		                host_exists(path) ? "does not say" : "does not exist");
}

void environment_add_file(struct environment *environment, const char *key, const char *path)
{
	add_line(environment, key, path, "");
}

static void add_turbo(struct environment *environment)
{
	int turbo = host_turbo();

	environment_add(environment, "host.turbo", "%s",
	                turbo < 0 ? "unknown: neither intel_pstate nor cpufreq/boost is there"
	                : turbo   ? "on"
	                          : "off");
}

/* Adds the TSC's frequency in kHz, and whether the TSC is invariant. */
static void add_tsc(struct environment *environment)
{
	bool invariant = host_cpu_flag("constant_tsc") && host_cpu_flag("nonstop_tsc");

	environment_add(environment, "host.tsc_khz", "%.0f", host_tsc_khz());
	environment_add(environment, "host.tsc_invariant", "%s", invariant ? "yes" : "no");
}

static void add_hypervisor(struct environment *environment)
{
	char line[8192];

	if (!host_line("/proc/cpuinfo", "flags", line, sizeof line))
		environment_add(environment, "host.hypervisor", "unknown: /proc/cpuinfo has no flags");
	else
		environment_add(environment, "host.hypervisor", "%s",
		                strstr(line, " hypervisor") ? "yes: the host is a virtual machine" : "no");
}

static void add_host(struct environment *environment)
{
	struct utsname host;

	add_line(environment, "host.cpu", "/proc/cpuinfo", "model name");
	add_line(environment, "host.microcode", "/proc/cpuinfo", "microcode");
	environment_add(environment, "host.cpus", "%ld", sysconf(_SC_NPROCESSORS_ONLN));
	add_line(environment, "host.memory", "/proc/meminfo", "MemTotal");
	add_line(environment, "host.os", "/etc/os-release", "PRETTY_NAME");
	if (uname(&host) == 0)
		environment_add(environment, "host.kernel", "%s %s %s", host.sysname, host.release,
		                host.machine);
	add_line(environment, "host.governor", "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "");
	add_line(environment, "host.smt", "/sys/devices/system/cpu/smt/control", "");
	add_turbo(environment);
	add_hypervisor(environment);
	add_tsc(environment);
	add_line(environment, "host.isolated_cpus", "/sys/devices/system/cpu/isolated", "");
	add_line(environment, "host.perf_event_paranoid", "/proc/sys/kernel/perf_event_paranoid", "");
	add_line(environment, "host.clocksource",
	         "/sys/devices/system/clocksource/clocksource0/current_clocksource", "");
}

static void add_kvm(struct environment *environment)
{
	char device[PATH_MAX];
	char backend[64];
	char path[128];

	host_path(device, "/dev/kvm");
	if (access(device, R_OK | W_OK) == 0)
		environment_add(environment, "kvm.device", "present, readable and writable");
	else
		environment_add(environment, "kvm.device", "%s", strerror(errno));
	probe_kvm_backend(backend, sizeof backend);
	environment_add(environment, "kvm.backend", "%s", backend);
	backend[strcspn(backend, " ")] = '\0';
	path_format(path, sizeof path, "/sys/module/%s/parameters/%s", backend,
	            strcmp(backend, "kvm_amd") == 0 ? "npt" : "ept");
	add_line(environment, "kvm.nested_paging", path, "");
	path_format(path, sizeof path, "/sys/module/%s/parameters/nested", backend);
	add_line(environment, "kvm.nested", path, "");
	path_format(path, sizeof path, "/sys/module/%s/parameters/vpid", backend);
	if (strcmp(backend, "kvm_intel") == 0)
		add_line(environment, "kvm.vpid", path, "");
	add_line(environment, "kvm.enable_pmu", "/sys/module/kvm/parameters/enable_pmu", "");
}

/*
 * Adds the version of a tool: the first line with a digit that the tool prints with `argument`.
 * (Bochs prints lines without a digit before its version.) path_find_program() finds the tool.
 */
static void add_version(struct environment *environment, const char *key, const char *override,
                        const char *const programs[], const char *argument)
{
	struct arguments command = { 0 };
	char program[PATH_MAX];
	char *rest = NULL;
	char *line = NULL;
	char *output;
	int status;

	if (path_find_program(override, programs, program)) {
		environment_add(environment, key, "unknown: %s is not installed", programs[0]);
		return;
	}
	arguments_add_all(&command, program, argument);
	output = process_capture(&command, NULL, 10, true, &status);
	arguments_free(&command);
	if (output)
		line = strtok_r(output, "\n", &rest);
	while (line && !line[strcspn(line, "0123456789")])
		line = strtok_r(NULL, "\n", &rest);
	if (line)
		environment_add(environment, key, "%s", line + strspn(line, " "));
	else
		environment_add(environment, key, "unknown: '%s %s' prints no version", programs[0],
		                argument);
	free(output);
}

/*
 * Adds the name of the Linux kernel that engine kvm-emulated boots: the first line of
 * build/lab/kernel, which `make lab` writes.
 */
static void add_outer_linux(struct environment *environment)
{
	char name[PATH_MAX + 40] = "unknown: 'make lab' was not run";
	char path[PATH_MAX];
	FILE *file;

	path_format(path, sizeof path, "%s/build/lab/kernel", path_root());
	file = fopen(path, "re");
	if (file && !fgets(name, sizeof name, file))
		snprintf(name, sizeof name, "unknown: %s is empty", path);
	if (file)
		fclose(file);
	environment_add(environment, "tool.outer_linux", "%.*s", (int)strcspn(name, "\n"), name);
}

static void add_tools(struct environment *environment)
{
	add_version(environment, "tool.qemu", "PALIMPSEST_QEMU",
	            (const char *[]){ "qemu-system-x86_64", NULL }, "--version");
	add_version(environment, "tool.bochs", "PALIMPSEST_BOCHS",
	            (const char *[]){ "bochs-bin", "bochs", NULL }, "--help");
	add_version(environment, "tool.gcc", NULL, (const char *[]){ "gcc", NULL }, "--version");
	add_version(environment, "tool.nasm", NULL, (const char *[]){ "nasm", NULL }, "--version");
	add_version(environment, "tool.ld", NULL, (const char *[]){ "ld", NULL }, "--version");
	add_version(environment, "tool.gnuplot", NULL, (const char *[]){ "gnuplot", NULL }, "--version");
	add_outer_linux(environment);
	environment_add(environment, "tool.sqlite", "%s", sqlite3_libversion());
}

void environment_add_compiler(struct environment *environment, const char *compiler,
                              const struct compiler_list *all)
{
	char names[COMPILERS_MAX * COMPILER_NAME_MAX] = "";
	char program[COMPILER_NAME_MAX];

	for (size_t i = 0; i < all->count; i++)
		snprintf(names + strlen(names), sizeof names - strlen(names), "%s%s", i ? "," : "",
		         all->name[i]);
	environment_add(environment, "run.compiler", "%s", compiler);
	environment_add(environment, "run.compilers", "%s", names);
	compiler_program(program, compiler);
	if (strcmp(program, "gcc") != 0)
		add_version(environment, "tool.compiler", NULL, (const char *[]){ program, NULL },
		            "--version");
}

/* Adds one SHA-256 hash over all programs that the kernel gets as boot modules. */
static void add_programs(struct environment *environment)
{
	struct arguments command = { 0 };
	char folder[PATH_MAX];
	int status = -1;
	char *output;

	path_format(folder, sizeof folder, "%s/build/programs", path_root());
	arguments_add_all(&command, "sh", "-c", "cd \"$1\" && cat *.elf | sha256sum", "sh", folder);
	output = process_capture(&command, NULL, 20, true, &status);
	arguments_free(&command);
	if (output && status == 0 && strlen(output) > 64)
		environment_add(environment, "sha256.programs", "%.64s", output);
	else
		environment_add(environment, "sha256.programs", "unknown: build/programs cannot be read");
	free(output);
}

/*
 * Adds the names and versions of the Debian packages from which the archive of Linux programs was
 * made, and a SHA-256 hash over the programs. The benchmarks *.real use the archive.
 */
static void add_linux_programs(struct environment *environment)
{
	struct arguments command = { 0 };
	char folder[PATH_MAX];
	int status = -1;
	char *output;

	path_format(folder, sizeof folder, "%s/" LINUX_FOLDER, path_root());
	arguments_add_all(&command, "sh", "-c",
	                  "cd \"$1/root/bin\" && [ -e ../../" LINUX_ARCHIVE " ] || exit\n"
	                  "dpkg-query -W -f '${Package} ${Version}, ' busybox-static bash-static sash "
	                  "musl-tools libc6-dev | sed 's/, $//'\n"
	                  "echo; find . -type f | LC_ALL=C sort | xargs cat | sha256sum",
	                  "sh", folder);
	output = process_capture(&command, NULL, 20, true, &status);
	arguments_free(&command);
	if (output && status == 0 && strlen(output) > 64 && *output != '\n') {
		environment_add(environment, "tool.linux-programs", "%.*s", (int)strcspn(output, "\n"),
		                output);
		environment_add(environment, "sha256.linux-programs", "%.64s", strchr(output, '\n') + 1);
	} else {
		environment_add(environment, "tool.linux-programs", "unknown: " LINUX_FOLDER " is not made");
	}
	free(output);
}

/*
 * Adds the revision of the source tree, or git's message if git finds no revision. If the tree is
 * only a folder in another repository, that repository's revision is not used.
 */
static void add_revision(struct environment *environment)
{
	static const char ask[] =
	        "command -v git >/dev/null || { echo git is not installed; exit 1; }\n"
	        "above=$(git -C \"$1\" rev-parse --show-cdup 2>&1) || { echo \"git says: $above\"; exit 1; "
	        "}\n"
	        "[ -z \"$above\" ] || { echo it lies in the checkout of something else; exit 1; }\n"
	        "exec git -C \"$1\" describe --always --dirty 2>&1";
	static const char fatal[] = "fatal: ";
	struct arguments command = { 0 };
	int status = -1;
	char *output, *cut;

	arguments_add_all(&command, "sh", "-c", ask, "sh", path_root());
	output = process_capture(&command, NULL, 20, true, &status);
	arguments_free(&command);
	if (output)
		output[strcspn(output, "\n")] = '\0';
	cut = output && status != 0 ? strstr(output, fatal) : NULL;
	if (cut)
		memmove(cut, cut + strlen(fatal), strlen(cut + strlen(fatal)) + 1);
	environment_add(environment, "source.revision", "%s%s",
	                output && status == 0 ? "" : "unknown: ", output ? output : "git does not answer");
	free(output);
}

static void add_source(struct environment *environment)
{
	char sha256[IMAGE_SHA256_MAX];
	char path[PATH_MAX];

	add_revision(environment);
	path_format(path, sizeof path, "%s/build/bochs/palimpsest-bochs.so", path_root());
	image_sha256(path, sha256);
	environment_add(environment, "sha256.bochs-library", "%s", sha256);
	add_programs(environment);
}

void environment_collect(struct environment *environment)
{
	add_host(environment);
	add_kvm(environment);
	add_tools(environment);
	add_source(environment);
	add_linux_programs(environment);
}

int environment_store(const struct environment *environment, struct store *store)
{
	for (size_t i = 0; i < environment->count; i++)
		if (store_environment(store, environment->item[i].key, environment->item[i].value))
			return -1;
	return store_commit(store);
}

int environment_write_json(const struct environment *environment, const char *path)
{
	FILE *file = fopen(path, "we");
	int failed;

	if (!file)
		return -1;
	fputs("{\n", file);
	for (size_t i = 0; i < environment->count; i++) {
		fputs("  ", file);
		json_write_string(file, environment->item[i].key);
		fputs(": ", file);
		json_write_string(file, environment->item[i].value);
		fputs(i + 1 < environment->count ? ",\n" : "\n", file);
	}
	fputs("}\n", file);
	failed = ferror(file);
	return fclose(file) || failed ? -1 : 0;
}
