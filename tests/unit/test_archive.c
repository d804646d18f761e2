/* SPDX-License-Identifier: MIT */
/*
 * Archives and their memory (fs/cpio.c, fs/archive.c, fs/node_data.c): the contents of files, and
 * which frames are owned.
 */
#include "tests/unit/support.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "fs/archive.h"
#include "fs/cpio.h"
#include "fs/file_kind.h"
#include "fs/node.h"
#include "mem/frames.h"

#define HOLE_START (1000 * PAGE_SIZE) /* where the boot loader put the module */
#define HOLE_PAGES 400UL
#define HOLE_END   (HOLE_START + HOLE_PAGES * PAGE_SIZE)
#define FILES_MOST 200

static uint32_t links[ARENA_FRAMES];
static uint8_t contents[FILES_MOST][5 * PAGE_SIZE];
static size_t sizes[FILES_MOST], count, size; /* `size`: bytes of the archive so far */

static uint8_t *module(void)
{
	return phys_to_virt(HOLE_START);
}

/* Starts with memory that is full of garbage and has a hole, and with a new file system. */
static void start(void)
{
	struct memory_range ranges[] = { { PAGE_SIZE, HOLE_START },
		                         { HOLE_END, (ARENA_FRAMES - 1) * PAGE_SIZE } };

	memory_start(ARENA_FRAMES - 1);
	frames_init(ranges, 2, links);
	node_init();
}

/* Fields of the members that are put next. */
static unsigned inode, names = 1;
static const char *magic = "070701";
static unsigned sum; /* the checksum of the contents, used with magic 070702 */

static void put(const char *name, unsigned mode, const void *bytes, size_t n)
{
	size += (size_t)sprintf((char *)module() + size,
	                        "%s%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%s", magic, inode,
	                        mode, 0, 0, names, 0, (unsigned)n, 0, 0, 0, 0, (unsigned)strlen(name) + 1,
	                        sum, name) +
	        1;
	size = (size + 3) & ~3UL;
	memcpy(module() + size, bytes, n);
	size = (size + n + 3) & ~3UL;
}

/* Files of many sizes in folders, and symbolic links. */
static void make_archive(size_t files)
{
	size = 0;
	for (count = 0; count < files; count++) {
		char name[40];

		sizes[count] = random_below(3) ? random_below(300) : random_below(sizeof contents[0]);
		for (size_t i = 0; i < sizes[count]; i++)
			contents[count][i] = (uint8_t)random_next();
		sprintf(name, "folder%zu/%zu", count % 3, count);
		put(name, NODE_FILE | 0644, contents[count], sizes[count]);
		if (count % 10 == 0) {
			sprintf(name, "link%zu", count);
			put(name, NODE_LINK | 0777, "folder0/0", 9);
		}
	}
	put("TRAILER!!!", 0, "", 0);
	assert_in_range(size, 0, HOLE_PAGES * PAGE_SIZE);
}

static struct node *file(size_t index)
{
	char path[40];
	int error;

	sprintf(path, "/folder%zu/%zu", index % 3, index);
	return node_find(NULL, path, true, &error);
}

static void check_file(size_t index)
{
	const struct node *node = file(index);
	size_t at = 0, n;
	const void *bytes;

	assert_non_null(node);
	assert_int_equal(node->size, sizes[index]);
	for (; (n = node_bytes(node, at, PAGE_SIZE, &bytes)); at += n)
		assert_memory_equal(bytes, contents[index] + at, n);
	assert_int_equal(at, sizes[index]);
}

/* Overwrites all free frames, as their next owners would. */
static void overwrite_free_frames(void)
{
	uint32_t all = FRAME_LIST_END;

	for (uint64_t frame; (frame = frame_alloc()) != FRAME_NONE;) {
		memset(phys_to_virt(frame), GARBAGE, PAGE_SIZE);
		frame_list_push(&all, frame);
	}
	frame_list_free(&all);
}

/* Removes all files. Every frame must then be free. */
static void remove_all(void)
{
	while (node_root->children) {
		struct node *node = node_root->children;

		while (node->children)
			node = node->children;
		assert_int_equal(node_remove(node), 0);
	}
	node_drop(node_console);
	node_drop(node_root);
	assert_int_equal(frames_free(), frames_total());
}

static void adopted(void **state)
{
	size_t before;
	(void)state;

	start();
	before = frames_free();
	assert_false(frames_adopt(HOLE_START, HOLE_END + PAGE_SIZE)); /* the last is the allocator's */
	assert_false(frames_adopt(HOLE_START, (ARENA_FRAMES + 1) * PAGE_SIZE));
	assert_true(frames_adopt(HOLE_START, HOLE_END));
	assert_false(frames_adopt(HOLE_START, HOLE_END));
	assert_int_equal(frames_free(), before);
	for (uint64_t frame = HOLE_START; frame < HOLE_END; frame += PAGE_SIZE)
		frame_free(frame);
	assert_int_equal(frames_free(), before + HOLE_PAGES);
	remove_all();
}

static void files_survive_and_memory_comes_back(void **state)
{
	(void)state;
	random_start(3);
	for (unsigned round = 0; round < 20; round++) {
		size_t before, pages, kept = 0;
		struct unpacked result;

		start();
		make_archive(20 + random_below(FILES_MOST - 20));
		pages = (size + PAGE_MASK) / PAGE_SIZE;
		assert_true(frames_adopt(HOLE_START, HOLE_START + pages * PAGE_SIZE));
		before = frames_free();
		assert_int_equal(archive_unpack(module(), size, &result), 0);
		for (size_t i = 0; i < count; i++)
			kept += (sizes[i] + 15) & ~15UL;
		kept += (count + 9) / 10 * 16; /* links */
		assert_int_equal(result.freed / PAGE_SIZE, pages - (kept + PAGE_MASK) / PAGE_SIZE);
		overwrite_free_frames();
		for (size_t i = 0; i < count; i++)
			check_file(i);
		/* Write, truncate and remove files in random order. */
		for (unsigned n = 0; n < 200; n++) {
			size_t i = random_below(count);
			void *bytes;

			if (!file(i))
				continue;
			switch (random_below(4)) {
			case 0:
				assert_int_equal(node_room(file(i), 0, 1, &bytes), 1);
				*(uint8_t *)bytes = contents[i][0] = (uint8_t)random_next();
				sizes[i] = sizes[i] ? sizes[i] : 1;
				break;
			case 1:
				sizes[i] = random_below(sizes[i] + 1);
				assert_int_equal(node_truncate(file(i), sizes[i]), 0);
				break;
			case 2:
				assert_int_equal(node_remove(file(i)), 0);
				break;
			}
			overwrite_free_frames();
			for (size_t j = 0; j < count; j++)
				if (file(j))
					check_file(j);
		}
		remove_all();
		assert_true(frames_free() > before);
	}
}

/* The files before the damage in a damaged or truncated archive stay; the other memory is freed. */
static void damaged_archives(void **state)
{
	(void)state;
	random_start(4);
	for (unsigned round = 0; round < 300; round++) {
		size_t cut, pages;
		struct unpacked result;
		int error;

		start();
		make_archive(30);
		cut = random_below(size);
		pages = (cut + PAGE_MASK) / PAGE_SIZE;
		if (round % 2) {
			cut = size;
			pages = (size + PAGE_MASK) / PAGE_SIZE;
			for (unsigned i = 0; i < 8; i++)
				module()[random_below(size)] ^= (uint8_t)(1 + random_below(255));
		}
		assert_true(frames_adopt(HOLE_START, HOLE_START + pages * PAGE_SIZE));
		error = archive_unpack(module(), cut, &result);
		assert_true(error == 0 || error == -EINVAL);
		overwrite_free_frames();
		if (!(round % 2))
			for (size_t i = 0; i < count && file(i); i++)
				check_file(i);
		remove_all();
	}
}

/* How a file gives up its bytes while others read them. */
enum leave { REMOVES, WRITES, CUTS, STAYS };

static void keep_and_leave(enum leave how)
{
	struct pinned_bytes pinned[2];
	size_t before, after;
	struct unpacked result;
	struct node *node;
	void *room;

	start();
	random_start(5);
	make_archive(40);
	sizes[39] = sizeof contents[0];
	size = 0;
	put("folder0/39", NODE_FILE | 0755, contents[39], sizes[39]);
	put("TRAILER!!!", 0, "", 0);
	assert_true(frames_adopt(HOLE_START, HOLE_START + 6 * PAGE_SIZE));
	assert_int_equal(archive_unpack(module(), 6 * PAGE_SIZE, &result), 0);
	assert_int_equal(result.freed, PAGE_SIZE);
	node = file(39);
	node_pin_bytes(node, &pinned[0]);
	node_pin_bytes(node, &pinned[1]);
	assert_int_equal(pinned[0].size, sizes[39]);
	before = frames_free();
	if (how == REMOVES)
		assert_int_equal(node_remove(node), 0);
	else if (how == WRITES) {
		assert_int_equal(node_room(node, 0, 1, &room), 1);
		*(uint8_t *)room ^= 1;
	} else if (how == CUTS)
		assert_int_equal(node_truncate(node, 0), 0);
	after = frames_free();
	assert_int_equal(before - after, how == WRITES ? 5 + 2 : 0); /* copies, and their tables */
	overwrite_free_frames();
	assert_memory_equal(pinned[0].bytes, contents[39], sizes[39]);
	node_unpin_bytes(&pinned[0]);
	assert_int_equal(frames_free(), after);
	overwrite_free_frames();
	assert_memory_equal(pinned[1].bytes, contents[39], sizes[39]);
	node_unpin_bytes(&pinned[1]);
	assert_int_equal(frames_free(), how == STAYS ? after : after + 5);
	remove_all();
}

static void bytes_are_kept_while_they_are_read(void **state)
{
	(void)state;
	for (enum leave how = REMOVES; how <= STAYS; how++)
		keep_and_leave(how);
}

/* A file with several names: cpio stores the contents with the last one. */
static void names_of_a_file(void **state)
{
	static const char *const paths[] = { "a", "d/b", "d/c" };
	struct node *node, *others[3];
	const void *bytes;
	struct unpacked result;
	int error;
	(void)state;

	start();
	size = 0;
	names = 3;
	inode = 7;
	put("a", NODE_FILE | 0755, "", 0);
	put("d/b", NODE_FILE | 0755, "", 0);
	inode = 8;
	put("x", NODE_FILE | 0644, "other", 5);
	inode = 7;
	put("d/c", NODE_FILE | 0755, "the bytes", 9);
	names = 1;
	put("y", NODE_FILE | 0644, "", 0);
	names = 3;
	put("a", NODE_FILE | 0755, "", 0); /* again: the name is replaced */
	put("TRAILER!!!", 0, "", 0);
	names = 1;
	inode = 0;
	assert_true(frames_adopt(HOLE_START, HOLE_START + PAGE_SIZE));
	assert_int_equal(archive_unpack(module(), PAGE_SIZE, &result), 0);
	overwrite_free_frames();
	for (size_t i = 0; i < 3; i++) {
		others[i] = node_find(NULL, paths[i], true, &error);
		assert_non_null(others[i]);
		assert_ptr_equal(others[i], others[0]);
	}
	node = others[0];
	assert_int_equal(node->links, 3);
	assert_int_equal(node->archived, 0);
	assert_int_equal(node_bytes(node, 0, 100, &bytes), 9);
	assert_memory_equal(bytes, "the bytes", 9);
	assert_int_equal(node_find(NULL, "x", true, &error)->links, 1);
	assert_int_equal(node_find(NULL, "y", true, &error)->size, 0);
	remove_all();
}

static void zeros(size_t n)
{
	memset(module() + size, 0, n);
	size += n;
}

static void end_archive(void)
{
	put("TRAILER!!!", 0, "", 0);
}

/* Unpacks what was put. The bytes after it are garbage, which must not be read. */
static int unpack(struct unpacked *result)
{
	memset(module() + size, GARBAGE, PAGE_SIZE);
	return cpio_unpack(module(), size, result);
}

static void holds(const char *path, const char *wanted)
{
	const void *bytes;
	int error;
	struct node *node = node_find(NULL, path, false, &error);

	assert_non_null(node);
	assert_int_equal(node->size, strlen(wanted));
	assert_int_equal(node_bytes(node, 0, PAGE_SIZE, &bytes), strlen(wanted));
	assert_memory_equal(bytes, wanted, strlen(wanted));
}

/*
 * Several archives in a row, with zeros before, between and after them. A later file replaces an
 * earlier one.
 */
static void archives_in_a_row(void **state)
{
	struct unpacked result;
	int error;
	(void)state;

	start();
	size = 0;
	zeros(8);
	put("a", NODE_FILE | 0644, "first", 5);
	put("b", NODE_FILE | 0644, "stays", 5);
	put("e", NODE_DIRECTORY | 0755, "", 0);
	inode = 7, names = 2;
	put("one", NODE_FILE | 0644, "1", 1);
	inode = 0, names = 1;
	end_archive();
	zeros(400);
	put("a", NODE_FILE | 0644, "second", 6);
	put("d/c", NODE_FILE | 0644, "new", 3);
	put("e", NODE_FILE | 0644, "was a folder", 12);
	inode = 7, names = 2; /* the same number in another archive means another file */
	put("two", NODE_FILE | 0644, "2", 1);
	inode = 0, names = 1;
	end_archive();
	end_archive(); /* one without files */
	put("a", NODE_FILE | 0644, "third", 5);
	end_archive();
	zeros(3);
	assert_true(cpio_is(module(), size));
	assert_int_equal(unpack(&result), 0);
	assert_int_equal(result.read, size);
	assert_null(result.rest);
	holds("/a", "third");
	holds("/b", "stays");
	holds("/d/c", "new");
	holds("/e", "was a folder");
	holds("/one", "1");
	holds("/two", "2");
	assert_int_equal(node_find(NULL, "/one", true, &error)->links, 1);
	remove_all();
}

static void folders_with_files_are_not_replaced(void **state)
{
	struct unpacked result;
	int error;
	(void)state;

	start();
	size = 0;
	put("b", NODE_FILE | 0644, "stays", 5);
	put("d/c", NODE_FILE | 0644, "new", 3);
	put("b", NODE_FILE | 0644, "again", 5);
	put("d", NODE_FILE | 0644, "", 0);
	put("never", NODE_FILE | 0644, "", 0);
	end_archive();
	assert_int_equal(unpack(&result), -EINVAL);
	holds("/b", "again");
	holds("/d/c", "new");
	assert_null(node_find(NULL, "/never", true, &error));
	remove_all();
}

/* Data after the archives that begins with `bytes` is reported as `kind`, with `advice`. */
static void follows(const void *bytes, size_t n, const char *kind, const char *advice)
{
	struct unpacked result;
	size_t at;

	start();
	size = 0;
	put("a", NODE_FILE | 0644, "first", 5);
	end_archive();
	zeros(4);
	at = size;
	memcpy(module() + size, bytes, n);
	size += n;
	assert_int_equal(unpack(&result), 0);
	assert_int_equal(result.read, at);
	assert_non_null(result.rest);
	assert_string_equal(result.rest->name, kind);
	assert_true(strstr(result.rest->advice, advice));
	holds("/a", "first");
	remove_all();
	assert_false(cpio_is(bytes, n));
	assert_ptr_equal(file_kind(bytes, n), result.rest);
}

static void what_follows_is_named(void **state)
{
	char tar[263] = "file", text[] = "hello";
	(void)state;

	memcpy(tar + 257, "ustar", 6);
	follows("\x1f\x8b\x08", 3, "data compressed with gzip", "gzip -dc");
	follows("\x1f\x9d\x08", 3, "data compressed with compress", "gzip -dc");
	follows("BZh9", 4, "data compressed with bzip2", "bzip2 -dc");
	follows("\xfd"
	        "7zXZ",
	        6, "data compressed with xz", "xz -dc");
	follows("]\0\0\200", 4, "data compressed with lzma", "xz -dc");
	follows("\x89LZO", 5, "data compressed with lzop", "lzop -dc");
	follows("\x02\x21\x4c\x18", 4, "data compressed with lz4", "lz4 -dc");
	follows("\x04\x22\x4d\x18", 4, "data compressed with lz4", "lz4 -dc");
	follows("\x28\xb5\x2f\xfd", 4, "data compressed with zstd", "zstd -dc");
	follows("PK\3\4", 4, "a zip archive", "cpio -o -H newc");
	follows(tar, sizeof tar, "a tar archive", "cpio -o -H newc");
	follows("0707070000", 10, "a cpio archive of the odc format", "cpio -o -H newc");
	follows("\xc7\x71", 2, "a cpio archive of the binary format", "cpio -o -H newc");
	follows("\x71\xc7", 2, "a cpio archive of the binary format", "cpio -o -H newc");
	follows(text, sizeof text, "no archive", "cpio -o -H newc");
	follows("BZ", 2, "no archive", "");
	follows("07070", 5, "no archive", "");
	assert_string_equal(file_kind("", 0)->name, "empty");
	assert_true(file_is_program("\177ELF", 4) && file_is_program("#!", 2));
	assert_false(file_is_program("\177EL", 3) || file_is_program("#", 1) || file_is_program("", 0));
}

/* Makes two archives. Returns the offset of the second. */
static size_t make_two(size_t between)
{
	size_t at;

	start();
	size = 0;
	put("a", NODE_FILE | 0644, "first", 5);
	end_archive();
	zeros(between);
	at = size;
	put("a", NODE_FILE | 0644, "second", 6);
	end_archive();
	return at;
}

/* A truncated archive, or one at an offset that is not a multiple of 4, is not silently skipped. */
static void misplaced_and_cut(void **state)
{
	struct unpacked result;
	size_t at = make_two(0);
	const size_t whole = size;
	(void)state;

	remove_all();
	for (size_t cut = at + 6; cut <= whole;
	     cut++) { /* the padding of the trailer's name may be missing */
		make_two(0);
		assert_int_equal(cpio_unpack(module(), cut, &result), cut < whole - 3 ? -EINVAL : 0);
		assert_null(result.rest);
		remove_all();
	}
	at = make_two(5);
	assert_int_equal(unpack(&result), 0);
	assert_int_equal(result.read, at);
	assert_string_equal(result.rest->name, "a cpio archive at an offset that is no multiple of 4");
	holds("/a", "first");
	remove_all();
}

/* The format with checksums. A checksum is the sum of the bytes of a file's contents. */
static void checksums(void **state)
{
	struct unpacked result;
	int error;
	(void)state;

	start();
	size = 0;
	magic = "070702";
	sum = 'a' + 'b' + 0xff;
	put("good", NODE_FILE | 0644, "ab\xff", 3);
	sum = 12345; /* wrong, but only the contents of files are checked */
	put("link", NODE_LINK | 0777, "good", 4);
	put("folder", NODE_DIRECTORY | 0755, "", 0);
	put("empty", NODE_FILE | 0644, "", 0);
	magic = "070701"; /* members of both formats may be mixed */
	put("new", NODE_FILE | 0644, "c", 1);
	magic = "070702";
	sum = 'a' + 'b' + 0xfe;
	put("bad", NODE_FILE | 0644, "ab\xff", 3);
	end_archive();
	magic = "070701";
	sum = 0;
	assert_true(cpio_is(module(), size));
	assert_int_equal(unpack(&result), -EINVAL);
	holds("/good", "ab\xff");
	holds("/link", "good");
	holds("/new", "c");
	assert_non_null(node_find(NULL, "/folder", true, &error));
	assert_non_null(node_find(NULL, "/empty", true, &error));
	assert_null(node_find(NULL, "/bad", true, &error));
	remove_all();
}

#define NAMES 30
#define KEYS  12

/*
 * Names that are reused for other files: a simple model says which names belong to the same file.
 */
static void names_come_and_go(void **state)
{
	static int group[NAMES]; /* the file that the name belongs to; 0: there is no such name */
	int of_key[KEYS] = { 0 }, last = 0, error;
	struct unpacked result;
	(void)state;

	random_start(7);
	for (unsigned round = 0; round < 200; round++) {
		start();
		size = 0;
		memset(group, 0, sizeof group);
		memset(of_key, 0, sizeof of_key);
		for (unsigned step = 0; step < 100; step++) {
			const size_t n = random_below(NAMES), key = random_below(KEYS);
			char name[8];
			bool left = false;

			group[n] = 0;
			for (size_t i = 0; i < NAMES; i++)
				left |= group[i] && group[i] == of_key[key];
			names = random_below(4) ? 2 : 1; /* a file with one name has no key */
			if (names == 1)
				group[n] = ++last;
			else
				group[n] = of_key[key] = left ? of_key[key] : ++last;
			inode = (unsigned)(1 + key * key * key);
			sprintf(name, "n%zu", n);
			put(name, NODE_FILE | 0644, "", 0);
		}
		names = 1;
		inode = 0;
		end_archive();
		assert_int_equal(unpack(&result), 0);
		for (size_t n = 0; n < NAMES; n++) {
			char name[8];
			struct node *node;
			unsigned wanted = 0;

			sprintf(name, "n%zu", n);
			node = node_find(NULL, name, true, &error);
			for (size_t i = 0; i < NAMES; i++)
				wanted += group[i] && group[i] == group[n];
			assert_int_equal(node ? node->links : 0, wanted);
		}
		remove_all();
	}
}

#define LINKS_MOST 2000

/*
 * Unpacks an archive of `n` files with two names each, whose inode numbers are `spread` apart.
 * Returns the number of basic blocks executed.
 */
static uint64_t cost_of_links(unsigned n, unsigned spread)
{
	struct unpacked result;
	uint64_t before;
	int error;

	start();
	size = 0;
	names = 2;
	for (unsigned i = 0; i < 2 * n; i++) {
		char name[40];

		sprintf(name, "%u/%u", i / 64, i); /* no directory is large */
		inode = 1 + i % n * spread;
		put(name, NODE_FILE | 0644, "", 0);
	}
	names = 1;
	inode = 0;
	end_archive();
	before = blocks_run;
	assert_int_equal(unpack(&result), 0);
	before = blocks_run - before;
	for (unsigned i = 0; i < n; i++) {
		char name[40];
		struct node *node;

		sprintf(name, "/%u/%u", i / 64, i);
		node = node_find(NULL, name, true, &error);
		assert_int_equal(node->links, 2);
		assert_int_equal(node->archived, 0);
		sprintf(name, "/%u/%u", (n + i) / 64, n + i);
		assert_ptr_equal(node_find(NULL, name, true, &error), node);
	}
	remove_all();
	return before;
}

/* Time is linear in the number of files with several names, whatever their inode numbers are. */
static void time_is_linear_in_links(void **state)
{
	static const unsigned spreads[] = { 1, 1 << 20, 0x9e3779b1 };
	(void)state;

	for (size_t i = 0; i < sizeof spreads / sizeof *spreads; i++) {
		const uint64_t some = cost_of_links(LINKS_MOST / 4, spreads[i]),
		               many = cost_of_links(LINKS_MOST, spreads[i]);

		assert_in_range(many, 3 * some, 5 * some);
	}
}

/* Unpacks an archive of `n` files in one directory. Returns the number of basic blocks executed. */
static uint64_t cost_of_names(unsigned n)
{
	struct unpacked result;
	uint64_t before;

	start();
	size = 0;
	for (unsigned i = 0; i < n; i++) {
		char name[12];

		sprintf(name, "%x", i);
		put(name, NODE_FILE | 0644, "", 0);
	}
	end_archive();
	before = blocks_run;
	assert_int_equal(unpack(&result), 0);
	before = blocks_run - before;
	remove_all();
	return before;
}

static void time_is_nearly_linear_in_names(void **state)
{
	const uint64_t some = cost_of_names(1000), many = cost_of_names(8000);
	(void)state;

	assert_in_range(many, 7 * some, 12 * some); /* n log n would give 10.4 */
}

/* An archive may hold an empty symbolic link, which no program can make. */
static void empty_links(void **state)
{
	int error;
	(void)state;

	start();
	size = 0;
	put("empty", NODE_LINK | 0777, "", 0);
	put("TRAILER!!!", 0, "", 0);
	assert_int_equal(cpio_unpack(module(), size, &(struct unpacked){ 0 }), 0);
	assert_non_null(node_find(NULL, "/empty", false, &error));
	assert_null(node_find(NULL, "/empty", true, &error));
	assert_int_equal(error, -ENOENT);
	assert_null(node_find(NULL, "/empty/file", true, &error));
	assert_int_equal(error, -ENOENT);
	remove_all();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(adopted),
		cmocka_unit_test(files_survive_and_memory_comes_back),
		cmocka_unit_test(damaged_archives),
		cmocka_unit_test(bytes_are_kept_while_they_are_read),
		cmocka_unit_test(names_of_a_file),
		cmocka_unit_test(empty_links),
		cmocka_unit_test(archives_in_a_row),
		cmocka_unit_test(folders_with_files_are_not_replaced),
		cmocka_unit_test(what_follows_is_named),
		cmocka_unit_test(misplaced_and_cut),
		cmocka_unit_test(checksums),
		cmocka_unit_test(time_is_linear_in_links),
		cmocka_unit_test(time_is_nearly_linear_in_names),
		cmocka_unit_test(names_come_and_go),
	};

	return cmocka_run_group_tests_name("archive", tests, NULL, NULL);
}
