/* SPDX-License-Identifier: MIT */
/*
 * Tests an archive in a boot module (fs/cpio.c, fs/archive.c, fs/node_data.c): the contents of its
 * files, and which frames of the module the files own.
 */
#include "tests/unit/archive_file.h"

#include <errno.h>

#include "fs/file_kind.h"

#define FILES_MAX 200

static uint8_t contents[FILES_MAX][5 * PAGE_SIZE];
static size_t sizes[FILES_MAX], count;

/* Makes an archive of files and symbolic links. The files are in three folders. */
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

/* Overwrites all free frames. A file that wrongly uses a free frame then has wrong contents. */
static void overwrite_free_frames(void)
{
	uint32_t all = FRAME_LIST_END;

	for (uint64_t frame; (frame = frame_alloc()) != FRAME_NONE;) {
		memset(phys_to_virt(frame), GARBAGE, PAGE_SIZE);
		frame_list_push(&all, frame);
	}
	frame_list_free(&all);
}

static void adopted(void **state)
{
	size_t before;
	(void)state;

	start();
	before = frames_free();
	/* The last frame of this range belongs to the allocator. */
	assert_false(frames_adopt(HOLE_START, HOLE_END + PAGE_SIZE));
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
		make_archive(20 + random_below(FILES_MAX - 20));
		pages = (size + PAGE_MASK) / PAGE_SIZE;
		assert_true(frames_adopt(HOLE_START, HOLE_START + pages * PAGE_SIZE));
		before = frames_free();
		assert_int_equal(archive_unpack(module(), size, &result), 0);
		for (size_t i = 0; i < count; i++)
			kept += (sizes[i] + 15) & ~15UL;
		kept += (count + 9) / 10 * 16; /* 16 bytes for the target of each symbolic link */
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

/*
 * Unpacks archives that are cut off or have random damage. If one is cut off, the files before the
 * cut must be correct. In both cases all frames must be free once the files are removed.
 */
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

/* The change to a file while its bytes are pinned (node_pin_bytes()). */
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
	/* A write copies 5 pages and takes 2 frames for tables. */
	assert_int_equal(before - after, how == WRITES ? 5 + 2 : 0);
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

/* Unpacks a file with several names. cpio stores the contents with the last name only. */
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
	put("a", NODE_FILE | 0755, "", 0); /* a second member with this name replaces the first */
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

/* Unpacks an empty symbolic link, which symlink() cannot make. Paths through it must fail. */
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
		cmocka_unit_test(adopted),          cmocka_unit_test(files_survive_and_memory_comes_back),
		cmocka_unit_test(damaged_archives), cmocka_unit_test(bytes_are_kept_while_they_are_read),
		cmocka_unit_test(names_of_a_file),  cmocka_unit_test(empty_links),
	};

	return cmocka_run_group_tests_name("archive", tests, NULL, NULL);
}
