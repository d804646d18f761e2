/* SPDX-License-Identifier: MIT */
/*
 * Interfaces between the parts of the system-call fuzzer; main.c explains how they work together.
 */
#pragma once

#include "bench/programs/check.h"
#include "tests/fuzz/calls/page.h"

#define SHARED ((struct fuzz_page *)FUZZ_PAGE)

/* random.c: numbers that depend only on the seed. */
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
 * call.asm: makes a system call with the registers of `in` and stores the registers after it in
 * `out`.
 */
enum { RAX, RCX, RDX, RBX, RSI, RDI, RBP, R8, R9, R10, R11, R12, R13, R14, R15, RSP, REGISTERS };
struct checked_call {
	uint64_t in[REGISTERS], out[REGISTERS]; /* checked_call() sets in[RSP] */
	uint64_t flags_in, flags_out;
};
extern struct checked_call checked;
void checked_call(void);
extern char checked_return[]; /* the address that SYSCALL leaves in RCX */

/* call.asm: load and store XMM0 to XMM15, 256 bytes. */
void vectors_load(const void *bytes);
void vectors_store(void *bytes);

/*
 * call.asm: loads the general, x87 and XMM registers from `canary_in`, spins for `rounds` rounds,
 * and stores them in `canary_out`.
 */
#define CANARY_GENERAL 14
#define CANARY_X87     8
struct canary_state {
	uint64_t general[CANARY_GENERAL], x87[CANARY_X87];
	uint8_t vectors[256];
	uint64_t selectors[4]; /* only stored: DS, ES, FS, GS */
};
extern struct canary_state canary_in, canary_out;
void canary_spin(uint64_t rounds);

/* canary.c: computes until it is killed or finds something wrong. */
_Noreturn void canary(void);

/*
 * worker.c: makes `calls` random calls and exits. `generation`: the number of forks since the
 * worker that main.c started.
 */
_Noreturn void work(uint64_t calls, unsigned generation);

/* Records a fault. Only the first one of all tasks is kept. */
void report(enum fuzz_fault fault, uint64_t which, uint64_t wanted, uint64_t got);

/* table.c: chooses a system call: its number, then its six arguments. */
void choose_call(uint64_t call[7]);

/* arguments.c: the kinds of arguments. argument() makes up one of a kind. */
enum argument_kind {
	NOTHING,
	WORD, /* anything */
	FD,
	AT,     /* a directory's descriptor */
	PATH,   /* of a file that may or may not exist */
	VICTIM, /* the path of a file that may be removed */
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
	RANGE,  /* the start of a range of memory */
	LENGTH, /* the length of a range of memory */
	RIGHTS,
	MAPPING, /* mmap()'s flags */
	POINTER, /* to memory of any content that a call reads or writes */
	FUTEX,
	SETS, /* fd_set */
	STACK,
	ID, /* of a user or group */
	SEGMENT,
	OFFSET,
	FLAGS,   /* at most one bit */
	REQUEST, /* ioctl() */
	PROGRAM,
	MASK_SIZE,
	LOCK, /* struct flock */
	KINDS
};
uint64_t argument(enum argument_kind kind);

/* arguments.c: keeps a call's result, such as an address or a process ID, for later calls. */
void take_result(uint64_t number, const uint64_t *arguments, long result);

/*
 * Memory that calls may do anything with, far from the program's own: ARENA bytes, and `edge`, the
 * end of a region that is followed by unmapped memory.
 */
#define ARENA 8192
extern char *arena, *edge;
void arguments_start(void);
