/* SPDX-License-Identifier: MIT */
/* A simple model of unpacking an archive, with which fs/cpio.c and fs/node_data.c are compared. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct reference_file {
	size_t parent; /* index; the root, 0, is its own parent */
	const char *name;
	size_t length;
	uint32_t mode;
	const uint8_t *data;
	size_t size;
	uint8_t *own;  /* allocated bytes if `data` was changed, or NULL */
	size_t holder; /* index of the file's first name, which has its mode and contents */
	size_t key;    /* inode and device of a file with several names, or 0 */
	bool gone;     /* the name was removed */
};

struct reference_tree {
	struct reference_file *files;
	size_t count, room;
	size_t first_of_archive; /* first file of the current archive */
	size_t creations;        /* nodes that can still be created */
};

/* Makes the same tree as node_init(). */
void reference_start(struct reference_tree *tree);

/*
 * Unpacks the archives in `bytes`, which the tree then refers to. Returns 0, -EINVAL, or -ENOMEM if
 * more than `creations` nodes are needed. *rest is set to the offset of the first data that is not
 * an archive, or to `size` if there is none or an error occurs.
 */
int reference_unpack(struct reference_tree *tree, const uint8_t *bytes, size_t size, size_t creations,
                     size_t *rest);

/* Copies the file's bytes to memory that can be written, cut or padded with zeros to `size`. */
void reference_resize(struct reference_file *file, size_t size);

void reference_end(struct reference_tree *tree);
