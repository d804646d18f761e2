/* SPDX-License-Identifier: MIT */
#include <stdbool.h>

#include "fs/cpio.h"

#include "fs/node.h"
#include "lib/errno.h"
#include "lib/string.h"

#define MAGIC   "070701"
#define TRAILER "TRAILER!!!"

/* Each number is 8 hexadecimal digits. */
struct header {
	char magic[6], inode[8], mode[8], uid[8], gid[8], links[8], time[8], size[8];
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

bool cpio_is(const void *archive, size_t size)
{
	return size >= sizeof(struct header) && memcmp(archive, MAGIC, 6) == 0;
}

/* The directory of `path`, made as far as it is missing. */
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

/* Where the contents of the next file go: over headers, names and contents that have been read. */
struct room {
	uint8_t *bytes;
	size_t used;
};

#define CONTENT_ALIGNMENT 16 /* never more than a header takes */
_Static_assert(CONTENT_ALIGNMENT <= sizeof(struct header), "contents move down only");

static const uint8_t *keep(struct room *room, const uint8_t *data, size_t size)
{
	uint8_t *to = room->bytes + room->used;

	memmove(to, data, size);
	room->used += (size + CONTENT_ALIGNMENT - 1) & ~(size_t)(CONTENT_ALIGNMENT - 1);
	return to;
}

/* A member: its header's values, its path with a NUL, and its contents. */
struct member {
	uint32_t mode;
	uint64_t key; /* the same for all names of a file that has several; 0: it has one */
	const char *path;
	const uint8_t *data;
	size_t size;
};

/* Inode and device (12 bits and 20, as in Linux) of a file that has several names. What is not a number is no link. */
static uint64_t key_of(const struct header *header, uint32_t mode)
{
	uint32_t links, inode, major, minor;

	if ((mode & NODE_KIND) != NODE_FILE || !number(header->links, &links) || links < 2 ||
	    !number(header->inode, &inode) || !number(header->device_major, &major) ||
	    !number(header->device_minor, &minor) || major >> 12 || minor >> 20)
		return 0;
	return (uint64_t)(major << 20 | minor) << 32 | inode;
}

static struct node *find_archived(uint64_t key)
{
	struct node *name = node_root;

	while (name && node_itself(name)->archived != key)
		name = node_after(name);
	return name ? node_itself(name) : NULL;
}

static void forget_archived(void)
{
	for (struct node *name = node_root; name; name = node_after(name))
		node_itself(name)->archived = 0;
}

/*
 * One member. Devices and the like are left out: the kernel has its own. The names of a file are links, and its contents are those that came
 * last: cpio writes them with the last name alone.
 */
static int unpack_one(struct room *room, const struct member *member)
{
	const uint32_t kind = member->mode & NODE_KIND;
	const char *name;
	size_t length;
	int error;
	struct node *directory = make_directories(member->path, &name, &length, &error), *node;

	if (!directory)
		return error;
	if (!is_known(kind) || length == 0 || (length == 1 && *name == '.'))
		return 0;
	node = node_child(directory, name, length);
	if (node && (node->mode & NODE_KIND) == NODE_DIRECTORY)
		return kind == NODE_DIRECTORY ? 0 : -EINVAL;
	if (node)
		node_remove(node);
	node = member->key ? find_archived(member->key) : NULL;
	if (node) {
		if (!node_link(node, directory, name, length))
			return -ENOMEM;
	} else {
		node = node_create(directory, name, length, member->mode & (NODE_KIND | 07777));
		if (!node)
			return -ENOMEM;
		node->archived = member->key;
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

static int unpack(struct room *room, size_t size)
{
	const uint8_t *bytes = room->bytes;
	size_t at = 0;

	for (;;) {
		const struct header *header = (const struct header *)(bytes + at);
		struct member member;
		uint32_t data_size, name_size;
		size_t data_at;
		int error;

		if (at > size || size - at < sizeof *header || memcmp(header->magic, MAGIC, 6) != 0 ||
		    !number(header->mode, &member.mode) || !number(header->size, &data_size) ||
		    !number(header->name_size, &name_size))
			return -EINVAL;
		at += sizeof *header;
		if (name_size == 0 || name_size > PATH_LENGTH || name_size > size - at ||
		    bytes[at + name_size - 1] != '\0' || strlen((const char *)bytes + at) != name_size - 1)
			return -EINVAL;
		if (strcmp((const char *)bytes + at, TRAILER) == 0)
			return 0;
		data_at = aligned(at + name_size);
		if (data_at > size || data_size > size - data_at)
			return -EINVAL;
		member.key = key_of(header, member.mode);
		member.path = (const char *)bytes + at;
		member.data = bytes + data_at;
		member.size = data_size;
		error = unpack_one(room, &member);
		if (error)
			return error;
		at = aligned(data_at + data_size);
	}
}

int cpio_unpack(void *archive, size_t size, size_t *used)
{
	struct room room = { archive, 0 };
	int error = unpack(&room, size);

	forget_archived();
	*used = room.used < size ? room.used : size;
	return error;
}
