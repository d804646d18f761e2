/* SPDX-License-Identifier: MIT */
#include "process/first_run.h"

#include "process/process_internal.h"

void first_run_keep(struct process *process, struct image *image)
{
	struct first_run *first_run = (struct first_run *)image;
	const struct program *program = &image->program;

	first_run->pinned = (struct pinned_bytes){ 0 };
	if (program->node && !program->viewed)
		node_pin_bytes(program->node, &first_run->pinned);
	process->first_run = first_run;
}

void first_run_drop(struct process *process)
{
	struct first_run *first_run = process->first_run;

	if (!first_run)
		return;
	image_close(&first_run->image);
	if (first_run->pinned.bytes)
		node_unpin_bytes(&first_run->pinned);
	heap_free(first_run);
	process->first_run = NULL;
}

void first_run_start(void)
{
	struct process *process = current_process();
	/* Without stop signals, which act on the first return from a system call or interrupt. */
	const uint64_t pending = (process->pending | process->main.signals.pending) & ~SIGNALS_STOP;

	if (pending) /* killed before it ran: it has no handlers yet and blocks no signals */
		process_exit(__builtin_ctzl(pending) + 1);
	if (process->first_run) {
		interrupts_on();
		plan_fill_own(&process->space, &process->first_run->image.plan);
		first_run_drop(process);
		interrupts_off();
	}
	enter_user(process->entry, process->user_rsp);
}
