/* SPDX-License-Identifier: MIT */
/*
 * The kernel's mode run=fuzz. Runs rounds of the system-call fuzzer (tests/fuzz/calls/) until their
 * system calls reach the number in the option `calls=`. Each round has its own seed, computed from
 * the option `seed=`. After each round this file kills all tasks and removes all files and
 * shared-memory segments; every frame and every heap object must then be free again. Memory is
 * scarce in every fourth round.
 */
#include "boot/boot.h"
#include "boot/modes.h"
#include "cpu/apic.h"
#include "cpu/exceptions.h"
#include "fs/node.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "loader/loader.h"
#include "mem/frames.h"
#include "mem/paging.h"
#include "output/console.h"
#include "output/panic.h"
#include "output/record.h"
#include "process/process.h"
#include "sched/clock.h"
#include "sched/wait.h"
#include "sys/shm.h"
#include "sys/syscall.h"
#include "tests/fuzz/calls/page.h"
#include "tests/kernel/kinds.h"
#include "tests/kernel/lost.h"

#define PROGRAM         "fuzz-calls"
#define CALLS           100000 /* default of the option `calls=` */
#define CALLS_OF_ROUND  10000
#define ROUNDS_TO_SCARE 4
#define HERTZ           500                  /* timer rate, high enough to interrupt any code */
#define ROUND_PATIENCE  (60 * NS_PER_SECOND) /* guest time for a round to end, in ns */
#define NODES_KEPT      32

static struct fuzz_page *page; /* shared with the programs of the current round, or NULL */
static int first_pid;          /* the round's first task */
static unsigned findings;
static unsigned overwritten;     /* rounds in which something other than report() set page->fault */
static unsigned put_back_rounds; /* rounds that removed or moved a node of kept[] */

static struct {
	uint64_t calls, forks, started, killed, checks;
} total;

static void print_calls(void)
{
	const uint64_t end = page->calls;
	const uint64_t first = end > FUZZ_CALLS_KEPT ? end - FUZZ_CALLS_KEPT : 0;

	kprintf("the last calls, the last one at the end:\n");
	for (uint64_t i = first; i < end; i++) {
		const struct fuzz_call *c = &page->call[i % FUZZ_CALLS_KEPT];

		kprintf("  %u [%u] %lu(%lx, %lx, %lx, %lx, %lx, %lx)\n", c->count, c->pid, c->number,
		        c->arguments[0], c->arguments[1], c->arguments[2], c->arguments[3], c->arguments[4],
		        c->arguments[5]);
	}
}

static void note_panic(void)
{
	if (page)
		print_calls();
}

/*
 * The exception probe. When a kernel prints nothing for too long, the host (tests/fuzz/calls.sh)
 * sends an NMI; the kernel then prints its last system calls.
 */
static bool stop_at_nmi(struct trap_frame *frame)
{
	if (frame->vector != EXCEPTION_NMI)
		return false;
	exception_dump(frame);
	panic("stopped by an NMI at %lx", frame->rip);
}

static void find(const char *what)
{
	findings++;
	kprintf("fuzz: FINDING: %s\n", what);
	record_start("finding");
	record_text("text", what);
	record_end();
	if (page)
		print_calls();
}

/*
 * The system call SYS_bench_value. The first task of a round passes FUZZ_PAGE, the address of the
 * page that the tasks of the round share. The kernel becomes one more owner of the page. Returns 0,
 * or -EFAULT if nothing is mapped at FUZZ_PAGE. Returns -ENOSYS for another task or another
 * address, or if the kernel has a page already.
 */
static long take_page(uint64_t index, uint64_t address)
{
	uint64_t physical;

	(void)index;
	if (page || current_process()->pid != first_pid || address != FUZZ_PAGE)
		return -ENOSYS;
	physical = paging_translate(current_process()->space.pml4, address, NULL);
	if (physical == PAGING_INVALID || !frame_share(physical))
		return -EFAULT;
	page = phys_to_virt(physical);
	return 0;
}

static const struct bench_calls calls_of_fuzzer = { no_call, no_call, no_call, take_page };

/*
 * The nodes that exist before the first round: the root, /dev, its devices, and /tmp. Permissions are
 * not enforced, so a task whose registers have been changed may remove or move them; put_back()
 * undoes that. A reference to each node keeps its address from being used for another node.
 */
static struct {
	struct node *node;
	size_t parent; /* index of its directory, which comes before it */
	char name[16];
} kept[NODES_KEPT];
static size_t kept_count;

static bool is_kept(const struct node *node)
{
	for (size_t i = 0; i < kept_count; i++)
		if (kept[i].node == node)
			return true;
	return false;
}

static void keep_nodes(void)
{
	kept_count = 0;
	for (struct node *node = node_root; node; node = node_after(node)) {
		size_t parent = 0;

		if (kept_count == NODES_KEPT || node->name_length >= sizeof kept->name)
			panic("fuzz: too many files, or too long a name: %s", node->name);
		while (parent < kept_count && kept[parent].node != node->parent)
			parent++;
		node_hold(node);
		kept[kept_count].node = node;
		kept[kept_count].parent = parent;
		copy_bytes(kept[kept_count++].name, node->name, node->name_length + 1u);
	}
}

/* Removes the nodes that the round left, leaves first, until none can be removed. */
static void remove_files(void)
{
	bool again = true;

	while (again) {
		again = false;
		for (struct node *node = node_root, *next; node; node = next) {
			next = node_after(node);
			if (!is_kept(node) && !node->children)
				again |= node_remove(node) == 0;
		}
	}
}

/*
 * Moves the node kept[i] back into its directory. If the node has been removed, makes a new node
 * there.
 */
static bool put_back(size_t i)
{
	struct node *directory = kept[kept[i].parent].node, *node = kept[i].node;
	const char *name = kept[i].name;
	const size_t length = strlen(name);

	if (node->parent)
		return node_rename(node, directory, name, length) == 0;
	node = node_create(directory, name, length, node->mode);
	if (!node)
		return false;
	node->device = kept[i].node->device;
	node_hold(node);
	node_drop(kept[i].node);
	kept[i].node = node;
	return true;
}

/* Returns true if each node of kept[] is in its directory, and there are no other nodes. */
static bool files_are_as_before(void)
{
	size_t there = 0;

	for (struct node *node = node_root; node; node = node_after(node), there++)
		if (!is_kept(node))
			return false;
	for (size_t i = 1; i < kept_count; i++)
		if (kept[i].node->parent != kept[kept[i].parent].node ||
		    strcmp(kept[i].node->name, kept[i].name))
			return false;
	return there == kept_count;
}

/*
 * Restores the files to their state before the round. Returns false if the round has removed or
 * moved a node of kept[].
 */
static bool restore_files(void)
{
	remove_files();
	if (files_are_as_before())
		return true;
	for (size_t i = 1; i < kept_count; i++)
		if (!put_back(i))
			panic("fuzz: no way to put /%s back", kept[i].name);
	remove_files();
	if (!files_are_as_before())
		panic("fuzz: a file cannot be removed");
	return false;
}

/* Makes the file /tmp/module, whose data is that of the boot module `hello`. */
static void make_module_file(void)
{
	const struct boot_module *module = boot_module_find("hello");
	int error;
	struct node *node = node_create(node_find(NULL, "/tmp", true, &error), "module", 6, NODE_FILE | 0755);

	if (!node || !module)
		return;
	node->data = module->data;
	node->size = module->size;
}

/* Reaps the children that have exited. Returns true if the round's first task was among them. */
static bool reap(void)
{
	int pid, status;
	bool first = false;

	while ((pid = (int)process_wait(-1, &status, WAIT_NO_HANG)) > 0)
		first |= pid == first_pid;
	return first;
}

static void sleep(void)
{
	static struct wait_queue nobody;

	wait_until(&nobody, clock_now() + NS_PER_SECOND / 200);
}

static void end_all_tasks(void)
{
	const uint64_t end = clock_now() + ROUND_PATIENCE;

	while (process_count() > 1 && clock_now() < end) {
		process_kill(-1, SIGKILL);
		sleep();
		reap();
	}
	if (process_count() > 1)
		find("a task does not end when it is killed");
}

/*
 * Returns the smaller of `number` and CALLS_OF_ROUND. The caller adds the result to a total.
 * `number` comes from the round's page, which a task may have overwritten.
 */
static uint64_t counted(uint64_t number)
{
	return number < CALLS_OF_ROUND ? number : CALLS_OF_ROUND;
}

static void take_results(uint64_t round)
{
	char text[160];

	total.calls += counted(page->calls);
	if (page->fault && page->seal != fuzz_seal(page)) {
		overwritten++;
		return;
	}
	total.forks += counted(page->forks);
	total.started += counted(page->started);
	total.killed += counted(page->killed);
	total.checks += counted(page->checks);
	if (!page->fault)
		return;
	format_string(text, sizeof text,
	              "round %lu: fault %lu, which %lu: %lx, not %lx, by call %lu(%lx, %lx, %lx)", round,
	              page->fault, page->which, page->got, page->wanted, page->faulty.number,
	              page->faulty.arguments[0], page->faulty.arguments[1], page->faulty.arguments[2]);
	find(text);
}

static void run_program(uint64_t seed)
{
	char seed_text[24], calls_text[24];
	const char *argv[] = { PROGRAM, "all", seed_text, calls_text };
	const uint64_t end = clock_now() + ROUND_PATIENCE;

	format_string(seed_text, sizeof seed_text, "%lu", seed);
	format_string(calls_text, sizeof calls_text, "%u", CALLS_OF_ROUND);
	first_pid = process_spawn(PROGRAM, argv, 4);
	while (first_pid > 0 && !reap()) {
		if (clock_now() > end) {
			find("a round does not end");
			break;
		}
		sleep();
	}
}

static void run_round(uint64_t round, uint64_t seed)
{
	const bool scarce = round % ROUNDS_TO_SCARE == ROUNDS_TO_SCARE - 1;
	struct memory before;
	const char *lost;
	bool same_files;

	memory_note(&before);
	make_module_file();
	if (scarce)
		frames_set_reserve(before.free - 120 - seed % 600);
	run_program(seed);
	end_all_tasks();
	frames_set_reserve(0);
	if (page) {
		take_results(round);
		frame_free(virt_to_phys(page));
	} else if (!scarce) {
		find("a round did not start");
	}
	page = NULL;
	same_files = restore_files();
	put_back_rounds += !same_files;
	shm_remove_all();
	lost = memory_lost(&before);
	if (lost && same_files)
		find(lost);
	record_start("fuzz");
	record_number("round", round);
	record_number("calls", total.calls);
	record_number("forks", total.forks);
	record_number("tasks", total.started);
	record_number("killed", total.killed);
	record_number("checks", total.checks);
	record_number("overwritten", overwritten);
	record_number("put_back", put_back_rounds);
	record_number("findings", findings);
	record_end();
}

static uint64_t option(const char *name, uint64_t otherwise)
{
	char text[24];

	return boot_option(name, text, sizeof text) ? string_to_number(text) : otherwise;
}

bool fuzz_calls_run(void)
{
	const uint64_t calls = option("calls", CALLS), seed = option("seed", 1);
	uint64_t round = 0;

	if (!boot_module_find(PROGRAM)) {
		kprintf("fuzz: the boot module " PROGRAM " is not there\n");
		return false;
	}
	process_quiet = true;
	panic_note = note_panic;
	bench_calls = &calls_of_fuzzer;
	exception_set_probe(stop_at_nmi);
	lapic_write(LAPIC_LVT_LINT1, LAPIC_ICR_NMI);
	clock_start();
	lapic_timer(HERTZ);
	keep_nodes();
	while (total.calls < calls && !findings && round < calls)
		run_round(round, seed * 1000003 + round), round++;
	lapic_write(LAPIC_LVT_LINT1, LAPIC_LVT_MASKED);
	exception_set_probe(NULL);
	bench_calls = NULL;
	panic_note = NULL;
	kprintf("fuzz: %lu calls, %lu forks, %lu tasks, %lu of them killed, %lu rounds of the canary, "
	        "%u overwritten, %u with files put back, %u findings\n",
	        total.calls, total.forks, total.started, total.killed, total.checks, overwritten,
	        put_back_rounds, findings);
	return findings == 0;
}
