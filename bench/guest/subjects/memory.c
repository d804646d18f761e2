/* SPDX-License-Identifier: MIT */
/* The memory that one more task costs, without its program's own pages. */
#include "bench/guest/bench.h"
#include "loader/loader.h"
#include "mem/frames.h"
#include "process/process.h"
#include "stack/kstack.h"

#define TASKS 16

static size_t user_bytes(struct process *process)
{
	const struct region *region = address_space_regions(&process->space);
	size_t total = 0;

	for (uint32_t i = 0; i < process->space.count; i++)
		total += region[i].pages * PAGE_SIZE;
	return total;
}

static void spawn_and_count(struct bench *b)
{
	static const char *const argv[] = { "hostile", "yield" };
	size_t before, total, table_bytes;
	int pids[TASKS], status;

	b->violations = 1;
	loader_trim(); /* the loader's tables belong to no task */
	before = frames_free();
	for (size_t i = 0; i < TASKS; i++)
		pids[i] = process_spawn("hostile", argv, 2);
	task_yield(); /* each task runs until it yields, so all of them start */
	loader_trim();
	total = (before - frames_free()) * PAGE_SIZE / TASKS;
	if (pids[TASKS - 1] > 0) {
		total -= user_bytes(process_find(pids[TASKS - 1]));
		table_bytes = total - kstack_stack_bytes() - PAGE_SIZE;
		bench_metric(b, "bytes", total, "bytes");
		bench_metric(b, "stack_bytes", kstack_stack_bytes(), "bytes");
		bench_metric(b, "table_bytes", table_bytes, "bytes");
		bench_metric(b, "task_bytes", PAGE_SIZE, "bytes");
		/*
		 * Expected tables: the PML4, three for the image, three for the user stack, and
		 * those of the kernel stack if the task does not share them with other tasks.
		 */
		/* With bouncing and fixed stacks, a task also has a kernel PML4 of its own. */
		b->violations =
		        table_bytes != 6 * PAGE_SIZE + PAGE_SIZE + kstack_table_bytes() +
		                               (ISOLATION_MOVES && kstack_has_own_tables() ? PAGE_SIZE : 0);
	}
	for (size_t i = 0; i < TASKS; i++) {
		if (pids[i] < 0)
			continue;
		process_kill(pids[i], SIGKILL);
		process_wait(pids[i], &status, 0);
	}
	if (frames_free() != before)
		b->violations++;
}

static bool adds_up(struct bench *b)
{
	return b->violations == 0;
}

BENCH(memory_per_task, "bytes that one more task costs: its stack, its page tables, its task structure",
      .name = "memory.per_task", .experiment = true, .few = 1, .body = spawn_and_count, .check = adds_up);
