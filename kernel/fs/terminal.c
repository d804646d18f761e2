/* SPDX-License-Identifier: MIT */
#include "fs/terminal.h"

#include "fs/file.h"
#include "lib/console.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mem/address_space.h"
#include "task/clock.h"
#include "task/pause.h"
#include "task/task.h"

#define TYPED_MOST    4096 /* characters that are kept until they are read */
#define LINE_PATIENCE 300  /* looks at the port after a character: more may be on its way */
#define CHUNK         64   /* bytes on their way between a program and the console */

/* Bits of termios. */
enum { ICRNL = 0x100 };
enum { ISIG = 1, ICANON = 2, ECHO = 8, TOSTOP = 0x100 };
enum { VINTR, VQUIT, VERASE, VKILL, VEOF, VTIME, VMIN, VSUSP = 10 };
#define VTIME_UNIT   (NS_PER_SECOND / 10)

#define INPUT_START  (0x400 | ICRNL)
#define LOCAL_START  (0x8a30 | ISIG | ICANON | ECHO)
#define CHARACTER(c) ((c)-64) /* with Ctrl */
#define DELETE       127

struct termios terminal_settings = {
	.input = INPUT_START,
	.output = 5,
	.control = 0xbf,
	.local = LOCAL_START,
	.characters = { CHARACTER('C'), CHARACTER('\\'), DELETE, CHARACTER('U'), CHARACTER('D'), 0, 1, 0,
	                CHARACTER('Q'), CHARACTER('S'), CHARACTER('Z') },
};
int terminal_group, terminal_session;
struct terminal_size terminal_size = { .rows = 25, .columns = 80 };

/* What was typed: up to `whole`, ends of lines and of the file included, it can be read; the rest can still be edited. */
static uint8_t typed[TYPED_MOST];
static size_t first, whole, last;
static struct wait_queue readers;

static bool has(uint32_t bit)
{
	return terminal_settings.local & bit;
}

static void echo(const char *text, size_t size)
{
	if (has(ECHO))
		console_write(text, size);
}

static void erase(size_t count)
{
	for (; count && last > whole; count--, last--)
		echo("\b \b", 3);
}

/* The signal that a key means to the foreground, or 0. */
static int signal_of(uint8_t c)
{
	const uint8_t *key = terminal_settings.characters;

	return c == key[VINTR] ? SIGINT : c == key[VQUIT] ? SIGQUIT : c == key[VSUSP] ? SIGTSTP : 0;
}

static void interrupt(uint8_t c)
{
	const char text[] = { '^', (char)(c + 64), '\n' };

	echo(text, sizeof text);
	last = whole;
	if (terminal_group)
		task_kill_group(terminal_group, signal_of(c));
}

static void take(uint8_t c)
{
	const uint8_t *key = terminal_settings.characters;
	bool ends;

	if (c == '\r' && (terminal_settings.input & ICRNL))
		c = '\n';
	if (has(ISIG) && c && signal_of(c)) {
		interrupt(c);
		return;
	}
	if (has(ICANON) && (c == key[VERASE] || c == '\b')) {
		erase(1);
		return;
	}
	if (has(ICANON) && c == key[VKILL]) {
		erase(TYPED_MOST);
		return;
	}
	ends = !has(ICANON) || c == '\n' || c == key[VEOF];
	if (last - first >= TYPED_MOST - (ends ? 0 : 1)) /* the end of a line still has room */
		return;
	typed[last++ % TYPED_MOST] = c;
	if (!has(ICANON) || c != key[VEOF])
		echo((const char *)&c, 1);
	if (ends)
		whole = last;
}

void terminal_poll(void)
{
	size_t before = whole;
	unsigned quiet = LINE_PATIENCE; /* so often nothing has come; at first once is enough */
	unsigned taken = 0;             /* Ctrl-C and Ctrl-U make room again: there may be no end of them */

	/* Without room what is sent waits in the port, as in Linux: a script may come faster than it is read. */
	while (last - first < TYPED_MOST && quiet <= LINE_PATIENCE && taken < TYPED_MOST) {
		const int c = console_read();

		quiet = c >= 0 ? 0 : quiet + 1;
		if (c >= 0) {
			take((uint8_t)c);
			taken++;
		}
	}
	if (whole != before) {
		wake_all(&readers);
		wake_all(&file_changed);
	}
}

void terminal_flush(void)
{
	first = whole = last;
}

bool terminal_is_waited_for(void)
{
	return readers.first || file_changed.first;
}

void terminal_set_size(const struct terminal_size *size)
{
	const bool differs = memcmp(&terminal_size, size, sizeof *size) != 0;

	terminal_size = *size;
	if (differs && terminal_group)
		task_kill_group(terminal_group, SIGWINCH);
}

int terminal_check_change(void)
{
	return task_check_terminal(terminal_group, terminal_session, SIGTTOU);
}

unsigned terminal_ready(const struct file *file)
{
	(void)file;
	terminal_poll();
	return (first != whole ? POLLIN : 0) | POLLOUT;
}

/* What the end of the file is typed with is not read, so it does not count. */
int terminal_unread(const struct file *file, int32_t *bytes)
{
	(void)file;
	terminal_poll();
	*bytes = 0;
	for (size_t i = first; i != whole; i++)
		*bytes += !has(ICANON) || typed[i % TYPED_MOST] != terminal_settings.characters[VEOF];
	return 0;
}

/* Blocks until something may be read: VTIME counts where VMIN is 0, a read of nothing then. 0 or an error. */
static int wait_for_typing(const struct file *file)
{
	const uint8_t *key = terminal_settings.characters;
	const bool timed = !has(ICANON) && !key[VMIN];
	const uint64_t end = timed ? clock_now() + key[VTIME] * VTIME_UNIT : 0;

	for (terminal_poll(); first == whole; terminal_poll()) {
		int error;

		if (file->flags & O_NONBLOCK)
			return -EAGAIN;
		error = timed && !key[VTIME] ? -ETIMEDOUT : wait_until(&readers, end);
		if (error)
			return error == -ETIMEDOUT ? error : -ERESTARTSYS;
	}
	return 0;
}

long terminal_read(struct file *file, uint64_t buffer, size_t size)
{
	int error = task_check_terminal(terminal_group, terminal_session, SIGTTIN);
	bool ends = false; /* the line, or the file */
	size_t done = 0;

	if (!error && size)
		error = wait_for_typing(file);
	if (error)
		return error == -ETIMEDOUT ? 0 : error;
	while (first != whole && done < size && !ends) {
		char chunk[CHUNK];
		size_t n = 0;

		while (first != whole && n < size - done && n < sizeof chunk && !ends) {
			uint8_t c = typed[first++ % TYPED_MOST];

			ends = has(ICANON) && (c == '\n' || c == terminal_settings.characters[VEOF]);
			if (!ends || c == '\n')
				chunk[n++] = (char)c;
		}
		if (copy_to_user(buffer + done, chunk, n))
			return done ? (long)done : -EFAULT;
		done += n;
	}
	return (long)done;
}

static bool writing; /* by a task that pauses: what others write comes after that */
static struct wait_queue writers;

long terminal_write(struct file *file, uint64_t buffer, size_t size)
{
	char chunk[CHUNK];
	size_t done = 0;
	bool paused = false;
	int error = has(TOSTOP) ? terminal_check_change() : 0;

	(void)file;
	if (error)
		return error;
	while (writing)
		if (wait_on(&writers))
			return -ERESTARTSYS;
	while (done < size) {
		size_t n = size - done < CHUNK ? size - done : CHUNK;

		if (done) { /* the port is slow: 64 characters are 6 ms at 115200 baud */
			writing = paused = true;
			if (task_pause())
				break;
		}
		if (copy_from_user(chunk, buffer + done, n)) {
			error = -EFAULT;
			break;
		}
		console_write(chunk, n);
		done += n;
	}
	if (paused) {
		writing = false;
		wake_all(&writers);
	}
	return done ? (long)done : error;
}
