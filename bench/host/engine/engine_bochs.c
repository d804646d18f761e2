/* SPDX-License-Identifier: MIT */
/* Engine bochs: Debian's Bochs with the instrumentation library preloaded. */
#define _GNU_SOURCE
#include "bench/host/engine/engine_bochs.h"
#include "bench/host/base/paths.h"
#include "bench/host/engine/linux_rows.h"
#include "bench/host/engine/profiles.h"
#include "bench/protocol/load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIBRARY         "palimpsest-bochs.so"
#define ROM             "loader.rom"
#define LOAD            "load.txt"

/* The most guest memory, in MiB, that Bochs keeps in its process. If the guest uses more, Bochs
 * swaps to a file. */
#define HOST_MEMORY_MAX 2048U
#define CPUS_MAX        15U /* each takes 3 of the 64 timers of Bochs */

/* In Debian `bochs` is a script that starts `bochs-bin`. */
static const char *const programs[] = { "bochs-bin", "bochs", NULL };

/*
 * Checks that the library can be loaded into this Bochs: runs `bochs --help` with the library
 * preloaded. The library then reports missing symbols. Other problems show only in a boot. Returns
 * 0, or -1 with the library's message in `why`.
 */
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

int bochs_can_run(char *why, size_t size)
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

/*
 * Writes the file LOAD, from which the library loads the kernel and its modules (bench/bochs/load.h).
 * Returns 0, or -1 with the reason in `why`.
 */
static int write_load(const struct engine_boot *boot, char *why, size_t size)
{
	struct arguments names = { 0 };
	char image[PATH_MAX], path[PATH_MAX];
	FILE *file;
	bool written;

	if (engine_modules(boot, &names, why, size))
		return -1;
	engine_image_path(image, boot->strategy, "elf32");
	path_format(path, sizeof path, "%s/" LOAD, boot->directory);
	file = fopen(path, "we");
	if (file)
		fprintf(file, "kernel %s\nwords %s\n", image, boot->command_line);
	for (size_t i = 0; file && i < names.count; i++)
		fprintf(file, "module %s %s/build/programs/%s.elf\n", names.item[i], path_root(),
		        names.item[i]);
	if (file && engine_has_archive(boot))
		fprintf(file, "module " LINUX_ARCHIVE " %s/" LINUX_FOLDER "/" LINUX_ARCHIVE "\n",
		        path_root());
	written = file && !ferror(file);
	if (file && fclose(file))
		written = false;
	if (!written)
		snprintf(why, size, "%.200s cannot be written", path);
	arguments_free(&names);
	return written ? 0 : -1;
}

/*
 * Writes the file bochsrc: the lines of the source tree's bochsrc, then those of this boot. If
 * several lines set the same option, Bochs uses the last. Returns 0, or -1 with the reason in
 * `why`.
 */
static int write_bochsrc(const char *directory, unsigned memory, unsigned cpus, const char *more, char *why,
                         size_t size)
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
	            "com1: enabled=1, mode=file, dev=serial.log\n"
	            "log: bochs.log\n%s",
	            memory, memory < HOST_MEMORY_MAX ? memory : HOST_MEMORY_MAX, cpus, more);
	return engine_write_file(directory, "bochsrc", text, why, size);
}

int bochs_prepare(const char *directory, unsigned memory, unsigned cpus, const char *more,
                  struct engine_command *command, char *why, size_t size)
{
	char path[PATH_MAX];

	if (cpus > CPUS_MAX) {
		snprintf(why, size, "Bochs can emulate at most %u CPUs", CPUS_MAX);
		return -1;
	}
	path_format(path, sizeof path, "%s/build/bochs/" LIBRARY, path_root());
	if (engine_link(path, directory, LIBRARY, why, size) ||
	    write_bochsrc(directory, memory, cpus, more, why, size) ||
	    engine_write_file(directory, "debugger.rc", "c\n", why, size))
		return -1;
	if (path_find_program("PALIMPSEST_BOCHS", programs, path)) {
		snprintf(why, size, "bochs is missing");
		return -1;
	}
	arguments_add_all(&command->arguments, path, "-q", "-f", "bochsrc", "-rc", "debugger.rc");
	arguments_add_all(&command->environment, "SDL_VIDEODRIVER=dummy", "SDL_AUDIODRIVER=dummy",
	                  "LD_PRELOAD=./" LIBRARY, "PALIMPSEST_FD=3", "PALIMPSEST_NESTED=0");
	command->output = 3;
	return 0;
}

static int prepare(const struct engine_boot *boot, struct engine_command *command, char *why, size_t size)
{
	static const char more[] = "ata0: enabled=0\n"
	                           "optromimage1: file=" ROM ", address=" LOAD_ROM_TEXT "\n";
	char path[PATH_MAX];

	path_format(path, sizeof path, "%s/build/bochs/" ROM, path_root());
	if (write_load(boot, why, size) || engine_link(path, boot->directory, ROM, why, size) ||
	    bochs_prepare(boot->directory, boot->memory, boot->cpus, more, command, why, size))
		return -1;
	arguments_add_all(&command->environment, "PALIMPSEST_LOAD=" LOAD);
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
	return 0;
}

void bochs_tidy(const char *directory)
{
	engine_unlink(directory, LIBRARY);
	engine_unlink(directory, "debugger.rc");
}

static void tidy(const char *directory)
{
	bochs_tidy(directory);
	engine_unlink(directory, ROM);
}

const struct engine engine_bochs = {
	.name = "bochs",
	.meaning = "Bochs with the instrumentation library: exact counts of events, the same on every host;\n"
	           "                        without --profile none also cycles by a model",
	.rounds = 7,
	.rounds_quick = 3,
	.timeout = 300,
	.counts = true,
	.can_run = bochs_can_run,
	.prepare = prepare,
	.tidy = tidy,
};
