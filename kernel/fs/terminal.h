/* SPDX-License-Identifier: MIT */
/*
 * The console as a terminal (man 3 termios). It echoes lines, lets the user edit them by UTF-8
 * characters (IUTF8), by words or as a whole, and turns keys into signals. If a program turns
 * ICANON off, programs read single characters instead of lines. COM1 raises no interrupts: the
 * kernel polls it after each tick, and the idle task polls it while a task waits for input.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Linux's struct termios (uapi/asm-generic/termbits.h). */
struct termios {
	uint32_t input, output, control, local;
	uint8_t line, characters[19];
};
_Static_assert(sizeof(struct termios) == 36, "as programs know it");

/* The current settings, which programs may change. */
extern struct termios terminal_settings;

/*
 * The foreground process group, to which Ctrl-C and Ctrl-Z send signals, and its session. Both are
 * 0 until they are set.
 */
extern int terminal_group, terminal_session;

/* Linux's struct winsize (uapi/asm-generic/termios.h). */
struct terminal_size {
	uint16_t rows, columns, width, height; /* the last two in pixels */
};

/* The size: 25 rows and 80 columns until a program sets it. */
extern struct terminal_size terminal_size;

/* Sets the size. If it has changed, sends TERMINAL_RESIZED to the foreground process group. */
void terminal_set_size(const struct terminal_size *size);

/* Events for the foreground process group. */
enum terminal_event {
	TERMINAL_NOTHING,
	TERMINAL_INTERRUPT,
	TERMINAL_QUIT,
	TERMINAL_SUSPEND,
	TERMINAL_RESIZED
};

/* Sends a process group the signal of an event. Set by process/jobs.c. */
extern void (*terminal_signal)(int group, enum terminal_event event);

enum terminal_use { TERMINAL_READ, TERMINAL_CHANGE };

/*
 * Returns 0 if the current process may use the terminal. That is so if
 *   - there is no foreground group yet,
 *   - the process is in the foreground group or in another session, or
 *   - `use` is TERMINAL_CHANGE and the process ignores or blocks SIGTTOU.
 * Otherwise returns -EIO if
 *   - `use` is TERMINAL_READ and the process ignores or blocks SIGTTIN, or
 *   - the group of the process is orphaned.
 * In all other cases sends the group SIGTTIN for TERMINAL_READ or SIGTTOU for TERMINAL_CHANGE, and
 * returns -ERESTARTSYS. Set by process/jobs.c.
 */
extern int (*terminal_check)(enum terminal_use use);

struct file;
/* The operations of the console (struct file_kind). */
long terminal_read(struct file *file, uint64_t buffer, size_t size);
long terminal_write(struct file *file, uint64_t buffer, size_t size);
unsigned terminal_ready(const struct file *file);
int terminal_unread(const struct file *file, int32_t *bytes);

/* Takes the characters that have arrived at the port, and wakes readers. */
void terminal_poll(void);

/* Discards input that has not been read. */
void terminal_flush(void);

/*
 * Makes sched/ poll the terminal after ticks and while a task waits for input. Called once, before
 * there are tasks.
 */
void terminal_init(void);
