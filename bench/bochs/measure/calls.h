/* SPDX-License-Identifier: MIT */
/*
 * The calls of measured functions that are open on one CPU, and how each of them ends.
 *
 * How a call ends depends on how its function was entered:
 *   CALL_RETURNS  by CALL (or by a jump from a function that was called): it ends when execution
 *                 reaches the return address with RSP just above the slot of the return address
 *   CALL_RESUMES  by an interrupt or exception in the kernel: it ends with the IRET that restores the
 *                 RSP of the interrupted code
 *   CALL_LEAVES   from user mode: it ends with the return to user mode, if possible the one to the
 *                 same address, stack and address space
 *   CALL_BETWEEN  not a call: it ends before the instruction at a given address
 * Recursive calls, interrupts within a call, and calls of other tasks that run meanwhile therefore
 * do not end the call.
 *
 * Tasks may have their stacks at the same linear address. A slot is therefore identified by its
 * physical address too, its *place*.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/bochs/metrics.h"
#include "bench/bochs/model/model.h"

enum { CALLS_MAX = 4096 }; /* open at the same time; if there are more, the oldest one is lost */

/* Number of elements of watched[]. Element n counts the open calls whose return address modulo
 * CALLS_WATCHED is n. */
enum { CALLS_WATCHED = 4096 };

enum call_kind { CALL_RETURNS, CALL_RESUMES, CALL_LEAVES, CALL_BETWEEN };

struct call_counts {
	uint64_t counts[METRIC_COUNT];
	struct model_counts model;
};

struct functions_stack;

struct call {
	unsigned region;
	uint64_t number; /* numbers the region's calls, from 1, in the order in which they open */
	enum call_kind kind;
	uint64_t start; /* address of the function */
	uint64_t slot;  /* RSP at its first instruction */
	uint64_t place; /* physical address of the slot */
	uint64_t word;  /* bytes of a return address: 8 or 4 */
	uint64_t to;    /* the return address, or the interrupted address in user mode */
	uint64_t rsp;   /* RSP after the return; not for CALL_RETURNS */
	uint64_t cr3;   /* CALL_LEAVES: CR3 of the interrupted code */
	uint64_t entry; /* CALL_LEAVES: number of the entry; calls with the same number end together */
	bool restarts;  /* its first instruction faulted, and will execute again */
	struct call_counts before;
	struct functions_stack *functions; /* NULL if functions are not attributed */
};

struct calls {
	struct call *item; /* the calls, in the order in which they opened */
	size_t count, room;
	uint16_t watched[CALLS_WATCHED];
};

/* Returns the physical address of a linear one, or UINT64_MAX. */
typedef uint64_t calls_place(void *context, uint64_t linear);

/* Adds a call. Returns it, or NULL if there is no memory. The pointer is valid until the next call
 * of a function of this header. */
struct call *calls_add(struct calls *calls, const struct call *call);

/* Removes a call. */
void calls_remove(struct calls *calls, size_t index);

/* Returns true if a call may end at this address. */
static inline bool calls_may_return(const struct calls *calls, uint64_t rip)
{
	return calls->watched[rip % CALLS_WATCHED];
}

/*
 * Each of these functions returns the index of a call that ends now, or -1 if none ends:
 * calls_returned() when the instruction at `rip` starts, calls_resumed() after an IRET, calls_left()
 * after a return to user mode. Several calls may end at once: the caller removes the call and asks
 * again. After a return to user mode it asks calls_of_entry() for the other calls that began with
 * the same entry from user mode.
 *
 * A return to user mode may fit no call, because a signal handler or another program begins there.
 * Such a return ends the last call of the same address space or, if this space has no call, the last
 * call of all. There is one exception: if another address space has a call that returns to the same
 * address with the same stack pointer, no call ends. The return then starts a copy that fork made of
 * the program in that other space.
 */
int calls_returned(const struct calls *calls, uint64_t rip, uint64_t rsp, calls_place *place, void *context);
int calls_resumed(const struct calls *calls, uint64_t rsp);
int calls_left(const struct calls *calls, uint64_t rip, uint64_t rsp, uint64_t cr3);

/*
 * Returns the index of a call that can no longer end, because a new call of `region` begins at its
 * slot. Returns -1 if there is none. `jumped` is true if the new function was reached by a jump. A
 * call of another function at this slot then stays open: both calls return together.
 */
int calls_overwritten(const struct calls *calls, unsigned region, uint64_t place, bool jumped);

/* Returns the index of the last call of kind CALL_LEAVES with this number of its entry, or -1. */
int calls_of_entry(const struct calls *calls, uint64_t entry);

/* Returns the index of the last call of a region, or -1. */
int calls_of(const struct calls *calls, unsigned region);
