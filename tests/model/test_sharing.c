/* SPDX-License-Identifier: MIT */
/*
 * Tests what several CPUs cost each other: the directory of lines against a naive model that
 * remembers all accesses, loops that poll, and whole streams on two CPUs. The streams must cost the
 * same however the CPUs take turns.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "bench/bochs/model/model.h"
#include "bench/bochs/model/parts.h"
#include "bench/bochs/model/sharing.h"
#include "bench/bochs/model/waits.h"
#include "tests/model/random.h"

/* ---- the directory ---- */

enum { ACCESSES = 400, ROUNDS = 200, CPUS = 5 };

static struct {
	unsigned cpu;
	bool write;
} history[ACCESSES];

/* Returns the position after the last write before `end`, or 0 if there was none. */
static unsigned after_write(unsigned end)
{
	while (end && !history[end - 1].write)
		end--;
	return end;
}

/* Returns the set of CPUs that accessed the line since its last write, including the writer. */
static uint64_t naive_holders(unsigned end)
{
	unsigned first = after_write(end);
	uint64_t set = 0;

	for (unsigned i = first ? first - 1 : 0; i < end; i++)
		set |= 1ULL << history[i].cpu;
	return set;
}

static void directory_as_naive(void **state)
{
	struct sharing *sharing = sharing_new();
	(void)state;

	assert_non_null(sharing);
	for (unsigned round = 0; round < ROUNDS; round++) {
		struct shared_line *line = sharing_line(sharing, random_below(1ULL << 34) << 6);

		memset(line, 0, sizeof *line);
		for (unsigned i = 0; i < ACCESSES; i++) {
			unsigned cpu = (unsigned)random_below(CPUS), write_end = after_write(i);
			uint64_t holders = naive_holders(i);
			bool write = random_below(3) == 0;

			if (write) {
				assert_int_equal(sharing_write(line, cpu), holders & ~(1ULL << cpu));
			} else {
				unsigned writer = write_end ? history[write_end - 1].cpu : cpu;

				assert_int_equal(sharing_sees(line, cpu), write_end && !(holders >> cpu & 1));
				assert_int_equal(sharing_read(line, cpu),
				                 writer != cpu && holders == 1ULL << writer);
			}
			history[i].cpu = cpu;
			history[i].write = write;
		}
	}
	assert_null(sharing_line(sharing, 1ULL << 40));
	assert_ptr_equal(sharing_line(sharing, 0x12345640), sharing_line(sharing, 0x1234567F));
	assert_ptr_not_equal(sharing_line(sharing, 0x12345640), sharing_line(sharing, 0x12345680));
	sharing_free(sharing);
}

/* ---- loops that poll ---- */

static struct waits waits;

static bool polls(uint64_t rip, uint64_t physical)
{
	bool again;

	waits_instruction(&waits, rip);
	waits_load(&waits, physical, &again);
	return again;
}

static void loops_that_poll(void **state)
{
	(void)state;
	memset(&waits, 0, sizeof waits);
	assert_false(polls(1, 0x100));
	assert_true(polls(1, 0x100));
	assert_false(polls(1, 0x140)); /* another address */
	assert_false(polls(1, 0x100)); /* the iteration had a new load */
	assert_true(polls(1, 0x140));
	assert_true(polls(1, 0x100));
	waits_forget(&waits);
	assert_false(polls(1, 0x100));
	/* A walk through memory that looks at the same word in each step is no loop that polls. */
	for (uint64_t at = 0; at < 100; at++) {
		assert_false(polls(2, 0x1000 + 8 * at));
		assert_false(polls(1, 0x100));
	}
	/* Nor is a long loop. */
	waits_forget(&waits);
	for (unsigned i = 0; i < 10; i++) {
		assert_false(polls(1, 0x100));
		for (unsigned n = 0; n < POLL_INSTRUCTIONS; n++)
			waits_instruction(&waits, 3);
	}
}

static void interrupts_pend_once(void **state)
{
	struct cost time, first = { { 1, 2, 3 } }, second = { { 4, 5, 6 } };
	(void)state;

	memset(&waits, 0, sizeof waits);
	assert_false(waits_receive(&waits, 255, &time));
	waits_send(&waits, 255, &first);
	waits_send(&waits, 255, &second);
	assert_false(waits_receive(&waits, 254, &time));
	assert_true(waits_receive(&waits, 255, &time));
	assert_memory_equal(&time, &first, sizeof time);
	assert_false(waits_receive(&waits, 255, &time));
}

/* ---- streams on two CPUs; paging is off ---- */

enum { FRAMES = 16, CODE = 0x100, FLAG = 0x2000, ANSWER = 0x2040, VECTOR = 0x41 };

#define ICR 0xFEE00300UL

static uint8_t memory[FRAMES][4096];
static uint64_t registers[2][16];
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

static void start(unsigned without)
{
	char why[PROFILE_WHY_MAX];

	memset(memory, 0x90, sizeof memory);
	memset(registers, 0, sizeof registers);
	assert_int_equal(profile_read(&profile, "bench/bochs/profiles/skylake-client.ini", why), 0);
	price(COST_CPI_HOT, 1);
	price(COST_CPI_ENTRY, 1);
	price(COST_TRANSFER, 100);
	price(COST_LOCKED, 18);
	price(COST_APIC_MMIO, 60);
	price(COST_WRMSR, 70);
	price(COST_IPI_SEND, 600);
	price(COST_INTERRUPT_KERNEL, 250);
	model = model_new(&profile, frame_of);
	assert_non_null(model);
	model_leave_out(model, without);
	for (unsigned cpu = 0; cpu < 2; cpu++) {
		assert_true(model_reset(model, cpu));
		model_counts(model, cpu, true);
	}
}

static void begin(unsigned cpu, const char *bytes, unsigned length)
{
	memcpy(memory[cpu] + CODE, bytes, length);
	model_instruction_starts(model, cpu, cpu * 4096UL + CODE, registers[cpu]);
}

static void execute(unsigned cpu, const char *bytes, unsigned length)
{
	begin(cpu, bytes, length);
	model_instruction_ends(model, cpu, true);
}

static void access(unsigned cpu, const char *bytes, unsigned length, uint64_t address, bool write)
{
	begin(cpu, bytes, length);
	model_data_access(model, cpu, address, address, 8, write);
	model_instruction_ends(model, cpu, true);
}

#define NOP    "\x90", 1
#define PAUSE  "\xF3\x90", 2
#define LFENCE "\x0F\xAE\xE8", 3
#define WRMSR  "\x0F\x30", 2
#define LOAD   "\x48\x8B\x03", 3         /* mov rax, [rbx] */
#define STORE  "\x48\x89\x03", 3         /* mov [rbx], rax */
#define SEND   "\x89\x03", 2             /* mov [rbx], eax */
#define LOCKED "\xF0\x48\x0F\xC1\x03", 5 /* lock xadd [rbx], rax */

static void locked(unsigned cpu, uint64_t address)
{
	begin(cpu, LOCKED);
	model_data_access(model, cpu, address, address, 8, false);
	model_data_access(model, cpu, address, address, 8, true);
	model_instruction_ends(model, cpu, true);
}

static uint64_t cycles(unsigned cpu)
{
	return model_read(model, cpu)->cycles.of[SET_NOMINAL] / CYCLE;
}

/* Both CPUs have fetched their code and hold FLAG and ANSWER; both measure from the same time on. */
static void warm(void)
{
	for (unsigned cpu = 0; cpu < 2; cpu++) {
		access(cpu, LOAD, FLAG, false);
		access(cpu, LOAD, ANSWER, false);
		execute(cpu, LFENCE);
	}
	model_start(model, 0);
	model_start(model, 1);
}

/* CPU 0 works and writes FLAG. CPU 1 waits for it and writes ANSWER, for which CPU 0 waits. Which
 * CPU is next is random, but each CPU executes at least `polls` polls before it sees the line. */
static void exchange(unsigned polls, uint64_t *first, uint64_t *second)
{
	start(0);
	warm();
	for (unsigned i = 0; i < polls; i++) {
		access(1, LOAD, FLAG, false);
		execute(1, PAUSE);
	}
	for (unsigned i = 0; i < 500; i++) {
		execute(0, NOP);
		if (polls && random_below(2)) {
			access(1, LOAD, FLAG, false);
			execute(1, PAUSE);
		}
	}
	access(0, STORE, FLAG, true);
	for (unsigned i = 0; i < polls; i++) {
		access(0, LOAD, ANSWER, false);
		execute(0, PAUSE);
	}
	access(1, LOAD, FLAG, false);
	execute(1, LFENCE);
	for (unsigned i = 0; i < 7; i++)
		execute(1, NOP);
	access(1, STORE, ANSWER, true);
	access(0, LOAD, ANSWER, false);
	execute(0, LFENCE);
	*first = cycles(0);
	*second = cycles(1);
	model_free(model);
}

static void polls_cost_nothing(void **state)
{
	uint64_t first, second, first_now, second_now;
	(void)state;

	exchange(0, &first, &second);
	/* 500 NOPs, and the lines FLAG (also taken from CPU 1, which shares it) and ANSWER. */
	assert_in_range(second, 500 + 2 * 100 - 10, 500 + 2 * 100 + 30);
	assert_in_range(first, second + 100 + 60, second + 2 * 100 + 30);
	for (unsigned polls = 1; polls < 40; polls++) {
		exchange(polls, &first_now, &second_now);
		assert_int_equal(first_now, first);
		assert_int_equal(second_now, second);
	}
}

/* A loop that calls a function on each iteration is no loop that polls. */
static void calls_end_loops(void **state)
{
	(void)state;
	start(0);
	warm();
	for (unsigned i = 0; i < 10; i++) {
		access(1, LOAD, FLAG, false);
		model_branch(model, 1, BRANCH_CALL, 0x1000, 0x1000);
	}
	assert_in_range(cycles(1), 10, 30);
	model_free(model);
}

/* A write becomes visible after the loads and stores before it. At the start of a measurement,
 * everything that began earlier is complete. */
static void writes_are_in_order(void **state)
{
	(void)state;
	start(0);
	warm();
	access(0, LOAD, 0x3000, false); /* from memory: 168 cycles */
	access(0, STORE, FLAG, true);
	access(1, LOAD, FLAG, false);
	execute(1, LFENCE);
	assert_in_range(cycles(1), 168 + 100, 168 + 100 + 10);

	access(0, STORE, FLAG, true); /* CPU 0 alone has the line */
	execute(0, LFENCE);
	for (unsigned round = 0; round < 2; round++) {
		model_stop(model, 0);
		model_stop(model, 1);
		for (unsigned cpu = 0; cpu < 2; cpu++) {
			model_counts(model, cpu, true);
			model_start(model, cpu);
		}
		if (round == 0) /* leaves the buffer after 164 * 0.15 = 24.6 cycles */
			access(0, STORE, 0x4000, true);
		access(0, STORE, FLAG, true);
		access(1, LOAD, FLAG, false);
		execute(1, LFENCE);
		if (round == 0) {
			assert_in_range(cycles(1), 124, 124 + 10);
			access(0, STORE, FLAG, true);
			for (uint64_t at = 0x5000; at < 0xF000; at += 0x1040)
				access(0, STORE, at, true); /* has not left when the next round starts */
		} else {
			assert_in_range(cycles(1), 100, 110);
		}
	}
	model_free(model);
}

/* A line goes to and fro between locked instructions: a transfer and their price each time. */
static void locked_transfers(void **state)
{
	uint64_t before;
	(void)state;

	start(0);
	warm();
	locked(0, FLAG);
	locked(1, FLAG);
	before = cycles(0);
	for (unsigned i = 0; i < 10; i++) {
		locked(0, FLAG);
		locked(1, FLAG);
	}
	assert_in_range((cycles(0) - before) / 20, 100, 101);
	model_free(model);
	/* Without the parts, the line stays in both caches and each CPU pays for itself. */
	start(1U << PART_SHARING | 1U << PART_WAITS);
	warm();
	locked(0, FLAG);
	before = cycles(0);
	for (unsigned i = 0; i < 10; i++) {
		locked(0, FLAG);
		locked(1, FLAG);
	}
	assert_int_equal(cycles(0) - before, 180);
	model_free(model);
}

/* The other CPU's caches lose a line that is written, and only that line. */
static void caches_lose_lines(void **state)
{
	(void)state;
	start(0);
	warm();
	assert_true(model_holds(model, 1, FLAG, FLAG));
	access(0, STORE, FLAG, true);
	assert_false(model_holds(model, 1, FLAG, FLAG));
	assert_true(model_holds(model, 0, FLAG, FLAG));
	assert_true(model_holds(model, 1, ANSWER, ANSWER));
	access(1, LOAD, FLAG, false); /* both read it now */
	assert_true(model_holds(model, 0, FLAG, FLAG));
	assert_int_equal(model_read(model, 1)->events[MODEL_L2], 1);
	assert_int_equal(model_read(model, 1)->events[MODEL_L3], 0);
	model_free(model);
}

/* CPU 0 sends an interrupt to CPU `to`, which takes it. Returns the time from the write to the end
 * of the delivery, on CPU 1. */
static void send(unsigned to, bool x2apic)
{
	start(0);
	warm();
	for (unsigned i = 0; i < 300; i++)
		execute(0, NOP);
	registers[0][0] = x2apic ? VECTOR : (uint64_t)to << 24;
	registers[0][1] = 0x830;
	registers[0][2] = to;
	if (x2apic) {
		execute(0, WRMSR);
	} else {
		access(0, SEND, ICR + 0x10, true);
		registers[0][0] = VECTOR;
		access(0, SEND, ICR, true);
	}
	for (unsigned i = 0; i < 10; i++)
		execute(1, NOP);
	model_interrupt(model, 1, VECTOR);
	model_delivery(model, 1, DELIVERY_INTERRUPT);
}

static void interrupts_take_time(void **state)
{
	(void)state;
	send(1, false);
	/* Two MOVs to the APIC. CPU 1 has the delivery before it, from the time of the second on. */
	assert_in_range(cycles(0), 300 + 2 * 61, 300 + 2 * 61 + 2);
	assert_in_range(cycles(1), 300 + 61 + 600 + 250, 300 + 61 + 600 + 250 + 2);
	model_free(model);
	send(1, true);
	assert_in_range(cycles(0), 300 + 70, 300 + 70 + 2);
	assert_in_range(cycles(1), 300 + 600 + 250, 300 + 600 + 250 + 2);
	model_free(model);
	/* To itself: the sender pays for the delivery, and CPU 1 waits for nothing. */
	send(0, false);
	assert_in_range(cycles(0), 300 + 61 + 601, 300 + 61 + 601 + 2);
	assert_in_range(cycles(1), 10 + 250, 10 + 250 + 2);
	model_free(model);
}

/* While only CPU 0 measures, the clock of CPU 1 runs as well; after that, none does. */
static void clocks_run_together(void **state)
{
	uint64_t alone;
	(void)state;

	start(0);
	warm();
	model_stop(model, 1);
	for (unsigned i = 0; i < 1000; i++)
		execute(1, NOP);
	access(1, STORE, FLAG, true);
	access(0, LOAD, FLAG, false);
	execute(0, LFENCE);
	alone = cycles(0);
	assert_in_range(alone, 1000 + 100, 1000 + 2 * 100 + 20);
	model_stop(model, 0);
	for (unsigned i = 0; i < 1000; i++)
		execute(1, NOP);
	access(1, STORE, FLAG, true);
	model_counts(model, 0, true);
	model_start(model, 0);
	access(0, LOAD, FLAG, false);
	execute(0, LFENCE);
	assert_in_range(cycles(0), 100, 120);
	model_free(model);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(directory_as_naive),   cmocka_unit_test(loops_that_poll),
		cmocka_unit_test(interrupts_pend_once), cmocka_unit_test(polls_cost_nothing),
		cmocka_unit_test(locked_transfers),     cmocka_unit_test(caches_lose_lines),
		cmocka_unit_test(interrupts_take_time), cmocka_unit_test(clocks_run_together),
		cmocka_unit_test(calls_end_loops),      cmocka_unit_test(writes_are_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
