/* SPDX-License-Identifier: MIT */
#include "tests/fuzz/fuzz.h"

#include <sanitizer/asan_interface.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "cpu/features.h"
#include "mem/frames.h"
#include "mem/heap.h"
#include "output/console.h"
#include "output/panic.h"
#include "sched/pause.h"
#include "x86/instructions.h"

#define GARBAGE    0xa5
#define ALL_FRAMES (MEMORY_FRAMES + 1 + MODULE_PAGES)
#define ARENA_SIZE (ALL_FRAMES * PAGE_SIZE)

struct cpu_features cpu_features = { .smap = true };
struct cpu_calls cpu_calls;
void (*cpu_flushes)(uintptr_t address);
bool fuzz_accepted;
size_t heap_calls, heap_first_failure;

static uint8_t *arena;
static uint32_t links[ALL_FRAMES];
static size_t failing_call;
static uint64_t numbers;

void fuzz_fail(const char *file, int line, const char *condition)
{
	fprintf(stderr, "%s:%d: this does not hold: %s\n", file, line, condition);
	abort();
}

void panic(const char *format, ...)
{
	va_list values;

	va_start(values, format);
	fputs("kernel panic: ", stderr);
	vfprintf(stderr, format, values);
	fputc('\n', stderr);
	va_end(values);
	abort();
}

void let_interrupts_in(void)
{
}

void kprintf(const char *format, ...)
{
	(void)format;
}

/* Maps `size` bytes with an inaccessible page before and after them. Returns their address. */
static uint8_t *map_guarded(size_t size)
{
	uint8_t *room = mmap(NULL, size + 2 * PAGE_SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	require(room != MAP_FAILED && mprotect(room + PAGE_SIZE, size, PROT_READ | PROT_WRITE) == 0);
	return room + PAGE_SIZE;
}

void *phys_to_virt(uint64_t physical)
{
	require(physical < ARENA_SIZE);
	return arena + physical;
}

uint64_t virt_to_phys(const void *address)
{
	return (uintptr_t)address - (uintptr_t)arena;
}

void memory_start(void)
{
	struct memory_range ranges[] = { { PAGE_SIZE, MODULE_START }, { ARENA_SIZE, ARENA_SIZE } };

	if (!arena)
		arena = map_guarded(ARENA_SIZE);
	ASAN_POISON_MEMORY_REGION(arena, ARENA_SIZE);
	frames_init(ranges, 2, links);
	heap_fail_at(SIZE_MAX);
}

void memory_end(void)
{
	require(frames_free() == frames_total());
}

uint8_t *guarded_copy(const uint8_t *bytes, size_t size)
{
	static uint8_t *room;

	require(size <= INPUT_MAX);
	if (!room)
		room = map_guarded(INPUT_MAX);
	ASAN_POISON_MEMORY_REGION(room, INPUT_MAX);
	ASAN_UNPOISON_MEMORY_REGION(room + INPUT_MAX - size, size);
	return memcpy(room + INPUT_MAX - size, bytes, size);
}

size_t module_copy(const uint8_t *bytes, size_t size)
{
	size_t pages = (size + PAGE_MASK) / PAGE_SIZE;

	require(frames_adopt(MODULE_START, MODULE_START + pages * PAGE_SIZE));
	ASAN_UNPOISON_MEMORY_REGION(arena + MODULE_START, size);
	memcpy(arena + MODULE_START, bytes, size);
	return pages;
}

/* The seed is the FNV-1a hash of the input; number_below() is xorshift64*. */
void numbers_start(const uint8_t *bytes, size_t size)
{
	numbers = 0xcbf29ce484222325UL;
	for (size_t i = 0; i < size; i++)
		numbers = (numbers ^ bytes[i]) * 0x100000001b3UL;
	numbers |= 1;
}

uint64_t number_below(uint64_t n)
{
	numbers ^= numbers >> 12;
	numbers ^= numbers << 25;
	numbers ^= numbers >> 27;
	return (numbers * 0x2545f4914f6cdd1dUL >> 11) % n;
}

/*
 * fuzz.mk compiles the kernel's allocators under other names. The wrappers here tell the address
 * sanitizer which memory is in use. They poison free frames, and the bytes of a heap object past
 * the requested size. Of a free object they poison all but the first LINK_SIZE bytes, which are the
 * link to the next free object.
 */
uint64_t kernel_frame_alloc(void);
void kernel_frame_free(uint64_t frame);
void *kernel_heap_alloc(size_t size);
void kernel_heap_free(void *object);

#define SMALLEST_OBJECT 32
#define LINK_SIZE       8

static uint8_t object_order[ARENA_SIZE / SMALLEST_OBJECT]; /* log2(size / SMALLEST_OBJECT) */

uint64_t frame_alloc(void)
{
	uint64_t frame = kernel_frame_alloc();

	if (frame != FRAME_NONE) {
		ASAN_UNPOISON_MEMORY_REGION(arena + frame, PAGE_SIZE);
		memset(arena + frame, GARBAGE, PAGE_SIZE);
	}
	return frame;
}

size_t frames_alloc(uint64_t *words, size_t count, uint64_t flags)
{
	for (size_t i = 0; i < count; i++) {
		const uint64_t frame = frame_alloc();

		if (frame == FRAME_NONE)
			return i;
		words[i] = frame | flags;
	}
	return count;
}

uint64_t frame_alloc_zeroed(void)
{
	uint64_t frame = frame_alloc();

	if (frame != FRAME_NONE)
		memset(arena + frame, 0, PAGE_SIZE);
	return frame;
}

void frame_free(uint64_t frame)
{
	size_t before = frames_free();

	kernel_frame_free(frame);
	if (frames_free() != before) /* otherwise the frame still has other owners */
		ASAN_POISON_MEMORY_REGION(arena + frame, PAGE_SIZE);
}

void heap_fail_at(size_t count)
{
	heap_calls = 0;
	heap_first_failure = SIZE_MAX;
	failing_call = count;
}

void *heap_alloc(size_t size)
{
	size_t call = heap_calls++;
	uint8_t *object = call == failing_call ? NULL : kernel_heap_alloc(size);
	unsigned order = 0;

	if (!object) {
		if (heap_first_failure == SIZE_MAX)
			heap_first_failure = call;
		return NULL;
	}
	while (size > (size_t)SMALLEST_OBJECT << order)
		order++;
	object_order[(object - arena) / SMALLEST_OBJECT] = (uint8_t)order;
	ASAN_POISON_MEMORY_REGION(object, (size_t)SMALLEST_OBJECT << order);
	ASAN_UNPOISON_MEMORY_REGION(object, size);
	return memset(object, GARBAGE, size);
}

void heap_free(void *object)
{
	if (object) {
		size_t size = (size_t)SMALLEST_OBJECT
		              << object_order[((uint8_t *)object - arena) / SMALLEST_OBJECT];

		ASAN_POISON_MEMORY_REGION((uint8_t *)object + LINK_SIZE, size - LINK_SIZE);
		ASAN_UNPOISON_MEMORY_REGION(object, LINK_SIZE);
	}
	kernel_heap_free(object);
}
