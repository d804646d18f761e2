/* SPDX-License-Identifier: MIT */
/*
 * Tests several archives in a row, data that is no archive, checksums, files with several names,
 * and the time that unpacking takes (fs/cpio.c).
 */
#include "tests/unit/archive_file.h"

#include <errno.h>

#include "fs/file_kind.h"

/*
 * Unpacks several archives in a row, with zeros before, between and after them. A file in a later
 * archive replaces one with the same name.
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
	inode = 7, names = 2; /* the same inode in another archive is another file */
	put("two", NODE_FILE | 0644, "2", 1);
	inode = 0, names = 1;
	end_archive();
	end_archive(); /* an archive without files */
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

/*
 * Puts data that begins with `bytes` after an archive. Checks that the data is reported as `kind`,
 * with `advice`.
 */
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

/* Makes two archives with `between` zeros between them. Returns the offset of the second. */
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

/*
 * Checks that an archive that is cut off is refused, and that an archive at an offset that is not a
 * multiple of 4 is reported.
 */
static void misplaced_and_cut(void **state)
{
	struct unpacked result;
	size_t at = make_two(0);
	const size_t whole = size;
	(void)state;

	remove_all();
	for (size_t cut = at + 6; cut <= whole;
	     cut++) { /* only the padding of the trailer's name may be missing */
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

/* Tests the format 070702, which has checksums: the sum of the bytes of a file's contents. */
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
	sum = 12345; /* wrong, but checked only for the contents of files */
	put("link", NODE_LINK | 0777, "good", 4);
	put("folder", NODE_DIRECTORY | 0755, "", 0);
	put("empty", NODE_FILE | 0644, "", 0);
	magic = "070701"; /* an archive may mix both formats */
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
 * Unpacks archives in which names are reused for other files at random. A simple model knows the
 * names of each file. Their number must be the file's number of links.
 */
static void names_come_and_go(void **state)
{
	static int group[NAMES]; /* number of the file that has this name; 0: no file */
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
			/* A member with one name is a new file, whatever its inode is. */
			names = random_below(4) ? 2 : 1;
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

#define LINKS_MAX 2000

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

		sprintf(name, "%u/%u", i / 64, i); /* 64 files per directory */
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

/* Checks that the time is linear in the number of files with two names, whatever their inodes. */
static void time_is_linear_in_links(void **state)
{
	static const unsigned spreads[] = { 1, 1 << 20, 0x9e3779b1 };
	(void)state;

	for (size_t i = 0; i < sizeof spreads / sizeof *spreads; i++) {
		const uint64_t some = cost_of_links(LINKS_MAX / 4, spreads[i]),
		               many = cost_of_links(LINKS_MAX, spreads[i]);

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

	assert_in_range(many, 7 * some, 12 * some); /* ratio 8 if linear, 10.4 if n log n */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(archives_in_a_row),
		cmocka_unit_test(folders_with_files_are_not_replaced),
		cmocka_unit_test(what_follows_is_named),
		cmocka_unit_test(misplaced_and_cut),
		cmocka_unit_test(checksums),
		cmocka_unit_test(time_is_linear_in_links),
		cmocka_unit_test(time_is_nearly_linear_in_names),
		cmocka_unit_test(names_come_and_go),
	};

	return cmocka_run_group_tests_name("archives", tests, NULL, NULL);
}
