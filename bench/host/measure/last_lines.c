/* SPDX-License-Identifier: MIT */
#include "bench/host/measure/last_lines.h"
#include "bench/host/base/paths.h"
#include "bench/host/base/progress.h"
#include "bench/host/base/text.h"

#include <stdio.h>
#include <string.h>

enum { LINES_SHOWN = 5, COLUMNS = 80 }; /* a longer line is split */

void last_lines_show(const char *folder, const char *name, const char *where)
{
	char path[PATH_MAX], line[LINES_SHOWN][COLUMNS + 2];
	size_t lines = 0;
	FILE *file;

	path_format(path, sizeof path, "%s/launch-1/%s", folder, name);
	file = fopen(path, "re");
	while (file && fgets(line[lines % LINES_SHOWN], sizeof line[0], file)) {
		char *text = line[lines % LINES_SHOWN];

		text[strcspn(text, "\r\n")] = '\0';
		lines += *text != '\0';
	}
	if (file)
		fclose(file);
	if (lines)
		message("the last lines %s (%s):", where, path);
	for (size_t i = lines < LINES_SHOWN ? 0 : lines - LINES_SHOWN; i < lines; i++)
		message("    %s", text_clean(line[i % LINES_SHOWN]));
}
