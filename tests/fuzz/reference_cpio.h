/* SPDX-License-Identifier: MIT */
/* The files that an archive leaves behind, written down plainly: fs/cpio.c and fs/node_data.c are held against it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct reference_file {
	size_t parent; /* index; the root's is its own, 0 */
	const char *name;
	size_t length;
	uint32_t mode;
	const uint8_t *data;
	size_t size;
	uint8_t *own; /* where `data` was written to, or NULL */
	size_t holder; /* index of the file whose name is another one of: mode and contents are there; or its own */
	size_t key; /* inode and device of one with several names, or 0 */
	bool gone;  /* the name */
};

struct reference_tree {
	struct reference_file *files;
	size_t count, room;
	size_t first_of_archive; /* file that the archive which is being read made */
	size_t creations;        /* of nodes, that memory is there for */
};

/* The tree that node_init() makes. */
void reference_start(struct reference_tree *tree);

/*
 * Reads the archives in `bytes`, which must stay. 0, -EINVAL, or -ENOMEM when the creation after `creations` others is asked for.
 * *rest: without an error, where something begins that is no archive; else `size`.
 */
int reference_unpack(struct reference_tree *tree, const uint8_t *bytes, size_t size, size_t creations,
                     size_t *rest);

/* Gives a file `size` bytes, zeros behind those that it has, that can be written. */
void reference_resize(struct reference_file *file, size_t size);

void reference_end(struct reference_tree *tree);
