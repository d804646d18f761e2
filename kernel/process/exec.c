/* SPDX-License-Identifier: MIT */
/* Programs: from a boot module and its arguments to a task that is ready to enter user mode. */
#include "cpu/cpu.h"
#include "fs/file.h"
#include "isolation/isolation.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "loader/elf.h"
#include "loader/loader.h"
#include "mem/heap.h"
#include "process/arguments.h"
#include "process/descriptors.h"
#include "process/image.h"
#include "process/interpreter.h"
#include "process/process.h"
#include "process/process_internal.h"
#include "vm/view.h"

#define SCRIPT_LINE  256 /* bytes of the first line that count (BINPRM_BUF_SIZE) */
#define SCRIPTS_MOST 5   /* that are each other's interpreter, as in Linux */

/* A file that can be run: a boot module by its name, or what is at a path. */
struct program {
	const uint8_t *data;
	size_t size; /* bytes */
	const char *name;
	size_t name_length;
	struct node *node; /* or NULL: a boot module */
	bool viewed;       /* `data` is a view of the file, which ends with the program */
};

static int find_program(const char *name, struct program *program)
{
	const struct boot_module *module = boot_module_find(name);
	const void *bytes = NULL;
	struct node *node;
	int error;

	if (module) {
		*program = (struct program){ .data = module->data,
			                     .size = module->size,
			                     .name = module->name,
			                     .name_length = sizeof module->name - 1 }; /* padded with NULs */
		return 0;
	}
	node = node_find(current_task()->directory, name, true, &error);
	if (!node)
		return error;
	if ((node->mode & NODE_KIND) != NODE_FILE || !(node->mode & 0111))
		return -EACCES;
	*program = (struct program){
		.size = node->size, .name = node->name, .name_length = node->name_length, .node = node
	};
	if (node_bytes(node, 0, node->size, &bytes) < node->size) {
		bytes = view_open(&node->backing, node->size);
		if (!bytes)
			return -ENOMEM;
		program->viewed = true;
	}
	program->data = bytes;
	return 0;
}

static void program_end(struct program *program)
{
	if (program->viewed)
		view_close(program->data, program->size);
	program->viewed = false;
}

static bool is_script(const struct program *program)
{
	return program->size > 1 && program->data[0] == '#' && program->data[1] == '!';
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* The first byte from `text` on, up to `end`, that is a blank, or that is none. */
static char *skip(char *text, const char *end, bool blanks)
{
	while (text < end && is_blank(*text) == blanks && (blanks || *text))
		text++;
	return text;
}

/*
 * The end of a first line of SCRIPT_LINE bytes, which has a NUL behind it: its newline, or a NUL. Without one the argument may be cut
 * short, but not the path. NULL: it has none that is whole.
 */
static char *end_of_line(char *line)
{
	char *const last = line + SCRIPT_LINE, *end = line, *path;

	while (end < last && *end && *end != '\n')
		end++;
	if (end < last && !*end)
		return end;
	if (end == last) {
		path = skip(line + 2, last, true);
		if (skip(path, last, false) == last)
			return NULL;
		end = last - 1;
	}
	while (is_blank(end[-1]))
		end--;
	return end;
}

/*
 * A script begins with #!, the path of its interpreter, and at most one argument (man 2 execve). Puts them and the script's
 * path in place of argv[0], and the interpreter in `name`. -ENOEXEC: there is none.
 */
static int find_interpreter(const struct program *script, struct arguments *a, char name[PATH_LENGTH])
{
	char line[SCRIPT_LINE + 1] = { 0 }, *interpreter, *argument, *end;
	bool has_nul;
	int error;

	memcpy(line, script->data, script->size < SCRIPT_LINE ? script->size : SCRIPT_LINE);
	end = end_of_line(line);
	if (!end)
		return -ENOEXEC;
	has_nul = !*end;
	*end = '\0';
	interpreter = skip(line + 2, end, true);
	if (!*interpreter)
		return has_nul ? -EACCES : -ENOEXEC; /* Linux takes the empty path for a folder */
	argument = skip(interpreter, end, false);
	while (is_blank(*argument))
		*argument++ = '\0';
	error = arguments_replace_first(a, name);
	if (!error && *argument)
		error = arguments_prepend(a, argument);
	if (!error)
		error = arguments_prepend(a, interpreter);
	string_copy(name, interpreter, PATH_LENGTH);
	return error;
}

/* The memory of a plan with more segments than it has room for. */
static void plan_end(struct elf_plan *plan)
{
	if (plan->segments != plan->inside)
		heap_free(plan->segments);
}

static int check_large(const struct program *program, struct elf_plan *plan)
{
	struct load_segment *segments = heap_alloc(LOAD_SEGMENTS_MOST * sizeof *segments);
	int error = segments ? elf_check_large(program->data, program->size, plan, segments) : -ENOMEM;

	if (error) {
		heap_free(segments);
		plan->segments = plan->inside;
	}
	return error;
}

/* What elf_check() refused with `error`: it may have more segments than usual, and what does not run may be linked dynamically. */
static __attribute__((noinline)) int check_again(const char *name, const struct program *program,
                                                 struct elf_plan *plan, int error)
{
	if (error == -E2BIG)
		error = check_large(program, plan);
	if (error == -ENOEXEC && !task_quiet)
		say_interpreter(name, program->data, program->size);
	return error;
}

/*
 * Finds and checks a program; its last segment is the stack with the arguments. Then program_end() and plan_end() are due, not
 * after an error.
 */
static int plan_program(char name[PATH_LENGTH], struct arguments *a, struct program *program,
                        struct elf_plan *plan, uintptr_t *rsp)
{
	int error = find_program(name, program);

	for (unsigned depth = 0; !error && is_script(program); depth++) {
		error = find_interpreter(program, a, name);
		program_end(program);
		if (!error)
			error = find_program(name, program);
		if (!error && depth == SCRIPTS_MOST) {
			program_end(program);
			error = -ELOOP;
		}
	}
	if (error)
		return error;
	error = elf_check(program->data, program->size, plan);
	if (error)
		error = check_again(name, program, plan, error);
	if (!error) {
		error = arguments_finish(a, plan, rsp);
		if (error)
			plan_end(plan);
	}
	if (error)
		program_end(program);
	return error;
}

/* What a task that loads its own image needs for it. */
struct first_run {
	struct elf_plan plan;
	struct arguments arguments;
	const void *view;       /* of the file, or NULL: then its bytes are kept */
	struct kept_bytes kept; /* likewise; nothing of a boot module by its name */
	size_t size;            /* of the view, bytes */
};
_Static_assert(sizeof(struct first_run) <= PAGE_SIZE, "the kernel heap can hold it");

/* Keeps plan, arguments and file for the task's first run; the arguments' frame and the plan's memory go along. */
static int first_run_keep(struct task *task, struct elf_plan *plan, struct arguments *a,
                          struct program *program)
{
	task->first_run = heap_alloc(sizeof *task->first_run);
	if (!task->first_run)
		return -ENOMEM;
	task->first_run->plan = *plan;
	if (plan->segments == plan->inside)
		task->first_run->plan.segments = task->first_run->plan.inside;
	plan->segments = plan->inside;
	task->first_run->arguments = *a;
	task->first_run->view = program->viewed ? program->data : NULL;
	task->first_run->size = program->size;
	task->first_run->kept = (struct kept_bytes){ 0 };
	if (program->node && !program->viewed)
		node_keep_bytes(program->node, &task->first_run->kept);
	program->viewed = false;
	a->page = NULL;
	a->large = NULL;
	return 0;
}

void first_run_drop(struct task *task)
{
	if (!task->first_run)
		return;
	arguments_end(&task->first_run->arguments);
	plan_end(&task->first_run->plan);
	if (task->first_run->view)
		view_close(task->first_run->view, task->first_run->size);
	else if (task->first_run->kept.bytes)
		node_release_bytes(&task->first_run->kept);
	heap_free(task->first_run);
	task->first_run = NULL;
}

static void start_program(void)
{
	struct task *task = current_task();

	const uint64_t pending = task->signals.pending & ~SIGNALS_STOP; /* it is stopped later */

	if (pending) /* killed before it ran; there is no handler yet, and nothing blocked */
		task_exit(__builtin_ctzl(pending) + 1);
	if (task->first_run) {
		interrupts_on();
		image_fill_own(&task->space, &task->first_run->plan);
		first_run_drop(task);
		interrupts_off();
	}
	enter_user(task->entry, task->user_rsp);
}

/* Creates the task, loads the program, and makes it a child of the current task. */
static int spawn(char name[PATH_LENGTH], struct arguments *a, struct task **result)
{
	struct program program;
	struct elf_plan plan;
	struct task *task;
	uintptr_t rsp;
	int error = task_limit_is_reached() ? -EAGAIN : plan_program(name, a, &program, &plan, &rsp);

	if (error)
		return error;
	task = task_create(program.name, program.name_length, start_program);
	if (!task) {
		program_end(&program);
		plan_end(&plan);
		return -ENOMEM;
	}
	task->entry = plan.entry;
	task->user_rsp = rsp;
	error = image_load(&task->space, &plan, program.node);
	if (!error)
		error = arguments_map(a, &task->space);
	if (!error)
		error = task_inherit_files(task);
	if (!error && loader_fill_own)
		error = first_run_keep(task, &plan, a, &program);
	program_end(&program);
	plan_end(&plan);
	if (error) {
		task_destroy(task);
		return error;
	}
	address_space_set_brk(&task->space);
	task_adopt(task, current_task());
	*result = task;
	return task->pid;
}

int task_spawn(const char *program, const char *const *argv, size_t count)
{
	char name[PATH_LENGTH];
	struct arguments a;
	struct task *task;
	const size_t length = string_copy(name, program, sizeof name);
	int result = arguments_begin(&a, name, length);

	if (result)
		return result;
	for (size_t i = 0; !result && i < count; i++)
		result = arguments_add(&a, argv[i]);
	if (!result)
		result = spawn(name, &a, &task);
	arguments_end(&a);
	if (result > 0)
		sched_enqueue(task);
	return result;
}

/* Name and arguments from user memory. */
static int arguments_from_user(struct arguments *a, uint64_t name, uint64_t argv, uint64_t envp,
                               char copy[PATH_LENGTH])
{
	long length = copy_string_from_user(copy, name, PATH_LENGTH);
	int error;

	if (length < 0)
		return length == -E2BIG ? -ENAMETOOLONG : (int)length;
	error = arguments_begin(a, copy, (size_t)length);
	if (error)
		return error;
	error = arguments_add_user(a, argv, envp);
	if (error)
		arguments_end(a);
	return error;
}

long task_spawn_user(uint64_t user_name, uint64_t argv, uint64_t envp)
{
	char name[PATH_LENGTH];
	struct arguments a;
	struct task *task;
	int result;

	interrupts_on();
	result = arguments_from_user(&a, user_name, argv, envp, name);
	if (!result) {
		result = spawn(name, &a, &task);
		arguments_end(&a);
	}
	interrupts_off();
	if (result > 0) { /* the new task has the CPU first, as after vfork() */
		sched_enqueue(current_task());
		sched_switch_to(task);
	}
	return result;
}

/* Gives the current task a new space with the checked program, and frees the old one. */
static int execve(struct arguments *a, const struct elf_plan *plan, struct node *node)
{
	struct task *task = current_task();
	struct address_space space, old;
	int error = address_space_create(&space);

	if (error)
		return error;
	error = image_load(&space, plan, node);
	if (!error)
		error = arguments_map(a, &space);
	if (error) {
		address_space_destroy(&space);
		return error;
	}
	address_space_set_brk(&space);
	kstack_move(&task->stack, &task->space.root, &space.root);
	old = task->space;
	task->space = space;
	isolation_switch(task_root(task)); /* the kernel stack is the same memory under both */
	if (loader_fill_own)
		image_fill_own(&task->space, plan);
	arguments_end(a);
	address_space_destroy(&old);
	return 0;
}

long task_execve_user(uint64_t user_name, uint64_t argv, uint64_t envp)
{
	struct task *task = current_task();
	char name[PATH_LENGTH];
	struct program program;
	struct arguments a;
	struct elf_plan plan;
	uintptr_t rsp;
	int error;

	interrupts_on();
	error = arguments_from_user(&a, user_name, argv, envp, name);
	if (!error) {
		error = plan_program(name, &a, &program, &plan, &rsp);
		if (!error) {
			error = execve(&a, &plan, program.node);
			program_end(&program);
			plan_end(&plan);
		}
		if (error)
			arguments_end(&a);
	}
	interrupts_off();
	if (error)
		return error;
	task_set_name(task, program.name, program.name_length);
	task_drop_fpu(task);
	file_table_exec(task);
	signals_exec(task);
	if (task->fs_base)
		write_msr(MSR_FS_BASE, task->fs_base = 0);
	enter_user(plan.entry, rsp);
}
