/* SPDX-License-Identifier: MIT */
/*
 * Tests programs in files that were written after boot. Such a file differs from a boot module: its
 * frames are not contiguous, it may have holes, and it may change before the program runs.
 */
#include "boot/boot.h"
#include "fs/node.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "loader/loader.h"
#include "mem/frames.h"
#include "mem/paging.h"
#include "process/process.h"
#include "tests/kernel/lost.h"
#include "tests/kernel/test.h"
#include "vm/view.h"

#define PATH "/tmp/written"

/*
 * Writes `size` bytes to a new file at PATH. Starts with the last page, so that no two consecutive
 * pages get consecutive frames. Pages of zeros become holes. Returns NULL if out of memory.
 */
static struct node *write_file(const uint8_t *bytes, size_t size)
{
	static const uint8_t zeros[PAGE_SIZE];
	int error;
	struct node *directory = node_find(NULL, "/tmp", true, &error);
	struct node *node = node_create(directory, "written", 7, NODE_FILE | 0755);

	if (!node)
		return NULL;
	for (size_t page = (size + PAGE_MASK) / PAGE_SIZE; page-- > 0;) {
		const size_t at = page * PAGE_SIZE, n = size - at < PAGE_SIZE ? size - at : PAGE_SIZE;
		void *room;

		if (at + n < size && memcmp(bytes + at, zeros, n) == 0)
			continue;
		if (node_room(node, at, n, &room) < n) {
			node_remove(node);
			return NULL;
		}
		memcpy(room, bytes + at, n);
	}
	return node;
}

static struct node *write_program(const char *name)
{
	const struct boot_module *module = boot_module_find(name);

	return module ? write_file(module->data, module->size) : NULL;
}

static int wait_for(int pid)
{
	int status;

	if (pid < 0)
		return pid;
	while (process_wait(pid, &status, 0) != pid)
		;
	return status;
}

static int start(void)
{
	const char *argv[] = { PATH, "-" };

	return process_spawn(PATH, argv, 2);
}

/*
 * Starts a child that calls execve(PATH). Returns the child's wait status. If execve() fails, the
 * child exits with the error number as its status.
 */
static int run_by_execve(void)
{
	const char *argv[] = { "arguments", "exec", PATH };

	return wait_for(process_spawn("arguments", argv, 3));
}

TEST(written_programs_run)
{
	static const char *const names[] = { "payload-4k", "payload-64k", "payload-1m" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct node *node = write_program(names[i]);
		const void *bytes;
		const char *problem = NULL;

		if (!node)
			return "the file could not be written";
		if (node->size > PAGE_SIZE && node_bytes(node, 0, node->size, &bytes) > PAGE_SIZE)
			problem = "the file's frames are contiguous";
		else if (wait_for(start()) != 0)
			problem = "spawn(): exit status 0 was expected";
		else if (run_by_execve() != 0)
			problem = "execve(): exit status 0 was expected";
		node_remove(node);
		loader_trim();
		if (problem)
			return problem;
	}
	return NULL;
}

TEST(written_programs_outlive_their_files)
{
	struct node *node = write_program("payload-64k");
	int pid;

	if (!node)
		return "the file could not be written";
	pid = start();
	node_remove(node); /* the task has not run yet */
	if (wait_for(pid) != 0)
		return "removed: exit status 0 was expected";
	node = write_program("payload-64k");
	if (!node)
		return "the file could not be written again";
	pid = start();
	node_truncate(node, 0);
	node_truncate(node, 3 * PAGE_SIZE);
	if (wait_for(pid) != 0)
		return "truncated: exit status 0 was expected";
	if (start() != -ENOEXEC)
		return "zeros: ENOEXEC was expected";
	node_remove(node);
	loader_trim();
	return NULL;
}

TEST(views_show_their_own_file)
{
	static uint8_t text[4 * PAGE_SIZE];
	const void *last = NULL;
	const char *problem = NULL;

	for (uint8_t letter = 'a'; letter < 'a' + 4 && !problem; letter++) {
		const volatile uint8_t *view;
		struct node *node;
		pte_t entry;

		memset(text, letter, sizeof text);
		/*
		 * The previous view still owns the frames of the previous file, so this file gets
		 * other frames.
		 */
		node = write_file(text, sizeof text);
		if (last)
			view_close(last, sizeof text);
		/* The new view is in the slot of the view that was just closed. */
		view = node ? view_open(&node->backing, node->size) : NULL;
		if (!view)
			return "no view of the file";
		for (size_t at = 0; at < sizeof text; at += PAGE_SIZE / 2)
			if (view[at] != letter)
				problem = "the view shows another file";
		if (paging_translate(kernel_pml4, (uintptr_t)view, &entry) == PAGING_INVALID ||
		    (entry & (PTE_WRITE | PTE_USER)) || !(entry & PTE_NX))
			problem = "the view is not read-only for the kernel alone";
		node_remove(node);
		last = (const void *)view;
	}
	view_close(last, sizeof text);
	return problem;
}

TEST(damaged_written_programs_are_refused)
{
	const struct boot_module *module = boot_module_find("payload-64k");
	struct node *node = module ? write_file(module->data, 100) : NULL;
	const char *problem = NULL;

	if (!node)
		return "the file could not be written";
	if (start() != -ENOEXEC || run_by_execve() != ENOEXEC << 8)
		problem = "truncated in its headers: ENOEXEC was expected";
	node_remove(node);
	/* Cut off two pages. The program still works, because it uses only its first page. */
	node = write_file(module->data, module->size - 2 * PAGE_SIZE);
	if (!node)
		return "the file could not be written again";
	if (wait_for(start()) != 0 || run_by_execve() != 0)
		problem = "truncated: exit status 0 was expected";
	node->mode &= ~0111U;
	if (start() != -EACCES)
		problem = "not executable: EACCES was expected";
	node_remove(node);
	return problem;
}

TEST(long_written_scripts_run)
{
	static uint8_t text[3 * PAGE_SIZE + 5];
	struct node *node;
	int status;

	memcpy(text, "#!probe\n", 8); /* with these arguments `probe` exits with status 2 */
	memset(text + 8, '#', sizeof text - 8);
	node = write_file(text, sizeof text);
	if (!node)
		return "the file could not be written";
	status = wait_for(start());
	if (status == 2 << 8)
		status = run_by_execve();
	memcpy(text, "#!" PATH "\n", sizeof "#!" PATH "\n" - 1);
	node_remove(node);
	node = write_file(text, sizeof text);
	if (!node)
		return "the file could not be written again";
	if (start() != -ELOOP)
		status = -1;
	node_remove(node);
	loader_trim();
	return status == 2 << 8 ? NULL : "exit status 2, then ELOOP were expected";
}

TEST(many_written_programs_wait_to_run)
{
	static int pids[VIEW_SLOTS + 8];
	struct node *node = write_program("payload-64k");
	const char *problem = NULL;
	size_t started = 0;

	if (!node)
		return "the file could not be written";
	while (started < VIEW_SLOTS + 8) {
		const int pid = start();

		if (pid == -ENOMEM && started >= VIEW_SLOTS)
			break; /* no free view: in this build, each new task holds a view */
		if (pid < 0) {
			problem = "a task was not started";
			break;
		}
		pids[started++] = pid;
	}
	while (started-- > 0)
		if (wait_for(pids[started]) != 0)
			problem = "exit status 0 was expected";
	node_remove(node);
	loader_trim();
	return problem;
}

static void start_both_ways(size_t left)
{
	(void)left;
	wait_for(start());
	run_by_execve();
}

TEST(shortage_with_written_programs_loses_nothing)
{
	struct node *node = write_program("payload-64k");
	const char *problem = node ? NULL : "the file could not be written";

	if (!problem)
		problem = run_in_shortage(0, 120, 1, start_both_ways);
	if (!problem && (wait_for(start()) != 0 || run_by_execve() != 0))
		problem = "exit status 0 was expected with memory again";
	if (node)
		node_remove(node);
	loader_trim();
	return problem;
}

#define OWNED_PAGES 5
#define TRIED       512 /* frames allocated in the search for OWNED_PAGES contiguous ones */

/*
 * Counts the consecutive frames in the list, from the frame at address `start` on. Returns the
 * count, at most OWNED_PAGES.
 */
static size_t run_length(const uint64_t *frames, size_t count, uint64_t start)
{
	size_t length = 0;

	for (size_t i = 0; i < count && length < OWNED_PAGES; i++)
		if (frames[i] == start + length * PAGE_SIZE) {
			length++;
			i = (size_t)-1; /* search the whole list again */
		}
	return length;
}

/*
 * Allocates OWNED_PAGES contiguous frames, like those of a file in an archive. Returns the address
 * of the first, or FRAME_NONE if there are none.
 */
static uint64_t frames_side_by_side(void)
{
	static uint64_t frames[TRIED];
	uint64_t start = FRAME_NONE;

	for (size_t i = 0; i < TRIED; i++)
		frames[i] = frame_alloc();
	for (size_t i = 0; i < TRIED && !start; i++)
		if (run_length(frames, TRIED, frames[i]) == OWNED_PAGES)
			start = frames[i];
	for (size_t i = 0; i < TRIED; i++)
		if (!start || frames[i] - start >= OWNED_PAGES * PAGE_SIZE)
			frame_free(frames[i]);
	return start;
}

TEST(files_of_archives_are_read_into_themselves)
{
	static const char *const argv[] = { "paths", "reads-itself" };
	const uint64_t start = frames_side_by_side();
	uint8_t *bytes = phys_to_virt(start);
	struct node *directory, *node;
	int error, status;

	if (start == FRAME_NONE)
		return SKIP "no frames are contiguous";
	directory = node_find(NULL, "/tmp", true, &error);
	node = node_create(directory, "owned", 5, NODE_FILE | 0600);
	if (!node)
		return "no memory";
	for (size_t i = 0; i < OWNED_PAGES * PAGE_SIZE; i++)
		bytes[i] = (uint8_t)(i * 7 + i / PAGE_SIZE);
	node->data = bytes;
	node->size = OWNED_PAGES * PAGE_SIZE;
	node_own_data(node);
	for (size_t i = 0; i < OWNED_PAGES; i++)
		frame_free(start + i * PAGE_SIZE); /* the file remains the only owner */
	status = wait_for(process_spawn("paths", argv, 2));
	node_remove(node);
	loader_trim();
	return status ? "it read something else than its contents" : NULL;
}
