/* SPDX-License-Identifier: MIT */
/* The first program of a demonstration: shows a prompt on the console, and runs the programs whose
 * names the user types. */
#include "bench/programs/user.h"

#include "process/signal.h"

#define LINE  80
#define WORDS 8

static void print_number(int number)
{
	char digits[12];
	char *at = digits + sizeof digits - 1;

	*at = '\0';
	do {
		*--at = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	print(at);
}

/* Reads a line. The terminal echoes it, and lets the user edit it. Returns false at the end of the
 * input (Ctrl-D), or if there is no input. */
static bool read_line(char line[LINE])
{
	const long got = call(SYS_read, 0, (uintptr_t)line, LINE - 1);
	size_t length = got > 0 ? (size_t)got : 0;

	if (length && line[length - 1] == '\n')
		length--;
	line[length] = '\0';
	return got > 0;
}

/* Ignores a signal that the keyboard sends: it is meant for the running program, not for the
 * prompt. */
static void ignore(int signal)
{
	const struct signal_action action = { .handler = SIGNAL_IGNORE };

	call6(SYS_rt_sigaction, (uint64_t)signal, (uintptr_t)&action, 0, sizeof action.mask, 0, 0);
}

static void run(char *line)
{
	const char *words[WORDS + 1];
	size_t count = 0;
	int status = 0;
	long pid;

	while (*line && count < WORDS) {
		while (*line == ' ')
			*line++ = '\0';
		if (!*line)
			break;
		words[count++] = line;
		while (*line && *line != ' ')
			line++;
	}
	words[count] = NULL;
	if (!count)
		return;
	pid = call(SYS_spawn, (uintptr_t)words[0], (uintptr_t)words, 0);
	if (pid < 0) {
		print("cannot run it: error ");
		print_number((int)-pid);
		print("\n");
		return;
	}
	call(SYS_wait4, (uint64_t)pid, (uintptr_t)&status, 0);
	if (status & 0x7f) {
		print("killed by signal ");
		print_number(status & 0x7f);
		print("\n");
	} else if (status) {
		print("exit status ");
		print_number(status >> 8 & 0xff);
		print("\n");
	}
}

int main(void)
{
	char line[LINE];

	ignore(SIGINT);
	ignore(SIGQUIT);
	print("Type a program and its arguments: hello, hostile KIND, payload-1m -; exit leaves.\n");
	for (;;) {
		print("> ");
		if (!read_line(line) || equal(line, "exit"))
			return 0;
		run(line);
	}
}
