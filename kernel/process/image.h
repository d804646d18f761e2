/* SPDX-License-Identifier: MIT */
/* A program that is being loaded into an address space: its file, its layout and its arguments. */
#pragma once

#include "mem/heap.h"
#include "process/arguments.h"
#include "process/plan.h"
#include "process/program.h"

struct image {
	struct program program;
	struct arguments arguments;
	struct elf_plan plan; /* its last segment is the stack, with the arguments */
	uintptr_t rsp;        /* the program's first RSP */
};

/*
 * Finds and checks the program called `name` and builds its arguments: the `count` strings of
 * `argv`. A script (process/script.h) is replaced by its interpreter. Returns 0, or a negative
 * error number with nothing left to close. An image must not be moved, because its plan points into
 * it.
 */
int image_open(struct image *image, const char *name, const char *const *argv, size_t count);

/* Like image_open(), but takes the parameters of execve(), which are user addresses. */
int image_open_user(struct image *image, uint64_t name, uint64_t argv, uint64_t envp);

/*
 * Frees everything that an open image holds. The pages that were loaded from it are not affected.
 */
static inline void image_close(struct image *image)
{
	arguments_end(&image->arguments);
	if (image->plan.segments != image->plan.inside)
		heap_free(image->plan.segments);
	program_close(&image->program);
}

/*
 * Loads the image into a space that is in no CPU's CR3. Returns 0, or -ENOMEM; the caller then
 * destroys the space.
 */
static inline int image_load(struct image *image, struct address_space *space)
{
	int error = plan_load(space, &image->plan, image->program.node);

	return error ? error : arguments_map(&image->arguments, space);
}
