/* SPDX-License-Identifier: MIT */
/* Functions for tests that make a cpio archive in memory, member by member, and unpack it. */
#pragma once

#include "tests/unit/support.h"

#include <stdio.h>
#include <string.h>

#include "fs/archive.h"
#include "fs/cpio.h"
#include "fs/node.h"
#include "mem/frames.h"

#define HOLE_START (1000 * PAGE_SIZE) /* physical address of the boot module */
#define HOLE_PAGES 400UL
#define HOLE_END   (HOLE_START + HOLE_PAGES * PAGE_SIZE)

static uint32_t links[ARENA_FRAMES];
static size_t size; /* bytes of the archive so far */

static inline uint8_t *module(void)
{
	return phys_to_virt(HOLE_START);
}

/*
 * Restarts the file system and the frame allocator. All memory is full of garbage; the allocator
 * has no frames in [HOLE_START, HOLE_END), where the boot module is.
 */
static inline void start(void)
{
	struct memory_range ranges[] = { { PAGE_SIZE, HOLE_START },
		                         { HOLE_END, (ARENA_FRAMES - 1) * PAGE_SIZE } };

	memory_start(ARENA_FRAMES - 1);
	frames_init(ranges, 2, links);
	node_init();
}

/* Header fields of the members that put() adds. */
static unsigned inode, names = 1;
static const char *magic = "070701";
static unsigned sum; /* checksum of the contents; counts only with the magic 070702 */

static inline void put(const char *name, unsigned mode, const void *bytes, size_t n)
{
	size += (size_t)sprintf((char *)module() + size,
	                        "%s%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%s", magic, inode,
	                        mode, 0, 0, names, 0, (unsigned)n, 0, 0, 0, 0, (unsigned)strlen(name) + 1,
	                        sum, name) +
	        1;
	size = (size + 3) & ~3UL;
	memcpy(module() + size, bytes, n);
	size = (size + n + 3) & ~3UL;
}

/* Removes all files, and checks that all frames are then free. */
static inline void remove_all(void)
{
	while (node_root->children) {
		struct node *node = node_root->children;

		while (node->children)
			node = node->children;
		assert_int_equal(node_remove(node), 0);
	}
	node_drop(node_console);
	node_drop(node_root);
	assert_int_equal(frames_free(), frames_total());
}

static inline void zeros(size_t n)
{
	memset(module() + size, 0, n);
	size += n;
}

static inline void end_archive(void)
{
	put("TRAILER!!!", 0, "", 0);
}

/* Puts a page of garbage after the archive and returns cpio_unpack()'s result for the archive. */
static inline int unpack(struct unpacked *result)
{
	memset(module() + size, GARBAGE, PAGE_SIZE);
	return cpio_unpack(module(), size, result);
}

static inline void holds(const char *path, const char *wanted)
{
	const void *bytes;
	int error;
	struct node *node = node_find(NULL, path, false, &error);

	assert_non_null(node);
	assert_int_equal(node->size, strlen(wanted));
	assert_int_equal(node_bytes(node, 0, PAGE_SIZE, &bytes), strlen(wanted));
	assert_memory_equal(bytes, wanted, strlen(wanted));
}
