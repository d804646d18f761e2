/* SPDX-License-Identifier: MIT */
/*
 * The parameters of a profile. A profile file contains each parameter of these two lists exactly
 * once.
 *
 * A size is one whole number, because the three parameter sets share one state of caches and TLBs.
 * A cost is a number of cycles, or a share of a latency. It has at most six decimals, and may have
 * a low and a high value.
 */
#pragma once

/* id, section, key, least, most */
#define MODEL_SIZES(X)                                                                           \
	X(L1I_KIB, "l1i", "kib", 1, 1024)                                                        \
	X(L1I_WAYS, "l1i", "ways", 1, 64)                                                        \
	X(L1D_KIB, "l1d", "kib", 1, 1024)                                                        \
	X(L1D_WAYS, "l1d", "ways", 1, 64)                                                        \
	X(L2_KIB, "l2", "kib", 1, 65536)                                                         \
	X(L2_WAYS, "l2", "ways", 1, 64)                                                          \
	X(L3_KIB, "l3", "kib", 1, 1048576)                                                       \
	X(L3_WAYS, "l3", "ways", 1, 64)                                                          \
	X(ITLB_4K, "itlb", "entries_4k", 1, 65536)                                               \
	X(ITLB_4K_WAYS, "itlb", "ways_4k", 1, 256)                                               \
	X(ITLB_2M, "itlb", "entries_2m", 0, 65536) /* 0: held in the 4 KiB array */              \
	X(ITLB_2M_WAYS, "itlb", "ways_2m", 0, 256)                                               \
	X(DTLB_4K, "dtlb", "entries_4k", 1, 65536)                                               \
	X(DTLB_4K_WAYS, "dtlb", "ways_4k", 1, 256)                                               \
	X(DTLB_2M, "dtlb", "entries_2m", 0, 65536) /* 0: held in the 4 KiB array */              \
	X(DTLB_2M_WAYS, "dtlb", "ways_2m", 0, 256)                                               \
	X(DTLB_1G, "dtlb", "entries_1g", 0, 65536) /* 0: held in the 4 KiB array */              \
	X(DTLB_1G_WAYS, "dtlb", "ways_1g", 0, 256)                                               \
	X(STLB, "stlb", "entries", 1, 65536)                                                     \
	X(STLB_WAYS, "stlb", "ways", 1, 256)                                                     \
	X(STLB_CODE, "stlb", "entries_code", 0, 65536) /* 0: code and data share `entries` */    \
	X(STLB_CODE_WAYS, "stlb", "ways_code", 0, 256)                                           \
	X(STLB_1G, "stlb", "entries_1g", 0, 65536) /* 0: 1 GiB pages are held as 2 MiB pieces */ \
	X(STLB_1G_WAYS, "stlb", "ways_1g", 0, 256)                                               \
	X(WALK_PML4E, "walk", "pml4e_entries", 1, 256)                                           \
	X(WALK_PDPTE, "walk", "pdpte_entries", 1, 256)                                           \
	X(WALK_PDE, "walk", "pde_entries", 1, 256)                                               \
	X(ENTRY_INSTRUCTIONS, "core", "entry_instructions", 0, 10000)                            \
	X(WINDOW, "core", "window", 1, 1024)                                                     \
	X(SCHEDULER, "core", "scheduler", 1, 255)                                                \
	X(PREDICTOR, "core", "predictor", 64, 65536)                                             \
	X(WALKERS, "walk", "walkers", 1, 16)                                                     \
	X(STORES, "core", "store_buffer", 1, 256)

/* id, section, key, most */
#define MODEL_COSTS(X)                                            \
	X(L1_LATENCY, "l1d", "latency", 1000)                     \
	X(L2_LATENCY, "l2", "latency", 10000)                     \
	X(L3_LATENCY, "l3", "latency", 10000)                     \
	X(TRANSFER, "l3", "transfer", 10000)                      \
	X(MEMORY_LATENCY, "memory", "latency", 100000)            \
	X(STLB_HIT, "stlb", "hit", 1000)                          \
	X(WALK_BASE, "walk", "base", 1000)                        \
	X(CPI_HOT, "core", "cpi_hot", 100)                        \
	X(CPI_ENTRY, "core", "cpi_entry", 100)                    \
	X(MISPREDICT, "core", "mispredict", 1000)                 \
	X(MULTIPLY, "core", "multiply", 1000)                     \
	X(DIVIDE, "core", "divide", 1000)                         \
	X(STORE_FORWARD, "core", "store_forward", 1000)           \
	X(SHARE_LOAD, "core", "share_load", 1)                    \
	X(SHARE_STORE, "core", "share_store", 1)                  \
	X(SHARE_STREAM, "core", "share_stream", 1)                \
	X(SHARE_FETCH, "core", "share_fetch", 1)                  \
	X(REP_START, "strings", "start", 10000)                   \
	X(REP_64_BYTES, "strings", "cycles_per_64_bytes", 10000)  \
	X(REP_OTHER, "strings", "other_iteration", 10000)         \
	X(SYSCALL, "events", "syscall", 100000)                   \
	X(SYSRET, "events", "sysret", 100000)                     \
	X(INTERRUPT_USER, "events", "interrupt_user", 100000)     \
	X(INTERRUPT_KERNEL, "events", "interrupt_kernel", 100000) \
	X(FAULT_USER, "events", "fault_user", 100000)             \
	X(FAULT_KERNEL, "events", "fault_kernel", 100000)         \
	X(IRET_USER, "events", "iret_user", 100000)               \
	X(IRET_KERNEL, "events", "iret_kernel", 100000)           \
	X(SWAPGS, "events", "swapgs", 100000)                     \
	X(CR3_FLUSH, "events", "cr3_flush", 100000)               \
	X(CR3_KEEP, "events", "cr3_keep", 100000)                 \
	X(CR4_FLUSH, "events", "cr4_flush", 100000)               \
	X(CR_WRITE, "events", "cr_write", 100000)                 \
	X(CR_READ, "events", "cr_read", 100000)                   \
	X(INVLPG_COST, "events", "invlpg", 100000)                \
	X(INVPCID_PAGE, "events", "invpcid_page", 100000)         \
	X(INVPCID_ALL, "events", "invpcid_all", 100000)           \
	X(WRMSR, "events", "wrmsr", 100000)                       \
	X(RDMSR, "events", "rdmsr", 100000)                       \
	X(EOI_X2APIC, "events", "eoi_x2apic", 100000)             \
	X(APIC_MMIO, "events", "apic_mmio", 100000)               \
	X(IPI_SEND, "events", "ipi_send", 100000)                 \
	X(RDTSC, "events", "rdtsc", 100000)                       \
	X(RDTSCP, "events", "rdtscp", 100000)                     \
	X(CPUID, "events", "cpuid", 100000)                       \
	X(LFENCE, "events", "lfence", 100000)                     \
	X(MFENCE, "events", "mfence", 100000)                     \
	X(CLI, "events", "cli", 100000)                           \
	X(STI, "events", "sti", 100000)                           \
	X(POPF, "events", "popf", 100000)                         \
	X(LOAD_TABLE, "events", "lgdt_lidt_ltr", 100000)          \
	X(LOCKED, "events", "locked", 100000)                     \
	X(PORT_IO, "events", "port_io", 1000000)
