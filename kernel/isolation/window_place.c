/* SPDX-License-Identifier: MIT */
#include "isolation/isolation.h"

#include "bench/protocol/marks.h"
#include "cpu/entry_ways.h"
#include "isolation/kernel_roots.h"
#include "lib/errno.h"
#include "lib/random.h"
#include "lib/string.h"
#include "mem/tlb.h"
#include "output/panic.h"

/* Defined in entry_window.asm. */
extern char window_leave_interrupt[], window_leave_call[], window_leave_first[], window_leave_anywhere[];
/* Also defined in entry_window.asm. Used for the returns if PCIDs are in use. */
extern char window_leave_interrupt_pcid[], window_leave_call_pcid[], window_leave_first_pcid[];

struct window_counts window_counts;
bool window_own_places;
uint64_t window_kernel_pcid;

/*
 * A place of the window. `spaces` is the number of address spaces that use it, or 0 if the array's
 * entry is free. Place 0 always exists. The gates of an IDT hold absolute addresses, so each place
 * has an IDT of its own. When a place is made, the page with its IDT is copied from place 0.
 * gate_set() (cpu/idt.h) changes the IDT of place 0 only. Guarded by the kernel lock (cpu/lock.h).
 *
 * A window of one page has only one IDT, whose gates change when the CPU enters another place.
 */
static struct place {
	uintptr_t base;
	uint64_t idt; /* frame of the page with the IDT */
	uint64_t spaces;
} places[PLACES_MAX];
static unsigned places_end = 1; /* all places in use have lower numbers */

/* The frames that all places share: of the page that begins with the code, and of the last page. */
static uint64_t code_frame, cpu_frame;

#define RIGHTS(page)                                                 \
	(PTE_PRESENT | ((page) == WINDOW_PAGE_CPU ? PTE_WRITE : 0) | \
	 ((page) == WINDOW_PAGE_CODE ? 0 : PTE_NX))
static const uint64_t page_flags[3] = { RIGHTS(0), RIGHTS(1), RIGHTS(2) };

static pte_t page_entry(const struct place *place, unsigned page)
{
	const uint64_t frames[] = { place->idt, ENTRY_WINDOW_PAGES > 2 ? code_frame : cpu_frame, cpu_frame };

	return frames[page] | page_flags[page];
}

static bool is_empty(const pte_t *table)
{
	uint64_t entries = 512;
	bool empty;

	__asm__ volatile("repe scasq" : "+D"(table), "+c"(entries), "=@ccz"(empty) : "a"(0UL) : "memory");
	return empty;
}

/*
 * Unmaps a page in the kernel's tables, flushes it, and frees the tables that are empty afterwards.
 * This includes tables that were made for a page that could not be mapped.
 */
static void unmap_kernel(uintptr_t address)
{
	const unsigned index[] = { PML4_INDEX(address), PDPT_INDEX(address), PD_INDEX(address),
		                   PT_INDEX(address) };
	pte_t *tables[4];
	unsigned level;

	tables[0] = phys_to_virt(kernel_pml4);
	for (level = 0; level < 3 && (tables[level][index[level]] & PTE_PRESENT); level++)
		tables[level + 1] = phys_to_virt(pte_frame(tables[level][index[level]]));
	if (level == 3) {
		tables[3][index[3]] = 0;
		tlb_flush_pages(address, 1); /* also flushes cached entries of the tables */
	}
	for (; level > 0 && is_empty(tables[level]); level--) {
		tables[level - 1][index[level - 1]] = 0;
		kernel_roots_follow(address);
		tlb_flush_tables(address);
		frame_free(virt_to_phys(tables[level]));
	}
}

/* Maps the window at a place in the kernel's tables. Returns 0 or -ENOMEM. */
static int map_kernel(const struct place *place)
{
	for (unsigned page = 0; page < ENTRY_WINDOW_PAGES; page++) {
		const uintptr_t address = place->base + page * PAGE_SIZE;
		uint32_t made = FRAME_LIST_END;
		pte_t *table = paging_table(kernel_pml4, address, 0, &made);

		while (made != FRAME_LIST_END) /* unmap_kernel() frees the tables one by one */
			frame_list_pop(&made);
		if (!table) {
			for (unsigned i = 0; i <= page; i++)
				unmap_kernel(place->base + i * PAGE_SIZE);
			return -ENOMEM;
		}
		table[PT_INDEX(address)] = page_entry(place, page);
		kernel_roots_follow(address);
	}
	return 0;
}

/* Returns the address in a gate: bits 15-0 and 63-48 of its first word, and 31-0 of its second. */
static uint64_t gate_target(const uint64_t gate[2])
{
	return (gate[0] & 0xffff) | (gate[0] >> 48) << 16 | gate[1] << 32;
}

/* Returns the IDT in a page. */
static inline void *idt_in(uint64_t frame)
{
	return (void *)((uintptr_t)phys_to_virt(frame) + WINDOW_IDT);
}

/* Used only if the window has one page: `base` and IDT of the place that this CPU leaves. */
static struct place left;

/*
 * Copies the IDT of place 0, or of `left` if the window has one page, to the IDT of `place`. If a
 * gate leads into the window at the old place, its copy leads into the window at `place`. If the
 * window has two pages, also copies the code, which is in the page of the IDT.
 */
static void fill_idt(const struct place *place)
{
	const struct place *source = ENTRY_WINDOW_PAGES > 1 ? &places[0] : &left;
	const uint64_t(*from)[2] = idt_in(source->idt);
	uint64_t(*to)[2] = idt_in(place->idt);

	for (unsigned i = 0; i < IDT_GATES; i++) {
		uint64_t target = gate_target(from[i]);

		if (target - source->base < ENTRY_WINDOW_SIZE)
			target += place->base - source->base;
		to[i][0] =
		        (from[i][0] & 0x0000ffffffff0000) | (target & 0xffff) | (target >> 16 & 0xffff) << 48;
		to[i][1] = target >> 32;
	}
	if (ENTRY_WINDOW_PAGES == 2)
		memcpy(phys_to_virt(place->idt), phys_to_virt(code_frame), WINDOW_CODE_BYTES);
}

/*
 * Adds a space to the place at `base`, and makes the place if there is none. Returns the number of
 * the place, -ENOMEM (also if PLACES_MAX places are in use), or -EEXIST if a new place would
 * overlap another one.
 */
static int take_place(uintptr_t base)
{
	unsigned number = PLACES_MAX;
	struct place *place;

	for (unsigned i = 0; i < places_end; i++) {
		if (!places[i].spaces) {
			number = number < i ? number : i;
			continue;
		}
		if (places[i].base == base) {
			places[i].spaces++;
			return (int)i;
		}
		if (base - places[i].base + ENTRY_WINDOW_SIZE - 1 < 2 * ENTRY_WINDOW_SIZE - 1)
			return -EEXIST;
	}
	if (number == PLACES_MAX)
		number = places_end;
	if (number == PLACES_MAX)
		return -ENOMEM;
	place = &places[number];
	place->base = base;
	place->idt = ENTRY_WINDOW_PAGES > 1 ? frame_alloc() : places[0].idt;
	if (place->idt == FRAME_NONE)
		return -ENOMEM;
	if (ENTRY_WINDOW_PAGES > 1)
		fill_idt(place);
	if (map_kernel(place)) {
		if (ENTRY_WINDOW_PAGES > 1)
			frame_free(place->idt);
		return -ENOMEM;
	}
	place->spaces = 1;
	if (number == places_end)
		places_end++;
	return (int)number;
}

static void give_place(unsigned number)
{
	struct place *place = &places[number];

	if (--place->spaces)
		return;
	for (unsigned page = 0; page < ENTRY_WINDOW_PAGES; page++)
		unmap_kernel(place->base + page * PAGE_SIZE);
	if (ENTRY_WINDOW_PAGES > 1)
		frame_free(place->idt);
	while (!places[places_end - 1].spaces)
		places_end--;
}

/*
 * Maps the window at place `number` in a user half, and records the number there. Returns 0 or
 * -ENOMEM.
 */
static int map_user(const struct root *root, uint32_t *tables, unsigned number)
{
	pte_t *pml4 = phys_to_virt(root_pml4(root->user));
	const struct place *place = &places[number];

	/* The first pass only makes tables, so an error leaves nothing to undo. */
	for (unsigned made = 0; made < 2; made++)
		for (unsigned page = 0; page < ENTRY_WINDOW_PAGES; page++) {
			const uintptr_t address = place->base + page * PAGE_SIZE;
			pte_t *table = paging_table(root_pml4(root->user), address, PTE_USER, tables);

			if (!table)
				return -ENOMEM;
			if (made)
				table[PT_INDEX(address)] = page_entry(place, page);
		}
	pml4[PLACE_PML4] = (pml4[PLACE_PML4] & ~(2047UL << PLACE_SHIFT)) | (uint64_t)number << PLACE_SHIFT;
	return 0;
}

static void unmap_user(const struct root *root, const struct place *place)
{
	for (unsigned page = 0; page < ENTRY_WINDOW_PAGES; page++) {
		const uintptr_t address = place->base + page * PAGE_SIZE;

		paging_table(root_pml4(root->user), address, PTE_USER, NULL)[PT_INDEX(address)] = 0;
	}
	/* Without PCIDs, every return to user mode flushes the user's translations. */
	if (pcid_on) {
		pcid_make_stale(root->user);
		isolation_user_changed();
	}
}

/*
 * Moves the window of a space to `base`. If the space is loaded, the old place stays mapped in the
 * kernel's tables until this CPU has entered the new one, so that an NMI finds a complete window at
 * any time. Returns 0, -ENOMEM, or -EEXIST if the window is there already or would overlap another
 * place.
 */
static int move_to(const struct root *root, uint32_t *tables, uintptr_t base)
{
	const unsigned old = window_place_of(root);
	const bool loaded = root_pml4(WINDOW_LOAD(user_cr3)) == root_pml4(root->user);
	const int new = take_place(base);
	uint64_t flags;

	if (new < 0)
		return new;
	if ((unsigned)new == old) {
		give_place(old);
		return -EEXIST;
	}
	if (map_user(root, tables, (unsigned)new)) {
		give_place((unsigned)new);
		return -ENOMEM;
	}
	if (loaded) {
		flags = interrupts_are_on();
		interrupts_off();
		window_enter((unsigned)new);
		if (flags)
			interrupts_on();
	}
	unmap_user(root, &places[old]);
	give_place(old);
	window_counts.moves++;
	return 0;
}

int window_move(const struct root *root, uint32_t *tables, isolation_find *find, void *space)
{
	int error = -EEXIST;

	for (unsigned n = 0; error == -EEXIST; n++) {
		const uintptr_t base = find(space, ENTRY_WINDOW_PAGES, n);

		if (!base)
			return -ENOSPC;
		error = move_to(root, tables, base);
	}
	return error;
}

uintptr_t window_base_of(const struct root *root)
{
	return places[window_place_of(root)].base;
}

bool window_meets(const struct root *root, uintptr_t start, size_t pages)
{
	const uintptr_t base = window_base_of(root);

	return start < base + ENTRY_WINDOW_SIZE && base < start + pages * PAGE_SIZE;
}

/*
 * Gives a new space a random place. The place is in the GiB just below the GiB of
 * ENTRY_WINDOW_BASE, or in the GiB from ENTRY_WINDOW_UPPER on. If it overlaps another place, or if
 * there is no memory or no free number for it, the space gets place 0.
 */
static unsigned own_place(void)
{
	const uintptr_t lower = (ENTRY_WINDOW_BASE & ~(PDPT_SPAN - 1)) - PDPT_SPAN;
	const uint64_t drawn = random_number() % (PDPT_SPAN / PAGE_SIZE - ENTRY_WINDOW_PAGES);
	const int number = take_place((random_number() % 2 ? lower : ENTRY_WINDOW_UPPER) + drawn * PAGE_SIZE);

	return number < 0 ? (unsigned)take_place(ENTRY_WINDOW_BASE) : (unsigned)number;
}

int isolation_enter_space(const struct root *root, uint32_t *tables)
{
	const unsigned number = window_own_places ? own_place() : (unsigned)take_place(ENTRY_WINDOW_BASE);

	/* The PML4 entry that holds the number must be present even if the window is elsewhere. */
	if (!paging_table(root_pml4(root->user), ENTRY_WINDOW_BASE, PTE_USER, tables) ||
	    map_user(root, tables, number)) {
		((pte_t *)phys_to_virt(root_pml4(root->user)))[PLACE_PML4] = 0; /* the space has no place */
		give_place(number);
		return -ENOMEM;
	}
	return 0;
}

int isolation_follow(const struct root *root, const struct root *parent, uint32_t *tables)
{
	const unsigned from = window_place_of(root), to = window_place_of(parent);

	if (from == to)
		return 0;
	if (map_user(root, tables, to))
		return -ENOMEM;
	places[to].spaces++;
	unmap_user(root, &places[from]);
	give_place(from);
	return 0;
}

void isolation_root_destroy(const struct root *root)
{
	/* The tables are gone already, except the PML4. */
	if (((const pte_t *)phys_to_virt(root_pml4(root->user)))[PLACE_PML4])
		give_place(window_place_of(root));
	if (pcid_on)
		pcid_give(root->user);
	frame_free(root_pml4(root->user));
	if (root->kernel != kernel_pml4)
		kernel_root_destroy(root->kernel);
}

/* The operand of LIDT and LGDT. */
struct table_pointer {
	uint16_t limit;
	uint64_t base;
} __attribute__((packed));

/*
 * If the window has one page: makes the gates of its IDT lead to `place`. Meanwhile the CPU uses a
 * copy of the old gates, so an NMI never finds a gate that is half changed.
 */
static void move_gates(const struct place *place)
{
	const struct table_pointer copy = { IDT_GATES * 16 - 1, (uintptr_t)idt_in(left.idt) };

	left.base = WINDOW_LOAD(base);
	memcpy(idt_in(left.idt), idt_in(cpu_frame), IDT_GATES * 16);
	__asm__ volatile("lidt %0" : : "m"(copy) : "memory");
	fill_idt(place);
}

void window_enter(unsigned number)
{
	static const uint8_t slots[] = { IST_DF, IST_NMI, IST_MC, IST_DB, IST_GP };
	struct window_cpu *w = window_cpu_in(cpu_frame);
	const uintptr_t base = places[number].base, at = base + WINDOW_CPU;
	const uintptr_t stacks = at + offsetof(struct window_cpu, stacks);
	const struct table_pointer idt = { IDT_GATES * 16 - 1, base + WINDOW_IDT };
	const struct table_pointer gdt = { sizeof w->cpu.gdt - 1, at + offsetof(struct window_cpu, cpu.gdt) };

	/*
	 * The window is mapped at its old and at its new place. At every instruction here, each
	 * pointer of the CPU into the window leads to one of the two.
	 */
	if (ENTRY_WINDOW_PAGES == 1)
		move_gates(&places[number]);
	w->place = number;
	w->base = base;
	w->cpu.tss.rsp[0] = stacks + WINDOW_STACK;
	/*
	 * With fixed-ist, interrupts and exceptions also arrive on this stack. The entry code
	 * leaves it before another one of them can arrive.
	 */
	w->cpu.tss.ist[IST_IRQ - 1] = w->cpu.tss.ist[IST_FAULT - 1] = stacks + WINDOW_STACK;
	for (unsigned i = 0; i < sizeof slots; i++)
		w->cpu.tss.ist[slots[i] - 1] = stacks + (i + 2) * WINDOW_STACK;
	write_msr(MSR_GS_BASE, at);
	gdt_set_tss(w->cpu.gdt, at + offsetof(struct window_cpu, cpu.tss));
	__asm__ volatile("lgdt %0\n\tltr %w1\n\tlidt %2"
	                 :
	                 : "m"(gdt), "r"(SELECTOR_TSS), "m"(idt)
	                 : "memory");
	w->leave_interrupt = window_entry_address(
	        (uintptr_t)(pcid_on ? window_leave_interrupt_pcid : window_leave_interrupt));
	w->leave_call =
	        window_entry_address((uintptr_t)(pcid_on ? window_leave_call_pcid : window_leave_call));
	w->leave_first =
	        window_entry_address((uintptr_t)(pcid_on ? window_leave_first_pcid : window_leave_first));
	w->leave_anywhere = window_entry_address((uintptr_t)window_leave_anywhere);
	write_msr(MSR_LSTAR, window_entry_address(w->call_entry));
	mark(MARK_WINDOW_LOW(base));
	mark(MARK_WINDOW(base, ENTRY_WINDOW_PAGES));
	window_counts.entered++;
}

void window_change_pcid(const struct root *root)
{
	const uint64_t last = WINDOW_LOAD(user_cr3);
	uint64_t next = root->user;

	if (!(last & CR3_NO_FLUSH))
		pcid_make_stale(last);
	/*
	 * Not pcid_load(): it is slower while any PCID is stale, and here one always is. The PCID
	 * of a task that never returns to user mode, such as the idle task, stays stale.
	 */
	if (pcid_is_stale(this_cpu(), next)) {
		pcid_clear_stale(next);
		next &= ~CR3_NO_FLUSH;
	}
	WINDOW_STORE(user_cr3, next);
}

void window_init(const uint64_t frames[ENTRY_WINDOW_PAGES])
{
	places[0] = (struct place){ ENTRY_WINDOW_BASE, frames[0], 1 };
	code_frame = frames[WINDOW_PAGE_CODE];
	cpu_frame = frames[WINDOW_PAGE_CPU];
	if (ENTRY_WINDOW_PAGES == 1)
		left.idt = frame_alloc();
	if ((ENTRY_WINDOW_PAGES == 1 && left.idt == FRAME_NONE) || map_kernel(&places[0]))
		panic("not enough memory for the entry window: give the machine more (-m)");
}

/* The tests raise NMIs at every instruction of window_enter(). */
#define ENTER_BYTES 1024 /* window_enter() has fewer: 592 bytes by gcc, 754 by clang */
static const struct entry_way way __attribute__((used, section(".entry_ways"), aligned(8))) = {
	(const uint8_t *)window_enter, (const uint8_t *)window_enter + ENTER_BYTES, WAY_MOVE
};
