/* SPDX-License-Identifier: MIT */
/* Paths as system calls take them. */
#pragma once

#include "fs/node.h"

#define AT_FDCWD            (-100)
#define AT_SYMLINK_NOFOLLOW 0x100
#define AT_REMOVEDIR        0x200
#define AT_SYMLINK_FOLLOW   0x400
#define AT_EMPTY_PATH       0x1000

struct path {
	char text[PATH_LENGTH];
	struct node *from;
};

/* Copies a path; `directory` is a descriptor or AT_FDCWD. 0 or a negative error number. */
int take_path(struct path *path, uint64_t directory, uint64_t address);

/* The node that a program names, or NULL and *error. */
struct node *take_node(uint64_t directory, uint64_t address, bool follow, int *error);

/* The name itself (node_find_name()). */
struct node *take_name(uint64_t directory, uint64_t address, int *error);

/* truncate.c: node_truncate(), and what is cut off goes from all mappings. 0 or -ENOMEM. */
int truncate_file(struct node *node, size_t size);
