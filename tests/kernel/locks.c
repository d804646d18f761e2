/* SPDX-License-Identifier: MIT */
/*
 * Locks between CPUs. Each other CPU takes a lock many times, with random delays. What the lock guards
 * is a number that a writer changes in several steps, so that a second writer, or a reader beside a
 * writer, would be noticed. These tests need a boot with maxcpus= of more than 1 (tests/cpus.sh).
 */
#include "cpu/apic.h"
#include "cpu/clh_lock.h"
#include "cpu/cpus.h"
#include "cpu/readers_lock.h"
#include "cpu/ticket_lock.h"
#include "lib/random.h"
#include "mem/heap.h"
#include "tests/kernel/test.h"

#define ONE_CPU  SKIP "only one CPU runs"
#define CPUS_MAX 3     /* that take part beside the boot CPU; a host may have only two */
#define ROUNDS   100   /* of each CPU */
#define LOOKS    10000 /* polls, in which another CPU would do what it must not do */
#define PATIENCE 20    /* s; much more than the CPUs need, even on a busy host */

/* What a CPU needs. */
struct part {
	struct clh_node node;
	struct clh_place clh;
	struct reader_count count;
	uint64_t random;
	uint32_t wrong; /* times that the CPU saw a change half made */
	uint32_t alone; /* the CPU waited in vain for the others to read at the same time */
	uint32_t turn;  /* number of CPUs that had the lock before, when all ask in turn */
};

/* With fixed stacks, other CPUs do not see what is on this CPU's stack. */
static void *allocated[CPUS_MAX];
static struct part *part[CPUS_MAX]; /* part[i] is in allocated[i] */
static struct part first;           /* of the boot CPU */
static struct ticket_lock ticket;
static struct clh_lock clh;
static struct clh_node first_node;
static struct spin_rwlock readers;
static struct reader_counts counts;
static volatile uint64_t number[2]; /* what the lock guards; both have the same value */
static volatile uint32_t inside;    /* number of CPUs that hold the lock for reading */
static uint32_t parts;              /* number of CPUs that take part */
static volatile uint32_t begun;     /* number of CPUs that have begun */
static const struct kind *kind;
static bool stuck; /* a CPU took longer than PATIENCE; it may still use what it was given */

struct kind {
	void (*read)(struct part *p), (*end_read)(struct part *p); /* NULL: the lock has no readers */
	void (*write)(struct part *p), (*end_write)(struct part *p);
};

static void delay(struct part *p)
{
	for (uint64_t n = (random_next(&p->random) >> 16) % 16; n; n--)
		__asm__ volatile("pause");
}

static void change(struct part *p)
{
	kind->write(p);
	p->wrong += number[0] != number[1] || inside;
	number[0] = number[0] + 1;
	delay(p);
	p->wrong += number[0] != number[1] + 1 || inside;
	number[1] = number[1] + 1;
	kind->end_write(p);
}

static void look(struct part *p)
{
	uint64_t before;

	kind->read(p);
	__atomic_fetch_add(&inside, 1, __ATOMIC_SEQ_CST);
	before = number[0];
	delay(p);
	p->wrong += number[0] != before || number[1] != before;
	__atomic_fetch_sub(&inside, 1, __ATOMIC_SEQ_CST);
	kind->end_read(p);
}

static void take_turns(void *argument)
{
	struct part *p = argument;

	/* All begin together: the first one could be done before the last one wakes. */
	__atomic_fetch_add(&begun, 1, __ATOMIC_SEQ_CST);
	while (begun < parts)
		__asm__ volatile("pause");
	for (unsigned i = 0; i < ROUNDS; i++) {
		if (kind->read)
			for (unsigned n = 0; n < 4; n++)
				look(p);
		change(p);
		delay(p);
	}
}

/* Holds the lock for reading until all CPUs hold it. */
static void read_together(void *argument)
{
	struct part *p = argument;
	const uint64_t start = timestamp(), ticks = PATIENCE * tsc_hertz();

	kind->read(p);
	__atomic_fetch_add(&inside, 1, __ATOMIC_SEQ_CST);
	while (inside < parts && timestamp() - start < ticks)
		__asm__ volatile("pause");
	p->alone = inside < parts;
	kind->end_read(p);
}

static bool is_done(const struct other_cpu *cpu)
{
	const uint64_t start = timestamp(), ticks = PATIENCE * tsc_hertz();

	while (!cpu_call_is_done(cpu) && timestamp() - start < ticks)
		__asm__ volatile("pause");
	stuck |= !cpu_call_is_done(cpu);
	return cpu_call_is_done(cpu);
}

static const char *check_parts(uint32_t cpus)
{
	uint32_t wrong = 0, alone = 0;

	for (uint32_t i = 0; i < cpus; i++) {
		wrong += part[i]->wrong;
		alone += part[i]->alone;
	}
	if (wrong)
		return "a CPU had the lock while another one wrote";
	if (number[0] != (uint64_t)cpus * ROUNDS || number[1] != number[0])
		return "a change was lost";
	if (alone)
		return "the CPUs cannot all read at the same time";
	return NULL;
}

static void take_ticket(struct part *p)
{
	(void)p;
	ticket_take(&ticket);
}

static void release_ticket(struct part *p)
{
	(void)p;
	ticket_release(&ticket);
}

static void take_clh(struct part *p)
{
	clh_take(&clh, &p->clh);
}

static void release_clh(struct part *p)
{
	clh_release(&p->clh);
}

static void rw_read(struct part *p)
{
	(void)p;
	spin_read(&readers);
}

static void rw_end_read(struct part *p)
{
	(void)p;
	spin_end_read(&readers);
}

static void rw_write(struct part *p)
{
	(void)p;
	spin_write(&readers);
}

static void rw_end_write(struct part *p)
{
	(void)p;
	spin_end_write(&readers);
}

static void count_read(struct part *p)
{
	counts_read(&counts, &p->count);
}

static void count_end_read(struct part *p)
{
	counts_end_read(&p->count);
}

static void count_write(struct part *p)
{
	(void)p;
	counts_write(&counts);
}

static void count_end_write(struct part *p)
{
	(void)p;
	counts_end_write(&counts);
}

static void free_parts(uint32_t cpus)
{
	while (cpus)
		heap_free(allocated[--cpus]);
}

/* Makes a part for each other CPU, at most CPUS_MAX. Returns their number, or 0 if out of memory. */
static uint32_t make_parts(void)
{
	uint32_t cpus = 0;

	number[0] = number[1] = inside = begun = 0;
	ticket = (struct ticket_lock){ 0 };
	clh_init(&clh, &first_node);
	first = (struct part){ .clh.mine = &first.node };
	counts = (struct reader_counts){ .first = &first.count };
	readers = (struct spin_rwlock){ 0 };
	for (const struct other_cpu *cpu = cpus_others; cpu && cpus < CPUS_MAX; cpu = cpu->next, cpus++) {
		struct part *p;

		allocated[cpus] = heap_alloc(sizeof *p + CACHE_LINE);
		if (!allocated[cpus]) {
			free_parts(cpus);
			return 0;
		}
		p = (struct part *)(((uintptr_t)allocated[cpus] + CACHE_LINE - 1) & ~(CACHE_LINE - 1UL));
		*p = (struct part){ .clh.mine = &p->node, .count.next = counts.first, .random = cpus + 1 };
		counts.first = &p->count;
		part[cpus] = p;
	}
	return cpus;
}

/* Makes the CPUs call a function with their parts, and waits for them. Returns false if one does not
 * return. Its part is then never freed. */
static bool let_all(uint32_t cpus, void (*function)(void *))
{
	struct other_cpu *cpu = cpus_others;
	bool all = true;

	for (uint32_t i = 0; i < cpus; i++, cpu = cpu->next)
		cpu_call(cpu, function, part[i]);
	cpu = cpus_others;
	for (uint32_t i = 0; i < cpus && all; i++, cpu = cpu->next)
		all = is_done(cpu);
	return all;
}

static void write_once(void *argument)
{
	change(argument);
}

static void read_once(void *argument)
{
	look(argument);
}

/* While the boot CPU reads, no other CPU can write; while it writes, none can read. */
static const char *keep_others_out(void)
{
	const volatile uint32_t *wanted = kind->read == rw_read ? &readers.state : &counts.written;
	const uint64_t value = number[0];
	const char *why = NULL;

	inside = 0;
	kind->read(&first);
	cpu_call(cpus_others, write_once, part[0]);
	while (!(*wanted & SPIN_WRITER) && !cpu_call_is_done(cpus_others)) /* `written` is 1, too */
		__asm__ volatile("pause");
	for (unsigned i = 0; i < LOOKS; i++)
		__asm__ volatile("pause");
	if (number[0] != value)
		why = "a CPU writes while another one reads";
	kind->end_read(&first);
	if (!is_done(cpus_others))
		return "a writer never gets the lock";
	kind->write(&first);
	cpu_call(cpus_others, read_once, part[0]);
	for (unsigned i = 0; i < LOOKS; i++) {
		__asm__ volatile("pause");
		if (inside || cpu_call_is_done(cpus_others))
			why = "a CPU reads while another one writes";
	}
	kind->end_write(&first);
	return is_done(cpus_others) ? why : "a reader never gets the lock";
}

static const char *use(const struct kind *of)
{
	const char *why;
	uint32_t cpus;

	if (!cpus_others)
		return ONE_CPU;
	kind = of;
	if (stuck)
		return "a CPU still waits for a lock of an earlier test";
	cpus = make_parts();
	if (!cpus)
		return "out of memory";
	parts = cpus;
	if (!let_all(cpus, take_turns) || (kind->read && !let_all(cpus, read_together)))
		return "a CPU never gets the lock";
	why = check_parts(cpus);
	if (!why && kind->read)
		why = keep_others_out();
	free_parts(cpus);
	return why;
}

static const struct kind by_ticket = { .write = take_ticket, .end_write = release_ticket },
                         by_queue = { .write = take_clh, .end_write = release_clh },
                         by_state = { rw_read, rw_end_read, rw_write, rw_end_write },
                         by_counts = { count_read, count_end_read, count_write, count_end_write };

TEST(cpus_share_a_ticket_lock)
{
	return use(&by_ticket);
}

TEST(cpus_share_a_queue_lock)
{
	return use(&by_queue);
}

TEST(cpus_share_a_reader_writer_lock)
{
	return use(&by_state);
}

TEST(cpus_share_a_lock_with_reader_counts)
{
	return use(&by_counts);
}

/* Order: the boot CPU has the lock, and the others ask for it one after another. */

static void be_next(void *argument)
{
	struct part *p = argument;

	kind->write(p);
	p->turn = (uint32_t)number[0];
	number[0] = number[0] + 1;
	kind->end_write(p);
}

/* A value that changes when a CPU begins to wait for the lock. */
static uintptr_t queue_end(void)
{
	return kind == &by_ticket ? __atomic_load_n(&ticket.next, __ATOMIC_RELAXED)
	                          : (uintptr_t)__atomic_load_n(&clh.last, __ATOMIC_RELAXED);
}

static const char *ask_in_turn(const struct kind *of)
{
	struct other_cpu *cpu = cpus_others;
	const char *why = NULL;
	uint32_t cpus;

	if (!cpus_others)
		return ONE_CPU;
	kind = of;
	if (stuck)
		return "a CPU still waits for a lock of an earlier test";
	cpus = make_parts();
	if (!cpus)
		return "out of memory";
	kind->write(&first);
	for (uint32_t i = 0; i < cpus; i++, cpu = cpu->next) {
		const uintptr_t end = queue_end();

		cpu_call(cpu, be_next, part[i]);
		while (queue_end() == end)
			__asm__ volatile("pause");
	}
	kind->end_write(&first);
	cpu = cpus_others;
	for (uint32_t i = 0; i < cpus; i++, cpu = cpu->next) {
		if (!is_done(cpu))
			return "a CPU never gets the lock";
		if (part[i]->turn != i)
			why = "a CPU got the lock before one that had asked earlier";
	}
	free_parts(cpus);
	return why;
}

TEST(cpus_get_a_ticket_lock_in_turn)
{
	return ask_in_turn(&by_ticket);
}

TEST(cpus_get_a_queue_lock_in_turn)
{
	return ask_in_turn(&by_queue);
}
