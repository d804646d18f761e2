/* SPDX-License-Identifier: MIT */
/*
 * usage: signal_frames KIND
 * Tests the stack frames of signal handlers, and alternate stacks. The exit status is 0, or the
 * line of the failed check modulo 256.
 */
#include "tests/programs/signals.h"

static char other_stack[8192] __attribute__((aligned(16)));
static volatile uintptr_t handler_stack;

static void note_stack(int signal, const int *info, uint64_t *context)
{
	note(signal, info, context);
	handler_stack = (uintptr_t)__builtin_frame_address(0);
}

struct stack {
	char *base;
	uint32_t flags, padding;
	uint64_t size;
};
static struct stack stack_in_handler, stack_after;
static volatile long change_in_handler;

/* A handler that queries its alternate stack and tries to set another one. */
static void change_stack(int signal, const int *info, uint64_t *context)
{
	static char another[4096];
	const struct stack stack = { another, 0, 0, sizeof another };

	note(signal, info, context);
	call(SYS_sigaltstack, 0, (uintptr_t)&stack_in_handler, 0);
	change_in_handler = call(SYS_sigaltstack, (uintptr_t)&stack, 0, 0);
}

/*
 * Sets an alternate stack with `flags` and raises a signal. In the handler, sigaltstack() must
 * report the flags `in_handler`, and setting another stack must return `change`. After the handler
 * has returned, sigaltstack() must report the stack with the flags `after` (man 2 sigaltstack).
 * Returns 0, or the line of the failed check.
 */
static int stack_with(uint32_t flags, uint32_t in_handler, long change, uint32_t after)
{
	const struct stack stack = { other_stack, flags, 0, sizeof other_stack };

	CHECK(call(SYS_sigaltstack, (uintptr_t)&stack, 0, 0) == 0);
	CHECK(on(SIGUSR1, change_stack, SA_ONSTACK, 0) == 0 && raise(SIGUSR1) == 0);
	CHECK(stack_in_handler.flags == in_handler && change_in_handler == change);
	CHECK(stack_in_handler.size == (in_handler == SS_DISABLE ? 0 : sizeof other_stack));
	CHECK(call(SYS_sigaltstack, 0, (uintptr_t)&stack_after, 0) == 0);
	CHECK(stack_after.flags == after && stack_after.base == other_stack &&
	      stack_after.size == sizeof other_stack);
	return 0;
}

static int stack_flags(void)
{
	static const uint32_t wrong[] = { 3, 4, 77, SS_AUTODISARM | 3 };
	const struct stack off = { other_stack, SS_DISABLE | SS_AUTODISARM, 0, 1 },
	                   short_one = { other_stack, SS_AUTODISARM, 0, 2047 };
	int line;

	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		const struct stack stack = { other_stack, wrong[i], 0, sizeof other_stack };

		CHECK(call(SYS_sigaltstack, (uintptr_t)&stack, 0, 0) == -22);
	}
	line = stack_with(0, SS_ONSTACK, -1, 0);
	line = line ? line : stack_with(SS_ONSTACK, SS_ONSTACK, -1, 0);
	line = line ? line : stack_with(SS_AUTODISARM, SS_DISABLE, 0, SS_AUTODISARM);
	line = line ? line : stack_with(SS_AUTODISARM | SS_ONSTACK, SS_DISABLE, 0, SS_AUTODISARM);
	CHECK(call(SYS_sigaltstack, (uintptr_t)&short_one, 0, 0) == -12);
	CHECK(call(SYS_sigaltstack, (uintptr_t)&off, 0, 0) == 0);
	CHECK(call(SYS_sigaltstack, 0, (uintptr_t)&stack_after, 0) == 0 && stack_after.flags == SS_DISABLE);
	return line;
}

static int stacks(void)
{
	const struct {
		char *base;
		uint64_t flags, size;
	} other = { other_stack, 0, sizeof other_stack }, small = { other_stack, 0, 100 };

	CHECK(call(SYS_sigaltstack, (uintptr_t)&small, 0, 0) == -12);
	CHECK(call(SYS_sigaltstack, (uintptr_t)&other, 0, 0) == 0);
	CHECK(on(SIGUSR1, note_stack, SA_ONSTACK, 0) == 0 && raise(SIGUSR1) == 0);
	CHECK(handler_stack - (uintptr_t)other_stack < sizeof other_stack);
	CHECK(on(SIGUSR1, note_stack, 0, 0) == 0 && raise(SIGUSR1) == 0);
	CHECK(handler_stack - (uintptr_t)other_stack >= sizeof other_stack);
	return 0;
}

static uint64_t xmm(void)
{
	uint64_t value;

	__asm__ volatile("movq %%xmm3, %0" : "=r"(value));
	return value;
}

static void set_xmm(uint64_t value)
{
	__asm__ volatile("movq %0, %%xmm3" : : "r"(value));
}

static volatile uint64_t in_handler;

static void use_fpu(int signal, const int *info, uint64_t *context)
{
	note(signal, info, context);
	in_handler = xmm();
	set_xmm(99);
}

static int fpu(void)
{
	CHECK(on(SIGUSR1, use_fpu, 0, 0) == 0);
	/* The FPU was not used before. */
	CHECK(raise(SIGUSR1) == 0 && seen[SIGUSR1] == 1 && in_handler == 0);
	CHECK(xmm() == 0);
	set_xmm(42);
	in_handler = 1;
	CHECK(raise(SIGUSR1) == 0 && seen[SIGUSR1] == 2 && in_handler == 0);
	CHECK(xmm() == 42);
	return 0;
}

/* Index in damages[] of the damage that a handler does to its frame. */
static int damage;

static const struct {
	int word;
	uint64_t value;
} damages[] = {
	{ UC_RIP, KERNEL_BASE },
	{ UC_RIP, 0x8000000000000000 },
	{ UC_RIP, USER_TOP },
	{ UC_RIP, ~0UL },
	{ UC_SELECTORS, 0x001b000000000008 },
	{ UC_SELECTORS, 0x0010000000000023 },
	{ UC_SELECTORS, 0 },
	{ UC_SELECTORS, 0x001b00000000002b },
	{ UC_FPU, KERNEL_BASE },
	{ UC_FPU, 8 },
	{ UC_FPU, 0x1000 },
	{ UC_FPU, 0x8000000000000000 },
};

static void damage_frame(int signal, const int *info, uint64_t *context)
{
	note(signal, info, context);
	context[damages[damage].word] = damages[damage].value;
}

static void damaged(void)
{
	on(SIGUSR1, damage_frame, 0, 0);
	set_xmm(1);
	raise(SIGUSR1);
}

static void wild_flags(int signal, const int *info, uint64_t *context)
{
	note(signal, info, context);
	/* Sets all flags but TF. The kernel must not load IOPL, VM and NT from here. */
	context[UC_RFLAGS] = ~0UL & ~0x100UL;
	context[UC_MASK] = ~0UL;
}

static void fill_fpu(int signal, const int *info, uint64_t *context)
{
	uint8_t *fpu = (uint8_t *)context[UC_FPU];

	note(signal, info, context);
	if (!fpu)
		return;
	for (size_t i = 0; i < 464; i++)
		fpu[i] = (uint8_t)(damage & 1 ? 0xff : i * 31);
	if (damage & 2)
		for (size_t i = 512; i < 576; i++)
			fpu[i] = 0xff;
	if (damage & 4)
		for (size_t i = 464; i < 512; i++)
			fpu[i] = 0xff;
}

static void return_nowhere(void)
{
	__asm__ volatile("mov %0, %%rsp; mov $15, %%eax; syscall" : : "r"(KERNEL_BASE) : "memory");
}

static void return_without_frame(void)
{
	__asm__ volatile("mov $15, %%eax; syscall" : : : "memory");
}

static int hostile(void)
{
	uint64_t flags;

	CHECK(child_ends(return_nowhere, SIGSEGV));
	CHECK(child_ends(return_without_frame, SIGSEGV));
	CHECK(on(SIGUSR1, damage_frame, 0, 0) == 0);
	for (damage = 0; damage < (int)(sizeof damages / sizeof *damages); damage++)
		CHECK(child_ends(damaged, SIGSEGV));
	CHECK(on(SIGUSR1, wild_flags, 0, 0) == 0);
	CHECK(raise(SIGUSR1) == 0);
	__asm__ volatile("pushfq; pop %0; pushq $0x202; popfq" : "=r"(flags) : : "cc", "memory");
	CHECK((flags & 0x27200) == 0x200); /* IF is set; IOPL, NT and VM are clear */
	CHECK(blocked() == ~SIGNALS_SURE && block(2, 0) == 0);
	set_xmm(1);
	CHECK(on(SIGUSR1, fill_fpu, 0, 0) == 0);
	for (damage = 0; damage < 8; damage++) {
		CHECK(raise(SIGUSR1) == 0);
		(void)xmm();
		yield();
		__asm__ volatile("fninit");
	}
	return 0;
}

int main(int argc, char **argv)
{
	static const struct kind kinds[] = {
		{ "stacks", stacks },
		{ "stack-flags", stack_flags },
		{ "fpu", fpu },
		{ "hostile", hostile },
	};

	return argc > 1 ? run_kind(argv[1], kinds, sizeof kinds / sizeof *kinds) : 2;
}
