/* SPDX-License-Identifier: MIT */
/*
 * The fuzz target for archives. Unpacks the input with cpio_unpack() (fs/cpio.c) and
 * archive_unpack() (fs/archive.c), changes the files (fs/node.c, fs/node_data.c), and compares the
 * tree with the model of reference_cpio.c. Repeats this with too little memory.
 */
#include "tests/fuzz/fuzz.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fs/archive.h"
#include "fs/cpio.h"
#include "fs/node.h"
#include "mem/frames.h"
#include "tests/fuzz/reference_cpio.h"

#define CHANGES   24
#define PATHS_MAX 64 /* only the names of the first 63 files are looked up as paths */

static bool is(uint32_t mode, uint32_t kind)
{
	return (mode & NODE_KIND) == kind;
}

static void check_contents(const struct node *node, const struct reference_file *file)
{
	size_t at = 0, n;
	const void *bytes;

	require(node->size == file->size);
	for (; (n = node_bytes(node, at, file->size, &bytes)); at += n)
		require(memcmp(bytes, file->data + at, n) == 0);
	require(at == file->size);
}

static size_t count_children(const struct node *directory)
{
	size_t count = 0;

	for (const struct node *node = directory->children; node; node = node->next) {
		require(node->parent == directory && node->name[node->name_length] == '\0');
		require(strlen(node->name) == node->name_length && node->name_length <= NAME_LENGTH);
		count++;
	}
	return count;
}

/* Requires the tree to have the same files as the model. Sets nodes[i] to the node of file i. */
static void check_tree(const struct reference_tree *tree, struct node **nodes)
{
	size_t *children = calloc(tree->count, sizeof *children), *names = calloc(tree->count, sizeof *names);

	require(children && names);
	nodes[0] = node_root;
	for (size_t i = 1; i < tree->count; i++) { /* a parent precedes its children */
		const struct reference_file *file = &tree->files[i];

		nodes[i] = NULL;
		if (file->gone)
			continue;
		children[file->parent]++;
		nodes[i] = node_child(nodes[file->parent], file->name, file->length);
		require(nodes[i] && nodes[i]->mode == file->mode);
		check_contents(node_target(nodes[i]), &tree->files[file->holder]);
		names[file->holder]++;
	}
	for (size_t i = 1; i < tree->count; i++)
		if (!tree->files[i].gone && is(tree->files[i].mode, NODE_FILE))
			require(node_target(nodes[i])->links == names[tree->files[i].holder]);
	for (size_t i = 0; i < tree->count; i++)
		if (!tree->files[i].gone)
			require(count_children(nodes[i]) == children[i]);
	free(children);
	free(names);
}

/* Looks up names as paths, through symbolic links. A node that is found must be in the tree. */
static void look_up(const struct reference_tree *tree, struct node **nodes)
{
	for (size_t i = 1; i < tree->count && i < PATHS_MAX; i++) {
		const struct reference_file *file = &tree->files[i];
		int error = 0;
		struct node *node;
		const char *name;
		size_t length;

		if (file->gone)
			continue;
		node = node_find(nodes[file->parent], file->name, true, &error);
		require(node || error < 0);
		/*
		 * The parents of a file are not checked: node->parent may be the directory of a
		 * name that the file no longer has.
		 */
		if (node && is(node->mode, NODE_FILE))
			continue;
		for (unsigned depth = 0; node && node != node_root; depth++) {
			require(node->parent && depth < PATH_LENGTH);
			node = node->parent;
		}
		if (node_find_parent(NULL, file->name, &name, &length, &error))
			require(length <= NAME_LENGTH && name >= file->name);
		else
			require(error < 0);
		if (!strchr(file->name, '/'))
			require(node_find(nodes[file->parent], file->name, false, &error) ==
			        node_target(nodes[i]));
	}
}

static void write_byte(struct node *node, struct reference_file *file, size_t offset)
{
	void *bytes;

	if (!node_room(node, offset, 1, &bytes))
		return;
	*(uint8_t *)bytes = (uint8_t)(offset + 1);
	reference_resize(file, offset < file->size ? file->size : offset + 1);
	file->own[offset] = (uint8_t)(offset + 1);
}

/* Writes, truncates, extends and removes files at random, sometimes with little memory. */
static void change_files(struct reference_tree *tree, struct node **nodes)
{
	for (unsigned n = 0; n < CHANGES && tree->count > 1; n++) {
		size_t i = 1 + number_below(tree->count - 1), free_frames = frames_free();
		struct reference_file *file = &tree->files[i], *holder = &tree->files[file->holder];
		size_t to = number_below(holder->size + (number_below(4) ? 1 : 2 * PAGE_SIZE));

		if (file->gone || !is(file->mode, NODE_FILE))
			continue;
		if (number_below(4) == 0)
			frames_set_reserve(free_frames - number_below(free_frames < 5 ? free_frames + 1 : 5));
		switch (number_below(3)) {
		case 0:
			write_byte(node_target(nodes[i]), holder, to);
			break;
		case 1:
			if (node_truncate(node_target(nodes[i]), to) == 0)
				reference_resize(holder, to);
			break;
		default:
			require(node_remove(nodes[i]) == 0);
			file->gone = true;
		}
		frames_set_reserve(0);
		if (!file->gone)
			check_contents(node_target(nodes[i]), holder);
	}
	check_tree(tree, nodes);
}

static void remove_all(void)
{
	while (node_root->children) {
		struct node *node = node_root->children;

		while (node->children)
			node = node->children;
		require(node_remove(node) == 0);
	}
	node_drop(node_console);
	node_drop(node_root);
	memory_end();
}

/* How to run an input: where the archive is, and how memory runs out. */
struct round {
	bool in_frames;      /* the archive is in frames of its own, as a boot module is */
	size_t failing_call; /* index of the heap_alloc() that fails, or SIZE_MAX */
	size_t frames;       /* number of free frames, or SIZE_MAX */
};

/*
 * Unpacks the input and checks the result, the tree and the memory. Returns the kernel's result.
 * Sets *calls to the number of heap allocations that the kernel tried to make.
 */
static int run(const uint8_t *bytes, size_t size, const struct round *round, size_t *calls)
{
	struct reference_tree tree;
	struct node **nodes;
	struct unpacked result;
	size_t modules = 0, room, rest;
	int error, expected;

	memory_start();
	node_init();
	if (round->in_frames)
		modules = module_copy(bytes, size);
	room = frames_free();
	if (round->frames < room)
		frames_set_reserve(room - round->frames);
	heap_fail_at(round->failing_call);
	if (round->in_frames)
		error = archive_unpack(phys_to_virt(MODULE_START), size, &result);
	else
		error = cpio_unpack(guarded_copy(bytes, size), size, &result);
	frames_set_reserve(0);
	*calls = heap_calls;
	require(result.used <= size && result.freed <= modules * PAGE_SIZE);

	reference_start(&tree);
	/* A node takes two allocations. The kernel makes the second even if the first fails. */
	expected =
	        reference_unpack(&tree, bytes, size,
	                         heap_first_failure == SIZE_MAX ? SIZE_MAX : heap_first_failure / 2, &rest);
	require(error == expected && (error == 0 || error == -EINVAL || error == -ENOMEM));
	require(error || (result.read == rest && !result.rest == (rest == size)));
	nodes = calloc(tree.count, sizeof *nodes);
	require(nodes);
	heap_fail_at(SIZE_MAX);
	check_tree(&tree, nodes);
	look_up(&tree, nodes);
	if (round->in_frames)
		change_files(&tree, nodes);
	remove_all();
	free(nodes);
	reference_end(&tree);
	return error;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct round round = { false, SIZE_MAX, SIZE_MAX };
	size_t calls, more;

	if (size > INPUT_MAX)
		return 0;
	numbers_start(bytes, size);
	fuzz_accepted = run(bytes, size, &round, &calls) == 0;
	round.in_frames = true;
	run(bytes, size, &round, &more);
	require(more == calls);
	if (calls) {
		round.failing_call = number_below(calls);
		require(run(bytes, size, &round, &more) == -ENOMEM);
		round.failing_call = SIZE_MAX;
		round.in_frames = number_below(2);
		round.frames = number_below(calls / 8 + 3);
		run(bytes, size, &round, &more);
	}
	return 0;
}
