/* SPDX-License-Identifier: MIT */
/*
 * sandwich: loads CR3 of the new space, copies, and loads CR3 of the old space.
 *
 * The pages are written at their user addresses. They are therefore writable and not executable
 * until the copies are done, and the kernel may access user pages meanwhile despite SMAP
 * (user_access_begin()). The copies need a stack that both CR3 values map at the same address
 * (kstack_call_across_cr3()).
 */
#include "cpu/cpu.h"
#include "loader/fill.h"
#include "mem/tlb.h"
#include "stack/kstack.h"

struct job {
	struct address_space *space;
	const struct load_segment *segments;
	size_t count;
};

static void copy_under_new_cr3(void *argument)
{
	const struct job *job = argument;
	const uint64_t old = read_cr3(), new = job->space->pml4;
	const size_t count = job->count;
	const struct load_segment *segments = job->segments;
	/* `segments` may be on the caller's stack, which may be unmapped under the new CR3. */
	struct load_segment copy[LOAD_SEGMENTS_INLINE];

	if (count <= LOAD_SEGMENTS_INLINE) {
		copy_bytes(copy, segments, count * sizeof *copy);
		segments = copy;
	}
	write_cr3(new);
	user_access_begin();
	for (const struct load_segment *s = segments; s < segments + count; s++)
		fill_view((char *)s->start, s, 0, s->pages * PAGE_SIZE);
	user_access_end();
	write_cr3(pcid_back(old));
}

int loader_load(struct address_space *space, const struct load_segment *segments, size_t count)
{
	struct job job = { space, segments, count };

	for (size_t i = 0; i < count; i++) {
		int error = address_space_map(space, segments[i].start, segments[i].pages,
		                              PTE_WRITE | PTE_NX | (segments[i].flags & REGION_GROWS));

		if (error)
			return error;
	}
	kstack_call_across_cr3(copy_under_new_cr3, &job);
	for (size_t i = 0; i < count; i++)
		if (REGION_TO_PTE(segments[i].flags) != (PTE_WRITE | PTE_NX))
			address_space_protect(space, segments[i].start, segments[i].flags);
	return 0;
}
