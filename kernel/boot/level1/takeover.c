/* SPDX-License-Identifier: MIT */
/*
 * Takes the machine over from a level-1 loader. The loader's stacks are small, so this file uses
 * simple means: a serial port without formatting, a GDT, an IDT that panics, and a bump allocator.
 * It makes new page tables, and a new stack for each CPU. The boot CPU then describes the machine
 * as a Multiboot loader does, and boot_main() continues as in any other build. The other CPUs halt.
 */
#include "boot/level1/takeover.h"

#include "boot/boot.h"
#include "boot/level1/initrd.h"
#include "boot/level1/level1.h"
#include "boot/multiboot.h"
#include "lib/format.h"
#include "lib/string.h"
#include "mem/paging.h"
#include "output/machine.h"
#include "output/record.h"
#include "x86/cpuid.h"
#include "x86/instructions.h"
#include "x86/serial.h"

#define ENTRIES   512 /* of a page table */
#define GATES     32
#define NEW_STACK (2 * PAGE_SIZE) /* bytes; a page below it is not mapped */

/* Defined in entry.asm and the linker script. */
extern char level1_trap[], image_start[], image_end[];
void level1_load(const void *gdt, unsigned gdt_size, const void *idt, unsigned idt_size);

uint64_t level1_cr3, level1_place;

static const uint64_t gdt[] = { 0, 0x00209a0000000000, 0x0000920000000000 };

/* A gate, SDM 3A 6.14.1. */
static struct {
	uint64_t low, high;
} idt[GATES];

static const struct level1 *const info = (const struct level1 *)LEVEL1_INFO;

/* The free range from which bump() takes memory. From kept_end on it becomes the kernel's RAM. */
static struct level1_range pool;
static uint64_t bump_next, kept_end;

static uint16_t cpu_count;
static uint16_t high_water[LEVEL1_CPUS]; /* the most bytes used of each CPU's 1 KiB stack */
static bool ready;
static volatile uint32_t arrived;

static _Noreturn void fail(const char *why)
{
	serial_write("palimpsest: first environment: ");
	serial_write(why);
	serial_write("\r\n");
	machine_leave(EXIT_PANIC);
}

void level1_exception(void)
{
	fail("an exception");
}

/* Takes zeroed pages. Returns their physical address, at which they are also mapped. */
static uint64_t bump(size_t pages)
{
	const uint64_t at = bump_next;

	bump_next += pages * PAGE_SIZE;
	if (bump_next > pool.start + (pool.size_and_type & ~LEVEL1_TYPE))
		fail("not enough memory: give the machine more (-m)");
	zero_pages((void *)at, pages);
	return at;
}

static size_t range_count(void)
{
	return (info->size - sizeof *info) / sizeof *info->ranges;
}

/* Sets `pool` to the largest free range from 1 MiB to 4 GiB. All page tables map that memory. */
static void choose_pool(void)
{
	for (size_t i = 0; i < range_count(); i++) {
		const struct level1_range r = info->ranges[i];
		const uint64_t size = r.size_and_type & ~LEVEL1_TYPE;

		if ((r.size_and_type & LEVEL1_TYPE) == LEVEL1_FREE && r.start >= MIB &&
		    r.start + size <= BOOT_MAPPED && size > pool.size_and_type)
			pool = (struct level1_range){ r.start, size };
	}
	bump_next = (pool.start + PAGE_MASK) & ~PAGE_MASK;
}

/* Returns the table to which entry `index` of `table` points. Makes it if the entry is empty. */
static pte_t *below(pte_t *table, unsigned index)
{
	if (!table[index])
		table[index] = bump(1) | PTE_PRESENT | PTE_WRITE;
	return (pte_t *)pte_frame(table[index]);
}

/* Returns the loader's page table for the last 2 MiB of addresses. */
static const pte_t *last_table(void)
{
	const pte_t *table = (const pte_t *)pte_frame(read_cr3());

	for (unsigned level = 0; level < 3; level++) {
		if (!(table[511] & PTE_PRESENT) || (level && (table[511] & PTE_LARGE)))
			fail("the kernel is not mapped in pages of 4 KiB");
		table = (const pte_t *)pte_frame(table[511]);
	}
	return table;
}

/*
 * Makes page tables that map three things: the first 4 GiB, at their own addresses and in the
 * direct map; the last 2 MiB, as the loader maps them; and the new stacks, below LEVEL1_DEVICES.
 */
static void make_tables(void)
{
	pte_t *pml4 = (pte_t *)bump(1), *low = below(pml4, 0), *top = below(below(pml4, 511), 511);
	const pte_t *last = last_table();
	pte_t *own = below(top, 511);

	pml4[KERNEL_PML4_FIRST] = pml4[0];
	for (uint64_t at = 0; at < BOOT_MAPPED; at += PD_SPAN)
		below(low, PDPT_INDEX(at))[PD_INDEX(at)] = at | PTE_PRESENT | PTE_WRITE | PTE_LARGE;
	for (unsigned i = 0; i < ENTRIES; i++)
		own[i] = last[i];
	level1_place = pte_frame(last[PT_INDEX(LEVEL1_KERNEL)]);
	for (uintptr_t at = (uintptr_t)image_start; at < (uintptr_t)image_end; at += PAGE_SIZE)
		if (pte_frame(last[PT_INDEX(at)]) != level1_place + (at - (uintptr_t)image_start))
			fail("the image is not in one piece of memory");
	for (unsigned n = 0; n < cpu_count; n++) {
		const uintptr_t end = LEVEL1_DEVICES - n * (NEW_STACK + PAGE_SIZE);

		for (uintptr_t at = end - NEW_STACK; at < end; at += PAGE_SIZE)
			below(top, PD_INDEX(at))[PT_INDEX(at)] = bump(1) | PTE_PRESENT | PTE_WRITE;
	}
	level1_cr3 = (uintptr_t)pml4;
}

static void prepare(void)
{
	if (info->size < sizeof *info || info->size > PAGE_SIZE)
		fail("the loader's description is damaged");
	if (info->initrd > BOOT_MAPPED || info->initrd_size > BOOT_MAPPED - info->initrd)
		fail("the initrd is not below 4 GiB");
	for (unsigned i = 0; i < GATES; i++) {
		const uint64_t handler = (uintptr_t)level1_trap;

		idt[i].low = (handler & 0xffff) | 8UL << 16 | 0x8e00UL << 32 | (handler >> 16 & 0xffff) << 48;
		idt[i].high = handler >> 32;
	}
	level1_load(gdt, sizeof gdt, idt, sizeof idt);
	cpu_count = info->cpus;
	choose_pool();
	make_tables();
	kept_end = bump_next;
}

uint64_t level1_start(uint64_t number)
{
	const uint64_t *stack = (const uint64_t *)-((number + 1) * LEVEL1_STACK_SIZE);
	size_t untouched = 0;

	if (info->magic != LEVEL1_MAGIC)
		fail("not started by a level-1 loader");
	if (!info->cpus || info->cpus > LEVEL1_CPUS || number >= info->cpus)
		fail("the loader's number of CPUs does not match the stacks");
	if (cpuid_read(1).b >> 24 == info->boot_cpu) {
		prepare();
		__atomic_store_n(&ready, true, __ATOMIC_RELEASE);
	} else {
		while (!__atomic_load_n(&ready, __ATOMIC_ACQUIRE))
			__asm__ volatile("pause");
		level1_load(gdt, sizeof gdt, idt, sizeof idt);
	}
	while (untouched < LEVEL1_STACK_SIZE / 8 && stack[untouched] == EARLY_STACK_PAINT)
		untouched++;
	high_water[number] = (uint16_t)(LEVEL1_STACK_SIZE - untouched * 8);
	return LEVEL1_DEVICES - number * (NEW_STACK + PAGE_SIZE);
}

/* Turns the page of settings, one on each line, into a command line. Returns its address. */
static uint64_t command_line_of(const char *settings)
{
	const uint64_t at = bump(1);
	char *to = (char *)at;

	for (size_t i = 0; i < PAGE_SIZE - 1 && settings[i]; i++)
		to[i] = settings[i] == '\n' || settings[i] == '\r' ? ' ' : settings[i];
	return at;
}

/*
 * Copies each file of the initrd, except the kernel and empty ones, to pages of its own. The memory
 * of the initrd is free afterwards. Returns the address of the list of modules, and sets *count to
 * their number.
 */
static uint64_t copy_files(uint32_t *count)
{
	struct multiboot_module *list = (struct multiboot_module *)bump(1);
	struct initrd_file file;

	*count = 0;
	for (size_t at = 0; initrd_next((const uint8_t *)info->initrd, info->initrd_size, &at, &file);) {
		uint64_t to, name;

		if (!strcmp(file.name, LEVEL1_KERNEL_FILE) || !file.size)
			continue;
		if (*count == BOOT_MODULES)
			fail("the initrd has too many files");
		to = bump((file.size + PAGE_MASK) >> PAGE_SHIFT);
		name = bump(1);
		memcpy((void *)to, file.data, file.size);
		string_copy((char *)name, file.name, PAGE_SIZE);
		list[(*count)++] = (struct multiboot_module){ (uint32_t)to, (uint32_t)(to + file.size),
			                                      (uint32_t)name, 0 };
	}
	return (uintptr_t)list;
}

static void add_range(struct multiboot_info *made, uint64_t start, uint64_t end)
{
	struct multiboot_range *range = (void *)((uintptr_t)made->mmap_addr + made->mmap_length);

	*range = (struct multiboot_range){ sizeof *range - sizeof range->size, start, end - start,
		                           MULTIBOOT_RAM };
	made->mmap_length += sizeof *range;
}

/*
 * Describes the machine as a Multiboot loader does. The list of RAM has the loader's free ranges,
 * the image, and the initrd. It leaves out the page tables and the stacks that the halted CPUs use.
 */
static uint64_t describe(void)
{
	struct multiboot_info *made = (struct multiboot_info *)bump(1);

	made->flags = MULTIBOOT_HAS_CMDLINE | MULTIBOOT_HAS_MODULES | MULTIBOOT_HAS_MAP;
	made->cmdline = (uint32_t)command_line_of((const char *)LEVEL1_SETTINGS);
	made->mods_addr = (uint32_t)copy_files(&made->mods_count);
	made->mmap_addr = (uint32_t)bump(2);
	for (size_t i = 0; i < range_count(); i++) {
		const struct level1_range r = info->ranges[i];
		const uint64_t end = r.start + (r.size_and_type & ~LEVEL1_TYPE);

		if ((r.size_and_type & LEVEL1_TYPE) == LEVEL1_FREE)
			add_range(made, r.start == pool.start ? kept_end : r.start, end);
	}
	add_range(made, level1_place, level1_place + ((uintptr_t)image_end - (uintptr_t)image_start));
	add_range(made, info->initrd, info->initrd + info->initrd_size);
	return (uintptr_t)made;
}

uint64_t level1_continue(void)
{
	__atomic_fetch_add(&arrived, 1, __ATOMIC_SEQ_CST);
	if (cpuid_read(1).b >> 24 != info->boot_cpu)
		for (;;)
			__asm__ volatile("cli; hlt");
	for (unsigned i = 0; i < 1U << 30 && arrived < cpu_count; i++)
		__asm__ volatile("pause");
	if (arrived < cpu_count)
		fail("a CPU did not arrive");
	return describe();
}

void boot_say_stacks(void)
{
	char name[32];

	record_fact("level1-cpus", cpu_count, "CPUs");
	record_fact("level1-arrived", arrived, "CPUs");
	for (unsigned i = 0; i < cpu_count; i++) {
		format_string(name, sizeof name, "level1-stack-%u", i);
		record_fact(name, high_water[i], "bytes");
	}
}
