/* SPDX-License-Identifier: MIT */
#include "tests/unit/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "cpu/features.h"
#include "lib/string.h"
#include "mem/frames.h"
#include "output/console.h"
#include "output/panic.h"
#include "sched/pause.h"
#include "x86/instructions.h"

struct cpu_features cpu_features = { .smap = true };
struct cpu_calls cpu_calls;
void (*cpu_flushes)(uintptr_t address);

static char *arena;
static uint32_t links[ARENA_FRAMES];

/* Maps `size` bytes with an inaccessible page before and after them. They are never unmapped. */
static char *map_guarded(size_t size)
{
	char *room = mmap(NULL, size + 2 * PAGE_SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (room == MAP_FAILED || mprotect(room + PAGE_SIZE, size, PROT_READ | PROT_WRITE)) {
		perror("mmap");
		exit(1);
	}
	return room + PAGE_SIZE;
}

void memory_start(size_t count)
{
	struct memory_range range = { PAGE_SIZE, (count + 1) * PAGE_SIZE };

	assert_in_range(count, 0, ARENA_FRAMES - 1);
	if (!arena)
		arena = map_guarded(ARENA_FRAMES * PAGE_SIZE);
	memset(arena, GARBAGE, ARENA_FRAMES * PAGE_SIZE);
	frames_init(&range, count ? 1 : 0, links);
}

uint32_t frame_link(uint64_t frame)
{
	return links[frame >> PAGE_SHIFT];
}

int memory_setup(void **state)
{
	(void)state;
	memory_start(ARENA_FRAMES - 1);
	return 0;
}

void *phys_to_virt(uint64_t physical)
{
	if (physical >= ARENA_FRAMES * PAGE_SIZE)
		fail_msg("physical address %#lx is outside of memory", physical);
	return arena + physical;
}

/* As in the kernel, an address outside the arena gives a physical address that is not memory. */
uint64_t virt_to_phys(const void *address)
{
	return (uintptr_t)address - (uintptr_t)arena;
}

char console_said[8 * 1024];

void kprintf(const char *format, ...)
{
	const size_t used = strlen(console_said);
	va_list values;

	va_start(values, format);
	vsnprintf(console_said + used, sizeof console_said - used, format, values);
	va_end(values);
}

static char message[256];

void let_interrupts_in(void)
{
}

void panic(const char *format, ...)
{
	va_list values;

	va_start(values, format);
	vsnprintf(message, sizeof message, format, values);
	va_end(values);
	mock_assert(0, message, __FILE__, __LINE__);
	abort();
}

const char *panic_message(void)
{
	return message;
}

bool panic_matches(const char *glob)
{
	return string_matches(message, glob);
}

static char *guarded(void)
{
	static char *room;

	if (!room)
		room = map_guarded(GUARDED_ROOM);
	return room;
}

void *guard_before(size_t size)
{
	assert_in_range(size, 0, GUARDED_ROOM);
	return guarded() + GUARDED_ROOM - size;
}

void *guard_after(void)
{
	return guarded();
}

uint64_t blocks_run;

/* Called in each basic block of code that is compiled with -fsanitize-coverage=trace-pc. */
void __sanitizer_cov_trace_pc(void);
void __sanitizer_cov_trace_pc(void)
{
	blocks_run++;
}

static uint64_t random_state = 1;

void random_start(uint64_t seed)
{
	random_state = seed;
}

uint64_t random_next(void)
{
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return random_state * 0x2545f4914f6cdd1dUL;
}

uint64_t random_below(uint64_t n)
{
	return (random_next() >> 11) % n;
}
