/* SPDX-License-Identifier: MIT */
/*
 * The level-1 environment, which replaces a BOOTBOOT loader. A Multiboot loader starts it, with the
 * initrd as the only module. The environment runs at its physical addresses. It loads the kernel
 * from the initrd, maps the published addresses (level1.h), starts all CPUs, and lets them jump to
 * the kernel together. docs/first-environment.md says how it differs from a real loader.
 */
#include <elf.h>

#include "boot/level1/initrd.h"
#include "boot/level1/level1.h"
#include "boot/multiboot.h"
#include "lib/string.h"
#include "output/machine.h"
#include "x86/cpuid.h"
#include "x86/instructions.h"
#include "x86/pit.h"
#include "x86/serial.h"

#define RANGES       64
#define WORDS        1024 /* bytes of the command line that are used */
#define ENTRIES      512  /* of a page table */
#define PRESENT      3UL  /* and writable */
#define UNCACHED     0x18UL
#define LARGE        0x80UL
#define SCREEN       0xb8000UL /* the text screen: two pages */
#define IO_APIC      0xfec00000UL
#define ACPI_FROM    0xe0000UL
#define ACPI_TO      0x100000UL

#define TRAMPOLINE   0x8000UL
#define SPURIOUS     0x0f0 /* registers of the local APIC (SDM 3A 10.4.1) */
#define COMMAND      0x300
#define INIT_OTHERS  0x000c4500U /* INIT to all CPUs but this one (SDM 3A 10.6.1) */
#define PATIENCE     50          /* wait this many times 10 ms for the next CPU */
#define START_OTHERS (0x000c4600U | TRAMPOLINE >> PAGE_SHIFT)

/*
 * ACPI: the header of every table. Then two offsets in bytes: of the RSDT's address in the root
 * pointer, and of the first entry in the MADT.
 */
struct acpi_table {
	char signature[4];
	uint32_t length;
	char rest[28];
};
#define RSDP_TABLES  16
#define MADT_ENTRIES 44

/* Defined in environment.asm and environment.ld. */
extern uint64_t environment_pml4[ENTRIES];
extern volatile uint32_t environment_tickets;
extern volatile uint64_t environment_go;
extern uint64_t environment_stack_size;
extern char trampoline[], trampoline_end[], environment_start[], environment_end[];
uint64_t environment_main(const struct multiboot_info *info);

static uint64_t top_pdpt[ENTRIES] __attribute__((aligned(PAGE_SIZE)));
static uint64_t top_pd[ENTRIES] __attribute__((aligned(PAGE_SIZE)));
static uint64_t top_pt[ENTRIES] __attribute__((aligned(PAGE_SIZE)));
static uint64_t screen_pt[ENTRIES] __attribute__((aligned(PAGE_SIZE)));

/* Free memory. */
static struct memory_range ranges[RANGES];
static size_t range_count;

static char words[WORDS];

static _Noreturn void fail(const char *why)
{
	serial_write("level 1: ");
	serial_write(why);
	serial_write("\r\n");
	outl(PORT_EXIT, EXIT_PANIC);
	for (const char *word = "Shutdown"; *word; word++)
		outb(PORT_BOCHS_EXIT, (uint8_t)*word);
	for (;;)
		__asm__ volatile("cli; hlt");
}

/* Removes [start, end), rounded outwards to pages, from the free memory. */
static void use(uint64_t start, uint64_t end)
{
	start &= ~PAGE_MASK;
	end = (end + PAGE_MASK) & ~PAGE_MASK;
	for (size_t i = 0; i < range_count; i++) {
		struct memory_range *r = &ranges[i];

		if (start >= r->end || end <= r->start)
			continue;
		if (start > r->start && end < r->end) {
			if (range_count == RANGES)
				fail("too many ranges of memory");
			ranges[range_count++] = (struct memory_range){ end, r->end };
			r->end = start;
		} else if (start > r->start) {
			r->end = start;
		} else if (end < r->end) {
			r->start = end;
		} else {
			*r = ranges[--range_count];
			i--;
		}
	}
}

/* Takes `pages` pages: the lowest free ones at or above 1 MiB. Fills them with zeros, and returns
 * their physical address. */
static uint64_t take(size_t pages)
{
	const uint64_t size = pages * PAGE_SIZE;
	uint64_t at = UINT64_MAX;

	for (const struct memory_range *r = ranges; r < ranges + range_count; r++)
		if (r->start >= MIB && r->end - r->start >= size && r->end <= LEVEL1_IDENTITY &&
		    r->start < at)
			at = r->start;
	if (at == UINT64_MAX)
		fail("not enough memory");
	use(at, at + size);
	zero_pages((void *)at, pages);
	return at;
}

/* Takes the memory of `pages` pages at physical address `at`, which must be free. */
static uint64_t take_at(uint64_t at, size_t pages)
{
	for (const struct memory_range *r = ranges; r < ranges + range_count; r++)
		if (at % PAGE_SIZE == 0 && at >= r->start && at < r->end && at < LEVEL1_IDENTITY &&
		    pages * PAGE_SIZE <= r->end - at && pages * PAGE_SIZE <= LEVEL1_IDENTITY - at) {
			use(at, at + pages * PAGE_SIZE);
			zero_pages((void *)at, pages);
			return at;
		}
	fail("place=: this memory is not free");
}

static void read_memory(const struct multiboot_info *info)
{
	if (!(info->flags & MULTIBOOT_HAS_MAP))
		fail("the boot loader gave no memory map");
	for (uint64_t at = info->mmap_addr; at < (uint64_t)info->mmap_addr + info->mmap_length;) {
		const struct multiboot_range *range = (const struct multiboot_range *)at;
		const uint64_t start = (range->address + PAGE_MASK) & ~PAGE_MASK;
		const uint64_t end = (range->address + range->length) & ~PAGE_MASK;

		if (range->type == MULTIBOOT_RAM && start < end && range_count < RANGES)
			ranges[range_count++] = (struct memory_range){ start, end };
		at += range->size + sizeof range->size;
	}
	use(0, PAGE_SIZE);
	use((uintptr_t)environment_start, (uintptr_t)environment_end);
}

/*
 * Returns the value of setting `key` in the command line, or NULL if there is none. The value ends
 * at a space or NUL.
 */
static const char *setting(const char *key)
{
	const size_t length = strlen(key);

	for (const char *at = words; *at; at++)
		if ((at == words || at[-1] == ' ') && !strncmp(at, key, length) && at[length] == '=')
			return at + length + 1;
	return NULL;
}

/* Returns true if the word at `word` is a setting of the environment, not of the kernel. */
static bool is_own(const char *word)
{
	static const char *const own[] = { "place=", "cpus=", "stack=", "stacks=", "collide=" };

	for (size_t i = 0; i < sizeof own / sizeof *own; i++)
		if (!strncmp(word, own[i], strlen(own[i])))
			return true;
	return false;
}

/* Writes the settings, a line for each, to the page at `page`. */
static void write_settings(char *page)
{
	char *to = page + string_copy(page, "kernel=" LEVEL1_KERNEL_FILE "\n", PAGE_SIZE);

	for (const char *at = words; *at;) {
		const char *end = at;
		bool is_setting = false;

		while (*end && *end != ' ')
			is_setting |= *end++ == '=';
		if (is_setting && !is_own(at)) {
			memcpy(to, at, (size_t)(end - at));
			to += end - at;
			*to++ = '\n';
		}
		at = *end ? end + 1 : end;
	}
}

static void map(uint64_t address, uint64_t physical)
{
	top_pt[PT_INDEX(address)] = physical | PRESENT;
}

static void map_tables(void)
{
	environment_pml4[511] = (uintptr_t)top_pdpt | PRESENT;
	top_pdpt[511] = (uintptr_t)top_pd | PRESENT;
	top_pd[PD_INDEX(LEVEL1_INFO)] = (uintptr_t)top_pt | PRESENT;
	for (unsigned i = 0; i < 2; i++) /* I/O APIC and local APIC */
		top_pd[PD_INDEX(LEVEL1_DEVICES) + i] = (IO_APIC + i * PD_SPAN) | PRESENT | LARGE | UNCACHED;
	top_pd[PD_INDEX(LEVEL1_FRAMEBUFFER)] = (uintptr_t)screen_pt | PRESENT;
	for (unsigned i = 0; i < 2; i++)
		screen_pt[i] = (SCREEN + i * PAGE_SIZE) | PRESENT | UNCACHED;
}

static struct initrd_file find_kernel(const uint8_t *initrd, size_t size)
{
	struct initrd_file file;

	for (size_t at = 0; initrd_next(initrd, size, &at, &file);)
		if (!strcmp(file.name, LEVEL1_KERNEL_FILE))
			return file;
	fail("the initrd has no " LEVEL1_KERNEL_FILE);
}

/* Returns the program headers of the ELF file. Sets *end to the first one past them. */
static const Elf64_Phdr *segments_of(const struct initrd_file *file, const Elf64_Phdr **end)
{
	const Elf64_Ehdr *elf = (const Elf64_Ehdr *)file->data;
	const Elf64_Phdr *segments;

	if (file->size < sizeof *elf || memcmp(elf->e_ident, ELFMAG, SELFMAG) != 0 ||
	    elf->e_ident[EI_CLASS] != ELFCLASS64 || elf->e_ident[EI_DATA] != ELFDATA2LSB)
		fail(LEVEL1_KERNEL_FILE " is not an ELF file of 64 bits");
	if (elf->e_phentsize != sizeof *segments || elf->e_phoff > file->size ||
	    elf->e_phnum > (file->size - elf->e_phoff) / sizeof *segments)
		fail("the kernel's program headers are not in its file");
	segments = (const Elf64_Phdr *)(file->data + elf->e_phoff);
	*end = segments + elf->e_phnum;
	return segments;
}

/* Loads the kernel to contiguous memory and maps it. It must end at `lowest_stack` or below. */
static void load_kernel(const struct initrd_file *file, uint64_t lowest_stack)
{
	const Elf64_Phdr *end, *segments = segments_of(file, &end);
	const char *wanted = setting("place");
	uint64_t size = 0, place;
	size_t pages;

	for (const Elf64_Phdr *s = segments; s < end; s++) {
		const uint64_t start = s->p_vaddr - LEVEL1_KERNEL;

		if (s->p_type != PT_LOAD)
			continue;
		if (s->p_filesz > s->p_memsz || s->p_offset > file->size ||
		    s->p_filesz > file->size - s->p_offset)
			fail("a segment of the kernel is not in its file");
		if (!s->p_memsz)
			continue;
		if (start >= -LEVEL1_KERNEL || s->p_memsz > -LEVEL1_KERNEL - start)
			fail("the kernel is not linked in the last 2 MiB - 8 KiB");
		if (start + s->p_memsz > size)
			size = start + s->p_memsz;
	}
	if (size > lowest_stack - LEVEL1_KERNEL && !setting("collide"))
		fail("the kernel is so large that it meets the stacks");
	pages = (size + PAGE_MASK) >> PAGE_SHIFT;
	place = wanted ? take_at(string_to_number(wanted), pages) : take(pages);
	for (const Elf64_Phdr *s = segments; s < end; s++)
		if (s->p_type == PT_LOAD)
			memcpy((void *)(place + (s->p_vaddr - LEVEL1_KERNEL)), file->data + s->p_offset,
			       s->p_filesz);
	for (size_t i = 0; i < pages; i++)
		map(LEVEL1_KERNEL + i * PAGE_SIZE, place + i * PAGE_SIZE);
}

/* Maps the stacks. The lowest may share its page with the end of the kernel. */
static void map_stacks(uint64_t lowest_stack)
{
	for (uint64_t at = lowest_stack & ~PAGE_MASK; at; at += PAGE_SIZE)
		if (!top_pt[PT_INDEX(at)])
			map(at, take(1));
}

/* Waits `us` microseconds, at most 50,000, with channel 2 of the PIT. */
static void wait_us(unsigned us)
{
	pit_start((uint16_t)(us * (PIT_HERTZ / 1000) / 1000));
	while (!(inb(PIT_GATE) & PIT_OUT2))
		;
}

/* Returns the physical address of ACPI's root pointer, or 0. */
static uint64_t find_acpi(void)
{
	for (uint64_t at = ACPI_FROM; at < ACPI_TO; at += 16)
		if (!memcmp((const void *)at, "RSD PTR ", 8))
			return at;
	return 0;
}

/* Returns the number of enabled CPUs in ACPI's table of local APICs (MADT), or 0 without one. */
static unsigned cpus_of_table(const struct acpi_table *table)
{
	unsigned count = 0;

	for (uint32_t at = MADT_ENTRIES; at + 8 <= table->length;) {
		const uint8_t *entry = (const uint8_t *)table + at;

		count += entry[0] == 0 && entry[1] == 8 && (entry[4] & 1);
		at += entry[1] ? entry[1] : table->length;
	}
	return count;
}

static unsigned expected_cpus(void)
{
	const uint64_t root = find_acpi();
	const struct acpi_table *list;
	uint32_t tables;

	if (setting("cpus"))
		return (unsigned)string_to_number(setting("cpus"));
	if (!root)
		return 0;
	memcpy(&tables, (const void *)(root + RSDP_TABLES), sizeof tables);
	list = (const struct acpi_table *)(uintptr_t)tables;
	for (uint32_t at = sizeof *list; at + 4 <= list->length; at += 4) {
		const uint32_t address = *(const uint32_t *)((uintptr_t)list + at);

		if (!memcmp((const void *)(uintptr_t)address, "APIC", 4))
			return cpus_of_table((const struct acpi_table *)(uintptr_t)address);
	}
	return 0;
}

/*
 * Starts all other CPUs (SDM 3A 8.4.4) and returns the number of CPUs. Waits until all CPUs that
 * ACPI lists have come, or until none has come for PATIENCE times 10 ms. A CPU that comes later
 * stops.
 */
static unsigned start_cpus(void)
{
	volatile uint32_t *lapic =
	        (volatile uint32_t *)(read_msr(MSR_APIC_BASE) & ~PAGE_MASK & (4 * GIB - 1));
	const unsigned expected = expected_cpus();

	memcpy((void *)TRAMPOLINE, trampoline, (uintptr_t)trampoline_end - (uintptr_t)trampoline);
	lapic[SPURIOUS / 4] = 0x1ff; /* on */
	lapic[COMMAND / 4] = INIT_OTHERS;
	wait_us(10000);
	for (unsigned i = 0; i < 2; i++) {
		lapic[COMMAND / 4] = START_OTHERS;
		wait_us(200);
	}
	for (unsigned waited = 0; environment_tickets != expected && waited < PATIENCE; waited++) {
		const unsigned came = environment_tickets;

		wait_us(10000);
		if (environment_tickets != came)
			waited = 0;
	}
	return __atomic_exchange_n(&environment_tickets, LEVEL1_CPUS, __ATOMIC_SEQ_CST);
}

/* Describes the machine to the kernel, which may use the memory that is free now. */
static void write_info(struct level1 *info, unsigned cpus, const struct multiboot_module *initrd)
{
	size_t count = 0;

	for (uint64_t from = 0;; count++) { /* in ascending order */
		const struct memory_range *next = NULL;

		for (const struct memory_range *r = ranges; r < ranges + range_count; r++)
			if (r->start >= from && (!next || r->start < next->start))
				next = r;
		if (!next)
			break;
		info->ranges[count].start = next->start;
		info->ranges[count].size_and_type = (next->end - next->start) | LEVEL1_FREE;
		from = next->end;
	}
	info->magic = LEVEL1_MAGIC;
	info->size = (uint32_t)(sizeof *info + count * sizeof *info->ranges);
	info->protocol = LEVEL1_STATIC;
	info->cpus = (uint16_t)cpus;
	info->boot_cpu = (uint16_t)(cpuid_read(1).b >> 24);
	info->initrd = initrd->start;
	info->initrd_size = initrd->end - initrd->start;
	info->acpi = find_acpi();
}

/* Returns the kernel's entry point. This CPU must jump there as CPU number 0. */
uint64_t environment_main(const struct multiboot_info *info)
{
	struct multiboot_module initrd; /* a copy: the boot loader's own may be at TRAMPOLINE */
	struct initrd_file kernel;
	uint64_t page, lowest_stack, entry;
	unsigned cpus, stacks;

	if (!info)
		fail("not started by a Multiboot loader");
	if (!(info->flags & MULTIBOOT_HAS_MODULES) || info->mods_count != 1)
		fail("the initrd must be the only module");
	memcpy(&initrd, (const void *)(uintptr_t)info->mods_addr, sizeof initrd);
	read_memory(info);
	use(initrd.start, initrd.end);
	if (info->flags & MULTIBOOT_HAS_CMDLINE)
		string_copy(words, (const char *)(uintptr_t)info->cmdline, sizeof words);
	cpus = start_cpus();
	environment_stack_size = setting("stack") ? string_to_number(setting("stack")) : LEVEL1_STACK_SIZE;
	stacks = setting("stacks") ? (unsigned)string_to_number(setting("stacks")) : 0;
	if (stacks < cpus)
		stacks = cpus;
	if (!environment_stack_size || stacks > -LEVEL1_KERNEL / environment_stack_size)
		fail("the stacks do not fit in the last 2 MiB - 8 KiB");
	lowest_stack = -(stacks * environment_stack_size);
	kernel = find_kernel((const uint8_t *)(uintptr_t)initrd.start, initrd.end - initrd.start);
	map_tables();
	load_kernel(&kernel, lowest_stack);
	entry = ((const Elf64_Ehdr *)kernel.data)->e_entry;
	map_stacks(lowest_stack);
	page = take(1);
	map(LEVEL1_SETTINGS, page);
	write_settings((char *)page);
	page = take(1);
	map(LEVEL1_INFO, page);
	write_info((struct level1 *)page, cpus, &initrd);
	__asm__ volatile("mov %0, %%cr3" : : "r"(environment_pml4) : "memory");
	environment_go = entry;
	return entry;
}
