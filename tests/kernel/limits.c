/* SPDX-License-Identifier: MIT */
/*
 * Tests that no program can deprive the others of CPU time or memory. tests/programs/limits.c does
 * many of the checks.
 */
#include "cpu/apic.h"
#include "fs/node.h"
#include "isolation/isolation.h"
#include "loader/loader.h"
#include "mem/frames.h"
#include "process/process.h"
#include "sched/pause.h"
#include "sys/calls.h"
#include "sys/paths.h"
#include "sys/syscall.h"
#include "tests/kernel/kinds.h"
#include "tests/kernel/test.h"

TEST(a_user_has_so_many_tasks)
{
	return RUN_KINDS("limits", "tasks");
}

TEST(long_calls_are_broken_off)
{
	return RUN_KINDS("limits", "zeros", "randoms", "files", "terminal");
}

TEST(positions_are_used_by_one_task_at_a_time)
{
	const char *problem;

	lapic_timer(10000); /* 10 kHz, so that many task switches occur inside the system calls */
	problem = RUN_KINDS("limits", "positions");
	lapic_timer(0);
	this_cpu()->return_work = 0;
	return problem;
}

static volatile bool under_way; /* the function under test is running */
static volatile bool came;      /* an interrupt arrived while the function was running */

static void note(void)
{
	came |= under_way;
	lapic_eoi();
}

/*
 * Makes an interrupt pending and calls function(argument), which takes long. Returns true if the
 * interrupt was delivered before the function returned.
 */
static bool lets_interrupts_in(void (*function)(void *argument), void *argument)
{
	came = false;
	lapic_self_ipi(VECTOR_BENCH);
	under_way = true;
	function(argument);
	under_way = false;
	interrupts_on();
	__asm__ volatile("nop");
	interrupts_off();
	return came;
}

#define SIZE (4 * MIB)

static long result;
static uint64_t mapping;

static void protect(void *argument)
{
	(void)argument;
	result = sys_mprotect(mapping, SIZE, PROT_READ);
}

static void discard(void *argument)
{
	(void)argument;
	result = sys_madvise(mapping, SIZE, 4);
}

static void move(void *argument)
{
	(void)argument;
	result = sys_mremap(mapping, SIZE, 2 * SIZE, MREMAP_MAYMOVE | MREMAP_FIXED, mapping - 4 * SIZE);
	mapping -= 4 * SIZE;
}

static void unmap(void *argument)
{
	(void)argument;
	result = sys_munmap(mapping, 2 * SIZE);
}

static void map(void *argument)
{
	(void)argument;
	mapping = (uint64_t)sys_mmap(0, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, ~0UL, 0);
}

/*
 * Lets the kernel's own task make system calls that change mappings. The caller has given the task
 * an address space for the test. Returns NULL, "no memory", or the name of a call that failed or
 * let no interrupt in.
 */
static const char *calls_on_memory(void)
{
	static const char byte = 1;
	const char *problem = NULL;

	irq_set_handler(VECTOR_BENCH, note);
	if (!lets_interrupts_in(map, NULL) || (long)mapping < 0)
		problem = "mmap()";
	for (uint64_t at = mapping; !problem && at < mapping + SIZE; at += PAGE_SIZE)
		if (copy_to_user(at, &byte, 1))
			problem = "no memory";
	if (!problem && (!lets_interrupts_in(protect, NULL) || result))
		problem = "mprotect()";
	if (!problem && (!lets_interrupts_in(move, NULL) || result < 0))
		problem = "mremap()";
	if (!problem && (!lets_interrupts_in(discard, NULL) || result))
		problem = "madvise()";
	if (!problem && (!lets_interrupts_in(unmap, NULL) || result))
		problem = "munmap()";
	irq_set_handler(VECTOR_BENCH, NULL);
	return problem;
}

TEST(calls_on_memory_let_interrupts_in)
{
	struct process *process = current_process();
	struct address_space space, own = process->space;
	const char *problem;

	if (address_space_create(&space))
		return "no memory";
	kstack_move(&process->task.stack, &own.root, &space.root);
	process->space = space;
	process->task.root = space.root;
	isolation_switch(&process->task.root);
	problem = calls_on_memory();
	space = process->space;
	process->space = own;
	process->task.root = own.root;
	isolation_switch(&process->task.root);
	address_space_destroy(&space);
	return problem;
}

static void drop(void *node)
{
	node_drop(node);
}

static void cut(void *node)
{
	result = truncate_file(node, 0);
}

static struct node *full_file(void)
{
	struct node *node = node_create_nameless(0);

	for (size_t page = 0; node && page < SIZE / PAGE_SIZE; page++)
		if (node_frame(node, page) == FRAME_NONE) {
			node_drop(node);
			node = NULL;
		}
	if (node)
		node->size = SIZE;
	return node;
}

TEST(large_files_go_with_interrupts_let_in)
{
	struct node *node = full_file();
	const char *problem = NULL;

	irq_set_handler(VECTOR_BENCH, note);
	if (!node)
		problem = "no memory";
	if (!problem && (!lets_interrupts_in(cut, node) || result))
		problem = "ftruncate()";
	if (node)
		node_drop(node);
	node = problem ? NULL : full_file();
	if (node && !lets_interrupts_in(drop, node))
		problem = "unlink()";
	irq_set_handler(VECTOR_BENCH, NULL);
	return problem;
}

static void count_one(struct process *process, void *count)
{
	(void)process;
	++*(unsigned *)count;
}

static void visit_all(void *count)
{
	process_each(count_one, count);
}

/* There may be thousands of tasks, so a walk over all tasks must be interruptible too. */
TEST(walks_over_tasks_let_interrupts_in)
{
	const char *argv[] = { "payload-4k", "-" };
	unsigned count = 0;
	bool in = false;
	int status;

	irq_set_handler(VECTOR_BENCH, note);
	for (unsigned i = 0; i < 2 * PAUSE_STEPS; i++)
		if (process_spawn("payload-4k", argv, 2) < 0)
			break;
	if (process_count() > PAUSE_STEPS)
		in = lets_interrupts_in(visit_all, &count);
	irq_set_handler(VECTOR_BENCH, NULL);
	if (count != process_count())
		return "not all tasks were visited";
	while (process_wait(-1, &status, 0) > 0)
		;
	return in ? NULL : "no interrupt was delivered during the walk";
}

#define FRAMES 2048 /* frames left free for the program; the same as in tests/programs/limits.c */

TEST(who_holds_most_memory_pays)
{
	static const char *const kinds[] = { "hog-faults", "hog-waits", "hog-is-stopped", "hog-has-a-file",
		                             "root-is-spared" };
	const char *problem = NULL;

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds && !problem; i++) {
		loader_trim();
		if (frames_free() < 2 * FRAMES)
			return SKIP "this machine has too little memory";
		frames_set_reserve(frames_free() - FRAMES);
		process_quiet = true;
		problem = RUN_KINDS("limits", kinds[i]);
		process_quiet = false;
		frames_set_reserve(0);
	}
	return problem;
}

TEST(files_have_their_share_of_memory)
{
	const char *problem;

	node_limit_frames(0);
	problem = RUN_KINDS("limits", "files-are-full");
	node_limit_frames(frames_total() / 2); /* restores the limit that kernel_main() has set */
	return problem;
}
