/* SPDX-License-Identifier: MIT */
/*
 * Tests the kernel heap (mem/heap.c). The heap persists from test to test, so each test must free
 * all its objects.
 */
#include "tests/unit/support.h"

#include <string.h>

#include "mem/frames.h"
#include "mem/heap.h"

/* fill() fills an object with a pattern; check() requires the pattern to be intact. */
static void fill(void *object, size_t size, uint8_t pattern)
{
	memset(object, pattern, size);
}

static void check(const uint8_t *object, size_t size, uint8_t pattern)
{
	for (size_t i = 0; i < size; i++)
		if (object[i] != pattern)
			fail_msg("byte %zu of %zu was written over", i, size);
}

static void *must_alloc(size_t size)
{
	char *object = heap_alloc(size);
	uint64_t physical;

	assert_non_null(object);
	physical = virt_to_phys(object);
	assert_int_equal(physical % 16, 0);
	assert_true(physical >= PAGE_SIZE && physical + size <= ARENA_FRAMES * PAGE_SIZE);
	assert_int_equal(physical / PAGE_SIZE, (physical + size - 1) / PAGE_SIZE);
	return object;
}

static void every_size(void **state)
{
	size_t before = frames_free();
	(void)state;

	for (size_t size = 1; size <= PAGE_SIZE; size++) {
		void *object = must_alloc(size);

		assert_int_equal(frames_free(), before - 1);
		fill(object, size, 1);
		heap_free(object);
		assert_int_equal(frames_free(), before);
	}
}

static void sizes_out_of_range(void **state)
{
	size_t before = frames_free();
	(void)state;

	assert_null(heap_alloc(0));
	assert_null(heap_alloc(PAGE_SIZE + 1));
	assert_null(heap_alloc(SIZE_MAX));
	heap_free(NULL);
	assert_int_equal(frames_free(), before);
}

/* Many objects of one size must not overlap, and a slab must be freed with its last object. */
static void many_of_one_size(void **state)
{
	static void *objects[300];
	size_t before = frames_free();
	(void)state;

	for (size_t size = 1; size <= PAGE_SIZE; size += size < 64 ? 1 : size / 5) {
		for (size_t i = 0; i < 300; i++) {
			objects[i] = must_alloc(size);
			fill(objects[i], size, (uint8_t)i);
		}
		for (size_t i = 0; i < 300; i++) {
			size_t at = i * 7 % 300; /* the order is neither FIFO nor LIFO */

			check(objects[at], size, (uint8_t)at);
			heap_free(objects[at]);
		}
		assert_int_equal(frames_free(), before);
	}
}

/* Free objects in existing slabs must be reused before a new slab is allocated. */
static void holes_are_filled(void **state)
{
	void *objects[200];
	size_t full, before = frames_free();
	(void)state;

	for (size_t i = 0; i < 200; i++)
		objects[i] = must_alloc(100);
	full = frames_free();
	for (size_t i = 0; i < 200; i += 3)
		heap_free(objects[i]);
	for (size_t i = 0; i < 200; i += 3)
		objects[i] = must_alloc(100);
	assert_int_equal(frames_free(), full);
	for (size_t i = 0; i < 200; i++)
		heap_free(objects[i]);
	assert_int_equal(frames_free(), before);
}

static void no_memory(void **state)
{
	void *objects[200];
	size_t count = 0, before = frames_free();
	(void)state;

	frames_set_reserve(before - 2);
	while ((objects[count] = heap_alloc(64)) && count < 199)
		count++;
	assert_in_range(count, 2 * 60, 2 * 64);
	assert_null(heap_alloc(PAGE_SIZE));
	assert_null(heap_alloc(1));
	heap_free(objects[--count]);
	assert_non_null(objects[count++] = heap_alloc(64));
	while (count)
		heap_free(objects[--count]);
	frames_set_reserve(0);
	assert_int_equal(frames_free(), before);
}

static void wrong_frees(void **state)
{
	static _Alignas(4096) char foreign[2 * 4096]; /* zeros, so no slab header */
	size_t before = frames_free();
	uint64_t frame = frame_alloc();
	char *object = must_alloc(PAGE_SIZE), *small = must_alloc(40);
	(void)state;

	assert_panics(heap_free(foreign + 64), "*not on the heap*");
	assert_panics(heap_free(foreign), "*not allocated*");
	assert_panics(heap_free((char *)phys_to_virt(frame) + 64), "*not on the heap*");
	heap_free(object);
	assert_panics(heap_free(object), "*not allocated*");
	heap_free(small);
	assert_panics(heap_free(small), "*not on the heap*"); /* its slab has been freed */
	frame_free(frame);
	assert_int_equal(frames_free(), before);
}

/*
 * heap_free() must refuse addresses in a slab that are not the start of an object: in the slab's
 * header, and in the middle of an object.
 */
static void wrong_frees_in_a_slab(void **state)
{
	size_t before = frames_free();
	char *object = must_alloc(32);
	char *slab = (char *)((uintptr_t)object & ~PAGE_MASK);
	(void)state;

	assert_panics(heap_free(slab + 32), "*not on the heap*");
	assert_panics(heap_free(object + 16), "*not on the heap*");
	heap_free(object);
	assert_int_equal(frames_free(), before);
}

struct object {
	void *at;
	size_t size;
	uint8_t pattern;
};

static size_t random_size(void)
{
	return 1 + random_below(random_below(4) ? 1UL << (random_below(12) + 1) : PAGE_SIZE);
}

static void random_operations(void **state)
{
	static struct object objects[2000];
	size_t count = 0, before = frames_free();
	(void)state;

	random_start(4);
	for (unsigned step = 0; step < 100000; step++) {
		bool grow = random_below(100) < (step / 10000 % 2 ? 70 : 30);

		if (grow && count < 2000) {
			struct object *o = &objects[count];

			o->size = random_size();
			o->at = heap_alloc(o->size);
			o->pattern = (uint8_t)step;
			if (!o->at) {
				assert_int_equal(frames_free(), 0);
				continue;
			}
			count++;
			assert_int_equal((uintptr_t)o->at % 16, 0);
			fill(o->at, o->size, o->pattern);
		} else if (count) {
			size_t i = random_below(count);

			check(objects[i].at, objects[i].size, objects[i].pattern);
			heap_free(objects[i].at);
			objects[i] = objects[--count];
		}
	}
	assert_true(count > 0);
	while (count--) {
		check(objects[count].at, objects[count].size, objects[count].pattern);
		heap_free(objects[count].at);
	}
	assert_int_equal(frames_free(), before);
}

static void objects_are_counted(void **state)
{
	static const size_t sizes[] = { 1, 32, 33, 100, 2048, 2049, 4096 };
	void *objects[sizeof sizes / sizeof *sizes];
	struct heap_count before, count;
	(void)state;

	heap_count(&before);
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
		objects[i] = must_alloc(sizes[i]);
	heap_count(&count);
	assert_int_equal(count.objects[0], before.objects[0] + 2);
	assert_int_equal(count.objects[1], before.objects[1] + 1);
	assert_int_equal(count.objects[2], before.objects[2] + 1);
	assert_int_equal(count.objects[3], before.objects[3]);
	assert_int_equal(count.objects[6], before.objects[6] + 1);
	assert_int_equal(count.slabs, before.slabs + 4);
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
		heap_free(objects[i]);
	heap_count(&count);
	assert_memory_equal(&count, &before, sizeof count);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_size),
		cmocka_unit_test(sizes_out_of_range),
		cmocka_unit_test(many_of_one_size),
		cmocka_unit_test(holes_are_filled),
		cmocka_unit_test(no_memory),
		cmocka_unit_test(objects_are_counted),
		cmocka_unit_test(random_operations),
		cmocka_unit_test(wrong_frees),
		/* This test is the last, since wrong frees may corrupt the heap. */
		cmocka_unit_test(wrong_frees_in_a_slab),
	};

	return cmocka_run_group_tests_name("heap", tests, memory_setup, NULL);
}
