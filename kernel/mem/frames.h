/* SPDX-License-Identifier: MIT */
/*
 * Physical memory in frames of 4 KiB.
 *
 * One 32-bit link per frame, for all of memory: free frames form a list through it, and so can
 * the frames that one owner holds. Allocation and release are a few instructions each; a frame
 * that is freed twice, or was never allocated, is caught by its link.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "x86/layout.h"

#define FRAME_NONE     0UL /* no frame: frame 0 is never handed out */
#define FRAME_LIST_END 0xffffffffU

/* A half-open range of physical addresses. */
struct memory_range {
	uint64_t start, end;
};

/*
 * Turns a firmware memory map into usable ranges: trims them to whole frames, sorts, merges, and
 * takes `reserved` out. `ranges` holds `count` entries and has room for `room`; the result is in
 * place, sorted and disjoint. Returns how many there are. A range that is split without room for
 * another loses its upper part. Frame 0 is never usable.
 */
size_t memory_ranges_prepare(struct memory_range *ranges, size_t count, size_t room,
                             const struct memory_range *reserved, size_t reserved_count);

/*
 * Starts the allocator over `ranges` (as prepared above) with the array `links`, which must have
 * one entry for every frame below the end of the last range.
 */
void frames_init(const struct memory_range *ranges, size_t count, uint32_t *links);

/* Adds the frames of [start, end), page-aligned, that no one uses any more. */
void frames_add(uint64_t start, uint64_t end);

/*
 * Makes the frames of [start, end), page-aligned, allocated ones with one owner: those of memory that was reserved, and is
 * now to come and go. False, with nothing changed: one of them is another's, or above what the allocator knows.
 */
bool frames_adopt(uint64_t start, uint64_t end);

/* A frame's physical address, its contents undefined; FRAME_NONE when there is no memory. */
uint64_t frame_alloc(void);

/* Fills `count` words with the addresses of new frames, each with `flags` in its lower or upper bits. Returns how many there were. */
size_t frames_alloc(uint64_t *words, size_t count, uint64_t flags);

/* A frame, zeroed through the direct map. */
uint64_t frame_alloc_zeroed(void);

/* Gives a frame back: its last owner does. Panics when it is not an allocated one. */
void frame_free(uint64_t frame);

/*
 * Puts an allocated frame that has one owner on a list of frames that are to be freed by
 * frame_list_free(). Returns false, with nothing changed, if it has other owners too. Panics if it is
 * not an allocated one.
 */
bool frame_retire(uint32_t *list, uint64_t frame);

/*
 * One more owner of an allocated frame that is on no list; each gives it back with frame_free(). False: it has as
 * many owners as can be counted, which is more than 200 million.
 */
bool frame_share(uint64_t frame);

/* Whether an allocated frame has more than one owner. */
bool frame_is_shared(uint64_t frame);

size_t frames_free(void);
size_t frames_total(void);

/*
 * The next allocated frame behind `frame` (FRAME_NONE: the first) that has one owner and is on no list; FRAME_NONE at the end. For who
 * counts what is in them: it looks at the link of every frame in between.
 */
uint64_t frame_after(uint64_t frame);

/*
 * Lists of allocated frames through their links. A list is its head; an empty one is
 * FRAME_LIST_END. A frame must leave its list before it is freed.
 */
void frame_list_push(uint32_t *list, uint64_t frame);
uint64_t frame_list_pop(uint32_t *list); /* FRAME_NONE when empty */
void frame_list_free(uint32_t *list);    /* gives back all of them */

/*
 * The last `count` frames are for those who cannot wait until memory is free again: allocations get them only between
 * frames_open_emergency(true) and (false).
 */
void frames_set_emergency(size_t count);
void frames_open_emergency(bool open);

/* Lets allocations fail while `count` or fewer frames are free: memory shortage, for tests. */
void frames_set_reserve(size_t count);
