/* SPDX-License-Identifier: MIT */
/*
 * Tests the entry window of ISOLATION bouncing: the pages of the kernel that are mapped in user
 * mode. The window must move when its addresses are used, by a program (tests/programs/places.c) or
 * by a segment of an image.
 */
#include "boot/options.h"
#include "cpu/cpu.h"
#include "cpu/entry_ways.h"
#include "cpu/exceptions.h"
#include "isolation/isolation.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mem/frames.h"
#include "output/record.h"
#include "process/process.h"
#include "sys/syscall.h"
#include "tests/kernel/kinds.h"
#include "tests/kernel/lost.h"
#include "tests/kernel/test.h"
#include "vm/address_space.h"
#include "vm/regions.h"

#define NO_WINDOW SKIP "this isolation has no window"

static const char *volatile wrong;

static struct address_space *own_space(void)
{
	return &current_process()->space;
}

#define MOST_PAGES 3 /* the largest number of pages of the window in any build */

/*
 * Returns the address of the window, plus the number of pages by which the window is smaller than
 * MOST_PAGES.
 */
static long tell_place(void)
{
	const char *why = isolation_check(&own_space()->root);

	if (why)
		wrong = why;
	return (long)isolation_window(&own_space()->root) +
	       (ISOLATION_MOVES ? MOST_PAGES - ISOLATION_OWN_PAGES : 0);
}

static uintptr_t given_place(void *place, size_t pages, unsigned n)
{
	(void)pages;
	return n ? 0 : *(uintptr_t *)place;
}

static int move_to(struct address_space *space, uintptr_t place)
{
	return isolation_make_room(&space->root, &space->tables, isolation_window(&space->root), 1,
	                           given_place, &place);
}

static long move(uint64_t index, uint64_t place)
{
	(void)index;
	return move_to(own_space(), place);
}

static const struct bench_calls calls = { tell_place, no_call, no_call, move };

/*
 * Runs a program of tests/programs, places.c or upper.c, with each of the kinds. Returns NULL, or what
 * went wrong.
 */
static const char *run(const char *program, const char *const *kinds, size_t count)
{
	const char *why;

	if (!ISOLATION_MOVES)
		return NO_WINDOW;
	wrong = NULL;
	bench_calls = &calls;
	why = run_kinds(program, kinds, count);
	bench_calls = NULL;
	return wrong ? wrong : why;
}

#define RUN(program, ...)                                  \
	run(program, (const char *const[]){ __VA_ARGS__ }, \
	    sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(const char *))
#define RUN_PLACES(...) RUN("places", __VA_ARGS__)
#define RUN_UPPER(...)  RUN("upper", __VA_ARGS__)

TEST(the_window_moves_when_its_pages_are_used)
{
	return RUN_PLACES("reads", "writes", "jumps", "calls", "stack", "brk");
}

TEST(the_window_stays_when_its_pages_are_not_used)
{
	return RUN_PLACES("nothing", "unused");
}

TEST(the_window_does_not_move_to_its_own_place)
{
	const struct root *root = &own_space()->root;

	if (!ISOLATION_MOVES)
		return NO_WINDOW;
	if (move_to(own_space(), isolation_window(root)) != -ENOSPC)
		return "the window moved to the place that it has";
	return isolation_check(root);
}

TEST(the_window_moves_in_forked_programs)
{
	return RUN_PLACES("forks", "follows", "fight");
}

/* The three ways to copy reach user memory of the upper half, too. */
static const char *run_upper_ways(void)
{
	const enum isolation_copies chosen = isolation_way;
	const char *why = NULL;

	for (enum isolation_copies way = COPIES_WALK; !why && way <= COPIES_ENTRY; way++) {
		if (!isolation_set_copies(way))
			return "no memory";
		why = RUN_UPPER("calls", "windows", "aliases");
	}
	isolation_set_copies(chosen);
	return why;
}

TEST(programs_use_the_upper_half)
{
	const char *why;

	if (!ISOLATION_UPPER_HALF)
		return RUN_KINDS("upper", "refused");
	why = RUN_UPPER("ends", "pointers", "lower", "forks", "regions", "brk");
	return why ? why : run_upper_ways();
}

TEST(programs_run_in_the_upper_half)
{
	const char *why;

	if (!ISOLATION_UPPER_HALF)
		return NO_WINDOW;
	why = RUN("upper-first", "ends", "calls", "pointers", "lower", "forks", "brk");
	return why ? why
	           : RUN("upper-kernel", "ends", "calls", "pointers", "lower", "forks", "regions", "brk");
}

TEST(programs_cannot_use_the_hole)
{
	return ISOLATION_UPPER_HALF ? RUN_UPPER("hole") : NO_WINDOW;
}

TEST(the_window_has_no_place_in_a_full_space)
{
	const char *why = RUN_PLACES("full");

	return why ? why : RUN_UPPER("full");
}

/*
 * Returns the number in the option `calls=`, which `make test-moves` sets, or `few` if the option
 * is missing.
 */
static uint64_t wanted(uint64_t few)
{
	char value[24];

	return boot_option("calls", value, sizeof value) ? string_to_number(value) : few;
}

/*
 * The kind `cycles` of the program `places` does this 100 times: it moves the window and forks, and
 * the child calls execve().
 */
TEST(moves_forks_and_execs_lose_no_frame)
{
	const char *why = NULL;

	for (uint64_t done = 0; !why && done < wanted(100); done += 100)
		why = RUN_PLACES("cycles");
	return why;
}

static uint64_t moved, short_of_memory;

/*
 * Copies this process's address space as fork() does, and moves the window in the copy. Then moves
 * the window of the process's own space away and back.
 */
static void fork_and_move(size_t left)
{
	static struct address_space copy;
	const uintptr_t here = isolation_window(&own_space()->root);
	int error = address_space_create(&copy);

	if (!error) {
		error = address_space_fork(&copy, own_space());
		if (!error)
			error = move_to(&copy, 0x200000000000UL + left * PAGE_SIZE);
		if (isolation_check(&copy.root))
			wrong = isolation_check(&copy.root);
		address_space_destroy(&copy);
	}
	if (!error)
		error = move_to(own_space(), here + 8 * PAGE_SIZE);
	if (isolation_window(&own_space()->root) != here && move_to(own_space(), here))
		wrong = "the window did not move back";
	if (isolation_check(&own_space()->root))
		wrong = isolation_check(&own_space()->root);
	if (error && error != -ENOMEM)
		wrong = "an error other than ENOMEM";
	moved += !error;
	short_of_memory += error != 0;
}

TEST(moves_in_memory_shortage_lose_no_frame)
{
	const uintptr_t home = isolation_window(&own_space()->root);
	const char *lost = NULL;

	if (!ISOLATION_MOVES)
		return NO_WINDOW;
	wrong = NULL;
	moved = short_of_memory = 0;
	/*
	 * fork_and_move() moves the window 8 pages up and back. Both places must be under the same
	 * page tables. Otherwise the move would make tables, which the space keeps and which would
	 * count as leaked.
	 */
	if (home % PD_SPAN > PD_SPAN / 2 && move_to(own_space(), ENTRY_WINDOW_BASE))
		return "no memory";
	for (uint64_t done = 0; !lost && !wrong && done < wanted(640) / 10; done += 64)
		lost = run_in_shortage(0, 64, 1, fork_and_move);
	if (isolation_window(&own_space()->root) != home && move_to(own_space(), home))
		wrong = "the window did not move back";
	return wrong                      ? wrong
	       : lost                     ? lost
	       : moved && short_of_memory ? NULL
	                                  : "memory never, or always, ran out";
}

/*
 * Maps a page where a new space has its window, as the loader may do. The window must move away.
 */
TEST(the_window_leaves_a_segments_place)
{
	struct address_space space;
	const char *why = NULL;

	if (!ISOLATION_MOVES)
		return NO_WINDOW;
	if (address_space_create(&space))
		return "no memory";
	for (unsigned i = 0; !why && i < 4; i++) {
		const unsigned pages = ISOLATION_OWN_PAGES | !ISOLATION_MOVES; /* not 0 in any build */
		const uintptr_t at = isolation_window(&space.root);

		if (address_space_map(&space, at + i % pages * PAGE_SIZE, 1, PTE_WRITE | PTE_NX))
			why = "a page at the window's place is refused";
		else if (isolation_window(&space.root) == at)
			why = "the window stayed";
		else
			why = isolation_check(&space.root);
	}
	address_space_destroy(&space);
	return why;
}

#define NEAR (ENTRY_WINDOW_BASE + 16 * PAGE_SIZE) /* in the same page table */

/* To simulate each of these exceptions, the gate of #DB is pointed at the exception's stub. */
static const struct {
	unsigned vector, ist;
	uintptr_t top;
} traps[] = {
	{ EXCEPTION_NMI, IST_NMI, CPU_NMI_TOP(0) },
	{ EXCEPTION_MC, IST_MC, CPU_MC_TOP(0) },
	{ EXCEPTION_DB, IST_DB, CPU_DB_TOP(0) },
};
extern const uint64_t entry_stubs[IDT_GATES];
static volatile unsigned which;
static volatile uint64_t came;
static volatile bool came_at_end; /* a trap was raised at the RET that ends window_enter() */

static bool watch(struct trap_frame *frame)
{
	if (frame->vector != traps[which].vector)
		return false;
	came++;
	came_at_end |= *(const uint8_t *)frame->rip == 0xc3;
	if ((uintptr_t)(frame + 1) != traps[which].top - ISOLATION_ABOVE_FRAME)
		wrong = "a trap was not on its stack";
	if (!isolation_kernel_gs(read_msr(MSR_GS_BASE)) || this_cpu()->self != this_cpu())
		wrong = "a trap had the user's GS base";
	if (root_pml4(read_cr3()) != root_pml4(current_task()->root.kernel))
		wrong = "a trap had the user's CR3";
	frame->rflags |= RFLAGS_RF;
	write_dr6(DR6_NONE);
	return true;
}

/* Moves the window away and back, with breakpoints at the four addresses from `at` on. */
static void move_with_breakpoints(const uint8_t *at)
{
	__asm__ volatile("mov %0, %%dr0; mov %1, %%dr1; mov %2, %%dr2; mov %3, %%dr3"
	                 :
	                 : "r"(at), "r"(at + 1), "r"(at + 2), "r"(at + 3));
	write_dr7(DR7_NONE | 0xaa);
	if (move_to(own_space(), NEAR) || move_to(own_space(), ENTRY_WINDOW_BASE))
		wrong = "the window did not move";
	write_dr7(DR7_NONE);
}

/* Raises NMI, #MC and #DB at every instruction of window_enter(). */
TEST(traps_while_the_window_moves_are_survived)
{
	const uintptr_t home = isolation_window(&own_space()->root);
	const struct entry_way *way = entry_ways_start;

	if (!ISOLATION_MOVES)
		return NO_WINDOW;
	while (way < entry_ways_end && !(way->flags & WAY_MOVE))
		way++;
	if (way == entry_ways_end || way->end <= way->start)
		return "the code is not known";
	wrong = NULL;
	came = 0;
	came_at_end = false;
	/*
	 * gate_set() changes only the IDT at ENTRY_WINDOW_BASE, so the window must be there. The
	 * move to NEAR copies this IDT.
	 */
	if (home != ENTRY_WINDOW_BASE && move_to(own_space(), ENTRY_WINDOW_BASE))
		return "no memory";
	exception_set_probe(watch);
	for (which = 0; which < sizeof traps / sizeof *traps; which++) {
		gate_set(EXCEPTION_DB, (void (*)(void))(uintptr_t)entry_stubs[traps[which].vector],
		         traps[which].ist, false);
		for (const uint8_t *at = way->start; at < way->end; at += 4)
			move_with_breakpoints(at);
	}
	exception_set_probe(NULL);
	gate_restore(EXCEPTION_DB);
	write_dr6(DR6_NONE);
	if (home != ENTRY_WINDOW_BASE && move_to(own_space(), home))
		wrong = "the window did not move back";
	if (came && !came_at_end)
		wrong = "the way does not have all of the code";
	record_fact("move-traps", came, "count");
	if (wrong)
		return wrong;
	return came ? isolation_check(&own_space()->root) : SKIP "this machine has no breakpoint registers";
}
