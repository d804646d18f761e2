/* SPDX-License-Identifier: MIT */
/*
 * The program /init of the Linux that is measured. Runs the lines of the file /rows one by one;
 * each line is a program and its arguments. Then writes the wait status of each program to port
 * 0xE9, and turns the machine off through port 0xF4, which the instrumentation library watches.
 */
#include "bench/programs/user.h"
#include "bench/protocol/ports.h"

#define SYS_ioperm 173
#define ROWS_BYTES 16384
#define ROWS_MAX   200
#define WORDS_MAX  8

static char rows[ROWS_BYTES];
static int status_of[ROWS_MAX];

static void out_byte(unsigned port, unsigned char value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"((unsigned short)port));
}

static void tell(const char *text)
{
	while (*text)
		out_byte(PORT_RECORDS, (unsigned char)*text++);
}

static void tell_number(unsigned number)
{
	char digits[12];
	char *at = digits + sizeof digits - 1;

	*at = '\0';
	do {
		*--at = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	tell(at);
}

/* Cuts the line into at most WORDS_MAX words, in place; `words` ends with NULL. */
static void split(char *line, const char *words[WORDS_MAX + 1])
{
	size_t count = 0;

	while (*line && count < WORDS_MAX) {
		while (*line == ' ')
			*line++ = '\0';
		if (*line)
			words[count++] = line;
		while (*line && *line != ' ')
			line++;
	}
	words[count] = NULL;
}

static int run(char *line)
{
	const char *words[WORDS_MAX + 1];
	int status = -1;
	long pid;

	split(line, words);
	pid = call(SYS_fork, 0, 0, 0);
	if (pid == 0) {
		call(SYS_execve, (uintptr_t)words[0], (uintptr_t)words, 0);
		call(SYS_exit, 127, 0, 0);
	}
	call(SYS_wait4, (uint64_t)pid, (uintptr_t)&status, 0);
	return status;
}

int main(void)
{
	long file = call(SYS_open, (uintptr_t) "/rows", 0, 0), length = 0, n;
	unsigned count = 0, bad = 0;
	char *line = rows;

	while (file >= 0 && (n = call(SYS_read, (uint64_t)file, (uintptr_t)rows + (uint64_t)length,
	                              ROWS_BYTES - 1 - (uint64_t)length)) > 0)
		length += n;
	while (*line && count < ROWS_MAX) {
		char *end = line;

		while (*end && *end != '\n')
			end++;
		if (*end)
			*end++ = '\0';
		status_of[count++] = run(line);
		line = end;
	}
	/*
	 * ioperm() is called after all rows: if called before, each fork() would copy the
	 * permissions.
	 */
	if (call(SYS_ioperm, PORT_RECORDS, 1, 1) || call(SYS_ioperm, PORT_EXIT, 1, 1)) {
		print("init: no right to use ports\n");
		for (;;)
			call(SYS_pause, 0, 0, 0);
	}
	for (unsigned i = 0; i < count; i++) {
		tell("row ");
		tell_number(i);
		tell(" status ");
		tell_number((unsigned)status_of[i]);
		tell("\n");
		bad += status_of[i] != 0;
	}
	out_byte(PORT_EXIT, bad || !count ? EXIT_FAILED : EXIT_OK);
	for (;;)
		;
}
