/* SPDX-License-Identifier: MIT */
#include "bench/host/calibrate/profile_file.h"
#include "bench/host/base/paths.h"
#include "bench/host/calibrate/profile_text.h"
#include "bench/host/engine/profiles.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

bool profile_file_is_ours(FILE *in)
{
	bool ours = false;
	char line[512];

	while (!ours && fgets(line, sizeof line, in))
		ours = strncmp(line, PROFILE_TEXT_MARK, strlen(PROFILE_TEXT_MARK)) == 0;
	rewind(in);
	return ours;
}

static int failed(const char *path, char why[PROFILE_WHY_MAX])
{
	snprintf(why, PROFILE_WHY_MAX, "%.300s: %s", path, strerror(errno));
	return -1;
}

int profile_file_begin(struct profile_file *file, const char *name, char why[PROFILE_WHY_MAX])
{
	profiles_path(file->path, name);
	path_format(file->temporary, sizeof file->temporary, "%s.new", file->path);
	file->out = fopen(file->temporary, "we");
	return file->out ? 0 : failed(file->temporary, why);
}

int profile_file_end(struct profile_file *file, char why[PROFILE_WHY_MAX])
{
	struct profile profile;
	int status = 0;

	if (fflush(file->out) || ferror(file->out))
		status = failed(file->temporary, why);
	fclose(file->out);
	if (status == 0)
		status = profile_read(&profile, file->temporary, why);
	if (status == 0 && rename(file->temporary, file->path))
		status = failed(file->path, why);
	if (status)
		unlink(file->temporary);
	return status;
}

void profile_file_drop(struct profile_file *file)
{
	fclose(file->out);
	unlink(file->temporary);
}
