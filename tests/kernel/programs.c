/* SPDX-License-Identifier: MIT */
/* Tests that programs run, are preempted and killed, and that hostile ones do no damage. */
#include "boot/boot.h"
#include "cpu/apic.h"
#include "fs/node.h"
#include "isolation/isolation.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "loader/elf.h"
#include "loader/experiments.h"
#include "loader/loader.h"
#include "mem/frames.h"
#include "output/console.h"
#include "output/record.h"
#include "process/process.h"
#include "sys/syscall.h"
#include "tests/kernel/lost.h"
#include "tests/kernel/test.h"
#include "tests/kernel/trap.h"

/* Runs a program. Returns its wait status, or a negative error number if it cannot be started. */
static int run(const char *name, const char *argument, const char *second)
{
	const char *argv[] = { name, argument, second };
	int status, pid = process_spawn(name, argv, second ? 3 : argument ? 2 : 1);

	if (pid < 0)
		return pid;
	while (process_wait(pid, &status, 0) != pid)
		;
	return status;
}

TEST(a_program_runs_and_ends)
{
	if (run("payload-4k", "-", NULL) != 0)
		return "exit status 0 was expected";
	return run("probe", NULL, NULL) == 2 << 8 ? NULL : "exit status 2 was expected";
}

TEST(arguments_arrive)
{
	return run("hostile", "arguments", "three words here") == 0 ? NULL
	                                                            : "argv differs from what was passed";
}

TEST(large_images_run)
{
	if (!boot_module_find("payload-16m"))
		return SKIP "its boot module is missing";
	return run("payload-1m", "-", NULL) == 0 && run("payload-16m", "-", NULL) == 0
	               ? NULL
	               : "exit status 0 was expected";
}

TEST(bad_programs_are_refused)
{
	if (run("nobody", NULL, NULL) != -ENOENT)
		return "ENOENT was expected for a missing program";
	return run("broken", NULL, NULL) == -ENOEXEC ? NULL : "ENOEXEC was expected for a truncated file";
}

/* Kinds of the program `hostile`, and the wait status of each: a signal, or an exit status << 8. */
static const struct {
	const char *kind;
	int status;
} hostile[] = {
	{ "read-kernel", SIGSEGV },
	{ "write-kernel", SIGSEGV },
	{ "read-direct-map", SIGSEGV },
	{ "read-stack-of-kernel", SIGSEGV },
	{ "read-null", SIGSEGV },
	{ "jump-kernel", SIGSEGV },
	{ "jump-noncanonical", SIGSEGV },
	{ "write-text", SIGSEGV },
	{ "execute-data", SIGSEGV },
	{ "execute-stack", SIGSEGV },
	{ "overrun-stack", SIGSEGV },
	{ "cli", SIGSEGV },
	{ "hlt", SIGSEGV },
	{ "in", SIGSEGV },
	{ "out", SIGSEGV },
	{ "wrmsr", SIGSEGV },
	{ "mov-cr3", SIGSEGV },
	{ "invlpg", SIGSEGV },
	{ "lgdt", SIGSEGV },
	{ "swapgs", SIGSEGV },
	{ "iretq", SIGSEGV },
	{ "divide", SIGFPE },
	{ "ud2", SIGILL },
	{ "int3", SIGTRAP },
	{ "int-irq", SIGSEGV },
	{ "int-double-fault", SIGSEGV },
	{ "x87-divide", SIGFPE },
	{ "bad-rsp-syscall", SIGBUS },
	{ "trap-flag", SIGTRAP },
	{ "ac-int3", SIGTRAP },
	{ "load-ldt", SIGSEGV },
	{ "gs-and-flags", 0 },
	{ "bad-pointers", 0 },
	{ "bad-numbers", 0 },
	{ "kill-first", 0 },
	{ "bench-calls", 0 },
	{ "failed-exec", 0 },
	{ "many-arguments", 0 },
	{ "leave-child", 0 },
};

TEST(hostile_programs_are_stopped)
{
	static char problem[240];
	struct memory before;

	memory_note(&before);
	for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
		int status = run("hostile", hostile[i].kind, NULL);
		const char *lost;

		while (process_count() > 1) /* orphans of the program still run */
			task_yield();
		if (user_access_is_open()) {
			format_string(problem, sizeof problem, "%s: AC is set in the kernel",
			              hostile[i].kind);
			return problem;
		}
		if (status == SIGSEGV && hostile[i].status == SIGBUS)
			status = SIGBUS; /* QEMU raises #GP where a real CPU raises #SS */
		if (status != hostile[i].status) {
			format_string(problem, sizeof problem, "%s: status %x", hostile[i].kind,
			              (unsigned)status);
			return problem;
		}
		lost = memory_lost(&before);
		if (lost) {
			format_string(problem, sizeof problem, "%s: %s", hostile[i].kind, lost);
			return problem;
		}
	}
	return NULL;
}

TEST(tasks_are_preempted_and_killed)
{
	const char *argv[] = { "hostile", "spin" };
	int pids[3], status;

	for (size_t i = 0; i < 3; i++) {
		argv[1] = i == 2 ? "ac-spin" : "spin";
		pids[i] = process_spawn("hostile", argv, 2);
		if (pids[i] < 0)
			return "no memory";
	}
	lapic_timer(1000);
	for (unsigned i = 0; i < 5; i++)
		task_yield(); /* returns only if the timer preempts the three programs */
	lapic_timer(0);
	if (user_access_is_open())
		return "a preempted program's AC is set in the kernel";
	for (size_t i = 0; i < 3; i++)
		if (process_kill(pids[i], SIGKILL) || process_wait(pids[i], &status, 0) != pids[i] ||
		    status != SIGKILL)
			return "one could not be killed";
	this_cpu()->return_work = 0;
	return process_kill(pids[0], SIGKILL) == -ESRCH ? NULL : "one was killed twice";
}

TEST(nothing_stays_in_the_window)
{
	if (run("payload-1m", "-", NULL) != 0)
		return "the program failed";
	for (uintptr_t page = WINDOW_BASE; page < WINDOW_BASE + WINDOW_RANDOM_RANGE; page += PAGE_SIZE)
		if (paging_translate(kernel_pml4, page, NULL) != PAGING_INVALID)
			return "a page is still mapped";
	return NULL;
}

static void read_byte(uint64_t address)
{
	(void)*(volatile uint8_t *)address;
}

/* After a load through a window at a fixed place, the TLB must have no page of the window. */
TEST(nothing_stays_in_the_tlb_of_the_window)
{
	const struct boot_module *module = boot_module_find("payload-64k");
	struct address_space space;
	struct elf_plan plan;
	const char *problem = NULL;

	if (loader_places() != 1)
		return SKIP "this loader has no window at a fixed place";
	if (!module || elf_check(module->data, module->size, &plan) || address_space_create(&space))
		return "the program cannot be loaded";
	if (loader_load(&space, plan.segments, plan.count))
		problem = "no memory";
	for (size_t i = 0; !problem && i < 16; i++)
		if (!raises(EXCEPTION_PF, read_byte, WINDOW_BASE + i * PAGE_SIZE))
			problem = "a page can still be read";
	address_space_destroy(&space);
	return problem;
}

/*
 * The page tables of the window stay until loader_trim(), so their number shows whether the window
 * has had several places.
 */
TEST(the_window_is_where_its_loader_puts_it)
{
	const uint64_t places = loader_places();

	if (!places)
		return SKIP "this loader has no window";
	loader_trim();
	for (unsigned i = 0; i < 8; i++)
		if (run("payload-4k", "-", NULL) != 0)
			return "the program failed";
	if (places == 1)
		return loader_window_tables() == 1 ? NULL : "a window at a fixed place needs one page table";
	return loader_window_tables() > 1 ? NULL : "eight random places need more than one page table";
}

TEST(kernel_half_is_shared)
{
	struct address_space space;
	const char *problem;

	if (address_space_create(&space))
		return "no memory";
	problem = isolation_check(&space.root);
	address_space_destroy(&space);
	return problem;
}

static unsigned refused, failed;

static void run_a_program(size_t left)
{
	const int status = run("payload-64k", "-", NULL);

	(void)left;
	refused += status == -ENOMEM;
	failed += status != 0 && status != -ENOMEM;
}

TEST(memory_shortage_is_an_error)
{
	const char *lost;

	refused = failed = 0;
	lost = run_in_shortage(0, 64, 1, run_a_program);
	if (failed)
		return "an error other than ENOMEM";
	return lost ? lost : refused >= 16 && refused < 64 ? NULL : "memory never, or always, ran out";
}

TEST(the_console_outlives_its_name)
{
	struct node *again, *dev;
	struct memory before;
	const char *lost;
	int error, status;

	memory_note(&before);
	status = run("hostile", "remove-console", NULL);
	lost = memory_lost(&before);
	dev = node_find(NULL, "/dev", true, &error);
	if (dev && !node_child(dev, "console", 7)) { /* the tests that follow need the console */
		again = node_create(dev, "console", 7, NODE_CHARACTER | 0666);
		if (!again)
			return "no memory for another /dev/console";
		again->device = DEVICE_CONSOLE;
		self_test_keeps(); /* the new node, and the old one, which open files still use */
	}
	if (lost)
		return lost;
	return status == 0 ? NULL : "the open console's node has changed";
}

static uint64_t user_stamps[2];

static long speed_next(void)
{
	return -ENOSYS;
}

static long speed_value(uint64_t index, uint64_t value)
{
	user_stamps[index & 1] = value;
	return 0;
}

/*
 * Times the same loop in kernel and in user mode, and records the ratio as a fact for the harness's
 * probe. Under a hypervisor that emulates kernel mode, the loop is many times slower in kernel
 * mode. The test passes whatever the ratio is.
 */
TEST(native_speed_is_measured)
{
	static const struct bench_calls calls = { speed_next, speed_next, speed_next, speed_value };
	uint64_t kernel, user, t0;
	uint32_t rounds = 1000000;
	int status;

	bench_calls = &calls;
	status = run("probe", "speed", "-");
	bench_calls = NULL;
	t0 = timestamp();
	__asm__ volatile("1: dec %0; jnz 1b" : "+r"(rounds) : : "cc");
	kernel = timestamp() - t0;
	user = user_stamps[1] - user_stamps[0];
	if (status != 0 || !user)
		return "the program failed";
	record_fact("native-speed-ratio", kernel * 100 / user, "percent");
	return NULL;
}
