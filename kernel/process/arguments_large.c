/* SPDX-License-Identifier: MIT */
#include "process/arguments_large.h"

#include "fs/node.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mem/heap.h"
#include "vm/address_space.h"

/* Free words at the start of `offsets`, for strings that scripts insert before argv[0]. */
#define FRONT 16

/*
 * Returns the address of word number `index` (8 bytes each, from 0) of a file. Extends the file as
 * needed. Returns NULL if out of memory.
 */
static uint64_t *word_of(struct node *node, size_t index)
{
	void *bytes;

	return node_room(node, index * sizeof(uint64_t), sizeof(uint64_t), &bytes) ? bytes : NULL;
}

/* Appends bytes from kernel memory to the strings. Returns 0 or -ENOMEM. */
static int put(struct large_arguments *large, const void *bytes, size_t size)
{
	for (const char *from = bytes; size;) {
		void *to;
		size_t n = node_room(large->strings, large->size, size, &to);

		if (!n)
			return -ENOMEM;
		memcpy(to, from, n);
		large->size += n;
		from += n;
		size -= n;
	}
	return 0;
}

/*
 * Returns true if the limits allow one more string of `size` bytes at `offset`, with its pointer.
 */
static bool fits(const struct arguments *a, size_t offset, size_t size)
{
	return size <= ARGUMENT_SIZE_MAX && offset + size + (a->count + 1) * sizeof(uint64_t) <=
	                                            ARGUMENTS_SIZE_MAX + sizeof(struct arguments_top);
}

int arguments_enlarge(struct arguments *a)
{
	struct large_arguments *large = heap_alloc(sizeof *large);
	char *page = a->page;
	const size_t count = a->count;
	int error;

	if (!large)
		return -ENOMEM;
	*large = (struct large_arguments){ .strings = node_create_nameless(0),
		                           .offsets = node_create_nameless(0),
		                           .first = FRONT };
	a->page = NULL;
	a->large = large;
	a->count = 0;
	error = large->strings && large->offsets
	                ? put(large, page + ARGUMENTS_SIZE - sizeof(struct arguments_top),
	                      sizeof(struct arguments_top))
	                : -ENOMEM;
	if (!error)
		error = put(large, page + a->file_name, strlen(page + a->file_name) + 1);
	for (size_t i = 0; !error && i < count; i++)
		error = large_add(a, page + a->at[i]);
	frame_free(virt_to_phys(page));
	return error;
}

/* Records the complete string at `offset`. Returns 0 or -ENOMEM. */
static int take(struct arguments *a, size_t offset)
{
	uint64_t *word = word_of(a->large->offsets, a->large->first + a->count);

	if (!word)
		return -ENOMEM;
	*word = offset;
	a->count++;
	return 0;
}

int large_add(struct arguments *a, const char *string)
{
	const size_t offset = a->large->size, size = strlen(string) + 1;
	int error = fits(a, offset, size) ? put(a->large, string, size) : -E2BIG;

	return error ? error : take(a, offset);
}

int large_add_user(struct arguments *a, uint64_t string)
{
	struct large_arguments *large = a->large;
	const size_t offset = large->size;
	long length;

	do { /* each pass fills at most one page */
		void *to;
		size_t n = node_room(large->strings, large->size, PAGE_SIZE, &to);

		if (!n)
			return -ENOMEM;
		length = copy_string_from_user(to, string + (large->size - offset), n);
		if (length < 0 && length != -E2BIG)
			return (int)length;
		large->size += length < 0 ? n : (size_t)length + 1;
		if (!fits(a, offset, large->size - offset))
			return -E2BIG;
	} while (length < 0);
	return take(a, offset);
}

int large_prepend(struct arguments *a, const char *string)
{
	struct large_arguments *large = a->large;
	const size_t offset = large->size, size = strlen(string) + 1;
	uint64_t *word = large->first ? word_of(large->offsets, large->first - 1) : NULL;
	int error = fits(a, offset, size) ? put(large, string, size) : -E2BIG;

	if (error || !word)
		return error ? error : -ENOMEM;
	*word = offset;
	large->first--;
	a->count++;
	a->argv_count++;
	return 0;
}

void large_drop_first(struct arguments *a)
{
	a->large->first++;
	a->count--;
	a->argv_count--;
}

/*
 * Returns a new file with argc, the pointers and the auxiliary vector, or NULL if out of memory.
 * `strings` is the user address at which the file of strings will be mapped.
 */
static struct node *make_words(const struct arguments *a, const struct elf_plan *plan, uintptr_t strings)
{
	struct node *words = node_create_nameless(0);
	uint64_t vector[VECTOR_WORDS], *word = words ? word_of(words, 0) : NULL;
	size_t next = 0;

	if (word)
		*word = a->argv_count;
	for (size_t i = 0; word && i < a->count; i++) {
		next += i == a->argv_count; /* leaves a 0 between argv and envp */
		word = word_of(words, ++next);
		if (word)
			*word = strings + *word_of(a->large->offsets, a->large->first + i);
	}
	next += 1 + (a->count == a->argv_count);
	arguments_vector(vector, plan, strings, strings + sizeof(struct arguments_top));
	for (size_t i = 0; word && i < VECTOR_WORDS; i++) {
		word = word_of(words, ++next);
		if (word)
			*word = vector[i];
	}
	if (!word && words) {
		node_drop(words);
		words = NULL;
	}
	return words;
}

static size_t pages_of(size_t size)
{
	return (size + PAGE_MASK) / PAGE_SIZE;
}

int large_finish(struct arguments *a, struct elf_plan *plan, uintptr_t *rsp)
{
	struct large_arguments *large = a->large;
	const uintptr_t strings = USER_STACK_TOP - pages_of(large->size) * PAGE_SIZE;
	const uintptr_t words = strings - pages_of((a->count + FIXED_WORDS) * sizeof(uint64_t)) * PAGE_SIZE;
	const uintptr_t start = words - USER_STACK_SIZE;
	struct node *node;

	if (!elf_ends_below(plan, start - USER_STACK_GUARD))
		return -ENOMEM;
	node = make_words(a, plan, strings);
	if (!node)
		return -ENOMEM;
	node_drop(large->offsets);
	large->offsets = node;
	plan->segments[plan->count++] = (struct load_segment){
		.start = start,
		.pages = USER_STACK_SIZE / PAGE_SIZE,
		.flags = PTE_WRITE | PTE_NX | REGION_GROWS,
	};
	*rsp = words;
	return 0;
}

int arguments_map_large(struct arguments *a, struct address_space *space)
{
	struct large_arguments *large = a->large;

	if (address_space_extend(space, &large->offsets->backing, pages_of(large->offsets->size)) ||
	    address_space_extend(space, &large->strings->backing, pages_of(large->size)))
		return -ENOMEM;
	arguments_end_large(a);
	return 0;
}

void arguments_end_large(struct arguments *a)
{
	if (!a->large)
		return;
	if (a->large->strings)
		node_drop(a->large->strings);
	if (a->large->offsets)
		node_drop(a->large->offsets);
	heap_free(a->large);
	a->large = NULL;
}
