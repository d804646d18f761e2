/* SPDX-License-Identifier: MIT */
/*
 * The file system: a tree of nodes in memory. Files that came in a boot module point into it, and
 * need no frames of their own until they are written. Other files keep their bytes in frames.
 * Nothing is written to a disk.
 *
 * Nodes are guarded by the kernel lock (cpu/lock.h). These functions neither block nor yield, and
 * interrupt handlers do not touch files, so interrupts may be on or off. Long loops handle pending
 * interrupts now and then (sched/pause.h).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vm/backing.h"

/* Kinds of nodes. The field `mode` holds the kind and the permissions (uapi/linux/stat.h). */
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
	/*
	 * `backing` counts the references: open files, working directories, mappings, and each name
	 * in the tree.
	 */
	struct backing backing;
	uint16_t device; /* DEVICE_*, if the node is a character device */
	bool owns_data;  /* true if it co-owns the frames that contain `data` */
	uint16_t name_length;
	struct node *parent; /* its directory; the root for the root itself; NULL if removed */
	/* Of a directory: its first and last child, in the order of `place`. */
	struct node *children, *last;
	struct node *next, *previous; /* siblings in its directory, in the order of `place` */
	/* Of a directory: the tree of its children by hash (node.c). */
	struct node *names;
	struct node *branch[2]; /* its branches in the tree of its directory's children */
	uint32_t hash;          /* hash of its name */
	/* Of a directory: the number of names removed so far (struct cursor). */
	uint32_t left;
	/*
	 * Position in its directory. It is never reused, so that a reader who continues from a
	 * position misses no name.
	 */
	uint64_t place;
	/*
	 * If this node is only an additional (hard-link) name of a file: the node of that file.
	 * Otherwise NULL.
	 */
	struct node *same;
	uint32_t links;  /* number of names */
	uint32_t frames; /* number of frames that contain its data and tables */
	/*
	 * Used while an archive is unpacked (cpio.c), for a file with several names: its key, and
	 * its branches in the tree of such files. The key of other nodes is 0.
	 */
	uint64_t archived;
	struct node *archived_next[2];
	size_t size;         /* bytes; for a symbolic link, the length of its target */
	const uint8_t *data; /* contents in a boot module, or NULL if they are in frames */
	uint64_t top;        /* root of a two-level table of data frames, or FRAME_NONE */
	char *name;          /* with a NUL, from the heap */
	struct lock *locks;  /* list of its locks (fs/locks.h) */
};

enum {
	DEVICE_CONSOLE = 1,
	DEVICE_NULL,
	DEVICE_ZERO,
	DEVICE_FULL,  /* reads zeros, has no room for writes */
	DEVICE_RANDOM /* /dev/random and /dev/urandom */
};

/* Returns the node of the file that a name belongs to. */
static inline struct node *node_target(struct node *name)
{
	return name->same ? name->same : name;
}

extern struct node *node_root;
/* /dev/console. A reference keeps this node if a program removes the name. */
extern struct node *node_console;

/* Makes the root, /dev with its devices, and /tmp. Called once at boot. */
void node_init(void);

/*
 * Sets the secret with which names are hashed, so that a program cannot choose names with equal
 * hashes. Called before node_init(). Without a secret, hashes are the same in every boot.
 */
void node_set_secret(uint64_t secret);

/*
 * Returns the node that a path leads to, without a new reference. Relative paths start at `from`,
 * or at the root if `from` is NULL. Symbolic links are followed, except that a link in the last
 * component is followed only if `follow` is true. On failure returns NULL and sets *error to
 * -ENOENT, -ENOTDIR, -ELOOP, -ENAMETOOLONG or -ENOMEM.
 */
struct node *node_find(struct node *from, const char *path, bool follow, int *error);

/*
 * Like node_find(), but for node_remove() and node_rename(): returns the node of the name itself,
 * even if that is an additional (hard-link) name of a file. Fails with -EINVAL if the last
 * component is `.`, and with -ENOTEMPTY if it is `..`.
 */
struct node *node_find_name(struct node *from, const char *path, int *error);

/*
 * Returns the directory that contains a path's last component. Sets *name and *length to that
 * component, which need not exist; *name points into the path. If the path is the root, *length is
 * 0. On failure returns NULL and sets *error as node_find() does.
 */
struct node *node_find_parent(struct node *from, const char *path, const char **name, size_t *length,
                              int *error);

/*
 * Returns true if this last component of a path can be neither created nor replaced: it is empty
 * (the root), `.` or `..`.
 */
bool node_name_is_fixed(const char *name, size_t length);

/*
 * Returns the node that follows `node` in a walk through the whole tree, or NULL at the end. The
 * walk starts at node_root; children come before siblings.
 */
struct node *node_after(struct node *node);

/*
 * Returns the child called `name`, or NULL if there is none. Finding, creating, moving or removing
 * one of n children takes O(log n) steps if their hashes differ.
 */
struct node *node_child(const struct node *directory, const char *name, size_t length);

/* Creates a node in a directory that has no child of this name. Returns NULL if out of memory. */
struct node *node_create(struct node *directory, const char *name, size_t length, uint32_t mode);

/*
 * Gives a file another name, in a directory that has no child of this name. Returns false if out of
 * memory.
 */
bool node_link(struct node *node, struct node *directory, const char *name, size_t length);

/*
 * Removes a name. Returns 0, -EBUSY (the root) or -ENOTEMPTY. The file is freed once it has neither
 * a name nor a reference.
 */
int node_remove(struct node *node);

/*
 * Moves a name into `directory` under a new name, and removes the file or empty directory that had
 * the new name. Returns 0, -EINVAL if `directory` is the node or below it, -ENOTEMPTY, -EISDIR,
 * -ENOTDIR or -ENOMEM.
 */
int node_rename(struct node *node, struct node *directory, const char *name, size_t length);

/*
 * Creates a file that has no name and is in no directory. It contains `size` zero bytes; `size` is
 * at most FILE_SIZE_MAX. The caller gets the only reference. Returns NULL if out of memory.
 */
struct node *node_create_nameless(size_t size);

/*
 * Set limits, so that memory is left for programs. node_limit_frames() limits the number of frames
 * that all files own together, shared memory included. node_limit_nodes() limits the number of
 * nodes. At a limit, node_room(), node_frame() and node_create() fail as if out of memory. At first
 * there is no limit. Setting a limit frees nothing.
 */
void node_limit_frames(size_t most);
void node_limit_nodes(size_t most);

/* Returns true if the limit on frames is reached. */
bool node_frames_are_used_up(void);
extern size_t node_count;

static inline void node_hold(struct node *node)
{
	backing_hold(&node->backing);
}

/* Drops a reference. The last one frees the node. */
void node_drop(struct node *node);

/*
 * The operations of a node's backing. Their release() is node_release() in node.c, which frees the
 * node. The other operations are in node_data.c.
 */
extern const struct backing_ops node_backing_ops;
void node_release(struct backing *backing);

static inline struct node *node_of_backing(const struct backing *backing)
{
	return (struct node *)((uintptr_t)backing - offsetof(struct node, backing));
}

/*
 * Sets *bytes to contiguous bytes of the file at `offset`, and returns their number, which is at
 * most `size`. Returns 0 if `offset` is at or past the end of the file. Holes read as zeros.
 */
size_t node_bytes(const struct node *node, size_t offset, size_t size, const void **bytes);

/*
 * Like node_bytes(), but the bytes can be written, and the file is extended to contain them.
 * Returns 0 if out of memory.
 */
size_t node_room(struct node *node, size_t offset, size_t size, void **bytes);

/*
 * Returns the frame of a page of the file, and allocates it if it is missing. The file remains an
 * owner of the frame; others may become owners too (frame_share()). Returns FRAME_NONE if out of
 * memory.
 */
uint64_t node_frame(struct node *node, size_t page);

/*
 * If the file's bytes are in a boot module, copies them to frames that belong to the file, as the
 * first write does. Returns false if out of memory.
 */
bool node_make_own(struct node *node);

/*
 * Makes a file co-own the frames of the boot module that contain its data. The frames are freed
 * when the last file that co-owns them no longer needs them.
 */
void node_own_data(struct node *node);

/*
 * Contiguous bytes of a file that stay readable even if the file changes or is freed. Pinning and
 * unpinning take the same time for any size, because they do not touch every frame. If the file
 * gives up its frames while they are pinned, the struct becomes an owner of each frame. The struct
 * must not move as long as the bytes are pinned.
 */
struct pinned_bytes {
	const uint8_t *bytes;
	size_t size;
	bool owned; /* this struct co-owns the frames */
	struct pinned_bytes *next;
};
void node_pin_bytes(const struct node *node, struct pinned_bytes *pinned);
void node_unpin_bytes(struct pinned_bytes *pinned);

/* Truncates a file to `size` bytes, or extends it with zeros. Returns 0 or -ENOMEM. */
int node_truncate(struct node *node, size_t size);
