/* SPDX-License-Identifier: MIT */
/*
 * pitfall.window_irq: interrupts in the middle of a load. The address that a segment gives for its
 * data is not mapped. So the loader's copy faults at its first byte, while the window is open. The
 * exception probe then records the state, and sends an interrupt or starts a second load. It also
 * makes the copy continue with the real data.
 */
#include "bench/guest/experiments/pitfalls.h"
#include "cpu/apic.h"
#include "cpu/cpu.h"
#include "cpu/lock.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "loader/experiments.h"
#include "loader/loader.h"
#include "mem/frames.h"
#include "process/process.h"
#include "stack/kstack.h"

#define PAGES       4
#define SIZE        (PAGES * PAGE_SIZE)
#define WORDS       (SIZE / 8)
#define ROUNDS      8
#define IMAGE       0x400000UL
/* An unmapped address, which the segment of load `who` gives as the address of its data. */
#define TRAP(who)   (BENCH_AREA_BASE + (1 + (who)) * MIB)
#define STACK_BYTES (2 * PAGE_SIZE)

enum { OUTER, INNER };

static struct load {
	struct address_space space;
	struct load_segment segment;
	uint64_t data[WORDS];
} loads[2];
static uint64_t dump[WORDS]; /* a copy writes the rest here if its window has been unmapped */
static uint8_t inner_stack[STACK_BYTES] __attribute__((aligned(16)));
static struct spinlock *lock;

static struct {
	bool interleave;
	struct trap_frame parked;
	uint64_t probes, open_with_if, faults;
} state;
static volatile uint64_t delivered, delivered_inside;

static bool begin_load(unsigned who, uint64_t round)
{
	struct load *load = &loads[who];

	for (uint64_t i = 0; i < WORDS; i++)
		load->data[i] = (uint64_t)(who + 1) << 56 | round << 32 | i;
	load->segment = (struct load_segment){ .start = IMAGE,
		                               .pages = PAGES,
		                               .flags = PTE_WRITE | PTE_NX,
		                               .data = (const uint8_t *)TRAP(who),
		                               .data_size = SIZE };
	return !address_space_create(&load->space);
}

static void run_load(unsigned who)
{
	loader_load(&loads[who].space, &loads[who].segment, 1);
}

/* Returns the number of words of the image of load `who` that are in the space of load `where`. */
static uint64_t words_of(unsigned who, unsigned where)
{
	uint64_t found = 0;

	for (size_t p = 0; p < PAGES; p++) {
		uint64_t frame = paging_translate(loads[where].space.pml4, IMAGE + p * PAGE_SIZE, NULL);
		const uint64_t *words = phys_to_virt(frame);

		if (frame == PAGING_INVALID)
			continue;
		for (size_t i = 0; i < PAGE_SIZE / 8; i++)
			found += words[i] == loads[who].data[p * PAGE_SIZE / 8 + i];
	}
	return found;
}

static void count_delivery(void)
{
	delivered++;
	delivered_inside += lock && lock->held;
	lapic_eoi();
}

/* Runs the inner load, which also uses the window, while the outer load is parked in its copy. */
static void inner_main(void)
{
	run_load(INNER);
	__asm__ volatile("int3"); /* continues the outer load; nothing returns here */
	__builtin_unreachable();
}

static void swap_frames(struct trap_frame *frame)
{
	struct trap_frame parked = state.parked;

	state.parked = *frame;
	*frame = parked;
}

/* Handles the fault of the outer load's copy, which has the window open. */
static void outer_faulted(struct trap_frame *frame)
{
	state.probes++;
	state.open_with_if += !!(frame->rflags & RFLAGS_IF);
	frame->rsi = (uintptr_t)loads[OUTER].data;
	if (!state.interleave) {
		lapic_self_ipi(PITFALL_VECTOR); /* must stay pending until the window is closed */
		return;
	}
	/* Park the outer load and start the inner one, with the window's lock released by force. */
	state.parked = *frame;
	lock->held = 0;
	frame->rip = (uintptr_t)inner_main;
	frame->rsp = (uintptr_t)inner_stack + STACK_BYTES - 8;
	frame->rflags = RFLAGS_FIXED;
}

static bool window_probe(struct trap_frame *frame)
{
	uintptr_t address = read_cr2();

	if (frame->vector == EXCEPTION_BP) {
		swap_frames(frame);
		return true;
	}
	if (frame->vector != EXCEPTION_PF)
		return false;
	if (address == TRAP(OUTER)) {
		outer_faulted(frame);
	} else if (address == TRAP(INNER)) {
		frame->rsi = (uintptr_t)loads[INNER].data;
		if (state.interleave)
			swap_frames(frame); /* continue the outer load while the inner one waits */
	} else if (address >= WINDOW_BASE && address < WINDOW_BASE + WINDOW_RANDOM_RANGE) {
		state.faults++; /* the window was closed while in use */
		frame->rdi = (uintptr_t)dump;
	} else {
		return false;
	}
	return true;
}

struct window_result {
	uint64_t wrong_bytes, lost_bytes;
};

/*
 * Runs two loads, one after the other or interleaved. Adds two numbers to *result: bytes of one
 * image that are in the other's space, and bytes that did not arrive. Returns false if out of
 * memory.
 */
static bool two_loads(uint64_t round, bool interleave, struct window_result *result)
{
	if (!begin_load(OUTER, round))
		return false;
	if (!begin_load(INNER, round)) {
		address_space_destroy(&loads[OUTER].space);
		return false;
	}
	state.interleave = interleave;
	interrupts_on(); /* the window's lock must turn them off */
	run_load(OUTER);
	interrupts_off();
	if (interleave)
		__asm__ volatile("int3" : : : "memory"); /* lets the inner load finish */
	else
		run_load(INNER);
	result->wrong_bytes += (words_of(OUTER, INNER) + words_of(INNER, OUTER)) * 8;
	result->lost_bytes += (2 * WORDS - words_of(OUTER, OUTER) - words_of(INNER, INNER)) * 8;
	address_space_destroy(&loads[OUTER].space);
	address_space_destroy(&loads[INNER].space);
	return true;
}

static void window_irq(struct bench *b)
{
	struct window_result alone = { 0 }, together = { 0 };
	uint64_t rounds = 0;

	memset(&state, 0, sizeof state);
	delivered = delivered_inside = 0;
	irq_set_handler(PITFALL_VECTOR, count_delivery);
	exception_set_probe(window_probe);
	while (rounds < ROUNDS && two_loads(2 * rounds + 1, false, &alone) &&
	       two_loads(2 * rounds + 2, true, &together))
		rounds++;
	exception_set_probe(NULL);
	irq_set_handler(PITFALL_VECTOR, NULL);
	b->tries = rounds == ROUNDS && delivered == ROUNDS ? state.probes : 0;
	b->violations = state.open_with_if + delivered_inside;
	pitfall_report(b);
	bench_metric(b, "control_violations", alone.wrong_bytes + alone.lost_bytes, "bytes");
	bench_metric(b, "corruptions", together.wrong_bytes, "bytes");
	bench_metric(b, "bytes_lost", together.lost_bytes, "bytes");
	bench_metric(b, "faults", state.faults, "count");
}

static int need_window(struct bench *b)
{
	lock = loader_window_lock();
	b->why = lock ? NULL : "this loader has no window";
	return lock ? 0 : -ENOSYS;
}

BENCH(pitfall_window_irq, "a second loader interrupts one that uses the window", .name = "pitfall.window_irq",
      .own_boot = true, .experiment = true, .few = 1, .setup = need_window, .body = window_irq,
      .check = pitfall_ran);
