/* SPDX-License-Identifier: MIT */
/*
 * Interfaces between the parts of the system-call fuzzer; main.c explains how they work together.
 */
#pragma once

#include "bench/programs/check.h"
#include "tests/fuzz/calls/page.h"

#define SHARED ((struct fuzz_page *)FUZZ_PAGE)

/* random.c: random numbers that depend only on the seed. */
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

/*
 * call.asm: checked_call() loads the registers from checked.in and the flags from checked.flags_in,
 * makes a system call, and stores the registers and flags in checked.out and checked.flags_out.
 */
enum { RAX, RCX, RDX, RBX, RSI, RDI, RBP, R8, R9, R10, R11, R12, R13, R14, R15, RSP, REGISTERS };
struct checked_call {
	uint64_t in[REGISTERS], out[REGISTERS]; /* checked_call() sets in[RSP] */
	uint64_t flags_in, flags_out;
};
extern struct checked_call checked;
void checked_call(void);
extern char checked_return[]; /* address after SYSCALL; a call must return it in RCX */

/* call.asm: vectors_load() loads XMM0 to XMM15 from 256 bytes; vectors_store() stores them. */
void vectors_load(const void *bytes);
void vectors_store(void *bytes);

/*
 * call.asm: canary_spin() loads the general, x87 and XMM registers from canary_in, runs a loop of
 * `rounds` rounds, and stores the registers and the data selectors in canary_out.
 */
#define CANARY_GENERAL 14
#define CANARY_X87     8
struct canary_state {
	uint64_t general[CANARY_GENERAL], x87[CANARY_X87];
	uint8_t vectors[256];
	uint64_t selectors[4]; /* DS, ES, FS, GS; stored, but not loaded */
};
extern struct canary_state canary_in, canary_out;
void canary_spin(uint64_t rounds);

/* canary.c: computes until it is killed, or until it has found and reported a change. */
_Noreturn void canary(void);

/*
 * worker.c: makes `calls` random calls and exits. `generation` is the number of forks between the
 * worker that main.c started and this task.
 */
_Noreturn void work(uint64_t calls, unsigned generation);

/* worker.c: records a fault in the shared page, unless any task has recorded one before. */
void report(enum fuzz_fault fault, uint64_t which, uint64_t wanted, uint64_t got);

/* table.c: chooses a random system call. Stores its number in call[0], its arguments after that. */
void choose_call(uint64_t call[7]);

/* arguments.c: argument() returns a made-up argument of one of these kinds. */
enum argument_kind {
	NOTHING,
	WORD, /* any number */
	FD,
	AT,     /* a directory's descriptor, for openat() and the like */
	PATH,   /* the path of a file, which may or may not exist */
	VICTIM, /* the path of a file that the call may remove */
	BUFFER,
	SIZE,
	OPENING, /* open()'s flags */
	MODE,
	SIGNAL,
	PID,
	VECTOR, /* struct iovec [] */
	SMALL,  /* a number from 0 to 9 */
	TIME,   /* struct timespec */
	SPAN,   /* struct timespec [2], itimerval */
	MASK,   /* sigset_t */
	ACTION,
	POLLS,
	STRINGS,
	RANGE,  /* the start of a range of memory */
	LENGTH, /* the length of a range of memory */
	RIGHTS,
	MAPPING, /* mmap()'s flags */
	POINTER, /* an address of memory with any content */
	FUTEX,
	SETS, /* fd_set */
	STACK,
	ID, /* a user or group ID */
	SEGMENT,
	OFFSET,
	FLAGS,   /* a word with at most one bit set */
	REQUEST, /* a request of ioctl() */
	PROGRAM,
	MASK_SIZE,
	LOCK, /* struct flock */
	KINDS
};
uint64_t argument(enum argument_kind kind);

/* arguments.c: keeps a call's result, such as an address or a process ID, for later calls. */
void take_result(uint64_t number, const uint64_t *arguments, long result);

/*
 * Memory that random calls may read and write, outside the program's image: ARENA bytes at `arena`,
 * then two pages up to `edge`. The page at `edge` is not mapped. arguments_start() maps the memory.
 */
#define ARENA 8192
extern char *arena, *edge;
void arguments_start(void);
