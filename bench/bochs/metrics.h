/* SPDX-License-Identifier: MIT */
/*
 * The counted events. The `!hook` line, the `!count` lines and the counters are all generated from
 * this list, in this order.
 *
 * Everything between the opening and the closing of a region is counted, on the region's own CPU.
 * In a region opened with MARK_BEGIN_KERNEL (bench/protocol/marks.h) an event counts only if bit 63
 * of RIP is set. For `instructions`, RIP at the start of the instruction decides; for all other
 * events, RIP at the moment of the event. While an interrupt or exception is delivered, RIP is
 * still that of the interrupted instruction. A delivery from user mode (its event, its table reads
 * and its pushes) therefore counts as user code, and so does the instruction SYSCALL.
 */
#pragma once

/*
 * INSTRUCTIONS    Completed instructions. A REP instruction counts once, when its last iteration is
 *                 done, even with a count of 0. An instruction that faults counts when its restart
 *                 completes. INT n, INT3 and INTO count although they raise an interrupt.
 * REP_ITERATIONS  Completed iterations of REP instructions.
 * DATA_ACCESSES   Linear data accesses, as Bochs makes them: one per operand; one for a
 *                 read-modify-write; two for an access that crosses a page, and for CMPXCHG16B.
 *                 The processor's own accesses count too: when it reads IDT, GDT and TSS, and when
 *                 it pushes a frame. Instruction fetches and page walks do not count.
 * WALK_READS      Reads of paging-structure entries, one per level of each walk, for data and code
 *                 alike: 4 for a 4 KiB page, 3 for 2 MiB, 2 for 1 GiB. Bochs walks when its own TLB
 *                 (2048 data entries, 1024 code entries, direct-mapped, no paging-structure caches)
 *                 misses. It walks again when the TLB entry lacks a right that the page tables
 *                 grant, for example at every supervisor access to a user page while CR4.SMAP is
 *                 set. Such a repeated walk for data counts only if a processor with that TLB would
 *                 walk too. That is so in two cases: the walk sets an accessed or dirty bit, or no
 *                 data access in the region has used the page since its last flush or eviction. At
 *                 the start of a region no page is known, so the walk for a page that was used
 *                 before the region can count once more. The walk for the fetch of the instruction
 *                 that closes the region does not count.
 * WALK_WRITES     Writes that set accessed and dirty bits, one per paging-structure entry.
 * CR3_WRITES      Completed MOV to CR3.
 * INVLPG          Completed INVLPG of a canonical address.
 * INVPCID         Completed INVPCID, of any type.
 * INTERRUPTS      External interrupts and NMIs, when they are delivered.
 * EXCEPTIONS      Exceptions raised: faults, traps, aborts, and those of INT1, INT3 and INTO. A
 *                 double fault counts in addition to the exceptions that led to it. Other INT n
 *                 are not exceptions, but Bochs cannot tell INT1, INT3 and INTO from the two-byte
 *                 instructions INT 1, INT 3 and INT 4, so the two-byte ones count as well.
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
