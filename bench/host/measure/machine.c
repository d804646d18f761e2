/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/host/measure/machine.h"
#include "bench/host/base/paths.h"
#include "bench/host/engine/engine_bochs.h"
#include "bench/host/engine/profiles.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CD         "cd.iso"
#define DISK       "disk.img"
#define CD_SECONDS 120 /* for making a CD */
#define CD_SCRIPT  "bench/bochs/measure/make-cd.sh"

/* Makes the CD, or a link to the user's. */
static int make_cd(const struct request *request, const char *directory, char *why, size_t size)
{
	struct arguments command = { 0 };
	char path[PATH_MAX], cd[PATH_MAX];
	char *output;
	int status = 1;

	if (request->iso) {
		if (!realpath(request->iso, path)) {
			snprintf(why, size, "--iso: %.200s does not exist", request->iso);
			return -1;
		}
		return engine_link(path, directory, CD, why, size);
	}
	path_format(path, sizeof path, "%s/" CD_SCRIPT, path_root());
	path_format(cd, sizeof cd, "%s/" CD, directory);
	arguments_add_all(&command, "sh", "-c", "exec \"$0\" \"$@\" 2>&1", path, cd, request->kernel,
	                  request->append ? request->append : "");
	if (request->initrd)
		arguments_add_all(&command, request->initrd);
	output = process_capture(&command, NULL, CD_SECONDS, true, &status);
	arguments_free(&command);
	if (status)
		snprintf(why, size, "no CD could be made of %.100s: %.250s", request->kernel,
		         output ? output : "it took too long");
	why[strcspn(why, "\n")] = '\0';
	free(output);
	return status ? -1 : 0;
}

/* Writes the lines of bochsrc for the drives. A path in bochsrc cannot contain a comma or a quote,
 * so the lines name links in the folder of the boot. */
static int describe_drives(const struct request *request, const char *directory, char *text, size_t room,
                           char *why, size_t size)
{
	char path[PATH_MAX];

	path_format(text, room,
	            "ata0: enabled=1, ioaddr1=0x1f0, ioaddr2=0x3f0, irq=14\n"
	            "ata1: enabled=1, ioaddr1=0x170, ioaddr2=0x370, irq=15\n"
	            "%s: type=cdrom, path=" CD ", status=inserted\n",
	            request->disk ? "ata1-master" : "ata0-master");
	if (!request->disk)
		return 0;
	if (!realpath(request->disk, path)) {
		snprintf(why, size, "--disk: %.200s does not exist", request->disk);
		return -1;
	}
	path_format(text + strlen(text), room - strlen(text),
	            "ata0-master: type=disk, mode=volatile, path=" DISK "\n");
	return engine_link(path, directory, DISK, why, size);
}

int machine_prepare(const struct request *request, const char *directory, const char *plan,
                    struct engine_command *command, char *why, size_t size)
{
	char drives[600], path[PATH_MAX];

	if (request->input && !realpath(request->input, path)) {
		snprintf(why, size, "--input: %.200s does not exist", request->input);
		return -1;
	}
	if (request->input && engine_link(path, directory, MACHINE_INPUT, why, size))
		return -1;
	if (make_cd(request, directory, why, size) ||
	    describe_drives(request, directory, drives, sizeof drives, why, size) ||
	    engine_write_file(directory, MACHINE_PLAN, plan, why, size) ||
	    bochs_prepare(directory, request->memory, 1, drives, command, why, size))
		return -1;
	arguments_add_all(&command->environment, "PALIMPSEST_MEASURE=" MACHINE_PLAN);
	if (request->trace)
		arguments_add_all(&command->environment, "PALIMPSEST_TRACE=trace.txt");
	if (request->profile) {
		profiles_path(path, request->profile);
		arguments_add(&command->environment, "PALIMPSEST_PROFILE=%s", path);
	}
	return 0;
}

void machine_tidy(const char *directory)
{
	bochs_tidy(directory);
	engine_unlink(directory, CD);
	engine_unlink(directory, DISK);
	engine_unlink(directory, MACHINE_INPUT);
	engine_unlink(directory, MACHINE_SYMBOLS);
}
