/* SPDX-License-Identifier: MIT */
#include "fs/node.h"

#include "lib/errno.h"
#include "lib/string.h"
#include "mem/frames.h"
#include "mem/heap.h"
#include "output/panic.h"
#include "sched/pause.h"

/*
 * The largest size, in bytes, of a link's target and the rest of the path together. The two are
 * stored in one object of the heap, and this is the largest size of such an object.
 */
#define WALK_SIZE PAGE_SIZE
#define LINKS_MAX 40 /* symbolic links in one path (MAXSYMLINKS) */

struct node *node_root, *node_console;
static uint64_t secret;
size_t node_count;
static size_t nodes_most = SIZE_MAX;
static uint32_t last_number;
static uint64_t last_place = 1; /* 0 and 1 are the places of . and .. (sys_getdents64()) */

static char *copy_name(const char *name, size_t length)
{
	char *copy = heap_alloc(length + 1);

	if (copy) {
		memcpy(copy, name, length);
		copy[length] = '\0';
	}
	return copy;
}

static struct node *make(const char *name, size_t length, uint32_t mode)
{
	struct node *node = heap_alloc(sizeof *node);
	char *copy = copy_name(name, length);

	if (!node || !copy || node_count >= nodes_most) {
		heap_free(node);
		heap_free(copy);
		return NULL;
	}
	*node = (struct node){
		.mode = mode,
		.number = ++last_number,
		.backing = { .ops = &node_backing_ops, .references = 1 },
		.links = 1,
		.top = FRAME_NONE,
	};
	node->name_length = (uint16_t)length;
	node->name = copy;
	node_count++;
	return node;
}

/*
 * Computes FNV-1a of the name with a secret start value, and multiplies it by a constant. Returns
 * the upper 32 bits of the product, which depend on all bits of FNV-1a.
 */
static uint32_t hash_of(const char *name, size_t length)
{
	uint64_t hash = secret ^ 0xcbf29ce484222325;

	for (size_t i = 0; i < length; i++)
		hash = (hash ^ (uint8_t)name[i]) * 0x100000001b3;
	return (uint32_t)((hash ^ hash >> 32) * 0x9e3779b97f4a7c15 >> 32);
}

/*
 * Returns the address of the pointer to a child in the tree of the directory's names. If there is
 * no such child, the pointer is NULL. To add the child, the caller sets the pointer. Each level of
 * the tree branches on the next bit of the hash, highest first.
 */
static struct node **place_of(const struct node *directory, uint32_t hash, const char *name, size_t length)
{
	struct node *const *place = &directory->names;

	for (uint32_t bits = hash; *place; bits <<= 1) {
		const struct node *child = *place;

		if (child->hash == hash && child->name_length == length &&
		    memcmp(child->name, name, length) == 0)
			break;
		place = &child->branch[bits >> 31];
	}
	return (struct node **)place;
}

static void enter(struct node *directory, struct node *node)
{
	node->hash = hash_of(node->name, node->name_length);
	*place_of(directory, node->hash, node->name, node->name_length) = node;
	node->branch[0] = node->branch[1] = NULL;
	node->previous = directory->last;
	*(node->previous ? &node->previous->next : &directory->children) = node;
	directory->last = node;
	node->next = NULL;
	node->place = ++last_place;
	node->parent = directory;
}

/*
 * Removes a node from the tree of its directory's names. A leaf below the node takes its place. Any
 * such leaf fits: the hashes of all nodes below begin with the bits that lead to the place.
 */
static void leave_tree(struct node *node)
{
	struct node **place = place_of(node->parent, node->hash, node->name, node->name_length),
	            **end = place, *leaf;

	while ((*end)->branch[0] || (*end)->branch[1])
		end = &(*end)->branch[!(*end)->branch[0]];
	leaf = *end;
	*end = NULL;
	if (leaf == node)
		return;
	leaf->branch[0] = node->branch[0];
	leaf->branch[1] = node->branch[1];
	*place = leaf;
}

static void leave(struct node *node)
{
	struct node *directory = node->parent;

	leave_tree(node);
	*(node->previous ? &node->previous->next : &directory->children) = node->next;
	*(node->next ? &node->next->previous : &directory->last) = node->previous;
	directory->left++;
	node->parent = NULL;
}

static void must_create(struct node *directory, const char *name, uint32_t mode, uint16_t device)
{
	struct node *node = node_create(directory, name, strlen(name), mode);

	if (node)
		node->device = device;
	else
		panic("no memory for /%s", name);
}

void node_set_secret(uint64_t value)
{
	secret = value;
}

void node_init(void)
{
	struct node *dev;

	node_root = make("", 0, NODE_DIRECTORY | 0755);
	if (!node_root)
		panic("no memory for the root directory");
	node_root->parent = node_root;
	must_create(node_root, "dev", NODE_DIRECTORY | 0755, 0);
	dev = node_child(node_root, "dev", 3);
	must_create(dev, "console", NODE_CHARACTER | 0666, DEVICE_CONSOLE);
	node_console = node_child(dev, "console", 7);
	node_hold(node_console);
	must_create(dev, "tty", NODE_CHARACTER | 0666, DEVICE_CONSOLE);
	must_create(dev, "null", NODE_CHARACTER | 0666, DEVICE_NULL);
	must_create(dev, "zero", NODE_CHARACTER | 0666, DEVICE_ZERO);
	must_create(dev, "full", NODE_CHARACTER | 0666, DEVICE_FULL);
	must_create(dev, "random", NODE_CHARACTER | 0666, DEVICE_RANDOM);
	must_create(dev, "urandom", NODE_CHARACTER | 0666, DEVICE_RANDOM);
	must_create(node_root, "tmp", NODE_DIRECTORY | 01777, 0);
}

static bool is(const struct node *node, uint32_t kind)
{
	return (node->mode & NODE_KIND) == kind;
}

struct node *node_child(const struct node *directory, const char *name, size_t length)
{
	return *place_of(directory, hash_of(name, length), name, length);
}

struct node *node_after(struct node *node)
{
	if (node->children)
		return node->children;
	while (node != node_root && !node->next)
		node = node->parent;
	return node == node_root ? NULL : node->next;
}

/*
 * Walks one component of a path, which may be `.` or `..`. Returns the node that it leads to, or
 * returns NULL and sets *error.
 */
static struct node *step(struct node *node, const char *name, size_t length, int *error)
{
	*error = is(node, NODE_DIRECTORY) ? -ENOENT : -ENOTDIR;
	if (*error == -ENOTDIR || !node->parent)
		return NULL;
	if (length > NAME_LENGTH) {
		*error = -ENAMETOOLONG;
		return NULL;
	}
	if (length == 1 && name[0] == '.')
		return node;
	if (length == 2 && name[0] == '.' && name[1] == '.')
		return node->parent;
	return node_child(node, name, length);
}

/* The rest of a path that is being walked: [path, end). */
struct walk {
	const char *path, *end;
	char *own;      /* heap memory that contains `path`; NULL before the first link */
	unsigned links; /* links followed so far */
};

/*
 * Follows a symbolic link: puts its target before the rest of the path. Returns the node where the
 * walk continues, or returns NULL and sets *error.
 */
static struct node *through(struct walk *walk, struct node *link, int *error)
{
	const size_t left = (size_t)(walk->end - walk->path), size = link->size + left;
	const void *target;
	char *path;

	*error = ++walk->links > LINKS_MAX ? -ELOOP : size > WALK_SIZE ? -ENAMETOOLONG : -ENOENT;
	if (*error != -ENOENT ||
	    /* An archive may contain links without a target. */
	    !node_bytes(link, 0, link->size, &target))
		return NULL;
	path = heap_alloc(size);
	*error = -ENOMEM;
	if (!path)
		return NULL;
	memcpy(path, target, link->size);
	memcpy(path + link->size, walk->path, left);
	heap_free(walk->own);
	let_interrupts_in();
	walk->path = walk->own = path;
	walk->end = path + size;
	return *path == '/' ? node_root : link->parent;
}

/*
 * Walks a path of `length` bytes and returns the node of the name that it leads to, or returns NULL
 * and sets *error. An empty path leads to `from`. A symbolic link at the end is followed only if
 * `follow` is true.
 */
static struct node *walk_from(struct node *from, const char *path, size_t length, bool follow, int *error)
{
	struct node *node = (length && *path == '/') || !from ? node_root : from;
	struct walk walk = { .path = path, .end = path + length };

	while (node) {
		const char *name;

		while (walk.path < walk.end && *walk.path == '/')
			walk.path++;
		if (walk.path == walk.end)
			break;
		name = walk.path;
		while (walk.path < walk.end && *walk.path != '/')
			walk.path++;
		node = step(node, name, (size_t)(walk.path - name), error);
		if (node && is(node, NODE_LINK) && (follow || walk.path < walk.end))
			node = through(&walk, node, error);
	}
	if (node && length && walk.end[-1] == '/' && !is(node, NODE_DIRECTORY)) {
		*error = -ENOTDIR;
		node = NULL;
	}
	heap_free(walk.own);
	return node;
}

struct node *node_find(struct node *from, const char *path, bool follow, int *error)
{
	struct node *name;

	*error = -ENOENT;
	name = *path ? walk_from(from, path, strlen(path), follow, error) : NULL;
	return name ? node_target(name) : NULL;
}

/*
 * Sets *name to the start of a path's last component, and returns its length without the slashes
 * after it.
 */
static size_t last_component(const char *path, const char **name)
{
	const char *end = path + strlen(path);

	while (end > path && end[-1] == '/')
		end--;
	*name = end;
	while (*name > path && (*name)[-1] != '/')
		--*name;
	return (size_t)(end - *name);
}

bool node_name_is_fixed(const char *name, size_t length)
{
	return length == 0 || (length <= 2 && name[0] == '.' && name[length - 1] == '.');
}

struct node *node_find_parent(struct node *from, const char *path, const char **name, size_t *length,
                              int *error)
{
	struct node *node;

	*error = -ENOENT;
	if (!*path)
		return NULL;
	*length = last_component(path, name);
	node = walk_from(from, path, *length ? (size_t)(*name - path) : strlen(path), true, error);
	if (!node)
		return NULL;
	if (!is(node, NODE_DIRECTORY))
		*error = -ENOTDIR;
	else if (*length > NAME_LENGTH)
		*error = -ENAMETOOLONG;
	else
		return node;
	return NULL;
}

struct node *node_find_name(struct node *from, const char *path, int *error)
{
	const char *name;
	size_t length;
	struct node *directory = node_find_parent(from, path, &name, &length, error), *node;

	if (!directory || !length)
		return directory; /* NULL after an error, or the root */
	*error = length == 1 ? -EINVAL : -ENOTEMPTY;
	if (node_name_is_fixed(name, length))
		return NULL;
	node = node_child(directory, name, length);
	*error = node ? -ENOTDIR : -ENOENT;
	return node && name[length] && !is(node, NODE_DIRECTORY) ? NULL : node;
}

struct node *node_create(struct node *directory, const char *name, size_t length, uint32_t mode)
{
	struct node *node = make(name, length, mode);

	if (node)
		enter(directory, node);
	return node;
}

struct node *node_create_nameless(size_t size)
{
	struct node *node = make("", 0, NODE_FILE | 0600);

	if (node)
		node->size = size;
	return node;
}

int node_remove(struct node *node)
{
	if (node == node_root)
		return -EBUSY;
	if (node->children)
		return -ENOTEMPTY;
	leave(node);
	node_target(node)->links--;
	if (node->same)
		node_drop(node->same);
	node_drop(node);
	return 0;
}

bool node_link(struct node *node, struct node *directory, const char *name, size_t length)
{
	struct node *link = make(name, length, node->mode);

	if (!link)
		return false;
	link->same = node;
	node->links++;
	node_hold(node);
	enter(directory, link);
	return true;
}

static bool is_below(const struct node *node, const struct node *above)
{
	unsigned steps = 0;

	for (; node != above && node != node_root; pause_in_loop(&steps))
		node = node->parent;
	return node == above;
}

int node_rename(struct node *node, struct node *directory, const char *name, size_t length)
{
	struct node *there = node_child(directory, name, length);
	char *copy;

	if (is_below(directory, node))
		return -EINVAL;
	if (there && node_target(there) == node_target(node))
		return 0;
	if (there && is(there, NODE_DIRECTORY) != is(node, NODE_DIRECTORY))
		return is(there, NODE_DIRECTORY) ? -EISDIR : -ENOTDIR;
	if (there && there->children)
		return -ENOTEMPTY;
	copy = copy_name(name, length);
	if (!copy)
		return -ENOMEM;
	if (there)
		node_remove(there);
	leave(node);
	heap_free(node->name);
	node->name = copy;
	node->name_length = (uint16_t)length;
	enter(directory, node);
	return 0;
}

void node_limit_nodes(size_t most)
{
	nodes_most = most;
}

void node_release(struct backing *backing)
{
	struct node *node = node_of_backing(backing);

	node_truncate(node, 0);
	heap_free(node->name);
	heap_free(node);
	node_count--;
}

void node_drop(struct node *node)
{
	if (--node->backing.references == 0)
		node_release(&node->backing);
}
