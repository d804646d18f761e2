/* SPDX-License-Identifier: MIT */
#include "bench/bochs/functions.h"

#include <stdlib.h>
#include <string.h>

#include "bench/bochs/chains.h"
#include "bench/bochs/entry_window.h"
#include "bench/bochs/measure/measure.h"
#include "bench/bochs/output.h"
#include "bench/bochs/rip.h"

/* CHAINS_MAX is the maximum number of chains in the regions of a CPU; more end the run.
 * CALL_CHAINS_MAX is the maximum number in a measured call. */
enum { DEPTH = 128, CHAINS_MAX = 100000, CALL_CHAINS_MAX = 20000 };

struct frame {
	struct chain *chain;
	/* Address of the stack slot that holds the return address. If RSP is above this slot, RET
	 * has left the function. */
	uint64_t slot;
	bool entered; /* a delivery or SYSCALL entered the function, so RET does not leave it */
};

enum transfer { TRANSFER_NONE, TRANSFER_CALL, TRANSFER_RETURN, TRANSFER_INTERRUPT_RETURN };

struct functions_stack {
	struct functions_stack *next; /* next stack of this CPU */
	struct functions_place *place;
	bool of_call;           /* the stack is of a measured call, not of a region */
	enum transfer transfer; /* made by the current instruction */
	unsigned depth;
	struct frame frame[DEPTH];
	struct chains chains;
	struct totals totals;
	uint64_t before[CHAIN_VALUES]; /* totals when the current function was entered */
};

static const struct symbol user = { .start = 0, .end = 1ULL << 63, .name = "[user]" };
static const struct symbol unknown = { .name = "[unknown]" }; /* its range is empty */
static const struct symbol delivery = { .name = "[delivery]" };

static const struct symbols *symbols;

/* The stacks that are followed on each CPU: the one of the region, or one for each open measured
 * call, the newest call first. */
static struct functions_stack *stacks[MAX_CPUS];

struct functions_place functions_place[MAX_CPUS];

void functions_open(const struct symbols *use)
{
	symbols = use;
}

bool functions_wanted(void)
{
	return symbols;
}

static const struct symbol *function_at(unsigned cpu, uint64_t rip)
{
	const struct symbol *found;

	if (measure_wanted() ? measure_in_user(cpu) : !in_kernel_half(cpu, rip))
		return &user;
	found = symbols_find(symbols, linked_address(symbols, cpu, rip));
	return found ? found : &unknown;
}

static struct functions_stack *new_stack(unsigned cpu)
{
	struct functions_stack *stack = calloc(1, sizeof *stack);

	if (!stack)
		output_fail(1, "no memory for the functions of a region");
	stack->place = &functions_place[cpu];
	stack->next = stacks[cpu];
	stacks[cpu] = stack;
	return stack;
}

/* Returns the chain `parent` extended by `function`. If a region has too many chains, ends Bochs
 * with status 1. If a measured call has too many, returns the chain of [rest]. */
static struct chain *child_of(struct functions_stack *stack, struct chain *parent,
                              const struct symbol *function)
{
	unsigned max = stack->of_call ? CALL_CHAINS_MAX : CHAINS_MAX;
	struct chain *chain = chains_extend(&stack->chains, parent, function, max);

	if (chain)
		return chain;
	if (!stack->of_call)
		output_fail(1,
		            "more than %d chains of calls: does the image call code that its symbols do not "
		            "show?",
		            CHAINS_MAX);
	return chains_extend(&stack->chains, &stack->chains.top, &chains_rest, UINT32_MAX);
}

static struct frame *top_of(struct functions_stack *stack)
{
	return &stack->frame[stack->depth - 1];
}

static void set_transfer(struct functions_stack *stack, enum transfer transfer)
{
	stack->transfer = transfer;
	stack->place->branched = transfer != TRANSFER_NONE;
}

/* Makes the last frame's function the current function. `rip` is an address in this function. */
static void enter(struct functions_stack *stack, unsigned cpu, uint64_t rip)
{
	const struct symbol *function = top_of(stack)->chain->function;
	const struct entry_window *window = &entry_windows[cpu];
	uint64_t start = function->start, end = function->end;

	if (function == &user && window->bytes) { /* [user] has two parts: below and above the window */
		if (rip < window->base)
			end = window->base;
		else
			start = window->base + window->bytes;
	} else if (in_entry_window(cpu, rip)) {
		start += rip - linked_address(symbols, cpu, rip);
		end += rip - linked_address(symbols, cpu, rip);
	}
	stack->place->start = start;
	stack->place->length = end - start;
}

static void begin_with(struct functions_stack *stack, const struct symbol *function)
{
	stack->depth = 1;
	stack->frame[0] =
	        (struct frame){ .chain = child_of(stack, &stack->chains.top, function), .slot = UINT64_MAX };
}

static void push(struct functions_stack *stack, const struct symbol *function, uint64_t slot, bool entered)
{
	struct chain *chain = child_of(stack, top_of(stack)->chain, function);

	if (stack->depth == DEPTH)
		begin_with(stack, function);
	else
		stack->frame[stack->depth++] =
		        (struct frame){ .chain = chain, .slot = slot, .entered = entered };
}

/* Replaces the function of the last frame, after a jump or at the end of a delivery. */
static void replace(struct functions_stack *stack, const struct symbol *function)
{
	struct frame *frame = top_of(stack);

	frame->chain = child_of(stack, frame->chain->parent, function);
}

/* If the last frame does not belong to `function`, starts a new stack of calls with `function`: the
 * calls that led to it are unknown. */
static void land(struct functions_stack *stack, const struct symbol *function)
{
	if (top_of(stack)->chain->function != function)
		begin_with(stack, function);
}

static void read_totals(const struct functions_stack *stack, uint64_t now[CHAIN_VALUES])
{
	memcpy(now, stack->totals.counts, METRIC_COUNT * sizeof now[0]);
	if (!stack->totals.model)
		return;
	memcpy(now + CHAIN_FIRST_CYCLES, stack->totals.model->cycles.of, SETS * sizeof now[0]);
	memcpy(now + CHAIN_FIRST_EVENT, stack->totals.model->events, MODEL_EVENTS * sizeof now[0]);
}

/* Charges the current function with everything counted since it was entered. */
static void settle(struct functions_stack *stack)
{
	struct chain *chain = top_of(stack)->chain;
	uint64_t now[CHAIN_VALUES] = { 0 };

	read_totals(stack, now);
	for (unsigned i = 0; i < CHAIN_VALUES; i++) {
		chain->values[i] += now[i] - stack->before[i];
		stack->before[i] = now[i];
	}
	chains_use(&stack->chains, chain);
}

void functions_start(unsigned cpu, uint64_t rip, struct totals totals)
{
	struct functions_stack *stack = stacks[cpu];

	if (!stack)
		stack = new_stack(cpu);
	stack->place->follows = true;
	chains_clear(&stack->chains);
	stack->totals = totals;
	memset(stack->before, 0, sizeof stack->before);
	set_transfer(stack, TRANSFER_NONE);
	begin_with(stack, function_at(cpu, rip));
	enter(stack, cpu, rip);
}

static void set_transfers(unsigned cpu, enum transfer transfer)
{
	for (struct functions_stack *stack = stacks[cpu]; stack; stack = stack->next)
		set_transfer(stack, transfer);
}

void functions_branch(unsigned cpu, enum branch_kind kind)
{
	if (kind == BRANCH_CALL || kind == BRANCH_CALL_INDIRECT)
		set_transfers(cpu, TRANSFER_CALL);
	else if (kind == BRANCH_RETURN)
		set_transfers(cpu, TRANSFER_RETURN);
}

void functions_interrupt_return(unsigned cpu)
{
	set_transfers(cpu, TRANSFER_INTERRUPT_RETURN);
}

void functions_ring_changes(unsigned cpu)
{
	functions_place[cpu].branched = true;
}

/* Removes all frames up to and including the last one that a delivery or SYSCALL entered. The first
 * frame always remains. */
static void leave_entered(struct functions_stack *stack)
{
	while (stack->depth > 1 && !top_of(stack)->entered)
		stack->depth--;
	if (stack->depth > 1)
		stack->depth--;
}

static void leave_called(struct functions_stack *stack, uint64_t rsp)
{
	while (stack->depth > 1 && !top_of(stack)->entered && top_of(stack)->slot < rsp)
		stack->depth--;
}

static void go(struct functions_stack *stack, const struct symbol *function, uint64_t rsp)
{
	const struct symbol *from = top_of(stack)->chain->function;

	if (function == &user) {
		while (stack->depth > 1 && top_of(stack)->chain->function != &user)
			stack->depth--;
		land(stack, &user);
	} else if (from == &user) {
		push(stack, function, 0, true);
	} else if (stack->transfer == TRANSFER_CALL) {
		push(stack, function, rsp, false);
	} else if (stack->transfer == TRANSFER_RETURN) {
		leave_called(stack, rsp);
		land(stack, function);
	} else if (stack->transfer == TRANSFER_INTERRUPT_RETURN) {
		leave_entered(stack);
		land(stack, function);
	} else if (function != from) {
		replace(stack, function);
	}
}

void functions_instruction_ends(unsigned cpu, uint64_t rip, uint64_t rsp)
{
	const struct symbol *function;

	if (!functions_must_follow(cpu, rip))
		return;
	function = function_at(cpu, rip);
	for (struct functions_stack *stack = stacks[cpu]; stack; stack = stack->next) {
		settle(stack);
		go(stack, function, rsp);
		set_transfer(stack, TRANSFER_NONE);
		enter(stack, cpu, rip);
	}
}

void functions_delivery(unsigned cpu)
{
	for (struct functions_stack *stack = stacks[cpu]; stack; stack = stack->next) {
		settle(stack);
		set_transfer(stack, TRANSFER_NONE);
		if (top_of(stack)->chain->function != &delivery)
			push(stack, &delivery, 0, true);
		enter(stack, cpu, 0);
	}
}

void functions_instruction_starts(unsigned cpu, uint64_t rip)
{
	for (struct functions_stack *stack = stacks[cpu]; stack; stack = stack->next) {
		set_transfer(stack, TRANSFER_NONE);
		if (top_of(stack)->chain->function != &delivery)
			continue;
		settle(stack);
		replace(stack, function_at(cpu, rip));
		enter(stack, cpu, rip);
	}
}

void functions_write(unsigned cpu, uint32_t region)
{
	struct functions_stack *stack = stacks[cpu];

	settle(stack);
	chains_round(&stack->chains);
	chains_write(&stack->chains, region);
	chains_clear(&stack->chains);
}

struct functions_stack *functions_call_begins(unsigned cpu, uint64_t rip, bool delivered,
                                              struct totals totals, uint64_t skipped)
{
	struct functions_stack *stack = new_stack(cpu);

	stack->of_call = true;
	stack->place->follows = true;
	stack->totals = totals;
	read_totals(stack, stack->before);
	stack->before[METRIC_INSTRUCTIONS] += skipped;
	set_transfer(stack, TRANSFER_NONE);
	begin_with(stack, delivered ? &delivery : function_at(cpu, rip));
	enter(stack, cpu, delivered ? 0 : rip);
	return stack;
}

void functions_call_ends(unsigned cpu, struct functions_stack *stack, struct chains *sums)
{
	struct functions_stack **link = &stacks[cpu];

	while (*link != stack)
		link = &(*link)->next;
	*link = stack->next;
	stack->place->follows = stacks[cpu];
	if (sums) {
		settle(stack);
		chains_round(&stack->chains);
		chains_add(sums, &stack->chains);
	}
	chains_free(&stack->chains);
	free(stack);
}

const char *functions_name(unsigned cpu)
{
	return stacks[cpu] && stacks[cpu]->depth ? top_of(stacks[cpu])->chain->function->name : "-";
}
