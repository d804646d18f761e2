/* SPDX-License-Identifier: MIT */
#include "bench/bochs/functions.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bochs/entry_window.h"
#include "bench/bochs/output.h"
#include "bench/bochs/rip.h"
#include "bench/bochs/rounding.h"

enum { DEPTH = 128, NODES_MAX = 100000 };

/* Positions in the array of a function's values. The array has METRIC_COUNT counts, the cycles of
 * the three parameter sets (in millionths) and the model's events. `!function` lines have the same
 * order. */
enum { FIRST_CYCLES = METRIC_COUNT, FIRST_EVENT = FIRST_CYCLES + SETS, VALUES = FIRST_EVENT + MODEL_EVENTS };

#define METRIC_NAME(id, name) name,
static const char *const value_names[] = { METRICS(METRIC_NAME) "cycles_low",
	                                   "cycles_nominal",
	                                   "cycles_high",
	                                   "itlb_misses",
	                                   "dtlb_misses",
	                                   "stlb_misses",
	                                   "l1_misses",
	                                   "l2_misses",
	                                   "l3_misses",
	                                   "mispredicts" };
#undef METRIC_NAME

_Static_assert(sizeof value_names / sizeof value_names[0] == VALUES, "each value has its name");

/* A chain of calls: `function`, called by the chain `parent`. */
struct node {
	const struct symbol *function;
	struct node *parent, *child, *sibling;
	unsigned id;            /* its id in `!frame` lines; 0 until its line is written */
	struct node *next_used; /* list of the nodes with values in this region */
	bool used;
	uint64_t values[VALUES];
};

struct frame {
	struct node *node;
	/* Address of the stack slot that holds the return address. If RSP is above this slot, RET
	 * has left the function. */
	uint64_t slot;
	bool entered; /* a delivery or SYSCALL entered the function, so RET does not leave it */
};

enum transfer { TRANSFER_NONE, TRANSFER_CALL, TRANSFER_RETURN, TRANSFER_INTERRUPT_RETURN };

struct stack {
	struct functions_place *place;
	enum transfer transfer; /* made by the current instruction */
	unsigned depth;
	struct frame frame[DEPTH];
	struct node top; /* parent of frame[0].node */
	struct node *used;
	struct totals totals;
	uint64_t before[VALUES]; /* totals when the current function was entered */
};

static const struct symbol user = { .start = 0, .end = 1ULL << 63, .name = "[user]" };
static const struct symbol unknown = { .name = "[unknown]" }; /* its range is empty */
static const struct symbol delivery = { .name = "[delivery]" };

static const struct symbols *symbols;
static struct stack *stacks[MAX_CPUS];

struct functions_place functions_place[MAX_CPUS];
static unsigned nodes, written;

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

	if (!in_kernel_half(cpu, rip))
		return &user;
	found = symbols_find(symbols, linked_address(symbols, cpu, rip));
	return found ? found : &unknown;
}

static void *allocate(size_t size)
{
	void *memory = calloc(1, size);

	if (!memory)
		output_fail(1, "no memory for the functions of a region");
	return memory;
}

/* Returns the chain `parent` extended by `function`. More than NODES_MAX chains end Bochs with
 * status 1. */
static struct node *child_of(struct node *parent, const struct symbol *function)
{
	struct node *node = parent->child;

	while (node && node->function != function)
		node = node->sibling;
	if (node)
		return node;
	if (++nodes > NODES_MAX)
		output_fail(1,
		            "more than %d chains of calls: does the image call code that its symbols do not "
		            "show?",
		            NODES_MAX);
	node = allocate(sizeof *node);
	node->function = function;
	node->parent = parent;
	node->sibling = parent->child;
	parent->child = node;
	return node;
}

static struct frame *top_of(struct stack *stack)
{
	return &stack->frame[stack->depth - 1];
}

static void set_transfer(struct stack *stack, enum transfer transfer)
{
	stack->transfer = transfer;
	stack->place->branched = transfer != TRANSFER_NONE;
}

/* Makes the last frame's function the current function. `rip` is an address in this function. */
static void enter(struct stack *stack, unsigned cpu, uint64_t rip)
{
	const struct symbol *function = top_of(stack)->node->function;
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

static void begin_with(struct stack *stack, const struct symbol *function)
{
	stack->depth = 1;
	stack->frame[0] = (struct frame){ .node = child_of(&stack->top, function), .slot = UINT64_MAX };
}

static void push(struct stack *stack, const struct symbol *function, uint64_t slot, bool entered)
{
	struct node *node = child_of(top_of(stack)->node, function);

	if (stack->depth == DEPTH)
		begin_with(stack, function);
	else
		stack->frame[stack->depth++] =
		        (struct frame){ .node = node, .slot = slot, .entered = entered };
}

/* Replaces the function of the last frame, after a jump or at the end of a delivery. */
static void replace(struct stack *stack, const struct symbol *function)
{
	struct frame *frame = top_of(stack);

	frame->node = child_of(frame->node->parent, function);
}

/* If the last frame does not belong to `function`, starts a new stack of calls with `function`: the
 * calls that led to it are unknown. */
static void land(struct stack *stack, const struct symbol *function)
{
	if (top_of(stack)->node->function != function)
		begin_with(stack, function);
}

/* Charges the current function with everything counted since it was entered. */
static void settle(struct stack *stack)
{
	struct node *node = top_of(stack)->node;
	uint64_t now[VALUES] = { 0 };

	memcpy(now, stack->totals.counts, METRIC_COUNT * sizeof now[0]);
	if (stack->totals.model) {
		memcpy(now + FIRST_CYCLES, stack->totals.model->cycles.of, SETS * sizeof now[0]);
		memcpy(now + FIRST_EVENT, stack->totals.model->events, MODEL_EVENTS * sizeof now[0]);
	}
	for (unsigned i = 0; i < VALUES; i++) {
		node->values[i] += now[i] - stack->before[i];
		stack->before[i] = now[i];
	}
	if (!node->used) {
		node->used = true;
		node->next_used = stack->used;
		stack->used = node;
	}
}

/* Clears the values of all functions. Called after the values were written, or if the region was
 * dropped. */
static void forget(struct stack *stack)
{
	for (struct node *node = stack->used; node; node = node->next_used) {
		node->used = false;
		memset(node->values, 0, sizeof node->values);
	}
	stack->used = NULL;
}

void functions_start(unsigned cpu, uint64_t rip, struct totals totals)
{
	struct stack *stack = stacks[cpu];

	if (!stack)
		stack = stacks[cpu] = allocate(sizeof *stack);
	stack->place = &functions_place[cpu];
	stack->place->follows = true;
	forget(stack);
	stack->totals = totals;
	memset(stack->before, 0, sizeof stack->before);
	set_transfer(stack, TRANSFER_NONE);
	begin_with(stack, function_at(cpu, rip));
	enter(stack, cpu, rip);
}

void functions_branch(unsigned cpu, enum branch_kind kind)
{
	if (kind == BRANCH_CALL || kind == BRANCH_CALL_INDIRECT)
		set_transfer(stacks[cpu], TRANSFER_CALL);
	else if (kind == BRANCH_RETURN)
		set_transfer(stacks[cpu], TRANSFER_RETURN);
}

void functions_interrupt_return(unsigned cpu)
{
	set_transfer(stacks[cpu], TRANSFER_INTERRUPT_RETURN);
}

/* Removes all frames up to and including the last one that a delivery or SYSCALL entered. The first
 * frame always remains. */
static void leave_entered(struct stack *stack)
{
	while (stack->depth > 1 && !top_of(stack)->entered)
		stack->depth--;
	if (stack->depth > 1)
		stack->depth--;
}

static void leave_called(struct stack *stack, uint64_t rsp)
{
	while (stack->depth > 1 && !top_of(stack)->entered && top_of(stack)->slot < rsp)
		stack->depth--;
}

static void go(struct stack *stack, const struct symbol *function, uint64_t rsp)
{
	const struct symbol *from = top_of(stack)->node->function;

	if (function == &user) {
		while (stack->depth > 1 && top_of(stack)->node->function != &user)
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
	struct stack *stack = stacks[cpu];

	if (!functions_must_follow(cpu, rip))
		return;
	settle(stack);
	go(stack, function_at(cpu, rip), rsp);
	set_transfer(stack, TRANSFER_NONE);
	enter(stack, cpu, rip);
}

void functions_delivery(unsigned cpu)
{
	struct stack *stack = stacks[cpu];

	settle(stack);
	set_transfer(stack, TRANSFER_NONE);
	if (top_of(stack)->node->function != &delivery)
		push(stack, &delivery, 0, true);
	enter(stack, cpu, 0);
}

void functions_instruction_starts(unsigned cpu, uint64_t rip)
{
	struct stack *stack = stacks[cpu];

	set_transfer(stack, TRANSFER_NONE);
	if (top_of(stack)->node->function != &delivery)
		return;
	settle(stack);
	replace(stack, function_at(cpu, rip));
	enter(stack, cpu, rip);
}

static void write_frame(struct node *node)
{
	char line[256], name[100];
	size_t length = strlen(node->function->name);

	if (node->id)
		return;
	if (node->parent->function)
		write_frame(node->parent);
	node->id = ++written;
	if (length >= sizeof name)
		length = sizeof name - 1;
	/* Replaces separators, escape characters and unprintable bytes by _. */
	for (size_t i = 0; i < length; i++)
		name[i] = node->function->name[i] <= ' ' || node->function->name[i] > '~' ||
		                          strchr(";%~", node->function->name[i])
		                  ? '_'
		                  : node->function->name[i];
	name[length] = '\0';
	output_line(line, (size_t)snprintf(line, sizeof line, "!frame id=%u parent=%u function=%s\n",
	                                   node->id, node->parent->id, name));
}

static void write_values(struct node *node, uint32_t region)
{
	char line[640];
	int length = snprintf(line, sizeof line, "!function region=%" PRIu32 " frame=%u", region, node->id);
	int empty = length;

	for (unsigned i = 0; i < VALUES; i++)
		if (node->values[i])
			length += snprintf(line + length, sizeof line - (size_t)length, " %s=%" PRIu64,
			                   value_names[i], node->values[i]);
	if (length == empty)
		return;
	line[length++] = '\n';
	output_line(line, (size_t)length);
}

/* Rounds the cycles of each function from millionths to whole cycles, in such a way that they still
 * add up to the number in the region's `!count` line. */
static void round_cycles(struct stack *stack)
{
	size_t count = 0, i = 0;
	uint64_t *values;

	for (struct node *node = stack->used; node; node = node->next_used)
		count++;
	values = allocate((count + 1) * sizeof *values);
	for (unsigned set = 0; set < SETS; set++) {
		i = 0;
		for (struct node *node = stack->used; node; node = node->next_used)
			values[i++] = node->values[FIRST_CYCLES + set];
		round_together(values, count);
		i = 0;
		for (struct node *node = stack->used; node; node = node->next_used)
			node->values[FIRST_CYCLES + set] = values[i++];
	}
	free(values);
}

void functions_write(unsigned cpu, uint32_t region)
{
	struct stack *stack = stacks[cpu];

	settle(stack);
	round_cycles(stack);
	for (struct node *node = stack->used; node; node = node->next_used) {
		write_frame(node);
		write_values(node, region);
	}
	forget(stack);
}

const char *functions_name(unsigned cpu)
{
	return stacks[cpu] && stacks[cpu]->depth ? top_of(stacks[cpu])->node->function->name : "-";
}
