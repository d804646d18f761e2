/* SPDX-License-Identifier: MIT */
/*
 * Physical memory in frames of 4 KiB.
 *
 * Each frame has one 32-bit link. The links form the free list, and owners can link their allocated
 * frames into lists of their own. Allocating or freeing a frame takes a few instructions. A link
 * also shows whether its frame is allocated, which is checked when the frame is freed.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "x86/layout.h"

#define FRAME_NONE     0UL /* no frame: frame 0 is never allocated */
#define FRAME_LIST_END 0xffffffffU

/* A half-open range of physical addresses. */
struct memory_range {
	uint64_t start, end;
};

/*
 * Turns a firmware memory map into usable ranges, in place: trims them to whole frames, sorts and
 * merges them, and removes the `reserved` ranges and frame 0. The array `ranges` has `count`
 * entries, and space for `room` entries. Returns the new number of entries. If a range must be
 * split and there is no space for another entry, the upper part of the range is lost.
 */
size_t memory_ranges_prepare(struct memory_range *ranges, size_t count, size_t room,
                             const struct memory_range *reserved, size_t reserved_count);

/*
 * Starts the allocator with the frames of `ranges`, which memory_ranges_prepare() has prepared. The
 * array `links` must have one entry for every frame below the end of the last range.
 */
void frames_init(const struct memory_range *ranges, size_t count, uint32_t *links);

/*
 * Puts the free list into the order of the boot's layout (lib/layout.h). Must be called before any
 * frame is allocated. The 512 frames of each 2 MiB block stay together on the list, but in a random
 * order, so that data gets other cache colours than in the fixed layout. Consecutive allocations
 * still come from few blocks, so they need few translations of the direct map. The order of the
 * blocks is random, too; with over 2 GiB of memory, groups of consecutive blocks are shuffled
 * instead of single blocks.
 */
void frames_shuffle(void);

/*
 * Adds the frames of [start, end) to the free list. Both addresses are page-aligned. Panics if the
 * allocator already has one of the frames.
 */
void frames_add(uint64_t start, uint64_t end);

/*
 * Gives the reserved frames of [start, end) to the allocator. They become allocated frames with one
 * owner each, so they can be freed from then on. Both addresses are page-aligned. Returns false,
 * with nothing changed, if the allocator already has one of the frames or has no link for it.
 */
bool frames_adopt(uint64_t start, uint64_t end);

/*
 * Returns the physical address of a new frame with undefined contents, or FRAME_NONE if out of
 * memory.
 */
uint64_t frame_alloc(void);

/*
 * Fills up to `count` words with the addresses of new frames, ORed with `flags`. Returns the number
 * of words filled, which is less than `count` if memory runs out.
 */
size_t frames_alloc(uint64_t *words, size_t count, uint64_t flags);

/* Like frame_alloc(), but zeroes the frame, through the direct map. */
uint64_t frame_alloc_zeroed(void);

/*
 * Removes one owner from a frame, and frees the frame if that was the last one. Panics if the frame
 * is not allocated.
 */
void frame_free(uint64_t frame);

/*
 * Puts an allocated frame with one owner on a list for frame_list_free(). Returns false, with
 * nothing changed, if the frame has several owners. Panics if the frame is not allocated.
 */
bool frame_retire(uint32_t *list, uint64_t frame);

/*
 * Adds an owner to an allocated frame that is on no list. Each owner calls frame_free() once.
 * Returns false, with nothing changed, if the frame already has 268,435,455 owners.
 */
bool frame_share(uint64_t frame);

/* Returns true if an allocated frame has more than one owner. */
bool frame_is_shared(uint64_t frame);

/*
 * frames_free() returns the number of free frames, frames_total() the number of free and allocated
 * frames.
 */
size_t frames_free(void);
size_t frames_total(void);

/*
 * Returns the first allocated frame after `frame` that has one owner and is on no list, or
 * FRAME_NONE if there is none. If `frame` is FRAME_NONE, the search starts at the lowest frame.
 * Slow, since it reads the link of every frame in between; only heap_count() uses it.
 */
uint64_t frame_after(uint64_t frame);

/*
 * Lists of allocated frames, linked through the frames' links. A variable holds the head of a list;
 * the head of an empty list is FRAME_LIST_END. A frame must leave its list before frame_free().
 */
void frame_list_push(uint32_t *list, uint64_t frame);
uint64_t frame_list_pop(uint32_t *list);        /* FRAME_NONE if empty */
void frame_list_free(uint32_t *list);           /* frees all frames of the list */
size_t frame_list_length(const uint32_t *list); /* frames on the list; reads the link of each */

/*
 * Reserves the last `count` free frames for code that cannot wait for memory. Allocations can use
 * them only between frames_open_emergency(true) and frames_open_emergency(false).
 */
void frames_set_emergency(size_t count);
void frames_open_emergency(bool open);

/* For tests of memory shortage: makes allocations fail while at most `count` frames are free. */
void frames_set_reserve(size_t count);
