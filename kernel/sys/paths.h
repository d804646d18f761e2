/* SPDX-License-Identifier: MIT */
/* Paths from user memory. */
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

/* directories.c: returns the current process's working directory, which may have been removed. */
struct node *working_directory(void);

/* Copies a path; `directory` is a descriptor or AT_FDCWD. Returns 0 or a negative error number. */
int path_from_user(struct path *path, uint64_t directory, uint64_t address);

/* Returns the node that a user's path leads to, or NULL and *error. */
struct node *node_from_user(uint64_t directory, uint64_t address, bool follow, int *error);

/* Returns the name itself (node_find_name()). */
struct node *name_from_user(uint64_t directory, uint64_t address, int *error);

/*
 * Returns the directory for a new name and that name, which points into the path, with its length.
 * On failure returns NULL and *error: -EEXIST, or the error of finding the directory. Slashes may
 * follow the name of a directory.
 */
struct node *parent_for_new(struct path *path, uint64_t directory, uint64_t address, bool is_directory,
                            const char **name, size_t *length, int *error);

/*
 * truncate.c: as node_truncate(), and removes what is cut off from all mappings. Returns 0 or
 * -ENOMEM.
 */
int truncate_file(struct node *node, size_t size);
