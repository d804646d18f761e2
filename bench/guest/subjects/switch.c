/* SPDX-License-Identifier: MIT */
/*
 * The cost of context switches against the number of pages that each task touches: two tasks of
 * bench/programs/pingpong.c yield to each other. A sample has PINGPONG_ROUNDS round trips, that is,
 * 2 * PINGPONG_ROUNDS switches, with their system calls and touches. An overhead sample has the
 * same touches in one task.
 */
#include "bench/guest/bench.h"
#include "bench/programs/pingpong.h"
#include "boot/boot.h"
#include "lib/errno.h"
#include "output/console.h"
#include "process/process.h"

static const uint64_t page_counts[] = { 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, PINGPONG_PAGES, BENCH_LIST_END };

static int pass_parameter(struct bench *b)
{
	format_string(b->module, sizeof b->module, "%lu", b->parameter);
	return boot_module_find("pingpong") ? 0 : -ENOENT;
}

/*
 * Returns the number of turns that the program's child has taken, or 0 if there is no child. The
 * child counts them in the word at its user address b->evidence.
 */
static uint64_t turns_of_partner(const struct bench *b)
{
	const struct process *process = process_find(b->pid);
	uint64_t at;

	if (!process || !process->children)
		return 0;
	at = paging_translate(process->children->space.pml4, b->evidence, NULL);
	return at == PAGING_INVALID ? 0 : *(const uint64_t *)phys_to_virt(at);
}

static void count_turns(struct bench *b)
{
	b->tries = turns_of_partner(b);
}

static bool took_turns(struct bench *b)
{
	bench_metric(b, "switches", 2 * PINGPONG_ROUNDS, "count");
	return b->t1 > b->t0 && turns_of_partner(b) == b->tries + PINGPONG_ROUNDS;
}

BENCH(switch_pingpong, "two tasks that yield to each other, 16 switches in all, each touching some pages",
      .name = "switch.pingpong", .unit = "pages", .parameters = page_counts, .setup = pass_parameter,
      .prepare = count_turns, .check = took_turns, .program = "pingpong", .argument = "ping");
