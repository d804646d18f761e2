/* SPDX-License-Identifier: MIT */
/*
 * bouncing: user tables hold the program's pages and the entry window (entry_window.h), but no
 * other page of the kernel. The kernel runs under kernel_pml4, or with fixed stacks under copies of
 * it (kernel_roots.h). In these tables, the user half has only the places of the window
 * (window_place.h).
 *
 * No kernel page is global: a global translation would survive the load of the user's CR3.
 */
#include "isolation/isolation.h"

#include "isolation/kernel_roots.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mem/tlb.h"
#include "output/panic.h"
#include "stack/kstack.h"

/* Defined in entry_window.asm. */
extern char syscall_entry[];
extern uint64_t entry_stubs[IDT_GATES];

uint64_t isolation_kernel_flags(void)
{
	return 0;
}

/* Returns the frame of the page with the IDT, which is in the kernel's image. */
static uint64_t idt_frame(void)
{
	struct {
		uint16_t limit;
		uint64_t base;
	} __attribute__((packed)) idt;

	__asm__ volatile("sidt %0" : "=m"(idt));
	return image_physical((const void *)(idt.base - WINDOW_IDT));
}

void isolation_init_cpu(struct cpu *cpu)
{
	const uint64_t frame = ENTRY_WINDOW_PAGES > 1 ? frame_alloc_zeroed() : idt_frame();
	const uint64_t frames[] = { idt_frame(), ENTRY_WINDOW_PAGES > 2 ? image_physical(entry_text) : frame,
		                    frame };
	struct window_cpu *w = window_cpu_in(frame);

	if (frame == FRAME_NONE)
		panic("not enough memory for the entry window: give the machine more (-m)");
	if (WINDOW_PAGE_CODE == 0)
		memcpy(phys_to_virt(frames[0]), entry_text, (size_t)(entry_text_end - entry_text));
	window_init(frames);
	w->cpu = *cpu;
	w->cpu.self = &w->cpu;
	w->kernel_cr3 = kernel_pml4;
	w->call_entry = (uintptr_t)syscall_entry;
	w->base = ENTRY_WINDOW_BASE;
	write_msr(MSR_GS_BASE, (uintptr_t)w);
	if (pcid_on) {
		w->kernel_cr3 = pcid_take(kernel_pml4);
		window_kernel_pcid = w->kernel_cr3 & ~PTE_FRAME;
		write_cr3(pcid_load(w->kernel_cr3));
	}
	for (unsigned vector = 0; vector < IDT_GATES; vector++) {
		entry_stubs[vector] = window_entry_address(entry_stubs[vector]);
		gate_restore(vector);
	}
	window_enter(0);
}

int isolation_root_create(struct root *root)
{
	const uint64_t frame = frame_alloc_zeroed();

	if (frame == FRAME_NONE)
		return -ENOMEM;
	root->kernel = kstack_has_own_tables() ? kernel_root_create() : kernel_pml4;
	if (root->kernel == FRAME_NONE) {
		frame_free(frame);
		return -ENOMEM;
	}
	root->user = pcid_on ? pcid_take(frame) : frame;
	return 0;
}

int isolation_thread_root_create(struct root *root, const struct root *space, bool own)
{
	*root = *space; /* in user mode all threads run under the same tables */
	if (!own)
		return 0;
	root->kernel = kernel_root_create();
	return root->kernel == FRAME_NONE ? -ENOMEM : 0;
}

void isolation_thread_root_destroy(const struct root *root, const struct root *space)
{
	if (root->kernel != space->kernel)
		kernel_root_destroy(root->kernel);
}

bool isolation_thread_root_follows(const struct root *root, const struct root *space, uintptr_t address)
{
	(void)root, (void)space, (void)address; /* root->user is that of the space */
	return false;
}

/* Counts of the pages that the tables of a root map. */
struct survey {
	uintptr_t base; /* address of the root's window, in both tables */
	unsigned window, other, user, executable_and_writable;
};

static void survey_leaf(uintptr_t address, size_t size, pte_t leaf, uint64_t flags, void *argument)
{
	struct survey *survey = argument;

	if (flags & PTE_USER)
		survey->user++;
	else if (size == PAGE_SIZE && address - survey->base < ENTRY_WINDOW_PAGES * PAGE_SIZE)
		survey->window++;
	else
		survey->other++;
	if (ENTRY_WINDOW_PAGES == 1 && pte_frame(leaf) == (virt_to_phys(this_cpu()) & ~PAGE_MASK))
		return; /* the only page of a window has to be executable and writable */
	survey->executable_and_writable += (flags & (PTE_WRITE | PTE_NX)) == PTE_WRITE;
}

const char *isolation_check(const struct root *root)
{
	struct survey user = { .base = window_base_of(root) }, kernel = user;

	paging_visit(root_pml4(root->user), 0, 511, survey_leaf, &user);
	paging_visit(root_pml4(root->kernel), 0, 511, survey_leaf, &kernel);
	if (user.other || user.window != ENTRY_WINDOW_PAGES)
		return "the user tables have other supervisor pages than the window";
	if (user.executable_and_writable || kernel.executable_and_writable)
		return "a page is writable and executable";
	if (!kernel_root_is_in_step(root->kernel))
		return "a task's kernel tables differ from those of the others";
	return kernel.user || kernel.window != ENTRY_WINDOW_PAGES
	               ? "the kernel tables have user pages or no window"
	               : NULL;
}
