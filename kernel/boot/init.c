/* SPDX-License-Identifier: MIT */
#include "boot/boot.h"
#include "boot/modes.h"
#include "boot/multiboot.h"
#include "boot/places.h"
#include "boot/start_cpus.h"
#include "cpu/apic.h"
#include "cpu/cpu.h"
#include "fs/terminal.h"
#include "isolation/isolation.h"
#include "lib/layout.h"
#include "lib/random.h"
#include "lib/string.h"
#include "loader/experiments.h"
#include "loader/loader.h"
#include "mem/paging.h"
#include "mem/pcid.h"
#include "output/console.h"
#include "output/panic.h"
#include "output/screen.h"
#include "process/process.h"
#include "stack/kstack.h"

#define RANGES_MAX 128

/* Defined in the linker script and entry.asm. */
extern char image_start[], image_end[], image_link[], boot_end[];
extern uint64_t early_stack[];

/* These are static, because the early stack is too small for them. */
static struct boot_module modules[BOOT_MODULES];
static struct memory_range ram[RANGES_MAX], usable[RANGES_MAX], reserved[BOOT_MODULES + 4];
static size_t usable_count, reserved_count;
static struct memory_range image;

size_t early_stack_high_water(void)
{
	size_t untouched = 0;

	while (untouched < EARLY_STACK_SIZE / 8 && early_stack[untouched] == EARLY_STACK_PAINT)
		untouched++;
	return EARLY_STACK_SIZE - untouched * 8;
}

static void reserve(uint64_t start, uint64_t end)
{
	reserved[reserved_count++] = (struct memory_range){ start, end };
}

/* Moves the modules to the addresses that the boot's layout (lib/layout.h) draws for them. */
static void move_modules(const struct multiboot_memory *memory, size_t count)
{
	reserve(image.start, image.end);
	for (size_t i = 0; i < count; i++)
		reserve(virt_to_phys(modules[i].data), virt_to_phys(modules[i].data) + modules[i].size);
	memcpy(usable, ram, memory->count * sizeof *ram);
	usable_count = memory_ranges_prepare(usable, memory->count, RANGES_MAX, reserved, reserved_count);
	places_move_modules(modules, count, usable, usable_count);
	reserved_count = 0;
}

static void read_modules(const struct multiboot_info *info, const struct multiboot_memory *memory)
{
	const size_t count = multiboot_modules(info, memory, image, modules, BOOT_MODULES);

	move_modules(memory, count);
	for (size_t i = 0; i < count; i++) {
		const uint64_t start = virt_to_phys(modules[i].data);

		boot_module_add(&modules[i]);
		reserve(start, start + modules[i].size);
	}
}

/* Takes the last range of `reserved` out of `usable`. */
static void remove_reserved(void)
{
	usable_count =
	        memory_ranges_prepare(usable, usable_count, RANGES_MAX, &reserved[reserved_count - 1], 1);
}

/* Reserves the memory that other CPUs need to start, if any is wanted. */
static void reserve_low(void)
{
	const uint64_t low = cpus_wanted() ? cpus_choose_low(usable, usable_count) : FRAME_NONE;

	if (low == FRAME_NONE)
		return;
	reserve(low, low + AP_LOW_PAGES * PAGE_SIZE);
	remove_reserved();
}

static void start_frames(const struct multiboot_memory *memory)
{
	size_t bytes;
	uint64_t links;

	memcpy(usable, ram, memory->count * sizeof *ram);
	reserve(image.start, image.end);
	usable_count = memory_ranges_prepare(usable, memory->count, RANGES_MAX, reserved, reserved_count);
	if (!usable_count)
		panic("not enough memory: kernel and modules take all of it; give the machine more (-m)");
	bytes = (usable[usable_count - 1].end >> PAGE_SHIFT) * sizeof(uint32_t);
	layout_begin(LAYOUT_LINKS);
	links = place_choose(usable, usable_count, bytes);
	if (links == FRAME_NONE)
		panic("not enough memory: no room for %lu bytes of frame links; give the machine more (-m)",
		      bytes);
	reserve(links, links + bytes);
	remove_reserved();
	reserve_low();
	frames_init(usable, usable_count, phys_to_virt(links));
	frames_shuffle();
}

static void start_lapic(void)
{
	lapic_find();
	if (paging_map_kernel(LAPIC_BASE, lapic_physical, PTE_WRITE | PTE_NX | PTE_UNCACHED))
		panic("no memory for the page tables of the local APIC");
	lapic_init();
}

static bool option_is(const char *key, const char *wanted)
{
	char value[8];

	return boot_option(key, value, sizeof value) && !strcmp(value, wanted);
}

/*
 * Maps the text screen in the direct map, where the boot page tables had it. Turns it off if the
 * command line says screen=off, or if there is no memory for the page tables.
 */
static void map_screen(void)
{
	if (option_is("screen", "off"))
		screen_off();
	for (uint64_t at = SCREEN_PHYSICAL; screen_is_on() && at < SCREEN_PHYSICAL + SCREEN_SIZE;
	     at += PAGE_SIZE)
		if (paging_map_kernel((uintptr_t)phys_to_virt(at), at, PTE_WRITE | PTE_NX | PTE_UNCACHED))
			screen_off();
}

static void start_pcids(void)
{
	bool wanted = option_is("pcid", "on");

	pcid_init(wanted, isolation_kernel_flags());
}

/*
 * Chooses how the kernel reaches user memory (copies=). Called only if the kernel's tables map no
 * user memory.
 */
static void choose_copies(void)
{
	const enum isolation_copies way = option_is("copies", "page")    ? COPIES_PAGE
	                                  : option_is("copies", "entry") ? COPIES_ENTRY
	                                                                 : COPIES_WALK;

	if (!isolation_set_copies(way))
		panic("not enough memory for copies=: give the machine more (-m)");
}

static uint64_t option_number(const char *key)
{
	char value[24];

	return boot_option(key, value, sizeof value) ? string_to_number(value) : 0;
}

/* Returns the seed from the command line or, without one, a number from RDRAND or the TSC. */
static uint64_t first_seed(void)
{
	uint64_t seed = option_number("seed");

	if (!seed && cpu_features.rdrand)
		seed = rdrand();
	return seed ? seed : timestamp() | 1;
}

void boot_main(uint32_t address, uint64_t place)
{
	const struct multiboot_info *info;
	struct multiboot_memory memory;
	char flush[8];

	image.start = place;
	image.end = place + (uintptr_t)image_end - (uintptr_t)image_start;
	image_offset = (uintptr_t)image_link - place;
	console_init();
	cpu_enable_features();
	info = multiboot_read(address, ram, RANGES_MAX, image, &memory);
	multiboot_command_line(info, &memory, command_line, sizeof command_line);
	layout_set_seed(option_number("layout"));
	read_modules(info, &memory);
	start_frames(&memory);
	paging_init(memory.ranges, memory.count, isolation_kernel_flags());
	map_screen();
	start_pcids();
	/* The boot code and the boot page tables are no longer needed. */
	frames_add(place, place + (uintptr_t)boot_end - (uintptr_t)image_start);
	if (!cpu_map_stacks(0))
		panic("not enough memory for the stacks of a CPU: give the machine more (-m)");
	cpu_init();
	kstack_init_cpu(this_cpu());
	isolation_init_cpu(this_cpu());
	isolation_set_places(option_is("places", "own"));
	if (ISOLATION_MOVES)
		choose_copies();
	start_lapic();
	layout_begin(LAYOUT_STACKS);
	kstack_skip_slots((unsigned)layout_below(64));
	places_age_heap();
	random_seed(first_seed());
	loader_init();
	if (boot_option("window-flush", flush, sizeof flush) && !strcmp(flush, "cr3"))
		loader_set_flush(LOADER_FLUSH_CR3);
	terminal_init();
	process_start(kernel_main);
}
