/* SPDX-License-Identifier: MIT */
/* What the parts of the system-call fuzzer share (main.c says how they work together). */
#pragma once

#include "bench/programs/check.h"
#include "tests/fuzz/calls/page.h"

#define SHARED ((struct fuzz_page *)FUZZ_PAGE)

/* random.c: numbers that depend on the seed alone. */
void random_start(uint64_t seed);
uint64_t random_number(void);

static inline uint64_t below(uint64_t limit)
{
	return random_number() % limit;
}

static inline int one_in(uint64_t times)
{
	return below(times) == 0;
}

/* call.asm: one system call, with every register known before and looked at after it. */
enum { RAX, RCX, RDX, RBX, RSI, RDI, RBP, R8, R9, R10, R11, R12, R13, R14, R15, RSP, REGISTERS };
struct checked_call {
	uint64_t in[REGISTERS], out[REGISTERS]; /* in[RSP] is filled */
	uint64_t flags_in, flags_out;
};
extern struct checked_call checked;
void checked_call(void);
extern char checked_return[]; /* what RCX is afterwards */

/* call.asm: XMM0 to XMM15, 256 bytes. */
void vectors_load(const void *bytes);
void vectors_store(void *bytes);

/* call.asm: the general registers, the x87's and XMM's are filled from `canary_in`, nothing is done `rounds` times, and all are stored. */
#define CANARY_GENERAL 14
#define CANARY_X87     8
struct canary_state {
	uint64_t general[CANARY_GENERAL], x87[CANARY_X87];
	uint8_t vectors[256];
	uint64_t selectors[4]; /* out: DS, ES, FS, GS */
};
extern struct canary_state canary_in, canary_out;
void canary_spin(uint64_t rounds);

/* canary.c: computes until it is killed, or finds something wrong. */
_Noreturn void canary(void);

/* worker.c: makes `calls` random calls, and ends. `generation`: how many forks it is from the task that started it all. */
_Noreturn void work(uint64_t calls, unsigned generation);

/* Notes what was found wrong, once for all tasks. */
void report(enum fuzz_fault fault, uint64_t which, uint64_t wanted, uint64_t got);

/* table.c: a call, its number and arguments. */
void choose_call(uint64_t call[7]);

/* arguments.c: an argument of a kind. */
enum argument_kind {
	NOTHING,
	WORD, /* anything */
	FD,
	AT,     /* a folder's descriptor */
	PATH,   /* of a file that is, or is not, there */
	VICTIM, /* of one that may go */
	BUFFER,
	SIZE,
	OPENING, /* open()'s flags */
	MODE,
	SIGNAL,
	PID,
	VECTOR, /* struct iovec */
	SMALL,  /* 0 … 9 */
	TIME,   /* struct timespec */
	SPAN,   /* struct timespec [2], itimerval */
	MASK,   /* sigset_t */
	ACTION,
	POLLS,
	STRINGS,
	RANGE, /* of memory: its start … */
	LENGTH,
	RIGHTS,
	MAPPING, /* mmap()'s flags */
	POINTER, /* to what a call fills, or reads in any form */
	FUTEX,
	SETS, /* fd_set */
	STACK,
	ID, /* of a user or group */
	SEGMENT,
	OFFSET,
	FLAGS,   /* few bits */
	REQUEST, /* ioctl() */
	PROGRAM,
	MASK_SIZE,
	LOCK, /* struct flock */
	KINDS
};
uint64_t argument(enum argument_kind kind);

/* arguments.c: what a call has given is used by later ones. */
void take_result(uint64_t number, const uint64_t *arguments, long result);

/* Memory that calls may do anything with, far from the program's own: a region of ARENA bytes, and the end of another with nothing behind. */
#define ARENA 8192
extern char *arena, *edge;
void arguments_start(void);
