/* SPDX-License-Identifier: MIT */
#include "bench/bochs/measure/paging.h"

#include <string.h>

enum { PAGE = 4096 };

/* The shape of the page tables: number of levels, bits of the address for each level, bytes of an
 * entry. The top level has as many entries as the address has bits left. */
struct shape {
	unsigned levels, bits, entry;
	uint64_t root; /* bits of CR3 that are the address of the top table */
};

static struct shape shape_of(const struct paging *paging)
{
	if (!(paging->cr4 & CR4_PAE))
		return (struct shape){ .levels = 2, .bits = 10, .entry = 4, .root = ROOT_2_LEVELS };
	if (!(paging->efer & EFER_LME))
		return (struct shape){ .levels = 3, .bits = 9, .entry = 8, .root = ROOT_3_LEVELS };
	return (struct shape){
		.levels = paging->cr4 & CR4_LA57 ? 5 : 4, .bits = 9, .entry = 8, .root = ENTRY_FRAME
	};
}

static bool read_physical(memory_frame frame_of, uint64_t physical, void *to, size_t bytes)
{
	const uint8_t *frame = frame_of(physical);

	if (frame)
		memcpy(to, frame + physical % PAGE, bytes);
	return frame;
}

uint64_t paging_translate(const struct paging *paging, memory_frame frame_of, uint64_t linear)
{
	const struct shape shape = shape_of(paging);
	uint64_t table = paging->cr3 & shape.root;

	if (!(paging->cr0 & CR0_PG))
		return linear;
	for (unsigned level = shape.levels; level > 0; level--) {
		unsigned shift = 12 + shape.bits * (level - 1);
		uint64_t index = linear >> shift & ((1U << shape.bits) - 1);
		uint64_t entry = 0, within = (1ULL << shift) - 1;

		if (level == 3 && shape.levels == 3)
			index &= 3;
		if (!read_physical(frame_of, table + index * shape.entry, &entry, shape.entry) ||
		    !(entry & ENTRY_PRESENT))
			return UINT64_MAX;
		table = entry & ENTRY_FRAME;
		if (level == 1)
			return table | (linear & within);
		if (!(entry & ENTRY_LARGE) || level > 3 || (shape.levels == 3 && level == 3) ||
		    (shape.entry == 4 && !(paging->cr4 & CR4_PSE)))
			continue;
		if (shape.entry == 4)
			table |= entry_above_4g(entry);
		return (table & ~within) | (linear & within);
	}
	return UINT64_MAX;
}

bool paging_read(const struct paging *paging, memory_frame frame_of, uint64_t linear, void *to, size_t bytes)
{
	uint8_t *out = to;

	while (bytes) {
		uint64_t physical = paging_translate(paging, frame_of, linear);
		size_t part = PAGE - linear % PAGE;

		if (part > bytes)
			part = bytes;
		if (physical == UINT64_MAX || !read_physical(frame_of, physical, out, part))
			return false;
		out += part;
		linear += part;
		bytes -= part;
	}
	return true;
}
