/* SPDX-License-Identifier: MIT */
/*
 * A simple model of unpacking an archive. The fuzzer compares fs/cpio.c and fs/node_data.c with it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct reference_file {
	size_t parent; /* index of the directory; the root, file 0, is its own parent */
	const char *name;
	size_t length;
	uint32_t mode;
	const uint8_t *data;
	size_t size;
	uint8_t *own;  /* allocated copy of the data if it was changed, or NULL */
	size_t holder; /* index of the entry for the file's first name; it has the mode and contents */
	size_t key;    /* inode and device if the file has several names, or 0 */
	bool gone;     /* the name was removed */
};

struct reference_tree {
	struct reference_file *files;
	size_t count, room;
	size_t first_of_archive; /* index of the first file of the current archive */
	size_t creations;        /* number of nodes that can still be created */
};

/* Makes the same tree as node_init(). */
void reference_start(struct reference_tree *tree);

/*
 * Unpacks the archives in `bytes`. The tree refers to these bytes, so they must outlive it. Returns
 * 0, -EINVAL if an archive is damaged, or -ENOMEM if more than `creations` nodes are needed. Sets
 * *rest to the offset of the first data that is not an archive, or to `size` if there is none or an
 * error occurs.
 */
int reference_unpack(struct reference_tree *tree, const uint8_t *bytes, size_t size, size_t creations,
                     size_t *rest);

/* Replaces the file's bytes by a writable copy of `size` bytes, cut off or padded with zeros. */
void reference_resize(struct reference_file *file, size_t size);

/* Frees the tree. */
void reference_end(struct reference_tree *tree);
