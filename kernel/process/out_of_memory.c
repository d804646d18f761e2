/* SPDX-License-Identifier: MIT */
#include "process/out_of_memory.h"
#include "process/descriptors.h"

#include "fs/file.h"
#include "output/console.h"
#include "process/process.h"
#include "sched/pause.h"
#include "vm/regions.h"

#define ROOT_WEIGHT 4 /* the weight of root's processes is divided by this */

/* Process ID of the last process that was killed, or 0. Guarded by the kernel lock (cpu/lock.h). */
static int chosen;

struct choice {
	struct process *process;
	bool is_first; /* it is the first program: a child of the kernel's own process */
	size_t weight; /* `resident` + `nameless`; a quarter (ROOT_WEIGHT) of that for root */
	/* In frames: its address space, and its share of pipes and nameless files. */
	size_t resident, nameless;
};

static bool is_better(const struct choice *a, const struct choice *b)
{
	if (!b->process || a->is_first != b->is_first)
		return !b->process || b->is_first;
	return a->weight > b->weight || (a->weight == b->weight && b->process->identity.user == 0);
}

static void consider(struct process *process, void *argument)
{
	struct choice *best = argument, choice = { .process = process };

	if (process->pid == 1 || process->task.state == TASK_ZOMBIE)
		return;
	choice.is_first = process->parent && process->parent->pid == 1;
	choice.resident = address_space_resident(&process->space);
	choice.nameless = file_table_nameless(process);
	choice.weight = (choice.resident + choice.nameless) / (process->identity.user ? 1 : ROOT_WEIGHT);
	if (is_better(&choice, best))
		*best = choice;
}

static bool is_ending(int pid)
{
	const struct process *process = pid ? process_find(pid) : NULL;

	return process && process->task.state != TASK_ZOMBIE;
}

static void end_one(void)
{
	struct choice best = { 0 };

	process_each(consider, &best);
	if (!best.process)
		best.process = current_process();
	chosen = best.process->pid;
	if (!process_quiet)
		kprintf("out of memory: task %d (%s) of user %u killed: it holds %lu KiB, and %lu KiB in "
		        "files without a name\n",
		        chosen, best.process->name, best.process->identity.user,
		        best.resident * (PAGE_SIZE / KIB), best.nameless * (PAGE_SIZE / KIB));
	signal_send(best.process, SIGKILL, (struct signal_info){ .code = SI_KERNEL });
}

void out_of_memory(void)
{
	const struct thread *thread = current_thread();

	if (!is_ending(chosen))
		end_one();
	while (is_ending(chosen) && !signal_will_end(thread)) {
		let_interrupts_in();
		task_yield();
	}
}
