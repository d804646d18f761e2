/* SPDX-License-Identifier: MIT */
/*
 * usage: state KIND
 * Tests that each task keeps its own state in the registers that the kernel itself does not use:
 * those of the FPU, the base of FS, and the data selectors. The exit status is 0, or the line of
 * the failed check.
 */
#include "bench/programs/check.h"

#define ROUNDS 50

/* Some XMM registers, the top of the x87 stack, and the control and status words. */
struct registers {
	uint64_t xmm0, xmm7, xmm15;
	uint64_t x87;
	uint32_t mxcsr;
	uint16_t control, status;
};

static void get(struct registers *r)
{
	__asm__ volatile("movq %%xmm0, %0; movq %%xmm7, %1; movq %%xmm15, %2"
	                 : "=m"(r->xmm0), "=m"(r->xmm7), "=m"(r->xmm15));
	__asm__ volatile("stmxcsr %0; fnstcw %1; fnstsw %2"
	                 : "=m"(r->mxcsr), "=m"(r->control), "=m"(r->status));
}

static void set(uint64_t value)
{
	uint32_t mxcsr = 0x1f80 | (uint32_t)(value & 3) << 13; /* rounding mode */
	uint16_t control = (uint16_t)(0x37f | (value & 3) << 10);

	__asm__ volatile("movq %0, %%xmm0; movq %0, %%xmm7; movq %0, %%xmm15; ldmxcsr %1; fldcw %2"
	                 :
	                 : "r"(value), "m"(mxcsr), "m"(control)
	                 : "memory");
	__asm__ volatile("ffree %%st(0); fildll %0" : : "m"(value) : "memory");
}

static int still(uint64_t value)
{
	struct registers r;

	get(&r);
	__asm__ volatile("fld %%st(0); fistpll %0" : "=m"(r.x87));
	return r.xmm0 == value && r.xmm7 == value && r.xmm15 == value && r.x87 == value &&
	       r.mxcsr == (0x1f80 | (uint32_t)(value & 3) << 13) && r.control == (0x37f | (value & 3) << 10);
}

static int clean(void)
{
	struct registers r;

	get(&r);
	return r.xmm0 == 0 && r.xmm7 == 0 && r.xmm15 == 0 && r.mxcsr == 0x1f80 && r.control == 0x37f &&
	       r.status == 0;
}

/*
 * Three children and their parent use the FPU in turn. One child calls execve() and must find the
 * FPU in its initial state.
 */
static int fpu(void)
{
	const char *argv[] = { "state", "clean", NULL };
	long children[3];

	CHECK(clean());
	set(101);
	CHECK(still(101));
	for (int i = 0; i < 3; i++) {
		children[i] = fork();
		CHECK(children[i] >= 0);
		if (children[i] == 0) {
			if (!still(101))
				leave(1);
			if (i == 2)
				call(SYS_execve, (uintptr_t) "state", (uintptr_t)argv, 0);
			for (uint64_t round = 0; round < ROUNDS; round++) {
				set(1000 * (uint64_t)(i + 1) + round);
				yield();
				if (!still(1000 * (uint64_t)(i + 1) + round))
					leave(2);
			}
			leave(0);
		}
	}
	for (uint64_t round = 0; round < ROUNDS; round++) {
		set(round);
		yield();
		CHECK(still(round));
	}
	for (int i = 0; i < 3; i++)
		CHECK(status_of(children[i]) == 0);
	CHECK(still(ROUNDS - 1));
	return 0;
}

static uint64_t fs_word(void)
{
	uint64_t word;

	__asm__ volatile("mov %%fs:0, %0" : "=r"(word));
	return word;
}

static int fs_base(void)
{
	static uint64_t places[2] = { 11, 22 };
	uint64_t base = 1;
	long child;

	CHECK(call(SYS_arch_prctl, 0x1003, (uintptr_t)&base, 0) == 0 && base == 0);
	CHECK(call(SYS_arch_prctl, 0x1002, (uintptr_t)&places[0], 0) == 0 && fs_word() == 11);
	child = fork();
	CHECK(child >= 0);
	if (child == 0) {
		if (fs_word() != 11 || call(SYS_arch_prctl, 0x1002, (uintptr_t)&places[1], 0) != 0)
			leave(1);
		for (int i = 0; i < ROUNDS; i++) {
			if (fs_word() != 22)
				leave(2);
			yield();
		}
		leave(0);
	}
	for (int i = 0; i < ROUNDS; i++) {
		CHECK(fs_word() == 11);
		yield();
	}
	CHECK(status_of(child) == 0);
	CHECK(call(SYS_arch_prctl, 0x1003, (uintptr_t)&base, 0) == 0 && base == (uintptr_t)&places[0]);
	CHECK(call(SYS_arch_prctl, 0x1002, 1UL << 63, 0) == -1);
	CHECK(call(SYS_arch_prctl, 0x1002, 0x800000000000, 0) == -1);
	CHECK(call(SYS_arch_prctl, 0x1003, KERNEL_BASE, 0) == -14);
	CHECK(call(SYS_arch_prctl, 1, 0, 0) == -22);
	return 0;
}

static uint64_t selectors(void)
{
	uint64_t ds, es, fs, gs;

	__asm__ volatile("mov %%ds, %k0; mov %%es, %k1; mov %%fs, %k2; mov %%gs, %k3"
	                 : "=r"(ds), "=r"(es), "=r"(fs), "=r"(gs));
	return ds | es << 16 | fs << 32 | gs << 48;
}

/* The selectors of this task must stay null, whatever selectors other tasks load. */
static int no_selectors(void)
{
	for (int i = 0; i < ROUNDS; i++) {
		CHECK(selectors() == 0);
		yield();
	}
	return 0;
}

static void load(uint64_t all)
{
	__asm__ volatile("mov %k0, %%ds; mov %k1, %%es; mov %k2, %%fs; mov %k3, %%gs"
	                 :
	                 : "r"(all & 0xffff), "r"(all >> 16 & 0xffff), "r"(all >> 32 & 0xffff), "r"(all >> 48)
	                 : "memory");
}

/*
 * Tasks with their own selectors, with those of their parent, and with null selectors run in turn.
 */
static int different_selectors(void)
{
	const uint64_t values[] = { 0x00180019001a001b, 0x00230022001b0021, 0, 0x0001000200030000 };
	const char *argv[] = { "state", "no-selectors", NULL };
	static uint64_t place;
	uint64_t base = 1;
	long children[6];

	CHECK(selectors() == 0);
	CHECK(call(SYS_arch_prctl, 0x1002, (uintptr_t)&place, 0) == 0);
	load(values[0]);
	for (int i = 0; i < 5; i++) {
		children[i] = fork();
		CHECK(children[i] >= 0);
		if (children[i] == 0) {
			if (selectors() != values[0])
				leave(1);
			if (i == 4)
				call(SYS_execve, (uintptr_t) "state", (uintptr_t)argv, 0);
			load(values[i]);
			for (int round = 0; round < ROUNDS; round++) {
				if (selectors() != values[i])
					leave(2);
				yield();
			}
			leave(0);
		}
	}
	children[5] = call(SYS_spawn, (uintptr_t) "state", (uintptr_t)argv, 0);
	for (int round = 0; round < ROUNDS; round++) {
		CHECK(selectors() == values[0]);
		yield();
	}
	for (int i = 0; i < 6; i++)
		CHECK(status_of(children[i]) == 0);
	/* FS has the base 0 of its descriptor. Setting another base clears the selector. */
	CHECK(call(SYS_arch_prctl, 0x1003, (uintptr_t)&base, 0) == 0 && base == 0);
	CHECK(call(SYS_arch_prctl, 0x1002, (uintptr_t)&place, 0) == 0);
	CHECK(selectors() == (values[0] & ~0xffff00000000UL));
	CHECK(call(SYS_arch_prctl, 0x1003, (uintptr_t)&base, 0) == 0 && base == (uintptr_t)&place);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc < 2)
		return 2;
	if (equal(argv[1], "fpu"))
		return fpu();
	if (equal(argv[1], "clean"))
		return !clean();
	if (equal(argv[1], "fs-base"))
		return fs_base();
	if (equal(argv[1], "selectors"))
		return different_selectors();
	if (equal(argv[1], "no-selectors"))
		return no_selectors();
	return 2;
}
