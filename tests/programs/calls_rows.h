/* SPDX-License-Identifier: MIT */
/* The row of a system call with a bad argument (calls.c), and the values that rows use. */
#pragma once

#include "bench/programs/user.h"

/*
 * Placeholders for an argument. calls.c makes the call with every bad address in place of BAD, with
 * every bad address except 0 in place of WRONG, and with its process ID in place of MYSELF.
 */
#define BAD    0xbad0000000000001UL
#define WRONG  0xbad0000000000002UL
#define MYSELF 0xbad0000000000003UL

/* The descriptors that open_files() opens, and one that is closed. */
enum { READER = 3, WRITER, PLAIN, DIRECTORY, CLOSED = 40 };

enum {
	PERM = -1,
	NOENT = -2,
	SRCH = -3,
	INTR = -4,
	BADF = -9,
	CHILD = -10,
	AGAIN = -11,
	ACCES = -13,
	FAULT = -14,
	BUSY = -16,
	EXIST = -17,
	NOTDIR = -20,
	ISDIR = -21,
	INVAL = -22,
	NOTTY = -25,
	SPIPE = -29,
	RANGE = -34,
	NAMETOOLONG = -36,
	NOSYS = -38,
};

#define NO_PID          0x7fffffff
#define CWD             (uint64_t)(-100)
#define ADDRESS(object) (uintptr_t)(object)
#define NONE            ADDRESS("/no-such-file")
#define FILE            ADDRESS("/tmp/calls")
#define LINK            ADDRESS("/tmp/calls-link")
#define BUFFER          ADDRESS(buffer)
#define NEVER           ADDRESS(never)

static char buffer[4096] __attribute__((aligned(64)));
static uint32_t zero;
static char long_path[6000];
static const uint64_t no_time[2], wrong_time[2] = { 0, 1000000000 }, negative_time[2] = { ~0UL, 0 };
static const uint64_t wrong_timer[4] = { 0, 1000000, 0, 0 };
static const uint64_t vector_to_nowhere[2] = { 8, 1 }, long_vector[2] = { 0x400000, ~0UL };
static const uint64_t short_mask[2] = { 8, 4 }, mask_nowhere[2] = { 0x800000000000, 8 };
static const uint64_t never[4] = { 0 };
static const struct {
	uint64_t base;
	uint32_t flags, padding;
	uint64_t size;
} small_stack = { 0x400000, 0, 0, 10 }, wrong_stack = { 0x400000, 77, 0, 100000 };

struct row {
	int number;
	int error;
	uint64_t arguments[6];
};
