/* SPDX-License-Identifier: MIT */
/* See frames.h. Also compiled for the host, for the unit tests. */
#include "mem/frames.h"

#include "lib/layout.h"
#include "lib/string.h"
#include "output/panic.h"

/*
 * Values of a link whose frame is on no list. A frame with n owners has the link
 * LINK_ALLOCATED - (n - 1).
 */
#define LINK_ALLOCATED 0xfffffffeU /* allocated, one owner */
#define LINK_MAX       0xf0000000U /* allocated, the most owners that can be counted */
#define LINK_UNUSABLE  0xefffffffU /* not managed by the allocator */

#define SHUFFLED       (PD_SPAN / PAGE_SIZE) /* frames in a block; they are shuffled within it */
#define SPANS          1024U                 /* limit on the number of spans (groups of blocks) */

/* Guarded by the kernel lock (cpu/lock.h). */
static struct {
	uint32_t *links;
	uint32_t head;
	uint32_t limit; /* frames below this number have a link */
	size_t free;
	size_t total;
	size_t reserve; /* frames that allocations leave free: max(shortage, emergency) */
	size_t shortage, emergency;
} frames;

static void sort_ranges(struct memory_range *ranges, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		struct memory_range range = ranges[i];
		size_t j = i;

		for (; j > 0 && ranges[j - 1].start > range.start; j--)
			ranges[j] = ranges[j - 1];
		ranges[j] = range;
	}
}

/*
 * Removes `hole` from the ranges and returns their new number. A range with the hole in its middle
 * becomes two; if there is no room for another range, its upper part is lost.
 */
static size_t cut(struct memory_range *ranges, size_t count, size_t room, struct memory_range hole)
{
	for (size_t i = 0; i < count; i++) {
		struct memory_range *range = &ranges[i];

		if (hole.start >= range->end || hole.end <= range->start)
			continue;
		if (hole.start > range->start && hole.end < range->end) {
			if (count < room) {
				ranges[count].start = hole.end;
				ranges[count++].end = range->end;
			}
			range->end = hole.start;
		} else if (hole.start > range->start) {
			range->end = hole.start;
		} else if (hole.end < range->end) {
			range->start = hole.end;
		} else {
			*range = ranges[--count];
			i--;
		}
	}
	return count;
}

size_t memory_ranges_prepare(struct memory_range *ranges, size_t count, size_t room,
                             const struct memory_range *reserved, size_t reserved_count)
{
	const uint64_t top = (uint64_t)LINK_UNUSABLE << PAGE_SHIFT;
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) { /* round inwards to whole frames */
		struct memory_range range = ranges[i];

		range.start = range.start > top ? top : (range.start + PAGE_MASK) & ~PAGE_MASK;
		range.end = range.end > top ? top : range.end & ~PAGE_MASK;
		if (range.start == 0)
			range.start = PAGE_SIZE;
		if (range.start < range.end)
			ranges[kept++] = range;
	}
	sort_ranges(ranges, kept);
	count = kept;
	kept = 0;
	for (size_t i = 0; i < count; i++) {
		if (kept && ranges[i].start <= ranges[kept - 1].end) {
			if (ranges[i].end > ranges[kept - 1].end)
				ranges[kept - 1].end = ranges[i].end;
		} else {
			ranges[kept++] = ranges[i];
		}
	}
	for (size_t i = 0; i < reserved_count; i++) { /* round outwards to whole frames */
		struct memory_range hole = { reserved[i].start & ~PAGE_MASK,
			                     reserved[i].end > top
			                             ? top
			                             : (reserved[i].end + PAGE_MASK) & ~PAGE_MASK };

		if (hole.start < hole.end)
			kept = cut(ranges, kept, room, hole);
	}
	sort_ranges(ranges, kept);
	return kept;
}

void frames_init(const struct memory_range *ranges, size_t count, uint32_t *links)
{
	frames.links = links;
	frames.head = FRAME_LIST_END;
	frames.free = frames.total = frames.reserve = frames.shortage = frames.emergency = 0;
	frames.limit = count ? (uint32_t)(ranges[count - 1].end >> PAGE_SHIFT) : 0;
	for (uint32_t i = 0; i < frames.limit; i++)
		links[i] = LINK_UNUSABLE;
	for (size_t i = count; i-- > 0;) /* downwards, so that low memory is allocated first */
		frames_add(ranges[i].start, ranges[i].end);
}

void frames_add(uint64_t start, uint64_t end)
{
	for (uint64_t frame = end; frame > start;) {
		uint32_t number;

		frame -= PAGE_SIZE;
		number = (uint32_t)(frame >> PAGE_SHIFT);
		if (number >= frames.limit)
			continue;
		if (frames.links[number] != LINK_UNUSABLE)
			panic("frame %lx is added twice", frame);
		frames.links[number] = frames.head;
		frames.head = number;
		frames.free++;
		frames.total++;
	}
}

/*
 * Adds the usable frames of the `count` frames from `first` on to the free list, in a random order.
 * The caller ensures that none of them is allocated or on a list.
 */
static void add_shuffled(uint32_t first, uint32_t count)
{
	static uint16_t order[SHUFFLED];

	layout_order(order, count);
	for (uint32_t i = 0; i < count; i++) {
		const uint32_t number = first + order[i];

		if (frames.links[number] == LINK_UNUSABLE)
			continue;
		frames.links[number] = frames.head;
		frames.head = number;
	}
}

void frames_shuffle(void)
{
	static uint16_t order[SPANS];
	/*
	 * Frames in a span: a multiple of SHUFFLED, large enough that SPANS spans cover memory.
	 */
	const uint32_t span = (frames.limit / SHUFFLED / SPANS + 1) * SHUFFLED;
	const uint32_t spans = (frames.limit + span - 1) / span;

	if (!layout_seed())
		return;
	layout_begin(LAYOUT_FRAMES);
	layout_order(order, spans);
	frames.head = FRAME_LIST_END;
	for (uint32_t i = 0; i < spans; i++) {
		const uint32_t start = order[i] * span;

		for (uint32_t at = start; at < start + span && at < frames.limit; at += SHUFFLED)
			add_shuffled(at, frames.limit - at < SHUFFLED ? frames.limit - at : SHUFFLED);
	}
}

bool frames_adopt(uint64_t start, uint64_t end)
{
	const uint64_t first = start >> PAGE_SHIFT, last = end >> PAGE_SHIFT;

	if (last > frames.limit)
		return false;
	for (uint64_t number = first; number < last; number++)
		if (frames.links[number] != LINK_UNUSABLE)
			return false;
	for (uint64_t number = first; number < last; number++)
		frames.links[number] = LINK_ALLOCATED;
	frames.total += last - first;
	return true;
}

/* Allocates the first free frame. There must be one. */
static inline uint64_t take(void)
{
	uint32_t number = frames.head;

	frames.head = frames.links[number];
	frames.links[number] = LINK_ALLOCATED;
	frames.free--;
	return (uint64_t)number << PAGE_SHIFT;
}

uint64_t frame_alloc(void)
{
	return frames.free > frames.reserve ? take() : FRAME_NONE;
}

size_t frames_alloc(uint64_t *words, size_t count, uint64_t flags)
{
	const size_t most = frames.free > frames.reserve ? frames.free - frames.reserve : 0;
	uint32_t number = frames.head;

	if (count > most)
		count = most;
	for (uint64_t *end = words + count; words < end; words++) {
		const uint32_t next = frames.links[number];

		frames.links[number] = LINK_ALLOCATED;
		*words = (uint64_t)number << PAGE_SHIFT | flags;
		number = next;
	}
	frames.head = number;
	frames.free -= count;
	return count;
}

uint64_t frame_alloc_zeroed(void)
{
	uint64_t frame;

	if (frames.free <= frames.reserve)
		return FRAME_NONE;
	frame = take();
	zero_pages(phys_to_virt(frame), 1);
	return frame;
}

static bool is_allocated(uint32_t link)
{
	return link >= LINK_MAX && link <= LINK_ALLOCATED;
}

bool frame_share(uint64_t frame)
{
	uint32_t *link = &frames.links[frame >> PAGE_SHIFT];

	if (!is_allocated(*link))
		panic("frame %lx is shared but was not allocated", frame);
	if (*link == LINK_MAX)
		return false;
	--*link;
	return true;
}

bool frame_is_shared(uint64_t frame)
{
	return frames.links[frame >> PAGE_SHIFT] != LINK_ALLOCATED;
}

/* Removes one owner from a frame that has several. Panics if the frame is not allocated. */
static __attribute__((noinline)) void give_share_back(uint64_t frame)
{
	uint64_t number = frame >> PAGE_SHIFT;

	if ((frame & PAGE_MASK) || number >= frames.limit || !is_allocated(frames.links[number]))
		panic("frame %lx is freed but was not allocated", frame);
	frames.links[number]++;
}

void frame_free(uint64_t frame)
{
	uint64_t number = frame >> PAGE_SHIFT;

	if ((frame & PAGE_MASK) || number >= frames.limit || frames.links[number] != LINK_ALLOCATED) {
		give_share_back(frame);
		return;
	}
	frames.links[number] = frames.head;
	frames.head = (uint32_t)number;
	frames.free++;
}

bool frame_retire(uint32_t *list, uint64_t frame)
{
	uint64_t number = frame >> PAGE_SHIFT;

	if (number >= frames.limit || frames.links[number] != LINK_ALLOCATED) {
		if (number >= frames.limit || !is_allocated(frames.links[number]))
			panic("frame %lx is freed but was not allocated", frame);
		return false;
	}
	frames.links[number] = *list;
	*list = (uint32_t)number;
	return true;
}

size_t frames_free(void)
{
	return frames.free;
}

size_t frames_total(void)
{
	return frames.total;
}

uint64_t frame_after(uint64_t frame)
{
	for (uint64_t number = (frame >> PAGE_SHIFT) + 1; number < frames.limit; number++)
		if (frames.links[number] == LINK_ALLOCATED)
			return number << PAGE_SHIFT;
	return FRAME_NONE;
}

void frame_list_push(uint32_t *list, uint64_t frame)
{
	uint32_t number = (uint32_t)(frame >> PAGE_SHIFT);

	frames.links[number] = *list;
	*list = number;
}

uint64_t frame_list_pop(uint32_t *list)
{
	uint32_t number = *list;

	if (number == FRAME_LIST_END)
		return FRAME_NONE;
	*list = frames.links[number];
	frames.links[number] = LINK_ALLOCATED;
	return (uint64_t)number << PAGE_SHIFT;
}

size_t frame_list_length(const uint32_t *list)
{
	size_t length = 0;

	for (uint32_t number = *list; number != FRAME_LIST_END; number = frames.links[number])
		length++;
	return length;
}

void frame_list_free(uint32_t *list)
{
	for (uint32_t number = *list, next; number != FRAME_LIST_END; number = next) {
		next = frames.links[number];
		frames.links[number] = frames.head;
		frames.head = number;
		frames.free++;
	}
	*list = FRAME_LIST_END;
}

static size_t reserve(void)
{
	return frames.shortage > frames.emergency ? frames.shortage : frames.emergency;
}

void frames_set_reserve(size_t count)
{
	frames.shortage = count;
	frames.reserve = reserve();
}

void frames_set_emergency(size_t count)
{
	frames.emergency = count;
	frames.reserve = reserve();
}

void frames_open_emergency(bool open)
{
	frames.reserve = reserve() - (open ? frames.emergency : 0);
}
