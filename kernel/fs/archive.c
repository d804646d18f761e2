/* SPDX-License-Identifier: MIT */
#include "fs/archive.h"

#include "fs/node.h"
#include "lib/errno.h"
#include "mem/frames.h"

int archive_unpack(void *archive, size_t size, struct unpacked *result)
{
	const uint8_t *start = archive;
	const size_t before = frames_free();
	int error = cpio_unpack(archive, size, result);
	size_t heap;

	heap = before - frames_free(); /* frames taken by the heap for nodes and names */
	for (struct node *name = node_root; name; name = node_after(name)) {
		struct node *node = node_target(name);

		if (node->data >= start && node->data < start + result->used)
			node_own_data(node);
	}
	for (size_t at = 0; at < size; at += PAGE_SIZE)
		frame_free(virt_to_phys(start + at));
	result->freed = (frames_free() + heap - before) * PAGE_SIZE;
	return error;
}
