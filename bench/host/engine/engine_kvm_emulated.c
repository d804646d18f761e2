/* SPDX-License-Identifier: MIT */
/*
 * Engine kvm-emulated: the KVM modules of a Debian kernel on an emulated processor. The outer
 * machine is QEMU (without KVM) or Bochs. QEMU emulates SVM, and Bochs emulates VMX. In the outer
 * machine a small Linux (bench/linux/outer) loads KVM and starts another QEMU, the inner machine,
 * which boots the image. docs/kvm-emulated.md describes the engine.
 *
 * The outer Linux writes the guest's records and exit status to the I/O ports of the outer machine,
 * so that the harness receives both as from any other engine. outer.log has the console of the
 * outer Linux; serial.log has the console of the inner machine.
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

#define OUTER_MEMORY 768 /* MiB, for the outer Linux, its initramfs and the inner QEMU itself */
#define INITRD       "initrd"
#define ISO          "outer.iso"
#define LOG_BYTES    65536

/*
 * Skips a benchmark that loads programs while a periodic timer runs. With ept=0 in Bochs, timer
 * interrupts take nearly all the guest's time, so that loading 16 MiB would take hours.
 */
#define TOO_SLOW     " skip=irq.off.max"

static const char *const variants[] = { "npt=1", "npt=0", "ept=1", "ept=0", NULL };

/*
 * The command line of the outer Linux. Mitigations and watchdogs are off because they would only
 * cost time. With panic=-1 Linux reboots at once after a panic, and QEMU exits instead of rebooting
 * (-no-reboot). no_timer_check skips a test of the timer that fails if the emulator is slow on a
 * busy host.
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
 * Writes the file `boot`, which the outer machine's init (bench/linux/outer/init.sh) reads as shell
 * code. The kernel's command line contains no quotes, so the file can have it in quotes, without
 * escapes. Returns 0, or -1 with the reason in `why`.
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

/*
 * Makes the outer machine's initramfs or, for Bochs, a CD image that contains it. Returns 0, or -1
 * with the reason in `why`.
 */
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
	                           "ata0-master: type=cdrom, path=" ISO ", status=inserted\n"
	                           "com1: enabled=1, mode=file, dev=outer.log\n"
	                           "com2: enabled=1, mode=file, dev=serial.log\n";

	if (bochs_can_run(why, size) ||
	    bochs_prepare(boot->directory, boot->memory + OUTER_MEMORY, 1, more, command, why, size))
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

/*
 * Finds the last `mark` in the log and copies the rest of its line to `text`. Returns false if
 * there is no mark.
 */
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
 * Returns the first LOG_BYTES - 1 bytes of a file of the boot, or "" if it cannot be read. The
 * caller frees the text. Returns NULL if out of memory.
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
 * Explains a failed boot from outer.log: by the error message of the outer init, by a panic of the
 * outer Linux, or by the fact that this Linux did not reach init. Returns 0, or -1 if the log shows
 * none of these.
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
