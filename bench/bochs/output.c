/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/bochs/output.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int descriptor = -1;
static bool machine_started;

/* The guest's unfinished line, after OUTPUT_GUEST_MARK. A record has at most 512 bytes, so the
 * harness ignores any longer line. */
static char guest_line[1 + 4096] = { OUTPUT_GUEST_MARK };
static size_t guest_length = 1;

bool output_wanted(void)
{
	return descriptor >= 0;
}

void output_machine_started(void)
{
	machine_started = true;
}

void output_open(void)
{
	const char *text = getenv("PALIMPSEST_FD");
	char *end;
	long number;
	int flags;

	if (!text)
		return;
	number = strtol(text, &end, 10);
	if (end == text || *end || number < 0 || number > INT_MAX)
		output_fail(2, "PALIMPSEST_FD is not a descriptor number: %s", text);
	flags = fcntl((int)number, F_GETFL);
	if (flags < 0 || (flags & O_ACCMODE) == O_RDONLY)
		output_fail(2, "PALIMPSEST_FD is not open for writing: %s", text);
	descriptor = (int)number;
	signal(SIGPIPE, SIG_IGN); /* if the harness is gone, write() fails with EPIPE */
}

static void write_all(const char *bytes, size_t length)
{
	while (length) {
		ssize_t written = write(descriptor, bytes, length);

		if (written >= 0) {
			bytes += written;
			length -= (size_t)written;
		} else if (errno == EAGAIN) {
			poll(&(struct pollfd){ .fd = descriptor, .events = POLLOUT }, 1, -1);
		} else if (errno != EINTR) {
			descriptor = -1;
			output_fail(1, "cannot write to the harness: %s", strerror(errno));
		}
	}
}

/* Writes the guest's line. If the line begins with '!', as the library's own lines do, writes
 * OUTPUT_GUEST_MARK before it. */
static void write_guest_line(void)
{
	size_t length = guest_length;
	size_t first = guest_line[1] == '!' ? 0 : 1;

	guest_length = 1;
	write_all(guest_line + first, length - first);
}

void output_guest_byte(unsigned char byte)
{
	if (!output_wanted())
		return;
	if (guest_length == sizeof guest_line - 1) {
		guest_line[guest_length++] = '\n';
		write_guest_line();
	}
	guest_line[guest_length++] = (char)byte;
	if (byte == '\n')
		write_guest_line();
}

void output_line(const char *line, size_t length)
{
	if (output_wanted())
		write_all(line, length);
}

static _Noreturn void leave(int status)
{
	int (*bochs_exit)(void);

	*(void **)&bochs_exit = dlsym(RTLD_DEFAULT, "_Z9bx_atexitv");
	if (machine_started && bochs_exit) {
		machine_started = false; /* bochs_exit() may call leave(), but must not run twice */
		bochs_exit();
	}
	fflush(NULL);
	_exit(status);
}

/* Writes the guest's last line, if it is unfinished, with a newline. */
static void finish_guest_line(void)
{
	if (!output_wanted() || guest_length == 1)
		return;
	guest_line[guest_length++] = '\n';
	write_guest_line();
}

__attribute__((destructor)) static void finish(void)
{
	finish_guest_line();
}

void output_exit(unsigned value)
{
	int status = (int)((2 * value + 1) & 0xFF);
	char line[32];
	int length = snprintf(line, sizeof line, "!exit status=%d\n", status);

	finish_guest_line();
	output_line(line, (size_t)length);
	leave(status);
}

void output_stop(const char *line, size_t length)
{
	finish_guest_line();
	output_line(line, length);
	leave(0);
}

/* Writes the reason into the stream, so that the harness can report it. */
static void write_failure(int status, const char *reason)
{
	static const char digits[] = "0123456789abcdef";
	char line[800];
	int length = snprintf(line, sizeof line, "!fail status=%d reason=", status);

	for (; *reason && length < (int)sizeof line - 4; reason++)
		if (*reason > ' ' && *reason < 0x7F && *reason != '%') {
			line[length++] = *reason;
		} else {
			line[length++] = '%';
			line[length++] = digits[(unsigned char)*reason >> 4];
			line[length++] = digits[*reason & 15];
		}
	line[length++] = '\n';
	output_line(line, (size_t)length);
}

void output_fail(int status, const char *format, ...)
{
	static bool failing;
	char reason[700];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(reason, sizeof reason, format, arguments);
	va_end(arguments);
	fprintf(stderr, "palimpsest-bochs: %s\n", reason);
	if (!failing) { /* the stream itself may be what failed */
		failing = true;
		write_failure(status, reason);
	}
	leave(status);
}
