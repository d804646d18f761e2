/* SPDX-License-Identifier: MIT */
/*
 * The rows of exec.c and regions.c, but with a path instead of a boot module's name. The kernel
 * then walks the path and checks that it leads to an executable file. Linux does so too for the
 * same rows (docs/baselines.md). The file is /payload-4k and so on. Its bytes stay in the boot
 * module, like the bytes of a file from an archive.
 *
 * The ids (with_path_…) sort these rows after all others, so that these rows do not change the
 * memory that the other rows find.
 */
#include "bench/guest/payload.h"
#include "fs/boot_modules.h"
#include "fs/node.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "output/console.h"

static const uint64_t small_images[] = { 4 * KIB, 64 * KIB, MIB, BENCH_LIST_END };

/* Creates the file and sets b->module to its path. */
static int create_file(struct bench *b)
{
	int error = bench_find_payload(b, b->parameter);
	const struct boot_module *module;
	struct node *file;

	if (error)
		return error;
	module = boot_module_find(b->module);
	file = node_create(node_root, module->name, strlen(module->name), NODE_FILE | 0755);
	if (!file)
		return -ENOMEM;
	file->data = module->data;
	file->size = module->size;
	format_string(b->module, sizeof b->module, "/%s", module->name);
	return 0;
}

static void remove_file(struct bench *b)
{
	int error;
	struct node *file = node_find_name(NULL, b->module, &error);

	if (file)
		node_remove(file);
}

BENCH(with_path_1_spawn, "exec.spawn of a file, found by its path", .name = "exec.spawn.path",
      .unit = "bytes", .parameters = small_images, .setup = create_file, .check = bench_stamped,
      .verify = payload_arrived, .teardown = remove_file, .program = "probe", .argument = "spawn",
      .stamps_in_kernel = true);

BENCH(with_path_2_execve, "exec.execve of a file, found by its path", .name = "exec.execve.path",
      .unit = "bytes", .parameters = small_images, .setup = create_file, .check = bench_stamped,
      .verify = payload_arrived, .teardown = remove_file, .program = "probe", .argument = "execve",
      .stamps_in_kernel = true);

BENCH(with_path_3_roundtrip, "exec.roundtrip of a file, found by its path", .name = "exec.roundtrip.path",
      .unit = "bytes", .parameters = small_images, .setup = create_file, .check = bench_stamped,
      .verify = payload_arrived, .teardown = remove_file, .program = "probe", .argument = "roundtrip");

BENCH(with_path_4_fork_exec, "fork.exec of a file, found by its path", .name = "fork.exec.path",
      .unit = "bytes", .parameters = small_images, .setup = create_file, .check = bench_stamped,
      .verify = payload_arrived, .teardown = remove_file, .program = "probe", .argument = "fork-exec");
