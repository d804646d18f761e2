/* SPDX-License-Identifier: MIT */
#include "bench/host/terminal/files.h"
#include "bench/host/base/complain.h"
#include "bench/host/base/paths.h"
#include "bench/host/terminal/screen.h"
#include "bench/host/terminal/tables.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

static bool print_tables(sqlite3 *db, const char *run_dir, const struct terminal *file)
{
	(void)run_dir;
	tables_print(db, file, true);
	return true;
}

/*
 * Writes the output of print(), `width` columns wide (0: no limit), to a file. Removes the file if
 * print() returns false. Returns 0, or -1 after a message.
 */
static int write_file(sqlite3 *db, const char *run_dir, const char *name, size_t width,
                      bool (*print)(sqlite3 *db, const char *run_dir, const struct terminal *file))
{
	struct terminal file = { .width = width };
	char path[PATH_MAX];
	int failed;
	bool any;

	path_format(path, sizeof path, "%s/%s", run_dir, name);
	file.out = fopen(path, "we");
	if (!file.out)
		return complain("tables", "%s: %s", path, strerror(errno));
	any = print(db, run_dir, &file);
	failed = fflush(file.out) || ferror(file.out);
	failed |= fclose(file.out);
	if (failed)
		return complain("tables", "%s: %s", path, strerror(errno));
	return any ? 0 : unlink(path);
}

int terminal_files_write(sqlite3 *db, const char *run_dir)
{
	int failed = write_file(db, run_dir, "tables.txt", 0, print_tables);

	failed |= write_file(db, run_dir, "answers.txt", SCREEN_COLUMNS, screen_print);
	return failed ? -1 : 0;
}
