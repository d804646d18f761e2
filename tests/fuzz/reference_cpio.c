/* SPDX-License-Identifier: MIT */
#include "tests/fuzz/reference_cpio.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fs/node.h"
#include "tests/fuzz/fuzz.h"

#define HEADER_SIZE 110
#define NONE        SIZE_MAX

static size_t find(const struct reference_tree *tree, size_t parent, const char *name, size_t length)
{
	for (size_t i = 1; i < tree->count; i++) {
		const struct reference_file *f = &tree->files[i];

		if (!f->gone && f->parent == parent && f->length == length &&
		    memcmp(f->name, name, length) == 0)
			return i;
	}
	return NONE;
}

/* Adds a file to the tree. Returns its index, or NONE if tree->creations is 0. */
static size_t create(struct reference_tree *tree, size_t parent, const char *name, size_t length,
                     uint32_t mode)
{
	if (tree->creations == 0)
		return NONE;
	tree->creations--;
	if (tree->count == tree->room) {
		tree->room = 2 * tree->room + 16;
		tree->files = realloc(tree->files, tree->room * sizeof *tree->files);
		require(tree->files);
	}
	tree->files[tree->count] = (struct reference_file){
		.parent = parent, .name = name, .length = length, .mode = mode, .holder = tree->count
	};
	return tree->count++;
}

void reference_start(struct reference_tree *tree)
{
	size_t dev;

	*tree = (struct reference_tree){ .creations = SIZE_MAX };
	create(tree, 0, "", 0, NODE_DIRECTORY | 0755);
	dev = create(tree, 0, "dev", 3, NODE_DIRECTORY | 0755);
	create(tree, dev, "console", 7, NODE_CHARACTER | 0666);
	create(tree, dev, "tty", 3, NODE_CHARACTER | 0666);
	create(tree, dev, "null", 4, NODE_CHARACTER | 0666);
	create(tree, dev, "zero", 4, NODE_CHARACTER | 0666);
	create(tree, dev, "full", 4, NODE_CHARACTER | 0666);
	create(tree, dev, "random", 6, NODE_CHARACTER | 0666);
	create(tree, dev, "urandom", 7, NODE_CHARACTER | 0666);
	create(tree, 0, "tmp", 3, NODE_DIRECTORY | 01777);
}

static uint32_t kind(uint32_t mode)
{
	return mode & NODE_KIND;
}

static bool has_children(const struct reference_tree *tree, size_t directory)
{
	for (size_t i = 1; i < tree->count; i++)
		if (!tree->files[i].gone && tree->files[i].parent == directory)
			return true;
	return false;
}

/*
 * Returns the index of the file in the current archive with this key (inode and device), or NONE if
 * there is none or the key is 0. A member with the same key is another name of that file.
 */
static size_t find_key(const struct reference_tree *tree, size_t key)
{
	for (size_t i = tree->first_of_archive; key && i < tree->count; i++)
		if (!tree->files[i].gone && tree->files[tree->files[i].holder].key == key)
			return tree->files[i].holder;
	return NONE;
}

static int add(struct reference_tree *tree, const char *path, uint32_t mode, size_t key, const uint8_t *data,
               size_t size)
{
	size_t directory = 0, old, new, holder;

	for (;;) { /* each round takes one component of `path` */
		size_t length;
		bool is_last;

		path += strspn(path, "/");
		length = strcspn(path, "/");
		is_last = path[length] == '\0';
		if (length > NAME_LENGTH || (length == 2 && strncmp(path, "..", 2) == 0))
			return -EINVAL;
		if (is_last && (length == 0 || (length == 1 && *path == '.')))
			return 0; /* the path names a directory that exists */
		if (is_last)
			break;
		if (!(length == 1 && *path == '.')) {
			size_t next = find(tree, directory, path, length);

			if (next == NONE)
				next = create(tree, directory, path, length, NODE_DIRECTORY | 0755);
			if (next == NONE)
				return -ENOMEM;
			if (kind(tree->files[next].mode) != NODE_DIRECTORY)
				return -EINVAL;
			directory = next;
		}
		path += length;
	}
	if (kind(mode) != NODE_FILE && kind(mode) != NODE_DIRECTORY && kind(mode) != NODE_LINK)
		return 0;
	old = find(tree, directory, path, strlen(path));
	if (old != NONE && kind(mode) == NODE_DIRECTORY && kind(tree->files[old].mode) == NODE_DIRECTORY)
		return 0;
	if (old != NONE && has_children(tree, old))
		return -EINVAL;
	if (old != NONE)
		tree->files[old].gone = true;
	holder = find_key(tree, key);
	new = create(tree, directory, path, strlen(path), mode & (NODE_KIND | 07777));
	if (new == NONE)
		return -ENOMEM;
	if (holder == NONE)
		holder = new;
	tree->files[new].holder = holder;
	tree->files[new].mode = tree->files[holder].mode;
	tree->files[new].key = key;
	if (kind(mode) != NODE_DIRECTORY && size) {
		tree->files[holder].data = data;
		tree->files[holder].size = size;
	}
	return 0;
}

/*
 * Reads field `index` of a header. Index 0 is the first field of 8 hexadecimal digits, after the
 * magic number. Returns false if the field has a character that is no hexadecimal digit.
 */
static bool field(const uint8_t *header, unsigned index, size_t *value)
{
	char digits[9] = { 0 };

	memcpy(digits, header + 6 + 8 * index, 8);
	*value = strtoul(digits, NULL, 16);
	return strspn(digits, "0123456789abcdefABCDEF") == 8;
}

/* Returns the key (inode and device) of a file with several names, or 0 if it has only one. */
static size_t key_of(const uint8_t *header, size_t mode)
{
	size_t inode, links, major, minor;

	if (!field(header, 0, &inode) || !field(header, 4, &links) || !field(header, 7, &major) ||
	    !field(header, 8, &minor))
		return 0;
	if (kind((uint32_t)mode) != NODE_FILE || links <= 1 || major > 0xfff || minor > 0xfffff)
		return 0;
	return inode + (minor << 32) + (major << 52);
}

static size_t round_up(size_t n)
{
	return (n + 3) / 4 * 4;
}

static bool is_magic(const uint8_t *bytes, size_t left)
{
	return left >= 6 && memcmp(bytes, "07070", 5) == 0 && (bytes[5] == '1' || bytes[5] == '2');
}

/* Returns true if the file's checksum is wrong. Only the format 070702 has checksums. */
static bool sum_is_wrong(const uint8_t *header, size_t mode, const uint8_t *data, size_t size)
{
	size_t sum = 0, wanted;

	if (header[5] == '1' || size == 0 || kind((uint32_t)mode) != NODE_FILE)
		return false;
	for (size_t i = 0; i < size; i++)
		sum += data[i];
	return !field(header, 12, &wanted) || sum % (1UL << 32) != wanted;
}

/* Unpacks the archive at *at and advances *at past it. Returns 0, -EINVAL or -ENOMEM. */
static int unpack_one(struct reference_tree *tree, const uint8_t *bytes, size_t size, size_t *at)
{
	tree->first_of_archive = tree->count;
	for (int error = 0; !error;) {
		const uint8_t *header = bytes + *at;
		size_t mode, data_size, name_size, data_at;
		bool last;

		if (*at + HEADER_SIZE > size || !is_magic(header, size - *at) || !field(header, 1, &mode) ||
		    !field(header, 6, &data_size) || !field(header, 11, &name_size))
			return -EINVAL;
		data_at = round_up(*at + HEADER_SIZE + name_size);
		if (name_size < 1 || name_size > PATH_LENGTH || *at + HEADER_SIZE + name_size > size ||
		    strnlen((const char *)header + HEADER_SIZE, name_size) != name_size - 1)
			return -EINVAL;
		last = name_size == 11 && memcmp(header + HEADER_SIZE, "TRAILER!!!", 10) == 0;
		*at = round_up(data_at + data_size);
		if (last)
			return 0;
		if (data_at + data_size > size || sum_is_wrong(header, mode, bytes + data_at, data_size))
			return -EINVAL;
		error = add(tree, (const char *)header + HEADER_SIZE, (uint32_t)mode, key_of(header, mode),
		            bytes + data_at, data_size);
		if (error)
			return error;
	}
	return 0;
}

int reference_unpack(struct reference_tree *tree, const uint8_t *bytes, size_t size, size_t creations,
                     size_t *rest)
{
	size_t at = 0;
	int error = 0;

	tree->creations = creations;
	*rest = size;
	while (!error && at < size) {
		if (bytes[at] == 0) {
			at++;
		} else if (at % 4 || !is_magic(bytes + at, size - at)) {
			*rest = at;
			return 0;
		} else {
			error = unpack_one(tree, bytes, size, &at);
		}
	}
	return error;
}

void reference_resize(struct reference_file *file, size_t size)
{
	uint8_t *own = calloc(size + 1, 1);

	require(own);
	if (file->size)
		memcpy(own, file->data, file->size < size ? file->size : size);
	free(file->own);
	file->own = own;
	file->data = own;
	file->size = size;
}

void reference_end(struct reference_tree *tree)
{
	for (size_t i = 0; i < tree->count; i++)
		free(tree->files[i].own);
	free(tree->files);
}
