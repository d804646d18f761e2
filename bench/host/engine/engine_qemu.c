/* SPDX-License-Identifier: MIT */
/* Engines kvm and tcg: QEMU with KVM, and without it. */
#define _GNU_SOURCE
#include "bench/host/base/paths.h"
#include "bench/host/engine/engine.h"
#include "bench/host/engine/kvm_machine.h"
#include "bench/host/engine/linux_rows.h"
#include "bench/host/engine/qemu.h"
#include "bench/protocol/ports.h"

#include <stdio.h>
#include <string.h>

static int tcg_can_run(char *why, size_t size)
{
	char path[PATH_MAX];

	return qemu_find(path, why, size);
}

static int kvm_can_run(char *why, size_t size)
{
	char path[PATH_MAX];

	return qemu_find(path, why, size) || kvm_check_qemu(why, size) ? -1 : 0;
}

/*
 * Adds the option -initrd with the boot's modules. QEMU splits the option's value at commas and
 * spaces, which the path of the source tree may contain. Therefore QEMU runs in the boot's folder,
 * and this function makes links to the modules there. Returns 0, or -1 with the reason in `why`.
 */
static int add_modules(const struct engine_boot *boot, struct arguments *arguments, char *why, size_t size)
{
	struct arguments names = { 0 };
	char folder[PATH_MAX];
	char list[4096];
	size_t used = 0;

	path_format(folder, sizeof folder, "%s/build/programs", path_root());
	if (engine_link(folder, boot->directory, "programs", why, size) ||
	    engine_modules(boot, &names, why, size))
		return -1;
	for (size_t i = 0; i < names.count; i++) {
		path_format(list + used, sizeof list - used, "%sprograms/%s.elf %s", i ? "," : "",
		            names.item[i], names.item[i]);
		used += strlen(list + used);
	}
	if (engine_has_archive(boot)) {
		path_format(folder, sizeof folder, "%s/" LINUX_FOLDER, path_root());
		if (engine_link(folder, boot->directory, "real", why, size)) {
			arguments_free(&names);
			return -1;
		}
		path_format(list + used, sizeof list - used, "%sreal/" LINUX_ARCHIVE " " LINUX_ARCHIVE,
		            used ? "," : "");
		used += strlen(list + used);
	}
	if (used) {
		arguments_add(arguments, "-initrd");
		arguments_add(arguments, "%s", list);
	}
	arguments_free(&names);
	return 0;
}

static int prepare(const struct engine_boot *boot, struct engine_command *command, const char *accelerator,
                   const char *cpu, char *why, size_t size)
{
	struct arguments *arguments = &command->arguments;
	char program[PATH_MAX];
	char image[PATH_MAX];

	engine_image_path(image, boot->strategy, "elf32");
	if (qemu_find(program, why, size) || engine_link(image, boot->directory, "kernel.elf32", why, size))
		return -1;
	arguments_add_all(arguments, program, "-accel", accelerator, "-cpu", cpu);
	arguments_add(arguments, "-m");
	arguments_add(arguments, "%u", boot->memory);
	arguments_add(arguments, "-smp");
	arguments_add(arguments, "%u", boot->cpus);
	arguments_add_all(arguments, "-name", "palimpsest,debug-threads=on", "-nodefaults", "-no-user-config",
	                  "-display", "none", "-monitor", "none", "-no-reboot", "-debugcon", "stdio",
	                  "-serial", "file:serial.log", "-device", PORTS_EXIT_DEVICE_QEMU, "-kernel",
	                  "kernel.elf32", "-append", boot->command_line);
	command->output = 1;
	return add_modules(boot, arguments, why, size);
}

static int tcg_prepare(const struct engine_boot *boot, struct engine_command *command, char *why, size_t size)
{
	return prepare(boot, command, "tcg", "max", why, size);
}

static int kvm_prepare(const struct engine_boot *boot, struct engine_command *command, char *why, size_t size)
{
	if (prepare(boot, command, "kvm", kvm_cpu(), why, size))
		return -1;
	kvm_add_machine(&command->arguments, boot->memory);
	return 0;
}

static void tidy(const char *directory)
{
	engine_unlink(directory, "kernel.elf32");
	engine_unlink(directory, "programs");
	engine_unlink(directory, "real");
}

const struct engine engine_tcg = {
	.name = "tcg",
	.meaning = "QEMU without KVM: shows that everything works; its times mean nothing",
	.rounds = 1,
	.timeout = 60,
	.can_run = tcg_can_run,
	.prepare = tcg_prepare,
	.tidy = tidy,
};

const struct engine engine_kvm = {
	.name = "kvm",
	.meaning = "QEMU with KVM on this processor: time stamp counter ticks",
	.rounds = 9,
	.timeout = 60,
	.exclusive = true,
	.needs_probe = true,
	.can_run = kvm_can_run,
	.prepare = kvm_prepare,
	.tidy = tidy,
};
