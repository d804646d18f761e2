/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/host/report/plots.h"
#include "bench/host/base/complain.h"
#include "bench/host/base/sql.h"
#include "bench/host/report/plots_data.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const endings[] = { "svg", "png" };

#define ENDINGS      (sizeof endings / sizeof endings[0])

#define DRAWINGS_MAX 16 /* figures drawn at the same time */

/* Appends a line, without its indentation and line end, to `text`; if `text` is not empty, appends
 * a space first. */
static void append(char *text, size_t size, char *line)
{
	size_t used = strlen(text);

	line += strspn(line, " \t");
	line[strcspn(line, "\r\n")] = '\0';
	snprintf(text + used, size - used, "%s%s", used ? " " : "", line);
}

bool plots_script_line(const char *path, const char *key, char *text, size_t size)
{
	FILE *in = fopen(path, "re");
	size_t length = strlen(key);
	bool found = false;
	char line[512];

	text[0] = '\0';
	if (!in)
		return false;
	while (fgets(line, sizeof line, in) && line[0] == '#') {
		if (found && !strncmp(line, "#   ", 4)) {
			append(text, size, line + 1);
		} else if (found) {
			break;
		} else if (length == 0 || (!strncmp(line, "# ", 2) && !strncmp(line + 2, key, length) &&
		                           line[2 + length] == ':')) {
			append(text, size, line + (length ? length + 3 : 1));
			found = true;
		}
	}
	fclose(in);
	return found;
}

/* A figure that gnuplot is drawing. */
struct drawing {
	pid_t child;
	char script[PATH_MAX + NAME_MAX + 2];
	char figure[NAME_MAX + 16];
};

/* The figures that are being drawn at the same time, one per CPU, in the order of their start. */
struct drawings {
	const char *plots_out;
	size_t limit, count;
	struct drawing drawing[DRAWINGS_MAX];
	int status; /* 0, or -1 after a message if a figure could not be drawn */
};

/* Starts gnuplot. Returns the process, or -1 after a message. */
static pid_t start_gnuplot(const char *plots_out, const char *script, const char *view, const char *figure)
{
	pid_t child = fork();

	if (child < 0)
		return complain("gnuplot", strerror(errno));
	if (child == 0) {
		/* The scripts are UTF-8; in the locale C gnuplot warns about them. */
		setenv("LC_ALL", "C.UTF-8", 1);
		if (chdir(plots_out) == 0)
			execlp("gnuplot", "gnuplot", "-d", "-c", script, view, figure, (char *)NULL);
		fprintf(stderr, "plots: gnuplot cannot be started: %s\n", strerror(errno));
		_exit(127);
	}
	return child;
}

/* Waits for gnuplot. Returns 0 if it succeeded, or -1 after a message. */
static int wait_for_gnuplot(const struct drawing *drawing)
{
	int status;

	while (waitpid(drawing->child, &status, 0) < 0) {
		if (errno != EINTR)
			return complain("gnuplot", strerror(errno));
	}
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	return complain("plots", "%s: %s", drawing->script, "gnuplot failed");
}

/* Returns true if both files of the figure exist and are not empty. */
static bool is_figure_there(const char *plots_out, const char *figure)
{
	for (size_t i = 0; i < ENDINGS; i++) {
		char path[PATH_MAX + NAME_MAX + 24];
		struct stat state;

		snprintf(path, sizeof path, "%s/%s.%s", plots_out, figure, endings[i]);
		if (stat(path, &state) || state.st_size == 0)
			return false;
	}
	return true;
}

/* Removes the files of a figure, which may be incomplete. */
static void remove_figure(const char *plots_out, const char *figure)
{
	for (size_t i = 0; i < ENDINGS; i++) {
		char path[PATH_MAX + NAME_MAX + 24];

		snprintf(path, sizeof path, "%s/%s.%s", plots_out, figure, endings[i]);
		unlink(path);
	}
}

/* Waits until the oldest figure is drawn. */
static void finish_oldest(struct drawings *drawings)
{
	const struct drawing *oldest = &drawings->drawing[0];

	if (wait_for_gnuplot(oldest)) {
		remove_figure(drawings->plots_out, oldest->figure);
		drawings->status = -1;
	} else if (!is_figure_there(drawings->plots_out, oldest->figure)) {
		drawings->status = complain("plots", "%s: %s", oldest->script,
		                            "gnuplot wrote no figure; is the disk full?");
	}
	memmove(drawings->drawing, drawings->drawing + 1, --drawings->count * sizeof drawings->drawing[0]);
}

/* Begins to draw a script for one view. */
static void draw_view(struct drawings *drawings, const char *script, const char *view, const char *figure)
{
	struct drawing *drawing;

	if (drawings->count == drawings->limit)
		finish_oldest(drawings);
	drawing = &drawings->drawing[drawings->count];
	snprintf(drawing->script, sizeof drawing->script, "%s", script);
	snprintf(drawing->figure, sizeof drawing->figure, "%s", figure);
	drawing->child = start_gnuplot(drawings->plots_out, script, view, figure);
	if (drawing->child < 0) {
		remove_figure(drawings->plots_out, figure);
		drawings->status = -1;
	} else {
		drawings->count++;
	}
}

/* Begins to draw a script's figure for each view that has data for the script. If a view is not an
 * engine's own, the script must also have the line `# cycles: yes`. Draws a script about claims
 * only once. */
static void draw(sqlite3 *db, struct drawings *drawings, const char *script, const char *name)
{
	char needs[512];
	char cycles[8];
	char metric[64];
	char builds[16];
	bool drawn = false;
	bool of_claims;

	if (!plots_script_line(script, "needs", needs, sizeof needs))
		return;
	plots_script_line(script, "cycles", cycles, sizeof cycles);
	plots_script_line(script, "metric", metric, sizeof metric);
	plots_script_line(script, "builds", builds, sizeof builds);
	of_claims = !strcmp(needs, "claims");
	for (size_t i = 0; i < views_count && !(drawn && of_claims); i++) {
		bool own = !strcmp(views[i].name, views[i].engine);
		char figure[NAME_MAX + 16];

		if ((!own && strcmp(cycles, "yes") != 0) ||
		    !plots_data_has(db, &views[i], needs, metric, builds))
			continue;
		snprintf(figure, sizeof figure, "%s%s", name, drawn || !own ? views[i].suffix : "");
		drawn = true;
		draw_view(drawings, script, views[i].name, figure);
	}
	if (!drawn && strcmp(builds, "pairs") == 0)
		fprintf(stderr,
		        "plots: %s is not drawn: the run measured no two builds that differ only in their "
		        "isolation\n",
		        name);
	else if (!drawn && strncmp(metric, "due_", 4) == 0)
		fprintf(stderr,
		        "plots: %s is not drawn: it needs cycles of the model, on bochs, or --profile-guest, "
		        "on "
		        "kvm\n",
		        name);
	else if (!drawn)
		fprintf(stderr, "plots: %s is not drawn: the run measured nothing of %s%s%s%s\n", name,
		        metric, *metric ? " of " : "", needs, of_claims ? "" : " on bochs or kvm");
}

static int is_script(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);

	return entry->d_name[0] != '.' && length > 3 && !strcmp(entry->d_name + length - 3, ".gp");
}

/* Draws all figures. Returns 0 if each was drawn or there was no data for it, otherwise -1 after a
 * message. */
static int draw_all(sqlite3 *db, const char *plots_out, const char *plots_dir)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	struct drawings drawings = { .plots_out = plots_out,
		                     .limit = cpus < 1              ? 1
		                              : cpus > DRAWINGS_MAX ? DRAWINGS_MAX
		                                                    : (size_t)cpus };
	char *folder = realpath(plots_dir, NULL);
	struct dirent **files;
	int count = folder ? scandir(folder, &files, is_script, alphasort) : -1;

	if (count < 0) {
		free(folder);
		return complain("plots", "%s: %s", plots_dir, strerror(errno));
	}
	for (int i = 0; i < count; i++) {
		char *name = files[i]->d_name;
		char script[PATH_MAX + NAME_MAX + 2];

		snprintf(script, sizeof script, "%s/%s", folder, name);
		name[strlen(name) - strlen(".gp")] = '\0';
		draw(db, &drawings, script, name);
		free(files[i]);
	}
	while (drawings.count > 0)
		finish_oldest(&drawings);
	free(files);
	free(folder);
	return drawings.status;
}

/* Writes the data about a view's functions that the figure `where` draws. Returns 0, or -1 after a
 * message. */
static int write_functions(sqlite3 *db, const char *data_dir, const char *plots_dir, const struct view *view)
{
	char script[PATH_MAX];
	char needs[512] = "";

	if (snprintf(script, sizeof script, "%s/where.gp", plots_dir) < (int)sizeof script)
		plots_script_line(script, "needs", needs, sizeof needs);
	return plots_functions_write(db, data_dir, view, needs);
}

int plots_make(sqlite3 *db, const char *run_dir, const char *plots_dir)
{
	char plots_out[PATH_MAX];
	char data_dir[PATH_MAX + 8];

	if (snprintf(plots_out, sizeof plots_out, "%s/plots", run_dir) >= (int)sizeof plots_out)
		return complain("plots", "%s: %s", run_dir, "the name is too long");
	snprintf(data_dir, sizeof data_dir, "%s/data", plots_out);
	if (plots_make_dir(plots_out) || plots_make_dir(data_dir) || plots_data_write_claims(db, data_dir))
		return -1;
	for (size_t i = 0; i < views_count; i++) {
		if (plots_data_write(db, data_dir, &views[i]) ||
		    plots_isolation_write(db, data_dir, &views[i]) ||
		    write_functions(db, data_dir, plots_dir, &views[i]))
			return -1;
	}
	return draw_all(db, plots_out, plots_dir);
}

int plots_draw(const char *run_dir, const char *plots_dir, const char *script, const char *view,
               const char *figure)
{
	char plots_out[PATH_MAX], path[PATH_MAX + NAME_MAX];
	struct drawings drawings = { .plots_out = plots_out, .limit = 1 };
	char *folder = realpath(plots_dir, NULL);

	if (!folder)
		return complain("plots", "%s: %s", plots_dir, strerror(errno));
	snprintf(path, sizeof path, "%s/%s.gp", folder, script);
	free(folder);
	if (snprintf(plots_out, sizeof plots_out, "%s/plots", run_dir) >= (int)sizeof plots_out)
		return complain("plots", "%s: %s", run_dir, "the name is too long");
	draw_view(&drawings, path, view, figure);
	while (drawings.count > 0)
		finish_oldest(&drawings);
	return drawings.status;
}
