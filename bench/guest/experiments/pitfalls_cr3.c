/* SPDX-License-Identifier: MIT */
/*
 * pitfall.cr3_in_c (bench/claims/03-*): C code loads another task's CR3 and continues. It runs on
 * stacks of three kinds:
 *   - fixed: at a fixed address, where each task has a stack of its own
 *   - heap: at an address in the kernel's PDPT, which all tasks share
 *   - scratch: the stack of kstack_call_across_cr3()
 * In half of the rounds, the other task's fixed stack is zeroed. In the other half, the other task
 * has run the same function on its fixed stack, and what the function left there is still there.
 */
#include "bench/guest/experiments/pitfalls.h"
#include "cpu/cpu.h"
#include "lib/string.h"
#include "mem/frames.h"
#include "mem/tlb.h"
#include "process/process.h"
#include "stack/kstack.h"

#define ROUNDS   16
#define CANARIES 8
#define OWN      0x6f776e0000000000UL /* the tags of the two tasks' variables */
#define OTHER    0x6f74686572000000UL

static uint64_t other_cr3;

/* Volatile, so that it is read again after the switch: a copy of it could be on the old stack. */
static volatile struct {
	uint64_t tag, cr3; /* cr3 is 0: do not switch */
	uint64_t wrong;    /* variables that changed */
} run;

/* Returns with the other CR3 loaded, unless run.cr3 is 0. */
static __attribute__((noinline)) void switch_in_c(void *argument)
{
	volatile uint64_t local = run.tag, canaries[CANARIES];

	(void)argument;
	for (uint64_t i = 0; i < CANARIES; i++)
		canaries[i] = run.tag + i;
	if (run.cr3)
		write_cr3(run.cr3);
	run.wrong = local != run.tag;
	for (uint64_t i = 0; i < CANARIES; i++)
		run.wrong += canaries[i] != run.tag + i;
}

/* The outcome on a kind of stack. */
struct outcome {
	uint64_t wrong, faults;
};

/*
 * Calls function() on the stack below `top`, or on the current one if `top` is 0. Counts the call
 * as wrong if a variable changed or the function did not return.
 */
static void try_on(uintptr_t top, void (*function)(void *argument), struct outcome *outcome)
{
	bool fault;

	run.tag = OWN;
	run.cr3 = other_cr3;
	run.wrong = 0;
	fault = contained_raises(EXCEPTION_PF, function, NULL, top);
	outcome->faults += fault;
	outcome->wrong += fault || run.wrong;
}

/*
 * Runs switch_in_c() as the other task, on that task's stack at the fixed address, without a
 * switch.
 */
static void run_as_other(void *argument)
{
	const uint64_t old = read_cr3();

	(void)argument;
	run.tag = OTHER;
	run.cr3 = 0;
	write_cr3(other_cr3);
	contained_call(switch_in_c, NULL, PRIVATE_PAGE + PAGE_SIZE);
	write_cr3(old);
}

/* Calls switch_in_c(), then loads the old CR3, under which the caller's stack is mapped. */
static void switch_and_back(void *argument)
{
	const uint64_t old = read_cr3();

	switch_in_c(argument);
	write_cr3(old);
}

static void switch_on_scratch(void *argument)
{
	kstack_call_across_cr3(switch_and_back, argument);
}

static void all_rounds(struct bench *b, uint64_t other_frame)
{
	struct outcome fixed = { 0 }, heap = { 0 }, scratch = { 0 }, own = { 0 };

	for (; b->tries < ROUNDS; b->tries++) {
		memset(phys_to_virt(other_frame), 0, PAGE_SIZE);
		if (b->tries % 2)
			kstack_call_across_cr3(run_as_other, NULL);
		try_on(PRIVATE_PAGE + PAGE_SIZE, switch_in_c, &fixed);
		try_on(SHARED_PAGE + PAGE_SIZE, switch_in_c, &heap);
		try_on(0, switch_on_scratch, &scratch);
		try_on(0, switch_in_c, &own); /* on the kernel stack of this build */
	}
	b->violations = own.wrong;
	pitfall_report(b);
	bench_metric(b, "fixed_wrong", fixed.wrong, "count");
	bench_metric(b, "fixed_faults", fixed.faults, "count");
	bench_metric(b, "heap_wrong", heap.wrong, "count");
	bench_metric(b, "scratch_wrong", scratch.wrong, "count");
}

/* Maps a page at the fixed address in both tasks, and one in the kernel's PDPT. */
static void with_stacks(struct bench *b, uint64_t own_pml4, uint64_t other_pml4)
{
	uint32_t own_tables, other_tables;
	uint64_t own = pitfall_map(own_pml4, PRIVATE_PAGE, 0, &own_tables),
	         other = pitfall_map(other_pml4, PRIVATE_PAGE, 0, &other_tables), heap = frame_alloc_zeroed();

	if (own != FRAME_NONE && other != FRAME_NONE && heap != FRAME_NONE &&
	    !paging_map_kernel(SHARED_PAGE, heap, PTE_WRITE | PTE_NX)) {
		all_rounds(b, other);
		paging_table(kernel_pml4, SHARED_PAGE, 0, NULL)[PT_INDEX(SHARED_PAGE)] = 0;
		invlpg(SHARED_PAGE);
	}
	pitfall_unmap(own_pml4, PRIVATE_PAGE, &own_tables, own);
	pitfall_unmap(other_pml4, PRIVATE_PAGE, &other_tables, other);
	if (heap != FRAME_NONE)
		frame_free(heap);
}

static void cr3_in_c(struct bench *b)
{
	struct address_space other;
	struct kstack stack;

	if (address_space_create(&other))
		return;
	if (!kstack_create(&stack, &other.root)) {
		other_cr3 = other.pml4;
		with_stacks(b, current_process()->space.pml4, other.pml4);
		kstack_destroy(&stack);
	}
	address_space_destroy(&other);
}

BENCH(pitfall_cr3_in_c, "C code loads another CR3, on stacks in three kinds of places",
      .name = "pitfall.cr3_in_c", .own_boot = true, .experiment = true, .few = 1,
      .setup = bench_need_one_table, .body = cr3_in_c, .check = pitfall_ran);
