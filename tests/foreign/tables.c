/* SPDX-License-Identifier: MIT */
/* Descriptor tables, user memory, the interrupt controllers. */
#include "tests/foreign/foreign.h"

enum { PRESENT = 1, WRITABLE = 2, USER = 4 };
enum { PAGE_FAULT = 14, TIMER = 32, SYSTEM_CALL = 0x80, VECTORS = 256 };
enum { CODE = 0x08, TSS = 0x28, GATE = 0x8e, USER_GATE = 0xee };
enum { PIC = 0x20, PIC_SECOND = 0xa0 };

#if defined(__x86_64__) || defined(PAE)
typedef uint64_t entry_t;
#else
typedef uint32_t entry_t;
#endif

#ifdef __x86_64__
struct gate {
	uint16_t low, selector, flags, middle;
	uint32_t high, reserved;
};
#else
struct gate {
	uint16_t low, selector, flags, high;
};
#endif

struct table_register {
	uint16_t limit;
	uintptr_t base;
} __attribute__((packed));

extern uint64_t gdt_tss[2];
extern char entry_stack_end[], user_start[];

static struct gate idt[VECTORS];
static uint32_t tss[26];

/* The tables of user memory. page_fault_entry sets an entry of user_table to fresh_entry. */
static entry_t user_directory[PAGE_BYTES / sizeof(entry_t)] __attribute__((aligned(PAGE_BYTES)));
entry_t user_table[PAGE_BYTES / sizeof(entry_t)] __attribute__((aligned(PAGE_BYTES)));
static char user_stack_page[PAGE_BYTES] __attribute__((aligned(PAGE_BYTES)));
static char fresh_page[PAGE_BYTES] __attribute__((aligned(PAGE_BYTES)));
uint32_t fresh_entry;

static uint32_t physical(const void *address)
{
	return (uint32_t)((uintptr_t)address - (uintptr_t)VMA);
}

static void set_gate(unsigned vector, void (*entry)(void), unsigned flags)
{
	uintptr_t address = (uintptr_t)entry;

	idt[vector] = (struct gate){ .low = (uint16_t)address,
		                     .selector = CODE,
		                     .flags = (uint16_t)(flags << 8),
#ifdef __x86_64__
		                     .middle = (uint16_t)(address >> 16),
		                     .high = (uint32_t)(address >> 32) };
#else
		                     .high = (uint16_t)(address >> 16) };
#endif
}

static void open_tss(void)
{
	uintptr_t base = (uintptr_t)tss;

#ifdef __x86_64__
	tss[1] = (uint32_t)(uintptr_t)entry_stack_end;
	tss[2] = (uint32_t)((uintptr_t)entry_stack_end >> 32);
	gdt_tss[1] = base >> 32;
#else
	tss[1] = (uint32_t)entry_stack_end;
	tss[2] = 0x10;
#endif
	gdt_tss[0] = (sizeof tss - 1) | (uint64_t)(base & 0xffffff) << 16 | 0x89ULL << 40 |
	             (uint64_t)(base >> 24 & 0xff) << 56;
	__asm__ volatile("ltr %w0" : : "r"(TSS));
}

#ifdef __x86_64__
static void write_msr(uint32_t index, uint64_t value)
{
	__asm__ volatile("wrmsr" : : "c"(index), "a"((uint32_t)value), "d"((uint32_t)(value >> 32)));
}

static void open_system_calls(void)
{
	write_msr(0xc0000081, (uint64_t)CODE << 32 | (uint64_t)0x10 << 48); /* STAR */
	write_msr(0xc0000082, (uintptr_t)system_call_entry);                /* LSTAR */
	write_msr(0xc0000084, 0x700);                                       /* FMASK: TF, IF, DF */
}
#else
static void open_system_calls(void)
{
	set_gate(SYSTEM_CALL, system_call_entry, USER_GATE);
}
#endif

/* Maps user memory and removes the mapping of physical memory at 0, which only the boot needed. */
static void open_user_memory(void)
{
	const entry_t kind = sizeof(uintptr_t) == 8 ? PRESENT | WRITABLE | USER : PRESENT;
	uintptr_t root;
	entry_t *top;

	user_table[0] = physical(user_start) | PRESENT | USER;
	user_table[1] = physical(user_stack_page) | PRESENT | WRITABLE | USER;
	fresh_entry = physical(fresh_page) | PRESENT | WRITABLE | USER;
	user_directory[0] = physical(user_table) | PRESENT | WRITABLE | USER;

	__asm__ volatile("mov %%cr3, %0" : "=r"(root));
	top = (entry_t *)(VMA + root);
	if (sizeof(uintptr_t) == 8) /* the table of the first 512 GiB, below the PML4 */
		top = (entry_t *)(VMA + (top[0] & ~(entry_t)(PAGE_BYTES - 1)));
	top[0] = 0;
	if (sizeof(entry_t) == 4)
		top[USER_BASE >> 22] = user_directory[0];
	else
		top[USER_BASE >> 30] = physical(user_directory) | kind;
	__asm__ volatile("mov %0, %%cr3" : : "r"(root) : "memory");
}

/* Gives interrupts the vectors from 32 on, and masks all interrupts except the timer's. */
static void open_interrupts(void)
{
	out8(PIC, 0x11);
	out8(PIC_SECOND, 0x11);
	out8(PIC + 1, TIMER);
	out8(PIC_SECOND + 1, TIMER + 8);
	out8(PIC + 1, 4);
	out8(PIC_SECOND + 1, 2);
	out8(PIC + 1, 1);
	out8(PIC_SECOND + 1, 1);
	out8(0x43, 0x30); /* the timer waits for a count */
	out8(PIC_SECOND + 1, 0xff);
	out8(PIC + 1, 0xfe);
}

void tables_open(void)
{
	struct table_register idtr = { sizeof idt - 1, (uintptr_t)idt };

	for (unsigned vector = 0; vector < VECTORS; vector++)
		set_gate(vector, other_entry, GATE);
	set_gate(PAGE_FAULT, page_fault_entry, GATE);
	set_gate(TIMER, timer_entry, GATE);
	open_system_calls();
	open_tss();
	__asm__ volatile("lidt %0" : : "m"(idtr));
	open_user_memory();
	open_interrupts();
}
