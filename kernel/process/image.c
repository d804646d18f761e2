/* SPDX-License-Identifier: MIT */
#include "process/image.h"

#include "lib/errno.h"
#include "lib/string.h"
#include "mem/heap.h"
#include "process/interpreter.h"
#include "process/process.h"
#include "process/script.h"

static int check_large(const struct program *program, struct elf_plan *plan)
{
	struct load_segment *segments = heap_alloc(LOAD_SEGMENTS_MAX * sizeof *segments);
	int error = segments ? elf_check_large(program->data, program->size, plan, segments) : -ENOMEM;

	if (error) {
		heap_free(segments);
		plan->segments = plan->inside;
	}
	return error;
}

/*
 * Called after elf_check() has refused a program with `error`. For -E2BIG, checks it again with
 * room for more segments. For -ENOEXEC, prints a message if the program is linked dynamically.
 * Returns 0 or the error that remains.
 */
static __attribute__((noinline)) int check_again(const char *name, const struct program *program,
                                                 struct elf_plan *plan, int error)
{
	if (error == -E2BIG)
		error = check_large(program, plan);
	if (error == -ENOEXEC && !process_quiet)
		say_interpreter(name, program->data, program->size);
	return error;
}

/*
 * Opens the program called `name`. If it is a script, opens its interpreter instead and stores the
 * interpreter's path in `name`. Returns 0 or an error.
 */
static int open_program(struct image *image, char name[PATH_LENGTH])
{
	struct program *program = &image->program;
	int error = program_open(program, name);

	for (unsigned depth = 0; !error && script_is(program); depth++) {
		error = script_resolve(program, &image->arguments, name);
		program_close(program);
		if (!error)
			error = program_open(program, name);
		if (!error && depth == SCRIPTS_MAX) {
			program_close(program);
			error = -ELOOP;
		}
	}
	return error;
}

/*
 * Opens and checks the program after the arguments were built. `error` is the result of building
 * them. If it is not 0, only frees the arguments and returns `error`. Otherwise returns 0 or an
 * error.
 */
static inline int complete(struct image *image, char name[PATH_LENGTH], int error)
{
	struct program *program = &image->program;
	struct elf_plan *plan = &image->plan;

	if (!error)
		error = open_program(image, name);
	if (error)
		goto no_program;
	error = elf_check(program->data, program->size, plan);
	if (error)
		error = check_again(name, program, plan, error);
	if (error)
		goto no_plan;
	error = arguments_finish(&image->arguments, plan, &image->rsp);
	if (!error)
		return 0;
	if (plan->segments != plan->inside)
		heap_free(plan->segments);
no_plan:
	program_close(program);
no_program:
	arguments_end(&image->arguments);
	return error;
}

int image_open(struct image *image, const char *program, const char *const *argv, size_t count)
{
	char name[PATH_LENGTH];
	int error = arguments_begin(&image->arguments, name, string_copy(name, program, sizeof name));

	if (error)
		return error;
	for (size_t i = 0; !error && i < count; i++)
		error = arguments_add(&image->arguments, argv[i]);
	return complete(image, name, error);
}

int image_open_user(struct image *image, uint64_t user_name, uint64_t argv, uint64_t envp)
{
	char name[PATH_LENGTH];
	long length = copy_string_from_user(name, user_name, sizeof name);
	int error;

	if (length < 0)
		return length == -E2BIG ? -ENAMETOOLONG : (int)length;
	error = arguments_begin(&image->arguments, name, (size_t)length);
	return error ? error : complete(image, name, arguments_add_user(&image->arguments, argv, envp));
}
