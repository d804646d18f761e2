/* SPDX-License-Identifier: MIT */
/*
 * A backing is memory that regions can map instead of anonymous pages. A file's node contains one
 * (fs/node.h), and so does a segment of shared memory (sys/shm.c). Regions, page faults and views
 * use only the backing and do not depend on its owner.
 *
 * A backing has a size in bytes, which may change at any time; pages and bytes past its end do not
 * exist. These functions neither block nor let another task run.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define BACKING_SIZE_MAX (1UL << 30) /* bytes */

struct backing {
	const struct backing_ops *ops;
	uint32_t references;
};

struct backing_ops {
	/*
	 * Stores the frame of page `page` in *frame. Allocates the frame if the page has none. The
	 * backing remains an owner of the frame; the caller may become an owner too
	 * (frame_share()). Returns 0, -ENOMEM or -ENXIO. -ENXIO means that the page is past the
	 * end, or that the backing may not grow by another frame, as in a full tmpfs on Linux.
	 */
	int (*frame)(struct backing *backing, size_t page, uint64_t *frame);

	/*
	 * Sets *bytes to the kernel address of the backing's byte `offset`. Returns how many of the
	 * backing's bytes are contiguous there, at most `size`. Returns 0 if `offset` is not below
	 * the size of the backing. The pointer is valid until the backing changes.
	 */
	size_t (*bytes)(const struct backing *backing, size_t offset, size_t size, const void **bytes);

	/* Frees the backing and what it owns. Called when the last reference has been dropped. */
	void (*release)(struct backing *backing);
};

static inline void backing_hold(struct backing *backing)
{
	backing->references++;
}

static inline void backing_drop(struct backing *backing)
{
	if (--backing->references == 0)
		backing->ops->release(backing);
}
