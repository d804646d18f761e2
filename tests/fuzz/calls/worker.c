/* SPDX-License-Identifier: MIT */
/* A worker is a task that makes random calls. The tasks that it forks make random calls too. */
#include "tests/fuzz/calls/fuzz.h"

#include "lib/errno.h"

#define GENERATIONS 2         /* tasks of this generation do not fork */
#define OWN_END     0x1000000 /* the program's image and break are below this address */
#define ALARM       14
#define FLAGS_FREE  0x8d5UL                                /* set at random: CF PF AF ZF SF OF */
#define FLAGS_SEEN  (FLAGS_FREE | 0x400 | 0x200 | 0x40000) /* compared: also DF, IF and AC */

extern char restore[], __bss_start[];
void handle(int signal, void *info, void *context);

/* Set if the task may have changed its own memory or registers: report() then does nothing. */
static volatile int spoiled;
static uint8_t vectors_in[256], vectors_out[256];

void report(enum fuzz_fault fault, uint64_t which, uint64_t wanted, uint64_t got)
{
	struct fuzz_page *page = SHARED;

	if (page->fault || spoiled) /* checked again: a signal handler may have set `spoiled` */
		return;
	page->which = which;
	page->wanted = wanted;
	page->got = got;
	page->faulty = page->call[(page->calls - 1) % FUZZ_CALLS_KEPT];
	page->fault = fault;
	page->seal = fuzz_seal(page);
}

/* The handler of all signals. Sometimes changes random words of its signal frame. */
void handle(int signal, void *info, void *context)
{
	uint64_t *words = context;

	(void)signal;
	(void)info;
	if (!one_in(32) || (uint64_t)words >= USER_TOP)
		return;
	spoiled = 1;
	for (unsigned i = 0; i < 3; i++)
		words[below(90)] = one_in(2) ? argument(WORD) : words[below(90)] ^ 1UL << below(64);
}

static void set_timer(void)
{
	const uint64_t every[4] = { 0, 10000, 0, 10000 };

	call(SYS_setitimer, 0, (uintptr_t)every, 0);
}

static void set_handlers(void)
{
	const uint64_t action[4] = { (uint64_t)handle, 0x4000004, (uint64_t)restore, 0 };

	for (uint64_t signal = 1; signal < 32; signal++)
		if (signal == ALARM || !one_in(8))
			call6(SYS_rt_sigaction, signal, (uintptr_t)action, 0, 8, 0, 0);
}

static void open_files(void)
{
	static const struct {
		const char *path;
		int flags;
	} files[] = { { "/dev/null", 2 }, { "a", 0102 },        { "d", 0200000 }, { "hole", 0102 },
		      { "/dev/zero", 2 }, { "/tmp/module", 2 }, { "/tmp/f", 0 } };

	for (size_t i = 0; i < sizeof files / sizeof *files; i++)
		call(SYS_open, (uintptr_t)files[i].path, (uint64_t)files[i].flags, 0644);
	for (unsigned i = 0; i < 2; i++)
		call(SYS_pipe2, (uintptr_t)arena, one_in(2) ? 04000 : 0, 0);
	call(SYS_dup2, 3, 1, 0); /* /dev/null, since output on the console would take time */
	call(SYS_dup2, 3, 2, 0);
	if (one_in(4))
		call(SYS_open, (uintptr_t) "/dev/tty", 04002, 0);
}

static int forks(uint64_t number)
{
	return number == SYS_fork || number == SYS_vfork || number == SYS_clone;
}

static int is_spared(uint64_t pid)
{
	for (unsigned i = 0; i < 2; i++)
		if ((int)pid == SHARED->spared[i] || (int)pid == -SHARED->spared[i])
			return 1;
	return 0;
}

/*
 * Returns true for a call that would kill all tasks, make too many tasks, or end tasks too often.
 */
static int is_left_out(const uint64_t call[7], unsigned generation)
{
	switch (call[0]) {
	case SYS_exit:
	case SYS_exit_group:
	case SYS_pause:
		return !one_in(16);
	case SYS_rt_sigreturn:
		return !one_in(32);
	case SYS_execve:
		return !one_in(4);
	case SYS_spawn:
	case SYS_fork:
	case SYS_vfork:
	case SYS_clone:
		return generation >= GENERATIONS || !one_in(2);
	case SYS_kill:
	case SYS_tkill:
	case SYS_tgkill:
		return is_spared(call[1]) || is_spared(call[2]) ||
		       ((int)call[1] == -1 && !one_in(64)); /* PID -1 is every task */
	}
	return 0;
}

/*
 * Returns true if the call may change the program's own memory, so that later checks are invalid.
 */
static int reaches_own_memory(const uint64_t call[7])
{
	uint64_t start = call[1], size = call[2];

	switch (call[0]) {
	case SYS_shmat:
		start = call[2];
		size = 0;
		break;
	case SYS_mremap:
		start = call[5];
		break;
	case SYS_brk:
		return call[1] != 0;
	case SYS_mmap:
	case SYS_munmap:
	case SYS_mprotect:
	case SYS_madvise:
		break;
	default:
		/*
		 * A call with an address of the program's data may write there. futex() does not.
		 */
		for (unsigned i = 1; i < 7; i++)
			if (call[i] >= (uint64_t)__bss_start && call[i] < OWN_END && call[0] != SYS_futex)
				return 1;
		return 0;
	}
	return (start && start < OWN_END) || start + size > USER_MAP_TOP || start + size < start ||
	       (call[0] == SYS_mremap && call[1] < OWN_END);
}

/*
 * Counts a call and returns its number. The count is increased in one instruction, because between
 * a load and a store a signal handler could change the register that holds the count.
 */
static uint64_t next_count(void)
{
	__asm__ volatile("incq %0" : "+m"(SHARED->calls));
	return SHARED->calls - 1;
}

static void note(const uint64_t call[7], int pid)
{
	const uint64_t count = next_count();
	struct fuzz_call *kept = &SHARED->call[count % FUZZ_CALLS_KEPT];

	kept->number = call[0];
	for (unsigned i = 0; i < 6; i++)
		kept->arguments[i] = call[1 + i];
	kept->pid = (uint32_t)pid;
	kept->count = (uint32_t)count;
}

static void compare(uint64_t number, int is_child)
{
	for (unsigned i = 0; i < REGISTERS; i++) {
		uint64_t wanted = checked.in[i];

		if (i == RAX || (i == RSP && is_child))
			continue;
		if (i == RCX)
			wanted = (uint64_t)checked_return;
		if (i == R11)
			wanted = checked.flags_in;
		if (number < SYSCALL_COUNT && checked.out[i] != wanted)
			report(FUZZ_REGISTER, i, wanted, checked.out[i]);
	}
	if ((checked.flags_out ^ checked.flags_in) & FLAGS_SEEN)
		report(FUZZ_FLAGS, 0, checked.flags_in, checked.flags_out);
}

/*
 * Returns 1 if call `number` may succeed with this address above USER_TOP. With ISOLATION=bouncing
 * a process may map memory there, even at addresses of the kernel's image. As on Linux, a write to
 * /dev/null may use any address that processes may use, even if nothing is mapped there.
 */
static int may_succeed(uint64_t number, uint64_t address)
{
	const uint64_t page = address & -4096UL;
	const long result = call6(SYS_mmap, page, 4096, 0 /* PROT_NONE */,
	                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, ~0UL, 0);

	if (result != (long)page)
		return result == -EEXIST;
	call(SYS_munmap, page, 4096, 0);
	return number == SYS_write || number == SYS_pwrite64 || number == SYS_pwritev || number == SYS_writev;
}

/*
 * Reports a fault if the call has used an address of the kernel. For each call in the table,
 * argument number `argument` is an address. If the call returns more than `least`, it has read or
 * written memory at that address.
 */
static void check_result(const uint64_t call[7], long result)
{
	static const struct {
		uint16_t number;
		uint8_t argument; /* counted from 1 */
		int8_t least;
	} calls[] = {
		{ SYS_read, 2, 0 },       { SYS_write, 2, 0 },      { SYS_open, 1, -1 },
		{ SYS_stat, 2, -1 },      { SYS_fstat, 2, -1 },     { SYS_pread64, 2, 0 },
		{ SYS_pwrite64, 2, 0 },   { SYS_readv, 2, 0 },      { SYS_preadv, 2, 0 },
		{ SYS_pwritev, 2, 0 },    { SYS_creat, 1, -1 },     { SYS_statfs, 2, -1 },
		{ SYS_writev, 2, 0 },     { SYS_access, 1, -1 },    { SYS_pipe, 1, -1 },
		{ SYS_getitimer, 2, -1 }, { SYS_uname, 1, -1 },     { SYS_getcwd, 1, 0 },
		{ SYS_chdir, 1, -1 },     { SYS_mkdir, 1, -1 },     { SYS_readlink, 2, 0 },
		{ SYS_getrusage, 2, -1 }, { SYS_sysinfo, 1, -1 },   { SYS_getresuid, 1, -1 },
		{ SYS_getrlimit, 2, -1 }, { SYS_getdents64, 2, 0 }, { SYS_clock_gettime, 2, -1 },
		{ SYS_getrandom, 1, 0 },  { SYS_nanosleep, 1, -1 },
	};

	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
		if (calls[i].number == call[0] && result > calls[i].least &&
		    call[calls[i].argument] >= USER_TOP && !may_succeed(call[0], call[calls[i].argument]))
			report(FUZZ_RESULT, calls[i].argument, 0, (uint64_t)result);
}

static void compare_vectors(void)
{
	vectors_store(vectors_out);
	for (size_t i = 0; i < sizeof vectors_in; i++)
		if (vectors_in[i] != vectors_out[i])
			report(FUZZ_VECTOR, i, vectors_in[i], vectors_out[i]);
}

static long make_call(const uint64_t call[7], int with_vectors)
{
	static const uint8_t places[6] = { RDI, RSI, RDX, R10, R8, R9 };
	long result;

	for (unsigned i = 0; i < REGISTERS; i++)
		checked.in[i] = random_number() * 0x9e3779b97f4a7c15;
	checked.in[RAX] = call[0];
	for (unsigned i = 0; i < 6; i++)
		checked.in[places[i]] = call[1 + i];
	checked.flags_in = (random_number() & FLAGS_FREE) | 0x202 | (one_in(8) ? 0x400 : 0) |
	                   (one_in(64) ? 0x40000 : 0) | (one_in(256) ? 0x100 : 0);
	if (with_vectors) {
		for (size_t i = 0; i < sizeof vectors_in; i += 8)
			*(uint64_t *)(void *)&vectors_in[i] = random_number();
		vectors_load(vectors_in);
	}
	checked_call();
	if (reaches_own_memory(call))
		spoiled = 1;
	result = (long)checked.out[RAX];
	if (!spoiled && call[0] != SYS_rt_sigreturn) {
		check_result(call, result);
		compare(call[0], result == 0 && forks(call[0]));
		if (with_vectors)
			compare_vectors();
	}
	return result;
}

/*
 * Loads SS into DS, ES and GS. The canary, which starts with null selectors, checks that these
 * selectors do not reach other tasks.
 */
static void load_selectors(void)
{
	uint32_t data;

	__asm__ volatile("mov %%ss, %0" : "=r"(data));
	__asm__ volatile("mov %0, %%ds; mov %0, %%es; mov %0, %%gs" : : "r"(data));
}

void work(uint64_t calls, unsigned generation)
{
	const int with_vectors = one_in(2);
	int pid = (int)call(SYS_getpid, 0, 0, 0);

	arguments_start();
	open_files();
	set_handlers();
	if (one_in(4))
		load_selectors();
	for (uint64_t i = 0; i < calls; i++) {
		uint64_t chosen[7];
		long result;

		if (i % 64 == 0)
			set_timer();
		choose_call(chosen);
		if (is_left_out(chosen, generation))
			continue;
		note(chosen, pid);
		result = make_call(chosen, with_vectors);
		take_result(chosen[0], chosen + 1, result);
		if (!forks(chosen[0]))
			continue;
		SHARED->forks += result > 0;
		if (result == 0) {
			pid = (int)call(SYS_getpid, 0, 0, 0);
			random_start(random_number() + i);
			generation++;
			calls = i + (calls - i) / 4;
			set_timer();
		}
	}
	leave(0);
}
