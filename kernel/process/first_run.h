/* SPDX-License-Identifier: MIT */
/*
 * The first run of a task with a new program. If the loader defers its work (loader/loader.h), the
 * task fills its program's pages itself, in its first run. The struct image must then outlive the
 * call that opened it, so it is allocated from the heap and belongs to the task.
 */
#pragma once

#include "fs/node.h"
#include "process/image.h"
#include "process/process.h"

struct first_run {
	struct image image; /* first member: first_run_place() returns its address */
	/*
	 * Keeps the program's bytes readable if its file changes. Not used if image.program.data is
	 * a view of the file (vm/view.h).
	 */
	struct pinned_bytes pinned;
};
_Static_assert(sizeof(struct first_run) <= PAGE_SIZE, "the kernel heap can hold it");

/*
 * Returns memory for the struct image of a new task's program: `local` or, if the loader defers, an
 * object of the heap. Returns NULL if out of memory.
 */
static inline struct image *first_run_place(struct image *local)
{
	return loader_defers() ? heap_alloc(sizeof(struct first_run)) : local;
}

/*
 * Frees what first_run_place() returned, if it is from the heap. An open image must be closed
 * first.
 */
static inline void first_run_release(struct image *image)
{
	if (loader_defers())
		heap_free(image);
}

/*
 * Keeps the open image from which `process` was loaded, until the first run of the process. Only
 * for loaders that defer.
 */
void first_run_keep(struct process *process, struct image *image);

/*
 * Takes over the open image from which `process` was loaded. Keeps it until the first run of the
 * process if the loader defers, else closes it.
 */
static inline void first_run_take(struct process *process, struct image *image)
{
	if (loader_defers())
		first_run_keep(process, image);
	else
		image_close(image);
}

/* Frees what the process still holds for its first run, if anything. */
void first_run_drop(struct process *process);

/*
 * The start function of a task with a new program: fills the program's pages if the loader has
 * deferred that, and enters user mode. If the task was killed before it ran, ends it.
 */
void first_run_start(void);
