/* SPDX-License-Identifier: MIT */
/*
 * map.file_end (bench/claims/34-*): checks the contents of a mapping past the end of the file. The
 * files have several sizes; some are contiguous in memory, like those of a boot module, and some
 * consist of single frames. bench/programs/mappings.c maps all pages that contain bytes of the
 * file, and one page more.
 */
#include "bench/guest/experiments/pitfalls.h"
#include "boot/boot.h"
#include "fs/node.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "process/process.h"

#define NAME    "file-end"
#define PATH    "/tmp/" NAME

/* Wait statuses of `mappings beyond`: mmap() refused the page; the page could be read. */
#define REFUSED (3 << 8)
#define READ    (4 << 8)

static const size_t sizes[] = { 1,
	                        PAGE_SIZE / 2,
	                        PAGE_SIZE - 1,
	                        PAGE_SIZE,
	                        PAGE_SIZE + 1,
	                        PAGE_SIZE * 3 / 2,
	                        PAGE_SIZE * 2,
	                        PAGE_SIZE * 5 / 2 };
#define SIZES (sizeof sizes / sizeof *sizes)

static uint8_t content[3 * PAGE_SIZE]; /* longer than any file; a mapping must not show the rest */

static int run(const char *kind)
{
	const char *argv[] = { "mappings", kind, PATH };
	const bool quiet = process_quiet;
	int pid, status = -1;

	process_quiet = true;
	pid = process_spawn("mappings", argv, 3);
	while (pid > 0 && process_wait(pid, &status, 0) != pid)
		;
	process_quiet = quiet;
	return status;
}

static struct node *make_file(size_t size, bool in_frames)
{
	int error;
	struct node *directory = node_find(NULL, "/tmp", true, &error), *node;

	node = directory ? node_create(directory, NAME, strlen(NAME), NODE_FILE | 0644) : NULL;
	if (!node)
		return NULL;
	node->data = content;
	node->size = size;
	if (in_frames && node_frame(node, 0) == FRAME_NONE) {
		node_remove(node);
		return NULL;
	}
	return node;
}

static void file_end(struct bench *b)
{
	uint64_t mapped = 0, refused = 0, bus_errors = 0, read = 0;

	for (size_t i = 0; i < sizeof content; i++)
		content[i] = (uint8_t)(i * 7 + i / 256);
	for (size_t i = 0; i < 2 * SIZES; i++) {
		struct node *node = make_file(sizes[i / 2], i % 2);
		int status;

		if (!node)
			break;
		mapped += run("end") == 0;
		status = run("beyond");
		refused += status == REFUSED;
		bus_errors += status == SIGBUS;
		read += status == READ;
		node_remove(node);
		b->tries++;
	}
	b->violations = b->tries - mapped + read;
	pitfall_report(b);
	bench_metric(b, "mapped_with_zero_tail", mapped, "count");
	bench_metric(b, "beyond_not_mapped", refused, "count");
	bench_metric(b, "beyond_bus_errors", bus_errors, "count");
	bench_metric(b, "beyond_read", read, "count");
}

static int need_program(struct bench *b)
{
	(void)b;
	return boot_module_find("mappings") ? 0 : -ENOENT;
}

BENCH(map_file_end, "files mapped to their end and a page further: zeros, then SIGBUS",
      .name = "map.file_end", .experiment = true, .few = 1, .setup = need_program, .body = file_end,
      .check = pitfall_ran);
