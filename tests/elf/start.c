/* SPDX-License-Identifier: MIT */
/*
 * usage: start [FOLDER]      (default: /elf)
 * Runs the files listed in FOLDER/list and the boot modules listed in FOLDER/modules, if that file
 * exists. For each it prints the name and the result: the exit status, the name of a signal, or the
 * name of execve()'s error. Under the name `show` this program is the interpreter of the scripts.
 * It then exits with the length of the argument in the script's first line. If it gets no such
 * argument, or several, it exits with 200 + argc.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *error_name(int error)
{
	static char text[20];

	switch (error) {
	case ENOEXEC:
		return "ENOEXEC";
	case E2BIG:
		return "E2BIG";
	case ENOMEM:
		return "ENOMEM";
	case ELOOP:
		return "ELOOP";
	case ENOENT:
		return "ENOENT";
	case EACCES:
		return "EACCES";
	default:
		snprintf(text, sizeof text, "error-%d", error);
		return text;
	}
}

static const char *status_name(int status)
{
	static char text[20];

	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV)
		return "SIGSEGV";
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS)
		return "SIGBUS";
	if (WIFSIGNALED(status))
		snprintf(text, sizeof text, "signal-%d", WTERMSIG(status));
	else
		snprintf(text, sizeof text, "%d", WEXITSTATUS(status));
	return text;
}

/* Runs a program and returns its result, or NULL if no process could be started. */
static const char *run(const char *path)
{
	char *argv[] = { (char *)path, "one", NULL }, *envp[] = { NULL };
	int status, error = 0, ends[2];
	pid_t pid;

	if (pipe(ends) || fcntl(ends[1], F_SETFD, FD_CLOEXEC))
		return NULL;
	pid = fork();
	if (pid == 0) {
		execve(path, argv, envp);
		error = errno;
		_exit(write(ends[1], &error, sizeof error) != sizeof error);
	}
	close(ends[1]);
	if (pid < 0 || read(ends[0], &error, sizeof error) < 0 || waitpid(pid, &status, 0) != pid)
		return NULL;
	close(ends[0]);
	return error ? error_name(error) : status_name(status);
}

static int show(int argc, char **argv)
{
	return argc == 4 ? (int)strlen(argv[1]) : 200 + argc;
}

/*
 * Runs the files in a list and prints their results. The path of a file is `before` and its name;
 * the printed line has `title` before the name. Returns false if no process could be started.
 */
static bool run_list(FILE *list, const char *before, const char *title)
{
	char line[200], path[210];

	while (fgets(line, sizeof line, list)) {
		const char *result;

		line[strcspn(line, " \n")] = '\0';
		snprintf(path, sizeof path, "%s%s", before, line);
		result = run(path);
		if (!result) {
			perror(line);
			return false;
		}
		printf("= %s%s %s\n", title, line, result);
		fflush(stdout);
	}
	return true;
}

int main(int argc, char **argv)
{
	const char *name = strrchr(argv[0], '/'), *folder = argc > 1 ? argv[1] : "/elf";
	FILE *list, *modules;

	if (name && strcmp(name, "/show") == 0)
		return show(argc, argv);
	list = chdir(folder) ? NULL : fopen("list", "r");
	if (!list) {
		perror(folder);
		return 1;
	}
	modules = fopen("modules", "r");
	return !run_list(list, "./", "") || (modules && !run_list(modules, "", "module "));
}
