/* SPDX-License-Identifier: MIT */
/* The distribution's Bochs, with the instrumentation library loaded into it. */
#define _GNU_SOURCE
#include "bench/host/engine.h"
#include "bench/host/paths.h"
#include "bench/host/profiles.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIBRARY "palimpsest-bochs.so"
#define ISO     "palimpsest.iso"

/* Debian's `bochs` is a script around `bochs-bin`. */
static const char *const programs[] = { "bochs-bin", "bochs", NULL };

/* Loads the library into Bochs for a moment. It says what it misses; anything else shows in a boot. */
static int can_instrument(const char *program, const char *library, char *why, size_t size)
{
	static const char message[] = "palimpsest-bochs: ";
	struct arguments command = { 0 };
	char *output, *found;
	int status;

	arguments_add_all(&command, "sh", "-c", "LD_PRELOAD=$1 exec \"$0\" --help 2>&1", program, library);
	output = process_capture(&command, NULL, 10, true, &status);
	arguments_free(&command);
	found = output ? strstr(output, message) : NULL;
	if (found)
		snprintf(why, size, "%.*s", (int)strcspn(found + strlen(message), "\n"),
		         found + strlen(message));
	free(output);
	return found ? -1 : 0;
}

static int can_run(char *why, size_t size)
{
	char program[PATH_MAX];
	char path[PATH_MAX];

	if (path_find_program("PALIMPSEST_BOCHS", programs, program)) {
		snprintf(why, size,
		         "bochs is missing (Debian packages bochs, bochs-sdl, bochsbios, vgabios)");
		return -1;
	}
	path_format(path, sizeof path, "%s/build/bochs/" LIBRARY, path_root());
	if (!path_exists(path)) {
		snprintf(why, size, "the instrumentation library is not built ('make bochs-library')");
		return -1;
	}
	return can_instrument(program, path, why, size);
}

/* The kernel boots from a CD image of its own, since its command line is in there. */
static int make_iso(const struct engine_boot *boot, char *why, size_t size)
{
	struct arguments command = { 0 };
	struct arguments names = { 0 };
	char image[PATH_MAX];
	char *output;
	int status = -1;
	bool made;

	if (engine_modules(&names, why, size))
		return -1;
	engine_image_path(image, boot->strategy, "elf32");
	arguments_add(&command, "%s/kernel/boot/make-iso.sh", path_root());
	arguments_add(&command, "%s/" ISO, boot->directory);
	arguments_add_all(&command, image, boot->command_line);
	for (size_t i = 0; i < names.count; i++)
		arguments_add(&command, "%s/build/programs/%s.elf", path_root(), names.item[i]);
	output = process_capture(&command, path_root(), 60, false, &status);
	made = output && status == 0;
	if (!made)
		snprintf(why, size, "kernel/boot/make-iso.sh made no CD image of %.200s", image);
	arguments_free(&names);
	arguments_free(&command);
	free(output);
	return made ? 0 : -1;
}

static int write_file(const char *directory, const char *name, const char *text, char *why, size_t size)
{
	char path[PATH_MAX];
	FILE *file;
	int status;

	path_format(path, sizeof path, "%s/%s", directory, name);
	file = fopen(path, "w");
	status = file ? fputs(text, file) : EOF;
	if (file && fclose(file))
		status = EOF;
	if (status == EOF)
		snprintf(why, size, "%.200s cannot be written", path);
	return status == EOF ? -1 : 0;
}

/* The tree's own bochsrc, then what this boot changes: of two lines with one name Bochs takes the later. */
static int write_bochsrc(const struct engine_boot *boot, char *why, size_t size)
{
	char path[PATH_MAX];
	char text[16384];
	size_t length = 0;
	FILE *file;

	path_format(path, sizeof path, "%s/bochsrc", path_root());
	file = fopen(path, "r");
	if (file) {
		length = fread(text, 1, sizeof text - 1024, file);
		fclose(file);
	}
	if (length == 0 || length == sizeof text - 1024) {
		snprintf(why, size, "%.200s cannot be read, or is over 15 KiB", path);
		return -1;
	}
	path_format(text + length, sizeof text - length,
	            "\nmemory: guest=%u, host=%u\n"
	            "cpu: count=%u\n"
	            "ata0-master: type=cdrom, path=" ISO ", status=inserted\n"
	            "com1: enabled=1, mode=file, dev=serial.log\n"
	            "log: bochs.log\n",
	            boot->memory, boot->memory, boot->cpus);
	return write_file(boot->directory, "bochsrc", text, why, size);
}

static int prepare(const struct engine_boot *boot, struct engine_command *command, char *why, size_t size)
{
	char path[PATH_MAX];

	path_format(path, sizeof path, "%s/build/bochs/" LIBRARY, path_root());
	if (engine_link(path, boot->directory, LIBRARY, why, size) || make_iso(boot, why, size) ||
	    write_bochsrc(boot, why, size) || write_file(boot->directory, "debugger.rc", "c\n", why, size))
		return -1;
	if (path_find_program("PALIMPSEST_BOCHS", programs, path)) {
		snprintf(why, size, "bochs is missing");
		return -1;
	}
	arguments_add_all(&command->arguments, path, "-q", "-f", "bochsrc", "-rc", "debugger.rc");
	arguments_add_all(&command->environment, "SDL_VIDEODRIVER=dummy", "SDL_AUDIODRIVER=dummy",
	                  "LD_PRELOAD=./" LIBRARY, "PALIMPSEST_FD=3");
	if (boot->profile) {
		profiles_path(path, boot->profile);
		arguments_add(&command->environment, "PALIMPSEST_PROFILE=%s", path);
	}
	if (boot->profile || boot->functions) {
		engine_image_path(path, boot->strategy, "elf");
		arguments_add(&command->environment, "PALIMPSEST_SYMBOLS=%s", path);
	}
	if (boot->trace)
		arguments_add(&command->environment, "PALIMPSEST_TRACE=trace.txt");
	command->output = 3;
	return 0;
}

static void tidy(const char *directory)
{
	engine_unlink(directory, LIBRARY);
	engine_unlink(directory, ISO);
	engine_unlink(directory, "debugger.rc");
}

const struct engine engine_bochs = {
	.name = "bochs",
	.meaning = "Bochs with the instrumentation library: exact counts of events, the same on every host;\n"
	           "                        with --profile also cycles by a model",
	.rounds = 1,
	.timeout = 300,
	.counts = true,
	.can_run = can_run,
	.prepare = prepare,
	.tidy = tidy,
};
