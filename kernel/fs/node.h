/* SPDX-License-Identifier: MIT */
/*
 * The file system: a tree of nodes in memory. Files from a boot module point into it and need no
 * memory of their own until they are written; others keep their bytes in frames. Nothing is written
 * to a disk.
 *
 * Nodes are guarded by the kernel lock (cpu/lock.h): nothing in these calls blocks or yields, and
 * handlers of interrupts touch no files, so it does not matter if interrupts are on. Long loops let
 * them in (sched/pause.h).
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
	bool owns_data;  /* it co-owns the frames that `data` is in */
	uint16_t name_length;
	struct node *parent;          /* a directory; the root's is itself; NULL: removed */
	struct node *children, *last; /* of a directory, in the order of their places */
	struct node *next, *previous; /* in its directory */
	struct node *names;           /* of a directory: its children by their hashes (node.c) */
	struct node *branch[2];       /* in that tree */
	uint32_t hash;                /* of its name */
	uint32_t left;                /* names removed from the directory so far (struct cursor) */
	uint64_t place; /* in its directory; never reused, so that a reader that continues misses no name */
	struct node *same; /* of a further name: the file's node; or NULL */
	uint32_t links;    /* names of a node */
	uint32_t frames;   /* of its own, tables among them */
	/*
	 * While an archive is unpacked (cpio.c): the key of a file with several names, or 0; and
	 * the tree of them.
	 */
	uint64_t archived;
	struct node *archived_next[2];
	size_t size;         /* bytes; of a link: of its target */
	const uint8_t *data; /* in a boot module, or NULL: in frames */
	uint64_t top;        /* root of a two-level table of data frames, or FRAME_NONE */
	char *name;          /* with a NUL, from the heap */
	struct lock *locks;  /* fs/locks.h */
};

enum {
	DEVICE_CONSOLE = 1,
	DEVICE_NULL,
	DEVICE_ZERO,
	DEVICE_FULL,  /* reads zeros, has no room for writes */
	DEVICE_RANDOM /* random and urandom */
};

/* Returns the file that a name leads to. */
static inline struct node *node_target(struct node *name)
{
	return name->same ? name->same : name;
}

extern struct node *node_root;
extern struct node *node_console; /* holds a reference, so that it stays if a program removes /dev/console */

/* Makes the root, /dev with its devices, and /tmp. Once at boot. */
void node_init(void);

/*
 * Sets the secret with which names are hashed, so that a program cannot choose names with equal
 * hashes. Called before node_init(); without it, each boot takes the same steps.
 */
void node_set_secret(uint64_t secret);

/*
 * Returns the node that a path leads to, without a new reference. Relative paths start at `from`
 * (NULL: the root). Symbolic links are followed, the last component only if `follow` is set. On
 * failure returns NULL and sets *error to -ENOENT, -ENOTDIR, -ELOOP, -ENAMETOOLONG or -ENOMEM.
 */
struct node *node_find(struct node *from, const char *path, bool follow, int *error);

/*
 * Like node_find(), but returns the name itself, which may be a further name of a file: for
 * node_remove() and node_rename(). Fails with -EINVAL if it is `.`, and -ENOTEMPTY if it is `..`.
 */
struct node *node_find_name(struct node *from, const char *path, int *error);

/*
 * Returns the directory of a path's last component, which need not exist, and that component:
 * `*name` points into the path; its length is 0 for the root. NULL and *error as above.
 */
struct node *node_find_parent(struct node *from, const char *path, const char **name, size_t *length,
                              int *error);

/* Returns true if a last component cannot be created or replaced: the root's, `.` or `..`. */
bool node_name_is_fixed(const char *name, size_t length);

/*
 * Returns the next name of a walk through the whole tree, which starts at node_root; NULL at the
 * end. Children come before siblings.
 */
struct node *node_after(struct node *node);

/*
 * Returns the child of this name, or NULL, in O(log n) steps if hashes differ; creating, moving and
 * removing one takes as many.
 */
struct node *node_child(const struct node *directory, const char *name, size_t length);

/* Creates a node in a directory that has none of this name. Returns NULL if out of memory. */
struct node *node_create(struct node *directory, const char *name, size_t length, uint32_t mode);

/*
 * Gives a file another name, in a directory that has none of this name. Returns false if out of
 * memory.
 */
bool node_link(struct node *node, struct node *directory, const char *name, size_t length);

/*
 * Removes a name. Returns 0, -EBUSY (the root) or -ENOTEMPTY. The file is freed with its last name
 * and its last reference.
 */
int node_remove(struct node *node);

/*
 * Moves a name into `directory` under a new name, and removes what had that name. Returns 0,
 * -EINVAL (into itself), -ENOTEMPTY, -EISDIR, -ENOTDIR or -ENOMEM.
 */
int node_rename(struct node *node, struct node *directory, const char *name, size_t length);

/*
 * Creates a file of `size` zeros, at most FILE_SIZE_MAX bytes, in no directory: for shared memory.
 * The caller gets the reference. Returns NULL if out of memory.
 */
struct node *node_create_nameless(size_t size);

/*
 * Limit the frames that all files own together, shared memory included, and the number of nodes, so
 * that memory is left for programs. At the limit node_room(), node_frame() and node_create() are
 * out of memory. There is no limit until one is set, and nothing is freed then.
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

/*
 * Returns a pointer to contiguous bytes at `offset` and their number, at most `size`; 0 at the end
 * of the file. Holes read as zeros.
 */
size_t node_bytes(const struct node *node, size_t offset, size_t size, const void **bytes);

/* Like node_bytes(), for writing; extends the file. Returns 0 if out of memory. */
size_t node_room(struct node *node, size_t offset, size_t size, void **bytes);

/*
 * Returns the frame of a page of the file, and allocates it if it is missing. The file remains its
 * owner; others may share it (frame_share()). Returns FRAME_NONE if out of memory.
 */
uint64_t node_frame(struct node *node, size_t page);

/*
 * Copies a file's bytes in a boot module to frames of its own, as the first write does. Returns
 * false if out of memory.
 */
bool node_make_own(struct node *node);

/*
 * Makes a file co-own the frames of the boot module that hold its data; they are freed with their
 * last file.
 */
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

/* Truncates a file to `size` bytes, or extends it with zeros. Returns 0 or -ENOMEM. */
int node_truncate(struct node *node, size_t size);
