/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/host/session/durations.h"
#include "bench/host/base/paths.h"

#include <errno.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINES_MAX 100000 /* maximum number of lines read from a file */
#define NAME_SIZE 64

struct duration {
	struct boot_kind kind;
	char benchmark[NAME_SIZE];
	int64_t parameter;
	double seconds; /* the mean of this run's notes; if `notes` is 0, the value from a file */
	unsigned notes; /* number of notes in this run */
};

struct durations {
	struct duration **item;
	size_t count, room;
	void *tree; /* of tsearch(): the items, in the order of compare_items() */
};

/* Orders items by row and kind, for tsearch(). */
static int compare_items(const void *left, const void *right)
{
	const struct duration *a = left, *b = right;
	int order = (a->parameter > b->parameter) - (a->parameter < b->parameter);

	order = order ? order : strcmp(a->benchmark, b->benchmark);
	order = order ? order : strcmp(a->kind.build, b->kind.build);
	order = order ? order : strcmp(a->kind.kind, b->kind.kind);
	order = order ? order : strcmp(a->kind.samples, b->kind.samples);
	order = order ? order : strcmp(a->kind.profile, b->kind.profile);
	return order ? order : strcmp(a->kind.engine, b->kind.engine);
}

/* Sets *key to an item without a duration. */
static void make_key(struct duration *key, const struct boot_kind *kind, const char *benchmark,
                     int64_t parameter)
{
	*key = (struct duration){ .kind = *kind, .parameter = parameter };
	snprintf(key->benchmark, sizeof key->benchmark, "%s", benchmark);
}

static struct duration *find(const struct durations *durations, const struct boot_kind *kind,
                             const char *benchmark, int64_t parameter)
{
	struct duration key;
	struct duration *const *node;

	make_key(&key, kind, benchmark, parameter);
	node = tfind(&key, &durations->tree, compare_items);
	return node ? *node : NULL;
}

/* Adds an item to the list and to the tree. Returns false if out of memory. */
static bool add(struct durations *durations, struct duration *item)
{
	if (durations->count == durations->room) {
		size_t room = durations->room ? 2 * durations->room : 1024;
		struct duration **items = reallocarray(durations->item, room, sizeof *items);

		if (!items)
			return false;
		durations->item = items;
		durations->room = room;
	}
	if (!tsearch(item, &durations->tree, compare_items))
		return false;
	durations->item[durations->count++] = item;
	return true;
}

/* Returns the row's item, and adds it first if it is missing. Returns NULL if out of memory. */
static struct duration *item_of(struct durations *durations, const struct boot_kind *kind,
                                const char *benchmark, int64_t parameter)
{
	struct duration *item = find(durations, kind, benchmark, parameter);

	if (item)
		return item;
	item = malloc(sizeof *item);
	if (!item)
		return NULL;
	make_key(item, kind, benchmark, parameter);
	if (add(durations, item))
		return item;
	free(item);
	return NULL;
}

static void read_file(struct durations *durations, const char *path)
{
	FILE *file = fopen(path, "re");
	char line[400];

	for (int i = 0; file && i < LINES_MAX && fgets(line, sizeof line, file); i++) {
		struct boot_kind kind = { 0 };
		struct duration *item;
		char benchmark[NAME_SIZE];
		int64_t parameter;
		double seconds;

		if (sscanf(line, "%15[^\t]\t%39[^\t]\t%95[^\t]\t%7[^\t]\t%7[^\t]\t%63[^\t]\t%" SCNd64 "\t%lf",
		           kind.engine, kind.profile, kind.build, kind.kind, kind.samples, benchmark,
		           &parameter, &seconds) != 8 ||
		    !(seconds >= 0 && seconds < 1e6))
			continue;
		item = item_of(durations, &kind, benchmark, parameter);
		if (item)
			item->seconds = seconds;
	}
	if (file)
		fclose(file);
}

/* Writes the path of this machine's file to `path`. Returns false if there is no cache folder. */
static bool own_file(char path[PATH_MAX], bool make_folder)
{
	const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
	char folder[PATH_MAX];

	if (cache && *cache == '/')
		path_format(folder, sizeof folder, "%.3900s/palimpsest", cache);
	else if (home && *home == '/')
		path_format(folder, sizeof folder, "%.3900s/.cache/palimpsest", home);
	else
		return false;
	if (make_folder && path_make_folders(folder))
		return false;
	path_format(path, PATH_MAX, "%s/durations.tsv", folder);
	return true;
}

struct durations *durations_read(void)
{
	struct durations *durations = calloc(1, sizeof *durations);
	char path[PATH_MAX];

	if (!durations)
		return NULL;
	path_format(path, sizeof path, "%s/bench/durations.tsv", path_root());
	read_file(durations, path);
	if (own_file(path, false))
		read_file(durations, path);
	return durations;
}

static void keep_node(void *node)
{
	(void)node; /* the list frees it */
}

void durations_free(struct durations *durations)
{
	if (!durations)
		return;
	tdestroy(durations->tree, keep_node);
	for (size_t i = 0; i < durations->count; i++)
		free(durations->item[i]);
	free(durations->item);
	free(durations);
}

/* How alike two kinds are. LIKE_ALL: all their fields are equal. LIKE_BUILD: only the build may
 * differ. LIKE_SAMPLES: the build and `samples` may differ, and so on: each value allows one more
 * field to differ, the one that it names. */
enum likeness { LIKE_ALL, LIKE_BUILD, LIKE_SAMPLES, LIKE_PROFILE, LIKE_KIND, LIKENESSES };

static bool is_like(const struct boot_kind *a, const struct boot_kind *b, enum likeness like)
{
	return !strcmp(a->engine, b->engine) && (like >= LIKE_BUILD || !strcmp(a->build, b->build)) &&
	       (like >= LIKE_SAMPLES || !strcmp(a->samples, b->samples)) &&
	       (like >= LIKE_PROFILE || !strcmp(a->profile, b->profile)) &&
	       (like >= LIKE_KIND || !strcmp(a->kind, b->kind));
}

double durations_row(const struct durations *durations, const struct boot_kind *kind, const char *benchmark,
                     int64_t parameter)
{
	const struct duration *same = find(durations, kind, benchmark, parameter);

	if (same)
		return same->seconds;
	for (enum likeness like = LIKE_BUILD; like < LIKENESSES; like++) {
		double sum = 0;
		unsigned count = 0;

		for (size_t i = 0; i < durations->count; i++) {
			const struct duration *item = durations->item[i];

			if (item->parameter == parameter && !strcmp(item->benchmark, benchmark) &&
			    is_like(&item->kind, kind, like)) {
				sum += item->seconds;
				count++;
			}
		}
		if (count)
			return sum / count;
	}
	return -1;
}

static bool matches(const char *benchmark, const char *globs)
{
	while (*globs) {
		size_t length = strcspn(globs, ",");
		char glob[NAME_SIZE];

		snprintf(glob, sizeof glob, "%.*s", (int)length, globs);
		if (fnmatch(glob, benchmark, 0) == 0)
			return true;
		globs += length + (globs[length] == ',');
	}
	return strcmp(benchmark, DURATIONS_BOOT) == 0;
}

double durations_boot(const struct durations *durations, const struct boot_kind *kind, const char *globs)
{
	for (enum likeness like = LIKE_ALL; like < LIKE_KIND; like++) {
		double sum = 0;
		bool any = false;

		for (size_t i = 0; i < durations->count; i++) {
			const struct duration *item = durations->item[i];
			bool first = true;

			if (!is_like(&item->kind, kind, like) || !matches(item->benchmark, globs))
				continue;
			/* A row may have several items, of kinds that are alike. The first item
			 * adds the mean of all, and the others add nothing. */
			for (size_t j = 0; j < i && first && like > LIKE_ALL; j++)
				first = !(durations->item[j]->parameter == item->parameter &&
				          !strcmp(durations->item[j]->benchmark, item->benchmark) &&
				          is_like(&durations->item[j]->kind, kind, like));
			if (first)
				sum += durations_row(durations, kind, item->benchmark, item->parameter);
			any = true;
		}
		if (any)
			return sum;
	}
	return -1;
}

void durations_note(struct durations *durations, const struct boot_kind *kind, const char *benchmark,
                    int64_t parameter, double seconds)
{
	struct duration *item = item_of(durations, kind, benchmark, parameter);

	if (!item)
		return;
	item->seconds = (item->seconds * item->notes + seconds) / (item->notes + 1);
	item->notes++;
}

int durations_write(const struct durations *durations, const char *path, bool keep)
{
	FILE *file = fopen(path, "we");
	bool failed;

	if (!file)
		return -1;
	for (size_t i = 0; i < durations->count; i++) {
		const struct duration *item = durations->item[i];

		if (keep || item->notes)
			fprintf(file, "%s\t%s\t%s\t%s\t%s\t%s\t%" PRId64 "\t%.3f\n", item->kind.engine,
			        item->kind.profile, item->kind.build, item->kind.kind, item->kind.samples,
			        item->benchmark, item->parameter, item->seconds);
	}
	failed = ferror(file);
	return fclose(file) || failed ? -1 : 0;
}

void durations_keep(const struct durations *durations)
{
	char path[PATH_MAX], next[PATH_MAX + 16];

	if (!own_file(path, true))
		return;
	snprintf(next, sizeof next, "%s.%d", path, (int)getpid());
	if (durations_write(durations, next, true) || rename(next, path))
		unlink(next);
}
