/* SPDX-License-Identifier: MIT */
/* Programs start: as a new task (spawn), or in place of the current one's program (execve). */
#include "cpu/cpu.h"
#include "fs/file.h"
#include "isolation/isolation.h"
#include "lib/errno.h"
#include "process/descriptors.h"
#include "process/first_run.h"
#include "process/process_internal.h"

/* Where the image of a new task is opened. Returns 0, -EAGAIN if the user has as many tasks as he may, or -ENOMEM. */
static inline int begin_spawn(struct image *local, struct image **image)
{
	if (task_limit_is_reached())
		return -EAGAIN;
	*image = first_run_place(local);
	return *image ? 0 : -ENOMEM;
}

/* A task that is loaded from an open image; NULL and *error. */
static struct task *create_from(struct image *image, int *error)
{
	struct task *task = task_create(image->program.name, image->program.name_length, first_run_start);

	*error = -ENOMEM;
	if (!task)
		return NULL;
	task->entry = image->plan.entry;
	task->user_rsp = image->rsp;
	*error = image_load(image, &task->space);
	if (!*error)
		*error = task_inherit_files(task);
	if (!*error)
		return task;
	task_destroy(task);
	return NULL;
}

/*
 * Makes a task of an image that begin_spawn() has placed, unless opening it ended in `error`, and a child of the current task. The
 * image is closed or the new task's afterwards. Returns the process ID.
 */
static int spawn(struct image *image, int error, struct task **result)
{
	struct task *task = NULL;

	if (!error) {
		task = create_from(image, &error);
		if (error)
			image_close(image);
	}
	if (error) {
		first_run_release(image);
		return error;
	}
	first_run_take(task, image);
	address_space_set_brk(&task->space);
	task_adopt(task, current_task());
	*result = task;
	return task->pid;
}

int task_spawn(const char *name, const char *const *argv, size_t count)
{
	struct image local, *image;
	struct task *task;
	int result = begin_spawn(&local, &image);

	if (!result)
		result = spawn(image, image_open(image, name, argv, count), &task);
	if (result > 0)
		sched_enqueue(task);
	return result;
}

long task_spawn_user(uint64_t name, uint64_t argv, uint64_t envp)
{
	struct image local, *image;
	struct task *task;
	int result = begin_spawn(&local, &image);

	if (result)
		return result;
	interrupts_on();
	result = spawn(image, image_open_user(image, name, argv, envp), &task);
	interrupts_off();
	if (result > 0) { /* the new task has the CPU first, as after vfork() */
		sched_enqueue(current_task());
		sched_switch_to(task);
	}
	return result;
}

/* Gives the current task a new space with the image, and frees the old one. */
static int replace_space(struct image *image)
{
	struct task *task = current_task();
	struct address_space space, old;
	int error = address_space_create(&space);

	if (error)
		return error;
	error = image_load(image, &space);
	if (error) {
		address_space_destroy(&space);
		return error;
	}
	address_space_set_brk(&space);
	kstack_move(&task->stack, &task->space.root, &space.root);
	old = task->space;
	task->space = space;
	isolation_switch(task_root(task)); /* the kernel stack is the same memory under both */
	if (loader_defers())
		plan_fill_own(&task->space, &image->plan);
	address_space_destroy(&old);
	return 0;
}

long task_execve_user(uint64_t name, uint64_t argv, uint64_t envp)
{
	struct task *task = current_task();
	struct image image;
	int error;

	interrupts_on();
	error = image_open_user(&image, name, argv, envp);
	if (!error) {
		error = replace_space(&image);
		image_close(&image);
	}
	interrupts_off();
	if (error)
		return error;
	task_set_name(task, image.program.name, image.program.name_length);
	task_drop_fpu(task);
	file_table_exec(task);
	signals_exec(task);
	if (task->fs_base)
		write_msr(MSR_FS_BASE, task->fs_base = 0);
	enter_user(image.plan.entry, image.rsp);
}
