/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/host/report/row_files.h"
#include "bench/host/base/complain.h"
#include "bench/host/base/paths.h"
#include "bench/host/base/text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

int row_files_open(struct row_files *files, const char *engine, const char *strategy, const char *benchmark,
                   int64_t parameter)
{
	char names[3][NAME_SIZE];
	char path[PATH_MAX];
	size_t length;

	path_format(path, sizeof path, "%s/%s/%s/%s", files->run_dir, files->folder,
	            name_for_file(engine, names[0], NAME_SIZE), name_for_file(strategy, names[1], NAME_SIZE));
	length = strlen(path);
	path_format(path + length, sizeof path - length, "/%s-%" PRId64 "%s",
	            name_for_file(benchmark, names[2], NAME_SIZE), parameter, files->suffix);
	if (files->out && strcmp(path, files->path) == 0)
		return 0;
	if (row_files_close(files))
		return -1;
	memcpy(files->path, path, sizeof path);
	path[length] = '\0';
	if (path_make_folders(path) == 0)
		files->out = fopen(files->path, "we");
	if (!files->out)
		return complain(files->folder, "%s: %s", files->path, strerror(errno));
	files->count++;
	return 0;
}

int row_files_close(struct row_files *files)
{
	bool failed;

	if (!files->out)
		return 0;
	failed = ferror(files->out);
	failed |= fclose(files->out) != 0;
	files->out = NULL;
	return failed ? complain(files->folder, "%s: %s", files->path, "cannot be written; is the disk full?")
	              : 0;
}
