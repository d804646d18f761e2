/* SPDX-License-Identifier: MIT */
/*
 * Tests the accounting of cycles for hand-written instruction streams, and the branch predictor.
 * Paging is off, except in the test of what a page walk costs; test_translation.c tests paging.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bochs/model/branches.h"
#include "bench/bochs/model/model.h"
#include "tests/model/random.h"

enum { FRAMES = 64 };

static uint8_t memory[FRAMES][4096];
static uint64_t registers[16];
static struct profile profile;
static struct model *model;

static const uint8_t *frame_of(uint64_t physical)
{
	return physical / 4096 < FRAMES ? memory[physical / 4096] : NULL;
}

static int set_up(void **state)
{
	char why[PROFILE_WHY_MAX];
	(void)state;

	memset(memory, 0x90, sizeof memory);
	memset(registers, 0, sizeof registers);
	if (profile_read(&profile, "bench/bochs/profiles/skylake-client.ini", why))
		return -1;
	model = model_new(&profile, frame_of);
	if (!model || !model_reset(model, 0))
		return -1;
	model_counts(model, 0, true);
	model_start(model, 0);
	return 0;
}

/* Runs after every test. Fails if the causes do not add up to the nominal cycles. */
static int tear_down(void **state)
{
	const struct model_counts *counts = model_read(model, 0);
	uint64_t sum = 0;
	(void)state;

	for (unsigned cause = 0; cause < MODEL_CAUSES; cause++)
		sum += counts->causes[cause];
	sum -= counts->cycles.of[SET_NOMINAL];
	model_free(model);
	return sum ? -1 : 0;
}

/*
 * Executes the instruction at `rip`. Returns the nominal cycles since the start, in units of 1/CYCLE.
 */
static uint64_t execute(uint64_t rip)
{
	model_instruction_starts(model, 0, rip, registers);
	model_instruction_ends(model, 0, true);
	return model_read(model, 0)->cycles.of[SET_NOMINAL];
}

static void put(uint64_t rip, const char *bytes, unsigned length)
{
	memcpy(memory[0] + rip, bytes, length);
}

static void plain_instructions(void **state)
{
	const struct model_counts *counts;
	(void)state;

	/*
	 * The first fetch misses at every level: (168 - 4) * 0.8 = 131.2 cycles. Each instruction
	 * adds 0.3.
	 */
	assert_int_equal(execute(0x100), 131500000);
	assert_int_equal(execute(0x101), 131800000);
	assert_int_equal(execute(0x140), 263300000); /* the next line is not cached either */
	counts = model_read(model, 0);
	assert_int_equal(counts->events[MODEL_L1], 2);
	assert_int_equal(counts->events[MODEL_L3], 2);
	assert_int_equal(counts->events[MODEL_ITLB], 0);
	/* With the low parameters, a fetch from memory costs (158 - 4) * 0.5 = 77 cycles. */
	assert_int_equal(counts->cycles.of[SET_LOW], 2 * 77000000 + 3 * 250000);
}

static void privileged_instructions(void **state)
{
	static const struct {
		const char *bytes;
		unsigned length;
		enum cost_parameter cost;
	} cases[] = {
		{ "\x0F\x05", 2, COST_SYSCALL },
		{ "\x48\x0F\x07", 3, COST_SYSRET },
		{ "\x0F\x22\xD8", 3, COST_CR3_FLUSH },
		{ "\x0F\x01\x38", 3, COST_INVLPG_COST },
		{ "\x66\x0F\x38\x82\x00", 5, COST_INVPCID_PAGE },
		{ "\x0F\x30", 2, COST_WRMSR },
		{ "\x0F\xA2", 2, COST_CPUID },
		{ "\x0F\xAE\xE8", 3, COST_LFENCE },
		{ "\xFA", 1, COST_CLI },
		{ "\xF0\x48\x0F\xB1\x0F", 5, COST_LOCKED },
		{ "\x48\x87\x07", 3, COST_LOCKED },
		{ "\x0F\x01\xF8", 3, COST_SWAPGS },
		{ "\xE6\xF4", 2, COST_PORT_IO },
		{ "\x48\xCF", 2, COST_IRET_USER },
	};
	uint64_t before;
	(void)state;

	before = execute(0x100);
	model_ring(model, 0, true);
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		uint64_t now;

		put(0x102, cases[i].bytes, cases[i].length);
		now = execute(0x102);
		assert_int_equal(now - before, profile.cost[cases[i].cost].of[SET_NOMINAL]);
		before = now;
	}
	/* IRETQ to the kernel, and WRMSR to the APIC's ICR, have their own costs. */
	model_ring(model, 0, false);
	assert_int_equal(execute(0x102) - before, profile.cost[COST_IRET_KERNEL].of[SET_NOMINAL]);
	put(0x102, "\x0F\x30", 2);
	registers[1] = 0x830;
	before = model_read(model, 0)->cycles.of[SET_NOMINAL];
	assert_int_equal(execute(0x102) - before, profile.cost[COST_IPI_SEND].of[SET_NOMINAL]);
}

static unsigned reports;
static const char *reported;

static void note_unpriced(const char *name)
{
	reports++;
	reported = name;
}

/*
 * The price of a delivery depends on the ring, not on the address: here all addresses are in the
 * lower half. An instruction without a price costs as much as a plain one. It is reported once:
 * when it first runs while instructions are counted.
 */
static void rings_and_missing_prices(void **state)
{
	uint64_t before = execute(0x100);
	(void)state;

	model_delivery(model, 0, DELIVERY_FAULT);
	assert_int_equal(model_read(model, 0)->cycles.of[SET_NOMINAL] - before,
	                 profile.cost[COST_FAULT_KERNEL].of[SET_NOMINAL]);
	before = model_read(model, 0)->cycles.of[SET_NOMINAL];
	model_ring(model, 0, true);
	model_delivery(model, 0, DELIVERY_FAULT);
	assert_int_equal(model_read(model, 0)->cycles.of[SET_NOMINAL] - before,
	                 profile.cost[COST_FAULT_USER].of[SET_NOMINAL]);
	before = model_read(model, 0)->cycles.of[SET_NOMINAL];
	model_delivery(model, 0, DELIVERY_INTERRUPT); /* the handler is in the kernel */
	assert_int_equal(model_read(model, 0)->cycles.of[SET_NOMINAL] - before,
	                 profile.cost[COST_INTERRUPT_KERNEL].of[SET_NOMINAL]);

	reports = 0;
	model_watch_unpriced(model, note_unpriced);
	put(0x102, "\x0F\x34", 2);
	model_counts(model, 0, false);
	execute(0x102);
	assert_int_equal(reports, 0);
	model_counts(model, 0, true);
	before = model_read(model, 0)->cycles.of[SET_NOMINAL];
	assert_int_equal(execute(0x102) - before, profile.cost[COST_CPI_HOT].of[SET_NOMINAL]);
	assert_string_equal(reported, "SYSENTER");
	execute(0x102);
	assert_int_equal(reports, 1);
}

static void data_and_strings(void **state)
{
	uint64_t before;
	(void)state;

	execute(0x100);
	model_delivery(model, 0, DELIVERY_INTERRUPT); /* charges the accesses below at once */
	before = model_read(model, 0)->cycles.of[SET_NOMINAL];
	/* A load from memory costs (168 - 4) * 0.11 = 18.04 cycles. */
	model_data_access(model, 0, 0x2000, 0x2000, 8, false);
	model_data_access(model, 0, 0x2008, 0x2008, 8, false);
	assert_int_equal(model_read(model, 0)->cycles.of[SET_NOMINAL] - before, 18040000);
	/* This store reaches into the next line, which is in a stream: 164 * 0.05 = 8.2 cycles. */
	model_data_access(model, 0, 0x203C, 0x203C, 8, true);
	assert_int_equal(model_read(model, 0)->cycles.of[SET_NOMINAL] - before, 18040000 + 8200000);
	/* A store to memory costs 164 * 0.15 = 24.6 cycles. */
	model_data_access(model, 0, 0x8000, 0x8000, 8, true);
	assert_int_equal(model_read(model, 0)->cycles.of[SET_NOMINAL] - before,
	                 18040000 + 8200000 + 24600000);

	before = model_read(model, 0)->cycles.of[SET_NOMINAL];
	put(0x102, "\xF3\x48\xA5", 3); /* REP MOVSQ, three rounds: 35 + 24 * 2.2 / 64 cycles */
	for (unsigned i = 0; i < 3; i++) {
		model_instruction_starts(model, 0, 0x102, registers);
		model_repeat_iterations(model, 0, 1);
		model_instruction_ends(model, 0, i == 2);
	}
	assert_int_equal(model_read(model, 0)->cycles.of[SET_NOMINAL] - before, 35000000 + 24 * 34375);
	before = model_read(model, 0)->cycles.of[SET_NOMINAL];
	model_instruction_starts(model, 0, 0x102, registers);
	model_repeat_iterations(model, 0, 3);
	model_instruction_ends(model, 0, true);
	assert_int_equal(model_read(model, 0)->cycles.of[SET_NOMINAL] - before, 35000000 + 24 * 34375);
}

/*
 * model_holds() must return true if the next access costs nothing, otherwise false. The call itself
 * must not change the model's state.
 */
static void what_an_access_would_cost(void **state)
{
	uint64_t before;
	unsigned held = 0;
	(void)state;

	for (unsigned i = 0; i < 3000; i++) {
		uint64_t address = 0x2000 + random_below(0x3000) * 8;
		bool holds = model_holds(model, 0, address, address);

		assert_int_equal(model_holds(model, 0, address, address), holds);
		before = model_read(model, 0)->cycles.of[SET_NOMINAL];
		model_data_access(model, 0, address, address, 8, false);
		assert_int_equal(model_read(model, 0)->cycles.of[SET_NOMINAL] == before, holds);
		assert_true(model_holds(model, 0, address, address));
		held += holds;
	}
	assert_in_range(held, 100, 2900);
	assert_false(model_holds(model, 0, 0xFEE00000, 0xFEE00000));
}

static void what_counts(void **state)
{
	(void)state;

	/*
	 * The fetch of an instruction that has not ended is not counted. Later instructions in the
	 * same cache line do not fetch the line again.
	 */
	model_instruction_starts(model, 0, 0x100, registers);
	assert_int_equal(model_read(model, 0)->cycles.of[SET_NOMINAL], 0);
	model_start(model, 0);
	model_counts(model, 0, false);
	execute(0x101);
	assert_int_equal(model_read(model, 0)->cycles.of[SET_NOMINAL], 0);
	model_counts(model, 0, true);
	assert_int_equal(execute(0x102), 300000);
	model_ring(model, 0, true);
	model_delivery(model, 0, DELIVERY_INTERRUPT);
	/* After the delivery, the handler's first instructions cost 1 cycle instead of 0.3. */
	assert_int_equal(execute(0x103), 300000 + 314000000 + 1000000);
}

static void branch_prediction(void **state)
{
	static struct branches branches; /* all 0: `simple` is not set */
	unsigned wrong = 0;
	(void)state;

	predictor_make(&branches.predictor, 4096);
	for (unsigned i = 0; i < 1000; i++)
		wrong += branches_conditional(&branches, 0x1000, i % 4 != 0); /* period 4 */
	assert_in_range(wrong, 1, 40);
	assert_false(branches_unconditional(&branches, BRANCH_CALL, 0x2000, 0x3000));
	assert_false(branches_unconditional(&branches, BRANCH_CALL, 0x3010, 0x4000));
	assert_false(branches_unconditional(&branches, BRANCH_RETURN, 0x4010, 0x3015));
	assert_false(branches_unconditional(&branches, BRANCH_RETURN, 0x3020, 0x2005));
	assert_true(branches_unconditional(&branches, BRANCH_RETURN, 0x3020, 0x9999));
	assert_true(branches_unconditional(&branches, BRANCH_INDIRECT, 0x5000, 0x6000));
	assert_false(branches_unconditional(&branches, BRANCH_INDIRECT, 0x5000, 0x6000));
	assert_true(branches_unconditional(&branches, BRANCH_INDIRECT, 0x5000, 0x7000));
	assert_false(branches_unconditional(&branches, BRANCH_DIRECT, 0x5000, 0x1));
}

/* A mispredicted branch must count once and have its cost; other branches must cost nothing. */
static void wrong_predictions(void **state)
{
	const uint64_t cost = profile.cost[COST_MISPREDICT].of[SET_NOMINAL];
	const struct model_counts *counts = model_read(model, 0);
	(void)state;

	model_conditional_branch(model, 0, 0x100, true);
	assert_int_equal(counts->events[MODEL_MISPREDICT], 1);
	assert_int_equal(counts->causes[CAUSE_MISPREDICTS], cost);
	model_conditional_branch(model, 0, 0x200, false);
	model_branch(model, 0, BRANCH_CALL, 0x300, 0x400);
	model_branch(model, 0, BRANCH_RETURN, 0x410, 0x305);
	assert_int_equal(counts->events[MODEL_MISPREDICT], 1);
	model_branch(model, 0, BRANCH_INDIRECT, 0x500, 0x600);
	assert_int_equal(counts->events[MODEL_MISPREDICT], 2);
	assert_int_equal(counts->cycles.of[SET_NOMINAL], 2 * cost);
}

/* The four loads of a page walk cost their whole latency; a page that is in the TLB costs nothing. */
static void page_walks(void **state)
{
	const uint64_t load = profile.cost[COST_MEMORY_LATENCY].of[SET_NOMINAL];
	const struct model_counts *counts = model_read(model, 0);
	(void)state;

	memset(memory[1], 0, 4 * sizeof memory[1]);
	for (unsigned table = 1; table < 4; table++) /* each leads to the next; present and writable */
		memcpy(memory[table], &(uint64_t){ (table + 1) * 4096 | 3 }, 8);
	memcpy(memory[4] + 16 * 8, &(uint64_t){ 16 * 4096 | 3 }, 8);
	model_write_cr4(model, 0, 1 << 5); /* PAE */
	model_write_cr3(model, 0, 0x1000);
	model_write_cr0(model, 0, 1ULL << 31); /* PG */
	model_data_access(model, 0, 0x10000, 0x10000, 8, false);
	assert_int_equal(counts->events[MODEL_STLB], 1);
	assert_int_equal(counts->events[MODEL_DTLB], 1);
	assert_int_equal(counts->causes[CAUSE_TRANSLATION],
	                 profile.cost[COST_WALK_BASE].of[SET_NOMINAL] + 4 * load);
	model_data_access(model, 0, 0x10008, 0x10008, 8, false);
	assert_int_equal(counts->events[MODEL_DTLB], 1);
	assert_int_equal(counts->causes[CAUSE_TRANSLATION],
	                 profile.cost[COST_WALK_BASE].of[SET_NOMINAL] + 4 * load);
}

/*
 * Executes the instruction at `rip`, which loads 8 bytes from `linear`. Returns the nominal cycles
 * since the start, as execute() does.
 */
static uint64_t load(uint64_t rip, uint64_t linear)
{
	model_instruction_starts(model, 0, rip, registers);
	model_data_access(model, 0, linear, linear, 8, false);
	model_instruction_ends(model, 0, true);
	return model_read(model, 0)->cycles.of[SET_NOMINAL];
}

/*
 * Puts a load instruction, the `length` bytes of `code`, at 0x102. Executes it 1000 times with the
 * same address, whose line is in L1. Then executes an LFENCE, which waits for the loads. Returns
 * the cycles of all these instructions, less the price of an LFENCE.
 */
static uint64_t thousand_loads(const char *code, unsigned length)
{
	uint64_t before, after = 0;

	put(0x102, code, length);
	put(0x110, "\x0F\xAE\xE8", 3);
	load(0x102, 0x2000);
	before = execute(0x110);
	for (unsigned i = 0; i < 1000; i++)
		after = load(0x102, 0x2000);
	assert_true(after > before);
	return execute(0x110) - before - profile.cost[COST_LFENCE].of[SET_NOMINAL];
}

static void load_chains(void **state)
{
	uint64_t before;
	(void)state;

	/* mov rax, [rax]: each load starts when the previous one is complete, after 4 cycles. */
	assert_int_equal(thousand_loads("\x48\x8B\x00", 3), 4000000000);
	/* mov rax, [rbx]: 0.3 cycles each; the last load completes 3.7 cycles later. */
	assert_int_equal(thousand_loads("\x48\x8B\x03", 3), 303700000);
	/*
	 * A chain of two loads from memory: each takes 168 cycles. Of these, the model charges 0.3 when
	 * the load executes, and the rest at the fence.
	 */
	put(0x102, "\x48\x8B\x00", 3);
	before = execute(0x110);
	assert_int_equal(load(0x102, 0x8000) - before, 300000);
	load(0x102, 0x10000);
	assert_int_equal(execute(0x110) - before, 2 * 168000000 + 4000000);
	/* The delivery of an interrupt waits for the load, too. */
	before = load(0x102, 0x18000) - 300000;
	model_ring(model, 0, true);
	model_delivery(model, 0, DELIVERY_INTERRUPT);
	assert_int_equal(model_read(model, 0)->cycles.of[SET_NOMINAL] - before, 168000000 + 314000000);
}

/*
 * Executes mov rax, [rax] once for each of `lines` lines in random order, after a warm-up pass.
 * Returns 1000 times the average cycles of a load.
 */
static uint64_t chase(uint64_t lines)
{
	uint32_t *next = malloc(lines * sizeof *next);
	uint64_t before = 0, line = 0;

	assert_non_null(next);
	for (uint64_t i = 0; i < lines; i++)
		next[i] = (uint32_t)i;
	for (uint64_t i = lines - 1; i > 0; i--) { /* Sattolo: a single loop of all lines */
		uint64_t other = random_below(i);
		uint32_t kept = next[i];

		next[i] = next[other];
		next[other] = kept;
	}
	put(0x102, "\x48\x8B\x00", 3);
	put(0x110, "\x0F\xAE\xE8", 3);
	for (unsigned pass = 0; pass < 2; pass++) {
		before = execute(0x110);
		for (uint64_t i = 0; i < lines; i++, line = next[line])
			load(0x102, 0x1000000 + line * 64);
	}
	free(next);
	return (execute(0x110) - before) / (lines * (CYCLE / 1000));
}

/*
 * The results must be near the latencies of the profile: 4, 12, 45 and 168. They are lower if lines
 * in the random order happen to be neighbours.
 */
static void chase_latencies(void **state)
{
	(void)state;
	assert_in_range(chase(16 << 10 >> 6), 3990, 4040);
	assert_in_range(chase(128 << 10 >> 6), 12 * 970, 12 * 1010);
	assert_in_range(chase(4 << 20 >> 6), 45 * 970, 45 * 1010);
	assert_in_range(chase(16 << 20 >> 6), 168 * 970, 168 * 1010);
}

static void chains_into_strings(void **state)
{
	uint64_t before;
	(void)state;

	put(0x102, "\x48\x8B\x30", 3); /* mov rsi, [rax] */
	put(0x105, "\xF3\xA4", 2);
	put(0x110, "\x0F\xAE\xE8", 3);
	execute(0x105);
	before = execute(0x110);
	load(0x102, 0x8000);
	/*
	 * REP MOVSB of 2 bytes waits 168 cycles for RSI and then takes 35 plus the cost of 2 bytes.
	 * Its own loads do not wait for each other.
	 */
	for (unsigned i = 0; i < 2; i++) {
		model_instruction_starts(model, 0, 0x105, registers);
		model_data_access(model, 0, 0x8000, 0x8000, 1, false);
		model_repeat_iterations(model, 0, 1);
		model_instruction_ends(model, 0, i);
	}
	assert_int_equal(model_read(model, 0)->cycles.of[SET_NOMINAL] - before,
	                 168000000 + 35000000 + 2 * 34375);
	assert_int_equal(execute(0x110) - before, 168000000 + 35000000 + 2 * 34375 + 4000000);
}

/* The model must decode changed code again, even if an instruction spans two pages. */
static void changed_code(void **state)
{
	uint64_t before = execute(0x100);
	(void)state;

	assert_int_equal(execute(0x102) - before, 300000);
	put(0x102, "\xFA", 1);
	assert_int_equal(execute(0x102) - before, 2300000);
	put(0x102, "\x90", 1);
	assert_int_equal(execute(0x102) - before, 2600000);
	execute(0xFFF);
	before = execute(0x1001);
	put(0xFFF, "\x0F\xA2", 2); /* CPUID; its second byte is in frame 1 */
	assert_int_equal(execute(0xFFF) - before, 100000000);
	put(0x1000, "\x31", 1); /* RDTSC */
	assert_int_equal(execute(0xFFF) - before, 125000000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(branch_prediction),
		cmocka_unit_test_setup_teardown(wrong_predictions, set_up, tear_down),
		cmocka_unit_test_setup_teardown(page_walks, set_up, tear_down),
		cmocka_unit_test_setup_teardown(plain_instructions, set_up, tear_down),
		cmocka_unit_test_setup_teardown(privileged_instructions, set_up, tear_down),
		cmocka_unit_test_setup_teardown(rings_and_missing_prices, set_up, tear_down),
		cmocka_unit_test_setup_teardown(data_and_strings, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_counts, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_an_access_would_cost, set_up, tear_down),
		cmocka_unit_test_setup_teardown(load_chains, set_up, tear_down),
		cmocka_unit_test_setup_teardown(chase_latencies, set_up, tear_down),
		cmocka_unit_test_setup_teardown(chains_into_strings, set_up, tear_down),
		cmocka_unit_test_setup_teardown(changed_code, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("model accounting", tests, NULL, NULL);
}
