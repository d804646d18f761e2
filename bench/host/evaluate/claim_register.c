/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/host/evaluate/claim_register.h"
#include "bench/host/base/arguments.h"
#include "bench/host/base/process.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define REGISTER    "register.txt"
#define LINE_MAX_   2048
#define GIT_SECONDS 20

/* The last entry of the register for a claim. Entries that only changed the wording of the claim's
 * header do not count. */
struct entry {
	unsigned number; /* number of the entry, from 1, comments not counted; 0: there is none */
	unsigned line;   /* number of the entry's line in the file, from 1 */
	char revision[48];
	char when[16];
};

static struct entry find(const char *dir, int id)
{
	struct entry entry = { 0 }, last = { 0 };
	char path[PATH_MAX], line[LINE_MAX_];
	FILE *in;

	if (snprintf(path, sizeof path, "%s/" REGISTER, dir) >= (int)sizeof path || !(in = fopen(path, "re")))
		return last;
	while (fgets(line, sizeof line, in)) {
		int claim;

		entry.line++;
		if (*line == '#')
			continue;
		entry.number++;
		if (sscanf(line, "%d %*s %47s %15s", &claim, entry.revision, entry.when) == 3 &&
		    claim == id && strcmp(entry.when, "wording") != 0)
			last = entry;
	}
	fclose(in);
	return last;
}

/* The output of git blame for one register. It is used again until the file changes. */
static struct {
	char path[PATH_MAX];
	struct stat file;
	char *text; /* NULL if git blame failed */
} blamed;

/*
 * Returns the output of git blame for the register in `dir`, or NULL if git fails. Runs git only
 * once for an unchanged register, because every claim of a run calls this. The next call may free
 * the text.
 */
static const char *blame(const char *dir)
{
	struct arguments command = { 0 };
	char path[PATH_MAX];
	struct stat file;
	int status = -1;

	if (snprintf(path, sizeof path, "%s/" REGISTER, dir) >= (int)sizeof path || stat(path, &file))
		return NULL;
	if (!strcmp(path, blamed.path) && file.st_size == blamed.file.st_size &&
	    file.st_ino == blamed.file.st_ino && file.st_mtim.tv_sec == blamed.file.st_mtim.tv_sec &&
	    file.st_mtim.tv_nsec == blamed.file.st_mtim.tv_nsec)
		return blamed.text;
	free(blamed.text);
	arguments_add_all(&command, "git", "blame", "-s", "--abbrev=7", REGISTER);
	blamed.text = process_capture(&command, dir, GIT_SECONDS, true, &status);
	arguments_free(&command);
	if (status != 0) {
		free(blamed.text);
		blamed.text = NULL;
	}
	blamed.file = file;
	memcpy(blamed.path, path, sizeof path);
	return blamed.text;
}

/*
 * Writes the revision that added a line of the register. Leaves `revision` unchanged if git does
 * not know this revision: the line is not committed, or the history of a shallow clone begins after
 * it was added.
 */
static void ask_git(const char *dir, unsigned line, char revision[48])
{
	const char *text = blame(dir);

	while (text && --line)
		text = strchr(text, '\n') ? strchr(text, '\n') + 1 : NULL;
	if (text && *text && *text != '^' && strspn(text, "0") < 7)
		sscanf(text, "%47s", revision);
}

void claim_register_find(const char *dir, int id, char text[MARGIN_SET_MAX])
{
	struct entry entry = find(dir, id);
	const char *when = !strcmp(entry.when, "with") ? "together with" : entry.when;

	*text = '\0';
	if (entry.number == 0)
		return;
	if (!strcmp(entry.revision, "this"))
		ask_git(dir, entry.line, entry.revision);
	if (!strcmp(entry.revision, "this"))
		snprintf(entry.revision, sizeof entry.revision, "entry %u of the register", entry.number);
	snprintf(text, MARGIN_SET_MAX, "in %s, %s the experiment", entry.revision, when);
}
