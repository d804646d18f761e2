/* SPDX-License-Identifier: MIT */
/*
 * Locks that several readers, or one writer, may hold at a time. In both, writers wait for each other
 * in turn, and a writer that waits keeps new readers out; so readers could starve if writers came
 * without a pause. Nobody may take a lock that he holds. Interrupts: see ticket_lock.h.
 *
 *   struct spin_rwlock     one counter of readers: each reader writes its line twice
 *   struct reader_counts   a counter for each CPU, in a line of its own: a reader writes no line that
 *                          others write, but a writer reads the lines of all CPUs
 */
#pragma once

#include "cpu/cpus.h"
#include "cpu/ticket_lock.h"

#define SPIN_WRITER 1U
#define SPIN_READER 2U

struct spin_rwlock {
	uint32_t
	        state; /* number of readers * SPIN_READER, and SPIN_WRITER if a writer has or wants the lock */
	struct ticket_lock writers; /* which writer may set SPIN_WRITER */
};

/* The functions that take a lock return how often they polled: 0 if they did not wait. */
static inline uint64_t spin_read(struct spin_rwlock *lock)
{
	uint64_t polls = 0;

	schedule_point(SCHEDULE_LOCK);
	while (__atomic_fetch_add(&lock->state, SPIN_READER, __ATOMIC_ACQUIRE) & SPIN_WRITER) {
		__atomic_fetch_sub(&lock->state, SPIN_READER, __ATOMIC_RELAXED);
		for (; __atomic_load_n(&lock->state, __ATOMIC_RELAXED) & SPIN_WRITER; polls++)
			__asm__ volatile("pause");
		polls++;
	}
	schedule_point(SCHEDULE_LOCKED);
	return polls;
}

static inline void spin_end_read(struct spin_rwlock *lock)
{
	schedule_point(SCHEDULE_UNLOCK);
	__atomic_fetch_sub(&lock->state, SPIN_READER, __ATOMIC_RELEASE);
	schedule_point(SCHEDULE_UNLOCKED);
}

static inline uint64_t spin_write(struct spin_rwlock *lock)
{
	uint64_t polls = ticket_take(&lock->writers);

	__atomic_fetch_or(&lock->state, SPIN_WRITER, __ATOMIC_ACQUIRE);
	for (; __atomic_load_n(&lock->state, __ATOMIC_ACQUIRE) != SPIN_WRITER; polls++)
		__asm__ volatile("pause");
	return polls;
}

static inline void spin_end_write(struct spin_rwlock *lock)
{
	__atomic_fetch_and(&lock->state, ~SPIN_WRITER, __ATOMIC_RELEASE);
	ticket_release(&lock->writers);
}

/* A CPU that reads. In a cache line of its own. */
struct reader_count {
	uint32_t reading;          /* the CPU has the lock, or looks whether it can take it */
	struct reader_count *next; /* that of another CPU, or NULL */
} __attribute__((aligned(CACHE_LINE)));

struct reader_counts {
	uint32_t written;           /* a writer has or wants the lock */
	struct reader_count *first; /* of all CPUs that read; set before the first use */
	struct ticket_lock writers __attribute__((aligned(CACHE_LINE))); /* which writer may set `written` */
} __attribute__((aligned(CACHE_LINE)));

/* `mine` is that of the CPU which calls. */
static inline uint64_t counts_read(struct reader_counts *lock, struct reader_count *mine)
{
	uint64_t polls = 0;

	schedule_point(SCHEDULE_LOCK);
	for (;;) {
		/* Either the writer sees `reading`, or this CPU sees `written`: both are XCHG, or
		 * LOCK, which order a store before the next load (SDM 3A 8.2.3.9). */
		__atomic_exchange_n(&mine->reading, true, __ATOMIC_SEQ_CST);
		schedule_point(SCHEDULE_TEST);
		if (!__atomic_load_n(&lock->written, __ATOMIC_SEQ_CST))
			break;
		__atomic_store_n(&mine->reading, false, __ATOMIC_RELEASE);
		for (; __atomic_load_n(&lock->written, __ATOMIC_RELAXED); polls++)
			__asm__ volatile("pause");
		polls++;
	}
	schedule_point(SCHEDULE_LOCKED);
	return polls;
}

static inline void counts_end_read(struct reader_count *mine)
{
	schedule_point(SCHEDULE_UNLOCK);
	__atomic_store_n(&mine->reading, false, __ATOMIC_RELEASE);
	schedule_point(SCHEDULE_UNLOCKED);
}

static inline uint64_t counts_write(struct reader_counts *lock)
{
	uint64_t polls = ticket_take(&lock->writers);

	__atomic_exchange_n(&lock->written, true, __ATOMIC_SEQ_CST);
	for (const struct reader_count *cpu = lock->first; cpu; cpu = cpu->next)
		for (; __atomic_load_n(&cpu->reading, __ATOMIC_ACQUIRE); polls++)
			__asm__ volatile("pause");
	return polls;
}

static inline void counts_end_write(struct reader_counts *lock)
{
	__atomic_store_n(&lock->written, false, __ATOMIC_RELEASE);
	ticket_release(&lock->writers);
}
