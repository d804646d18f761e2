/* SPDX-License-Identifier: MIT */
/*
 * nest KIND [N]: takes exceptions and interrupts. Its exit status is the number of things that went
 * wrong.
 *   calls  system calls with unmapped buffers, until SYS_bench_next returns 0
 *   nmi    NMIs sent to its own CPU, at most a few instructions before a system call
 *   load   times a loop, first undisturbed, then while a timer interrupts it (benchmark irq.load)
 *   irq    an interrupt sent to its own CPU, then a search for kernel addresses below RSP
 *   stack  interrupts sent to its own CPU, each followed by a search for kernel addresses on its stack
 *   spawn  SPAWNS programs, one after the other
 *   ac     sets RFLAGS.AC, then spins until it is killed
 *   ways   each way into the kernel, until SYS_bench_next returns 0
 *   steps  each way into the kernel, one instruction at a time
 *   return one way into the kernel at a time: SYS_bench_next returns its number, or 0 at the end.
 *          The test damages the return to user mode (tests/kernel/entry_steps.c). If the program
 *          gets SIGSEGV for that, its exit status is 7
 *   quit   does nothing
 * With "short-" before ways, steps or return, it uses the vectors of a short IDT (cpu/idt.h).
 */
#include "bench/programs/nest.h"
#include "bench/programs/user.h"
#include "bench/protocol/steps.h"
#include "cpu/cpu.h"

#define CANARIES  64
#define ROUNDS    64
#define SPAWNS    16   /* WATCHED_SPAWNS of bench/guest/experiments/spawn_watch.h */
#define BELOW     3072 /* number of bytes below RSP to search */
#define LAPIC(at) (*(volatile uint32_t *)(BENCH_USER_LAPIC + (at)))

static int calls(void)
{
	int wrong = 0;

	while (call(SYS_bench_next, 0, 0, 0) > 0) {
		wrong += call(SYS_write, 1, 0x1000, 8) != -14;
		wrong += call(SYS_spawn, 0x1000, 0, 0) != -14;
	}
	return wrong;
}

/*
 * Each round executes from 2 to 16 instructions between the NMI and SYSCALL. Returns the number of
 * wrong results.
 */
static int nmi(void)
{
	long pid = call(SYS_getpid, 0, 0, 0);
	int wrong = 0;

	LAPIC(0x310) = LAPIC(0x020);
	for (int i = 0; i < ROUNDS; i++) {
		long got;
		long rounds = i % 8;

		__asm__ volatile(
		        "movl %[nmi], (%[icr])\n\t"
		        "test %[n], %[n]\n\t"
		        "jz 2f\n"
		        "1:\tdec %[n]\n\t"
		        "jnz 1b\n"
		        "2:\tsyscall"
		        : "=a"(got), [n] "+r"(rounds)
		        : "a"((long)SYS_getpid), [nmi] "r"(4U << 8), [icr] "r"(BENCH_USER_LAPIC + 0x300)
		        : "rcx", "r11", "memory", "cc");
		wrong += got != pid;
	}
	return wrong;
}

/* Spawns a program and waits for it, SPAWNS times. */
static int spawns(void)
{
	const char *argv[] = { "payload-4k", "-", NULL };
	int wrong = 0;

	for (int i = 0; i < SPAWNS; i++) {
		int status = -1;
		long pid = call(SYS_spawn, (uintptr_t)argv[0], (uintptr_t)argv, 0);

		wrong += pid <= 0 || call(SYS_wait4, (uint64_t)pid, (uintptr_t)&status, 0) != pid ||
		         status != 0;
	}
	return wrong;
}

static int irq(void)
{
	volatile uint8_t *flag = (volatile uint8_t *)(BENCH_USER_LAPIC + PAGE_SIZE);
	uint64_t words, at = BELOW / 8;

	LAPIC(0x300) = 0x40000 | VECTOR_BENCH_OF(idt_is_short());
	while (!*flag)
		;
	/* An interrupt may overwrite everything below RSP except the red zone. Count the words
	 * there that are kernel addresses (bits 63-47 set). */
	__asm__ volatile("xor %[words], %[words]\n"
	                 "1:\tmov %%rsp, %%rax\n\t"
	                 "sub $128, %%rax\n\t"
	                 "lea (,%[at],8), %%rcx\n\t"
	                 "sub %%rcx, %%rax\n\t"
	                 "mov (%%rax), %%rax\n\t"
	                 "sar $47, %%rax\n\t"
	                 "cmp $-1, %%rax\n\t"
	                 "jne 2f\n\t"
	                 "inc %[words]\n"
	                 "2:\tdec %[at]\n\t"
	                 "jnz 1b"
	                 : [words] "=&r"(words), [at] "+r"(at)
	                 :
	                 : "rax", "rcx", "memory", "cc");
	return words > 255 ? 255 : (int)words;
}

/*
 * Runs a loop of `rounds` iterations twice in each sample. SYS_bench_start and SYS_bench_stamp
 * enclose the second loop. Between these two calls, a timer of the kernel raises interrupts, except
 * in overhead samples. Passes the ticks of the first loop as VALUE_EVIDENCE. Returns the number of
 * loops that ended too early.
 */
static int load(uint64_t rounds)
{
	const uint64_t begin = MARK_BEGIN, end = MARK_END;
	int wrong = 0;

	while (call(SYS_bench_next, 0, 0, 0) > 0) {
		uint64_t first = rounds, second = rounds, t0 = stamp();

		__asm__ volatile("1:\tdec %0\n\tjnz 1b" : "+r"(first) : : "cc");
		call(SYS_bench_value, VALUE_EVIDENCE, stamp() - t0, 0);
		call(SYS_bench_start, 0, 0, 0);
		__asm__ volatile("prefetchnta (%[begin])\n"
		                 "1:\tdec %[n]\n\t"
		                 "jnz 1b\n\t"
		                 "prefetchnta (%[end])"
		                 : [n] "+r"(second)
		                 : [begin] "r"(begin), [end] "r"(end)
		                 : "memory", "cc");
		call(SYS_bench_stamp, 0, 0, 0);
		wrong += first || second;
	}
	return wrong;
}

/*
 * A page begins with a struct nest_page. Counts the kernel addresses in the words after this
 * struct, clears all these words, and returns the count. The kernel also uses the page as a stack.
 */
static uint64_t take_kernel_words(uint64_t *page)
{
	uint64_t found = 0;

	for (size_t i = sizeof(struct nest_page) / 8; i < PAGE_SIZE / 8; i++) {
		found += (int64_t)page[i] >> 47 == -1 &&
		         page[i] < -PAGE_SIZE; /* not a small negative number */
		page[i] = 0;
	}
	return found;
}

/* Takes interrupts while it runs on a page that the kernel may use as a stack too. */
static int stack(void)
{
	struct nest_page *page = (struct nest_page *)NEST_PAGE;

	for (int i = 0; i < NEST_ROUNDS * NEST_KINDS; i++) {
		take_kernel_words((uint64_t *)page);
		page->came = 0;
		__asm__ volatile("mov %%rsp, %%rbx\n\t"
		                 "mov %[top], %%rsp\n\t"
		                 "movl %[ipi], (%[icr])\n"
		                 "1:\tcmpq $0, (%[came])\n\t"
		                 "je 1b\n\t"
		                 "mov %%rbx, %%rsp"
		                 :
		                 : [top] "r"(NEST_PAGE + PAGE_SIZE),
		                   [ipi] "r"(0x40000 | VECTOR_FREE_OF(idt_is_short())),
		                   [icr] "r"(BENCH_USER_LAPIC + 0x300), [came] "r"(&page->came)
		                 : "rbx", "memory", "cc");
		page->words[i % NEST_KINDS] += take_kernel_words((uint64_t *)page);
	}
	return 0;
}

/* Sets RFLAGS.AC and spins. User mode may set AC, and interrupt gates do not clear it. */
static _Noreturn void set_ac(void)
{
	__asm__ volatile("pushfq; orq $0x40000, (%%rsp); popfq" : : : "memory", "cc");
	for (;;)
		;
}

static int short_idt;

/* Executes INT VECTOR_MICRO. */
static void interrupt(void)
{
	if (short_idt)
		__asm__ volatile("int %0" : : "i"(VECTOR_MICRO_OF(1)) : "memory");
	else
		__asm__ volatile("int %0" : : "i"(VECTOR_MICRO_OF(0)) : "memory");
}

/* Executes INT VECTOR_MICRO_LEAVE. */
static void exception(void)
{
	if (short_idt)
		__asm__ volatile("int %0" : : "i"(VECTOR_MICRO_LEAVE_OF(1)) : "memory");
	else
		__asm__ volatile("int %0" : : "i"(VECTOR_MICRO_LEAVE_OF(0)) : "memory");
}

/*
 * Enters the kernel by system calls (one returns at once, one yields, one faults in the kernel, one
 * does not exist), an interrupt, a breakpoint, and INT VECTOR_MICRO_LEAVE, which the kernel's test
 * may turn into an exception of its choice. Returns the number of wrong results.
 */
static int each_way(long pid)
{
	int wrong = 0;

	wrong += call(SYS_getpid, 0, 0, 0) != pid;
	wrong += call(SYS_sched_yield, 0, 0, 0) != 0;
	wrong += call(SYS_write, 1, 0x1000, 8) != -14;
	wrong += call(-1, 0, 0, 0) != -38;
	interrupt();
	__asm__ volatile("int3" : : : "memory");
	exception();
	return wrong;
}

static int ways(void)
{
	long pid = call(SYS_getpid, 0, 0, 0);
	int wrong = 0;

	while (call(SYS_bench_next, 0, 0, 0) > 0)
		wrong += each_way(pid);
	return wrong;
}

static int steps(void)
{
	const char *argv[] = { "nest", "quit", NULL };
	long pid = call(SYS_getpid, 0, 0, 0);
	int wrong;

	__asm__ volatile("pushfq; orq $0x100, (%%rsp); popfq" : : : "memory", "cc");
	wrong = each_way(pid);
	if (!wrong)
		call(SYS_execve, (uintptr_t) "nest", (uintptr_t)argv, 0);
	__asm__ volatile("pushfq; andq $~0x100, (%%rsp); popfq" : : : "memory", "cc");
	return wrong + 1;
}

__asm__("segv:\n\tmov $60, %eax\n\tmov $7, %edi\n\tsyscall\n");
extern char segv[];

static int broken_return(void)
{
	const uint64_t action[] = { (uintptr_t)segv, 0x4000000, (uintptr_t)segv, 0 }; /* SA_RESTORER */
	long way;

	call6(SYS_rt_sigaction, 11, (uintptr_t)action, 0, 8, 0, 0);
	while ((way = call(SYS_bench_next, 0, 0, 0)) > 0)
		switch (way) {
		case 1:
			interrupt();
			break;
		case 2:
			__asm__ volatile("int3" : : : "memory");
			break;
		case 3:
			__asm__ volatile("pushfq; orq $0x100, (%%rsp); popfq; nop" : : : "memory", "cc");
			break;
		case 4:
			exception();
			break;
		}
	return 1;
}

static int starts_with(const char *text, const char *prefix)
{
	while (*prefix && *text == *prefix) {
		text++;
		prefix++;
	}
	return !*prefix;
}

static uint64_t number(const char *digits)
{
	uint64_t value = 0;

	while (*digits)
		value = value * 10 + (uint64_t)(*digits++ - '0');
	return value;
}

int main(int argc, char **argv)
{
	volatile uint64_t canaries[CANARIES];
	const char *kind = argc > 1 ? argv[1] : "";
	int wrong = 1;

	for (uint64_t i = 0; i < CANARIES; i++)
		canaries[i] = ~i << 32 | i;
	if (starts_with(kind, "short-")) {
		short_idt = 1;
		kind += sizeof "short-" - 1;
	}
	if (equal(kind, "calls"))
		wrong = calls();
	else if (equal(kind, "nmi"))
		wrong = nmi();
	else if (equal(kind, "spawn"))
		wrong = spawns();
	else if (equal(kind, "load"))
		wrong = load(argc > 2 ? number(argv[2]) : 1);
	else if (equal(kind, "irq"))
		wrong = irq();
	else if (equal(kind, "stack"))
		wrong = stack();
	else if (equal(kind, "ac"))
		set_ac();
	else if (equal(kind, "ways"))
		wrong = ways();
	else if (equal(kind, "steps"))
		wrong = steps();
	else if (equal(kind, "return"))
		wrong = broken_return();
	else if (equal(kind, "quit"))
		wrong = 0;
	for (uint64_t i = 0; i < CANARIES; i++)
		wrong += canaries[i] != (~i << 32 | i);
	return wrong;
}
