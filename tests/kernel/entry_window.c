/* SPDX-License-Identifier: MIT */
/*
 * The entry window of ISOLATION bouncing: programs that use its addresses (tests/programs/places.c),
 * and images that have segments there.
 */
#include "cpu/cpu.h"
#include "isolation/isolation.h"
#include "lib/errno.h"
#include "mem/frames.h"
#include "process/process.h"
#include "sys/syscall.h"
#include "tests/kernel/kinds.h"
#include "tests/kernel/test.h"
#include "vm/address_space.h"

#define NO_WINDOW SKIP "this isolation has no window"

static const char *volatile wrong;

static struct address_space *own_space(void)
{
	return &current_process()->space;
}

static long tell_place(void)
{
	const char *why = isolation_check(&own_space()->root);

	if (why)
		wrong = why;
	return (long)isolation_window(&own_space()->root);
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

static long no_call(void)
{
	return -ENOSYS;
}

static const struct bench_calls calls = { tell_place, no_call, no_call, move };

/* Runs the program with each of the kinds. Returns NULL, or what went wrong. */
static const char *run_places(const char *const *kinds, size_t count)
{
	const char *why;

	if (!ISOLATION_MOVES)
		return NO_WINDOW;
	wrong = NULL;
	bench_calls = &calls;
	why = run_kinds("places", kinds, count);
	bench_calls = NULL;
	return wrong ? wrong : why;
}

#define RUN_PLACES(...)                                  \
	run_places((const char *const[]){ __VA_ARGS__ }, \
	           sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(const char *))

TEST(the_window_moves_when_its_pages_are_used)
{
	return RUN_PLACES("reads", "writes", "jumps", "calls", "stack", "brk");
}

TEST(the_window_stays_when_its_pages_are_not_used)
{
	return RUN_PLACES("nothing", "unused");
}

TEST(the_window_moves_in_forked_programs)
{
	return RUN_PLACES("forks", "follows", "fight");
}

TEST(the_window_has_no_place_in_a_full_space)
{
	return RUN_PLACES("full");
}

/* Loads a segment over the window of a new space, as for an image. */
TEST(the_window_leaves_a_segments_place)
{
	struct address_space space;
	const char *why = NULL;

	if (!ISOLATION_MOVES)
		return NO_WINDOW;
	if (address_space_create(&space))
		return "no memory";
	for (unsigned i = 0; !why && i < 4; i++) {
		const uintptr_t at = isolation_window(&space.root);

		if (address_space_map(&space, at + i % 3 * PAGE_SIZE, 1, PTE_WRITE | PTE_NX))
			why = "a page at the window's place is refused";
		else if (isolation_window(&space.root) == at)
			why = "the window stayed";
		else
			why = isolation_check(&space.root);
	}
	address_space_destroy(&space);
	return why;
}
