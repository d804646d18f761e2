/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/bochs/measure/watch.h"

#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bochs/measure/measure.h"
#include "bench/bochs/measure/typing.h"
#include "bench/bochs/output.h"
#include "bench/bochs/rip.h"
#include "bench/bochs/trace.h"
#include "bench/protocol/ports.h"

/* COM1's registers. While bit 7 of the line control register is set, the first two have another
 * meaning. */
enum {
	COM1_DATA = 0x3F8,
	COM1_INTERRUPTS,
	COM1_CONTROL = 0x3FB,
	COM1_MODEM,
	COM1_STATUS,
	CONTROL_DIVISOR = 0x80
};

/* Bits of COM1_INTERRUPTS and COM1_MODEM: interrupt on received data; interrupts reach the processor;
 * the port receives what it sends, and nothing leaves it. */
enum { INTERRUPTS_RECEIVED = 1, MODEM_OUT2 = 8, MODEM_LOOP = 16 };

/* The registers of the two IDE channels that take commands. */
enum { IDE_COMMAND = 0x1F7, IDE_COMMAND_SECOND = 0x177 };

enum { KEYBOARD_STATUS = 0x64 };

/* The text screen: characters and attributes in turn. */
enum { SCREEN = 0xB8000, COLUMNS = 80, ROWS = 25 };

/* How often the screen is read, in ticks. */
enum { PERIOD = 1 << 20 };

/* The machine runs on for so long after the text appeared, for the rest of the line: enough for two
 * characters at 9,600 baud and a thousand million ticks a second. */
enum { LAST_TICKS = 2 * PERIOD };

/* Any number will do: all runs have the same. */
enum { RANDOM_SEED = 1 };

/* A stream of bytes in which the text is searched. */
struct stream {
	char last[PLAN_TEXT_MAX];
	size_t length;
};

static const struct plan *plan;
static struct stream serial, debug_port;
static unsigned control, interrupts, modem; /* COM1's registers */
static FILE *serial_file;                   /* WATCH_SERIAL */
static bool found;                          /* the text appeared */
static volatile sig_atomic_t ended;         /* SIGTERM came: the harness ends the run */
static uint8_t screen[ROWS][2 * COLUMNS];
/* `changed`: the screen changed in this period. `unwritten`: it changed since the file was written. */
static bool changed, unwritten;
/* `wrote`: in this period the guest wrote to COM1, port 0xE9 or the screen, or used a disk.
 * `wrote_serial`: it has written to COM1 since the run began. */
static bool wrote, wrote_serial;
/* In this period the guest took an interrupt, or read the status of COM1 or of the keyboard. */
static bool listened;

/* Bochs's BX_MEM_C::readPhysicalPage(), a static member like getHostMemAddr() (guest.c). It also reads
 * the memory of devices. */
static void (*read_physical)(void *cpu, uint64_t address, unsigned length, void *data);

/* Registers a function with Bochs's timers. */
static void start_timer(uint64_t ticks, bool repeats, void (*function)(void *))
{
	int (*add)(void *, void *, void (*)(void *), uint64_t, bool, bool, const char *);
	void *system = dlsym(RTLD_DEFAULT, "bx_pc_system");

	*(void **)&add = dlsym(RTLD_DEFAULT, "_ZN14bx_pc_system_c20register_timer_ticksEPvPFvS0_EmbbPKc");
	if (!add || !system)
		output_fail(2, "this Bochs does not export its timers; package bochs of Debian 12 does");
	add(system, NULL, function, ticks, repeats, true, "palimpsest");
}

/* Writes the screen to the file WATCH_SCREEN, without spaces at the ends of rows. */
static void write_screen(void)
{
	FILE *file = fopen(WATCH_SCREEN, "we");

	for (unsigned row = 0; file && row < ROWS; row++) {
		unsigned length = COLUMNS;

		while (length && (screen[row][2 * length - 2] == ' ' || !screen[row][2 * length - 2]))
			length--;
		for (unsigned column = 0; column < length; column++) {
			uint8_t byte = screen[row][2 * column];

			fputc(byte >= ' ' && byte < 0x7F ? byte : byte ? '?' : ' ', file);
		}
		fputc('\n', file);
	}
	if (file)
		fclose(file);
}

static _Noreturn void stop(const char *reason)
{
	char line[64];
	int length = snprintf(line, sizeof line, "!stop reason=%s\n", reason);

	measure_finish();
	trace_close();
	write_screen();
	output_stop(line, (size_t)length);
}

/* Called by Bochs LAST_TICKS after the text appeared. */
static void text_is_out(void *unused)
{
	(void)unused;
	stop("until");
}

/* The text has appeared. Stops measuring, and lets the machine run on for a while. */
static void found_text(void)
{
	if (found)
		return;
	found = true;
	measure_finish();
	start_timer(LAST_TICKS, false, text_is_out);
}

static void take(struct stream *stream, char byte)
{
	size_t wanted = strlen(plan->until);

	if (!wanted)
		return;
	if (stream->length == wanted)
		memmove(stream->last, stream->last + 1, --stream->length);
	stream->last[stream->length++] = byte;
	if (stream->length == wanted && memcmp(stream->last, plan->until, wanted) == 0)
		found_text();
}

void watch_output(uint16_t port, unsigned value)
{
	if (port == IDE_COMMAND || port == IDE_COMMAND_SECOND)
		wrote = true;
	else if (port == COM1_CONTROL)
		control = value;
	else if (port == COM1_MODEM)
		modem = value;
	else if (port == COM1_INTERRUPTS && !(control & CONTROL_DIVISOR))
		interrupts = value;
	else if (port == COM1_DATA && !(control & CONTROL_DIVISOR) && !(modem & MODEM_LOOP)) {
		wrote = wrote_serial = true;
		putc((int)value, serial_file);
		take(&serial, (char)value);
	} else if (port == PORT_RECORDS) {
		wrote = true;
		take(&debug_port, (char)value);
	}
}

void watch_input(uint16_t port)
{
	listened = listened || port == COM1_STATUS || port == KEYBOARD_STATUS;
}

void watch_interrupt(void)
{
	listened = true;
}

/* Looks for the text in each row of the screen. Notes whether the screen has changed. */
static void read_screen(void)
{
	for (unsigned row = 0; row < ROWS && read_physical; row++) {
		uint8_t cells[2 * COLUMNS];
		char text[COLUMNS + 1];

		/* A read of more than 8 bytes may be refused. */
		for (unsigned at = 0; at < sizeof cells; at += 8)
			read_physical(NULL, SCREEN + row * sizeof cells + at, 8, cells + at);
		for (unsigned column = 0; column < COLUMNS; column++)
			text[column] = cells[2 * column] ? (char)cells[2 * column] : ' ';
		text[COLUMNS] = '\0';
		changed = changed || memcmp(screen[row], cells, sizeof cells) != 0;
		memcpy(screen[row], cells, sizeof cells);
		if (*plan->until && strstr(text, plan->until))
			found_text();
	}
}

/* Returns true if the kernel would see what is typed at COM1. If it waits for interrupts of COM1, but
 * has not set OUT2, then they do not reach it. */
static bool reads_serial(void)
{
	return wrote_serial && (!(interrupts & INTERRUPTS_RECEIVED) || modem & MODEM_OUT2);
}

/* Called by Bochs after each period. */
static void period_ends(void *unused)
{
	(void)unused;
	if (ended)
		stop("signal");
	changed = false;
	fflush(serial_file);
	read_screen();
	wrote = wrote || changed;
	if (!changed && unwritten)
		write_screen();
	unwritten = changed;
	listened = listened || (flags_of[0] && *flags_of[0] & FLAGS_IF);
	if (*plan->type && measure_in_kernel())
		typing_period(!wrote, listened, reads_serial());
	wrote = listened = false;
}

/* Called by Bochs when the limit is reached. */
static void limit_reached(void *unused)
{
	(void)unused;
	stop("ticks");
}

static void end_soon(int signal)
{
	(void)signal;
	ended = true;
}

void watch_open(const struct plan *use)
{
	struct sigaction action = { .sa_handler = end_soon };

	sigaction(SIGTERM, &action, NULL);
	plan = use;
	serial_file = fopen(WATCH_SERIAL, "we");
	if (!serial_file)
		output_fail(2, WATCH_SERIAL " cannot be written: %s", strerror(errno));
	if (*plan->type)
		typing_open(plan->type);
	*(void **)&read_physical = dlsym(RTLD_DEFAULT, "_ZN8BX_MEM_C16readPhysicalPageEP8BX_CPU_CmjPv");
}

bool watch_wanted(void)
{
	return plan;
}

void watch_reset(void)
{
	static bool started;

	if (started)
		stop("reset");
	started = true;
	/* RDRAND and RDSEED take their numbers from rand(), which Bochs seeds with the host's time. */
	srand(RANDOM_SEED);
	start_timer(PERIOD, true, period_ends);
	if (plan->ticks)
		start_timer(plan->ticks, false, limit_reached);
}
