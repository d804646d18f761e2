/* SPDX-License-Identifier: MIT */
/*
 * The processor: instructions that C cannot say, the features that were found, and what each CPU
 * owns. Vol. and chapter numbers are those of Intel's SDM.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "x86/layout.h"

#define CR0_MP               (1UL << 1)
#define CR0_EM               (1UL << 2)
#define CR0_TS               (1UL << 3)
#define CR0_NE               (1UL << 5)
#define CR0_WP               (1UL << 16)
#define CR0_AM               (1UL << 18)
#define CR4_MCE              (1UL << 6)
#define CR4_PGE              (1UL << 7)
#define CR4_OSFXSR           (1UL << 9)
#define CR4_OSXMMEXCPT       (1UL << 10)
#define CR4_UMIP             (1UL << 11)
#define CR4_FSGSBASE         (1UL << 16)
#define CR4_PCIDE            (1UL << 17)
#define CR4_OSXSAVE          (1UL << 18)
#define CR4_SMEP             (1UL << 20)
#define CR4_SMAP             (1UL << 21)

#define MSR_APIC_BASE        0x1bU
#define MSR_EFER             0xc0000080U
#define MSR_STAR             0xc0000081U
#define MSR_LSTAR            0xc0000082U
#define MSR_FMASK            0xc0000084U
#define MSR_FS_BASE          0xc0000100U
#define MSR_GS_BASE          0xc0000101U
#define MSR_KERNEL_GS        0xc0000102U

#define RFLAGS_FIXED         (1UL << 1)
#define RFLAGS_TF            (1UL << 8)
#define RFLAGS_IF            (1UL << 9)
#define RFLAGS_DF            (1UL << 10)
#define RFLAGS_NT            (1UL << 14)
#define RFLAGS_RF            (1UL << 16)
#define RFLAGS_AC            (1UL << 18)

/* What of RFLAGS a program may set: CF, PF, AF, ZF, SF, TF, DF, OF, RF, AC. */
#define RFLAGS_USER          0x50dd5UL

/* Debug registers (SDM 3B 17.2): DR6 tells why #DB came and is never cleared by the CPU; DR7 enables breakpoints. */
#define DR6_NONE             0xffff0ff0UL
#define DR6_BREAKPOINTS      0xfUL
#define DR6_STEP             (1UL << 14)
#define DR7_NONE             0x400UL

/* Selectors. SYSRET wants user data directly below user code (SDM 2B, SYSRET). */
#define SELECTOR_KERNEL_CODE 0x08
#define SELECTOR_KERNEL_DATA 0x10
#define SELECTOR_USER_DATA   0x1b
#define SELECTOR_USER_CODE   0x23
#define SELECTOR_TSS         0x28

/* IST slots (SDM 3A 6.14.5). 1 and 2 belong to the STACK axis, the others to every build. */
#define IST_NONE             0
#define IST_IRQ              1
#define IST_FAULT            2
#define IST_DF               3
#define IST_NMI              4
#define IST_MC               5
#define IST_DB               6
#define IST_GP               7 /* #TS, #NP, #SS and #GP: what IRETQ and SYSRETQ can raise */
#define IST_SPARE            IST_MC /* experiments borrow it (gate_set_ist) and put it back: #MC ends all on any stack */

/* Interrupt vectors. */
#define VECTOR_TIMER         0x40
#define VECTOR_BENCH         0x50
#define VECTOR_INNER         0x60 /* of a higher class: for an interrupt within an interrupt */
#define VECTOR_MICRO         0x80 /* of INT instructions; see gate_set */
#define VECTOR_MICRO_LEAVE   0x81
#define VECTOR_SPURIOUS      0xff

struct tss {
	uint32_t reserved0;
	uint64_t rsp[3];
	uint64_t reserved1;
	uint64_t ist[7]; /* ist[0] is IST1 */
	uint64_t reserved2;
	uint16_t reserved3;
	uint16_t io_map;
} __attribute__((packed));
_Static_assert(sizeof(struct tss) == 104, "64-bit TSS (SDM 3A 7.7)");

/* Bits of need_resched. */
#define RETURN_YIELD  1 /* the other tasks shall have the CPU */
#define RETURN_SIGNAL 2 /* the running task has a signal to take */

struct task;

/* What one CPU owns. GS points here while the kernel runs; entry.asm knows the first fields. */
struct cpu {
	struct cpu *self;
	uint64_t user_rsp;   /* SYSCALL entry parks RSP here for an instant */
	uint64_t kstack_top; /* of the running task (heap stacks) */
	uint64_t scratch_rax;
	struct task *current;
	uint64_t need_resched; /* RETURN_*: why the way back to user mode is the long one */
	uint64_t scratch_top;  /* the scratch stack, mapped alike under every CR3 */
	uint32_t id;
	struct task *idle;
	struct task *dead; /* ended; torn down by the task that runs next */
	uint64_t gdt[7];
	struct tss tss;
};

/* What CPUID reported and the kernel uses; false means: done without. */
struct cpu_features {
	bool smep, smap, umip, mce, pge, pcid, invpcid, page_1g, rdrand, x2apic, invariant_tsc, hypervisor;
	bool fxsr, xsave, avx;
	uint32_t leaf1_edx; /* as programs want it in AT_HWCAP */
	char vendor[13];
};
extern struct cpu_features cpu_features;

static inline struct cpu *this_cpu(void)
{
	struct cpu *cpu;

	__asm__ volatile("mov %%gs:0, %0" : "=r"(cpu));
	return cpu;
}

static inline void outb(uint16_t port, uint8_t value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline void outl(uint16_t port, uint32_t value)
{
	__asm__ volatile("outl %0, %1" : : "a"(value), "Nd"(port));
}

static inline uint8_t inb(uint16_t port)
{
	uint8_t value;

	__asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

/* DS, ES, FS and GS, 16 bits each, the first lowest. Long mode ignores the first two; programs can load all four. */
static inline uint64_t read_selectors(void)
{
	uint64_t ds, es, fs, gs;

	__asm__ volatile("mov %%ds, %k0; mov %%es, %k1; mov %%fs, %k2; mov %%gs, %k3"
	                 : "=r"(ds), "=r"(es), "=r"(fs), "=r"(gs));
	return ds | es << 16 | fs << 32 | gs << 48;
}

/* All ones of the four together: 0 when none is loaded. */
static inline uint64_t selectors_loaded(void)
{
	uint64_t ds, es, fs, gs;

	__asm__ volatile("mov %%ds, %k0; mov %%es, %k1; mov %%fs, %k2; mov %%gs, %k3"
	                 : "=r"(ds), "=r"(es), "=r"(fs), "=r"(gs));
	return ds | es | fs | gs;
}

/* Loads them, as they were read. The bases of FS and of the user's GS become the descriptors'. Interrupts are off. */
static inline void write_selectors(uint64_t selectors)
{
	__asm__ volatile("mov %k0, %%ds; mov %k1, %%es; mov %k2, %%fs; swapgs; mov %k3, %%gs; swapgs"
	                 :
	                 : "r"(selectors & 0xffff), "r"(selectors >> 16 & 0xffff),
	                   "r"(selectors >> 32 & 0xffff), "r"(selectors >> 48)
	                 : "memory");
}

static inline uint64_t read_cr0(void)
{
	uint64_t value;

	__asm__ volatile("mov %%cr0, %0" : "=r"(value));
	return value;
}

static inline void write_cr0(uint64_t value)
{
	__asm__ volatile("mov %0, %%cr0" : : "r"(value) : "memory");
}

static inline uint64_t read_cr2(void)
{
	uint64_t value;

	__asm__ volatile("mov %%cr2, %0" : "=r"(value));
	return value;
}

static inline uint64_t read_cr3(void)
{
	uint64_t value;

	__asm__ volatile("mov %%cr3, %0" : "=r"(value) : : "memory");
	return value;
}

/*
 * Loads CR3: flushes every translation that is not global, with PCIDs those of the value's PCID
 * (SDM 3A 4.10.4.1).
 */
static inline void write_cr3(uint64_t value)
{
	__asm__ volatile("mov %0, %%cr3" : : "r"(value) : "memory");
}

static inline uint64_t read_dr6(void)
{
	uint64_t value;

	__asm__ volatile("mov %%dr6, %0" : "=r"(value));
	return value;
}

static inline void write_dr6(uint64_t value)
{
	__asm__ volatile("mov %0, %%dr6" : : "r"(value));
}

static inline void write_dr7(uint64_t value)
{
	__asm__ volatile("mov %0, %%dr7" : : "r"(value) : "memory");
}

static inline uint64_t read_cr4(void)
{
	uint64_t value;

	__asm__ volatile("mov %%cr4, %0" : "=r"(value));
	return value;
}

static inline void write_cr4(uint64_t value)
{
	__asm__ volatile("mov %0, %%cr4" : : "r"(value) : "memory");
}

/* Flushes the translation of one page, global or not, and the paging-structure caches. */
static inline void invlpg(uintptr_t address)
{
	__asm__ volatile("invlpg (%0)" : : "r"(address) : "memory");
}

#define INVPCID_ALL 2 /* types of INVPCID (SDM 2A): every PCID, global translations too */

/* Flushes as `type` says; `pcid` and `address` matter to some types only. */
static inline void invpcid(uint64_t type, uint64_t pcid, uintptr_t address)
{
	const struct {
		uint64_t pcid, address;
	} descriptor = { pcid, address };

	__asm__ volatile("invpcid %0, %1" : : "m"(descriptor), "r"(type) : "memory");
}

static inline uint64_t read_msr(uint32_t msr)
{
	uint32_t low, high;

	__asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
	return (uint64_t)high << 32 | low;
}

static inline void write_msr(uint32_t msr, uint64_t value)
{
	__asm__ volatile("wrmsr" : : "c"(msr), "a"((uint32_t)value), "d"((uint32_t)(value >> 32)) : "memory");
}

static inline void interrupts_on(void)
{
	__asm__ volatile("sti" : : : "memory");
}

static inline void interrupts_off(void)
{
	__asm__ volatile("cli" : : : "memory");
}

static inline bool interrupts_are_on(void)
{
	uint64_t flags;

	__asm__ volatile("pushfq; pop %0" : "=r"(flags));
	return flags & RFLAGS_IF;
}

/* Opens user pages to the kernel while SMAP is on, and closes them again. */
static inline void user_access_begin(void)
{
	if (cpu_features.smap)
		__asm__ volatile("stac" : : : "memory");
}

static inline void user_access_end(void)
{
	if (cpu_features.smap)
		__asm__ volatile("clac" : : : "memory");
}

/* Time stamp with everything before it done and nothing after it begun. Unit: TSC ticks. */
static inline uint64_t timestamp(void)
{
	uint32_t low, high;

	__asm__ volatile("lfence; rdtsc; lfence" : "=a"(low), "=d"(high) : : "memory");
	return (uint64_t)high << 32 | low;
}

/*
 * Finds the features (panics when one is missing that nothing can replace), then turns WP, SMEP, SMAP, UMIP, PGE and machine
 * checks on. The FPU stays off until fpu_init().
 */
void cpu_enable_features(void);

/*
 * Gives the boot CPU its GDT, TSS and IDT, and the addresses of its stacks (CPU_*_TOP of layout.h), which
 * must be mapped before.
 */
void cpu_init(void);

/* Fills the 256 gates and loads the IDT. */
void idt_init(void);

/*
 * For experiments: makes the gate of `vector` use IST slot `ist`, or none (IST_NONE). Returns the slot that it
 * used until now.
 */
unsigned gate_set_ist(unsigned vector, unsigned ist);

/*
 * Likewise: lets the gate of `vector` lead to `handler`, assembly code that ends in IRETQ, on IST slot `ist` or none;
 * `user` opens it to INT from user mode. gate_restore() makes it what idt_init() made it.
 */
void gate_set(unsigned vector, void (*handler)(void), unsigned ist, bool user);
void gate_restore(unsigned vector);

/*
 * Calls handler() with interrupts off when `vector` (32 … 255) arrives. The handler must call
 * lapic_eoi(). The default handler counts the interrupt as spurious.
 */
void irq_set_handler(unsigned vector, void (*handler)(void));
