/* SPDX-License-Identifier: MIT */
/*
 * Locks between CPUs: what it costs to pass a lock on, and how fast CPUs can check pointers against a
 * list of regions that some of their calls change (bench/claims/32-*). These rows need maxcpus= of more
 * than 1, on a machine with several CPUs.
 *
 * In a sample every CPU does the same number of rounds. All begin when the boot CPU says so; the sample
 * ends when all are through. So the time of a sample, divided by all rounds, is the time of a round.
 */
#include "bench/guest/bench.h"
#include "bench/protocol/marks.h"
#include "cpu/clh_lock.h"
#include "cpu/cpus.h"
#include "cpu/readers_lock.h"
#include "cpu/ticket_lock.h"
#include "lib/errno.h"
#include "lib/random.h"
#include "mem/heap.h"

#define HANDOVERS    32 /* times that each CPU takes the lock in a sample */
#define CHECKS       64 /* calls that each CPU makes in a sample: checks and changes of the list */
#define PLACES       64 /* CPUs that may take part */
#define REGIONS      16 /* in the list, at every second page; a change adds or removes another one */
#define LIST_AT      0x10000000UL
#define LIST_PAGE(i) (LIST_AT + (i)*2 * PAGE_SIZE)

static const uint64_t cpu_counts[] = { 1, 2, 4, 8, 15, 16, 32, 64, BENCH_LIST_END };
static const uint64_t write_shares[] = { 0, 1, 10, 50, BENCH_LIST_END }; /* % of the calls */

/* What belongs to a CPU that takes part. */
struct place {
	struct clh_node node;
	struct clh_place clh;
	struct reader_count reading;
	struct {
		uint64_t random;
		uint64_t rounds, polls;            /* of this sample */
		uint64_t checks, blocked, changes; /* of this sample; `wrong` checks found no region */
		uint64_t wrong;
		volatile uint32_t done;
	} __attribute__((aligned(CACHE_LINE)));
};

/* Allocated, because an array would be in the image. With fixed stacks, other CPUs do not see what is on
 * the boot CPU's. places[i] is in allocated[i]. */
static void *allocated[PLACES];
static struct place *places[PLACES];

static struct clh_node first_node;
static struct clh_lock clh;
static struct {
	struct ticket_lock lock;
} __attribute__((aligned(CACHE_LINE))) ticket;
static struct {
	struct spin_rwlock lock;
} __attribute__((aligned(CACHE_LINE))) readers;
static struct reader_counts counts;
static struct {
	volatile uint64_t value; /* changed only with the lock held */
} __attribute__((aligned(CACHE_LINE))) guarded;

static struct {
	volatile uint32_t go;
} __attribute__((aligned(CACHE_LINE))) start;
static volatile uint32_t ready;
static uint64_t cpus; /* that take part in the row */
static void (*work)(struct place *place);

/* All CPUs together ---------------------------------------------------------------------------- */

static void take_part(void *argument)
{
	struct place *place = argument;

	__atomic_fetch_add(&ready, 1, __ATOMIC_SEQ_CST);
	while (!start.go)
		__asm__ volatile("pause");
	work(place);
	place->done = true;
}

static void wait_for_cpus(void)
{
	uint64_t n = cpus - 1;

	start.go = true;
	for (struct other_cpu *cpu = cpus_others; n; cpu = cpu->next, n--)
		cpu_call_wait(cpu);
}

static void free_places(void)
{
	for (size_t i = 0; i < cpus; i++)
		heap_free(allocated[i]);
}

static int set_up(struct bench *b, uint64_t wanted, void (*of_row)(struct place *))
{
	if (cpu_count < 2 || cpu_count < wanted || wanted > PLACES)
		return bench_skip(b, "not so many CPUs run (maxcpus=)");
	work = of_row;
	clh_init(&clh, &first_node);
	counts.first = NULL;
	for (cpus = 0; cpus < wanted; cpus++) {
		struct place *place;

		allocated[cpus] = heap_alloc(sizeof *place + CACHE_LINE);
		if (!allocated[cpus]) {
			free_places();
			return -ENOMEM;
		}
		place = (struct place *)(((uintptr_t)allocated[cpus] + CACHE_LINE - 1) &
		                         ~(uintptr_t)(CACHE_LINE - 1));
		place->clh.mine = &place->node;
		place->random = random_number() | 1;
		place->reading = (struct reader_count){ false, counts.first };
		counts.first = &place->reading;
		places[cpus] = place;
	}
	return 0;
}

/* Makes all other CPUs that take part wait for `go`. */
static void gather(struct bench *b)
{
	size_t i = 0;

	(void)b;
	wait_for_cpus(); /* after an overhead sample they wait still */
	start.go = false;
	ready = 0;
	guarded.value = 0;
	for (struct other_cpu *cpu = cpus_others; i < cpus; cpu = cpu->next, i++) {
		struct place *place = places[i];

		place->rounds = place->polls = place->checks = place->blocked = place->changes =
		        place->wrong = 0;
		place->done = false;
		if (i == cpus - 1)
			break; /* the last place is the boot CPU's */
		cpu_call(cpu, take_part, place);
	}
	while (ready != cpus - 1)
		__asm__ volatile("pause");
}

static void run_all(struct bench *b)
{
	(void)b;
	start.go = true;
	work(places[cpus - 1]);
	for (size_t i = 0; i < cpus - 1; i++)
		while (!places[i]->done)
			__asm__ volatile("pause");
}

static void send_home(struct bench *b)
{
	(void)b;
	wait_for_cpus();
	free_places();
}

/* Passing a lock on ---------------------------------------------------------------------------- */

#define HANDOVER(name, take, release)                      \
	static void name(struct place *place)              \
	{                                                  \
		for (unsigned i = 0; i < HANDOVERS; i++) { \
			place->polls += take;              \
			guarded.value = guarded.value + 1; \
			release;                           \
			place->rounds++;                   \
		}                                          \
	}

HANDOVER(by_ticket, ticket_take(&ticket.lock), ticket_release(&ticket.lock))
HANDOVER(by_queue, clh_take(&clh, &place->clh), clh_release(&place->clh))
HANDOVER(by_writing, spin_write(&readers.lock), spin_end_write(&readers.lock))

static int set_ticket(struct bench *b)
{
	return set_up(b, b->parameter, by_ticket);
}

static int set_queue(struct bench *b)
{
	return set_up(b, b->parameter, by_queue);
}

static int set_writing(struct bench *b)
{
	return set_up(b, b->parameter, by_writing);
}

/* If two CPUs had the lock at the same time, both would read the same value, and a count would be lost. */
static bool none_lost(struct bench *b)
{
	uint64_t rounds = 0, polls = 0;

	for (size_t i = 0; i < cpus; i++) {
		rounds += places[i]->rounds;
		polls += places[i]->polls;
	}
	bench_metric(b, "handovers", rounds, "handovers");
	bench_metric(b, "polls", polls, "polls");
	return rounds == HANDOVERS * cpus && guarded.value == rounds;
}

BENCH(lock_ticket, "n CPUs take a ticket lock 32 times each", .name = "lock.handover.ticket", .unit = "CPUs",
      .parameters = cpu_counts, .own_boot = true, .setup = set_ticket, .prepare = gather, .body = run_all,
      .check = none_lost, .teardown = send_home);

BENCH(lock_clh, "n CPUs take a queue lock (CLH) 32 times each", .name = "lock.handover.clh", .unit = "CPUs",
      .parameters = cpu_counts, .own_boot = true, .setup = set_queue, .prepare = gather, .body = run_all,
      .check = none_lost, .teardown = send_home);

BENCH(lock_rwlock, "n CPUs take a reader-writer lock for writing 32 times each",
      .name = "lock.handover.rwlock", .unit = "CPUs", .parameters = cpu_counts, .own_boot = true,
      .setup = set_writing, .prepare = gather, .body = run_all, .check = none_lost, .teardown = send_home);

/* Checking pointers ---------------------------------------------------------------------------- */

/* Never loaded, and without pages. The lock of the row guards the list. */
static struct address_space *listed;
static uint32_t extra; /* index in the list of the region that a change has added; 0: none */

/* Returns true if the list has a region at the page, as every check expects. */
static bool has(uintptr_t address)
{
	const uint32_t i = address_space_find(listed, address);
	const struct region *region = address_space_regions(listed) + i;

	return i < listed->count && region->start == address && region->pages == 1;
}

/* What mmap() and munmap() do to the list. */
static void change_list(uint64_t random)
{
	if (extra) {
		struct region *region = address_space_regions(listed) + extra;

		for (uint32_t i = extra; i < listed->count - 1; i++, region++)
			region[0] = region[1];
		listed->count--;
		extra = 0;
	} else {
		const uintptr_t address = LIST_PAGE(random % (REGIONS - 1)) + PAGE_SIZE;

		extra = address_space_find(listed, address);
		*address_space_open(listed, extra) =
		        (struct region){ .start = address, .pages = 1, .flags = PTE_NX };
	}
}

static struct bench *row;

#define CALLS(name, read, end_read, write, end_write)                              \
	static void name(struct place *place)                                      \
	{                                                                          \
		for (unsigned i = 0; i < CHECKS; i++) {                            \
			const uint64_t random = random_next(&place->random) >> 16; \
			uint64_t polls;                                            \
                                                                                   \
			if (random / REGIONS % 100 < row->parameter) {             \
				place->polls += write;                             \
				change_list(random);                               \
				end_write;                                         \
				place->changes++;                                  \
				continue;                                          \
			}                                                          \
			polls = read;                                              \
			place->wrong += !has(LIST_PAGE(random % REGIONS));         \
			end_read;                                                  \
			place->polls += polls;                                     \
			place->blocked += polls > 0;                               \
			place->checks++;                                           \
		}                                                                  \
	}

CALLS(with_mutex, ticket_take(&ticket.lock), ticket_release(&ticket.lock), ticket_take(&ticket.lock),
      ticket_release(&ticket.lock))
CALLS(with_rwlock, spin_read(&readers.lock), spin_end_read(&readers.lock), spin_write(&readers.lock),
      spin_end_write(&readers.lock))
CALLS(with_counts, counts_read(&counts, &place->reading), counts_end_read(&place->reading),
      counts_write(&counts), counts_end_write(&counts))

static void remove_list(struct bench *b)
{
	send_home(b);
	address_space_destroy(listed);
}

static int set_list(struct bench *b, void (*of_row)(struct place *))
{
	int error = set_up(b, cpu_count < PLACES ? cpu_count : PLACES, of_row);

	if (error)
		return error;
	listed = &b->space;
	row = b;
	extra = 0;
	error = address_space_create(listed);
	if (error) {
		free_places();
		return error;
	}
	for (uint32_t i = 0; i < REGIONS && !error; i++)
		error = address_space_add(listed, LIST_PAGE(i), 1, PTE_NX, NULL, 0);
	if (!error)
		error = address_space_reserve(listed, 1);
	if (error)
		address_space_destroy(listed);
	if (error)
		free_places();
	return error;
}

static int set_mutex(struct bench *b)
{
	return set_list(b, with_mutex);
}

static int set_rwlock(struct bench *b)
{
	return set_list(b, with_rwlock);
}

static int set_counts(struct bench *b)
{
	return set_list(b, with_counts);
}

static bool all_checked(struct bench *b)
{
	uint64_t checks = 0, blocked = 0, changes = 0, wrong = 0, polls = 0;

	for (size_t i = 0; i < cpus; i++) {
		checks += places[i]->checks;
		blocked += places[i]->blocked;
		changes += places[i]->changes;
		wrong += places[i]->wrong;
		polls += places[i]->polls;
	}
	bench_metric(b, "cpus", cpus, "CPUs");
	bench_metric(b, "checks", checks, "checks");
	bench_metric(b, "blocked", blocked, "checks");
	bench_metric(b, "changes", changes, "changes");
	bench_metric(b, "polls", polls, "polls");
	for (uint32_t i = 0; i < REGIONS; i++)
		wrong += !has(LIST_PAGE(i));
	return !wrong && checks + changes == CHECKS * cpus && listed->count == REGIONS + (extra > 0);
}

BENCH(validate_mutex, "each CPU checks pointers, and n % of its calls change the list of regions; a mutex",
      .name = "validate.rate.mutex", .unit = "percent", .parameters = write_shares, .own_boot = true,
      .setup = set_mutex, .prepare = gather, .body = run_all, .check = all_checked, .teardown = remove_list);

BENCH(validate_rwlock, "each CPU checks pointers, n % of its calls change the regions; a reader-writer lock",
      .name = "validate.rate.rwlock", .unit = "percent", .parameters = write_shares, .own_boot = true,
      .setup = set_rwlock, .prepare = gather, .body = run_all, .check = all_checked, .teardown = remove_list);

BENCH(validate_counts,
      "each CPU checks pointers, n % of its calls change the regions; a reader count per CPU",
      .name = "validate.rate.counts", .unit = "percent", .parameters = write_shares, .own_boot = true,
      .setup = set_counts, .prepare = gather, .body = run_all, .check = all_checked, .teardown = remove_list);
