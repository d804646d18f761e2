/* SPDX-License-Identifier: MIT */
/*
 * Physical memory in frames of 4 KiB.
 *
 * Each frame has one 32-bit link. The free list runs through the links, and so may lists of frames
 * that an owner holds. Allocating or freeing a frame takes a few instructions. The link also
 * catches frames that are freed twice or were never allocated.
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
 * Turns a firmware memory map into usable ranges: trims them to whole frames, sorts and merges
 * them, and removes `reserved`. `ranges` has `count` entries and room for `room`; it is changed in
 * place and then sorted and disjoint. Returns the new number of entries. If a range is split and
 * there is no room, its upper part is lost. Frame 0 is never usable.
 */
size_t memory_ranges_prepare(struct memory_range *ranges, size_t count, size_t room,
                             const struct memory_range *reserved, size_t reserved_count);

/*
 * Starts the allocator with the frames of `ranges` (prepared as above). The array `links` must have
 * one entry for every frame below the end of the last range.
 */
void frames_init(const struct memory_range *ranges, size_t count, uint32_t *links);

/* Adds the frames of [start, end), page-aligned, which nobody uses, to the free frames. */
void frames_add(uint64_t start, uint64_t end);

/*
 * Makes reserved frames, those of [start, end), page-aligned, allocated ones with one owner, so
 * that they can be freed. Returns false, with nothing changed, if the allocator already has one of
 * them or has no link for it.
 */
bool frames_adopt(uint64_t start, uint64_t end);

/*
 * Returns the physical address of a new frame with undefined contents, or FRAME_NONE if out of
 * memory.
 */
uint64_t frame_alloc(void);

/*
 * Fills up to `count` words with the addresses of new frames, ORed with `flags`. Returns how many,
 * which is fewer if memory runs out.
 */
size_t frames_alloc(uint64_t *words, size_t count, uint64_t flags);

/* Like frame_alloc(), but zeroes the frame, through the direct map. */
uint64_t frame_alloc_zeroed(void);

/* Removes an owner from a frame; the last one frees it. Panics if it is not an allocated one. */
void frame_free(uint64_t frame);

/*
 * Puts an allocated frame with one owner on a list that frame_list_free() will free. Returns false,
 * with nothing changed, if it has other owners too. Panics if it is not an allocated one.
 */
bool frame_retire(uint32_t *list, uint64_t frame);

/*
 * Adds an owner to an allocated frame that is on no list. Each owner calls frame_free(). Returns
 * false if it has the most owners that can be counted, more than 200 million.
 */
bool frame_share(uint64_t frame);

/* Returns true if an allocated frame has more than one owner. */
bool frame_is_shared(uint64_t frame);

size_t frames_free(void);
size_t frames_total(void);

/*
 * Returns the first allocated frame after `frame` that has one owner and is on no list, or
 * FRAME_NONE. FRAME_NONE as `frame` starts at the first. Slow, since it reads the link of every
 * frame in between: for heap_count().
 */
uint64_t frame_after(uint64_t frame);

/*
 * Lists of allocated frames through their links. A list is represented by its head; an empty one is
 * FRAME_LIST_END. A frame must leave its list before frame_free().
 */
void frame_list_push(uint32_t *list, uint64_t frame);
uint64_t frame_list_pop(uint32_t *list); /* FRAME_NONE if empty */
void frame_list_free(uint32_t *list);    /* frees all of them */

/*
 * Reserves the last `count` free frames for code that cannot wait for memory. Allocations can use
 * them only between frames_open_emergency(true) and frames_open_emergency(false).
 */
void frames_set_emergency(size_t count);
void frames_open_emergency(bool open);

/* For tests of memory shortage: makes allocations fail while at most `count` frames are free. */
void frames_set_reserve(size_t count);
