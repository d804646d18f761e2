/* SPDX-License-Identifier: MIT */
#include "boot/acpi.h"

#include "cpu/features.h"
#include "lib/string.h"
#include "mem/paging.h"
#include "mem/tlb.h"

#define EBDA_SEGMENT 0x40eUL /* the address of the word with the segment of the EBDA */
#define BIOS_FROM    0xe0000UL
#define BIOS_TO      0x100000UL
#define TABLE_MOST   MIB /* larger tables are taken for damaged */
#define PAGES_MOST   1024

/* The root pointer. The fields from `length` on exist from revision 2 on. */
struct root_pointer {
	char signature[8];
	uint8_t sum;
	char maker[6];
	uint8_t revision;
	uint32_t rsdt;
	uint32_t length;
	uint64_t xsdt;
	uint32_t rest;
} __attribute__((packed));
#define ROOT_OLD 20 /* bytes of revision 0 */

struct table {
	char signature[4];
	uint32_t length;
	char rest[28];
};
#define MADT_ENTRIES  44 /* where the entries begin */

/* Entries of the MADT: type and length in bytes, then fields. */
#define ENTRY_LAPIC   0 /* processor, APIC ID, flags (4 bytes) */
#define ENTRY_X2APIC  9 /* 2 reserved bytes, x2APIC ID (4 bytes), flags (4 bytes) */
#define ENTRY_ENABLED 1U

/* The pages that map_bytes() has mapped. */
static uint64_t mapped[PAGES_MOST];
static size_t mapped_count;

/*
 * Returns the address of `size` bytes of physical memory in the direct map. Maps those pages that
 * the direct map lacks. Returns NULL if that is not possible.
 */
static const void *map_bytes(uint64_t physical, size_t size)
{
	if (!physical || physical >= DIRECT_MAP_SIZE - TABLE_MOST)
		return NULL;
	for (uint64_t at = physical & ~PAGE_MASK; at < physical + size; at += PAGE_SIZE) {
		const uintptr_t address = (uintptr_t)phys_to_virt(at);

		if (paging_translate(kernel_pml4, address, NULL) != PAGING_INVALID)
			continue;
		if (mapped_count == PAGES_MOST || paging_map_kernel(address, at, PTE_NX))
			return NULL;
		mapped[mapped_count++] = at;
	}
	return phys_to_virt(physical);
}

static void unmap_all(void)
{
	for (; mapped_count; mapped_count--) {
		const uintptr_t address = (uintptr_t)phys_to_virt(mapped[mapped_count - 1]);

		paging_table(kernel_pml4, address, 0, NULL)[PT_INDEX(address)] = 0;
		tlb_flush_pages(address, 1);
	}
}

static bool sums_to_zero(const void *start, size_t size)
{
	uint8_t sum = 0;

	for (size_t i = 0; i < size; i++)
		sum = (uint8_t)(sum + ((const uint8_t *)start)[i]);
	return sum == 0;
}

static const struct root_pointer *find_root(uint64_t from, uint64_t to)
{
	const char *start = map_bytes(from, to - from);

	for (const char *at = start; start && at < start + (to - from); at += 16)
		if (!memcmp(at, "RSD PTR ", 8) && sums_to_zero(at, ROOT_OLD))
			return (const struct root_pointer *)at;
	return NULL;
}

/* The root pointer is in the first KiB of the extended BIOS data area or in the BIOS' own memory. */
static const struct root_pointer *root_pointer(void)
{
	const struct root_pointer *root = NULL;
	const uint8_t *word = map_bytes(EBDA_SEGMENT, 2);
	const uint64_t ebda = word ? (uint64_t)(word[0] | word[1] << 8) << 4 : 0;

	if (ebda >= 0x80000 && ebda < 0xa0000)
		root = find_root(ebda, ebda + KIB);
	return root ? root : find_root(BIOS_FROM, BIOS_TO);
}

/* Returns the table at a physical address if it is whole, otherwise NULL. */
static const struct table *table_at(uint64_t physical)
{
	const struct table *table = map_bytes(physical, sizeof *table);

	if (!table || table->length < sizeof *table || table->length > TABLE_MOST ||
	    !map_bytes(physical, table->length) || !sums_to_zero(table, table->length))
		return NULL;
	return table;
}

/* Returns the MADT, which one of the addresses of `size` bytes in the list leads to, or NULL. */
static const struct table *madt_in(const struct table *list, size_t size)
{
	if (!list)
		return NULL;
	for (size_t at = sizeof *list; at + size <= list->length; at += size) {
		uint64_t physical = 0;
		const struct table *table;

		memcpy(&physical, (const char *)list + at, size);
		table = map_bytes(physical, sizeof *table);
		if (table && !memcmp(table->signature, "APIC", 4))
			return table_at(physical);
	}
	return NULL;
}

static const struct table *find_madt(void)
{
	const struct root_pointer *root = root_pointer();
	const struct table *madt = NULL;

	if (!root)
		return NULL;
	if (root->revision >= 2 && root->xsdt)
		madt = madt_in(table_at(root->xsdt), sizeof root->xsdt);
	return madt || !root->rsdt ? madt : madt_in(table_at(root->rsdt), sizeof root->rsdt);
}

bool acpi_visit_cpus(void (*visit)(uint32_t id, void *argument), void *argument)
{
	const struct table *madt = find_madt();
	const uint8_t *entry, *end;

	if (!madt) {
		unmap_all();
		return false;
	}
	entry = (const uint8_t *)madt + MADT_ENTRIES;
	end = (const uint8_t *)madt + madt->length;
	for (; end - entry >= 2 && entry[1] >= 2 && entry[1] <= end - entry; entry += entry[1]) {
		uint32_t id, flags;

		if (entry[0] == ENTRY_LAPIC && entry[1] >= 8) {
			id = entry[3];
			memcpy(&flags, entry + 4, sizeof flags);
		} else if (entry[0] == ENTRY_X2APIC && entry[1] >= 16) {
			memcpy(&id, entry + 4, sizeof id);
			memcpy(&flags, entry + 8, sizeof flags);
		} else {
			continue;
		}
		if (flags & ENTRY_ENABLED)
			visit(id, argument);
	}
	unmap_all();
	return true;
}
