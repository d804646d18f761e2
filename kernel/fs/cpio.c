/* SPDX-License-Identifier: MIT */
#include <stdbool.h>

#include "fs/cpio.h"

#include "fs/file_kind.h"
#include "fs/node.h"
#include "lib/errno.h"
#include "lib/string.h"

#define MAGIC_CHECK "070702" /* crc: `check` is the sum of the contents' bytes */
#define MAGIC_SIZE  6

/* The header of a member. Each number has 8 hexadecimal digits, without a NUL. */
struct header {
	char magic[MAGIC_SIZE], inode[8], mode[8], uid[8], gid[8], links[8], time[8], size[8];
	char device_major[8], device_minor[8], node_major[8], node_minor[8], name_size[8], check[8];
};
_Static_assert(sizeof(struct header) == 110, "newc");

static bool number(const char digits[8], uint32_t *value)
{
	*value = 0;
	for (unsigned i = 0; i < 8; i++) {
		char c = digits[i];
		uint32_t digit;

		if (c >= '0' && c <= '9')
			digit = (uint32_t)(c - '0');
		else if ((c | 32) >= 'a' && (c | 32) <= 'f')
			digit = (uint32_t)((c | 32) - 'a' + 10);
		else
			return false;
		*value = *value << 4 | digit;
	}
	return true;
}

static bool has_magic(const uint8_t *bytes, const char *magic)
{
	return memcmp(bytes, magic, MAGIC_SIZE) == 0;
}

static bool begins(const uint8_t *bytes, size_t size)
{
	return size >= MAGIC_SIZE && (has_magic(bytes, CPIO_NEWC) || has_magic(bytes, MAGIC_CHECK));
}

static size_t skip_zeros(const uint8_t *bytes, size_t at, size_t size)
{
	while (at < size && !bytes[at])
		at++;
	return at;
}

bool cpio_is(const void *archive, size_t size)
{
	const size_t at = skip_zeros(archive, 0, size);

	return at % 4 == 0 && begins((const uint8_t *)archive + at, size - at);
}

/*
 * Returns the directory that contains the last component of `path`, and sets *name and *length to
 * that component. Creates directories that are missing. On failure returns NULL and sets *error.
 */
static struct node *make_directories(const char *path, const char **name, size_t *length, int *error)
{
	struct node *node = node_root;

	for (;;) {
		struct node *child;

		while (*path == '/')
			path++;
		*name = path;
		while (*path && *path != '/')
			path++;
		*length = (size_t)(path - *name);
		*error = -EINVAL;
		if (*length > NAME_LENGTH || (*length == 2 && memcmp(*name, "..", 2) == 0))
			return NULL;
		if (!*path)
			return node;
		if (*length == 1 && **name == '.')
			continue;
		child = node_child(node, *name, *length);
		*error = -ENOMEM;
		if (!child)
			child = node_create(node, *name, *length, NODE_DIRECTORY | 0755);
		if (!child)
			return NULL;
		*error = -EINVAL;
		if ((child->mode & NODE_KIND) != NODE_DIRECTORY)
			return NULL;
		node = child;
	}
}

static bool is_known(uint32_t kind)
{
	return kind == NODE_FILE || kind == NODE_DIRECTORY || kind == NODE_LINK;
}

/*
 * The memory to which the contents of files are moved. It is the archive itself, from its start on:
 * only bytes of the archive that have been read already are overwritten.
 */
struct room {
	uint8_t *bytes;
	size_t used;
};

#define CONTENT_ALIGNMENT 16 /* bytes; a header is larger */
_Static_assert(CONTENT_ALIGNMENT <= sizeof(struct header), "contents move down only");

static const uint8_t *keep(struct room *room, const uint8_t *data, size_t size)
{
	uint8_t *to = room->bytes + room->used;

	memmove(to, data, size);
	room->used += (size + CONTENT_ALIGNMENT - 1) & ~(size_t)(CONTENT_ALIGNMENT - 1);
	return to;
}

/* A member of an archive: values of its header, its path with a NUL, and its contents. */
struct member {
	uint32_t mode;
	uint64_t key; /* the same for all names of a file; 0 if the file has only one name */
	const char *path;
	const uint8_t *data;
	size_t size;
	bool is_trailer; /* true for the end of an archive; only `path` is valid then */
};

/*
 * Returns a key for a file with several names, made of its inode and device numbers (major 12 bits,
 * minor 20, as in Linux). Returns 0 for other members, or if a field is not valid.
 */
static uint64_t key_of(const struct header *header, uint32_t mode)
{
	uint32_t links, inode, major, minor;

	if ((mode & NODE_KIND) != NODE_FILE || !number(header->links, &links) || links < 2 ||
	    !number(header->inode, &inode) || !number(header->device_major, &major) ||
	    !number(header->device_minor, &minor) || major >> 12 || minor >> 20)
		return 0;
	return (uint64_t)(major << 20 | minor) << 32 | inode;
}

/*
 * The archive that is being read may have files with several names. This is the binary tree of
 * these files. The bits of a key, lowest first, say which branch to take at each node. A new node
 * is added at the end of its path, so no path has more branches than a key has bits.
 */
static struct node *archived;

/*
 * Returns the address of the pointer to the node with this key in the tree `archived`. If there is
 * no such node, the pointer is NULL. To add a node with this key, the caller sets the pointer.
 */
static struct node **find_archived(uint64_t key)
{
	struct node **at = &archived;

	for (uint64_t bits = key; *at && (*at)->archived != key; bits >>= 1)
		at = &(*at)->archived_next[bits & 1];
	return at;
}

/*
 * Removes the node *at from the tree `archived`. A leaf below the node takes its place. Any such
 * leaf fits: the keys of all nodes below begin with the bits that lead to the place.
 */
static void forget_archived(struct node **at)
{
	struct node *node = *at, *last, **end = at;

	while ((*end)->archived_next[0] || (*end)->archived_next[1])
		end = &(*end)->archived_next[(*end)->archived_next[0] ? 0 : 1];
	last = *end;
	*end = NULL;
	if (last != node) {
		memcpy(last->archived_next, node->archived_next, sizeof last->archived_next);
		*at = last;
	}
	node->archived = 0;
	node->archived_next[0] = node->archived_next[1] = NULL;
}

/* Removes an existing name, because a later member has the same path. Returns 0 or -ENOTEMPTY. */
static int replace(struct node *name)
{
	struct node *node = node_target(name);

	if (node->archived && node->links == 1) /* this is the only name that the file still has */
		forget_archived(find_archived(node->archived));
	return node_remove(name);
}

/*
 * Creates the file of one member. Skips devices and other special files, since the kernel has its
 * own. Further names of a file become links. If several names of a file have contents, the last
 * contents count; cpio writes contents only with the last name. Returns 0, -EINVAL or -ENOMEM.
 */
static int unpack_one(struct room *room, const struct member *member)
{
	const uint32_t kind = member->mode & NODE_KIND;
	const char *name;
	size_t length;
	int error;
	struct node *directory = make_directories(member->path, &name, &length, &error), *node, **at = NULL;

	if (!directory)
		return error;
	if (!is_known(kind) || length == 0 || (length == 1 && *name == '.'))
		return 0;
	node = node_child(directory, name, length);
	if (node && kind == NODE_DIRECTORY && (node->mode & NODE_KIND) == NODE_DIRECTORY)
		return 0;
	if (node && replace(node) != 0)
		return -EINVAL; /* a directory that is not empty */
	if (member->key)
		at = find_archived(member->key);
	node = at ? *at : NULL;
	if (node) {
		if (!node_link(node, directory, name, length))
			return -ENOMEM;
	} else {
		node = node_create(directory, name, length, member->mode & (NODE_KIND | 07777));
		if (!node)
			return -ENOMEM;
		node->archived = member->key;
		if (at)
			*at = node;
	}
	if (kind != NODE_DIRECTORY && member->size) {
		node->data = keep(room, member->data, member->size);
		node->size = member->size;
	}
	return 0;
}

static size_t aligned(size_t offset)
{
	return (offset + 3) & ~(size_t)3;
}

static bool has_sum(const struct header *header, const uint8_t *data, size_t size)
{
	uint32_t wanted, sum = 0;

	for (size_t i = 0; i < size; i++)
		sum += data[i];
	return number(header->check, &wanted) && sum == wanted;
}

/* Reads the member at offset *at and moves *at past it. Returns 0, or -EINVAL if it is damaged. */
static int read_member(const struct room *room, size_t size, size_t *at, struct member *member)
{
	const uint8_t *bytes = room->bytes + *at;
	const struct header *header = (const struct header *)bytes;
	const size_t left = size - *at;
	uint32_t data_size, name_size;
	size_t data_at;

	if (!begins(bytes, left) || left < sizeof *header || !number(header->mode, &member->mode) ||
	    !number(header->size, &data_size) || !number(header->name_size, &name_size))
		return -EINVAL;
	member->path = (const char *)(header + 1);
	if (name_size == 0 || name_size > PATH_LENGTH || name_size > left - sizeof *header ||
	    member->path[name_size - 1] != '\0' || strlen(member->path) != name_size - 1)
		return -EINVAL;
	member->is_trailer = strcmp(member->path, CPIO_TRAILER) == 0;
	data_at = aligned(*at + sizeof *header + name_size);
	if (data_at > size || data_size > size - data_at) {
		if (!member->is_trailer)
			return -EINVAL;
		*at = size;
		return 0;
	}
	member->key = key_of(header, member->mode);
	member->data = room->bytes + data_at;
	member->size = data_size;
	if (!member->is_trailer && (member->mode & NODE_KIND) == NODE_FILE && has_magic(bytes, MAGIC_CHECK) &&
	    data_size && !has_sum(header, member->data, data_size))
		return -EINVAL;
	*at = aligned(data_at + data_size);
	return 0;
}

/* Unpacks the archive at offset *at, up to its trailer. Returns 0, -EINVAL or -ENOMEM. */
static int unpack_archive(struct room *room, size_t size, size_t *at)
{
	int error;

	do {
		struct member member;

		error = *at > size ? -EINVAL : read_member(room, size, at, &member);
		if (!error && member.is_trailer)
			break;
		if (!error)
			error = unpack_one(room, &member);
	} while (!error);
	while (archived) /* keys are valid in one archive only */
		forget_archived(&archived);
	return error;
}

int cpio_unpack(void *archive, size_t size, struct unpacked *result)
{
	struct room room = { archive, 0 };
	size_t at = 0;
	int error = 0;

	*result = (struct unpacked){ 0 };
	for (;;) {
		at = skip_zeros(room.bytes, at, size);
		if (at >= size)
			break;
		if (at % 4 || !begins(room.bytes + at, size - at)) {
			result->rest = file_kind(room.bytes + at, size - at);
			break;
		}
		error = unpack_archive(&room, size, &at);
		if (error)
			break;
	}
	result->used = room.used < size ? room.used : size;
	result->read = at < size ? at : size;
	return error;
}
