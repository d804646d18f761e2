/* SPDX-License-Identifier: MIT */
/*
 * The counted events. This list is the only one: the `!hook` line, the `!count` lines and the counters
 * themselves are made from it, in this order.
 *
 * Everything between the opening and the closing of a region is counted, on the region's own CPU. In a region
 * opened with BEGIN_KERNEL_ONLY an event counts only while bit 63 of RIP is set: at the start of the
 * instruction for `instructions`, at the moment of the event for all others. RIP is still the interrupted
 * instruction's while an interrupt or exception is delivered, so a delivery that hits user code (its event,
 * its table reads and its pushes) is user code's, as the instruction SYSCALL is.
 */
#pragma once

/*
 * INSTRUCTIONS    Completed instructions. A REP instruction counts once, when its last iteration is done, and
 *                 with a count of 0 too. An instruction that faults counts when its restart completes; one that
 *                 raises a software interrupt or exception (INT n, INT3, INTO) counts.
 * REP_ITERATIONS  Completed iterations of REP instructions.
 * DATA_ACCESSES   Linear data accesses, as Bochs makes them: one per operand; read-modify-write is one; a
 *                 page-crossing access is two, CMPXCHG16B two. The processor's own reads of IDT, GDT and TSS and
 *                 the frames that it pushes are included; instruction fetches and page walks are not.
 * WALK_READS      Reads of paging-structure entries, one per level of each walk, data and code alike: 4 for a
 *                 4 KiB page, 3 for 2 MiB, 2 for 1 GiB. Bochs walks when its own TLB (2048 data entries, 1024
 *                 code entries, direct-mapped, no paging-structure caches) misses, and when an entry lacks a right
 *                 that the page tables give: at every supervisor access to a user page while CR4.SMAP is set. Such
 *                 a repeated data walk counts only where a processor with that TLB would walk too: when it sets an
 *                 accessed or dirty bit, or when no data access in the region used the page since its last flush
 *                 or eviction. As the region begins with no page known, a page that was used before it can count
 *                 once more. The walk that fetches the instruction which closes a region is not part of it.
 * WALK_WRITES     Writes of paging-structure entries that set accessed and dirty bits, one per entry.
 * CR3_WRITES      Completed MOV to CR3.
 * INVLPG          Completed INVLPG of a canonical address.
 * INVPCID         Completed INVPCID, of any type.
 * INTERRUPTS      External interrupts and NMIs at their delivery.
 * EXCEPTIONS      Exceptions raised (faults, traps, aborts), each of a nested series (a double fault adds its own
 *                 one to those that led to it), and those of INT1, INT3 and INTO. Other INT n is no exception;
 *                 INT 1, 3 and 4 written with the two-byte opcode cannot be told apart and count as well.
 */
#define METRICS(X)                          \
	X(INSTRUCTIONS, "instructions")     \
	X(REP_ITERATIONS, "rep_iterations") \
	X(DATA_ACCESSES, "data_accesses")   \
	X(WALK_READS, "walk_reads")         \
	X(WALK_WRITES, "walk_writes")       \
	X(CR3_WRITES, "cr3_writes")         \
	X(INVLPG, "invlpg")                 \
	X(INVPCID, "invpcid")               \
	X(INTERRUPTS, "interrupts")         \
	X(EXCEPTIONS, "exceptions")

#define METRIC_CONSTANT(id, name) METRIC_##id,
enum metric { METRICS(METRIC_CONSTANT) METRIC_COUNT };
#undef METRIC_CONSTANT
