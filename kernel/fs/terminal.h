/* SPDX-License-Identifier: MIT */
/*
 * The console as a terminal (man 3 termios): lines with echo, which can be edited by characters of
 * UTF-8 (IUTF8), by words and as a whole, and keys that are signals; or single characters when a
 * program has turned ICANON off. COM1 raises no interrupt: it is polled after each tick, and by the
 * idle task while a task waits for input.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* struct termios of the kernel (uapi/asm-generic/termbits.h). */
struct termios {
	uint32_t input, output, control, local;
	uint8_t line, characters[19];
};
_Static_assert(sizeof(struct termios) == 36, "as programs know it");

/* As programs have set them. */
extern struct termios terminal_settings;

/* The foreground process group, which Ctrl-C and Ctrl-Z reach, and its session; 0: none yet. */
extern int terminal_group, terminal_session;

/* struct winsize (uapi/asm-generic/termios.h). */
struct terminal_size {
	uint16_t rows, columns, width, height; /* the last two in pixels */
};

/* 25 x 80 until a program sets it. */
extern struct terminal_size terminal_size;

/* Sets the size, and tells the foreground if it has changed. */
void terminal_set_size(const struct terminal_size *size);

/* Events for the foreground process group. */
enum terminal_event {
	TERMINAL_NOTHING,
	TERMINAL_INTERRUPT,
	TERMINAL_QUIT,
	TERMINAL_SUSPEND,
	TERMINAL_RESIZED
};

/* Sends a group the signal of an event. Set by process/. */
extern void (*terminal_signal)(int group, enum terminal_event event);

enum terminal_use { TERMINAL_READ, TERMINAL_CHANGE };

/*
 * Returns 0 if the current process may use the terminal: it is in the foreground, or in another
 * session. Otherwise returns -EIO, or -ERESTARTSYS after it has sent the process's group SIGTTIN or
 * SIGTTOU. Set by process/.
 */
extern int (*terminal_check)(enum terminal_use use);

struct file;
long terminal_read(struct file *file, uint64_t buffer, size_t size);
long terminal_write(struct file *file, uint64_t buffer, size_t size);
unsigned terminal_ready(const struct file *file);
int terminal_unread(const struct file *file, int32_t *bytes);

/* Reads the characters that have arrived. */
void terminal_poll(void);

/* Discards input that has not been read. */
void terminal_flush(void);

/*
 * Makes sched/ poll the terminal after ticks and while a task waits for input. Once, before there
 * are tasks.
 */
void terminal_init(void);
