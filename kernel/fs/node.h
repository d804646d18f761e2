/* SPDX-License-Identifier: MIT */
/*
 * The file system: a tree of nodes in memory. Files that came with a boot module point into it and cost no memory of their own until
 * they are written; others keep their bytes in frames. Nothing is ever written to a disk.
 *
 * Nodes are guarded by the kernel lock (cpu/lock.h): nothing in these calls blocks or yields, and handlers
 * of interrupts touch no files, so it does not matter if interrupts are on. Long loops let them in
 * (sched/pause.h).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vm/backing.h"

/* Kinds of nodes, in `mode` with the permissions (uapi/linux/stat.h). */
#define NODE_KIND      0170000
#define NODE_FIFO      0010000
#define NODE_CHARACTER 0020000
#define NODE_DIRECTORY 0040000
#define NODE_FILE      0100000
#define NODE_LINK      0120000

#define NAME_LENGTH    255
#define PATH_LENGTH    1024 /* with the NUL */
#define FILE_SIZE_MAX  BACKING_SIZE_MAX

struct node {
	uint32_t mode;
	uint32_t number; /* st_ino */
	/* References: open files, working directories, mappings, and each name in the tree. */
	struct backing backing;
	uint16_t device; /* of a character device: DEVICE_* */
	bool owns_data;  /* it is an owner of the frames that `data` is in */
	uint16_t name_length;
	struct node *parent;          /* a directory; the root's is itself; NULL: removed */
	struct node *children, *last; /* of a directory, in the order of their places */
	struct node *next, *previous; /* in its directory */
	struct node *names;           /* of a directory: its children by their hashes (node.c) */
	struct node *branch[2];       /* in that tree */
	uint32_t hash;                /* of its name */
	uint32_t left; /* names that have left the directory, for cursors of those who read it */
	uint64_t
	        place; /* in its directory: never another name's again, so that who reads it on finds what he has not seen */
	struct node *same; /* the node that this is but another name of, or NULL: it is one itself */
	uint32_t links;    /* names of a node */
	uint32_t frames;   /* of its own, tables among them */
	/* While an archive is unpacked (cpio.c): which of its files with several names it is, or 0; and others of them. */
	uint64_t archived;
	struct node *archived_next[2];
	size_t size;         /* bytes; of a link: of its target */
	const uint8_t *data; /* in a boot module, or NULL: in frames */
	uint64_t top; /* frame with the addresses of frames with the addresses of the data's, or FRAME_NONE */
	char *name;   /* with a NUL, from the heap */
	struct lock *locks; /* fs/locks.h */
};

enum {
	DEVICE_CONSOLE = 1,
	DEVICE_NULL,
	DEVICE_ZERO,
	DEVICE_FULL,  /* zeros to read, no room to write */
	DEVICE_RANDOM /* random and urandom */
};

/* The node that a name of a file stands for: another one's, or its own. */
static inline struct node *node_target(struct node *name)
{
	return name->same ? name->same : name;
}

extern struct node *node_root;
extern struct node
        *node_console; /* stays when a program removes /dev/console: it has a reference of its own */

/* Makes the root, /dev with its devices, and /tmp. Once at boot. */
void node_init(void);

/*
 * Before that: names are hashed with `secret`, so that who does not know it cannot make names that all hash alike. Without it
 * each boot takes the same steps.
 */
void node_set_secret(uint64_t secret);

/*
 * The node that a path leads to, from `from` when the path is relative (NULL: the root). Links in between are followed, and the last
 * one when `follow`. Returns it without a reference of its own, or NULL and *error: -ENOENT, -ENOTDIR, -ELOOP, -ENAMETOOLONG.
 */
struct node *node_find(struct node *from, const char *path, bool follow, int *error);

/*
 * The same for the name itself, which may be another one of a file: what node_remove() and node_rename() take. -EINVAL when it is `.`, and
 * -ENOTEMPTY when it is `..`.
 */
struct node *node_find_name(struct node *from, const char *path, int *error);

/*
 * The directory that a path's last component is in, or should be, and that component: `*name`, a place in the path, and its
 * length, 0 for the root. NULL and *error as above.
 */
struct node *node_find_parent(struct node *from, const char *path, const char **name, size_t *length,
                              int *error);

/* Whether a last component is one that cannot be made or replaced: the root's, `.` or `..`. */
bool node_name_is_fixed(const char *name, size_t length);

/* The name behind this one in the tree, its children before its brothers: all of them, from node_root on. NULL at the end. */
struct node *node_after(struct node *node);

/* The child of this name, or NULL: in O(log n) steps of n, as long as hashes differ. To make, move and remove one costs as much. */
struct node *node_child(const struct node *directory, const char *name, size_t length);

/* A new node in a directory that has none of this name. NULL: no memory. */
struct node *node_create(struct node *directory, const char *name, size_t length, uint32_t mode);

/* Another name for a file, in a directory that has none of this name. False: no memory. */
bool node_link(struct node *node, struct node *directory, const char *name, size_t length);

/* Takes a name out of the tree: 0, -EBUSY (the root) or -ENOTEMPTY. Its node goes when the last name and the last reference do. */
int node_remove(struct node *node);

/* Moves a node below `directory` under another name; what has that name goes. 0, -EINVAL (into itself), -ENOTEMPTY, -EISDIR, -ENOTDIR, -ENOMEM. */
int node_rename(struct node *node, struct node *directory, const char *name, size_t length);

/*
 * A file of `size` zeros, at most FILE_SIZE_MAX bytes, that is in no directory: memory that is shared. The reference is the
 * caller's. NULL: no memory.
 */
struct node *node_create_nameless(size_t size);

/*
 * What files may take, so that some is left for programs: frames of their own altogether, shared memory included, and nodes. Beyond it
 * node_room(), node_frame() and node_create() find no memory. No limit until it is set; what there is by then may stay.
 */
void node_limit_frames(size_t most);
void node_limit_nodes(size_t most);
bool node_frames_are_used_up(void);
extern size_t node_count;

static inline void node_hold(struct node *node)
{
	backing_hold(&node->backing);
}

void node_drop(struct node *node);

/* The operations of a node's backing (node_data.c), and the last of them (node.c). */
extern const struct backing_ops node_backing_ops;
void node_release(struct backing *backing);

static inline struct node *node_of_backing(const struct backing *backing)
{
	return (struct node *)((uintptr_t)backing - offsetof(struct node, backing));
}

/* Up to `size` bytes from `offset` on: a pointer to those that lie side by side, and how many; holes read as zeros. 0 at the end. */
size_t node_bytes(const struct node *node, size_t offset, size_t size, const void **bytes);

/* The same to write to; the file becomes longer as needed. 0: no memory. */
size_t node_room(struct node *node, size_t offset, size_t size, void **bytes);

/*
 * The frame with a page of the file, made when it is missing; it stays the file's, which others may share (frame_share()).
 * FRAME_NONE: no memory.
 */
uint64_t node_frame(struct node *node, size_t page);

/* Copies what a file has in a boot module to frames of its own, as the first write does. False: no memory. */
bool node_make_own(struct node *node);

/* Makes a file an owner of the frames that its data, of a boot module, is in; they go when their last file does. */
void node_own_data(struct node *node);

/*
 * A file's bytes, side by side in memory, that stay readable whatever becomes of the file. Pinning
 * and unpinning cost the same for any size: the frames are shared one by one only if the file gives
 * them up meanwhile. The struct must not move while it is pinned.
 */
struct pinned_bytes {
	const uint8_t *bytes;
	size_t size;
	bool owned; /* the frames are shared */
	struct pinned_bytes *next;
};
void node_pin_bytes(const struct node *node, struct pinned_bytes *pinned);
void node_unpin_bytes(struct pinned_bytes *pinned);

/* Cuts a file off at `size` bytes, or makes it longer with zeros. 0 or -ENOMEM. */
int node_truncate(struct node *node, size_t size);
