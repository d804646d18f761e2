/* SPDX-License-Identifier: MIT */
/*
 * Shadow TLB: which page walks for data hardware would not have made.
 *
 * Bochs walks again where a processor whose TLB has the page does not: at every supervisor access to a user page
 * while CR4.SMAP is set, at the first write to a page that was only read, and at the first user access to a page
 * that the supervisor used. The shadow has the size and shape of Bochs's own data TLB, 2048 entries indexed by bits
 * 22-12 of the linear address, but remembers pages without rights. A page is held from a data access to it in a
 * region until another page takes its entry or it is flushed.
 *
 * Bochs reports the reads and writes of a walk before the access that needed it; an access across two pages walks
 * for both of them first. A walk belongs to an access when its reads lead to the access's page: bits 11-3 of the
 * physical addresses are the indices, so bits of the linear address. A walk that no access claims, such as the fetch
 * of an instruction, a fault, CLFLUSH, or one of another paging mode, always counts.
 *
 * Flushes follow Bochs: every write of CR0, CR3 or CR4 and every INVPCID flush all. INVLPG flushes one page, of
 * any size: entries that may be parts of a large page are all dropped, and come back at the next access that does
 * not walk. So do global pages, which Bochs keeps at a write of CR3: this cannot be seen. A page fault drops its
 * page. A write of DR7 or of the APIC base flushes Bochs's TLB unseen; a region should have none.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* A region opens: no page is held. */
void shadow_start(unsigned cpu);

/* An entry at `physical` was read in a walk; `counted` tells whether that read is in the region's counts. */
void shadow_walk_read(unsigned cpu, uint64_t physical, bool counted);

/* An accessed or dirty bit was set in the walk. */
void shadow_walk_write(unsigned cpu);

/* Data at `linear` were accessed, all `length` bytes in one page. Returns how many counted reads belong to a walk
 * that hardware would not have made. */
unsigned shadow_data_access(unsigned cpu, uint64_t linear, unsigned length);

/* True when shadow_data_access() would change nothing and return 0: the page is held, and no walk waits for its access. */
bool shadow_holds(unsigned cpu, uint64_t linear);

/* The walks up to here belong to no data access to come. */
void shadow_settle(unsigned cpu);

/* The same for an exception: if it ended a walk, it is a page fault and drops the page. */
void shadow_exception(unsigned cpu);

void shadow_flush(unsigned cpu);
void shadow_flush_page(unsigned cpu, uint64_t linear);
