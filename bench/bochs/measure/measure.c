/* SPDX-License-Identifier: MIT */
#include "bench/bochs/measure/measure.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bochs/guest.h"
#include "bench/bochs/measure/paging.h"
#include "bench/bochs/measure/plan.h"
#include "bench/bochs/measure/traps.h"
#include "bench/bochs/measure/watch.h"
#include "bench/bochs/output.h"
#include "bench/bochs/region_internal.h"
#include "bench/bochs/regions.h"

/* A function was changed at run time, but is the planned one, if this share of its bytes is equal:
 * kernels patch calls and NOPs into their code. */
enum { EQUAL_OF_4 = 3 };

/* A stub of an interrupt may have pushed this many words before it jumps to the function. */
enum { PUSHED_MAX = 3 };

enum { REGISTER_RSP = 4 };

#define CR0_PE 1ULL

struct state {
	uint64_t opened, closed, lost;
	uint64_t others; /* the address was executed, but held other code */
	bool right;      /* the code was the function's */
	uint64_t written, stride;
};

/* Where the CPU was before an interrupt or exception was delivered. */
struct interrupted {
	uint64_t rip, rsp, cr3;
	bool in_user;
};

struct cpu {
	struct paging paging;
	bool in_user;
	bool resumed, left; /* an IRET was executed; user mode was entered; nothing else since */
	struct interrupted interrupted;
	uint64_t called;      /* target of the last CALL */
	uint64_t system_call; /* where the last SYSCALL went; 0: it was seen */
};

struct calls measure_calls[MAX_CPUS];

static bool wanted, finished;
static struct plan plan;
static struct state states[PLAN_REGIONS_MAX];
static struct cpu cpus[MAX_CPUS];

bool measure_wanted(void)
{
	return wanted;
}

static bool read_guest(unsigned cpu, uint64_t linear, void *to, size_t bytes)
{
	return paging_read(&cpus[cpu].paging, guest_frame, linear, to, bytes);
}

static uint64_t place_of(void *context, uint64_t linear)
{
	const struct cpu *cpu = context;

	return paging_translate(&cpu->paging, guest_frame, linear);
}

static uint64_t read_word(unsigned cpu, uint64_t linear, unsigned bytes)
{
	uint64_t word = 0;

	return read_guest(cpu, linear, &word, bytes) ? word : 0;
}

/* Returns true if the code at the region's address is that of its function. Kernels are loaded
 * while the machine runs, so other code may execute there first: a boot loader's. */
static bool is_function(unsigned cpu, struct state *state, const struct plan_region *region)
{
	uint8_t code[PLAN_CODE_MAX];
	unsigned equal = 0;

	if (state->right || !region->code_bytes)
		return true;
	if (read_guest(cpu, region->start, code, region->code_bytes))
		for (unsigned i = 0; i < region->code_bytes; i++)
			equal += code[i] == region->code[i];
	state->right = 4 * equal >= EQUAL_OF_4 * region->code_bytes;
	state->others += !state->right;
	return state->right;
}

/* Returns true if the instruction before the address is a CALL. */
static bool follows_call(unsigned cpu, uint64_t address)
{
	uint8_t code[7];

	if (!read_guest(cpu, address - sizeof code, code, sizeof code))
		return false;
	if (code[2] == 0xE8)
		return true;
	for (unsigned length = 2; length <= sizeof code; length++) {
		const uint8_t *last = code + sizeof code - length;

		if (last[0] == 0xFF && (last[1] >> 3 & 7) == 2)
			return true;
	}
	return false;
}

/* Returns true if the stack has the frame of the last interrupt or exception, below at most
 * PUSHED_MAX words. */
static bool has_frame(unsigned cpu, uint64_t rsp, unsigned word)
{
	for (unsigned pushed = 0; pushed <= PUSHED_MAX; pushed++) {
		uint64_t frame = rsp + pushed * word;
		const struct interrupted *last = &cpus[cpu].interrupted;

		if (read_word(cpu, frame, word) != last->rip)
			continue;
		if (word == 4 && !last->in_user) /* no stack pointer in the frame */
			return frame + 3 * word == last->rsp;
		if (read_word(cpu, frame + 3 * word, word) == last->rsp)
			return true;
	}
	return false;
}

/* Finds out how the function was entered whose first instruction executes now. */
static void find_end(unsigned cpu, struct call *call)
{
	struct cpu *now = &cpus[cpu];
	const uint64_t *registers = registers_of(cpu);

	call->kind = CALL_RETURNS;
	call->to = read_word(cpu, call->slot, (unsigned)call->word);
	call->cr3 = now->paging.cr3;
	if (now->system_call == call->start) {
		call->kind = CALL_LEAVES;
		call->to = registers[1]; /* SYSCALL puts the return address into RCX */
		call->rsp = call->slot;
	} else if (!follows_call(cpu, call->to) && has_frame(cpu, call->slot, (unsigned)call->word)) {
		call->kind = now->interrupted.in_user ? CALL_LEAVES : CALL_RESUMES;
		call->to = now->interrupted.rip;
		call->rsp = now->interrupted.rsp;
		call->cr3 = now->interrupted.cr3;
	}
	now->system_call = 0;
}

static void lose(unsigned cpu, size_t index)
{
	states[measure_calls[cpu].item[index].region].lost++;
	calls_remove(&measure_calls[cpu], index);
}

/* Returns true if this is the first instruction of a call that has begun: it faulted. */
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
	if (calls->count == CALLS_MAX)
		lose(cpu, 0);
	call.number = ++states[region].opened;
	region_counts_start(cpu, address);
	region_counts_read(cpu, &call.before);
	if (!calls_add(calls, &call))
		output_fail(1, "no memory for open calls");
}

static void hit(unsigned cpu, uint64_t address, bool is64)
{
	if (finished || region_repeats(cpu, address))
		return;
	for (unsigned i = 0; i < plan.regions; i++)
		if (plan.region[i].start == address && is_function(cpu, &states[i], &plan.region[i]))
			begin(cpu, i, address, is64);
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
	if (has_line(state, call->number))
		region_counts_write(plan.region[call->region].id, call->number, &now);
	calls_remove(calls, index);
	if (!calls->count)
		region_counts_stop(cpu);
}

/* Ends the calls that the last IRET, SYSRET or SYSEXIT ended. */
static void settle_return(unsigned cpu)
{
	struct cpu *now = &cpus[cpu];
	struct calls *calls = &measure_calls[cpu];
	uint64_t rsp = registers_of(cpu)[REGISTER_RSP];
	int index;

	while (now->resumed && (index = calls_resumed(calls, rsp)) >= 0)
		finish_call(cpu, (size_t)index);
	if (now->left && (index = calls_left(calls, *rip_of[cpu], rsp, now->paging.cr3)) >= 0)
		finish_call(cpu, (size_t)index);
	now->resumed = now->left = false;
	region_return_seen(cpu);
}

void measure_instruction_starts(unsigned cpu, uint64_t rip)
{
	struct calls *calls = &measure_calls[cpu];
	uint64_t rsp = registers_of(cpu)[REGISTER_RSP];
	int index;

	if (cpus[cpu].resumed || cpus[cpu].left)
		settle_return(cpu);
	while (calls_may_return(calls, rip) &&
	       (index = calls_returned(calls, rip, rsp, place_of, &cpus[cpu])) >= 0)
		finish_call(cpu, (size_t)index);
}

void measure_control(unsigned cpu, unsigned what, uint64_t value)
{
	if (what == TLB_CR0_WRITE)
		cpus[cpu].paging.cr0 = value;
	else if (what == TLB_CR3_WRITE)
		cpus[cpu].paging.cr3 = value & ~(1ULL << 63);
	else if (what == TLB_CR4_WRITE)
		cpus[cpu].paging.cr4 = value;
}

void measure_msr(unsigned cpu, unsigned msr, uint64_t value)
{
	if (msr == MSR_EFER)
		cpus[cpu].paging.efer = value;
}

void measure_event(unsigned cpu)
{
	struct calls *calls = &measure_calls[cpu];

	if (cpus[cpu].resumed || cpus[cpu].left)
		settle_return(cpu);
	for (size_t i = calls->count; i-- > 0;) {
		struct call *call = &calls->item[i];

		if (call->before.counts[METRIC_INSTRUCTIONS] != region_completed(cpu))
			break;
		call->restarts = region_executes(cpu, call->start);
	}
}

void measure_delivery(unsigned cpu)
{
	struct cpu *now = &cpus[cpu];

	if (now->resumed || now->left)
		settle_return(cpu);
	now->interrupted = (struct interrupted){ .rip = *rip_of[cpu],
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
	if (now->resumed || now->left)
		region_returned(cpu);
}

void measure_call(unsigned cpu, uint64_t to)
{
	cpus[cpu].called = to;
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
			calls_remove(&measure_calls[cpu], 0);
		region_counts_stop(cpu);
	}
	for (unsigned i = 0; i < plan.regions; i++) {
		const struct state *state = &states[i];
		char line[200];
		int length = snprintf(line, sizeof line,
		                      "!region region=%" PRIu32 " opened=%" PRIu64 " closed=%" PRIu64
		                      " lost=%" PRIu64 " others=%" PRIu64 " right=%d\n",
		                      plan.region[i].id, state->opened, state->closed, state->lost,
		                      state->others, state->right);

		output_line(line, (size_t)length);
	}
}

__attribute__((destructor)) static void finish(void)
{
	measure_finish();
}

void measure_open(void)
{
	const char *path = getenv("PALIMPSEST_MEASURE");
	char why[PLAN_WHY_MAX];

	if (!path || !output_wanted())
		return;
	if (plan_read(&plan, path, why))
		output_fail(2, "%s", why);
	wanted = true;
	traps_open(hit);
	for (unsigned i = 0; i < plan.regions; i++) {
		states[i].stride = 1;
		traps_add(plan.region[i].start);
	}
	watch_open(&plan);
}
