/* SPDX-License-Identifier: MIT */
/*
 * usage: signals KIND
 * Tests signals and their handlers. The exit status is 0, or the line of the failed check modulo
 * 256.
 */
#include "tests/programs/signals.h"

/* A handler that changes the flags and every register that a function may change. */
static void spoil(int signal, const int *info, uint64_t *context)
{
	note(signal, info, context);
	__asm__ volatile(
	        "mov $-1, %%rax; mov %%rax, %%rcx; mov %%rax, %%rdx; mov %%rax, %%rsi; mov %%rax, %%rdi;"
	        "mov %%rax, %%r8; mov %%rax, %%r9; mov %%rax, %%r10; mov %%rax, %%r11; std; stc; cld"
	        :
	        :
	        : "rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "cc");
}

/*
 * A system call that signals its caller must preserve the red zone and every register except RAX,
 * RCX and R11.
 */
static int registers(void)
{
	long result, wrong;

	CHECK(on(SIGUSR1, spoil, 0, 0) == 0);
	__asm__ volatile(
	        "mov %%rax, %%rdi; mov $62, %%eax; mov $10, %%esi; movq $77, -16(%%rsp); movq $78, "
	        "-128(%%rsp)\n\t"
	        "mov $1, %%ebx; mov $2, %%r12d; mov $3, %%r13d; mov $4, %%r14d; mov $5, %%r15d\n\t"
	        "mov $6, %%r8d; mov $7, %%r9d; mov $8, %%r10d; mov $11, %%edx\n\t"
	        "syscall\n\t"
	        "xor %%ecx, %%ecx\n\t"
	        "sub $1, %%rbx; or %%rbx, %%rcx; sub $2, %%r12; or %%r12, %%rcx\n\t"
	        "sub $3, %%r13; or %%r13, %%rcx; sub $4, %%r14; or %%r14, %%rcx\n\t"
	        "sub $5, %%r15; or %%r15, %%rcx; sub $6, %%r8; or %%r8, %%rcx\n\t"
	        "sub $7, %%r9; or %%r9, %%rcx; sub $8, %%r10; or %%r10, %%rcx\n\t"
	        "sub $10, %%rsi; or %%rsi, %%rcx; sub $11, %%rdx; or %%rdx, %%rcx\n\t"
	        "subq $77, -16(%%rsp); or -16(%%rsp), %%rcx; subq $78, -128(%%rsp); or -128(%%rsp), %%rcx"
	        : "=a"(result), "=c"(wrong)
	        : "a"(call(SYS_getpid, 0, 0, 0))
	        : "rbx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "memory",
	          "cc");
	CHECK(result == 0 && wrong == 0 && seen[SIGUSR1] == 1);
	CHECK(last_code == SI_USER && last_pid == (uint64_t)call(SYS_getpid, 0, 0, 0));
	return 0;
}

static volatile int stop;

static void end_loop(int signal, const int *info, uint64_t *context)
{
	note(signal, info, context);
	stop = 1;
}

/* A signal during a computation must preserve all registers, also RCX, R11 and the flags. */
static int interrupts(void)
{
	const uint64_t timer[4] = { 0, 0, 0, 20000 };
	uint64_t rcx, r11, flags;

	CHECK(on(SIGALRM, end_loop, 0, 0) == 0);
	CHECK(call(SYS_setitimer, 0, (uintptr_t)timer, 0) == 0);
	__asm__ volatile("mov $1234, %%rcx; mov $5678, %%r11; stc\n"
	                 "1:\tmov %3, %%eax; inc %%eax; dec %%eax; jz 1b\n\t"
	                 "pushfq; pop %2; mov %%r11, %1"
	                 : "=&c"(rcx), "=&r"(r11), "=&r"(flags)
	                 : "m"(stop)
	                 : "rax", "r11", "cc", "memory");
	CHECK(rcx == 1234 && r11 == 5678 && (flags & 1) && seen[SIGALRM] == 1);
	return 0;
}

static void skip_fault(int signal, const int *info, uint64_t *context)
{
	note(signal, info, context);
	/* After a fault, skip the instruction. INT3 is a trap, so RIP is already past it. */
	context[UC_RIP] += signal == SIGSEGV   ? 2
	                   : signal == SIGTRAP ? 0
	                                       : 2; /* size of the instruction in bytes */
}

static int faults(void)
{
	CHECK(on(SIGSEGV, skip_fault, 0, 0) == 0 && on(SIGILL, skip_fault, 0, 0) == 0);
	CHECK(on(SIGFPE, skip_fault, 0, 0) == 0 && on(SIGTRAP, skip_fault, 0, 0) == 0);
	__asm__ volatile("mov %%eax, (%0)" : : "c"(0x1230UL), "a"(1) : "memory");
	CHECK(seen[SIGSEGV] == 1 && last_address == 0x1230 && last_code == SEGV_MAPERR);
	__asm__ volatile("mov %%eax, (%0)" : : "c"((uintptr_t)faults), "a"(1) : "memory");
	CHECK(seen[SIGSEGV] == 2 && last_address == (uintptr_t)faults && last_code == SEGV_ACCERR);
	__asm__ volatile("mov %%eax, (%0)" : : "c"(KERNEL_BASE), "a"(1) : "memory");
	CHECK(seen[SIGSEGV] == 3);
	__asm__ volatile("ud2");
	CHECK(seen[SIGILL] == 1);
	__asm__ volatile("div %%ecx" : : "a"(1), "d"(0), "c"(0) : "cc");
	CHECK(seen[SIGFPE] == 1 && last_code == FPE_INTDIV);
	__asm__ volatile("int3");
	CHECK(seen[SIGTRAP] == 1);
	CHECK(blocked() == 0);
	return 0;
}

static void fault_while_blocked(void)
{
	on(SIGSEGV, skip_fault, 0, 0);
	block(0, signal_bit(SIGSEGV));
	*nowhere = 1;
}

static void fault_while_ignored(void)
{
	on(SIGSEGV, (handler *)SIGNAL_IGNORE, 0, 0);
	*nowhere = 1;
}

static void fault_again(int signal, const int *info, uint64_t *context)
{
	note(signal, info, context);
	*nowhere = 1;
}

static void fault_in_handler(void)
{
	on(SIGSEGV, fault_again, 0, 0);
	*nowhere = 1;
}

static void no_stack(void)
{
	on(SIGUSR1, note, 0, 0);
	__asm__ volatile("mov %0, %%rsp; mov $39, %%eax; syscall; mov %%eax, %%edi; mov $10, %%esi; mov $62, "
	                 "%%eax; syscall"
	                 :
	                 : "r"(0x2000UL)
	                 : "memory");
}

static void handler_in_kernel(void)
{
	on(SIGUSR1, (handler *)KERNEL_BASE, 0, 0);
	raise(SIGUSR1);
}

static void handler_not_canonical(void)
{
	on(SIGUSR1, (handler *)0x8000000000000000, 0, 0);
	raise(SIGUSR1);
}

static void no_restorer(void)
{
	const struct signal_action action = { (uintptr_t)note, 0, 0, 0 };

	call6(SYS_rt_sigaction, SIGUSR1, (uintptr_t)&action, 0, 8, 0, 0);
	raise(SIGUSR1);
}

static void usr1(void)
{
	raise(SIGUSR1);
}

static void sure_kill(void)
{
	on(SIGKILL, note, 0, 0);
	block(0, ~0UL);
	raise(SIGKILL);
}

static int ends(void)
{
	CHECK(child_ends(fault_while_blocked, SIGSEGV));
	CHECK(child_ends(fault_while_ignored, SIGSEGV));
	CHECK(child_ends(fault_in_handler, SIGSEGV));
	CHECK(child_ends(no_stack, SIGSEGV));
	CHECK(child_ends(handler_in_kernel, SIGSEGV));
	CHECK(child_ends(handler_not_canonical, SIGSEGV));
	CHECK(child_ends(no_restorer, SIGSEGV));
	CHECK(child_ends(usr1, SIGUSR1));
	CHECK(child_ends(sure_kill, SIGKILL));
	return 0;
}

static uint64_t mask_inside; /* the signals that were blocked in the handler */

static void note_mask(int signal, const int *info, uint64_t *context)
{
	note(signal, info, context);
	mask_inside = blocked();
}

static int masks(void)
{
	uint64_t pending = 0, all = ~0UL;

	CHECK(on(SIGUSR1, note_mask, 0, signal_bit(SIGUSR2)) == 0 && on(SIGUSR2, note, SA_RESETHAND, 0) == 0);
	CHECK(block(0, signal_bit(SIGUSR1) | signal_bit(SIGKILL)) == 0 && blocked() == signal_bit(SIGUSR1));
	CHECK(raise(SIGUSR1) == 0 && raise(SIGUSR1) == 0 && seen[SIGUSR1] == 0);
	CHECK(call(SYS_rt_sigpending, (uintptr_t)&pending, 8, 0) == 0 && pending == signal_bit(SIGUSR1));
	CHECK(block(1, signal_bit(SIGUSR1)) == 0 && seen[SIGUSR1] == 1 && blocked() == 0);
	CHECK(mask_inside == (signal_bit(SIGUSR1) | signal_bit(SIGUSR2)));
	CHECK(raise(SIGUSR2) == 0 && seen[SIGUSR2] == 1);
	CHECK(child_ends(usr1, 99 << 8)); /* a child inherits handlers */
	CHECK(block(0, signal_bit(SIGUSR2)) == 0 && raise(SIGUSR2) == 0);
	CHECK(on(SIGUSR2, (handler *)SIGNAL_IGNORE, 0, 0) == 0); /* discards the pending signal */
	CHECK(block(1, signal_bit(SIGUSR2)) == 0 && seen[SIGUSR2] == 1);
	all &= ~signal_bit(SIGUSR1);
	CHECK(block(0, signal_bit(SIGUSR1)) == 0 && raise(SIGUSR1) == 0);
	CHECK(call(SYS_rt_sigsuspend, (uintptr_t)&all, 8, 0) == -EINTR && seen[SIGUSR1] == 2);
	CHECK(blocked() == signal_bit(SIGUSR1));
	return 0;
}

/*
 * Reads a byte from a pipe. A child first sends SIGUSR1 and later writes to the pipe. Returns the
 * result of read(); sets *child to the child's process ID.
 */
static long read_slowly(long *child)
{
	long parent = call(SYS_getpid, 0, 0, 0), result;
	int ends[2];
	char c = 0;

	if (call(SYS_pipe, (uintptr_t)ends, 0, 0))
		return -99;
	*child = fork();
	if (*child == 0) {
		yield();
		call(SYS_kill, (uint64_t)parent, SIGUSR1, 0);
		yield();
		call(SYS_write, (uint64_t)ends[1], (uintptr_t) "x", 1);
		leave(0);
	}
	result = call(SYS_read, (uint64_t)ends[0], (uintptr_t)&c, 1);
	call(SYS_close, (uint64_t)ends[0], 0, 0);
	call(SYS_close, (uint64_t)ends[1], 0, 0);
	return result == 1 && c != 'x' ? -98 : result;
}

static int restarts(void)
{
	long child;

	CHECK(on(SIGUSR1, note, 0, 0) == 0);
	CHECK(read_slowly(&child) == -EINTR && seen[SIGUSR1] == 1);
	CHECK(status_of(child) == 0);
	CHECK(on(SIGUSR1, note, SA_RESTART, 0) == 0);
	CHECK(read_slowly(&child) == 1 && seen[SIGUSR1] == 2);
	CHECK(status_of(child) == 0);
	return 0;
}

static int children(void)
{
	int status = 0;
	long pid;

	CHECK(on(SIGCHLD, note, SA_RESTART, 0) == 0);
	pid = fork();
	if (pid == 0)
		leave(7);
	CHECK(call(SYS_wait4, ~0UL, (uintptr_t)&status, 0) == pid && status == 7 << 8);
	CHECK(seen[SIGCHLD] == 1 && last_pid == (uint64_t)pid && last_code == CLD_EXITED && last_status == 7);
	pid = fork();
	if (pid == 0)
		raise(SIGTERM);
	CHECK(status_of(pid) == SIGTERM && seen[SIGCHLD] == 2 && last_code == CLD_KILLED &&
	      last_status == SIGTERM);
	pid = fork();
	if (pid == 0)
		for (;;)
			call(SYS_pause, 0, 0, 0);
	yield();
	CHECK(call(SYS_wait4, (uint64_t)pid, 0, 1) == 0);
	CHECK(call(SYS_setpgid, (uint64_t)pid, 0, 0) == 0 && call(SYS_getpgid, (uint64_t)pid, 0, 0) == pid);
	CHECK(call(SYS_kill, (uint64_t)-pid, 0, 0) == 0 && call(SYS_kill, (uint64_t)-pid, SIGKILL, 0) == 0);
	CHECK(call(SYS_wait4, (uint64_t)-pid, (uintptr_t)&status, 0) == pid && status == SIGKILL);
	/* If SIGCHLD is ignored, children leave no zombies. */
	CHECK(on(SIGCHLD, (handler *)SIGNAL_IGNORE, 0, 0) == 0);
	pid = fork();
	if (pid == 0)
		leave(0);
	CHECK(call(SYS_wait4, (uint64_t)pid, 0, 0) == -ECHILD);
	return 0;
}

static int pipes(void)
{
	struct {
		int fd;
		short wanted, found;
	} poll[2];
	int ends[2];

	CHECK(call(SYS_pipe, (uintptr_t)ends, 0, 0) == 0);
	poll[0].fd = ends[0], poll[0].wanted = 1;
	poll[1].fd = ends[1], poll[1].wanted = 4;
	CHECK(call(SYS_poll, (uintptr_t)poll, 2, 0) == 1 && poll[0].found == 0 && poll[1].found == 4);
	CHECK(call(SYS_write, (uint64_t)ends[1], (uintptr_t) "x", 1) == 1);
	CHECK(call(SYS_poll, (uintptr_t)poll, 1, ~0UL) == 1 && poll[0].found == 1);
	call(SYS_close, (uint64_t)ends[0], 0, 0);
	CHECK(on(SIGPIPE, note, 0, 0) == 0);
	CHECK(call(SYS_write, (uint64_t)ends[1], (uintptr_t) "x", 1) == -EPIPE && seen[SIGPIPE] == 1);
	CHECK(call(SYS_poll, (uintptr_t)(poll + 1), 1, 0) == 1 && (poll[1].found & 8));
	CHECK(on(SIGPIPE, (handler *)SIGNAL_IGNORE, 0, 0) == 0);
	CHECK(call(SYS_write, (uint64_t)ends[1], (uintptr_t) "x", 1) == -EPIPE && seen[SIGPIPE] == 1);
	return 0;
}

/* A signal must kill a task that waits in the kernel. Tries seven ways to wait. */
static int killed(void)
{
	static const uint64_t hour[2] = { 3600, 0 };
	static volatile uint32_t word;
	int ends[2];

	CHECK(call(SYS_pipe, (uintptr_t)ends, 0, 0) == 0);
	for (int what = 0; what < 7; what++) {
		long pid = fork();
		char page[4096];

		if (pid == 0) {
			uint64_t poll = (uint32_t)ends[0] | 1UL << 32;

			switch (what) {
			case 0:
				call(SYS_read, (uint64_t)ends[0], (uintptr_t)page, 1);
				break;
			case 1:
				call(SYS_nanosleep, (uintptr_t)hour, 0, 0);
				break;
			case 2:
				if (fork() == 0) {
					/*
					 * Sleep for longer than the parent's two calls of yield()
					 * take on a busy host.
					 */
					sleep_ms(200);
					leave(0);
				}
				call(SYS_wait4, ~0UL, 0, 0);
				break;
			case 3:
				call(SYS_poll, (uintptr_t)&poll, 1, ~0UL);
				break;
			case 4:
				call6(SYS_futex, (uintptr_t)&word, 0, 0, 0, 0, 0);
				break;
			case 5:
				for (;;)
					call(SYS_write, (uint64_t)ends[1], (uintptr_t)page, sizeof page);
			case 6:
				call(SYS_pause, 0, 0, 0);
			}
			leave(0);
		}
		yield();
		yield();
		CHECK(call(SYS_kill, (uint64_t)pid, what % 2 ? SIGKILL : SIGTERM, 0) == 0);
		CHECK(status_of(pid) == (what % 2 ? SIGKILL : SIGTERM));
		CHECK(call(SYS_kill, (uint64_t)pid, 0, 0) == -3);
	}
	sleep_ms(250); /* lets the grandchild of case 2 exit */
	return 0;
}

static int times(void)
{
	uint64_t a[2], b[2], ns;
	const uint64_t short_time[2] = { 0, 30000000 };

	CHECK(call(SYS_clock_gettime, 1, (uintptr_t)a, 0) == 0);
	CHECK(call(SYS_nanosleep, (uintptr_t)short_time, 0, 0) == 0);
	CHECK(call(SYS_clock_gettime, 1, (uintptr_t)b, 0) == 0);
	ns = (b[0] - a[0]) * 1000000000 + b[1] - a[1];
	CHECK(ns >= 30000000 && b[1] < 1000000000);
	CHECK(call(SYS_poll, 0, 0, 20) == 0);
	CHECK(on(SIGALRM, note, 0, 0) == 0 && call(SYS_alarm, 100, 0, 0) == 0);
	CHECK(call(SYS_alarm, 0, 0, 0) == 100 && call(SYS_alarm, 0, 0, 0) == 0 && seen[SIGALRM] == 0);
	return 0;
}

int main(int argc, char **argv)
{
	static const struct kind kinds[] = {
		{ "registers", registers }, { "interrupts", interrupts }, { "faults", faults },
		{ "ends", ends },           { "masks", masks },           { "restarts", restarts },
		{ "children", children },   { "pipes", pipes },           { "killed", killed },
		{ "times", times },
	};

	return argc > 1 ? run_kind(argv[1], kinds, sizeof kinds / sizeof *kinds) : 2;
}
