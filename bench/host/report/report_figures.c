/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/host/report/html.h"
#include "bench/host/report/plots.h"
#include "bench/host/report/report_parts.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/*
 * The section of figures begins with the figures of the scripts in order[]; other figures follow,
 * sorted by name. The figures of the scripts in elsewhere[] are in other sections of the page.
 */
static const char *const order[] = {
	"where", "exec", "irq-entry", "irq-off", "tlb-flush", "switch", "memory"
};
static const char *const elsewhere[] = { "claims", "overview" };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/*
 * Writes the path of the script that drew a figure to `script`: <figure>.gp or, if there is no such
 * script, the same name without the suffix of a view. Stores that view in *view, or NULL if no
 * suffix was removed. Returns false if no script is found.
 */
static bool find_script(const struct report *report, const char *figure, char *script, size_t size,
                        const struct view **view)
{
	struct stat state;

	*view = NULL;
	snprintf(script, size, "%s/%s.gp", report->plots_dir, figure);
	if (stat(script, &state) == 0)
		return true;
	for (size_t i = 0; i < views_count; i++) {
		size_t length = strlen(figure);
		size_t suffix = strlen(views[i].suffix);

		if (suffix == 0 || length <= suffix || strcmp(figure + length - suffix, views[i].suffix) != 0)
			continue;
		snprintf(script, size, "%s/%.*s.gp", report->plots_dir, (int)(length - suffix), figure);
		*view = &views[i];
		if (stat(script, &state) == 0)
			return true;
	}
	*view = NULL;
	return false;
}

/* Writes the path of the figure's SVG file to `path`. Returns true if the file is not empty. */
static bool find_figure(const struct report *report, const char *figure, char *path, size_t size)
{
	struct stat state;

	return snprintf(path, size, "%s/plots/%s.svg", report->run_dir, figure) < (int)size &&
	       stat(path, &state) == 0 && S_ISREG(state.st_mode) && state.st_size > 0;
}

int report_has_figure(const struct report *report, const char *figure)
{
	char path[PATH_MAX];

	return find_figure(report, figure, path, sizeof path);
}

int report_figure(const struct report *report, const char *figure)
{
	const struct view *view;
	char path[PATH_MAX];
	char script[PATH_MAX];
	char title[512];
	char read[1024];

	if (!find_figure(report, figure, path, sizeof path))
		return -1;
	title[0] = read[0] = '\0';
	if (find_script(report, figure, script, sizeof script, &view)) {
		plots_script_line(script, "", title, sizeof title);
		plots_script_line(script, "read", read, sizeof read);
	}
	if (!*title)
		snprintf(title, sizeof title, "%s", figure);
	fputs("<figure id=\"fig-", report->out);
	html_text(report->out, figure);
	fputs("\"><div class=\"wide\"><img alt=\"", report->out);
	html_text(report->out, title);
	fputs("\" src=\"data:image/svg+xml;base64,", report->out);
	if (html_base64_file(report->out, path))
		fprintf(stderr, "report: %s: %s\n", path, strerror(errno));
	fputs("\"></div><figcaption><b>", report->out);
	html_text(report->out, title);
	fputs("</b> ", report->out);
	if (view) {
		fputs("In ", report->out);
		html_text(report->out, view->unit);
		fputs(". ", report->out);
	}
	html_text(report->out, read);
	fputs("</figcaption></figure>\n", report->out);
	return 0;
}

/*
 * Returns the index in order[] of the script that drew this file, or COUNT(order) if order[] does
 * not have the script.
 */
static size_t place(const char *name)
{
	for (size_t i = 0; i < COUNT(order); i++) {
		size_t length = strlen(order[i]);

		if (!strncmp(name, order[i], length) && (name[length] == '.' || name[length] == '-'))
			return i;
	}
	return COUNT(order);
}

/* Compares two file names; "exec.svg" comes before "exec-kvm.svg". Returns <0, 0 or >0. */
static int compare_names(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return *a == *b ? 0 : *a == '.' ? -1 : *b == '.' ? 1 : (unsigned char)*a - (unsigned char)*b;
}

static int compare(const struct dirent **a, const struct dirent **b)
{
	size_t left = place((*a)->d_name);
	size_t right = place((*b)->d_name);

	return left != right ? (left < right ? -1 : 1) : compare_names((*a)->d_name, (*b)->d_name);
}

static int is_listed(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);

	if (entry->d_name[0] == '.' || length <= 4 || strcmp(entry->d_name + length - 4, ".svg") != 0)
		return 0;
	for (size_t i = 0; i < COUNT(elsewhere); i++) {
		size_t same = strlen(elsewhere[i]);

		if (!strncmp(entry->d_name, elsewhere[i], same) &&
		    (entry->d_name[same] == '.' || entry->d_name[same] == '-'))
			return 0;
	}
	return 1;
}

void report_overview(const struct report *report)
{
	int drawn = 0;

	for (size_t i = 0; i < views_count; i++) {
		char name[64];

		snprintf(name, sizeof name, "overview%s", views[i].suffix);
		drawn += report_figure(report, name) == 0;
	}
	if (drawn == 0)
		fputs("<p>This run has no overview.</p>\n", report->out);
}

void report_figures(const struct report *report)
{
	struct dirent **files = NULL;
	char folder[PATH_MAX];
	int drawn = 0;
	int count;

	snprintf(folder, sizeof folder, "%s/plots", report->run_dir);
	count = scandir(folder, &files, is_listed, compare);
	for (int i = 0; i < count; i++) {
		char *name = files[i]->d_name;

		name[strlen(name) - strlen(".svg")] = '\0';
		drawn += report_figure(report, name) == 0;
		free(files[i]);
	}
	free(files);
	if (drawn == 0)
		fputs("<p>This run has no figures: it ended before they were drawn, or it measured nothing "
		      "that a figure shows.</p>\n",
		      report->out);
}
