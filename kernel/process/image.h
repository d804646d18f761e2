/* SPDX-License-Identifier: MIT */
/* A program on its way into an address space: its file, how it is laid out, and its arguments. */
#pragma once

#include "mem/heap.h"
#include "process/arguments.h"
#include "process/plan.h"
#include "process/program.h"

struct image {
	struct program program;
	struct arguments arguments;
	struct elf_plan plan; /* its last segment is the stack, with the arguments */
	uintptr_t rsp;        /* of the program when it starts */
};

/*
 * Finds and checks the program called `name` and builds its arguments: the `count` strings of
 * `argv`. A script (process/script.h) is replaced by its interpreter. Returns 0, or a negative
 * error number with nothing left to close. An image must not be moved: its plan points into itself.
 */
int image_open(struct image *image, const char *name, const char *const *argv, size_t count);

/* Likewise with name and arguments from user memory: addresses as execve() gets them. */
int image_open_user(struct image *image, uint64_t name, uint64_t argv, uint64_t envp);

/* Gives back all that an open image holds; what was loaded from it stays. */
static inline void image_close(struct image *image)
{
	arguments_end(&image->arguments);
	if (image->plan.segments != image->plan.inside)
		heap_free(image->plan.segments);
	program_close(&image->program);
}

/*
 * Loads the image into a space that is not loaded in any CR3. Returns 0, or -ENOMEM: then the space
 * can only be destroyed.
 */
static inline int image_load(struct image *image, struct address_space *space)
{
	int error = plan_load(space, &image->plan, image->program.node);

	return error ? error : arguments_map(&image->arguments, space);
}
