/* SPDX-License-Identifier: MIT */
/*
 * usage: codes KIND
 * Tests the signal, code and address that a program gets for a CPU exception. The exit status is 0
 * if all is as in Linux, NOT_HERE if this CPU does not raise the exception at all, otherwise the
 * line of the failed check modulo 256.
 */
#include "tests/programs/jobs.h"

/* The functions below access bad addresses on purpose. */
#pragma GCC diagnostic ignored "-Warray-bounds"

#define NOT_HERE   77
#define HOLE       0x8000000000000000UL
#define IN_PROGRAM 1UL
#define ALT_STACK  (16 * KIB)

/* Indices of words in a handler's third argument (struct ucontext). */
enum { UC_RAX = 18, UC_RSP = 20, UC_RIP, UC_RFLAGS, UC_ERROR = 24 };

/* The report of the last exception. A child fills it in; the memory is shared with the parent. */
static struct fault {
	volatile int signal, code;
	volatile uint64_t address, error;
} * fault;

static void tell(int signal, const int *info, void *context)
{
	fault->signal = signal;
	fault->code = info[2];
	fault->address = *(const uint64_t *)(info + 4);
	fault->error = ((const uint64_t *)context)[UC_ERROR];
	leave(0);
}

/*
 * Lets a child call function(argument), which raises an exception. Returns 1 if the child got this
 * signal, code and address; the address IN_PROGRAM stands for any address in the program's image.
 */
static int raises(void (*function)(uint64_t), uint64_t argument, int signal, int code, uint64_t address)
{
	long pid;

	*fault = (struct fault){ 0 };
	pid = fork();
	if (pid == 0) {
		function(argument);
		leave(1);
	}
	return status_of(pid) == 0 && fault->signal == signal && fault->code == code &&
	       (address == IN_PROGRAM ? fault->address - USER_BASE < USER_PIE_BASE
	                              : fault->address == address);
}

static void read_at(uint64_t address)
{
	(void)*(volatile char *)address;
}

static void write_at(uint64_t address)
{
	*(volatile char *)address = 1;
}

static void jump_to(uint64_t address)
{
	((void (*)(void))address)();
}

static uint64_t map(size_t pages, int protection)
{
	return (uint64_t)call6(SYS_mmap, 0, pages * PAGE_SIZE, (uint64_t)protection,
	                       MAP_PRIVATE | MAP_ANONYMOUS, ~0UL, 0);
}

/* A bad access to a mapped page must report SEGV_ACCERR, even if the page was not used before. */
static int pages(void)
{
	const uint64_t page = map(4, PROT_READ | PROT_WRITE), read_only = map(1, PROT_READ);

	write_at(page + PAGE_SIZE);
	CHECK(call(SYS_mprotect, page, 2 * PAGE_SIZE, 0) == 0);
	CHECK(call(SYS_munmap, page + 3 * PAGE_SIZE, PAGE_SIZE, 0) == 0);
	CHECK(raises(write_at, read_only + 8, SIGSEGV, SEGV_ACCERR, read_only + 8));
	read_at(read_only);
	CHECK(raises(write_at, read_only + 8, SIGSEGV, SEGV_ACCERR, read_only + 8));
	for (uint64_t at = page; at < page + 2 * PAGE_SIZE; at += PAGE_SIZE) {
		CHECK(raises(read_at, at, SIGSEGV, SEGV_ACCERR, at));
		CHECK(raises(write_at, at, SIGSEGV, SEGV_ACCERR, at));
		CHECK(raises(jump_to, at, SIGSEGV, SEGV_ACCERR, at));
	}
	CHECK(raises(jump_to, page + 2 * PAGE_SIZE, SIGSEGV, SEGV_ACCERR, page + 2 * PAGE_SIZE));
	CHECK(raises(read_at, page + 3 * PAGE_SIZE, SIGSEGV, SEGV_MAPERR, page + 3 * PAGE_SIZE));
	CHECK(raises(write_at, 8, SIGSEGV, SEGV_MAPERR, 8) && fault->error == 6);
	return 0;
}

/*
 * An access to an address that programs cannot use must report the same signal, code and error,
 * whether the address is mapped or not. If programs can use the upper half, an access there must
 * report that the page is missing. A noncanonical address must raise #GP, not #PF.
 */
static int at_addresses(int upper_half)
{
	static const uint64_t addresses[] = { USER_TOP,
		                              DIRECT_MAP_BASE,
		                              DIRECT_MAP_BASE + DIRECT_MAP_SIZE,
		                              KSTACK_FIXED_BASE,
		                              KSTACK_FIXED_TOP - 8,
		                              KSTACK_HEAP_BASE,
		                              KSTACK_HEAP_BASE + 2 * PAGE_SIZE,
		                              CPU_GP_TOP(0) - 8,
		                              KERNEL_BASE,
		                              0xffffffffff600000 };

	for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
		const uint64_t at = addresses[i], present = !(upper_half && at >= USER_UPPER_BASE);

		CHECK(raises(read_at, at, SIGSEGV, SEGV_MAPERR, at) && fault->error == (4 | present));
		CHECK(raises(write_at, at, SIGSEGV, SEGV_MAPERR, at) && fault->error == (6 | present));
		CHECK(raises(jump_to, at, SIGSEGV, SEGV_MAPERR, at) &&
		      (fault->error & ~16UL) == (4 | present));
	}
	CHECK(raises(read_at, HOLE, SIGSEGV, SI_KERNEL, 0));
	CHECK(raises(write_at, 0x800000000000, SIGSEGV, SI_KERNEL, 0));
	return 0;
}

static int kernel(void)
{
	return at_addresses(0);
}

static int no_kernel(void)
{
	return at_addresses(1);
}

static void misaligned(uint64_t address)
{
	__asm__ volatile("pushfq; orq $0x40000, (%%rsp); popfq\n\t"
	                 "movl 1(%0), %%eax\n\t"
	                 "pushfq; andq $~0x40000, (%%rsp); popfq"
	                 :
	                 : "r"(address)
	                 : "rax", "memory", "cc");
}

static int alignment(void)
{
	static char bytes[64] __attribute__((aligned(16)));

	if (raises(misaligned, (uintptr_t)bytes, SIGBUS, BUS_ADRALN, 0))
		return 0;
	return fault->signal ? __LINE__ : NOT_HERE;
}

/* A division that raises an exception: its operands, and the si_code of the signal. */
struct division {
	double above, below;
	unsigned unmasked; /* the exception's mask bit in the x87 control word */
	int code;
};

#define DENORMAL 2
#define TINY     0x1p-1022
#define HUGE     0x1p1023

static const struct division divisions[] = {
	{ 0, 0, 1, FPE_FLTINV },        { 1, 0, 4, FPE_FLTDIV },  { HUGE, TINY, 8, FPE_FLTOVF },
	{ TINY, HUGE, 16, FPE_FLTUND }, { 1, 3, 32, FPE_FLTRES }, { TINY / 2, 3, DENORMAL, FPE_FLTUND },
};
#define DIVISIONS (sizeof divisions / sizeof *divisions)

static void divide_x87(uint64_t index)
{
	const struct division *d = divisions + index;
	const uint16_t control = (uint16_t)(0x37f & ~d->unmasked);
	double result;

	__asm__ volatile("fninit; fldl %1; fldl %2; fldcw %3; fdivp; fstpl %0; fwait"
	                 : "=m"(result)
	                 : "m"(d->below), "m"(d->above), "m"(control)
	                 : "memory");
}

static void divide_sse(uint64_t index)
{
	const struct division *d = divisions + index;
	const uint32_t control = 0x1f80 & ~(d->unmasked << 7);

	__asm__ volatile("ldmxcsr %2; movsd %1, %%xmm0; divsd %0, %%xmm0"
	                 :
	                 : "m"(d->below), "m"(d->above), "m"(control)
	                 : "memory");
}

static int divides(void (*divide)(uint64_t))
{
	for (size_t i = 0; i < DIVISIONS; i++) {
		if (raises(divide, i, SIGFPE, divisions[i].code, IN_PROGRAM))
			continue;
		if (i == 0 && !fault->signal)
			return NOT_HERE;
		/* QEMU raises no exception for denormal operands. */
		if (divisions[i].unmasked != DENORMAL || fault->signal)
			return __LINE__ + (int)i;
	}
	return 0;
}

static int x87(void)
{
	return divides(divide_x87);
}

static int sse(void)
{
	return divides(divide_sse);
}

static void step(uint64_t unused)
{
	(void)unused;
	__asm__ volatile("pushfq; orq $0x100, (%%rsp); popfq; nop" : : : "memory", "cc");
}

static void int1(uint64_t unused)
{
	(void)unused;
	__asm__ volatile(".byte 0xf1");
}

static volatile uint64_t step_at, steps_seen;

static void clear_trap_flag(int signal, const int *info, void *context)
{
	uint64_t *word = context;

	(void)signal;
	steps_seen += info[2] == TRAP_TRACE && *(const uint64_t *)(info + 4) == word[UC_RIP];
	step_at = word[UC_RIP];
	word[UC_RFLAGS] &= ~0x100UL;
}

/*
 * Single steps. In the last check, SYSCALL comes directly after the POPF that sets TF: the system
 * call must be made, and one trap must follow it.
 */
static int steps(void)
{
	const long pid = self();
	uint64_t end;
	long got;

	CHECK(raises(step, 0, SIGTRAP, TRAP_TRACE, IN_PROGRAM));
	raises(int1, 0, SIGTRAP, TRAP_BRKPT, IN_PROGRAM);
	/* On QEMU the signal is SIGILL. */
	CHECK(fault->signal == SIGILL || (fault->signal == SIGTRAP && fault->code == TRAP_BRKPT));
	on(SIGTRAP, clear_trap_flag, 0);
	__asm__ volatile("pushfq; orq $0x100, (%%rsp); popfq; syscall\n"
	                 "1:\tnop; nop; lea 1b(%%rip), %1"
	                 : "=a"(got), "=&r"(end)
	                 : "0"((long)SYS_getpid)
	                 : "rcx", "r11", "memory", "cc");
	CHECK(got == pid && steps_seen == 1 && step_at - end <= 1);
	return 0;
}

static void nothing(int signal, const int *info, void *context)
{
	(void)signal, (void)info, (void)context;
}

/*
 * void raise_and_step(long pid, long signal): calls kill(pid, signal). The signal's handler,
 * to_bad_rsp(), then continues at call_by_rsp, which makes a system call with TF set. The handler
 * of the trap, from_bad_rsp(), continues at back_by_rsp, which returns.
 */
__asm__("raise_and_step:\n\tmov $62, %eax\n\tsyscall\n\tjmp back_by_rsp\n"
        "call_by_rsp:\n\tsyscall\n\tnop\n\tnop\n"
        "back_by_rsp:\n\tret\n");
void raise_and_step(long pid, long signal);
extern char call_by_rsp[], back_by_rsp[];
static volatile uint64_t bad_rsp, good_rsp;

/*
 * A handler that returns to a SYSCALL. The kernel's IRETQ then loads a bad RSP, and an RFLAGS in
 * which TF is set.
 */
static void to_bad_rsp(int signal, const int *info, void *context)
{
	uint64_t *word = context;

	(void)signal, (void)info;
	good_rsp = word[UC_RSP];
	word[UC_RSP] = bad_rsp;
	word[UC_RFLAGS] |= 0x100;
	word[UC_RAX] = SYS_getpid;
	word[UC_RIP] = (uintptr_t)call_by_rsp;
}

static void from_bad_rsp(int signal, const int *info, void *context)
{
	uint64_t *word = context;

	(void)signal, (void)info;
	steps_seen += word[UC_RSP] == bad_rsp && word[UC_RAX] == (uint64_t)self();
	word[UC_RSP] = good_rsp;
	word[UC_RFLAGS] &= ~0x100UL;
	word[UC_RIP] = (uintptr_t)back_by_rsp;
}

/*
 * A system call must preserve any value of RSP. It must do so even if a signal handler runs on an
 * alternate stack during the call. A handler must be able to return to any RSP.
 */
static int stack_pointers(void)
{
	static const uint64_t values[] = { 0, KERNEL_BASE + 104, HOLE, 0x800000000000, ~0UL };
	const uint64_t stack[3] = { map(ALT_STACK / PAGE_SIZE, PROT_READ | PROT_WRITE), 0, ALT_STACK };
	uint64_t after;
	long result;

	CHECK(call(SYS_sigaltstack, (uintptr_t)stack, 0, 0) == 0);
	on(SIGUSR1, nothing, SA_ONSTACK);
	on(SIGUSR2, to_bad_rsp, SA_ONSTACK);
	on(SIGTRAP, from_bad_rsp, SA_ONSTACK);
	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		__asm__ volatile("mov %%rsp, %%rbx; mov %3, %%rsp; syscall; mov %%rsp, %1; mov %%rbx, %%rsp"
		                 : "=a"(result), "=&r"(after)
		                 : "0"((long)SYS_kill), "r"(values[i]), "D"(self()), "S"((long)SIGUSR1)
		                 : "rbx", "rcx", "r11", "memory", "cc");
		CHECK(result == 0 && after == values[i]);
		bad_rsp = values[i];
		raise_and_step(self(), SIGUSR2);
		CHECK(steps_seen == i + 1);
	}
	return 0;
}

static const struct kind kinds[] = {
	{ "pages", pages },
	{ "kernel", kernel },
	{ "no-kernel", no_kernel },
	{ "alignment", alignment },
	{ "x87", x87 },
	{ "sse", sse },
	{ "steps", steps },
	{ "stack-pointers", stack_pointers },
};

int main(int argc, char **argv)
{
	static const int signals[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP };

	fault = (void *)call6(SYS_mmap, 0, PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
	                      ~0UL, 0);
	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
		on(signals[i], tell, 0);
	return run_kind(argc > 1 ? argv[1] : "", kinds, sizeof kinds / sizeof *kinds);
}
