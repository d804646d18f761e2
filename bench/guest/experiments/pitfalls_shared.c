/* SPDX-License-Identifier: MIT */
/*
 * pitfall.shared_pml4 (bench/claims/02-*): two contexts run in turn, each on a kernel stack of its
 * own, with one PML4 or with two. The code here acts as the scheduler. It enters a context by
 * context_switch(), and the context comes back in the same way.
 */
#include "bench/guest/experiments/pitfalls.h"
#include "cpu/cpu.h"
#include "mem/tlb.h"
#include "process/process.h"
#include "sched/sched.h"
#include "stack/kstack.h"
#include "x86/callee_saved.h"

#define ROUNDS   16
#define CANARIES 64

static struct context {
	struct kstack stack;
	uint64_t rsp, cr3;
	volatile uint64_t wrong; /* variables that another context changed */
} contexts[2];
static volatile unsigned running; /* number of the context */
static uint64_t scheduler_rsp, scheduler_cr3;

static void leave(void)
{
	context_switch(&contexts[running].rsp, scheduler_rsp, scheduler_cr3);
}

static void enter(unsigned which)
{
	running = which;
	context_switch(&scheduler_rsp, contexts[which].rsp, contexts[which].cr3);
}

static uint64_t canary(uint64_t i)
{
	return (uint64_t)(running + 1) << 32 | i;
}

/* The code of both contexts: sets its variables, returns to the scheduler, and checks its variables
 * when it runs again. */
static _Noreturn void run_context(void)
{
	volatile uint64_t canaries[CANARIES];

	for (;;) {
		for (uint64_t i = 0; i < CANARIES; i++)
			canaries[i] = canary(i);
		leave();
		contexts[running].wrong = 0;
		for (uint64_t i = 0; i < CANARIES; i++)
			contexts[running].wrong += canaries[i] != canary(i);
		leave();
	}
}

/* The words that context_switch() takes from a stack, and the return address of run_context(). */
struct first_frame {
	struct callee_saved saved;
	void (*start)(void);
	uint64_t none;
};
_Static_assert(sizeof(struct first_frame) % 16 == 0, "RSP + 8 is a multiple of 16 when it starts");

static bool prepare(unsigned which, struct address_space *space)
{
	struct context *context = &contexts[which];

	if (kstack_create(&context->stack, &space->root))
		return false;
	*(struct first_frame *)kstack_view(&context->stack, sizeof(struct first_frame)) =
	        (struct first_frame){ .start = run_context };
	context->rsp = context->stack.top - sizeof(struct first_frame);
	context->cr3 = root_pml4(space->root.kernel);
	context->wrong = ~0UL;
	return true;
}

/* run_both() runs the first context, makes and runs the second one, and continues the first one. */
static struct address_space *second_space;
static bool second_made;

static void run_both(void *argument)
{
	(void)argument;
	scheduler_cr3 = read_cr3();
	enter(0);
	second_made = prepare(1, second_space);
	if (!second_made)
		return;
	enter(1);
	enter(0);
}

/* Ends the run on any kernel exception: a context that has lost its stack may jump anywhere. */
static bool give_up(struct trap_frame *frame)
{
	if (frame->cs & 3)
		return false;
	frame->rip = (uintptr_t)contained_resume;
	return true;
}

/* Returns true if both contexts could be made. Sets *lost to true if the first context did not
 * survive its second turn, or then found that one of its variables had changed. */
static bool two_contexts(struct address_space *first, struct address_space *second, bool *lost)
{
	bool back;

	if (!prepare(0, first))
		return false;
	second_space = second;
	second_made = false;
	exception_set_probe(give_up);
	back = contained_call(run_both, NULL, 0);
	exception_set_probe(NULL);
	*lost = !back || contexts[0].wrong;
	if (second_made)
		kstack_destroy(&contexts[1].stack);
	kstack_destroy(&contexts[0].stack);
	return second_made;
}

static bool two_contexts_in_new_spaces(bool shared, uint64_t *count)
{
	static struct address_space spaces[2];
	bool ok, lost = false;

	if (address_space_create(&spaces[0]))
		return false;
	if (address_space_create(&spaces[1])) {
		address_space_destroy(&spaces[0]);
		return false;
	}
	ok = two_contexts(&spaces[0], &spaces[shared ? 0 : 1], &lost);
	*count += lost;
	address_space_destroy(&spaces[0]);
	address_space_destroy(&spaces[1]);
	return ok;
}

static void shared_pml4(struct bench *b)
{
	uint64_t control = 0;

	while (b->tries < ROUNDS && two_contexts_in_new_spaces(true, &b->violations) &&
	       two_contexts_in_new_spaces(false, &control))
		b->tries++;
	pitfall_report(b);
	bench_metric(b, "control_violations", control, "count");
}

static bool all_rounds(struct bench *b)
{
	return b->tries == ROUNDS;
}

BENCH(pitfall_shared_pml4, "two threads with one PML4, on stacks at one address",
      .name = "pitfall.shared_pml4", .own_boot = true, .experiment = true, .few = 1, .body = shared_pml4,
      .check = all_rounds);
