/* SPDX-License-Identifier: MIT */
/*
 * The program /init of the Linux that is measured. Runs the lines of the file /rows one by one;
 * each line is a program and its arguments. Then writes the wait status of each program to the
 * console. If all succeeded, it then writes "rows: done"; if not, it turns the machine off.
 */
#include "bench/programs/user.h"

#define SYS_reboot       169
#define REBOOT_MAGIC     0xfee1dead
#define REBOOT_MAGIC_2   0x28121969
#define REBOOT_POWER_OFF 0x4321fedc

#define ROWS_BYTES       16384
#define ROWS_MAX         200
#define WORDS_MAX        8

static char rows[ROWS_BYTES];
static int status_of[ROWS_MAX];

static void print_number(unsigned number)
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
	/* Only now: what is written to the console costs instructions. */
	for (unsigned i = 0; i < count; i++) {
		print("row ");
		print_number(i);
		print(" status ");
		print_number((unsigned)status_of[i]);
		print("\n");
		bad += status_of[i] != 0;
	}
	if (bad || !count)
		call(SYS_reboot, REBOOT_MAGIC, REBOOT_MAGIC_2, REBOOT_POWER_OFF);
	print("rows: done\n");
	for (;;)
		call(SYS_pause, 0, 0, 0);
}
