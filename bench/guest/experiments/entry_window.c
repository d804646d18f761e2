/* SPDX-License-Identifier: MIT */
/*
 * The entry window of ISOLATION bouncing (docs/isolation.md): its size, whether user tables map
 * anything else of the kernel, how often programs use its addresses, and what a move costs.
 */
#include "bench/guest/experiments/pitfalls.h"
#include "boot/boot.h"
#include "isolation/isolation.h"
#include "lib/errno.h"
#include "lib/random.h"
#include "process/process.h"
#include "vm/regions.h"

#define TASKS 8

/* Defined in entry.asm of kernel/cpu, or by ISOLATION. */
extern char entry_text[], entry_text_end[];

static int need_window(struct bench *b)
{
	return ISOLATION_MOVES ? 0 : bench_skip(b, "this isolation has no window");
}

/* Counts of the supervisor pages that the user tables of tasks map. */
struct count {
	uint64_t tasks, pages, most, executable_and_writable, violations;
};

static void count_leaf(uintptr_t address, size_t size, pte_t leaf, uint64_t flags, void *argument)
{
	struct count *count = argument;

	(void)address, (void)leaf;
	if (flags & PTE_USER)
		return;
	count->pages += size / PAGE_SIZE;
	count->executable_and_writable += (flags & (PTE_WRITE | PTE_NX)) == PTE_WRITE;
}

static void count_task(struct process *process, void *argument)
{
	struct count *count = argument;

	if (process->task.state == TASK_ZOMBIE)
		return;
	count->pages = 0;
	paging_visit(root_pml4(process->task.root.user), 0, 511, count_leaf, count);
	count->tasks++;
	count->violations += count->pages != ISOLATION_OWN_PAGES;
	if (count->pages > count->most)
		count->most = count->pages;
}

static void window_pages(struct bench *b)
{
	struct count count = { 0 };

	count_task(current_process(), &count);
	b->tries = count.pages;
	bench_metric(b, "pages", count.pages, "pages");
	bench_metric(b, "code_bytes", (uint64_t)(entry_text_end - entry_text), "bytes");
}

/*
 * Walks the tables of all tasks twice. At the first walk, some of the new programs are ready and
 * others have begun to run. The second walk comes after these programs have ended.
 */
static void supervisor_pages(struct bench *b)
{
	static const char *const argv[] = { "tag" };
	struct count count = { 0 };
	int pids[TASKS], status;

	for (unsigned i = 0; i < TASKS; i++) {
		pids[i] = process_spawn("tag", argv, 1);
		if (i % 2)
			task_yield();
	}
	process_each(count_task, &count);
	for (unsigned i = 0; i < TASKS; i++)
		while (pids[i] > 0 && process_wait(pids[i], &status, 0) != pids[i])
			;
	process_each(count_task, &count);
	b->tries = count.tasks;
	/* The page of a window of one page has to be writable and executable. */
	bench_metric(b, "violations",
	             count.violations + (ISOLATION_OWN_PAGES == 1 ? 0 : count.executable_and_writable),
	             "count");
	bench_metric(b, "tries", count.tasks, "count");
	bench_metric(b, "pages", count.most, "pages");
}

static int need_tag(struct bench *b)
{
	return boot_module_find("tag") ? need_window(b) : -ENOENT;
}

/*
 * window.moves: counts how often the window moves. An allocator chooses a page for each access of a
 * program. If the page is one of the window's, the access would cause a protection fault. In this
 * case the experiment maps the page for the program and handles the fault, which must move the
 * window. Accesses to other pages cannot move it, so they are left out.
 */
#define PART 1000 /* accesses in one space */

enum allocator { SPARSE, RANDOM, SWEEP };

static uint64_t accesses(void)
{
	return bench_plan.quick ? 10 * PART : 1000 * PART;
}

static uintptr_t page_of(enum allocator allocator, uint64_t i, uint64_t *state)
{
	const uint64_t all = (USER_TOP - USER_BASE) / PAGE_SIZE;

	switch (allocator) {
	case SPARSE:
		return USER_BASE + all / accesses() * i * PAGE_SIZE;
	case RANDOM:
		return USER_BASE + random_next(state) % all * PAGE_SIZE;
	case SWEEP:
	default:
		return USER_TOP - (accesses() - i) * PAGE_SIZE;
	}
}

/* Maps a page in a space that is not loaded, and handles a write to it. Returns false on error. */
static bool use(struct address_space *space, uintptr_t page)
{
	return !region_map(space, page, 1, PTE_WRITE | PTE_NX) &&
	       !region_fault(space, page, FAULT_WRITE | FAULT_USER | FAULT_PRESENT);
}

/*
 * Returns the number of moves, or ~0 if out of memory or if the window did not move when it had to.
 */
static uint64_t moves_of(enum allocator allocator)
{
	static struct address_space space;
	uint64_t moves = 0, state = random_number() | 1;
	bool ok = true;

	for (uint64_t i = 0; ok && i < accesses(); i++) {
		const uintptr_t page = page_of(allocator, i, &state),
		                before = i % PART ? isolation_window(&space.root) : 0;
		pte_t entry;

		if (i % PART == 0 && address_space_create(&space))
			return ~0UL;
		if (paging_translate(space.pml4, page, &entry) != PAGING_INVALID && !(entry & PTE_USER)) {
			ok = use(&space, page) && isolation_window(&space.root) != before;
			moves++;
		}
		if (i % PART == PART - 1 || !ok)
			address_space_destroy(&space);
	}
	return ok ? moves : ~0UL;
}

static void window_moves(struct bench *b)
{
	const uint64_t sparse = moves_of(SPARSE), random = moves_of(RANDOM), sweep = moves_of(SWEEP);

	if (sparse == ~0UL || random == ~0UL || sweep == ~0UL)
		return;
	b->tries = accesses();
	bench_metric(b, "moves_sparse", sparse, "count");
	bench_metric(b, "moves_random", random, "count");
	bench_metric(b, "moves_sweep", sweep, "count");
	bench_metric(b, "tries", accesses(), "count");
}

/*
 * window.unavailable: counts the pages of both halves (2^36 pages) that a program cannot have. In
 * each half, it tries every page of the first and the last MiB, and pages spread evenly between them.
 * The number of the window's pages is added to the count. The program can have each of these pages,
 * because the window then moves away. But the window always takes as many pages somewhere else, so
 * the program can never have all pages at once.
 */
#define HALF  (1UL << 47)
#define TRIES 5000UL /* in a half, besides the pages of the first and last MiB */

static bool can_have(struct address_space *space, uintptr_t page)
{
	return region_is_free(space, page, 1) && use(space, page);
}

/*
 * Tries pages of the half at `base`, and adds their number to *tries. Returns how many of them the
 * program cannot have.
 */
static uint64_t refused_in(struct address_space *space, uintptr_t base, uint64_t *tries)
{
	const uint64_t step = HALF / TRIES & ~PAGE_MASK;
	uint64_t refused = 0;

	for (uint64_t at = 0; at < HALF; ++*tries) {
		if (can_have(space, base + at))
			region_unmap(space, base + at, 1);
		else
			refused++;
		at += at < MIB || at >= HALF - MIB ? PAGE_SIZE
		      : at + step > HALF - MIB     ? HALF - MIB - at
		                                   : step;
	}
	return refused;
}

static void window_unavailable(struct bench *b)
{
	static struct address_space space;
	uint64_t lower, upper;

	if (address_space_create(&space))
		return;
	lower = refused_in(&space, 0, &b->tries);
	upper = refused_in(&space, USER_UPPER_BASE, &b->tries);
	address_space_destroy(&space);
	bench_metric(b, "pages", lower + upper + ISOLATION_OWN_PAGES, "pages");
	bench_metric(b, "window", ISOLATION_OWN_PAGES, "pages");
	bench_metric(b, "tries", b->tries, "count");
}

/* window.move: the window of the loaded space moves back and forth between two free places. */
#define FIRST  0x200000000000UL
#define SECOND 0x200000004000UL

static uintptr_t next_place(void *place, size_t pages, unsigned n)
{
	(void)pages;
	return n ? 0 : *(uintptr_t *)place;
}

static int move_to(struct address_space *space, uintptr_t place)
{
	return isolation_make_room(&space->root, &space->tables, isolation_window(&space->root), 1,
	                           next_place, &place);
}

static void move(struct bench *b)
{
	struct address_space *space = &current_process()->space;

	b->phase = (unsigned)-move_to(space, isolation_window(&space->root) == FIRST ? SECOND : FIRST);
}

static bool moved(struct bench *b)
{
	return b->phase == 0 && !isolation_check(&current_process()->space.root);
}

static void move_back(struct bench *b)
{
	(void)b;
	move_to(&current_process()->space, ENTRY_WINDOW_BASE);
}

/*
 * window.enter: the extra cost of a context switch between spaces with windows at different places.
 */
static struct address_space far;

static int make_far(struct bench *b)
{
	const int error = need_window(b);

	if (error)
		return error;
	if (address_space_create(&far))
		return -ENOMEM;
	if (ISOLATION_MOVES) /* fixed stacks: enter() must stay on this task's stack */
		kstack_move(&current_task()->stack, &current_task()->root, &far.root);
	if (!move_to(&far, FIRST))
		return 0;
	address_space_destroy(&far);
	return -ENOMEM;
}

static void enter(struct bench *b)
{
	(void)b;
	isolation_switch(&far.root);
}

static bool entered(struct bench *b)
{
	const bool there = isolation_entry_address((uintptr_t)entry_text) - FIRST < PD_SPAN;

	(void)b;
	isolation_switch(&current_task()->root);
	return there;
}

static void drop_far(struct bench *b)
{
	(void)b;
	isolation_switch(&current_task()->root);
	address_space_destroy(&far);
}

BENCH(window_size, "pages of the kernel in user tables, and bytes of entry code", .name = "window.pages",
      .experiment = true, .few = 1, .setup = need_window, .body = window_pages, .check = pitfall_ran);

BENCH(window_supervisor_pages, "do the user tables of all tasks hold the entry window and nothing else?",
      .name = "window.supervisor_pages", .experiment = true, .few = 1, .setup = need_tag,
      .body = supervisor_pages, .check = pitfall_ran);

BENCH(window_moves, "how often the entry window moves under three allocators", .name = "window.moves",
      .experiment = true, .few = 1, .setup = need_window, .body = window_moves, .check = pitfall_ran);

BENCH(window_unavailable, "pages of both halves that a program cannot have", .name = "window.unavailable",
      .experiment = true, .few = 1, .setup = need_window, .body = window_unavailable, .check = pitfall_ran);

BENCH(window_move, "a move of the entry window in the loaded space", .name = "window.move",
      .setup = need_window, .body = move, .check = moved, .teardown = move_back);

BENCH(window_enter, "a switch to a space whose entry window is elsewhere", .name = "window.enter",
      .setup = make_far, .body = enter, .check = entered, .teardown = drop_far);
