/* SPDX-License-Identifier: MIT */
/*
 * Backings: the memory that regions can map other than anonymous pages of their own. A file's node
 * embeds one (fs/node.h) and a segment of shared memory is one (sys/shm.c). Regions, page faults
 * and views know a backing only, and nothing of what it belongs to.
 *
 * A backing has a size in bytes, which may change at any time; pages and bytes past its end do not
 * exist. Nothing in these calls blocks or gives another task the CPU.
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
	 * Stores the frame with page `page`, which is made if missing. It stays the backing's; the
	 * caller may share it (frame_share()). Returns 0, -ENOMEM, or -ENXIO if the page is past
	 * the end or the backing may not grow by another frame, as in a full tmpfs on Linux.
	 */
	int (*frame)(struct backing *backing, size_t page, uint64_t *frame);

	/*
	 * Stores a pointer to the bytes from `offset` on, at most `size` of them, that lie side by
	 * side in kernel memory. Returns how many there are; 0 at the end and past it. They are
	 * valid until the backing changes.
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
