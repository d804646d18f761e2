/* SPDX-License-Identifier: MIT */
/*
 * The real KVM modules of a Debian kernel on an emulated processor: QEMU without KVM emulates SVM,
 * and Bochs VMX. In that outer machine a small Linux (bench/linux/outer) loads KVM and starts a
 * QEMU, and the image runs in the inner machine. docs/kvm-emulated.md has more.
 *
 * The outer Linux passes the guest's records and exit status on to the outer machine's ports, where
 * they arrive as those of any guest. Its console is outer.log, the inner machine's serial.log.
 */
#define _GNU_SOURCE
#include "bench/host/base/paths.h"
#include "bench/host/base/text.h"
#include "bench/host/engine/engine_bochs.h"
#include "bench/host/engine/qemu.h"
#include "bench/protocol/ports.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OUTER_MEMORY 768 /* MiB for the outer Linux, its initramfs and the inner QEMU itself */
#define INITRD       "initrd"
#define ISO          "outer.iso"
#define LOG_BYTES    65536

/* With ept=0 in Bochs a periodic timer leaves programs hardly any time: hours for 16 MiB. */
#define TOO_SLOW     " skip=irq.off.max"

static const char *const variants[] = { "npt=1", "npt=0", "ept=1", "ept=0", NULL };

/*
 * Command line of the outer Linux: no mitigations and no watchdogs, which would only be slow, and
 * no reboot after a panic. no_timer_check, because on a busy host the emulator can be too late for
 * that test.
 */
static const char outer_words[] =
        "console=ttyS0,115200 quiet mitigations=off nopti nokaslr norandmaps tsc=reliable "
        "random.trust_cpu=on no_timer_check nowatchdog panic=-1";

static bool in_bochs(const char *variant)
{
	return strncmp(variant, "ept=", 4) == 0;
}

static int can_run(char *why, size_t size)
{
	char path[PATH_MAX];

	if (qemu_find(path, why, size))
		return -1;
	path_format(path, sizeof path, "%s/build/lab/base.cpio", path_root());
	if (path_exists(path))
		return 0;
	snprintf(why, size,
	         "the outer machine is not built ('make lab' fetches two Debian packages and builds it)");
	return -1;
}

/*
 * Writes the file that the outer machine's init (bench/linux/outer/init.sh) reads. No word contains
 * a quote.
 */
static int write_boot_file(const struct engine_boot *boot, char *why, size_t size)
{
	bool bochs = in_bochs(boot->variant);
	char text[1024];

	path_format(text, sizeof text,
	            "module=%s parameter=%.3s value=%s memory=%u cpus=%u\n"
	            "words='%s%s'\n",
	            bochs ? "intel" : "amd", boot->variant, boot->variant + 4, boot->memory, boot->cpus,
	            boot->command_line, strcmp(boot->variant, "ept=0") == 0 ? TOO_SLOW : "");
	return engine_write_file(boot->directory, "boot", text, why, size);
}

/* Makes the initramfs, and for Bochs the CD image that contains it. */
static int make_outer(const struct engine_boot *boot, char *why, size_t size)
{
	struct arguments command = { 0 };
	char image[PATH_MAX];
	char *output;
	int status = -1;
	bool made;

	engine_image_path(image, boot->strategy, "elf32");
	arguments_add(&command, "%s/bench/linux/outer/make-outer.sh", path_root());
	arguments_add(&command, "%s/build/lab", path_root());
	arguments_add_all(&command, boot->directory, image);
	arguments_add(&command, "%s/build/programs", path_root());
	if (in_bochs(boot->variant))
		arguments_add_all(&command, ISO, outer_words);
	else
		arguments_add_all(&command, INITRD);
	output = process_capture(&command, path_root(), 120, false, &status);
	made = output && status == 0;
	if (!made)
		snprintf(why, size,
		         "bench/linux/outer/make-outer.sh made no outer machine (is the disk full?)");
	arguments_free(&command);
	free(output);
	return made ? 0 : -1;
}

static int prepare_bochs(const struct engine_boot *boot, struct engine_command *command, char *why,
                         size_t size)
{
	static const char more[] = "cpu: model=corei7_haswell_4770\n"
	                           "com1: enabled=1, mode=file, dev=outer.log\n"
	                           "com2: enabled=1, mode=file, dev=serial.log\n";

	if (bochs_can_run(why, size) ||
	    bochs_prepare(boot->directory, ISO, boot->memory + OUTER_MEMORY, 1, more, command, why, size))
		return -1;
	arguments_add_all(&command->environment, "PALIMPSEST_NESTED=1");
	return 0;
}

static int prepare_qemu(const struct engine_boot *boot, struct engine_command *command, char *why,
                        size_t size)
{
	struct arguments *arguments = &command->arguments;
	char program[PATH_MAX];

	if (qemu_find(program, why, size))
		return -1;
	arguments_add_all(arguments, program, "-accel", "tcg", "-cpu", "EPYC,+svm,+npt,check=off", "-smp",
	                  "1", "-m");
	arguments_add(arguments, "%u", boot->memory + OUTER_MEMORY);
	arguments_add_all(arguments, "-nodefaults", "-no-user-config", "-display", "none", "-monitor", "none",
	                  "-no-reboot", "-debugcon", "stdio", "-serial", "file:outer.log", "-serial",
	                  "file:serial.log", "-device", PORTS_EXIT_DEVICE_QEMU, "-kernel");
	arguments_add(arguments, "%s/build/lab/vmlinuz", path_root());
	arguments_add_all(arguments, "-initrd", INITRD, "-append", outer_words);
	command->output = 1;
	return 0;
}

static int prepare(const struct engine_boot *boot, struct engine_command *command, char *why, size_t size)
{
	if (write_boot_file(boot, why, size) || make_outer(boot, why, size))
		return -1;
	return in_bochs(boot->variant) ? prepare_bochs(boot, command, why, size)
	                               : prepare_qemu(boot, command, why, size);
}

static void tidy(const char *directory)
{
	bochs_tidy(directory);
	engine_unlink(directory, INITRD);
	engine_unlink(directory, ISO);
}

/* Copies the part after `mark` of the last line that contains it. Returns false if none does. */
static bool find_last(const char *log, const char *mark, char *text, size_t size)
{
	const char *found = NULL;

	for (const char *at = strstr(log, mark); at; at = strstr(at + 1, mark))
		found = at + strlen(mark);
	if (!found)
		return false;
	snprintf(text, size, "%.*s", (int)strcspn(found, "\r\n"), found);
	text_clean(text);
	return true;
}

/*
 * Reads a file of the boot; the caller frees the text. Returns NULL if it is missing or memory is
 * short.
 */
static char *read_log(const char *directory, const char *name)
{
	char *log = calloc(1, LOG_BYTES);
	char path[PATH_MAX];
	FILE *file;

	path_format(path, sizeof path, "%s/%s", directory, name);
	file = fopen(path, "re");
	if (file && log)
		log[fread(log, 1, LOG_BYTES - 1, file)] = '\0';
	if (file)
		fclose(file);
	return log;
}

/*
 * Explains a failed boot from the outer console: a message of its init, a panic, or a Linux that
 * did not reach init.
 */
static int explain(const char *directory, char *text, size_t size)
{
	char *log = read_log(directory, "outer.log");
	char words[300];
	int status = 0;

	if (!log)
		return -1;
	if (find_last(log, "lab: error: ", words, sizeof words))
		snprintf(text, size, "in the outer machine: %s", words);
	else if (find_last(log, "Kernel panic", words, sizeof words))
		snprintf(
		        text, size,
		        "the outer machine's Linux panicked%s ('rm -r build/lab && make lab' builds it anew)",
		        words);
	else if (!strstr(log, "lab: "))
		snprintf(text, size, "the outer machine's Linux did not reach its init; see outer.log");
	else
		status = -1;
	free(log);
	return status;
}

const struct engine engine_kvm_emulated = {
	.name = "kvm-emulated",
	.meaning = "the real KVM modules on an emulated processor: shows that everything works under KVM;\n"
	           "                        its times mean nothing",
	.rounds = 1,
	.timeout = 3000,
	.quiet = 600,
	.some_counts = true,
	.self_test = true,
	.flag = "emulated",
	.variants = variants,
	.variants_full = 2,
	.can_run = can_run,
	.prepare = prepare,
	.tidy = tidy,
	.explain = explain,
};
