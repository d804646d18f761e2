/* SPDX-License-Identifier: MIT */
/*
 * Tests the random layout of a boot (lib/layout.c), the places that it chooses (boot/places.c), and
 * the order of free frames (mem/frames.c).
 */
#include "tests/unit/support.h"

#include <string.h>

#include "boot/places.h"
#include "lib/layout.h"
#include "mem/heap.h"

#define COUNT    100
#define PAGE(n)  ((uint64_t)(n)*PAGE_SIZE)
#define MODULES  3
#define PAGES(b) (((b) + PAGE_MASK) / PAGE_SIZE)

static void fixed_without_a_seed(void **state)
{
	uint16_t order[COUNT];
	(void)state;

	layout_set_seed(0);
	layout_begin(LAYOUT_ROWS);
	for (size_t n = 1; n < COUNT; n++)
		assert_int_equal(layout_below(n), 0);
	layout_order(order, COUNT);
	for (size_t i = 0; i < COUNT; i++)
		assert_int_equal(order[i], i);
}

static void numbers_are_below(void **state)
{
	unsigned hits[7] = { 0 };
	(void)state;

	layout_set_seed(1);
	layout_begin(LAYOUT_ROWS);
	for (unsigned i = 0; i < 7000; i++) {
		size_t number = layout_below(7);

		assert_true(number < 7);
		hits[number]++;
		assert_int_equal(layout_below(1), 0);
	}
	for (unsigned i = 0; i < 7; i++) /* 1000 expected, and a standard deviation of 29 */
		assert_true(hits[i] > 850 && hits[i] < 1150);
	layout_set_seed(0);
}

/*
 * Checks that an order has every number once, that it differs for another seed or another use, and
 * that the same seed and use give the same order.
 */
static void orders_are_permutations(void **state)
{
	uint16_t first[COUNT], order[COUNT];
	(void)state;

	for (uint64_t seed = 1; seed < 50; seed++) {
		bool seen[COUNT] = { false };
		size_t same = 0;

		layout_set_seed(seed);
		layout_begin(LAYOUT_ROWS);
		layout_order(order, COUNT);
		for (size_t i = 0; i < COUNT; i++) {
			assert_true(order[i] < COUNT && !seen[order[i]]);
			seen[order[i]] = true;
			same += seed > 1 && order[i] == first[i];
		}
		assert_true(same < 12); /* the average is 1 */
		memcpy(first, order, sizeof first);
		layout_begin(LAYOUT_HEAP);
		layout_order(order, COUNT);
		assert_memory_not_equal(first, order, sizeof first);
		layout_begin(LAYOUT_ROWS);
		layout_order(order, COUNT);
		assert_memory_equal(first, order, sizeof first);
	}
	layout_set_seed(0);
}

/*
 * Checks that the fixed layout (seed 0) uses the first possible place, and that other layouts use
 * every possible place.
 */
static void places_are_in_the_ranges(void **state)
{
	static const struct memory_range ranges[] = {
		{ 4 * KIB, 640 * KIB },         /* below 1 MiB */
		{ 2 * MIB, 2 * MIB + PAGE(2) }, /* too small */
		{ 3 * MIB, 3 * MIB + PAGE(4) }, /* 2 places */
		{ GIB, GIB + PAGE(3) },         /* 1 place */
		{ 4 * GIB - PAGE(4), 5 * GIB }, /* 2 places: the rest is not mapped */
	};
	static const uint64_t places[] = { 3 * MIB, 3 * MIB + PAGE(1), GIB, 4 * GIB - PAGE(4),
		                           4 * GIB - PAGE(3) };
	unsigned hits[5] = { 0 };
	(void)state;

	layout_set_seed(0);
	assert_int_equal(place_choose(ranges, 5, PAGE(2) + 1), 3 * MIB);
	assert_int_equal(place_choose(ranges, 2, PAGE(2) + 1), FRAME_NONE);
	layout_set_seed(5);
	layout_begin(LAYOUT_LINKS);
	for (unsigned i = 0; i < 200; i++) {
		uint64_t place = place_choose(ranges, 5, PAGE(2) + 1);
		size_t which = 0;

		while (which < 5 && places[which] != place)
			which++;
		assert_true(which < 5);
		hits[which]++;
	}
	for (size_t i = 0; i < 5; i++)
		assert_true(hits[i] > 10);
	assert_int_equal(place_choose(ranges, 2, PAGE(2) + 1), FRAME_NONE);
	layout_set_seed(0);
}

/* Puts modules into memory one after the other, each filled with a letter of its own. */
static void put_modules(struct boot_module *modules, uint64_t at)
{
	static const size_t sizes[MODULES] = { 1, PAGE_SIZE, 2 * PAGE_SIZE + 7 };

	for (size_t i = 0; i < MODULES; i++) {
		modules[i].data = phys_to_virt(at);
		modules[i].size = sizes[i];
		memset(phys_to_virt(at), (int)('a' + i), sizes[i]);
		at += PAGE(PAGES(sizes[i]));
	}
}

static bool is_intact(const struct boot_module *module, int letter)
{
	for (size_t i = 0; i < module->size; i++)
		if (((const char *)module->data)[i] != letter)
			return false;
	return true;
}

static void modules_move(void **state)
{
	const uint64_t first = MIB, last = ARENA_FRAMES * PAGE_SIZE;
	const struct memory_range usable = { first + PAGE(8), last };
	struct boot_module modules[MODULES];
	(void)state;

	memory_start(ARENA_FRAMES - 1); /* maps the memory */
	for (uint64_t seed = 0; seed < 30; seed++) {
		put_modules(modules, first);
		layout_set_seed(seed);
		places_move_modules(modules, MODULES, &usable, 1);
		for (size_t i = 0; i < MODULES; i++) {
			const uint64_t at = virt_to_phys(modules[i].data);

			assert_true(is_intact(&modules[i], (int)('a' + i)));
			assert_int_equal(at % PAGE_SIZE, 0);
			assert_true(seed ? at >= usable.start && at + modules[i].size <= last
			                 : at < first + PAGE(8));
			for (size_t j = 0; j < i; j++)
				assert_true(virt_to_phys(modules[j].data) + modules[j].size <= at ||
				            at + modules[i].size <= virt_to_phys(modules[j].data));
		}
	}
	put_modules(modules, first); /* no room: they stay */
	places_move_modules(modules, MODULES, &(struct memory_range){ first + PAGE(8), first + PAGE(10) }, 1);
	assert_int_equal(virt_to_phys(modules[0].data), first);
	layout_set_seed(0);
}

#define MANY (2500U * 512) /* frames in 2500 parts of 2 MiB; mem/frames.c has at most 1024 spans */

/*
 * Allocates all frames and stores their numbers in `order`. Returns the number of frames that lie
 * directly above the frame that was allocated just before them.
 */
static size_t take_all(uint64_t seed, const struct memory_range *ranges, size_t count, uint32_t *order)
{
	static uint32_t links[MANY];
	size_t neighbours = 0, n = 0;

	layout_set_seed(seed);
	frames_init(ranges, count, links);
	frames_shuffle();
	layout_set_seed(0);
	for (uint64_t frame; (frame = frame_alloc()) != FRAME_NONE; n++) {
		order[n] = (uint32_t)(frame / PAGE_SIZE);
		neighbours += n && order[n] == order[n - 1] + 1;
	}
	assert_int_equal(n, frames_total());
	assert_int_equal(frames_free(), 0);
	return neighbours;
}

/* Checks that all frames are usable, that none occurs twice, and that parts of 2 MiB stay whole. */
static void check_order(const uint32_t *order, size_t n, const struct memory_range *ranges, size_t count)
{
	static bool seen[MANY];
	size_t parts = 0;

	memset(seen, 0, sizeof seen);
	for (size_t i = 0; i < n; i++) {
		bool usable = false;

		for (size_t j = 0; j < count; j++)
			usable |= PAGE(order[i]) >= ranges[j].start && PAGE(order[i]) < ranges[j].end;
		assert_true(usable && !seen[order[i]]);
		seen[order[i]] = true;
		parts += i == 0 || order[i] / 512 != order[i - 1] / 512;
	}
	assert_true(parts <= MANY / 512);
}

static void shuffled(void **state)
{
	static const struct memory_range ranges[] = { { PAGE(3), PAGE(700) }, { PAGE(1030), PAGE(MANY) } };
	static uint32_t fixed[MANY], a[MANY], b[MANY];
	const size_t n = 697 + MANY - 1030;
	(void)state;

	assert_int_equal(take_all(0, ranges, 2, fixed), n - 2);
	for (uint64_t seed = 1; seed < 4; seed++) {
		size_t same = 0;

		assert_true(take_all(seed, ranges, 2, a) < n / 100);
		check_order(a, n, ranges, 2);
		take_all(seed, ranges, 2, b);
		assert_memory_equal(a, b, n * sizeof *a);
		take_all(seed + 1, ranges, 2, b);
		for (size_t i = 0; i < n; i++)
			same += a[i] == b[i];
		assert_true(same < n / 100);
	}
}

static void heap_ages(void **state)
{
	struct heap_count count;
	(void)state;

	memory_start(ARENA_FRAMES - 1);
	layout_set_seed(0);
	places_age_heap();
	heap_count(&count);
	assert_int_equal(count.slabs, 0);
	layout_set_seed(3);
	places_age_heap();
	heap_count(&count);
	assert_int_equal(count.slabs, HEAP_CLASSES);
	for (size_t i = 0; i < HEAP_CLASSES; i++)
		assert_int_equal(count.objects[i], 1);
	layout_set_seed(0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fixed_without_a_seed),
		cmocka_unit_test(numbers_are_below),
		cmocka_unit_test(orders_are_permutations),
		cmocka_unit_test(places_are_in_the_ranges),
		cmocka_unit_test(modules_move),
		cmocka_unit_test(shuffled),
		cmocka_unit_test(heap_ages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
