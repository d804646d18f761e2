/* SPDX-License-Identifier: MIT */
/* The functions of the kernel that overflows a stack (deep.asm). CPU 0 runs deep_overflow(), CPU 1
 * deep_neighbour(). */
#include "boot/level1/level1.h"

#define ROOM  24 /* bytes of local variables of each call */
#define WORDS (LEVEL1_STACK_SIZE / 8)

void deep_overflow(void), deep_neighbour(void);
void deep_write(uint32_t depth, uint32_t bytes, uint32_t changed, uint32_t caller);

static uint64_t before[WORDS]; /* copy of CPU 1's stack, made before the overflow */
static unsigned first_live;    /* index of the lowest word that CPU 1 does not write while it waits */
static volatile uint32_t waits, depth;
static uint64_t frames[2]; /* addresses in the innermost two frames; their distance is a frame's size */

/* The stack of CPU 1, lowest word first. */
static const volatile uint64_t *neighbours_stack(void)
{
	return (const volatile uint64_t *)(-2L * LEVEL1_STACK_SIZE);
}

static uint32_t changed_bytes(void)
{
	uint32_t bytes = 0;

	for (unsigned i = first_live; i < WORDS; i++)
		bytes += neighbours_stack()[i] == before[i] ? 0 : 8;
	return bytes;
}

/* Makes `left` more calls of itself, one inside the other. Each call writes its local variables, and
 * reads one of them after the inner call has returned. */
static __attribute__((noinline, noclone)) uint32_t dig(uint32_t left)
{
	volatile uint8_t room[ROOM];

	frames[left & 1] = (uintptr_t)room;
	for (unsigned i = 0; i < ROOM; i++)
		room[i] = (uint8_t)left;
	return (left ? dig(left - 1) : 0) + room[0];
}

void deep_overflow(void)
{
	uint32_t calls = 1;

	while (!waits)
		__asm__ volatile("pause");
	do
		dig(calls++);
	while (!changed_bytes());
	depth = calls;
}

/* CPU 1 waits here, with the frames of its callers above. */
static __attribute__((noinline)) void wait_for_overflow(void)
{
	uint64_t bytes;

	first_live = (unsigned)((const uint64_t *)__builtin_frame_address(0) -
	                        (const uint64_t *)neighbours_stack());
	for (unsigned i = 0; i < WORDS; i++)
		before[i] = neighbours_stack()[i];
	waits = 1;
	while (!depth)
		__asm__ volatile("pause");
	bytes = frames[0] > frames[1] ? frames[0] - frames[1] : frames[1] - frames[0];
	deep_write(depth, (uint32_t)bytes, changed_bytes(), (uint32_t)neighbours_stack()[WORDS - 1]);
}

void deep_neighbour(void)
{
	wait_for_overflow();
}
