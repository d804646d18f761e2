/* SPDX-License-Identifier: MIT */
#include "fs/archive.h"

#include "fs/cpio.h"
#include "fs/node.h"
#include "lib/errno.h"
#include "mem/frames.h"

int archive_unpack(void *archive, size_t size, size_t *freed)
{
	const uint8_t *start = archive;
	const size_t before = frames_free();
	size_t used, heap;
	int error = cpio_unpack(archive, size, &used);

	heap = before - frames_free(); /* nodes and names */
	for (struct node *name = node_root; name; name = node_after(name)) {
		struct node *node = node_itself(name);

		if (node->data >= start && node->data < start + used)
			node_own_data(node);
	}
	for (size_t at = 0; at < size; at += PAGE_SIZE)
		frame_free(virt_to_phys(start + at));
	*freed = (frames_free() + heap - before) * PAGE_SIZE;
	return error;
}
