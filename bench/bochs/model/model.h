/* SPDX-License-Identifier: MIT */
/*
 * The cycle model: what the events of a CPU cost on the processor of a profile, in three parameter
 * sets at once.
 *
 * The caller reports every event of every CPU, from the first one on. Before each event it says
 * whether the event counts. All events change the state of caches, TLBs and predictor, but only
 * those that count are added to the counts. For an instruction, the caller calls
 * model_instruction_starts, then the functions for its accesses, iterations and branches, then
 * model_instruction_ends. It omits model_instruction_ends if the instruction faults or its
 * repetition is interrupted. The cost of the fetch is counted with the first event after the start,
 * so it is not part of a region that closes at the start of the instruction.
 *
 * docs/model.md says what is modelled and what is not.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "bench/bochs/model/branches.h"
#include "bench/bochs/model/memory.h"
#include "bench/bochs/model/profile.h"
#include "bench/bochs/model/translation.h"

enum { MODEL_CPUS = 64 };

enum model_event {
	MODEL_ITLB,
	MODEL_DTLB,
	MODEL_STLB,
	MODEL_L1,
	MODEL_L2,
	MODEL_L3,
	MODEL_MISPREDICT,
	MODEL_EVENTS
};

/* Causes of cycles. Each cycle is counted under exactly one cause. */
enum model_cause {
	CAUSE_INSTRUCTIONS, /* the core's CPI */
	CAUSE_STRINGS,      /* REP: its start, and its bytes or iterations */
	CAUSE_DATA,         /* data that missed L1, and all waits for loads */
	CAUSE_FETCH,        /* code that missed L1 */
	CAUSE_TRANSLATION,  /* hits in the second-level TLB and page walks, for data and code */
	CAUSE_MISPREDICTS,
	CAUSE_RINGS,      /* SYSCALL, SYSRET, IRETQ, delivery of interrupts and faults */
	CAUSE_FLUSHES,    /* MOV CR3 and CR4, INVLPG, INVPCID */
	CAUSE_PRIVILEGED, /* every other event that has a price */
	MODEL_CAUSES
};

struct model_counts {
	struct cost cycles;            /* in millionths */
	uint64_t causes[MODEL_CAUSES]; /* parts of the nominal cycles, in millionths */
	uint64_t events[MODEL_EVENTS];
};

/* Kinds of delivery to a handler. They have different prices. */
enum delivery { DELIVERY_INTERRUPT, DELIVERY_FAULT };

struct model;

/* Returns a model without CPUs (see model_reset()), or NULL if out of memory. */
struct model *model_new(const struct profile *profile, memory_frame frame_of);
void model_free(struct model *model);

/* Leaves out a set of parts (parts.h). Must be called before the first reset. */
void model_leave_out(struct model *model, unsigned parts);

/* Calls `walked` for each page walk from now on, whether it counts or not. A walk for code is
 * reported when it is made, before the event with which its cost is counted. */
typedef void model_walked(unsigned cpu, uint64_t linear, enum side side, unsigned loads);
void model_watch(struct model *model, model_walked *walked);

/* Calls `executed` with the name of each privileged or far instruction that counts but has no price
 * (unpriced.h). Calls it only once for each name. */
typedef void model_unpriced(const char *name);
void model_watch_unpriced(struct model *model, model_unpriced *executed);

/* Resets the CPU; must be called before its first event. Caches and predictor keep their contents.
 * Returns false if out of memory. */
bool model_reset(struct model *model, unsigned cpu);

/* Sets whether the CPU's events from now on count. */
void model_counts(struct model *model, unsigned cpu, bool counts);

/* model_start() sets the CPU's counts to 0; model_read() returns them. From model_stop() until
 * model_start() nothing counts. To save work, the model then keeps track of what is in the caches,
 * the TLBs and the predictor, but not of times. At model_start(), everything that began earlier is
 * taken as complete.
 */
void model_start(struct model *model, unsigned cpu);
void model_stop(struct model *model, unsigned cpu);
const struct model_counts *model_read(const struct model *model, unsigned cpu);

/* Report the events of an instruction, external interrupts that the CPU takes, and deliveries. `registers` are the CPU's 16 general
 * registers, which are read until the instruction ends. `complete` is false if a REP instruction
 * will continue. Lengths are in bytes. */
void model_instruction_starts(struct model *model, unsigned cpu, uint64_t rip, const uint64_t *registers);
void model_instruction_ends(struct model *model, unsigned cpu, bool complete);
void model_repeat_iterations(struct model *model, unsigned cpu, uint64_t count);
void model_data_access(struct model *model, unsigned cpu, uint64_t linear, uint64_t physical, unsigned length,
                       bool write);
void model_conditional_branch(struct model *model, unsigned cpu, uint64_t from, bool taken);
void model_branch(struct model *model, unsigned cpu, enum branch_kind kind, uint64_t from, uint64_t to);
void model_interrupt(struct model *model, unsigned cpu, unsigned vector);
void model_delivery(struct model *model, unsigned cpu, enum delivery delivery);

/* Sets whether the CPU is in user mode (CPL 3) from now on. A reset and a delivery also end user
 * mode. If an instruction changes the ring, this is called before model_instruction_ends(). */
void model_ring(struct model *model, unsigned cpu, bool user);

/* Returns true if a data access to this address would cost nothing beyond its instruction's price:
 * no device has this address, the first-level TLB holds its page, and L1D holds its line. A loop
 * that accesses only such addresses, in the same order in each iteration, leaves TLB and caches in
 * the same state after each iteration. */
bool model_holds(const struct model *model, unsigned cpu, uint64_t linear, uint64_t physical);

/* Sets whether the CPU executes 32-bit code from now on, with the paging of 32-bit mode. A reset sets
 * long mode. Must be called before the write of CR0 that turns paging on. */
void model_mode32(struct model *model, unsigned cpu, bool mode32);

/* Report a completed write of a control register, or a completed INVLPG or INVPCID. */
void model_write_cr0(struct model *model, unsigned cpu, uint64_t value);
void model_write_cr3(struct model *model, unsigned cpu, uint64_t value);
void model_write_cr4(struct model *model, unsigned cpu, uint64_t value);
void model_invlpg(struct model *model, unsigned cpu, uint64_t linear);
void model_invpcid(struct model *model, unsigned cpu, uint64_t type);
