/* SPDX-License-Identifier: MIT */
/* Measures single instructions and branches. */
#include "bench/host/calibrate/measure.h"

#include <math.h>
#include <string.h>

#define TIMES        1000
#define CPUIDS       8
#define BRANCHES     8192
#define TARGETS      8
#define HOPELESS     2000 /* cycles; if CPUID is slower, it exits to a hypervisor */

#define REPEAT(code) ".rept 100\n\t" code "\n\t.endr\n\t"
/* Defines a function that executes `code` TIMES times. In `code`, %0 is the address of a line. */
#define CODE(name, code, ...)                                                                           \
	static void name(void *context)                                                                 \
	{                                                                                               \
		for (int i = 0; i < TIMES / 100; i++)                                                   \
			__asm__ volatile(REPEAT(code) : "+r"(context) : : "memory", "cc", __VA_ARGS__); \
	}

CODE(nop, "nop", "rax")
CODE(rdtsc, "rdtsc", "rax", "rdx")
CODE(rdtscp, "rdtscp", "rax", "rdx", "rcx")
CODE(lfence, "lfence", "rax")
CODE(mfence, "mfence", "rax")
CODE(push_popf, "pushf\n\tpopf", "rax")
CODE(push_pop, "pushf\n\tpop %%rax", "rax")
CODE(locked, "lock addq $1, (%0)", "rax")
CODE(forward, "mov %%rax, (%0)\n\tmov (%0), %%rax", "rax")
CODE(divide, "xor %%edx, %%edx\n\tdiv %%rcx\n\tadd $1000, %%rax", "rax", "rdx")
/* Seven instructions. The branch waits for TEST; the other six do not wait for each other. */
CODE(mix,
     "add $1, %%rax\n\tmov 8(%0), %%rcx\n\tadd $1, %%rdx\n\tmov %%rsi, 16(%0)\n\tadd $1, %%rdi\n\t"
     "test %%r8, %%r8\n\tjs 9f\n\t9:",
     "rax", "rcx", "rdx", "rsi", "rdi", "r8")

static void divide_by_seven(void *context)
{
	__asm__ volatile("mov $7, %%ecx" : : : "rcx");
	divide(context);
}

static void cpuid(void *context)
{
	(void)context;
	for (int i = 0; i < CPUIDS; i++) {
		unsigned a = 0, b, c = 0, d;

		__asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d) : : "memory");
	}
}

/* Branches that depend on the bytes of an array. */
struct branches {
	struct measure *measure;
	unsigned char byte[BRANCHES];
	unsigned mask; /* the bytes are random numbers from 0 to `mask` */
};

static void draw(void *context)
{
	struct branches *branches = context;

	for (size_t i = 0; i < BRANCHES; i++)
		branches->byte[i] = (unsigned char)(measure_random(branches->measure) >> 40 & branches->mask);
}

static void conditional(void *context)
{
	struct branches *branches = context;
	uint64_t x = 0;

	for (size_t i = 0; i < BRANCHES; i++)
		__asm__ volatile("testb $1, (%1)\n\tjz 1f\n\tnop\n1:\tadd $1, %0"
		                 : "+r"(x)
		                 : "r"(branches->byte + i)
		                 : "cc");
}

static void indirect(void *context)
{
	struct branches *branches = context;
	uint64_t x = 0, target;

	for (size_t i = 0; i < BRANCHES; i++)
		__asm__ volatile(
		        "movzbl (%2), %k1\n\tlea 2f(%%rip), %%r8\n\tlea (%%r8, %1, 8), %1\n\tjmp *%1\n\t"
		        ".balign 8\n2:\n\t.rept 8\n\tjmp 3f\n\t.balign 8\n\t.endr\n3:\tadd $1, %0"
		        : "+r"(x), "=&r"(target)
		        : "r"(branches->byte + i)
		        : "cc", "r8");
}

/* Returns the cycles of a branch that depends on random bytes from 0 to `mask`. */
static double branch(struct measure *measure, void (*body)(void *), unsigned mask)
{
	static struct branches branches;
	const struct sampler_code code = { draw, body, &branches };

	branches.measure = measure;
	branches.mask = mask;
	return sampler_run(&measure->sampler, &code, measure->samples, 0) / BRANCHES;
}

static void measure_branches(struct measure *measure)
{
	struct figures *figures = &measure->figures;
	const double all = 2 * (branch(measure, conditional, 1) - branch(measure, conditional, 0));
	const double jumps = branch(measure, indirect, TARGETS - 1) - branch(measure, indirect, 0);

	figure_add(figures, FIGURE_MISPREDICT_LOAD, all);
	figure_add(figures, FIGURE_MISPREDICT, all - figure_latest(figures, FIGURE_L1D_LATENCY) - 1);
	figure_add(figures, FIGURE_MISPREDICT_INDIRECT, jumps * TARGETS / (TARGETS - 1));
}

/*
 * The model has no fused instructions, so the cost of an instruction is that of one of six: TEST and
 * the branch count as one. The width at which NOPs are decoded may be greater than that of the rest
 * of the core, as on Zen 5.
 */
static void measure_width(struct measure *measure, uint64_t *line)
{
	const double nops = measure_plain(measure, nop, line, TIMES);
	const double seven = measure_plain(measure, mix, line, TIMES);

	figure_add(&measure->figures, FIGURE_NOP, nops);
	figure_add(&measure->figures, FIGURE_MIX, seven / 7);
	figure_add(&measure->figures, FIGURE_CPI_HOT, fmax(nops, seven / 6));
}

void measure_core(struct measure *measure)
{
	static _Alignas(64) uint64_t line[8];
	struct figures *figures = &measure->figures;
	double exits;

	measure_width(measure, line);
	figure_add(figures, FIGURE_DIVIDE, measure_plain(measure, divide_by_seven, line, TIMES) - 1);
	figure_add(figures, FIGURE_FORWARD, measure_plain(measure, forward, line, TIMES));
	figure_add(figures, FIGURE_LFENCE, measure_plain(measure, lfence, line, TIMES));
	figure_add(figures, FIGURE_MFENCE, measure_plain(measure, mfence, line, TIMES));
	figure_add(figures, FIGURE_LOCKED, measure_plain(measure, locked, line, TIMES));
	figure_add(figures, FIGURE_POPF,
	           measure_plain(measure, push_popf, line, TIMES) -
	                   measure_plain(measure, push_pop, line, TIMES));
	if (machine_stamps_are_slow(&measure->machine)) {
		figure_absent(figures, FIGURE_RDTSC, "reading the time stamp counter is emulated or checked");
		figure_absent(figures, FIGURE_RDTSCP,
		              "reading the time stamp counter is emulated or checked");
	} else {
		figure_add(figures, FIGURE_RDTSC, measure_plain(measure, rdtsc, line, TIMES));
		figure_add(figures, FIGURE_RDTSCP, measure_plain(measure, rdtscp, line, TIMES));
	}
	exits = measure_plain(measure, cpuid, line, CPUIDS);
	if (exits > HOPELESS)
		figure_absent(figures, FIGURE_CPUID, "the instruction exits to a hypervisor");
	else
		figure_add(figures, FIGURE_CPUID, exits);
	measure_branches(measure);
}
