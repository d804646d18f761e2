/* SPDX-License-Identifier: MIT */
/*
 * Runs a fuzz target on every file of a folder and prints TAP. An input that makes the target abort
 * is a failed test; the other inputs still run. fuzz.mk defines the target's name TARGET and the
 * default folder CORPUS. usage: PROGRAM [FOLDER]
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"

/* The progress of the child that runs the inputs, in memory shared with the parent. */
struct progress {
	int next; /* index of the current input */
	int accepted;
};

static int is_input(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static void run_file(const char *folder, const char *name)
{
	static uint8_t bytes[INPUT_MAX + 1];
	char path[4096];
	size_t size;
	FILE *file;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	file = fopen(path, "rb");
	if (!file) {
		perror(path);
		_exit(1);
	}
	size = fread(bytes, 1, sizeof bytes, file);
	fclose(file);
	LLVMFuzzerTestOneInput(bytes, size);
}

/*
 * Runs the inputs from progress->next on in a child process. Returns true if all have run, or false
 * if the child died at the input progress->next.
 */
static bool run_from(struct progress *progress, const char *folder, struct dirent **names, int count)
{
	int status;
	pid_t child;

	fflush(stdout);
	child = fork();
	if (child == 0) {
		for (; progress->next < count; progress->next++) {
			run_file(folder, names[progress->next]->d_name);
			progress->accepted += fuzz_accepted;
		}
		_exit(0);
	}
	if (child < 0 || waitpid(child, &status, 0) != child) {
		perror("fork");
		exit(1);
	}
	return status == 0;
}

int main(int argc, char **argv)
{
	const char *folder = argc > 1 ? argv[1] : CORPUS;
	struct progress *progress =
	        mmap(NULL, sizeof *progress, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct dirent **names;
	int count = scandir(folder, &names, is_input, alphasort), failed = 0;

	if (count < 0 || progress == MAP_FAILED) {
		fprintf(stderr, "%s: no such folder; say where the inputs are: %s FOLDER\n", folder, argv[0]);
		return 2;
	}
	while (!run_from(progress, folder, names, count)) {
		printf("not ok %d - %s: input %s/%s\n", ++failed, TARGET, folder,
		       names[progress->next]->d_name);
		progress->next++;
	}
	/* The corpus must have both inputs that the kernel accepts and inputs that it refuses. */
	printf("%s %d - %s: %d inputs of %s, of which the kernel takes %d\n",
	       !failed && progress->accepted && progress->accepted < count ? "ok" : "not ok", failed + 1,
	       TARGET, count, folder, progress->accepted);
	printf("1..%d\n", failed + 1);
	return failed != 0;
}
