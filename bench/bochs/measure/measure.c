/* SPDX-License-Identifier: MIT */
#include "bench/bochs/measure/measure.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bochs/functions.h"
#include "bench/bochs/guest.h"
#include "bench/bochs/measure/entry.h"
#include "bench/bochs/measure/paging.h"
#include "bench/bochs/measure/plan.h"
#include "bench/bochs/measure/traps.h"
#include "bench/bochs/measure/watch.h"
#include "bench/bochs/output.h"
#include "bench/bochs/region_internal.h"
#include "bench/bochs/regions.h"

/* The regions of the plan are followed by those of the entries from user mode. */
enum { FIRST_USER = PLAN_REGIONS_MAX, STATES = FIRST_USER + PLAN_SYSCALL + 1 };

enum { REGISTER_RCX = 1, REGISTER_RSP = 4 };

struct state {
	uint64_t opened, closed, lost;
	uint64_t others; /* how often the function's address held other code when it was executed */
	bool right;      /* at least once the address held the function's own code */
	uint64_t written, stride;
	struct chains functions; /* sums over the calls that have a line */
};

struct cpu {
	struct paging paging;
	bool in_user;
	bool resumed, left; /* the last instruction was an IRET; was a return to user mode */
	bool entered;       /* the last instruction was a SYSCALL in user mode */
	bool event;         /* an interrupt or exception was reported, but not yet its delivery */
	struct entry_interrupted interrupted;
	uint64_t called;      /* target of the last CALL */
	uint64_t entries;     /* number of entries from user mode so far */
	uint64_t system_call; /* target of the last SYSCALL; 0 after it was reached */
};

struct calls measure_calls[MAX_CPUS];

static bool wanted, finished;
static bool memory_gone; /* Bochs has freed the guest's memory */
static struct plan plan;
static struct state states[STATES];
static struct cpu cpus[MAX_CPUS];

bool measure_wanted(void)
{
	return wanted;
}

bool measure_in_user(unsigned cpu)
{
	return cpus[cpu].in_user;
}

bool measure_in_kernel(void)
{
	return cpus[0].paging.cr0 & CR0_PG;
}

static uint64_t place_of(void *context, uint64_t linear)
{
	const struct cpu *cpu = context;

	return paging_translate(&cpu->paging, guest_frame, linear);
}

/* Returns true if the code at the region's address is that of its function. Kernels are loaded
 * while the machine runs, so other code may execute there first: a boot loader's. */
static bool is_function(unsigned cpu, struct state *state, const struct plan_region *region)
{
	if (state->right || !region->code_bytes)
		return true;
	state->right = entry_is_code(&cpus[cpu].paging, region->start, region->code, region->code_bytes);
	state->others += !state->right;
	return state->right;
}

/* The first instruction of a function executes now. Finds out how the function was entered. */
static void find_end(unsigned cpu, struct call *call)
{
	struct cpu *now = &cpus[cpu];
	const uint64_t *registers = registers_of(cpu);

	call->kind = CALL_RETURNS;
	call->to = entry_word(&now->paging, call->slot, (unsigned)call->word);
	call->cr3 = now->paging.cr3;
	call->entry = now->entries;
	if (now->system_call == call->start) {
		call->kind = CALL_LEAVES;
		call->to = registers[REGISTER_RCX]; /* where SYSCALL puts the return address */
		call->rsp = call->slot;
	} else if (!entry_follows_call(&now->paging, call->to) &&
	           entry_has_frame(&now->paging, call->slot, (unsigned)call->word, &now->interrupted)) {
		call->kind = now->interrupted.in_user ? CALL_LEAVES : CALL_RESUMES;
		call->to = now->interrupted.rip;
		call->rsp = now->interrupted.rsp;
		call->cr3 = now->interrupted.cr3;
	}
	now->system_call = 0;
}

static uint32_t id_of(unsigned region)
{
	return region < FIRST_USER ? plan.region[region].id : PLAN_USER + region - FIRST_USER;
}

/* Removes a call. If `counts` is true, adds the values of the call's functions to the sums of its
 * region. */
static void leave(unsigned cpu, size_t index, bool counts)
{
	struct calls *calls = &measure_calls[cpu];
	const struct call *call = &calls->item[index];

	if (call->functions)
		functions_call_ends(cpu, call->functions, counts ? &states[call->region].functions : NULL);
	calls_remove(calls, index);
	region_trace_as(cpu, calls->count ? id_of(calls->item[calls->count - 1].region) : 0);
}

static void lose(unsigned cpu, size_t index)
{
	states[measure_calls[cpu].item[index].region].lost++;
	leave(cpu, index, false);
}

/* Returns true if this instruction has begun a call before: it faulted, and executes again. */
static bool restarts(unsigned cpu, unsigned region, uint64_t place)
{
	struct calls *calls = &measure_calls[cpu];

	for (size_t i = 0; i < calls->count; i++)
		if (calls->item[i].restarts && calls->item[i].region == region &&
		    calls->item[i].place == place) {
			calls->item[i].restarts = false;
			return true;
		}
	return false;
}

/* Adds a call that begins now with the instruction at `rip`, or with a delivery if `rip` is 0. The
 * next `skipped` instructions do not belong to the call. */
static void add(unsigned cpu, struct call *call, uint64_t rip, uint64_t skipped)
{
	struct calls *calls = &measure_calls[cpu];

	if (calls->count == CALLS_MAX)
		lose(cpu, 0);
	call->number = ++states[call->region].opened;
	region_counts_read(cpu, &call->before);
	call->before.counts[METRIC_INSTRUCTIONS] += skipped;
	call->functions = region_call_begins(cpu, rip, !rip, skipped);
	region_trace_as(cpu, id_of(call->region));
	if (!calls_add(calls, call))
		output_fail(1, "no memory for open calls");
}

static bool in_long_mode(unsigned cpu)
{
	return cpus[cpu].paging.efer & EFER_LME && cpus[cpu].paging.cr0 & CR0_PG;
}

/* Ends the run if a region would measure 32-bit code with the cycle model in long mode. */
static void check_mode(unsigned cpu, bool is64)
{
	if (!is64 && in_long_mode(cpu) && region_counts_cycles())
		output_fail(2, "the cycle model does not know 32-bit code in long mode; leave --profile out");
}

static void begin(unsigned cpu, unsigned region, uint64_t address, bool is64)
{
	struct calls *calls = &measure_calls[cpu];
	uint64_t rsp = registers_of(cpu)[REGISTER_RSP];
	struct call call = { .region = region, .start = address, .slot = rsp, .word = is64 ? 8 : 4 };
	bool jumped = cpus[cpu].called != address;
	int old;

	call.place = place_of(&cpus[cpu], rsp);
	if (restarts(cpu, region, call.place))
		return;
	find_end(cpu, &call);
	while (call.kind != CALL_LEAVES && (old = calls_overwritten(calls, region, call.place, jumped)) >= 0)
		lose(cpu, (size_t)old);
	region_counts_start(cpu, address, true);
	add(cpu, &call, address, 0);
}

/* Begins a call of a region `between`. If the region already has an open call, that call is lost. */
static void begin_between(unsigned cpu, unsigned region, uint64_t address)
{
	struct call call = { .region = region, .kind = CALL_BETWEEN, .start = address };
	int old = calls_of(&measure_calls[cpu], region);

	if (old >= 0)
		lose(cpu, (size_t)old);
	region_counts_start(cpu, address, true);
	add(cpu, &call, address, 0);
}

/* Begins the region of an entry from user mode: the code at `rip` with this stack pointer was
 * interrupted. The next `skipped` instructions do not belong to the call. */
static void begin_user(unsigned cpu, unsigned vector, uint64_t rip, uint64_t rsp, uint64_t skipped)
{
	struct call call = { .region = FIRST_USER + vector,
		             .entry = cpus[cpu].entries,
		             .kind = CALL_LEAVES,
		             .to = rip,
		             .rsp = rsp,
		             .cr3 = cpus[cpu].paging.cr3 };

	add(cpu, &call, vector == PLAN_SYSCALL ? *rip_of[cpu] : 0, skipped);
}

/* Returns true if this call of the region has a line. */
static bool has_line(struct state *state, uint64_t number)
{
	if ((number - 1) % state->stride)
		return false;
	state->written++;
	if (state->written == MEASURE_LINES) {
		state->stride *= 2;
		state->written = MEASURE_LINES / 2;
	}
	return true;
}

/* Ends a call now: writes its line and removes it. */
static void finish_call(unsigned cpu, size_t index)
{
	struct calls *calls = &measure_calls[cpu];
	const struct call *call = &calls->item[index];
	struct state *state = &states[call->region];
	struct call_counts now;
	bool lined;

	region_counts_read(cpu, &now);
	for (unsigned i = 0; i < METRIC_COUNT; i++)
		now.counts[i] -= call->before.counts[i];
	for (unsigned i = 0; i < SETS; i++)
		now.model.cycles.of[i] -= call->before.model.cycles.of[i];
	for (unsigned i = 0; i < MODEL_CAUSES; i++)
		now.model.causes[i] -= call->before.model.causes[i];
	for (unsigned i = 0; i < MODEL_EVENTS; i++)
		now.model.events[i] -= call->before.model.events[i];
	state->closed++;
	lined = has_line(state, call->number);
	if (lined)
		region_counts_write(id_of(call->region), call->number, &now);
	leave(cpu, index, lined);
}

static void stop_if_idle(unsigned cpu)
{
	if (!measure_calls[cpu].count)
		region_counts_stop(cpu);
}

static void hit(unsigned cpu, uint64_t address, bool is64)
{
	int open;

	if (finished || region_repeats(cpu, address))
		return;
	for (unsigned i = 0; i < plan.regions; i++)
		if (plan.region[i].to == address && (open = calls_of(&measure_calls[cpu], i)) >= 0)
			finish_call(cpu, (size_t)open);
	for (unsigned i = 0; i < plan.regions; i++) {
		if (plan.region[i].start != address || !is_function(cpu, &states[i], &plan.region[i]))
			continue;
		check_mode(cpu, is64);
		if (plan.region[i].to)
			begin_between(cpu, i, address);
		else
			begin(cpu, i, address, is64);
	}
	stop_if_idle(cpu);
}

/* Ends the calls that the last instruction ended, if it was an IRET, SYSRET or SYSEXIT. If it was a
 * SYSCALL in user mode, begins the region of this entry. */
static void settle_return(unsigned cpu)
{
	struct cpu *now = &cpus[cpu];
	struct calls *calls = &measure_calls[cpu];
	uint64_t rsp = registers_of(cpu)[REGISTER_RSP], entry;
	int index;

	while (now->resumed && (index = calls_resumed(calls, rsp)) >= 0)
		finish_call(cpu, (size_t)index);
	if (now->left && (index = calls_left(calls, *rip_of[cpu], rsp, now->paging.cr3)) >= 0) {
		entry = calls->item[index].entry;
		while ((index = calls_of_entry(calls, entry)) >= 0)
			finish_call(cpu, (size_t)index);
	}
	now->resumed = now->left = false;
	if (now->entered && !finished)
		begin_user(cpu, PLAN_SYSCALL, registers_of(cpu)[REGISTER_RCX], rsp, 0);
	now->entered = false;
	region_return_seen(cpu);
	stop_if_idle(cpu);
}

static void settle(unsigned cpu)
{
	if (cpus[cpu].resumed || cpus[cpu].left || cpus[cpu].entered)
		settle_return(cpu);
}

void measure_instruction_starts(unsigned cpu, uint64_t rip)
{
	struct calls *calls = &measure_calls[cpu];
	uint64_t rsp = registers_of(cpu)[REGISTER_RSP];
	int index;

	settle(cpu);
	while (calls_may_return(calls, rip) &&
	       (index = calls_returned(calls, rip, rsp, place_of, &cpus[cpu])) >= 0)
		finish_call(cpu, (size_t)index);
	stop_if_idle(cpu);
}

void measure_control(unsigned cpu, unsigned what, uint64_t value)
{
	if (what == TLB_CR0_WRITE) {
		cpus[cpu].paging.cr0 = value;
		region_mode32(cpu, !in_long_mode(cpu));
	} else if (what == TLB_CR3_WRITE)
		cpus[cpu].paging.cr3 = value & ~(1ULL << 63);
	else if (what == TLB_CR4_WRITE)
		cpus[cpu].paging.cr4 = value;
}

void measure_msr(unsigned cpu, unsigned msr, uint64_t value)
{
	if (msr == MSR_EFER)
		cpus[cpu].paging.efer = value;
}

/* Begins the region of an entry from user mode by an interrupt, an exception or INT n. The region
 * includes the delivery. It does not include the instruction INT n, although Bochs reports the end
 * of INT n only after the delivery. */
static void enter(unsigned cpu, unsigned vector, bool by_instruction)
{
	cpus[cpu].entries += cpus[cpu].in_user;
	if (!plan.user || finished || !cpus[cpu].in_user || vector >= PLAN_SYSCALL)
		return;
	by_instruction = by_instruction && region_in_instruction(cpu);
	region_counts_start(cpu, *rip_of[cpu], false);
	begin_user(cpu, vector, *rip_of[cpu], registers_of(cpu)[REGISTER_RSP], by_instruction);
}

void measure_event(unsigned cpu, unsigned vector)
{
	struct calls *calls = &measure_calls[cpu];

	settle(cpu);
	for (size_t i = calls->count; i-- > 0;) {
		struct call *call = &calls->item[i];

		if (call->before.counts[METRIC_INSTRUCTIONS] != region_completed(cpu))
			break;
		call->restarts = region_executes(cpu, call->start);
	}
	if (!cpus[cpu].event)
		enter(cpu, vector, false);
	cpus[cpu].event = true;
}

void measure_delivery(unsigned cpu, unsigned vector)
{
	struct cpu *now = &cpus[cpu];
	struct calls *calls = &measure_calls[cpu];
	int entered;

	settle(cpu);
	if (!now->event)
		enter(cpu, vector, true);
	/* If an instruction faulted, Bochs has only now restored its RIP and RSP. */
	entered = now->in_user ? calls_of_entry(calls, now->entries) : -1;
	if (entered >= 0) {
		calls->item[entered].to = *rip_of[cpu];
		calls->item[entered].rsp = registers_of(cpu)[REGISTER_RSP];
	}
	now->event = false;
	now->interrupted = (struct entry_interrupted){ .rip = *rip_of[cpu],
		                                       .rsp = registers_of(cpu)[REGISTER_RSP],
		                                       .cr3 = now->paging.cr3,
		                                       .in_user = now->in_user };
	now->in_user = false;
	now->system_call = 0;
}

void measure_far_branch(unsigned cpu, bool is_iret, bool is_syscall, uint16_t to_cs, uint64_t to)
{
	struct cpu *now = &cpus[cpu];
	bool was_in_user = now->in_user;

	now->in_user = now->paging.cr0 & CR0_PE && (to_cs & 3) == 3; /* CS bits 1-0: the CPL */
	now->system_call = is_syscall ? to : 0;
	now->resumed = is_iret;
	now->left = now->in_user && !was_in_user;
	now->entries += is_syscall && was_in_user;
	now->entered = is_syscall && plan.user && !finished && was_in_user;
	if (now->entered)
		region_counts_start(cpu, to, false);
	functions_ring_changes(cpu);
	if (now->resumed || now->left || now->entered)
		region_returned(cpu);
}

void measure_call(unsigned cpu, uint64_t to)
{
	cpus[cpu].called = to;
}

/* Compares the code of functions that never executed with memory. If the code differs, another
 * kernel may have run. */
static void look_at_unopened(void)
{
	for (unsigned i = 0; i < plan.regions; i++)
		if (!states[i].opened && !states[i].others &&
		    place_of(&cpus[0], plan.region[i].start) != UINT64_MAX)
			is_function(0, &states[i], &plan.region[i]);
}

void measure_finish(void)
{
	if (!wanted || finished)
		return;
	finished = true;
	for (unsigned cpu = 0; cpu < MAX_CPUS; cpu++) {
		if (!measure_calls[cpu].count)
			continue;
		while (measure_calls[cpu].count)
			leave(cpu, 0, false);
		region_counts_stop(cpu);
	}
	if (!memory_gone)
		look_at_unopened();
	for (unsigned i = 0; i < STATES; i++) {
		const struct state *state = &states[i];
		char line[200];
		int length = snprintf(line, sizeof line,
		                      "!region region=%" PRIu32 " opened=%" PRIu64 " closed=%" PRIu64
		                      " lost=%" PRIu64 " others=%" PRIu64 " right=%d\n",
		                      id_of(i), state->opened, state->closed, state->lost, state->others,
		                      state->right);

		if (i < plan.regions || state->opened)
			output_line(line, (size_t)length);
		chains_write(&states[i].functions, id_of(i));
	}
}

/* Bochs ended by itself, for example at a triple fault. */
__attribute__((destructor)) static void finish(void)
{
	memory_gone = true;
	measure_finish();
}

void measure_open(void)
{
	const char *path = getenv("PALIMPSEST_MEASURE");
	char why[SYMBOLS_WHY_MAX];
	struct symbols *symbols;

	_Static_assert(sizeof why >= PLAN_WHY_MAX, "both reasons fit");
	if (!path || !output_wanted())
		return;
	if (plan_read(&plan, path, why))
		output_fail(2, "%s", why);
	watch_open(&plan);
	if (plan.marks)
		return;
	wanted = true;
	if (*plan.symbols) {
		symbols = symbols_read_list(plan.symbols, why);
		if (!symbols)
			output_fail(2, "%s", why);
		functions_open(symbols);
	}
	traps_open(hit);
	for (unsigned i = 0; i < STATES; i++)
		states[i].stride = 1;
	for (unsigned i = 0; i < plan.regions; i++) {
		traps_add(plan.region[i].start);
		if (plan.region[i].to)
			traps_add(plan.region[i].to);
	}
}
