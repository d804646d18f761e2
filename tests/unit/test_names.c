/* SPDX-License-Identifier: MIT */
/*
 * Tests the names in a directory (fs/node.c): creates, removes and renames files, compares the
 * names with those in a plain array, and checks the depth of the tree of names.
 */
#include "tests/unit/support.h"

#include <stdio.h>
#include <string.h>

#include "fs/node.h"
#include "mem/frames.h"

#define NAMES 3000
#define STEPS 60000
#define MANY  20000

static struct node *there[NAMES];

/* Writes the name with this index. Every fifth name is too long to be stored inside a node. */
static size_t name_of(char text[NAME_LENGTH + 1], unsigned index)
{
	return (size_t)snprintf(text, NAME_LENGTH + 1, "%u%0*u", index, index % 5 ? 1 : 100, 7);
}

static struct node *find(const struct node *directory, unsigned index)
{
	char text[NAME_LENGTH + 1];

	return node_child(directory, text, name_of(text, index));
}

static void check(const struct node *directory)
{
	const struct node *before = NULL;
	size_t count = 0, wanted = 0;

	for (unsigned i = 0; i < NAMES; i++) {
		assert_ptr_equal(find(directory, i), there[i]);
		wanted += there[i] != NULL;
	}
	for (const struct node *child = directory->children; child;
	     before = child, child = child->next, count++) {
		assert_ptr_equal(child->previous, before);
		assert_true(!before || before->place < child->place);
	}
	assert_ptr_equal(directory->last, before);
	assert_int_equal(count, wanted);
}

static void against_a_model(void **state)
{
	char text[NAME_LENGTH + 1];
	struct node *directory;
	size_t length;
	(void)state;

	random_start(1);
	memory_start(ARENA_FRAMES - 1);
	node_init();
	directory = node_create(node_root, "many", 4, NODE_DIRECTORY | 0755);
	assert_non_null(directory);
	for (unsigned step = 0; step < STEPS; step++) {
		const unsigned i = (unsigned)random_below(NAMES), j = (unsigned)random_below(NAMES);

		if (!there[i]) {
			length = name_of(text, i);
			there[i] = node_create(directory, text, length, NODE_FILE | 0644);
			assert_non_null(there[i]);
		} else if (random_below(2)) {
			assert_int_equal(node_remove(there[i]), 0);
			there[i] = NULL;
		} else {
			length = name_of(text, j);
			assert_int_equal(node_rename(there[i], directory, text, length), 0);
			if (i != j)
				there[j] = there[i], there[i] = NULL;
		}
		if (step % 5000 == 0)
			check(directory);
	}
	check(directory);
	for (unsigned i = 0; i < NAMES; i++)
		if (there[i])
			assert_int_equal(node_remove(there[i]), 0);
	assert_null(directory->children);
	assert_null(directory->names);
	assert_null(directory->last);
	assert_int_equal(node_remove(directory), 0);
}

static unsigned depth_of(const struct node *name)
{
	unsigned left, right;

	if (!name)
		return 0;
	left = depth_of(name->branch[0]);
	right = depth_of(name->branch[1]);
	return 1 + (left > right ? left : right);
}

/*
 * The tree of names branches on the bits of their hashes, so it is balanced if the hashes are
 * random. The limit on its depth, 2.5 * log2(MANY), is well above the depths that occur and far
 * below the depth of a list.
 */
static void many_names_are_found_fast(void **state)
{
	static const uint64_t secrets[] = { 0, 1, 0x123456789abcdef };
	(void)state;

	for (size_t s = 0; s < sizeof secrets / sizeof *secrets; s++) {
		node_set_secret(secrets[s]);
		node_init();
		for (unsigned i = 0; i < MANY; i++) {
			char text[20];

			assert_non_null(node_create(node_root, text, (size_t)sprintf(text, "f%u", i),
			                            NODE_FILE | 0644));
		}
		assert_true(depth_of(node_root->names) < 36);
		for (struct node *name = node_root->children, *next; name; name = next) {
			next = name->next;
			if (name->name[0] == 'f')
				assert_int_equal(node_remove(name), 0);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(against_a_model),
		cmocka_unit_test(many_names_are_found_fast),
	};

	return cmocka_run_group_tests_name("names", tests, NULL, NULL);
}
