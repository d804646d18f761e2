/* SPDX-License-Identifier: MIT */
#include "fs/archive.h"

#include "fs/cpio.h"
#include "fs/node.h"
#include "lib/errno.h"
#include "mem/frames.h"

/* The node behind `node` in the tree: its children come before its brothers. NULL at the end. */
static struct node *next_of(struct node *node)
{
	if (node->children)
		return node->children;
	while (node != node_root && !node->next)
		node = node->parent;
	return node == node_root ? NULL : node->next;
}

int archive_unpack(void *archive, size_t size, size_t *freed)
{
	const uint8_t *start = archive;
	const size_t before = frames_free();
	size_t used, heap;
	int error = cpio_unpack(archive, size, &used);

	heap = before - frames_free(); /* nodes and names */
	for (struct node *node = node_root; node; node = next_of(node))
		if (node->data >= start && node->data < start + used)
			node_own_data(node);
	for (size_t at = 0; at < size; at += PAGE_SIZE)
		frame_free(virt_to_phys(start + at));
	*freed = (frames_free() + heap - before) * PAGE_SIZE;
	return error;
}
