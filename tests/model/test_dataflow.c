/* SPDX-License-Identifier: MIT */
/*
 * Tests the model of loads that wait for each other: chains against values computed by hand, random
 * streams against a naive model that keeps the time of every instruction, and the decoding of the
 * registers that an instruction reads and writes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bochs/model/dataflow.h"
#include "bench/bochs/model/operands.h"
#include "tests/model/random.h"

enum { OPERATIONS = 1000000, RAX = 1 << 0, RCX = 1 << 1, RDX = 1 << 2, RBX = 1 << 3, RSP = 1 << 4 };
enum { RBP = 1 << 5, RSI = 1 << 6, RDI = 1 << 7, R8 = 1 << 8, R9 = 1 << 9, R12 = 1 << 12, R13 = 1 << 13 };

enum { FLAGS = OPERAND_FLAGS };

static struct dataflow flow;

/* The latencies of arithmetic, by class. */
static const struct cost latencies[LATENCIES] = {
	[LATENCY_ONE] = { { 1, 2, 2 } },
	[LATENCY_THREE] = { { 3, 3, 4 } },
	[LATENCY_MULTIPLY] = { { 3, 4, 5 } },
	[LATENCY_DIVIDE] = { { 11, 20, 40 } },
};

static struct cost same(uint64_t value)
{
	return (struct cost){ .of = { value, value, value } };
}

static void add(struct cost *to, const struct cost *cost)
{
	for (unsigned set = 0; set < SETS; set++)
		to->of[set] += cost->of[set];
}

/*
 * Runs an instruction that costs 1 and, if `latency` is not 0, loads from memory. Returns the time
 * for which the full window delays the next instruction.
 */
static uint64_t step(struct operands operands, uint64_t latency)
{
	struct cost wait = { 0 }, complete = same(latency), one = same(1);
	struct stall stall;

	if (latency) {
		dataflow_wait(&flow, operands.address, &wait);
		add(&complete, &flow.now);
		add(&complete, &wait);
		dataflow_load(&flow, &complete, 0);
	}
	add(&flow.now, &one);
	if (!dataflow_end(&flow, &operands, &stall))
		return 0;
	add(&flow.now, &stall.cost);
	return stall.cost.of[SET_NOMINAL];
}

static uint64_t drain(void)
{
	struct stall stall;

	return dataflow_drain(&flow, &stall) ? stall.cost.of[SET_NOMINAL] : 0;
}

static void start(unsigned window)
{
	struct cost one = same(1);

	dataflow_make(&flow, window, &one, latencies);
}

static const struct operands chase = { .address = RAX, .writes = RAX, .memory = true };
static const struct operands other = { .address = RBX, .writes = RCX, .memory = true };

static void chains(void **state)
{
	static const struct operands copy = { .sources = RAX | RDX, .writes = RSI };
	static const struct operands from_copy = { .address = RSI, .writes = RAX, .memory = true };
	static const struct operands zero = { .writes = RAX };
	(void)state;

	/* Three dependent loads take 3 * 12 cycles. 3 cycles have passed, so 33 remain. */
	start(100);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(step(chase, 12), 0);
	assert_int_equal(drain(), 33);

	/*
	 * Independent loads: the last one starts at cycle 2 and completes at cycle 14. The
	 * instructions took 3 cycles, so 11 remain.
	 */
	start(100);
	for (unsigned i = 0; i < 3; i++)
		step(other, 12);
	assert_int_equal(drain(), 11);

	/* A chain of load, copy and load takes 24 cycles. 3 of these have passed, so 21 remain. */
	start(100);
	step(chase, 12);
	step(copy, 0);
	step(from_copy, 12);
	assert_int_equal(drain(), 21);

	/*
	 * Another instruction writes RAX in between, so the second load is independent. It starts
	 * at cycle 2 and completes at cycle 14. 3 cycles have passed, so 11 remain.
	 */
	start(100);
	step(chase, 12);
	step(zero, 0);
	step(chase, 12);
	assert_int_equal(drain(), 11);

	/* After 20 instructions the first load is complete, so the second does not wait. */
	start(100);
	step(chase, 12);
	for (unsigned i = 0; i < 20; i++)
		step((struct operands){ 0 }, 0);
	step(chase, 12);
	assert_int_equal(drain(), 11);
	assert_int_equal(drain(), 11); /* the same again: drain() does not advance the time */
}

static void the_window(void **state)
{
	uint64_t total = 0;
	(void)state;

	/*
	 * The window is 4 and each load takes 12, so instruction n waits until the load of
	 * instruction n - 4 is complete. Instruction 4 waits from time 4 to 12, instruction 5 from
	 * 13 to 24, instruction 6 from 25 to 36, and so on.
	 */
	start(4);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(step(chase, 12), 0);
	assert_int_equal(step(chase, 12), 8);
	for (unsigned i = 0; i < 100; i++)
		assert_int_equal(step(chase, 12), 11);
	/* 104 dependent loads take 104 * 12. The core has waited until the 101st was complete. */
	assert_int_equal(flow.now.of[SET_NOMINAL], 101 * 12);
	assert_int_equal(drain(), 3 * 12);

	/* Independent loads with a latency of 3 never fill a window of 4. */
	start(4);
	for (unsigned i = 0; i < 100; i++)
		total += step(other, 3);
	assert_int_equal(total, 0);

	/* With a window of 1, each instruction waits until the previous one is complete. */
	start(1);
	assert_int_equal(step(other, 12), 11);
	assert_int_equal(step(other, 12), 11);
}

/* ---- the naive model: the times of all instructions and registers ---- */

struct naive {
	struct cost now, ready[OPERAND_REGISTERS], latest;
	struct cost *complete; /* time at which each instruction is complete; 0: at once */
	unsigned count, window;
};

static uint64_t later(uint64_t one, uint64_t two)
{
	return one > two ? one : two;
}

static uint64_t naive_ready(const struct naive *naive, unsigned registers, unsigned set)
{
	uint64_t time = 0;

	for (unsigned i = 0; i < OPERAND_REGISTERS; i++)
		if (registers >> i & 1)
			time = later(time, naive->ready[i].of[set]);
	return time;
}

static void naive_stall(struct naive *naive, unsigned set, uint64_t until)
{
	naive->now.of[set] = later(naive->now.of[set], until);
}

static uint32_t some_registers(void)
{
	uint32_t one = 1U << random_below(OPERAND_REGISTERS), two = 1U << random_below(OPERAND_REGISTERS);

	return random_below(4) ? one : random_below(2) ? (one | two) : 0;
}

static void load_both(struct naive *naive, const struct operands *operands, struct cost *loaded)
{
	static const unsigned of_loads[] = { 4, 4, 4, 12, 12, 45, 168 };
	unsigned latency = of_loads[random_below(7)];
	struct cost wait = { 0 }, complete;

	dataflow_wait(&flow, operands->address, &wait);
	for (unsigned set = 0; set < SETS; set++) {
		uint64_t now = naive->now.of[set];
		uint64_t begins = later(now, naive_ready(naive, operands->address, set));

		assert_int_equal(wait.of[set], begins - now);
		complete.of[set] = begins + latency * (2 + set);
		loaded->of[set] = later(loaded->of[set], complete.of[set]);
		naive->latest.of[set] = later(naive->latest.of[set], complete.of[set]);
	}
	dataflow_load(&flow, &complete, 0);
}

static void naive_end(struct naive *naive, const struct operands *operands, const struct cost *loaded)
{
	unsigned next = naive->count + 1;

	naive->complete[naive->count++] = *loaded;
	for (unsigned set = 0; set < SETS; set++) {
		uint64_t time = later(naive->now.of[set], naive_ready(naive, operands->sources, set));

		if (operands->memory)
			time = later(time, loaded->of[set]);
		time += latencies[operands->latency].of[set];
		for (unsigned i = 0; i < OPERAND_REGISTERS; i++)
			if (operands->writes >> i & 1)
				naive->ready[i].of[set] = time;
		if (operands->writes) {
			naive->complete[naive->count - 1].of[set] = later(loaded->of[set], time);
			naive->latest.of[set] = later(naive->latest.of[set], time);
		}
		if (next >= naive->window)
			naive_stall(naive, set, naive->complete[next - naive->window].of[set]);
	}
}

static void drain_both(struct naive *naive)
{
	struct stall stall;

	if (dataflow_drain(&flow, &stall))
		add(&flow.now, &stall.cost);
	for (unsigned set = 0; set < SETS; set++)
		naive_stall(naive, set, naive->latest.of[set]);
}

/*
 * Compares the models on a random stream. On average, `chained` of every 64 instructions are the
 * instruction `chase`, which loads RAX from the address in RAX.
 */
static void compare(unsigned window, unsigned chained)
{
	struct cost cheapest = { .of = { 1, 1, 2 } };
	struct naive naive = { .window = window, .complete = calloc(OPERATIONS, sizeof *naive.complete) };

	assert_non_null(naive.complete);
	dataflow_make(&flow, window, &cheapest, latencies);
	for (unsigned i = 0; i < OPERATIONS; i++) {
		struct operands operands = { some_registers(), some_registers(), some_registers(),
			                     random_below(2), 0 };
		struct cost loaded = { 0 }, cost = cheapest;
		struct stall stall;

		if (operands.writes && random_below(2))
			operands.latency = (uint8_t)random_below(random_below(9) ? 2 : LATENCIES);

		if (random_below(64) < chained)
			operands = chase;
		for (unsigned loads = operands.memory ? 1 + (random_below(8) == 0) : 0; loads; loads--)
			load_both(&naive, &operands, &loaded);
		if (random_below(5) == 0) /* costs more, as a cache miss does */
			cost = (struct cost){ .of = { 9, 20, 31 } };
		add(&flow.now, &cost);
		add(&naive.now, &cost);
		if (random_below(1000) == 0) { /* a fence, or a fault: all loads must complete */
			if (random_below(2)) {
				if (dataflow_end(&flow, &operands, &stall))
					add(&flow.now, &stall.cost);
				naive_end(&naive, &operands, &loaded);
			}
			drain_both(&naive);
			naive.count = 0; /* no instruction is incomplete */
			assert_memory_equal(&flow.now, &naive.now, sizeof flow.now);
			continue;
		}
		if (dataflow_end(&flow, &operands, &stall))
			add(&flow.now, &stall.cost);
		naive_end(&naive, &operands, &loaded);
		assert_memory_equal(&flow.now, &naive.now, sizeof flow.now);
	}
	free(naive.complete);
}

static void random_streams(void **state)
{
	(void)state;
	compare(224, 40);
	compare(224, 4);
	compare(7, 20);
	compare(1, 1);
	compare(DATAFLOW_WINDOW_MAX, 64);
}

/* ---- registers of instructions ---- */

static const struct {
	uint8_t bytes[4]; /* opcode and what follows, without the 0F of a two-byte opcode */
	bool two, operand_16;
	uint8_t rex;
	unsigned address, sources, writes;
	bool memory;
	enum latency latency;
} cases[] = {
	{ { 0x8B, 0x00 }, false, false, 0x48, RAX, 0, RAX, true, LATENCY_NONE }, /* mov rax, [rax] */
	{ { 0x8B, 0x44, 0xCB },
	  false,
	  false,
	  0x48,
	  RBX | RCX,
	  0,
	  RAX,
	  true,
	  LATENCY_NONE }, /* mov rax, [rbx+rcx*8+…] */
	{ { 0x8B, 0x04, 0x24 }, false, false, 0x48, RSP, 0, RAX, true, LATENCY_NONE }, /* mov rax, [rsp] */
	{ { 0x8B, 0x05 }, false, false, 0x48, 0, 0, RAX, true, LATENCY_NONE },       /* mov rax, [rip+…] */
	{ { 0x8B, 0x04, 0x25 }, false, false, 0x48, 0, 0, RAX, true, LATENCY_NONE }, /* mov rax, [constant] */
	{ { 0x8B, 0x45 }, false, false, 0x4D, R13, 0, R8, true, LATENCY_NONE },      /* mov r8, [r13+…] */
	{ { 0x8B, 0x04, 0x20 },
	  false,
	  false,
	  0x4B,
	  R8 | R12,
	  0,
	  RAX,
	  true,
	  LATENCY_NONE },                                                         /* mov rax, [r8+r12] */
	{ { 0x89, 0x08 }, false, false, 0x48, RAX, RCX, 0, false, LATENCY_NONE }, /* mov [rax], rcx */
	{ { 0x89, 0xC8 }, false, false, 0x48, 0, RCX, RAX, false, LATENCY_NONE }, /* mov rax, rcx */
	{ { 0x8D, 0x44, 0x0B },
	  false,
	  false,
	  0x48,
	  0,
	  RBX | RCX,
	  RAX,
	  false,
	  LATENCY_ONE }, /* lea rax, [rbx+rcx+…] */
	{ { 0x03, 0x03 }, false, false, 0x48, RBX, RAX, RAX | FLAGS, true, LATENCY_ONE }, /* add rax, [rbx] */
	{ { 0x01, 0xD8 },
	  false,
	  false,
	  0x48,
	  0,
	  RAX | RBX,
	  RAX | FLAGS,
	  false,
	  LATENCY_ONE },                                                             /* add rax, rbx */
	{ { 0x01, 0x18 }, false, false, 0x48, RAX, RBX, FLAGS, true, LATENCY_ONE },  /* add [rax], rbx */
	{ { 0x31, 0xC0 }, false, false, 0, 0, 0, RAX | FLAGS, false, LATENCY_NONE }, /* xor eax, eax */
	{ { 0x33, 0xC3 }, false, false, 0, 0, RAX | RBX, RAX | FLAGS, false, LATENCY_ONE }, /* xor eax, ebx */
	{ { 0x39, 0xD8 }, false, false, 0x48, 0, RAX | RBX, FLAGS, false, LATENCY_ONE },    /* cmp rax, rbx */
	{ { 0x3B, 0x03 }, false, false, 0x48, RBX, RAX, FLAGS, true, LATENCY_ONE }, /* cmp rax, [rbx] */
	{ { 0x3D }, false, false, 0, 0, RAX, FLAGS, false, LATENCY_ONE },           /* cmp eax, constant */
	{ { 0x85, 0xDB }, false, false, 0x48, 0, RBX, FLAGS, false, LATENCY_ONE },  /* test rbx, rbx */
	{ { 0xA8 }, false, false, 0, 0, RAX, FLAGS, false, LATENCY_ONE },           /* test al, constant */
	{ { 0x83, 0xC0, 8 }, false, false, 0x48, 0, RAX, RAX | FLAGS, false, LATENCY_ONE }, /* add rax, 8 */
	{ { 0x83, 0xD0, 8 },
	  false,
	  false,
	  0x48,
	  0,
	  RAX | FLAGS,
	  RAX | FLAGS,
	  false,
	  LATENCY_ONE },                                                                  /* adc rax, 8 */
	{ { 0x83, 0xF8, 8 }, false, false, 0x48, 0, RAX, FLAGS, false, LATENCY_ONE },     /* cmp rax, 8 */
	{ { 0x83, 0x38, 8 }, false, false, 0x48, RAX, 0, FLAGS, true, LATENCY_ONE },      /* cmp [rax], 8 */
	{ { 0xC1, 0xE1, 3 }, false, false, 0x49, 0, R9, R9 | FLAGS, false, LATENCY_ONE }, /* shl r9, 3 */
	{ { 0xD3, 0xE2 },
	  false,
	  false,
	  0x48,
	  0,
	  RCX | RDX,
	  RDX | FLAGS,
	  false,
	  LATENCY_ONE },                                                           /* shl rdx, cl */
	{ { 0xB8 }, false, false, 0x49, 0, 0, R8, false, LATENCY_NONE },           /* mov r8, constant */
	{ { 0xB4 }, false, false, 0, 0, RAX, RAX, false, LATENCY_NONE },           /* mov ah, constant */
	{ { 0x8A, 0x23 }, false, false, 0, RBX, RAX, RAX, true, LATENCY_NONE },    /* mov ah, [rbx] */
	{ { 0x8A, 0x23 }, false, false, 0x40, RBX, RSP, RSP, true, LATENCY_NONE }, /* mov spl, [rbx] */
	{ { 0xB6, 0xC4 }, true, false, 0, 0, RAX, RAX, false, LATENCY_NONE },      /* movzx eax, ah */
	{ { 0xB6, 0xC4 }, true, false, 0x40, 0, RSP, RAX, false, LATENCY_NONE },   /* movzx eax, spl */
	{ { 0x8B, 0x03 }, false, true, 0, RBX, RAX, RAX, true, LATENCY_NONE },     /* mov ax, [rbx] */
	{ { 0x58 }, false, false, 0x41, RSP, 0, R8, true, LATENCY_NONE },          /* pop r8 */
	{ { 0x50 }, false, false, 0, 0, RAX, 0, false, LATENCY_NONE },             /* push rax */
	{ { 0xC3 }, false, false, 0, RSP, 0, 0, true, LATENCY_NONE },              /* ret */
	{ { 0xFF, 0x10 }, false, false, 0, RAX, 0, 0, true, LATENCY_NONE },        /* call [rax] */
	{ { 0xFF, 0xE1 }, false, false, 0, 0, RCX, 0, false, LATENCY_NONE },       /* jmp rcx */
	{ { 0xFF, 0xC0 }, false, false, 0x48, 0, RAX, RAX | FLAGS, false, LATENCY_ONE }, /* inc rax */
	{ { 0xF7, 0xF1 },
	  false,
	  false,
	  0x48,
	  0,
	  RAX | RCX | RDX,
	  RAX | RDX | FLAGS,
	  false,
	  LATENCY_DIVIDE }, /* div rcx */
	{ { 0xF7, 0x21 },
	  false,
	  false,
	  0x48,
	  RCX,
	  RAX,
	  RAX | RDX | FLAGS,
	  true,
	  LATENCY_MULTIPLY },                                                          /* mul [rcx] */
	{ { 0xF7, 0xD3 }, false, false, 0x48, 0, RBX, RBX, false, LATENCY_ONE },       /* not rbx */
	{ { 0xF6, 0xC3 }, false, false, 0, 0, RBX, FLAGS, false, LATENCY_ONE },        /* test bl, constant */
	{ { 0x93 }, false, false, 0x48, 0, RAX | RBX, RAX | RBX, false, LATENCY_ONE }, /* xchg rax, rbx */
	{ { 0x90 }, false, false, 0, 0, 0, 0, false, LATENCY_NONE },                   /* nop */
	{ { 0x44, 0xC3 },
	  true,
	  false,
	  0x48,
	  0,
	  RAX | RBX | FLAGS,
	  RAX,
	  false,
	  LATENCY_ONE },                                                             /* cmove rax, rbx */
	{ { 0x84 }, true, false, 0, 0, 0, 0, false, LATENCY_NONE },                  /* je */
	{ { 0x94, 0xC1 }, true, false, 0, 0, RCX | FLAGS, RCX, false, LATENCY_ONE }, /* sete cl */
	{ { 0xAF, 0x03 },
	  true,
	  false,
	  0x48,
	  RBX,
	  RAX,
	  RAX | FLAGS,
	  true,
	  LATENCY_MULTIPLY }, /* imul rax, [rbx] */
	{ { 0xBC, 0xC3 }, true, false, 0x48, 0, RBX, RAX | FLAGS, false, LATENCY_THREE }, /* bsf rax, rbx */
	{ { 0xA3, 0xC8 }, true, false, 0x48, 0, RAX | RCX, FLAGS, false, LATENCY_ONE },   /* bt rax, rcx */
	{ { 0xB1, 0x0B },
	  true,
	  false,
	  0x48,
	  RBX,
	  RAX | RCX,
	  RAX | FLAGS,
	  true,
	  LATENCY_ONE },                                                    /* cmpxchg [rbx], rcx */
	{ { 0xC8 }, true, false, 0x49, 0, R8, R8, false, LATENCY_ONE },     /* bswap r8 */
	{ { 0x10, 0x03 }, true, false, 0, RBX, 0, 0, false, LATENCY_NONE }, /* movups xmm0, [rbx] */
	{ { 0x20, 0xDB }, true, false, 0, 0, 0, RBX, false, LATENCY_NONE }, /* mov rbx, cr3 */
	{ { 0xAD }, false, false, 0x48, RSI, 0, RAX, true, LATENCY_NONE },  /* lodsq */
	{ { 0xA4 }, false, false, 0, RSI | RDI, 0, 0, true, LATENCY_NONE }, /* movsb */
	{ { 0xC9 }, false, false, 0, RBP, 0, RBP, true, LATENCY_NONE },     /* leave */
	{ { 0x31 }, true, false, 0, 0, 0, RAX | RDX, false, LATENCY_NONE }, /* rdtsc */
};

static void registers_of_instructions(void **state)
{
	(void)state;

	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct operands operands =
		        operands_of(cases[i].bytes, cases[i].two, cases[i].rex, cases[i].operand_16);

		if (operands.address != cases[i].address || operands.sources != cases[i].sources ||
		    operands.writes != cases[i].writes || operands.memory != cases[i].memory ||
		    operands.latency != cases[i].latency)
			fail_msg("case %u: address %x sources %x writes %x memory %d latency %u", i,
			         operands.address, operands.sources, operands.writes, operands.memory,
			         operands.latency);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chains),
		cmocka_unit_test(the_window),
		cmocka_unit_test(random_streams),
		cmocka_unit_test(registers_of_instructions),
	};

	return cmocka_run_group_tests_name("model dataflow", tests, NULL, NULL);
}
