/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/host/report/html.h"
#include "bench/host/report/plots.h"
#include "bench/host/report/report_parts.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/*
 * The section of figures begins with those of the scripts in order[]; the others follow, sorted by
 * name. The figures of the scripts in elsewhere[] are in other sections of the page.
 */
static const char *const order[] = { "execve", "irq-off", "memory" };
static const char *const elsewhere[] = { "claims",    "overview", "exec", "irq-entry",
	                                 "tlb-flush", "switch",   "where" };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define ENDING       ".gp"

/* Writes the path of the figure's SVG file to `path`. Returns true if the file is not empty. */
static bool find_figure(const struct report *report, const char *figure, char path[PATH_MAX])
{
	struct stat state;

	return snprintf(path, PATH_MAX, "%s/plots/%s.svg", report->run_dir, figure) < PATH_MAX &&
	       stat(path, &state) == 0 && S_ISREG(state.st_mode) && state.st_size > 0;
}

/* Sets `figure` to the name of the figure that a script draws for a view. Returns true if the run
 * has this figure. */
static bool find_in_view(const struct report *report, const char *script, const struct view *view,
                         char figure[NAME_MAX])
{
	char path[PATH_MAX];

	snprintf(figure, NAME_MAX, "%s%s", script, view->suffix);
	return find_figure(report, figure, path);
}

bool report_lead_figure(const struct report *report, const char *script, char figure[NAME_MAX])
{
	for (size_t i = views_count; i-- > 0;)
		if (find_in_view(report, script, &views[i], figure))
			return true;
	return false;
}

/* Writes the caption of a figure: title, unit, and how to read it. */
static void write_caption(const struct report *report, const char *title, const char *unit, const char *read)
{
	char profile[64];

	fputs("\"></div><figcaption><b>", report->out);
	html_text(report->out, title);
	fputs("</b> ", report->out);
	if (*unit) {
		report_fact(report->db, "run.profile", profile, sizeof profile);
		html_format(report->out, "In %s", unit);
		if (!strcmp(unit, "modelled cycles") && *profile)
			html_format(report->out, " of %s", profile);
		fputs(". ", report->out);
	}
	html_text(report->out, read);
	fputs("</figcaption></figure>\n", report->out);
}

/* Writes the figure of a script. `unit` is the view's unit, but "" for an engine's own view. */
static void write_figure(const struct report *report, const char *script, const char *figure,
                         const char *unit)
{
	char path[PATH_MAX];
	char title[512] = "";
	char read[1200] = "";

	if (snprintf(path, sizeof path, "%s/%s" ENDING, report->plots_dir, script) < PATH_MAX) {
		plots_script_line(path, "", title, sizeof title);
		plots_script_line(path, "read", read, sizeof read);
	}
	fputs("<figure id=\"fig-", report->out);
	html_text(report->out, figure);
	fputs("\"><div class=\"wide\"><img alt=\"", report->out);
	html_text(report->out, *title ? title : script);
	fputs("\" src=\"data:image/svg+xml;base64,", report->out);
	if (!find_figure(report, figure, path) || html_base64_file(report->out, path))
		fprintf(stderr, "report: %s: %s\n", path, strerror(errno));
	write_caption(report, *title ? title : script, unit, read);
}

/* Returns true if a script draws metrics of its own, whatever the view. */
static bool has_own_metric(const struct report *report, const char *script)
{
	char path[PATH_MAX];
	char metric[64];

	return snprintf(path, sizeof path, "%s/%s" ENDING, report->plots_dir, script) < PATH_MAX &&
	       plots_script_line(path, "metric", metric, sizeof metric);
}

bool report_figures_of(const struct report *report, const char *script)
{
	const bool own = has_own_metric(report, script);
	bool drawn = false;

	for (size_t i = views_count; i-- > 0;) {
		const struct view *view = &views[i];
		char figure[NAME_MAX];

		if (!find_in_view(report, script, view, figure))
			continue;
		if (drawn) {
			fputs(own ? "<details><summary>The same on " : "<details><summary>The same in ",
			      report->out);
			html_text(report->out, own ? view->engine : *view->suffix ? view->unit : "counts");
			fputs("</summary>\n", report->out);
		}
		write_figure(report, script, figure, *view->suffix && !own ? view->unit : "");
		if (drawn)
			fputs("</details>\n", report->out);
		drawn = true;
	}
	return drawn;
}

void report_overview(const struct report *report)
{
	if (!report_figures_of(report, "overview"))
		fputs("<p>This run has no overview.</p>\n", report->out);
}

/* Returns true if `file` is the name of the script's file. */
static bool is_script(const char *file, const char *script)
{
	size_t length = strlen(script);

	return !strncmp(file, script, length) && !strcmp(file + length, ENDING);
}

/* Returns the index in order[] of the script in `file`, or COUNT(order) if it is not in order[]. */
static size_t place(const char *file)
{
	size_t i = 0;

	while (i < COUNT(order) && !is_script(file, order[i]))
		i++;
	return i;
}

static int compare(const struct dirent **a, const struct dirent **b)
{
	size_t left = place((*a)->d_name);
	size_t right = place((*b)->d_name);

	return left != right ? (left < right ? -1 : 1) : strcmp((*a)->d_name, (*b)->d_name);
}

static int is_listed(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);

	if (entry->d_name[0] == '.' || length <= strlen(ENDING) ||
	    strcmp(entry->d_name + length - strlen(ENDING), ENDING) != 0)
		return 0;
	for (size_t i = 0; i < COUNT(elsewhere); i++)
		if (is_script(entry->d_name, elsewhere[i]))
			return 0;
	return 1;
}

void report_figures(const struct report *report)
{
	struct dirent **scripts = NULL;
	char figure[NAME_MAX];
	int drawn = 0;
	int count = scandir(report->plots_dir, &scripts, is_listed, compare);

	for (int i = 0; i < count; i++) {
		char *name = scripts[i]->d_name;

		name[strlen(name) - strlen(ENDING)] = '\0';
		drawn += report_figures_of(report, name);
		free(scripts[i]);
	}
	free(scripts);
	for (size_t i = 0; i < COUNT(elsewhere) && drawn == 0; i++)
		drawn += report_lead_figure(report, elsewhere[i], figure);
	if (drawn == 0)
		fputs("<p>This run has no figures: it ended before they were drawn, or it measured nothing "
		      "that a figure shows.</p>\n",
		      report->out);
}
