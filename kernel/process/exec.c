/* SPDX-License-Identifier: MIT */
/* Starting programs: in a new task (spawn), or in place of the current task's program (execve). */
#include "cpu/cpu.h"
#include "fs/file.h"
#include "isolation/isolation.h"
#include "lib/errno.h"
#include "process/descriptors.h"
#include "process/first_run.h"
#include "process/process_internal.h"
#include "process/thread.h"

/*
 * The first step to start a program in a new task. Sets *image to the struct image for the program:
 * `local`, or memory from the heap (first_run_place()). Returns 0, -EAGAIN if the user has reached
 * the limit on processes, or -ENOMEM.
 */
static inline int begin_spawn(struct image *local, struct image **image)
{
	if (process_limit_is_reached())
		return -EAGAIN;
	*image = first_run_place(local);
	return *image ? 0 : -ENOMEM;
}

/* Creates a task and loads the open image into it. Returns NULL and sets *error if that fails. */
static struct process *create_from(struct image *image, int *error)
{
	struct process *process =
	        process_create(image->program.name, image->program.name_length, first_run_start);

	*error = -ENOMEM;
	if (!process)
		return NULL;
	process->entry = image->plan.entry;
	process->user_rsp = image->rsp;
	*error = image_load(image, &process->space);
	if (!*error)
		*error = process_inherit_files(process);
	if (!*error)
		return process;
	process_destroy(process);
	return NULL;
}

/*
 * Makes a child of the current task. The child runs `image`, which is from begin_spawn(). `error`
 * is the result of opening the image. Returns the child's process ID and sets *result to the child.
 * If `error` is not 0 or no child can be made, returns the error. Always takes over the image:
 * keeps it for the child's first run, or closes it and frees its memory.
 */
static int spawn(struct image *image, int error, struct process **result)
{
	struct process *process = NULL;

	if (!error) {
		process = create_from(image, &error);
		if (error)
			image_close(image);
	}
	if (error) {
		first_run_release(image);
		return error;
	}
	first_run_take(process, image);
	address_space_set_brk(&process->space);
	process_adopt(process, current_process());
	*result = process;
	return process->pid;
}

int process_spawn(const char *name, const char *const *argv, size_t count)
{
	struct image local, *image;
	struct process *process;
	int result = begin_spawn(&local, &image);

	if (!result)
		result = spawn(image, image_open(image, name, argv, count), &process);
	if (result > 0)
		sched_enqueue(&process->task);
	return result;
}

long process_spawn_user(uint64_t name, uint64_t argv, uint64_t envp)
{
	struct image local, *image;
	struct process *process;
	int result = begin_spawn(&local, &image);

	if (result)
		return result;
	interrupts_on();
	result = spawn(image, image_open_user(image, name, argv, envp), &process);
	interrupts_off();
	if (result > 0) { /* the new task runs first, as after vfork() */
		sched_enqueue(current_task());
		sched_switch_to(&process->task);
	}
	return result;
}

/*
 * Loads the image into a new space for the current process, and ends all its other threads. Stores
 * the previous space in *old, and the root of the current thread there in *old_root; the caller
 * destroys both. Returns 0, or -ENOMEM with nothing changed.
 */
static int replace_space(struct image *image, struct address_space *old, struct root *old_root)
{
	struct process *process = current_process();
	struct address_space space;
	int error = address_space_create(&space);

	if (error)
		return error;
	error = image_load(image, &space);
	if (error) {
		address_space_destroy(&space);
		return error;
	}
	address_space_set_brk(&space);
	if (process->ends_slowly)
		threads_end_others();
	kstack_move(&process->task.stack, &process->task.root, &space.root);
	*old_root = process->task.root;
	*old = process->space;
	process->space = space;
	process->task.root = space.root;
	isolation_switch(&process->task.root); /* both roots map the same kernel stack */
	if (loader_defers())
		plan_fill_own(&process->space, &image->plan);
	return 0;
}

long process_execve_user(uint64_t name, uint64_t argv, uint64_t envp)
{
	struct process *process = current_process();
	struct address_space old;
	struct root old_root;
	struct image image;
	int error;

	interrupts_on();
	error = image_open_user(&image, name, argv, envp);
	if (!error) {
		error = replace_space(&image, &old, &old_root);
		image_close(&image);
		/*
		 * The old space is freed after the image, because the frames that are freed last
		 * are the first to be allocated again.
		 */
		if (!error) {
			isolation_thread_root_destroy(&old_root, &old.root);
			address_space_destroy(&old);
		}
	}
	interrupts_off();
	if (error)
		return error;
	process->membarrier = false;
	process_set_name(process, image.program.name, image.program.name_length);
	task_drop_fpu(&process->task);
	file_table_exec(process);
	signals_exec(process);
	if (process->task.fs_base)
		write_msr(MSR_FS_BASE, process->task.fs_base = 0);
	enter_user(image.plan.entry, image.rsp);
}
