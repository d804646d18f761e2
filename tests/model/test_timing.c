/* SPDX-License-Identifier: MIT */
/*
 * Tests what instructions wait for, in whole streams: mispredicted branches, page walks side by
 * side, values that were just stored, a full store buffer, prefetched lines. Also tests what the
 * model does without each of its parts, and while it is stopped. The profile is skylake-client with
 * prices that are easy to add.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "bench/bochs/model/model.h"
#include "bench/bochs/model/parts.h"

enum { FRAMES = 600, CODE = 0x100, PAGES_AT = 64 };

static uint8_t memory[FRAMES][4096];
static uint64_t registers[16], next_rip;
static struct profile profile;
static struct model *model;

static const uint8_t *frame_of(uint64_t physical)
{
	return physical / 4096 < FRAMES ? memory[physical / 4096] : NULL;
}

static void price(enum cost_parameter cost, uint64_t cycles)
{
	for (unsigned set = 0; set < SETS; set++)
		profile.cost[cost].of[set] = cycles * CYCLE;
}

static uint64_t cycles(void)
{
	return model_read(model, 0)->cycles.of[SET_NOMINAL];
}

/* Makes a model without some parts, with page tables that map the first 2 MiB to themselves. */
static void start(unsigned without)
{
	char why[PROFILE_WHY_MAX];

	memset(memory, 0x90, sizeof memory);
	memset(memory[1], 0, 4 * sizeof memory[1]);
	for (unsigned table = 1; table < 4; table++)
		memcpy(memory[table], &(uint64_t){ (table + 1) * 4096 | 3 }, 8);
	for (uint64_t page = 0; page < 512; page++)
		memcpy(memory[4] + page * 8, &(uint64_t){ page * 4096 | 3 }, 8);
	assert_int_equal(profile_read(&profile, "bench/bochs/profiles/skylake-client.ini", why), 0);
	price(COST_CPI_HOT, 1);
	price(COST_CPI_ENTRY, 3);
	price(COST_L1_LATENCY, 4);
	price(COST_MEMORY_LATENCY, 204);
	price(COST_WALK_BASE, 50);
	price(COST_STLB_HIT, 9);
	price(COST_MISPREDICT, 20);
	price(COST_STORE_FORWARD, 5);
	price(COST_SHARE_FETCH, 0);
	price(COST_LFENCE, 0);
	for (unsigned set = 0; set < SETS; set++) {
		profile.cost[COST_SHARE_LOAD].of[set] = CYCLE / 10; /* 20 cycles for a line from memory */
		profile.cost[COST_SHARE_STORE].of[set] = CYCLE / 2; /* 100 */
		profile.cost[COST_SHARE_STREAM].of[set] = CYCLE / 20;
	}
	profile.size[SIZE_STORES] = 2;
	profile.size[SIZE_SCHEDULER] = 3;
	profile.size[SIZE_PREDICTOR] = 4096;
	model = model_new(&profile, frame_of);
	assert_non_null(model);
	model_leave_out(model, without);
	assert_true(model_reset(model, 0));
	model_write_cr4(model, 0, 1 << 5); /* PAE */
	model_write_cr3(model, 0, 0x1000);
	model_write_cr0(model, 0, 1ULL << 31); /* PG */
	model_counts(model, 0, true);
	model_start(model, 0);
	next_rip = CODE;
}

/* Checks that the causes add up to the nominal cycles. */
static void stop(void)
{
	uint64_t sum = 0;

	for (unsigned cause = 0; cause < MODEL_CAUSES; cause++)
		sum += model_read(model, 0)->causes[cause];
	assert_int_equal(sum, cycles());
	model_free(model);
}

static void begin(const char *bytes, unsigned length)
{
	memcpy(memory[0] + CODE, bytes, length);
	model_instruction_starts(model, 0, CODE, registers);
}

static void execute(const char *bytes, unsigned length)
{
	begin(bytes, length);
	model_instruction_ends(model, 0, true);
}

static void access(const char *bytes, unsigned length, uint64_t linear, bool write)
{
	begin(bytes, length);
	model_data_access(model, 0, linear, linear, 8, write);
	model_instruction_ends(model, 0, true);
}

#define NOP     "\x90", 1
#define LFENCE  "\x0F\xAE\xE8", 3
#define CHASE   "\x48\x8B\x00", 3 /* mov rax, [rax] */
#define LOAD    "\x48\x8B\x03", 3 /* mov rax, [rbx] */
#define STORE   "\x48\x89\x03", 3 /* mov [rbx], rax */
#define COMPARE "\x48\x85\xC0", 3 /* test rax, rax */
#define JUMP    "\x75\x00", 2     /* jnz */

/* Loads the code's line and its translation; returns the cycles so far, with nothing left to wait
 * for. */
static uint64_t warm(void)
{
	execute(NOP);
	execute(LFENCE);
	return cycles();
}

static uint64_t fenced(void)
{
	execute(LFENCE);
	return cycles();
}

static uint64_t page(unsigned i)
{
	return (PAGES_AT + i) * 4096ULL + i * 64;
}

/* Loads the lines of the first `count` pages, so that only their translations are missing later. */
static void fill_caches(unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		access(LOAD, page(i), false);
	model_write_cr3(model, 0, 0x1000);
	warm();
}

/* Returns the cycles of one load in each of `count` pages after a flush. */
static uint64_t refill(unsigned without, unsigned count, bool dependent)
{
	uint64_t before, result;

	start(without);
	fill_caches(count);
	before = warm();
	for (unsigned i = 0; i < count; i++) {
		if (dependent)
			access(CHASE, page(i), false);
		else
			access(LOAD, page(i), false);
	}
	result = fenced() - before;
	stop();
	return result / CYCLE;
}

/*
 * The code's walk has filled the caches of upper entries. A walk therefore takes 50 cycles and one
 * load from L1, which is 54 cycles in all. Two walkers work side by side.
 */
static void page_walks(void **state)
{
	(void)state;

	assert_int_equal(refill(0, 1, false), 54 + 4);
	assert_int_equal(refill(0, 2, false), 1 + 54 + 4);
	assert_int_equal(refill(0, 3, false), 2 * 54 + 4);
	assert_int_equal(refill(0, 8, false), 1 + 4 * 54 + 4);
	assert_int_equal(refill(0, 8, true), 8 * (54 + 4));
	/* Without walkers the core waits for each walk. */
	assert_int_equal(refill(1U << PART_WALKERS, 8, false), 7 * (54 + 1) + 54 + 4);
}

/* The time of a load's page walk is due to translation. */
static void due_to_translation(void **state)
{
	uint64_t before;
	(void)state;

	start(0);
	fill_caches(8);
	warm();
	before = model_read(model, 0)->causes[CAUSE_TRANSLATION];
	access(LOAD, page(0), false);
	fenced();
	assert_in_range(model_read(model, 0)->causes[CAUSE_TRANSLATION] - before, 53 * CYCLE, 54 * CYCLE);
	stop();
}

static uint64_t mispredict(unsigned without)
{
	uint64_t before, result;

	start(without);
	access(LOAD, 0x8000, false);
	before = warm();
	access(LOAD, 0x8000, false); /* ready at 4 */
	execute(COMPARE);            /* ready at 5 */
	begin(JUMP);
	model_conditional_branch(model, 0, CODE, true);
	model_instruction_ends(model, 0, true);
	result = cycles() - before;
	stop();
	return result / CYCLE;
}

static void mispredicts_wait(void **state)
{
	(void)state;

	/* The branch begins at cycle 2. Its flags are ready 3 cycles later. The mispredict takes 20
	 * cycles, and the branch itself takes one. */
	assert_int_equal(mispredict(0), 2 + 3 + 20 + 1);
	assert_int_equal(mispredict(1U << PART_RESOLUTION), 2 + 20 + 1);
	assert_int_equal(mispredict(1U << PART_ARITHMETIC), 2 + 2 + 20 + 1);
}

/* Returns the cycles of a load from memory and three instructions that wait for it. */
static uint64_t waiting(unsigned without)
{
	uint64_t before, result;

	start(without);
	access(LOAD, 0x8000 + 16 * 64, false); /* the page's translation */
	before = warm();
	access(LOAD, 0x8000, false);
	for (unsigned i = 0; i < 3; i++)
		execute(COMPARE);
	result = cycles() - before;
	stop();
	return result / CYCLE;
}

static void scheduler(void **state)
{
	(void)state;

	/* The three entries are taken until the load is complete. */
	assert_int_equal(waiting(0), 204);
	assert_int_equal(waiting(1U << PART_SCHEDULER), 4);
}

/* A load of a value that is being stored waits for this value. Here such loads and stores form a
 * chain. */
static uint64_t through_memory(unsigned without)
{
	uint64_t before, result;

	start(without);
	access(LOAD, 0x8000, false);
	before = warm();
	for (unsigned i = 0; i < 10; i++) {
		access(LOAD, 0x8000, false);
		access(STORE, 0x8000, true);
	}
	result = fenced() - before;
	stop();
	return result / CYCLE;
}

static void stored_values(void **state)
{
	(void)state;

	/* The first load takes 4 cycles from L1, the others take 5 cycles from the buffer. */
	assert_int_equal(through_memory(0), 4 + 9 * 5);
	/* Without forwarding nothing waits. There are 20 instructions, and the last load is
	 * complete before the fence. */
	assert_in_range(through_memory(1U << PART_FORWARDING), 20, 22);
}

static uint64_t stores_that_miss(unsigned without, unsigned count)
{
	uint64_t before, result;

	start(without);
	for (unsigned i = 0; i < count; i++) /* the pages' translations */
		access(LOAD, page(i) + 512, false);
	before = warm();
	for (unsigned i = 0; i < count; i++)
		access(STORE, page(i), true);
	result = cycles() - before;
	stop();
	return result / CYCLE;
}

static void store_buffer(void **state)
{
	(void)state;

	/* The buffer holds two stores. Each leaves it 100 cycles after the store before it. */
	assert_int_equal(stores_that_miss(0, 2), 2);
	assert_int_equal(stores_that_miss(0, 3), 100 + 1);
	assert_int_equal(stores_that_miss(0, 4), 200 + 1);
	assert_int_equal(stores_that_miss(1U << PART_STORES, 2), 2 * 101);
}

static uint64_t loads_that_miss(unsigned without, uint64_t apart)
{
	uint64_t before, result;

	start(without);
	access(LOAD, 0x8000 + 16 * 64, false); /* the page's translation */
	before = warm();
	for (unsigned i = 0; i < 3; i++)
		access(LOAD, 0x8000 + i * apart, false);
	result = fenced() - before;
	stop();
	return result / CYCLE;
}

static void loads_overlap(void **state)
{
	(void)state;

	/* Each load delays the next one by its share of 20 cycles, so the third begins at cycle
	 * 40. */
	assert_int_equal(loads_that_miss(0, 256), 2 * 20 + 204);
	/* Without fills the core waits 20 cycles for each load. */
	assert_int_equal(loads_that_miss(1U << PART_FILLS, 256), 2 * 21 + 204);
	/* The other two lines are prefetched, and arrive together with the first one. */
	assert_int_equal(loads_that_miss(0, 64), 204);
}

/* An access that reaches into the next line misses both. */
static void two_lines(void **state)
{
	const uint64_t *events;
	(void)state;

	start(0);
	access(LOAD, 0x8000, false);
	events = model_read(model, 0)->events;
	assert_int_equal(events[MODEL_L3], 7); /* the code, the data, and 5 lines of page tables */
	access(LOAD, 0x823C, false);
	assert_int_equal(events[MODEL_L3], 7 + 2);
	access(STORE, 0x843C, true);
	assert_int_equal(events[MODEL_L3], 7 + 4);
	stop();
}

/* Returns the time at which a line arrives. The second load of a chain loads the neighbour of this
 * line. */
static uint64_t neighbour(unsigned without)
{
	uint64_t before, result;

	start(without);
	access(LOAD, 0x8000 + 16 * 64, false);
	before = warm();
	access(CHASE, 0x8000 + 8 * 64, false);
	access(CHASE, 0x8000, false);
	access("\x48\x8B\x0B", 3, 0x8040, false); /* mov rcx, [rbx] */
	execute("\x48\x85\xC9", 3);               /* test rcx, rcx */
	begin(JUMP);
	model_conditional_branch(model, 0, CODE, true);
	result = cycles() - before;
	stop();
	return result / CYCLE - 20 - 1;
}

static void streams(void **state)
{
	(void)state;

	assert_int_equal(neighbour(0), 2 * 204);
	/* The load begins at cycle 40, and a prefetched line takes 4 + 10 cycles. */
	assert_int_equal(neighbour(1U << PART_STREAMS), 40 + 14);
}

/*
 * While the model is stopped, nothing counts. But the model follows the caches, the TLBs and the
 * number of instructions since a change of ring. A load that was under way is complete at the next
 * start.
 */
static void while_stopped(void **state)
{
	unsigned entry;
	uint64_t before;
	(void)state;

	start(0);
	entry = profile.size[SIZE_ENTRY_INSTRUCTIONS];
	warm();
	access(CHASE, page(0), false);
	before = cycles();
	model_stop(model, 0);
	access(CHASE, page(1), false);
	execute("\x0F\x05", 2); /* SYSCALL */
	for (unsigned i = 0; i + 1 < entry; i++)
		execute(NOP);
	assert_int_equal(cycles(), before);
	model_start(model, 0);
	model_counts(model, 0, true);
	assert_int_equal(fenced(), 0);
	execute(NOP);
	access(CHASE, page(1), false);
	assert_int_equal(fenced(), (1 + 4) * CYCLE);
	stop();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(page_walks),       cmocka_unit_test(due_to_translation),
		cmocka_unit_test(mispredicts_wait), cmocka_unit_test(stored_values),
		cmocka_unit_test(store_buffer),     cmocka_unit_test(loads_overlap),
		cmocka_unit_test(two_lines),        cmocka_unit_test(streams),
		cmocka_unit_test(while_stopped),    cmocka_unit_test(scheduler),
	};

	return cmocka_run_group_tests_name("model timing", tests, NULL, NULL);
}
