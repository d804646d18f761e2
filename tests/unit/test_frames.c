/* SPDX-License-Identifier: MIT */
/* Tests the frame allocator (mem/frames.c). */
#include "tests/unit/support.h"

#include <string.h>

#include "mem/frames.h"

#define ROOM    32
#define PAGE(n) ((uint64_t)(n)*PAGE_SIZE)

/* A memory map, the reserved ranges, the expected usable ranges. A list ends with { 0, 0 }. */
struct map {
	const char *name;
	struct memory_range given[ROOM], reserved[ROOM], usable[ROOM];
};

static const struct map maps[] = {
	{ "nothing", { { 0 } }, { { 0 } }, { { 0 } } },
	{ "whole frames", { { PAGE(2), PAGE(5) } }, { { 0 } }, { { PAGE(2), PAGE(5) } } },
	{ "edges inwards", { { PAGE(2) + 1, PAGE(6) - 1 } }, { { 0 } }, { { PAGE(3), PAGE(5) } } },
	{ "less than a frame", { { PAGE(2) + 1, PAGE(3) } }, { { 0 } }, { { 0 } } },
	{ "no length", { { PAGE(2), PAGE(2) }, { PAGE(4), PAGE(5) } }, { { 0 } }, { { PAGE(4), PAGE(5) } } },
	{ "end before start", { { PAGE(3), PAGE(2) } }, { { 0 } }, { { 0 } } },
	{ "frame 0", { { 0, PAGE(3) } }, { { 0 } }, { { PAGE(1), PAGE(3) } } },
	{ "only frame 0", { { 0, PAGE(1) } }, { { 0 } }, { { 0 } } },
	{ "out of order",
	  { { PAGE(8), PAGE(9) }, { PAGE(2), PAGE(3) }, { PAGE(5), PAGE(6) } },
	  { { 0 } },
	  { { PAGE(2), PAGE(3) }, { PAGE(5), PAGE(6) }, { PAGE(8), PAGE(9) } } },
	{ "overlap", { { PAGE(4), PAGE(9) }, { PAGE(2), PAGE(6) } }, { { 0 } }, { { PAGE(2), PAGE(9) } } },
	{ "one inside another",
	  { { PAGE(2), PAGE(9) }, { PAGE(4), PAGE(5) } },
	  { { 0 } },
	  { { PAGE(2), PAGE(9) } } },
	{ "twice", { { PAGE(2), PAGE(9) }, { PAGE(2), PAGE(9) } }, { { 0 } }, { { PAGE(2), PAGE(9) } } },
	{ "adjacent", { { PAGE(4), PAGE(6) }, { PAGE(2), PAGE(4) } }, { { 0 } }, { { PAGE(2), PAGE(6) } } },
	{ "hole at the start", { { PAGE(2), PAGE(9) } }, { { PAGE(1), PAGE(4) } }, { { PAGE(4), PAGE(9) } } },
	{ "hole at the end", { { PAGE(2), PAGE(9) } }, { { PAGE(7), PAGE(20) } }, { { PAGE(2), PAGE(7) } } },
	{ "hole in the middle",
	  { { PAGE(2), PAGE(9) } },
	  { { PAGE(4), PAGE(5) } },
	  { { PAGE(2), PAGE(4) }, { PAGE(5), PAGE(9) } } },
	{ "hole outwards",
	  { { PAGE(2), PAGE(9) } },
	  { { PAGE(5) - 1, PAGE(5) + 1 } },
	  { { PAGE(2), PAGE(4) }, { PAGE(6), PAGE(9) } } },
	{ "hole over all", { { PAGE(2), PAGE(9) } }, { { PAGE(2), PAGE(9) } }, { { 0 } } },
	{ "hole over some",
	  { { PAGE(2), PAGE(3) }, { PAGE(4), PAGE(5) }, { PAGE(6), PAGE(9) } },
	  { { PAGE(1), PAGE(7) } },
	  { { PAGE(7), PAGE(9) } } },
	{ "hole beside",
	  { { PAGE(4), PAGE(6) } },
	  { { PAGE(2), PAGE(4) }, { PAGE(6), PAGE(8) } },
	  { { PAGE(4), PAGE(6) } } },
	{ "hole without length",
	  { { PAGE(2), PAGE(9) } },
	  { { PAGE(4), PAGE(4) } },
	  { { PAGE(2), PAGE(9) } } },
	{ "holes that overlap",
	  { { PAGE(2), PAGE(9) } },
	  { { PAGE(5), PAGE(7) }, { PAGE(4), PAGE(6) } },
	  { { PAGE(2), PAGE(4) }, { PAGE(7), PAGE(9) } } },
	{ "a PC of 128 MiB with modules",
	  { { 0, 0x9fc00 }, { 0x100000, 0x7fe0000 } },
	  { { 0x100000, 0x151234 }, { 0x180000, 0x1a0001 } },
	  { { PAGE(1), 0x9f000 }, { 0x152000, 0x180000 }, { 0x1a1000, 0x7fe0000 } } },
	{ "less than 128 MiB",
	  { { 0, 0xa0000 }, { MIB, 8 * MIB } },
	  { { 0 } },
	  { { PAGE(1), 0xa0000 }, { MIB, 8 * MIB } } },
	{ "over 4 GiB",
	  { { MIB, 3 * GIB }, { 4 * GIB, 6 * GIB } },
	  { { 5 * GIB, 5 * GIB + 1 } },
	  { { MIB, 3 * GIB }, { 4 * GIB, 5 * GIB }, { 5 * GIB + PAGE_SIZE, 6 * GIB } } },
	{ "past the last frame",
	  { { 1UL << 50, UINT64_MAX }, { UINT64_MAX - 5, UINT64_MAX } },
	  { { 0 } },
	  { { 0 } } },
	{ "up to 2^64", { { PAGE(2), UINT64_MAX } }, { { 0 } }, { { PAGE(2), PAGE(0xefffffffUL) } } },
	{ "hole up to 2^64",
	  { { PAGE(2), PAGE(9) } },
	  { { PAGE(4), UINT64_MAX } },
	  { { PAGE(2), PAGE(4) } } },
};

static size_t length(const struct memory_range *ranges)
{
	size_t n = 0;

	while (ranges[n].start || ranges[n].end)
		n++;
	return n;
}

static void ranges_known(void **state)
{
	(void)state;
	for (const struct map *map = maps; map < maps + sizeof maps / sizeof *maps; map++) {
		struct memory_range ranges[ROOM];
		size_t count;

		memcpy(ranges, map->given, sizeof ranges);
		count = memory_ranges_prepare(ranges, length(ranges), ROOM, map->reserved,
		                              length(map->reserved));
		if (count != length(map->usable) || memcmp(ranges, map->usable, count * sizeof *ranges) != 0)
			fail_msg("wrong ranges: %s", map->name);
	}
}

#define FRAMES 64

/* The model: sets usable[n] for each of the first FRAMES frames. */
static void mark_usable(bool *usable, const struct memory_range *ranges, size_t count,
                        const struct memory_range *holes, size_t hole_count)
{
	for (uint64_t n = 0; n < FRAMES; n++) {
		usable[n] = false;
		for (size_t i = 0; i < count; i++)
			usable[n] |= n && PAGE(n) >= ranges[i].start && PAGE(n + 1) <= ranges[i].end;
		for (size_t i = 0; i < hole_count; i++)
			usable[n] &= holes[i].start >= holes[i].end || PAGE(n) >= holes[i].end ||
			             PAGE(n + 1) <= holes[i].start;
	}
}

static size_t random_ranges(struct memory_range *ranges, size_t most)
{
	size_t count = random_below(most + 1);

	for (size_t i = 0; i < count; i++) {
		uint64_t start = random_below(PAGE(FRAMES)), size = random_below(PAGE(random_below(16) + 1));

		if (random_below(2))
			start &= ~PAGE_MASK;
		if (random_below(2))
			size &= ~PAGE_MASK;
		if (!size && (start & PAGE_MASK))
			size = 1; /* the result for an empty hole is undefined */
		ranges[i].start = start;
		ranges[i].end = start + size < PAGE(FRAMES) ? start + size : PAGE(FRAMES);
	}
	return count;
}

static void check_ranges(const struct memory_range *ranges, size_t count, const bool *usable, bool all)
{
	bool found[FRAMES] = { false };

	for (size_t i = 0; i < count; i++) {
		assert_int_equal((ranges[i].start | ranges[i].end) & PAGE_MASK, 0);
		assert_true(ranges[i].start < ranges[i].end && ranges[i].end <= PAGE(FRAMES));
		if (i)
			assert_true(ranges[i - 1].end < ranges[i].start); /* sorted, merged */
		for (uint64_t n = ranges[i].start / PAGE_SIZE; n < ranges[i].end / PAGE_SIZE; n++)
			found[n] = true;
	}
	for (size_t n = 0; n < FRAMES; n++) {
		assert_true(usable[n] || !found[n]);
		assert_true(found[n] || !usable[n] || !all);
	}
}

static void ranges_random(void **state)
{
	(void)state;
	random_start(1);
	for (unsigned round = 0; round < 100000; round++) {
		struct memory_range ranges[16], holes[8];
		size_t count = random_ranges(ranges, 8), hole_count = random_ranges(holes, 8);
		/* In a quarter of the rounds, the array is full: it has no room for more ranges. */
		size_t room = random_below(4) ? 16 : count;
		bool usable[FRAMES];

		mark_usable(usable, ranges, count, holes, hole_count);
		count = memory_ranges_prepare(ranges, count, room, holes, hole_count);
		assert_true(count <= room);
		check_ranges(ranges, count, usable, room == 16);
	}
}

static void exhausted_and_back(void **state)
{
	static const struct memory_range ranges[] = { { PAGE(3), PAGE(10) }, { PAGE(20), PAGE(24) } };
	static uint32_t links[24];
	(void)state;

	frames_init(ranges, 2, links);
	assert_int_equal(frames_total(), 11);
	for (unsigned round = 0; round < 3; round++) {
		uint64_t frames[11];

		for (size_t i = 0; i < 11; i++) {
			assert_int_equal(frames_free(), 11 - i);
			frames[i] = frame_alloc();
			if (round == 0) /* fresh frames come in ascending order */
				assert_int_equal(frames[i], i < 7 ? PAGE(3 + i) : PAGE(20 + i - 7));
		}
		assert_int_equal(frame_alloc(), FRAME_NONE);
		assert_int_equal(frame_alloc_zeroed(), FRAME_NONE);
		assert_int_equal(frames_free(), 0);
		for (size_t i = 0; i < 11; i++)
			frame_free(frames[i]);
		assert_int_equal(frames_free(), 11);
	}
	assert_int_equal(frames_total(), 11);
}

static void no_memory_at_all(void **state)
{
	(void)state;
	memory_start(0);
	assert_int_equal(frames_total(), 0);
	assert_int_equal(frame_alloc(), FRAME_NONE);
	assert_panics(frame_free(PAGE(1)), "*not allocated*");
}

static void zeroed(void **state)
{
	uint64_t frame;
	char *bytes;
	(void)state;

	memory_start(4);
	frame = frame_alloc_zeroed();
	bytes = phys_to_virt(frame);
	for (size_t i = 0; i < PAGE_SIZE; i++)
		assert_int_equal(bytes[i], 0);
	assert_int_equal(bytes[-1] & 0xff, GARBAGE);
	assert_int_equal(bytes[PAGE_SIZE] & 0xff, GARBAGE);
}

static void wrong_frees(void **state)
{
	uint32_t list = FRAME_LIST_END;
	uint64_t frame;
	(void)state;

	memory_start(8);
	frame = frame_alloc();
	frame_free(frame);
	/* A freed frame, one that was never allocated, frame 0, and two past the end of memory. */
	assert_panics(frame_free(frame), "*not allocated*");
	assert_panics(frame_free(PAGE(5)), "*not allocated*");
	assert_panics(frame_free(0), "*not allocated*");
	assert_panics(frame_free(PAGE(9)), "*not allocated*");
	assert_panics(frame_free(UINT64_MAX & ~PAGE_MASK), "*not allocated*");
	frame_list_push(&list, frame_alloc());
	assert_panics(frame_free(frame), "*not allocated*"); /* it is still on a list */
	assert_int_equal(frames_free(), 7);
	frame_free(frame_list_pop(&list));
	assert_int_equal(frames_free(), 8);
}

/*
 * Checks that frame_free() refuses an address that would pass as an allocated frame if its low 12
 * bits were ignored or its frame number were cut to 32 bits.
 */
static void wrong_frees_that_look_right(void **state)
{
	uint64_t frame;
	(void)state;

	memory_start(8);
	frame = frame_alloc();
	assert_panics(frame_free(frame + 8), "*not allocated*");
	assert_panics(frame_free(frame + (1UL << 44)), "*not allocated*");
	assert_int_equal(frames_free(), 7);
}

static void added_later(void **state)
{
	static const struct memory_range range = { PAGE(8), PAGE(16) };
	static uint32_t links[16];
	(void)state;

	frames_init(&range, 1, links);
	frames_add(PAGE(3), PAGE(5));
	frames_add(PAGE(14), PAGE(14));
	frames_add(PAGE(16), PAGE(18)); /* past the array of links: ignored */
	assert_int_equal(frames_total(), 10);
	assert_int_equal(frames_free(), 10);
	assert_int_equal(frame_alloc(), PAGE(3));
	assert_int_equal(frame_alloc(), PAGE(4));
	assert_int_equal(frame_alloc(), PAGE(8));
	assert_panics(frames_add(PAGE(4), PAGE(5)), "*added twice*");  /* allocated frame */
	assert_panics(frames_add(PAGE(9), PAGE(10)), "*added twice*"); /* free frame */
}

static void lists(void **state)
{
	uint32_t a = FRAME_LIST_END, b = FRAME_LIST_END;
	(void)state;

	memory_start(8);
	assert_int_equal(frame_list_pop(&a), FRAME_NONE);
	for (unsigned i = 0; i < 6; i++)
		frame_list_push(i % 2 ? &a : &b, frame_alloc());
	assert_int_equal(frames_free(), 2);
	assert_int_equal(frame_list_length(&a), 3);
	assert_int_equal(frame_list_pop(&a), PAGE(6)); /* last in, first out */
	assert_int_equal(frame_list_pop(&a), PAGE(4));
	frame_list_push(&b, PAGE(4));
	assert_int_equal(frame_list_pop(&b), PAGE(4));
	assert_int_equal(frame_list_pop(&b), PAGE(5));
	assert_int_equal(frame_list_pop(&a), PAGE(2));
	assert_int_equal(frame_list_pop(&a), FRAME_NONE);
	assert_int_equal(a, FRAME_LIST_END);
	frame_free(PAGE(2));
	frame_free(PAGE(4));
	assert_int_equal(frame_list_pop(&b), PAGE(3));
	assert_int_equal(frames_free(), 4);
}

static void shortage(void **state)
{
	(void)state;
	memory_start(8);
	frames_set_reserve(6);
	assert_int_not_equal(frame_alloc(), FRAME_NONE);
	assert_int_not_equal(frame_alloc(), FRAME_NONE);
	assert_int_equal(frame_alloc(), FRAME_NONE);
	assert_int_equal(frames_free(), 6);
	frames_set_reserve(100);
	assert_int_equal(frame_alloc(), FRAME_NONE);
	frames_set_reserve(0);
	for (unsigned i = 0; i < 6; i++)
		assert_int_not_equal(frame_alloc(), FRAME_NONE);
	frames_set_reserve(3);
	memory_start(8); /* a restart resets the reserve */
	assert_int_not_equal(frame_alloc(), FRAME_NONE);
}

/* A stack of frames. The model has a stack with the free frames, and a stack for each list. */
struct pile {
	uint64_t frames[1024];
	size_t count;
};

static void push(struct pile *pile, uint64_t frame)
{
	pile->frames[pile->count++] = frame;
}

static uint64_t pop(struct pile *pile)
{
	return pile->count ? pile->frames[--pile->count] : FRAME_NONE;
}

static uint64_t pop_any(struct pile *pile)
{
	size_t index = random_below(pile->count);
	uint64_t frame = pile->frames[index];

	pile->frames[index] = pile->frames[--pile->count];
	return frame;
}

static void random_stream(void **state)
{
	static struct pile available, held, listed[4];
	uint32_t lists[4] = { FRAME_LIST_END, FRAME_LIST_END, FRAME_LIST_END, FRAME_LIST_END };
	size_t reserve = 0;
	(void)state;

	random_start(2);
	memory_start(1000);
	for (uint64_t n = 1000; n > 0; n--)
		push(&available, PAGE(n));
	for (unsigned step = 0; step < 1000000; step++) {
		size_t list = random_below(4), count, given;
		uint64_t frame, words[5];

		/* Cases 7 and 8 call frame_free(). Without them, memory runs out in 4000 steps. */
		switch (random_below(step / 4000 % 2 ? 9 : 7)) {
		case 0:
		case 1:
		case 2:
			frame = frame_alloc();
			assert_int_equal(frame, available.count > reserve ? pop(&available) : FRAME_NONE);
			if (frame != FRAME_NONE)
				push(&held, frame);
			break;
		case 3:
			if (held.count) {
				frame = pop_any(&held);
				frame_list_push(&lists[list], frame);
				push(&listed[list], frame);
			}
			break;
		case 4:
			frame = frame_list_pop(&lists[list]);
			assert_int_equal(frame, pop(&listed[list]));
			if (frame != FRAME_NONE)
				push(&held, frame);
			break;
		case 6:
			count = random_below(5);
			given = frames_alloc(words, count, 5);
			assert_int_equal(given, available.count <= reserve ? 0
			                        : available.count - reserve < count
			                                ? available.count - reserve
			                                : count);
			for (size_t i = 0; i < given; i++) {
				assert_int_equal(words[i], pop(&available) | 5);
				push(&held, words[i] & ~5UL);
			}
			break;
		case 5:
			if (!random_below(100))
				frames_set_reserve(reserve = random_below(3) * 10);
			break;
		default:
			for (unsigned i = 0; i < 3 && held.count; i++) {
				frame = pop_any(&held);
				frame_free(frame);
				push(&available, frame);
			}
		}
		assert_int_equal(frames_free(), available.count);
	}
	assert_int_equal(frames_total(), 1000);
}

/* Checks that a frame with several owners becomes free when the last owner frees it. */
static void shared(void **state)
{
	uint64_t frame, other;
	size_t before;
	(void)state;

	memory_start(16);
	before = frames_free();
	frame = frame_alloc();
	other = frame_alloc();
	assert_false(frame_is_shared(frame));
	for (unsigned owners = 1; owners < 1000; owners++)
		assert_true(frame_share(frame));
	for (unsigned owners = 999; owners > 0; owners--) {
		assert_true(frame_is_shared(frame));
		frame_free(frame);
		assert_int_equal(frames_free(), before - 2);
	}
	assert_false(frame_is_shared(frame));
	assert_false(frame_is_shared(other));
	frame_free(frame);
	assert_int_equal(frames_free(), before - 1);
	assert_panics(frame_free(frame), "*was not allocated*");
	assert_panics(frame_share(frame), "*was not allocated*");
	assert_panics(frame_share(PAGE(0)), "*was not allocated*");
	frame_free(other);
	assert_int_equal(frames_free(), before);
}

/* Checks that frame_retire() puts a frame on the list only if the frame has a single owner. */
static void retired(void **state)
{
	uint32_t list = FRAME_LIST_END;
	uint64_t frames[3];
	size_t before;
	(void)state;

	memory_start(16);
	before = frames_free();
	for (size_t i = 0; i < 3; i++)
		frames[i] = frame_alloc();
	assert_true(frame_share(frames[1]));
	assert_true(frame_retire(&list, frames[0]));
	assert_false(frame_retire(&list, frames[1]));
	assert_true(frame_retire(&list, frames[2]));
	assert_int_equal(frames_free(), before - 3);
	assert_panics(frame_retire(&list, frames[0]), "*was not allocated*");
	assert_panics(frame_retire(&list, PAGE(17)), "*was not allocated*");
	frame_free(frames[1]);
	assert_true(frame_retire(&list, frames[1]));
	frame_list_free(&list);
	assert_int_equal(frames_free(), before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ranges_known),
		cmocka_unit_test(ranges_random),
		cmocka_unit_test(exhausted_and_back),
		cmocka_unit_test(no_memory_at_all),
		cmocka_unit_test(zeroed),
		cmocka_unit_test(wrong_frees),
		cmocka_unit_test(wrong_frees_that_look_right),
		cmocka_unit_test(added_later),
		cmocka_unit_test(lists),
		cmocka_unit_test(shortage),
		cmocka_unit_test(shared),
		cmocka_unit_test(retired),
		cmocka_unit_test(random_stream),
	};

	return cmocka_run_group_tests_name("frames", tests, NULL, NULL);
}
