/* SPDX-License-Identifier: MIT */
/*
 * Shadow TLB: finds the page walks for data that a processor would not have made.
 *
 * Bochs walks again although a processor's TLB would hold the page: at every supervisor access to a
 * user page while CR4.SMAP is set, at the first write to a page that was only read, and at the
 * first user access to a page that the supervisor used. The shadow has the size and shape of
 * Bochs's own data TLB, 2048 entries indexed by bits 22-12 of the linear address, but does not
 * remember access rights. It holds a page from the first data access to the page in a region until
 * another page takes its entry or the page is flushed.
 *
 * Bochs reports the reads and writes of a walk before the access that needed it; for an access
 * across two pages it makes both walks first. A walk belongs to an access if its reads lead to the
 * access's page: bits 11-3 of their physical addresses are the table indices, which are bits of the
 * linear address. A walk that no access claims always counts. Examples are the walks of instruction
 * fetches, of CLFLUSH and of accesses that fault, and walks in another paging mode.
 *
 * Flushes follow Bochs: every write of CR0, CR3 or CR4 and every INVPCID flushes everything. INVLPG
 * flushes one page of any size, so all entries that may be parts of a large page are dropped. The
 * shadow cannot recognise global pages. So it drops them, too, when CR3 is written, although Bochs
 * keeps them. At the next access to a page that was dropped needlessly, Bochs makes no walk, and
 * the shadow holds the page again. A page fault drops the page that faulted. Writes of DR7 and of
 * the APIC base flush Bochs's TLB without a report, so a region should contain none.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Starts a region: no page is held. */
void shadow_start(unsigned cpu);

/* Notes that a walk read the entry at `physical`. `counted` says whether that read is in the
 * region's counts. */
void shadow_walk_read(unsigned cpu, uint64_t physical, bool counted);

/* Notes that the walk set an accessed or dirty bit. */
void shadow_walk_write(unsigned cpu);

/* Notes an access to `length` bytes of data at `linear`, all in one page. Returns the number of
 * counted reads that belong to a walk which a processor would not have made. */
unsigned shadow_data_access(unsigned cpu, uint64_t linear, unsigned length);

/* Returns true if shadow_data_access() would change nothing and return 0: the page is held, and no
 * walk awaits its access. */
bool shadow_holds(unsigned cpu, uint64_t linear);

/* Ends the wait of pending walks: no later data access will claim them. */
void shadow_settle(unsigned cpu);

/* Does the work of shadow_settle() for an exception. If the exception ended a walk, it is a page
 * fault, and the page is dropped. */
void shadow_exception(unsigned cpu);

void shadow_flush(unsigned cpu);
void shadow_flush_page(unsigned cpu, uint64_t linear);
