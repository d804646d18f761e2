/* SPDX-License-Identifier: MIT */
#include "fs/terminal.h"

#include "fs/file.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "output/console.h"
#include "sched/clock.h"
#include "sched/pause.h"
#include "vm/address_space.h"

#define TYPED_MAX     4096 /* characters kept until they are read */
#define LINE_PATIENCE 300  /* after a character, wait this many polls of the port for the next */
#define CHUNK         64   /* bytes copied at a time between a program and the console */

/* Bits of termios. */
enum { ICRNL = 0x100, IUTF8 = 0x4000 };
enum { ISIG = 1, ICANON = 2, ECHO = 8, TOSTOP = 0x100, ECHOCTL = 0x200, IEXTEN = 0x8000 };
enum { VINTR, VQUIT, VERASE, VKILL, VEOF, VTIME, VMIN };
enum { VSTART = 8, VSTOP, VSUSP, VEOL, VREPRINT, VDISCARD, VWERASE, VLNEXT, VEOL2 };
#define VTIME_UNIT   (NS_PER_SECOND / 10)

#define INPUT_START  (0x400 | ICRNL | IUTF8)
#define LOCAL_START  (0x830 | IEXTEN | ECHOCTL | ISIG | ICANON | ECHO)
#define CHARACTER(c) ((c)-64) /* c typed with Ctrl */
#define DELETE       127

struct termios terminal_settings = {
	.input = INPUT_START,
	.output = 5,
	.control = 0xbf,
	.local = LOCAL_START,
	.characters = {
		[VINTR] = CHARACTER('C'),
		[VQUIT] = CHARACTER('\\'),
		[VERASE] = DELETE,
		[VKILL] = CHARACTER('U'),
		[VEOF] = CHARACTER('D'),
		[VMIN] = 1,
		[VSTART] = CHARACTER('Q'),
		[VSTOP] = CHARACTER('S'),
		[VSUSP] = CHARACTER('Z'),
		[VREPRINT] = CHARACTER('R'),
		[VDISCARD] = CHARACTER('O'),
		[VWERASE] = CHARACTER('W'),
		[VLNEXT] = CHARACTER('V'),
	},
};
int terminal_group, terminal_session;
void (*terminal_signal)(int group, enum terminal_event event);
int (*terminal_check)(enum terminal_use use);
struct terminal_size terminal_size = { .rows = 25, .columns = 80 };

/*
 * The input, a ring indexed modulo TYPED_MAX. Characters from `first` to `whole` can be read; they
 * include the ends of lines and of the file. Characters from `whole` to `last` can still be edited.
 */
static uint16_t typed[TYPED_MAX];
static size_t first, whole, last;
static bool literal; /* true after VLNEXT was typed: the next character is taken literally */

#define LITERAL 0x100 /* flag in `typed`: the character is taken literally */
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

/*
 * Returns true if the character is the key with the index `key` in `characters`. A key of 0 is
 * disabled.
 */
static bool is_key(uint16_t c, unsigned key)
{
	return c && c == terminal_settings.characters[key];
}

/* Returns true if the character ends a line, or the file. */
static bool ends_line(uint16_t c)
{
	return c == '\n' || is_key(c, VEOF) || is_key(c, VEOL) || is_key(c, VEOL2);
}

static bool is_control(uint8_t c)
{
	return (c < ' ' && c != '\n' && c != '\t') || c == DELETE;
}

/* Echoes a character. With ECHOCTL, shows a control character as ^ and a letter. */
static void echo_character(uint8_t c)
{
	const char text[] = { '^', (char)(c ^ 64) };

	if (has(ECHOCTL) && is_control(c))
		echo(text, sizeof text);
	else
		echo((const char *)&c, 1);
}

/* Shows again the line that is being edited. */
static void reprint(void)
{
	echo("\n", 1);
	for (size_t i = whole; i != last; i++)
		echo_character((uint8_t)typed[i % TYPED_MAX]);
}

/* Returns true for a continuation byte of UTF-8 (RFC 3629). */
static bool goes_on(uint16_t c)
{
	return (terminal_settings.input & IUTF8) && (c & 0xc0) == 0x80;
}

/* Returns the index of the first byte of the line's last character. The line must not be empty. */
static size_t last_character(void)
{
	size_t at = last - 1;

	while (goes_on(typed[at % TYPED_MAX]) && at != whole)
		at--;
	return at;
}

/*
 * Erases the last character. Returns true if it was a tab. A tab's width on the screen is unknown,
 * so the caller has to show the line again.
 */
static bool erase_character(void)
{
	uint8_t c;

	last = last_character();
	c = (uint8_t)typed[last % TYPED_MAX];
	if (c != '\t')
		echo("\b \b\b \b", has(ECHOCTL) && is_control(c) ? 6 : 3);
	return c == '\t';
}

enum erasure { ERASE_CHARACTER, ERASE_WORD, ERASE_LINE };

static bool is_of_word(uint8_t c)
{
	return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '_' || c >= 0x80;
}

/* Erases the last character, the last word with everything after it, or the line. */
static void erase(enum erasure what)
{
	bool in_word = false, show = false;

	while (last != whole) {
		const bool of_word = is_of_word((uint8_t)typed[last_character() % TYPED_MAX]);

		if (what == ERASE_WORD && in_word && !of_word)
			break;
		in_word |= of_word;
		show |= erase_character();
		if (what == ERASE_CHARACTER)
			break;
	}
	if (show)
		reprint();
}

/* Returns the event that a key stands for, or TERMINAL_NOTHING. */
static enum terminal_event event_of(uint8_t c)
{
	const uint8_t *key = terminal_settings.characters;

	return c == key[VINTR]   ? TERMINAL_INTERRUPT
	       : c == key[VQUIT] ? TERMINAL_QUIT
	       : c == key[VSUSP] ? TERMINAL_SUSPEND
	                         : TERMINAL_NOTHING;
}

static void interrupt(uint8_t c)
{
	const char text[] = { '^', (char)(c + 64), '\n' };

	echo(text, sizeof text);
	last = whole;
	if (terminal_group)
		terminal_signal(terminal_group, event_of(c));
}

/* Executes a key that edits the line. Returns false if the character is not such a key. */
static bool edit(uint8_t c)
{
	if (is_key(c, VERASE) || c == '\b') {
		erase(ERASE_CHARACTER);
	} else if (is_key(c, VKILL)) {
		erase(ERASE_LINE);
	} else if (!has(IEXTEN)) {
		return false;
	} else if (is_key(c, VWERASE)) {
		erase(ERASE_WORD);
	} else if (is_key(c, VREPRINT)) {
		echo_character(c);
		reprint();
	} else if (is_key(c, VLNEXT)) {
		echo("^\b", 2);
		literal = true;
	} else {
		return false;
	}
	return true;
}

static void append(uint16_t c)
{
	const bool ends = !has(ICANON) || ends_line(c);

	/* The last free place is kept for the end of a line. */
	if (last - first >= TYPED_MAX - (ends ? 0 : 1))
		return;
	typed[last++ % TYPED_MAX] = c;
	if (!has(ICANON) || !is_key(c, VEOF))
		echo_character((uint8_t)c);
	if (ends)
		whole = last;
}

static void take(uint8_t c)
{
	if (literal) {
		literal = false;
		append(LITERAL | c);
		return;
	}
	if (c == '\r' && (terminal_settings.input & ICRNL))
		c = '\n';
	if (has(ISIG) && c && event_of(c))
		interrupt(c);
	else if (!has(ICANON) || !edit(c))
		append(c);
}

void terminal_poll(void)
{
	size_t before = whole;
	/*
	 * Number of polls since the last character. It starts at its limit, so that the loop ends
	 * at once if the first poll finds no character.
	 */
	unsigned quiet = LINE_PATIENCE;
	/*
	 * Number of characters taken so far. The loop ends after TYPED_MAX characters. The check
	 * for a full buffer is not enough, since Ctrl-C and Ctrl-U make room again.
	 */
	unsigned taken = 0;

	/*
	 * When the buffer is full, characters wait in the port, as in Linux. Otherwise input that
	 * arrives faster than it is read, as from a script, would be lost.
	 */
	while (last - first < TYPED_MAX && quiet <= LINE_PATIENCE && taken < TYPED_MAX) {
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
	literal = false;
	first = whole = last;
}

static bool is_waited_for(void)
{
	return readers.first || file_changed.first;
}

void terminal_init(void)
{
	poll_hook = terminal_poll;
	poll_is_wanted_hook = is_waited_for;
}

void terminal_set_size(const struct terminal_size *size)
{
	const bool differs = memcmp(&terminal_size, size, sizeof *size) != 0;

	terminal_size = *size;
	if (differs && terminal_group)
		terminal_signal(terminal_group, TERMINAL_RESIZED);
}

unsigned terminal_ready(const struct file *file)
{
	(void)file;
	terminal_poll();
	return (first != whole ? POLLIN : 0) | POLLOUT;
}

/* The key VEOF does not count, since read() does not return it. */
int terminal_unread(const struct file *file, int32_t *bytes)
{
	(void)file;
	terminal_poll();
	*bytes = 0;
	for (size_t i = first; i != whole; i++)
		*bytes += !has(ICANON) || !is_key(typed[i % TYPED_MAX], VEOF);
	return 0;
}

/*
 * Blocks until there is input. If ICANON is off and VMIN is 0, waits only for the time VTIME.
 * Returns 0, -EAGAIN, -ERESTARTSYS or -ETIMEDOUT.
 */
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
	int error = terminal_check(TERMINAL_READ);
	bool ends = false; /* true at the end of a line or of the file */
	size_t done = 0;

	if (!error && size)
		error = wait_for_typing(file);
	if (error)
		return error == -ETIMEDOUT ? 0 : error;
	while (first != whole && done < size && !ends) {
		char chunk[CHUNK];
		size_t n = 0;

		while (first != whole && n < size - done && n < sizeof chunk && !ends) {
			const uint16_t c = typed[first++ % TYPED_MAX];

			ends = has(ICANON) && ends_line(c);
			if (!ends || !is_key(c, VEOF))
				chunk[n++] = (char)c;
		}
		if (copy_to_user(buffer + done, chunk, n))
			return done ? (long)done : -EFAULT;
		done += n;
	}
	return (long)done;
}

static bool writing; /* true while a task pauses in terminal_write(): other writers wait */
static struct wait_queue writers;

long terminal_write(struct file *file, uint64_t buffer, size_t size)
{
	char chunk[CHUNK];
	size_t done = 0;
	bool paused = false;
	int error = has(TOSTOP) ? terminal_check(TERMINAL_CHANGE) : 0;

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
