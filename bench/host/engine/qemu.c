/* SPDX-License-Identifier: MIT */
#include "bench/host/engine/qemu.h"
#include "bench/host/base/host_facts.h"
#include "bench/host/base/paths.h"
#include "bench/host/base/process.h"
#include "bench/host/engine/replay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VERSION_SECONDS 10

static const char *const programs[] = { "qemu-system-x86_64", NULL };

int qemu_find(char path[PATH_MAX], char *why, size_t size)
{
	if (path_find_program("PALIMPSEST_QEMU", programs, path) == 0)
		return 0;
	snprintf(why, size, "qemu-system-x86_64 is missing (Debian package qemu-system-x86)");
	return -1;
}

const char *qemu_version(void)
{
	static char version[200];
	static bool asked;
	struct arguments command = { 0 };
	char path[PATH_MAX];
	char why[200];
	char *output;
	int status;

	if (asked || qemu_find(path, why, sizeof why))
		return version;
	asked = true;
	arguments_add_all(&command, path, "--version");
	output = process_capture(&command, NULL, VERSION_SECONDS, true, &status);
	arguments_free(&command);
	if (output)
		snprintf(version, sizeof version, "%.*s", (int)strcspn(output, "\n"), output);
	free(output);
	return version;
}

bool replay_is_on(void)
{
	return *host_root() || strstr(qemu_version(), REPLAY_MARK);
}
