/* SPDX-License-Identifier: MIT */
/*
 * The first run of a task with a new program. Where the loader defers (loader/loader.h) the task
 * fills its image then: the image outlives the call that opened it, so it is made in the heap, and
 * the task takes it over.
 */
#pragma once

#include "fs/node.h"
#include "process/image.h"
#include "process/process.h"

struct first_run {
	struct image image;         /* first: first_run_place() returns it */
	struct pinned_bytes pinned; /* the bytes of a program that is no view, whatever becomes of its file */
};
_Static_assert(sizeof(struct first_run) <= PAGE_SIZE, "the kernel heap can hold it");

/*
 * Where the image of a task to be is opened: `local`, or memory from the heap. Returns NULL if out
 * of memory.
 */
static inline struct image *first_run_place(struct image *local)
{
	return loader_defers() ? heap_alloc(sizeof(struct first_run)) : local;
}

/* Gives such a place back; image_close() comes before if the image is open. */
static inline void first_run_release(struct image *image)
{
	if (loader_defers())
		heap_free(image);
}

/*
 * Takes over the open image from which `task` was loaded: leaves it to the task's first run, or
 * closes it.
 */
void first_run_keep(struct process *process, struct image *image);

static inline void first_run_take(struct process *process, struct image *image)
{
	if (loader_defers())
		first_run_keep(process, image);
	else
		image_close(image);
}

/* Frees what a task still has for its first run, if anything. */
void first_run_drop(struct process *process);

/* The start function of such a task: fills its image if that is due, and enters user mode. */
void first_run_start(void);
