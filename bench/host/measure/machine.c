/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/host/measure/machine.h"
#include "bench/host/base/paths.h"
#include "bench/host/engine/engine_bochs.h"
#include "bench/host/engine/profiles.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define CD         "cd.iso"
#define CD_SECONDS 120 /* for making a CD */
#define CD_SCRIPT  "bench/bochs/measure/make-cd.sh"

enum { SECTOR_BYTES = 512 };

/* Links to the user's disks, and their places on the first IDE channel. */
static const char *const disk_links[REQUEST_DISKS_MAX] = { "disk1.img", "disk2.img" };
static const char *const disk_places[REQUEST_DISKS_MAX] = { "master", "slave" };

/* Makes the CD, or a link to the user's. */
static int make_cd(const struct request *request, const char *directory, char *why, size_t size)
{
	struct arguments command = { 0 };
	char path[PATH_MAX], cd[PATH_MAX];
	char *output;
	int status = 1;

	if (!request->iso && !request->kernel)
		return 0;
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

/* Describes the geometry of a disk with fewer than 1,008 sectors; writes "" for a larger one. Bochs
 * chooses cylinders of 1,008 sectors, so a smaller disk would have no cylinder, and the BIOS could not
 * read it. */
static void describe_geometry(uint64_t sectors, char *text, size_t room)
{
	enum { SECTORS = 63, HEADS = 16 };
	unsigned track = sectors < SECTORS ? (unsigned)sectors : SECTORS;
	unsigned heads = sectors / track < HEADS ? (unsigned)(sectors / track) : HEADS;

	*text = '\0';
	if (heads < HEADS)
		path_format(text, room, ", cylinders=1, heads=%u, spt=%u", heads, track);
}

/* Adds the line of bochsrc for a disk. */
static int describe_disk(const char *directory, const char *disk, size_t number, char *text, size_t room,
                         char *why, size_t size)
{
	char path[PATH_MAX], geometry[60];
	struct stat status;

	if (!realpath(disk, path) || stat(path, &status)) {
		snprintf(why, size, "--disk: %.200s does not exist", disk);
		return -1;
	}
	if (!S_ISREG(status.st_mode) || !status.st_size || status.st_size % SECTOR_BYTES) {
		snprintf(why, size,
		         "--disk: %.200s is not a raw disk image, whose size is a multiple of %d bytes; "
		         "`truncate -s %%%d FILE` makes a file larger until it is",
		         disk, SECTOR_BYTES, SECTOR_BYTES);
		return -1;
	}
	describe_geometry((uint64_t)status.st_size / SECTOR_BYTES, geometry, sizeof geometry);
	path_format(text, room, "ata0-%s: type=disk, mode=volatile, path=%s%s\n", disk_places[number],
	            disk_links[number], geometry);
	return engine_link(path, directory, disk_links[number], why, size);
}

/* Writes the lines of bochsrc for the drives. A path in bochsrc cannot contain a comma or a quote,
 * so the lines name links in the folder of the boot. */
static int describe_drives(const struct request *request, const char *directory, char *text, size_t room,
                           char *why, size_t size)
{
	bool cd = request->iso || request->kernel;

	path_format(text, room,
	            "ata0: enabled=1, ioaddr1=0x1f0, ioaddr2=0x3f0, irq=14\n"
	            "ata1: enabled=1, ioaddr1=0x170, ioaddr2=0x370, irq=15\n"
	            "com1: enabled=1, mode=null\n" /* the library writes WATCH_SERIAL */
	            /* Some kernels, such as GNU Mach, set up the interrupt controller in a way that Bochs
	             * complains of, and run nevertheless. */
	            "panic: action=fatal, pic=report\n"
	            "cpu: ips=%u\n",
	            request->ips);
	if (cd)
		path_format(text + strlen(text), room - strlen(text),
		            "%s: type=cdrom, path=" CD ", status=inserted\n",
		            request->disks ? "ata1-master" : "ata0-master");
	else
		path_format(text + strlen(text), room - strlen(text), "boot: disk\n");
	for (size_t i = 0; i < request->disks; i++)
		if (describe_disk(directory, request->disk[i], i, text + strlen(text), room - strlen(text),
		                  why, size))
			return -1;
	return 0;
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
	for (size_t i = 0; i < REQUEST_DISKS_MAX; i++)
		engine_unlink(directory, disk_links[i]);
	engine_unlink(directory, MACHINE_INPUT);
	engine_unlink(directory, MACHINE_SYMBOLS);
}
