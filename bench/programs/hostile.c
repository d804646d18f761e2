/* SPDX-License-Identifier: MIT */
/*
 * hostile KIND: does something that a program must not do. The kernel must kill the program or
 * refuse the call. If all calls are refused with the right error, the exit status is 0.
 */
#include "bench/programs/user.h"

/* The endless recursion and the wild accesses are intended. */
#pragma GCC diagnostic ignored "-Winfinite-recursion"
#pragma GCC diagnostic ignored "-Warray-bounds"

#define FLAG_TF       0x100
#define KERNEL_TEXT   KERNEL_BASE
#define PRIVILEGED(s) __asm__ volatile(s : : "a"(0), "d"(0), "c"(0x1b) : "memory")

static int deep(volatile char *above)
{
	volatile char here[512];

	here[0] = above ? above[0] : 0;
	return deep(here) + here[0];
}

/* Returns 0 if each call with a bad pointer fails with -EFAULT (14), otherwise 1. */
static int bad_pointers(void)
{
	static const uint64_t bad[] = {
		0,
		8,
		0x1000,
		USER_STACK_TOP - USER_STACK_LIMIT - 1,
		USER_TOP,
		0x800000000000,
		0x8000000000000000,
		DIRECT_MAP_BASE,
		KERNEL_TEXT,
		~0UL,
	};

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		if (call(SYS_write, 1, bad[i], 16) != -14 || call(SYS_spawn, bad[i], 0, 0) != -14 ||
		    call(SYS_execve, bad[i], 0, 0) != -14)
			return 1;
		if (bad[i] && (call(SYS_spawn, (uintptr_t) "hello", bad[i], 0) != -14 ||
		               call(SYS_wait4, ~0UL, bad[i], 1) == 0))
			return 1;
	}
	if (call(SYS_write, 1, USER_TOP - 8, 16) != -14 || call(SYS_write, 1, 0x400000, ~0UL) != -14 ||
	    call(SYS_write, 1, 0x400000, USER_TOP) != -14)
		return 1;
	return 0;
}

static int bad_numbers(void)
{
	static const uint64_t bad[] = { 499, 505, 511, 512, 1UL << 31, 1UL << 32, 1UL << 63, ~0UL };

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (call((long)bad[i], 0, 0, 0) != -38)
			return 1;
	return 0;
}

/* Calls execve() three times in ways that must fail. Returns 0 if the calls return -ENOENT (2),
 * -ENOEXEC (8) and -ENAMETOOLONG (36), in this order. */
static int failed_exec(void)
{
	static char long_name[2000];
	const char *argv[] = { "x", NULL };

	for (size_t i = 0; i < sizeof long_name - 1; i++)
		long_name[i] = i % 100 ? 'x' : '/';
	return call(SYS_execve, (uintptr_t) "nobody", (uintptr_t)argv, 0) != -2 ||
	       call(SYS_execve, (uintptr_t) "broken", (uintptr_t)argv, 0) != -8 ||
	       call(SYS_execve, (uintptr_t)long_name, 0, 0) != -36;
}

/* Returns 0 if SYS_spawn fails with -E2BIG (7) in two cases: one string is too long, or there are
 * too many strings. tests/programs/arguments.c has more such cases. */
static int many_arguments(void)
{
	static char long_string[140000];
	const char *argv[100];

	for (size_t i = 0; i < sizeof long_string - 1; i++)
		long_string[i] = 'x';
	argv[0] = long_string;
	argv[1] = NULL;
	if (call(SYS_spawn, (uintptr_t) "hello", (uintptr_t)argv, 0) != -7)
		return 1;
	for (size_t i = 0; i < 99; i++)
		argv[i] = long_string + 100000;
	argv[99] = NULL;
	return call(SYS_spawn, (uintptr_t) "hello", (uintptr_t)argv, 0) != -7;
}

/* Starts a child and returns before the child ends. */
static int leave_child(void)
{
	const char *argv[] = { "hostile", "yield", NULL };

	return call(SYS_spawn, (uintptr_t) "hostile", (uintptr_t)argv, 0) <= 0;
}

/* Removes the console's name, and makes new files. Returns 0 if the console still works: its node
 * is open, so a new file must not get the node's memory. */
static int remove_console(void)
{
	const uint64_t path = (uintptr_t) "/tmp/in-its-place";
	uint64_t stat[18];
	int failed = call(SYS_unlink, (uintptr_t) "/dev/console", 0, 0) != 0;
	long fd[3];

	for (int i = 0; i < 3; i++)
		fd[i] = call(SYS_open, path, 0102, 0600);
	failed |= call(SYS_fstat, 1, (uintptr_t)stat, 0) != 0;
	failed |= (uint32_t)stat[3] != 020666; /* st_mode */
	failed |= call(SYS_write, 1, (uintptr_t) "", 0) != 0;
	for (int i = 0; i < 3; i++)
		call(SYS_close, (uint64_t)fd[i], 0, 0);
	return failed | (call(SYS_unlink, path, 0, 0) != 0);
}

/*
 * Loads RSP and RFLAGS with IRETQ, then executes SYSCALL. If `flags` contains the trap flag, some
 * CPUs raise #DB right after SYSCALL, in ring 0 but with RSP still the user's; others raise it only
 * after SYSRET. A kernel that handled #DB on the user's stack would save the program's registers
 * there, in ring 0: the program could write any values to any address. AC is set first because
 * Bochs treats the reads of IRETQ as accesses by the kernel, which SMAP would stop.
 */
static void iretq(uint64_t rsp, uint64_t flags, long number)
{
	__asm__ volatile("pushfq; orq $0x40000, (%%rsp); popfq\n\t"
	                 "mov %%ss, %%ecx; push %%rcx\n\t"
	                 "push %[rsp]\n\t"
	                 "push %[flags]\n\t"
	                 "mov %%cs, %%ecx; push %%rcx\n\t"
	                 "lea 1f(%%rip), %%rcx; push %%rcx\n\t"
	                 "iretq\n"
	                 "1:\tsyscall; nop" /* some CPUs trap after SYSRET, others one instruction later */
	                 : "+a"(number)
	                 : [rsp] "r"(rsp), [flags] "r"(flags), "D"(0)
	                 : "rcx", "r11", "memory");
}

/* Result of touch(), execute() and enter() for a KIND that they do not handle. */
#define UNKNOWN (-1)

int main(int argc, char **argv);

/* Accesses an address that a program may not read, write or execute. It should not return, except
 * with UNKNOWN. */
static int touch(const char *kind)
{
	static const unsigned char code[] = { 0xc3 };
	void (*volatile function)(void);

	if (equal(kind, "read-kernel"))
		return *(volatile int *)KERNEL_TEXT & 0;
	if (equal(kind, "write-kernel"))
		*(volatile int *)KERNEL_TEXT = 0;
	else if (equal(kind, "read-direct-map"))
		return *(volatile int *)DIRECT_MAP_BASE & 0;
	else if (equal(kind, "read-stack-of-kernel"))
		return *(volatile int *)(KSTACK_FIXED_TOP - 8) & 0;
	else if (equal(kind, "read-null"))
		return *(volatile int *)0x10 & 0;
	else if (equal(kind, "jump-kernel"))
		function = (void (*)(void))KERNEL_TEXT, function();
	else if (equal(kind, "jump-noncanonical"))
		function = (void (*)(void))0x8000000000000000, function();
	else if (equal(kind, "write-text"))
		*(volatile char *)(uintptr_t)main = 0;
	else if (equal(kind, "execute-data"))
		function = (void (*)(void))(uintptr_t)code, function();
	else if (equal(kind, "execute-stack")) {
		volatile unsigned char here[16] = { 0xc3 };

		function = (void (*)(void))(uintptr_t)here, function();
	} else if (equal(kind, "overrun-stack"))
		return deep(NULL) & 0;
	else
		return UNKNOWN;
	return 1;
}

/* Executes an instruction that raises an exception in user mode. It should not return, except with
 * UNKNOWN. */
static int execute(const char *kind)
{
	if (equal(kind, "cli"))
		PRIVILEGED("cli");
	else if (equal(kind, "hlt"))
		PRIVILEGED("hlt");
	else if (equal(kind, "in"))
		PRIVILEGED("inb %%dx, %%al");
	else if (equal(kind, "out"))
		PRIVILEGED("outb %%al, $0xf4");
	else if (equal(kind, "wrmsr"))
		PRIVILEGED("wrmsr");
	else if (equal(kind, "mov-cr3"))
		PRIVILEGED("mov %%rax, %%cr3");
	else if (equal(kind, "invlpg"))
		PRIVILEGED("invlpg (%%rax)");
	else if (equal(kind, "lgdt"))
		PRIVILEGED("lgdt (%%rsp)");
	else if (equal(kind, "swapgs"))
		PRIVILEGED("swapgs");
	else if (equal(kind, "iretq"))
		PRIVILEGED("iretq");
	else if (equal(kind, "divide"))
		PRIVILEGED("div %%ecx; mov $0, %%ecx; div %%ecx");
	else if (equal(kind, "ud2"))
		PRIVILEGED("ud2");
	else if (equal(kind, "int3"))
		PRIVILEGED("int3");
	else if (equal(kind, "int-irq"))
		PRIVILEGED("int $0x50");
	else if (equal(kind, "int-double-fault"))
		PRIVILEGED("int $8");
	else if (equal(kind, "x87-divide"))
		PRIVILEGED("push $0x37e; fldcw (%%rsp); fldz; fldz; fdivp; fwait");
	else
		return UNKNOWN;
	return 1;
}

/* Enters the kernel with odd registers or flags. The result is 0 if the program may survive that, 1
 * if the kernel should have killed it, and UNKNOWN for any other KIND. */
static int enter(const char *kind)
{
	if (equal(kind, "bad-rsp-syscall")) {
		/* The kernel must not use this RSP. After the call, PUSH uses it, and faults. */
		__asm__ volatile("mov $39, %%eax; mov $0x8000000000000000, %%rsp; syscall; push %%rax"
		                 :
		                 :
		                 : "memory");
	} else if (equal(kind, "gs-and-flags")) {
		/* A null GS, and flags that SYSCALL must mask: alignment check and direction. */
		__asm__ volatile("xor %%eax, %%eax; mov %%eax, %%gs; pushfq; orq $0x40400, (%%rsp); popfq; "
		                 "mov $39, %%eax; "
		                 "syscall; cld"
		                 :
		                 :
		                 : "rax", "rcx", "r11", "memory");
		return 0;
	} else if (equal(kind, "trap-flag")) /* some CPUs raise #DB after SYSCALL, in the kernel */
		__asm__ volatile("pushfq; orq $0x100, (%%rsp); mov $39, %%eax; popfq; syscall"
		                 :
		                 :
		                 : "rax", "rcx", "r11", "memory");
	else if (equal(kind, "trap-flag-ss")) /* MOV SS delays the #DB */
		__asm__ volatile("pushfq; orq $0x100, (%%rsp); mov $39, %%eax; mov %%ss, %%ecx; popfq\n\t"
		                 "mov %%ecx, %%ss; syscall"
		                 :
		                 :
		                 : "rax", "rcx", "r11", "memory");
	else if (equal(kind, "trap-flag-rsp"))
		iretq(KERNEL_TEXT + 104, FLAG_TF, SYS_getpid);
	else if (equal(kind, "trap-flag-rsp-hole"))
		iretq(0x8000000000000000, FLAG_TF, SYS_getpid);
	else if (equal(kind, "iretq-in-user-mode"))
		iretq(USER_STACK_TOP - 128, 0, SYS_exit);
	else if (equal(kind, "mov-ss-syscall")) {
		__asm__ volatile("mov $39, %%eax; mov %%ss, %%ecx; mov %%ecx, %%ss; syscall"
		                 :
		                 :
		                 : "rax", "rcx", "r11", "memory");
		return 0;
	} else if (equal(kind, "ac-int3")) /* the kernel must not use the program's AC */
		__asm__ volatile("pushfq; orq $0x40000, (%%rsp); popfq; int3" : : : "memory", "cc");
	else if (equal(kind, "ac-spin"))
		__asm__ volatile("pushfq; orq $0x40000, (%%rsp); popfq; 1: jmp 1b" : : : "memory", "cc");
	else if (equal(kind, "load-ldt"))
		__asm__ volatile("mov $7, %%eax; mov %%eax, %%ds" : : : "rax", "memory");
	else
		return UNKNOWN;
	return 1;
}

int main(int argc, char **argv)
{
	const char *kind = argc > 1 ? argv[1] : "";
	int result = touch(kind);

	if (result == UNKNOWN)
		result = execute(kind);
	if (result == UNKNOWN)
		result = enter(kind);
	if (result != UNKNOWN)
		return result;
	if (equal(kind, "bad-pointers"))
		return bad_pointers();
	else if (equal(kind, "bad-numbers"))
		return bad_numbers();
	else if (equal(kind, "failed-exec"))
		return failed_exec();
	else if (equal(kind, "many-arguments"))
		return many_arguments();
	else if (equal(kind, "leave-child"))
		return leave_child();
	else if (equal(kind, "yield")) {
		for (int i = 0; i < 5; i++)
			call(SYS_sched_yield, 0, 0, 0);
		return 0;
	} else if (equal(kind, "arguments"))
		return argc != 3 || !equal(argv[0], "hostile") || !equal(argv[2], "three words here") ||
		       argv[3];
	else if (equal(kind, "kill-first"))
		return call(SYS_kill, 1, 9, 0) != -1;
	else if (equal(kind, "bench-calls"))
		return call(SYS_bench_next, 0, 0, 0) != -38 || call(SYS_bench_stamp, 0, 0, 0) != -38;
	else if (equal(kind, "remove-console"))
		return remove_console();
	else if (equal(kind, "spin"))
		for (;;)
			;
	return 1;
}
