/* SPDX-License-Identifier: MIT */
/* Experiments that count violations of promises in the design notes. */
#include "bench/guest/bench.h"
#include "boot/boot.h"
#include "cpu/cpu.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mem/frames.h"
#include "mem/tlb.h"
#include "process/process.h"
#include "stack/kstack.h"

#define TAG_ADDRESS 0x400000UL /* user address of the tag in the program `tag` */

static void report(struct bench *b)
{
	bench_metric(b, "violations", b->violations, "count");
	bench_metric(b, "tries", b->tries, "count");
}

static bool ran(struct bench *b)
{
	return b->tries > 0;
}

static void finish(int pid, struct bench *b)
{
	int status;

	if (pid < 0) {
		b->violations++;
		return;
	}
	while (process_wait(pid, &status, 0) != pid)
		;
	if (status != 0)
		b->violations++;
}

/*
 * Two tasks write different tags at the same virtual address, yield to each other, and read their
 * tags again. The kernel also checks that the address is mapped to different frames.
 */
static void distinct_tags(struct bench *b)
{
	static const char *const argv[] = { "tag" };

	for (unsigned i = 0; i < (bench_plan.quick ? 10 : 100); i++) {
		int first = process_spawn("tag", argv, 1), second = process_spawn("tag", argv, 1);

		if (first > 0 && second > 0) {
			uint64_t x = paging_translate(process_find(first)->space.pml4, TAG_ADDRESS, NULL);
			uint64_t y = paging_translate(process_find(second)->space.pml4, TAG_ADDRESS, NULL);

			if (x == PAGING_INVALID || y == PAGING_INVALID || x == y)
				b->violations++;
		}
		finish(first, b);
		finish(second, b);
		b->tries++;
	}
	report(b);
}

struct view {
	uint64_t cr3, seen;
	uintptr_t address;
};

static void look_under_cr3(void *argument)
{
	struct view *view = argument; /* on the caller's stack: not used under the other CR3 */
	const uint64_t old = read_cr3();
	const uintptr_t address = view->address;
	uint64_t seen;

	write_cr3(view->cr3);
	seen = *(volatile uint64_t *)address;
	write_cr3(old);
	view->seen = seen;
}

/* Makes address spaces, maps a page in the kernel's PDPT, and reads that page under each CR3. */
static void same_frame(struct bench *b)
{
	static struct address_space spaces[64];
	uint64_t frame = frame_alloc();
	size_t made = 0;

	if (frame == FRAME_NONE)
		return;
	while (made < 64 && !address_space_create(&spaces[made]))
		made++;
	*(uint64_t *)phys_to_virt(frame) = 0x70616c696d707365;
	if (!paging_map_kernel(BENCH_AREA_BASE, frame, PTE_WRITE | PTE_NX)) {
		for (size_t i = 0; i < made; i++) {
			struct view view = { root_pml4(spaces[i].root.kernel), 0, BENCH_AREA_BASE };

			kstack_call_across_cr3(look_under_cr3, &view);
			if (view.seen != 0x70616c696d707365 ||
			    paging_translate(view.cr3, BENCH_AREA_BASE, NULL) != frame)
				b->violations++;
			b->tries++;
		}
		paging_table(kernel_pml4, BENCH_AREA_BASE, 0, NULL)[PT_INDEX(BENCH_AREA_BASE)] = 0;
		invlpg(BENCH_AREA_BASE);
	}
	while (made > 0)
		address_space_destroy(&spaces[--made]);
	frame_free(frame);
	report(b);
}

/*
 * Starts programs that exit, programs that are killed, files that are not programs, and
 * programs while memory runs out. Counts wrong results, and frames that are missing at the end.
 */
static void spawn_rounds(struct bench *b)
{
	static const char *const argv[] = { "payload-4k", "-" };
	uint64_t rounds = bench_plan.quick ? 1000 : bench_share(10000);
	size_t before;
	int pid, status;

	loader_trim();
	before = frames_free();
	for (uint64_t i = 0; i < rounds; i++) {
		switch (i % 4) {
		case 0: /* runs and exits */
			finish(process_spawn("payload-4k", argv, 2), b);
			break;
		case 1: /* is killed before it runs */
			pid = process_spawn("payload-4k", argv, 2);
			if (process_kill(pid, SIGKILL) || process_wait(pid, &status, 0) != pid ||
			    status != SIGKILL)
				b->violations++;
			break;
		case 2: /* is not a program */
			if (process_spawn("broken", argv, 2) != -ENOEXEC ||
			    process_spawn("nobody", argv, 2) != -ENOENT)
				b->violations++;
			break;
		case 3: /* memory runs out a little later each time */
			frames_set_reserve(frames_free() - i / 4 % 32);
			pid = process_spawn("payload-4k", argv, 2);
			frames_set_reserve(0);
			if (pid > 0)
				finish(pid, b);
			else if (pid != -ENOMEM)
				b->violations++;
			break;
		}
		b->tries++;
	}
	loader_trim();
	if (frames_free() != before)
		b->violations += frames_free() > before ? frames_free() - before : before - frames_free();
	report(b);
}

static int need_modules(struct bench *b)
{
	(void)b;
	return boot_module_find("tag") && boot_module_find("broken") && boot_module_find("payload-4k")
	               ? 0
	               : -ENOENT;
}

BENCH(isolation_tags, "two tasks write to one virtual address: does each read its own value?",
      .name = "isolation.tags", .experiment = true, .few = 1, .setup = need_modules, .body = distinct_tags,
      .check = ran);

BENCH(leak_spawn, "frames lost over rounds of spawn, exit, kill and failed exec", .name = "leak.spawn",
      .experiment = true, .few = 1, .setup = need_modules, .body = spawn_rounds, .check = ran);

BENCH(window_same_frame, "the window's address under every CR3: is it the same frame?",
      .name = "window.same_frame", .experiment = true, .few = 1, .body = same_frame, .check = ran);
