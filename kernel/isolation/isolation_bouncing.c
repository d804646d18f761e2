/* SPDX-License-Identifier: MIT */
/*
 * bouncing: user tables hold the program's pages and the entry window (entry_window.h), nothing else
 * of the kernel. The kernel runs under kernel_pml4, which has no user pages. So far the window stays
 * at ENTRY_WINDOW_BASE, where no program can map anything.
 *
 * No kernel page is global: a global translation would survive the load of the user's CR3.
 */
#include "isolation/isolation.h"

#include "cpu/call_frame.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "output/panic.h"

/* Defined in entry_window.asm. */
extern char entry_text_end[], syscall_entry[];
extern char window_leave_interrupt[], window_leave_call[], window_leave_first[], window_leave_anywhere[];
extern uint64_t entry_stubs[256];

/* The PML4 entry of the window, for every user table; all share the tables below it. */
static pte_t user_entry;

uint64_t isolation_kernel_flags(void)
{
	return 0;
}

/* The operand of LIDT, SIDT and LGDT. */
struct table_pointer {
	uint16_t limit;
	uint64_t base;
} __attribute__((packed));

/* Maps a page of the window in the kernel's tables and in `user`, the PML4 of an empty space. */
static void map(unsigned page, uint64_t frame, uint64_t flags, uint64_t user)
{
	static uint32_t tables = FRAME_LIST_END; /* never freed */
	pte_t *table = paging_table(user, WINDOW_PAGE(page), 0, &tables);

	if (!table || paging_map_kernel(WINDOW_PAGE(page), frame, flags))
		panic("not enough memory for the entry window: give the machine more (-m)");
	table[PT_INDEX(WINDOW_PAGE(page))] = frame | flags | PTE_PRESENT;
}

/* Makes every gate lead to the stub in the window, and loads the IDT that is mapped there. */
static uint64_t move_idt(void)
{
	struct table_pointer idt;
	uint64_t frame;

	__asm__ volatile("sidt %0" : "=m"(idt));
	frame = idt.base - KERNEL_VMA;
	for (unsigned vector = 0; vector < 256; vector++) {
		entry_stubs[vector] = isolation_entry_address(entry_stubs[vector]);
		gate_restore(vector);
	}
	idt.base = WINDOW_PAGE(WINDOW_PAGE_IDT);
	__asm__ volatile("lidt %0" : : "m"(idt));
	return frame;
}

/* Points GDTR, TR, the TSS's stacks, LSTAR and the GS base to the window. */
static void load(struct window_cpu *w)
{
	const uintptr_t at = WINDOW_PAGE(WINDOW_PAGE_CPU);
	const uintptr_t tss = at + offsetof(struct window_cpu, cpu.tss);
	const uintptr_t stacks = at + offsetof(struct window_cpu, stacks);
	static const uint8_t slots[] = { IST_DF, IST_NMI, IST_MC, IST_DB, IST_GP };
	const struct table_pointer gdt = { sizeof w->cpu.gdt - 1, at + offsetof(struct window_cpu, cpu.gdt) };

	w->cpu.tss.rsp[0] = stacks + WINDOW_STACK;
	for (unsigned i = 0; i < sizeof slots; i++)
		w->cpu.tss.ist[slots[i] - 1] = stacks + (i + 2) * WINDOW_STACK;
	gdt_set_tss(w->cpu.gdt, tss);
	__asm__ volatile("lgdt %0\n\tltr %w1" : : "m"(gdt), "r"(SELECTOR_TSS) : "memory");
	w->leave_interrupt = isolation_entry_address((uintptr_t)window_leave_interrupt);
	w->leave_call = isolation_entry_address((uintptr_t)window_leave_call);
	w->leave_first = isolation_entry_address((uintptr_t)window_leave_first);
	w->leave_anywhere = isolation_entry_address((uintptr_t)window_leave_anywhere);
	write_msr(MSR_GS_BASE, at);
	isolation_set_call_entry(syscall_entry);
}

void isolation_init_cpu(struct cpu *cpu)
{
	const uint64_t frame = frame_alloc_zeroed(), user = frame_alloc_zeroed();
	struct window_cpu *w = phys_to_virt(frame);

	if (frame == FRAME_NONE || user == FRAME_NONE)
		panic("not enough memory for the entry window: give the machine more (-m)");
	map(WINDOW_PAGE_CPU, frame, PTE_WRITE | PTE_NX, user);
	map(WINDOW_PAGE_CODE, (uintptr_t)entry_text - KERNEL_VMA, 0, user);
	map(WINDOW_PAGE_IDT, move_idt(), PTE_NX, user);
	user_entry = ((const pte_t *)phys_to_virt(user))[PML4_INDEX(ENTRY_WINDOW_BASE)];
	frame_free(user);
	w->cpu = *cpu;
	w->cpu.self = &w->cpu;
	w->kernel_cr3 = kernel_pml4;
	load(w);
}

int isolation_root_create(struct root *root)
{
	uint64_t frame = frame_alloc_zeroed();

	if (frame == FRAME_NONE)
		return -ENOMEM;
	((pte_t *)phys_to_virt(frame))[PML4_INDEX(ENTRY_WINDOW_BASE)] = user_entry;
	root->user = frame;
	root->kernel = kernel_pml4;
	return 0;
}

void isolation_root_destroy(const struct root *root)
{
	frame_free(root_pml4(root->user));
}

/* What the tables of a root map. */
struct survey {
	unsigned window, other, user, executable_and_writable;
};

static void survey_leaf(uintptr_t address, size_t size, pte_t leaf, uint64_t flags, void *argument)
{
	struct survey *survey = argument;

	(void)leaf;
	if (flags & PTE_USER)
		survey->user++;
	else if (size == PAGE_SIZE && address - ENTRY_WINDOW_BASE < WINDOW_PAGES * PAGE_SIZE)
		survey->window++;
	else
		survey->other++;
	survey->executable_and_writable += (flags & (PTE_WRITE | PTE_NX)) == PTE_WRITE;
}

const char *isolation_check(const struct root *root)
{
	struct survey user = { 0 }, kernel = { 0 };

	paging_visit(root_pml4(root->user), 0, 511, survey_leaf, &user);
	paging_visit(root_pml4(root->kernel), 0, 511, survey_leaf, &kernel);
	if (user.other || user.window != WINDOW_PAGES)
		return "the user tables have other supervisor pages than the window";
	if (user.executable_and_writable || kernel.executable_and_writable)
		return "a page is writable and executable";
	return kernel.user || kernel.window != WINDOW_PAGES ? "the kernel tables have user pages or no window"
	                                                    : NULL;
}
