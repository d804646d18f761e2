/* SPDX-License-Identifier: MIT */
/*
 * Made-up results for claims_expected.h. They are text with one measurement per line, which
 * measure() in evaluate/test_claims.c reads. The arguments of the macros become words of the lines.
 */
#pragma once

struct expectation {
	int id;
	const char *verdict;
	const char *evidence; /* text that the verdict's evidence must contain */
	const char *results;
};

#define RSP_WRITES(strategy, n) "image " strategy " irq.entry.user 0 rsp_writes " n "\n"
#define RSP0                    "heap-rsp0+sandwich+shared"
#define RSP0_RAN                "bochs " RSP0 " irq.entry.user 0 instructions 14 14\n"
#define TIME(strategy, benchmark, size, values) \
	"kvm " strategy " exec.load" benchmark " " size " tsc " values "\n"
#define EVENT(strategy, benchmark, size, metric, values) \
	"bochs " strategy " exec.load" benchmark " " size " " metric " " values "\n"
/* Like EVENT, but each value is from a boot of its own. */
#define BOOTS(strategy, benchmark, size, metric, values) \
	"bochs@ " strategy " exec.load" benchmark " " size " " metric " " values "\n"
#define CR3   ".flush_cr3"
#define SMALL "4096"
#define LARGE "1048576"
#define EQUAL_EVENTS(size)                                    \
	EVENT("window", CR3, size, "instructions", "100 100") \
	EVENT("heap", "", size, "instructions", "100 100")    \
	EVENT("window", CR3, size, "walk_reads", "20 20") EVENT("heap", "", size, "walk_reads", "20 20")
/* Modelled cycles of seven boots. All boots have the same numbers. */
#define CYCLES(strategy, benchmark, size, low, nominal, high)            \
	BOOTS(strategy, benchmark, size, "cycles_low", low "*7")         \
	BOOTS(strategy, benchmark, size, "cycles_nominal", nominal "*7") \
	BOOTS(strategy, benchmark, size, "cycles_high", high "*7")
/* Times of the presets window and random at one size, warm and cold. */
#define TIMES(warm, warm_random, cold, cold_random) \
	TIME("window", CR3, SMALL, warm)            \
	TIME("random", CR3, SMALL, warm_random)     \
	TIME("window", ".cold", SMALL, cold) TIME("random", ".cold", SMALL, cold_random)
#define EVENTS(metric, warm, warm_random, cold, cold_random) \
	EVENT("window", CR3, SMALL, metric, warm)            \
	EVENT("random", CR3, SMALL, metric, warm_random)     \
	EVENT("window", ".cold", SMALL, metric, cold) EVENT("random", ".cold", SMALL, metric, cold_random)
#define TRIES(engine, strategy, benchmark, violations, tries)                                                \
	engine " " strategy " " benchmark " 0 violations " violations "\n" engine " " strategy " " benchmark \
	       " 0 tries " tries "\n"
#define COUNT(strategy, benchmark, metric, value) "bochs " strategy " " benchmark " 0 " metric " " value "\n"
/*
 * Results on Bochs of an experiment with a control. The macros after it, up to ENTRIES, make
 * results of other experiments and benchmarks.
 */
#define CONTROLLED(strategy, benchmark, violations, control, tries) \
	TRIES("bochs", strategy, benchmark, violations, tries)      \
	COUNT(strategy, benchmark, "control_violations", control)
#define WAKE_UPS(tries, lost, step_tries, step_lost)               \
	COUNT("heap", "block.lost", "tries", tries)                \
	COUNT("heap", "block.lost", "lost", lost)                  \
	COUNT("heap", "block.lost", "two_steps_tries", step_tries) \
	COUNT("heap", "block.lost", "two_steps_lost", step_lost)
#define CHECKS(lock, checks, blocked)                                                                      \
	"bochs heap validate.rate." lock " 1 checks " checks " " checks "\nbochs heap validate.rate." lock \
	" 1 blocked " blocked " " blocked "\n"
/* Modelled cycles of seven boots. */
#define CHECK_CYCLES(lock, cycles)                                                                    \
	"bochs@ heap validate.rate." lock " 1 cycles_low " cycles "\nbochs@ heap validate.rate." lock \
	" 1 cycles_nominal " cycles "\nbochs@ heap validate.rate." lock " 1 cycles_high " cycles "\n"
/* 1000 checks in both ways, of which so many blocked. */
#define VALIDATED(blocked, rw_blocked, cycles, rw_cycles) \
	CHECKS("mutex", "1000", blocked)                  \
	CHECKS("rwlock", "1000", rw_blocked) CHECK_CYCLES("mutex", cycles) CHECK_CYCLES("rwlock", rw_cycles)
#define CPU_MEMORY(cpus, made, arrays) \
	"tcg heap cpus.memory " cpus " dynamic " made "\ntcg heap cpus.memory " cpus " static " arrays "\n"
#define FEW_CPUS                       \
	CPU_MEMORY("1", "0", "630")    \
	CPU_MEMORY("2", "11", "630")   \
	CPU_MEMORY("4", "33", "630")   \
	CPU_MEMORY("8", "77", "630")   \
	CPU_MEMORY("16", "170", "630") \
	CPU_MEMORY("32", "350", "630") \
	CPU_MEMORY("56", "600", "630") \
	CPU_MEMORY("60", "610", "630")
#define CPUS_MEMORY(at_63, at_64, failed)       \
	FEW_CPUS CPU_MEMORY("63", at_63, "630") \
	        CPU_MEMORY("64", at_64, "630") "tcg heap cpus.memory 2 failed " failed "\n"
#define BOUNCING "heap-sw+direct+bouncing"
#define MOVES(sparse, random, sweep, tries)                     \
	COUNT(BOUNCING, "window.moves", "moves_sparse", sparse) \
	COUNT(BOUNCING, "window.moves", "moves_random", random) \
	COUNT(BOUNCING, "window.moves", "moves_sweep", sweep)   \
	COUNT(BOUNCING, "window.moves", "tries", tries)
#define UNAVAILABLE(pages, window, tries)                       \
	COUNT(BOUNCING, "window.unavailable", "pages", pages)   \
	COUNT(BOUNCING, "window.unavailable", "window", window) \
	COUNT(BOUNCING, "window.unavailable", "tries", tries)
#define CR3_WRITES(strategy, n) COUNT(strategy, "irq.roundtrip.user", "cr3_writes", n)
#define ENTRIES(strategy, n)    COUNT(strategy, "fork.roundtrip", "entries_copied", n)
/* Modelled cycles of seven boots. The argument `row` is "BENCHMARK PARAMETER". */
#define CYCLES_OF(strategy, row, low, nominal, high)                 \
	"bochs@ " strategy " " row " cycles_low " low "*7\n"         \
	"bochs@ " strategy " " row " cycles_nominal " nominal "*7\n" \
	"bochs@ " strategy " " row " cycles_high " high "*7\n"
#define EVENT_OF(strategy, row, metric, values) "bochs " strategy " " row " " metric " " values "\n"
#define DIRECT                                  "heap-sw+direct+shared"
/*
 * Copies of 8 bytes and of 1 MiB. On the bouncing kernel they cost `small` and `large` cycles, on
 * the shared kernel 100 cycles.
 */
#define COPIES(way, small, large)                                             \
	CYCLES_OF(BOUNCING, "copy.user." way " 8", small, small, small)       \
	CYCLES_OF(DIRECT, "copy.user 8", "100", "100", "100")                 \
	CYCLES_OF(BOUNCING, "copy.user." way " 1048576", large, large, large) \
	CYCLES_OF(DIRECT, "copy.user 1048576", "100", "100", "100")
/*
 * An interrupt and a system call. On the bouncing kernel they cost `irq` and `call` cycles, on the
 * shared kernel 100 cycles.
 */
#define ENTRIES_COST(irq, call)                                        \
	CYCLES_OF(BOUNCING, "irq.roundtrip.user 0", irq, irq, irq)     \
	CYCLES_OF(DIRECT, "irq.roundtrip.user 0", "100", "100", "100") \
	CYCLES_OF(BOUNCING, "syscall.null 0", call, call, call)        \
	CYCLES_OF(DIRECT, "syscall.null 0", "100", "100", "100")
#define CODE(strategy, own_lines, own_bytes, all_lines, all_bytes)      \
	"image " strategy " isolation.code 0 own_lines " own_lines "\n" \
	"image " strategy " isolation.code 0 own_bytes " own_bytes "\n" \
	"image " strategy " isolation.code 0 all_lines " all_lines "\n" \
	"image " strategy " isolation.code 0 all_bytes " all_bytes "\n"
#define SHARED_PML4(strategy, shared, own) CONTROLLED(strategy, "pitfall.shared_pml4", shared, own, "16")
#define USER_STACK(strategy, words, control, faults)                         \
	CONTROLLED(strategy, "pitfall.user_stack_irq", words, control, "16") \
	COUNT(strategy, "pitfall.user_stack_irq", "smap_faults", faults)     \
	COUNT(strategy, "pitfall.user_stack_irq", "smap_words", "0")
#define TEARDOWN(strategy, before, after) CONTROLLED(strategy, "teardown.order", before, after, "16")
#define CR3_IN_C(strategy, fixed, faults, heap, scratch, tries)       \
	COUNT(strategy, "pitfall.cr3_in_c", "fixed_wrong", fixed)     \
	COUNT(strategy, "pitfall.cr3_in_c", "fixed_faults", faults)   \
	COUNT(strategy, "pitfall.cr3_in_c", "heap_wrong", heap)       \
	COUNT(strategy, "pitfall.cr3_in_c", "scratch_wrong", scratch) \
	COUNT(strategy, "pitfall.cr3_in_c", "tries", tries)
#define CALL_IRQ(strategy, violations, control, tries) \
	CONTROLLED(strategy, "pitfall.call_irq", violations, control, tries)
#define WINDOW_IRQ(strategy, violations, tries, corruptions)              \
	TRIES("bochs", strategy, "pitfall.window_irq", violations, tries) \
	COUNT(strategy, "pitfall.window_irq", "corruptions", corruptions)
#define FORMULA(written, overlap, outside)                                        \
	COUNT("heap", "arith.stack_formula", "first_overlap_as_written", written) \
	COUNT("heap", "arith.stack_formula", "first_overlap_intended", overlap)   \
	COUNT("heap", "arith.stack_formula", "first_outside_intended", outside)
#define OVERLAP(strategy, note, violations)                             \
	TRIES("bochs", strategy, "user.stack_overlap", violations, "9") \
	COUNT(strategy, "user.stack_overlap", "note_overlaps", note)    \
	COUNT(strategy, "user.stack_overlap", "note_image_room", "5000")
#define SANDWICH(strategy, violations, forced, leaked, safe)                       \
	CONTROLLED(strategy, "pitfall.sandwich_irq", violations, "0", "16")        \
	COUNT(strategy, "pitfall.sandwich_irq", "wrong_space_when_forced", forced) \
	COUNT(strategy, "pitfall.sandwich_irq", "frames_leaked", leaked)           \
	COUNT(strategy, "pitfall.sandwich_irq", "images_safe", safe)

#define FUZZ(violations, leaked, broken, held, tries)               \
	TRIES("bochs", "heap", "regions.fuzz", violations, tries)   \
	COUNT("heap", "regions.fuzz", "leaked", leaked)             \
	COUNT("heap", "regions.fuzz", "control_violations", broken) \
	COUNT("heap", "regions.fuzz", "control_leaked", held)       \
	COUNT("heap", "regions.fuzz", "control_tries", "500")
#define FILE_END(mapped, refused, bus, read, tries)                    \
	TRIES("bochs", "heap", "map.file_end", "0", tries)             \
	COUNT("heap", "map.file_end", "mapped_with_zero_tail", mapped) \
	COUNT("heap", "map.file_end", "beyond_not_mapped", refused)    \
	COUNT("heap", "map.file_end", "beyond_bus_errors", bus)        \
	COUNT("heap", "map.file_end", "beyond_read", read)
#define SHM_SCAN(violations, found, segments, owner, tries)   \
	TRIES("bochs", "heap", "shm.scan", violations, tries) \
	COUNT("heap", "shm.scan", "control_found", found)     \
	COUNT("heap", "shm.scan", "ticks_per_key", "250")     \
	COUNT("heap", "shm.scan", "segments", segments)       \
	COUNT("heap", "shm.scan", "read_by_owner", owner)
#define GIVE_BACK(damaged, freed, kept_freed, lost, tries)           \
	TRIES("bochs", "heap", "modules.give_back", damaged, tries)  \
	COUNT("heap", "modules.give_back", "bytes", "10000")         \
	COUNT("heap", "modules.give_back", "bytes_freeable", "1000") \
	COUNT("heap", "modules.give_back", "bytes_freed", freed)     \
	COUNT("heap", "modules.give_back", "frames_lost", lost)      \
	COUNT("heap", "modules.keep", "bytes_freed", kept_freed)
#define OVERFLOW(violations, main, guarded, bare, stepped, tries)        \
	TRIES("bochs", "heap", "user.stack_overflow", violations, tries) \
	COUNT("heap", "user.stack_overflow", "main_faults", main)        \
	COUNT("heap", "user.stack_overflow", "guarded_faults", guarded)  \
	COUNT("heap", "user.stack_overflow", "bare_corruptions", bare)   \
	COUNT("heap", "user.stack_overflow", "stepped_over", stepped)
#define ELF_ORDER(violations, failed, control, tries)                  \
	TRIES("bochs", "heap", "regions.elf_order", violations, tries) \
	COUNT("heap", "regions.elf_order", "programs_failed", failed)  \
	COUNT("heap", "regions.elf_order", "control_violations", control)
#define LEVEL1(row, metric, value)            "level1 heap level1." row " 0 " metric " " value "\n"
#define COMPUTED(metric, value)               COUNT("heap", "arith.boot_layout", metric, value)
/* A metric of the layout, found by booting kernels, and its value by arithmetic. */
#define BOOT_LAYOUT(metric, booted, computed) LEVEL1("layout", metric, booted) COMPUTED(metric, computed)
/* Lines of both plans, the faults that each survived, and how many were injected. */
#define PLANS(kernel_lines, stacks_lines, kernel_survived, stacks_survived, works) \
	LEVEL1("plans", "kernel_lines", kernel_lines)                              \
	LEVEL1("plans", "stacks_lines", stacks_lines)                              \
	LEVEL1("plans", "kernel_survived", kernel_survived)                        \
	LEVEL1("plans", "stacks_survived", stacks_survived)                        \
	LEVEL1("plans", "faults", "12")                                            \
	LEVEL1("plans", "kernel_works", "1") LEVEL1("plans", "stacks_works", works)
#define SMALL_STACK(strategy, bytes, tries)                         \
	COUNT(strategy, "pitfall.small_stack", "high_water", bytes) \
	COUNT(strategy, "pitfall.small_stack", "tries", tries)
#define MOVED(strategy, moved, both)                                   \
	COUNT(strategy, "pitfall.moved_kernel", "moved_faults", moved) \
	COUNT(strategy, "pitfall.moved_kernel", "both_faults", both)   \
	COUNT(strategy, "pitfall.moved_kernel", "tries", "16")
