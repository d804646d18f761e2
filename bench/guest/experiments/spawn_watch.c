/* SPDX-License-Identifier: MIT */
#include "bench/guest/experiments/spawn_watch.h"

#include "cpu/cpu.h"
#include "loader/loader.h"
#include "process/process.h"

#define IMAGE       0x400000UL /* the payload's first byte */

/* Breakpoints 0 to 2, all global: two on instruction fetches, then one on a write of one byte. */
#define DR7_WATCH   (DR7_NONE | 0x2a | 1UL << 24)
#define HIT_LOADER  (1UL << 0) /* bits of DR6 */
#define HIT_MAPPING (1UL << 1)
#define HIT_IMAGE   (1UL << 2)

static const struct spawn_watch *watching;
static bool no_mapping_yet, no_store_yet; /* no such event so far in the current load */

static void tell(void (*function)(struct trap_frame *), struct trap_frame *frame)
{
	if (function)
		function(frame);
}

static bool probe(struct trap_frame *frame)
{
	uint64_t hit;

	if (frame->vector != EXCEPTION_DB)
		return false;
	hit = read_dr6();
	write_dr6(DR6_NONE);
	if (hit & HIT_LOADER) {
		no_mapping_yet = no_store_yet = true;
		tell(watching->entered, frame);
	}
	if ((hit & HIT_MAPPING) && no_mapping_yet) {
		no_mapping_yet = false;
		tell(watching->mapping, frame);
	}
	if ((hit & HIT_IMAGE) && no_store_yet) {
		no_store_yet = false;
		tell(watching->storing, frame);
	}
	frame->rflags |= RFLAGS_RF; /* a fetch must not break here again (SDM 3B 17.3.1.1) */
	return hit & DR6_BREAKPOINTS;
}

static void begin(const struct spawn_watch *watch)
{
	watching = watch;
	no_mapping_yet = no_store_yet = false;
	exception_set_probe(probe);
	__asm__ volatile("mov %0, %%dr0; mov %1, %%dr1; mov %2, %%dr2"
	                 :
	                 : "r"(loader_load), "r"(address_space_map), "r"(IMAGE));
	write_dr6(DR6_NONE);
	write_dr7(DR7_WATCH);
}

static void end(void)
{
	write_dr7(DR7_NONE);
	write_dr6(DR6_NONE);
	exception_set_probe(NULL);
}

static bool succeeds(int pid)
{
	int status = -1;

	while (pid > 0 && process_wait(pid, &status, 0) != pid)
		;
	return status == 0;
}

bool watch_spawns_of_program(const struct spawn_watch *watch)
{
	static const char *const argv[] = { "nest", "spawn" };
	int pid = process_spawn("nest", argv, 2); /* not watched: it is not a system call */
	bool ok;

	begin(watch);
	ok = succeeds(pid);
	end();
	return ok;
}

bool watch_spawns_of_kernel(const struct spawn_watch *watch)
{
	static const char *const argv[] = { "payload-4k", "-" };
	bool ok = true;

	begin(watch);
	for (unsigned i = 0; i < WATCHED_SPAWNS; i++)
		ok = succeeds(process_spawn("payload-4k", argv, 2)) && ok;
	end();
	return ok;
}
