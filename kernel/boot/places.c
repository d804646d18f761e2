/* SPDX-License-Identifier: MIT */
#include "boot/places.h"

#include "lib/layout.h"
#include "lib/string.h"
#include "mem/heap.h"
#include "x86/layout.h"

#define GAP_PAGES 16 /* the gap between two modules has fewer pages than this */

/* Returns the number of places in a range for a block of `size` bytes: one per page at which the
 * block may begin. */
static uint64_t places_in(const struct memory_range *range, size_t size)
{
	const uint64_t end = range->end < BOOT_MAPPED ? range->end : BOOT_MAPPED;

	if (range->start < MIB || range->start >= end || end - range->start < size)
		return 0;
	return (end - range->start - size) / PAGE_SIZE + 1;
}

uint64_t place_choose(const struct memory_range *ranges, size_t count, size_t size)
{
	uint64_t all = 0, chosen;

	for (size_t i = 0; i < count; i++)
		all += places_in(&ranges[i], size);
	if (!all)
		return FRAME_NONE;
	chosen = layout_below(all);
	while (chosen >= places_in(ranges, size))
		chosen -= places_in(ranges++, size);
	return ranges->start + chosen * PAGE_SIZE;
}

static size_t page_bytes(size_t size)
{
	return (size + PAGE_MASK) & ~PAGE_MASK;
}

void places_move_modules(struct boot_module *modules, size_t count, const struct memory_range *usable,
                         size_t usable_count)
{
	static uint16_t order[BOOT_MODULES];
	uint64_t at, room = count * (GAP_PAGES - 1) * PAGE_SIZE;

	if (!layout_seed() || !count)
		return;
	for (size_t i = 0; i < count; i++)
		room += page_bytes(modules[i].size);
	layout_begin(LAYOUT_MODULES);
	layout_order(order, count);
	at = place_choose(usable, usable_count, room);
	for (size_t i = 0; i < count && at != FRAME_NONE; i++) {
		struct boot_module *module = &modules[order[i]];

		at += layout_below(GAP_PAGES) * PAGE_SIZE;
		memcpy(phys_to_virt(at), module->data, module->size);
		module->data = phys_to_virt(at);
		at += page_bytes(module->size);
	}
}

void places_age_heap(void)
{
	static void *objects[PAGE_SIZE / HEAP_SMALLEST];
	static uint16_t order[PAGE_SIZE / HEAP_SMALLEST];

	if (!layout_seed())
		return;
	layout_begin(LAYOUT_HEAP);
	for (size_t size = HEAP_SMALLEST; size < PAGE_SIZE; size *= 2) {
		const size_t count = 1 + layout_below(PAGE_SIZE / size);

		for (size_t i = 0; i < count; i++)
			objects[i] = heap_alloc(size);
		layout_order(order, count);
		/* objects[order[0]] stays allocated, so its slab stays allocated, too. */
		for (size_t i = 1; i < count; i++)
			heap_free(objects[order[i]]);
	}
}
