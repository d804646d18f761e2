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

static inline bool is_directory(const struct node *node)
{
	return (node->mode & NODE_KIND) == NODE_DIRECTORY;
}

/* directories.c: the current task's, which may be one that was removed. */
struct node *working_directory(void);

/* Copies a path; `directory` is a descriptor or AT_FDCWD. 0 or a negative error number. */
int path_from_user(struct path *path, uint64_t directory, uint64_t address);

/* The node that a program names, or NULL and *error. */
struct node *node_from_user(uint64_t directory, uint64_t address, bool follow, int *error);

/* The name itself (node_find_name()). */
struct node *name_from_user(uint64_t directory, uint64_t address, int *error);

/*
 * The directory that a new name goes into, and that name: a place in the path, and its length. NULL and *error: -EEXIST, or there is
 * no such directory. A directory's name may have slashes behind it.
 */
struct node *parent_for_new(struct path *path, uint64_t directory, uint64_t address, bool is_directory,
                            const char **name, size_t *length, int *error);

/* truncate.c: node_truncate(), and what is cut off goes from all mappings. 0 or -ENOMEM. */
int truncate_file(struct node *node, size_t size);
