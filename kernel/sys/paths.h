/* SPDX-License-Identifier: MIT */
/* Finds files by paths in user memory. */
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

/*
 * Copies the path at the user address `address` to path->text, and sets path->from to the directory
 * where a relative path starts. `directory` is the descriptor of that directory, or AT_FDCWD for
 * the working directory. Returns 0 or a negative error number.
 */
int path_from_user(struct path *path, uint64_t directory, uint64_t address);

/*
 * Returns the node that the path at `address` leads to, or returns NULL and sets *error.
 * `directory` is as for path_from_user(), `follow` as for node_find().
 */
struct node *node_from_user(uint64_t directory, uint64_t address, bool follow, int *error);

/*
 * Like node_from_user(), but returns the node of the name itself, even if that is an additional
 * (hard-link) name of a file. Fails as node_find_name() does.
 */
struct node *name_from_user(uint64_t directory, uint64_t address, int *error);

/*
 * Returns the directory in which a new name is to be created. Sets *name, which points into `path`,
 * and *length. `is_directory` is true if the new name is for a directory; only the name of a
 * directory may be followed by slashes. On failure, returns NULL and sets *error. The error is
 * -EEXIST if the name exists or is `.` or `..`, -ENOENT if the directory was removed or slashes
 * follow the name of a file, or another error of path_from_user() or node_find_parent().
 */
struct node *parent_for_new(struct path *path, uint64_t directory, uint64_t address, bool is_directory,
                            const char **name, size_t *length, int *error);

/*
 * truncate.c: does what node_truncate() does, and removes pages past the new end from all mappings.
 * Returns 0 or -ENOMEM.
 */
int truncate_file(struct node *node, size_t size);
