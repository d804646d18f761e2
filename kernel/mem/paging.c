/* SPDX-License-Identifier: MIT */
#include "mem/paging.h"

#include "cpu/cpu.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mem/tlb.h"
#include "output/panic.h"

uint64_t kernel_pml4;
uint64_t image_offset = KERNEL_VMA;

/*
 * The tables of the kernel half. They are never freed; the list exists because paging_table() puts
 * every table that it makes on a list.
 */
static uint32_t kernel_tables = FRAME_LIST_END;

/* Defined in the linker script. */
extern char text_start[], text_end[], rodata_start[], rodata_end[], data_start[], data_end[];

static pte_t *table_at(pte_t entry)
{
	return phys_to_virt(pte_frame(entry));
}

/*
 * Returns the table that `entry` points to. If there is none and `tables` is not NULL, makes one
 * and puts it on the frame list `tables`. Returns NULL if there is no table and none was made, or
 * if the entry maps a large page.
 */
static pte_t *descend(pte_t *entry, uint64_t flags, uint32_t *tables)
{
	uint64_t frame;

	if (*entry & PTE_PRESENT)
		return *entry & PTE_LARGE ? NULL : table_at(*entry);
	if (!tables)
		return NULL;
	frame = frame_alloc_zeroed();
	if (frame == FRAME_NONE)
		return NULL;
	frame_list_push(tables, frame);
	*entry = frame | PTE_PRESENT | PTE_WRITE | flags;
	return phys_to_virt(frame);
}

static __attribute__((noinline)) pte_t *make_table(uint64_t pml4, uintptr_t address, uint64_t flags,
                                                   uint32_t *tables)
{
	pte_t *table = phys_to_virt(pml4);

	table = descend(&table[PML4_INDEX(address)], flags, tables);
	if (table)
		table = descend(&table[PDPT_INDEX(address)], flags, tables);
	if (table)
		table = descend(&table[PD_INDEX(address)], flags, tables);
	return table;
}

static bool leads_to_table(pte_t entry)
{
	return (entry & (PTE_PRESENT | PTE_LARGE)) == PTE_PRESENT;
}

pte_t *paging_table(uint64_t pml4, uintptr_t address, uint64_t flags, uint32_t *tables)
{
	pte_t entry = ((const pte_t *)phys_to_virt(pml4))[PML4_INDEX(address)];

	if (leads_to_table(entry)) { /* usually all tables are present */
		entry = table_at(entry)[PDPT_INDEX(address)];
		if (leads_to_table(entry)) {
			entry = table_at(entry)[PD_INDEX(address)];
			if (leads_to_table(entry))
				return table_at(entry);
		}
	}
	return make_table(pml4, address, flags, tables);
}

pte_t *paging_look_up(uint64_t pml4, uintptr_t address, size_t *span)
{
	pte_t entry = ((const pte_t *)phys_to_virt(pml4))[PML4_INDEX(address)];

	*span = PML4_SPAN;
	if (!leads_to_table(entry))
		return NULL;
	entry = table_at(entry)[PDPT_INDEX(address)];
	*span = PDPT_SPAN;
	if (!leads_to_table(entry))
		return NULL;
	entry = table_at(entry)[PD_INDEX(address)];
	*span = PD_SPAN;
	return leads_to_table(entry) ? table_at(entry) : NULL;
}

uint64_t paging_translate(uint64_t pml4, uintptr_t address, pte_t *entry)
{
	const pte_t *table = phys_to_virt(pml4);

	for (unsigned shift = 39;; shift -= 9) {
		pte_t e = table[(address >> shift) & 511];
		uint64_t span = 1UL << shift;

		if (!(e & PTE_PRESENT))
			return PAGING_INVALID;
		if (shift == PAGE_SHIFT || (shift < 39 && (e & PTE_LARGE))) {
			if (entry)
				*entry = e;
			return (pte_frame(e) & ~(span - 1)) + (address & (span - 1));
		}
		table = table_at(e);
	}
}

struct visitor {
	void (*visit)(uintptr_t, size_t, pte_t, uint64_t, void *);
	void *argument;
};

static void visit_table(const pte_t *table, unsigned shift, uintptr_t base, uint64_t rights, unsigned first,
                        unsigned last, const struct visitor *v)
{
	for (unsigned i = first; i <= last; i++) {
		pte_t e = table[i];
		uintptr_t address = base + ((uintptr_t)i << shift);
		uint64_t flags = rights & e & (PTE_WRITE | PTE_USER);

		if (!(e & PTE_PRESENT))
			continue;
		if (shift == 39 && i >= KERNEL_PML4_FIRST)
			address |= 0xffffUL << 48;
		flags |= (rights | e) & PTE_NX;
		if (shift == PAGE_SHIFT || (shift < 39 && (e & PTE_LARGE)))
			v->visit(address, 1UL << shift, e, flags, v->argument);
		else
			visit_table(table_at(e), shift - 9, address, flags, 0, 511, v);
	}
}

void paging_visit(uint64_t pml4, unsigned first, unsigned last,
                  void (*visit)(uintptr_t address, size_t size, pte_t leaf, uint64_t flags, void *argument),
                  void *argument)
{
	const struct visitor v = { visit, argument };

	visit_table(phys_to_virt(pml4), 39, 0, PTE_WRITE | PTE_USER, first, last, &v);
}

int paging_map_kernel(uintptr_t address, uint64_t frame, uint64_t flags)
{
	pte_t *table = paging_table(kernel_pml4, address, 0, &kernel_tables);

	if (!table)
		return -ENOMEM;
	table[PT_INDEX(address)] = frame | flags | PTE_PRESENT;
	return 0;
}

/*
 * Returns the entry for a large page of `span` bytes at `address` in the kernel half. Makes missing
 * tables as descend() does. Returns NULL if out of memory, or if a larger page is in the way.
 */
static pte_t *large_entry(uintptr_t address, uint64_t span, uint32_t *tables)
{
	pte_t *table = phys_to_virt(kernel_pml4);

	table = descend(&table[PML4_INDEX(address)], 0, tables);
	if (table && span == PD_SPAN)
		table = descend(&table[PDPT_INDEX(address)], 0, tables);
	if (!table)
		return NULL;
	return table + (span == PD_SPAN ? PD_INDEX(address) : PDPT_INDEX(address));
}

int paging_map_kernel_large(uintptr_t address, uint64_t physical, uint64_t span, uint64_t flags)
{
	pte_t *entry = large_entry(address, span, &kernel_tables);

	if (!entry)
		return -ENOMEM;
	if (leads_to_table(*entry))
		return -EEXIST;
	*entry = physical | flags | PTE_LARGE | PTE_PRESENT;
	return 0;
}

void paging_unmap_kernel_large(uintptr_t address, uint64_t span)
{
	*large_entry(address, span, NULL) = 0;
	tlb_flush_pages(address, 1);
}

static void must(int error)
{
	if (error)
		panic("not enough memory for the kernel's page tables: give the machine more (-m)");
}

static bool fits(uint64_t at, uint64_t end, uint64_t span)
{
	return at % span == 0 && end - at >= span;
}

static bool meets(uint64_t at, uint64_t span, uint64_t start, uint64_t end)
{
	return at < end && at + span > start;
}

/*
 * Maps the RAM in [start, end) in the direct map. The kernel's text and constants are read-only
 * there, too, so no large page contains any of them.
 */
static void map_direct(uint64_t start, uint64_t end, uint64_t kernel_flags)
{
	const uint64_t text = image_physical(text_start), data = image_physical(data_start);

	while (start < end) {
		uint64_t flags = PTE_NX | PTE_WRITE | kernel_flags;
		uint64_t span = PAGE_SIZE;

		if (cpu_features.page_1g && start >= GIB && fits(start, end, PDPT_SPAN) &&
		    !meets(start, PDPT_SPAN, text, data))
			span = PDPT_SPAN;
		else if (fits(start, end, PD_SPAN) && !meets(start, PD_SPAN, text, data))
			span = PD_SPAN;
		if (start >= text && start < data)
			flags &= ~PTE_WRITE;
		if (span == PAGE_SIZE)
			must(paging_map_kernel(DIRECT_MAP_BASE + start, start, flags));
		else
			must(paging_map_kernel_large(DIRECT_MAP_BASE + start, start, span, flags));
		start += span;
	}
}

static void map_image(const char *start, const char *end, uint64_t flags)
{
	for (uintptr_t address = (uintptr_t)start; address < (uintptr_t)end; address += PAGE_SIZE)
		must(paging_map_kernel(address, image_physical((const void *)address), flags));
}

size_t paging_kernel_tables(void)
{
	return frame_list_length(&kernel_tables);
}

void paging_init(const struct memory_range *ranges, size_t count, uint64_t flags)
{
	kernel_pml4 = frame_alloc_zeroed();
	must(kernel_pml4 == FRAME_NONE ? -ENOMEM : 0);
	for (size_t i = 0; i < count; i++)
		map_direct(ranges[i].start, ranges[i].end, flags);
	map_image(text_start, text_end, flags);
	map_image(rodata_start, rodata_end, flags | PTE_NX);
	map_image(data_start, data_end, flags | PTE_NX | PTE_WRITE);
	write_cr3(kernel_pml4);
}
