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

/* One member. Devices and the like are left out: the kernel has its own. */
static int unpack_one(struct room *room, const char *path, uint32_t mode, const uint8_t *data, size_t size)
{
	const char *name;
	size_t length;
	int error;
	struct node *directory = make_directories(path, &name, &length, &error), *node;

	if (!directory)
		return error;
	if (!is_known(mode & NODE_KIND) || length == 0 || (length == 1 && *name == '.'))
		return 0;
	node = node_child(directory, name, length);
	if (node && (node->mode & NODE_KIND) == NODE_DIRECTORY)
		return (mode & NODE_KIND) == NODE_DIRECTORY ? 0 : -EINVAL;
	if (node)
		node_remove(node);
	node = node_create(directory, name, length, mode & (NODE_KIND | 07777));
	if (!node)
		return -ENOMEM;
	if ((mode & NODE_KIND) != NODE_DIRECTORY && size) {
		node->data = keep(room, data, size);
		node->size = size;
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
		uint32_t mode, data_size, name_size;
		size_t data_at;
		int error;

		if (at > size || size - at < sizeof *header || memcmp(header->magic, MAGIC, 6) != 0 ||
		    !number(header->mode, &mode) || !number(header->size, &data_size) ||
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
		error = unpack_one(room, (const char *)bytes + at, mode, bytes + data_at, data_size);
		if (error)
			return error;
		at = aligned(data_at + data_size);
	}
}

int cpio_unpack(void *archive, size_t size, size_t *used)
{
	struct room room = { archive, 0 };
	int error = unpack(&room, size);

	*used = room.used < size ? room.used : size;
	return error;
}
