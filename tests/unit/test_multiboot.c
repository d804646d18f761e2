/* SPDX-License-Identifier: MIT */
/*
 * Tests the reading of the boot loader's information (boot/multiboot.c). Impossible data must end
 * the boot with a message.
 */
#include "tests/unit/support.h"

#include <stdio.h>
#include <string.h>

#include "boot/multiboot.h"

/*
 * Addresses in the test's machine. It has 8 MiB of memory, with a hole from 6 to 7 MiB; the pages
 * just below 640 KiB are reserved in the memory map.
 */
#define INFO        0x9000U
#define MAP         0x9f800U /* in reserved memory, where some boot loaders put it */
#define LIST        0x9200U
#define STRINGS     0xa000U
#define LINE        0xb000U
#define LOW_END     0x9f000UL
#define HOLE        (6 * MIB)
#define HOLE_END    (7 * MIB)
#define TOP         (8 * MIB)
#define IMAGE_END   0x299000UL
#define ROOM        8
#define MODULES     4
#define STRING_SIZE 64

static const struct memory_range image = { MIB, IMAGE_END };
static struct multiboot_info *info;
static struct memory_range ranges[ROOM];
static struct multiboot_memory memory;
static struct boot_module modules[MODULES];
static size_t map_size;

static void put_range(uint64_t start, uint64_t end, uint32_t type)
{
	const struct multiboot_range range = { 20, start, end - start, type };

	memcpy((char *)phys_to_virt(MAP) + map_size, &range, sizeof range);
	map_size += sizeof range;
	info->mmap_length = (uint32_t)map_size;
}

static void start(void)
{
	memory_start(ARENA_FRAMES - 1);
	info = phys_to_virt(INFO);
	memset(info, 0, sizeof *info);
	info->flags = MULTIBOOT_HAS_MAP | MULTIBOOT_HAS_CMDLINE | MULTIBOOT_HAS_MODULES;
	info->mmap_addr = MAP;
	info->mods_addr = LIST;
	info->cmdline = LINE;
	strcpy(phys_to_virt(LINE), "run=demo init=/init");
	map_size = 0;
	put_range(0, LOW_END, MULTIBOOT_RAM);
	put_range(LOW_END, 0xa0000, 2);
	put_range(MIB, HOLE, MULTIBOOT_RAM);
	put_range(HOLE_END, TOP, MULTIBOOT_RAM);
}

static const struct multiboot_info *read_it(void)
{
	return multiboot_read(INFO, ranges, ROOM, image, &memory);
}

static void put_module(uint32_t from, uint32_t to, const char *string)
{
	struct multiboot_module *module = (struct multiboot_module *)phys_to_virt(LIST) + info->mods_count;
	const uint32_t at = STRINGS + info->mods_count * STRING_SIZE;

	strcpy(phys_to_virt(at), string);
	*module = (struct multiboot_module){ from, to, at, 0 };
	info->mods_count++;
}

static size_t read_modules(void)
{
	read_it();
	memset(modules, 0, sizeof modules);
	return multiboot_modules(info, &memory, image, modules, MODULES);
}

static void memory_is_whole_frames(void **state)
{
	(void)state;
	start();
	put_range(TOP, TOP + 0x1800, MULTIBOOT_RAM); /* merged with the range below; trimmed */
	put_range(TOP + 0x1000, TOP + 0x800, 0);     /* no RAM; ends before its start */
	put_range(UINT64_MAX - 10, UINT64_MAX, MULTIBOOT_RAM);
	assert_ptr_equal(read_it(), info);
	assert_int_equal(memory.count, 3);
	assert_int_equal(ranges[0].start, PAGE_SIZE);
	assert_int_equal(ranges[0].end, LOW_END);
	assert_int_equal(ranges[1].start, MIB);
	assert_int_equal(ranges[1].end, HOLE);
	assert_int_equal(ranges[2].start, HOLE_END);
	assert_int_equal(ranges[2].end, TOP + 0x1000);

	start();
	info->flags = MULTIBOOT_HAS_MEMORY;
	info->mem_lower = 639;
	info->mem_upper = 7 * 1024 + 1;
	read_it();
	assert_int_equal(memory.count, 2);
	assert_int_equal(ranges[0].end, 639 * KIB & ~PAGE_MASK);
	assert_int_equal(ranges[1].end, TOP);

	start();
	for (unsigned i = 0; i < 3 * ROOM; i++) /* more ranges than fit in ranges[] */
		put_range(TOP + (2 * i + 1) * PAGE_SIZE, TOP + (2 * i + 2) * PAGE_SIZE, MULTIBOOT_RAM);
	read_it();
	assert_int_equal(memory.count, ROOM);
	assert_int_equal(ranges[2].end, TOP);
}

/* Requires a panic with this message if the second entry of the map claims a size of `bytes`. */
static void refused_entry(uint32_t bytes, const char *message)
{
	start();
	((struct multiboot_range *)phys_to_virt(MAP))[1].size = bytes;
	assert_panics(read_it(), message);
}

static void damaged_maps(void **state)
{
	(void)state;
	start();
	info->flags = 0;
	assert_panics(read_it(), "the boot loader gave no memory map");
	start();
	info->mmap_length = 0;
	assert_panics(read_it(), "no usable memory");
	for (volatile uint32_t bytes = 0; bytes < 20; bytes++)
		refused_entry(bytes, "*memory map is damaged at 9f818");
	refused_entry(UINT32_MAX, "*memory map is damaged at 9f818");
	refused_entry(3 * sizeof(struct multiboot_range) - 4 + 1, "*memory map is damaged at 9f818");
	/*
	 * An entry may be longer than the fields that the kernel knows. This one extends over all
	 * later entries.
	 */
	refused_entry(3 * sizeof(struct multiboot_range) - 4, "the kernel needs the memory up to 299000, *");
	start();
	info->mmap_length--;
	assert_panics(read_it(), "*memory map is damaged at 9f848");
	start();
	info->mmap_addr = UINT32_MAX - 9;
	info->mmap_length = 11;
	assert_panics(read_it(), "*memory map is damaged: it ends at 100000001");
}

static void tables_outside_of_memory(void **state)
{
	(void)state;
	start();
	memcpy(phys_to_virt(HOLE), phys_to_virt(MAP), map_size);
	info->mmap_addr = HOLE;
	assert_panics(read_it(), "*memory map at 600000 lies outside of memory");
	info->mmap_addr = (uint32_t)(HOLE_END - map_size + 8);
	memcpy(phys_to_virt(info->mmap_addr), phys_to_virt(MAP), map_size);
	assert_panics(read_it(), "*memory map at 6fffa8 lies outside of memory");
	start();
	assert_panics(multiboot_read(UINT32_MAX - 8, ranges, ROOM, image, &memory),
	              "*lies outside of memory");
	memcpy(phys_to_virt(TOP), info, sizeof *info);
	assert_panics(multiboot_read(TOP, ranges, ROOM, image, &memory),
	              "*information at 800000 lies outside of memory");
	memcpy(phys_to_virt(TOP - 8), info, sizeof *info);
	assert_panics(multiboot_read(TOP - 8, ranges, ROOM, image, &memory),
	              "*information at 7ffff8 lies outside of memory");
	memcpy(phys_to_virt(TOP - sizeof *info), info, sizeof *info);
	assert_non_null(multiboot_read(TOP - sizeof *info, ranges, ROOM, image, &memory));
}

static void memory_ends_in_the_kernel(void **state)
{
	struct memory_range larger = { MIB, HOLE };
	(void)state;

	start();
	assert_non_null(multiboot_read(INFO, ranges, ROOM, larger, &memory));
	larger.end += PAGE_SIZE;
	assert_panics(multiboot_read(INFO, ranges, ROOM, larger, &memory),
	              "the kernel needs the memory up to 601000, and there are 7 MiB: give*");
}

static void command_lines(void **state)
{
	char line[24];
	(void)state;

	start();
	multiboot_command_line(read_it(), &memory, line, sizeof line);
	assert_string_equal(line, "run=demo init=/init");
	multiboot_command_line(info, &memory, line, 6); /* cut off to 5 characters */
	assert_string_equal(line, "run=d");
	info->cmdline = TOP - 3; /* no NUL before the end of memory */
	memcpy(phys_to_virt(TOP - 3), "run", 4);
	assert_panics(multiboot_command_line(info, &memory, line, sizeof line),
	              "the command line at 7ffffd *");
	info->cmdline--;
	memcpy(phys_to_virt(TOP - 4), "abc", 4);
	multiboot_command_line(info, &memory, line, sizeof line);
	assert_string_equal(line, "abc");
	info->cmdline = HOLE;
	assert_panics(multiboot_command_line(info, &memory, line, sizeof line),
	              "the command line at 600000 *");
	info->cmdline = (uint32_t)(2 * MIB); /* no NUL within the maximum length */
	memset(phys_to_virt(2 * MIB), 'x', MIB);
	assert_panics(multiboot_command_line(info, &memory, line, sizeof line),
	              "the command line at 200000 *");
	info->flags &= ~MULTIBOOT_HAS_CMDLINE;
	multiboot_command_line(info, &memory, line, sizeof line);
	assert_string_equal(line, "");
}

static void modules_are_found(void **state)
{
	(void)state;
	start();
	assert_int_equal(read_modules(), 0);
	/* QEMU passes such paths. */
	put_module(IMAGE_END, IMAGE_END + 1, "build/programs/hello.elf hello");
	/* GRUB passes such paths. */
	put_module(IMAGE_END + 1, HOLE, "/boot/linux.cpio");
	put_module(HOLE_END, TOP, "/boot/path/init.elf  ");
	put_module(0xf0000000, 0xf0000000, "nothing"); /* empty: any address is valid */
	((struct multiboot_module *)phys_to_virt(LIST))[3].start = (uint32_t)(IMAGE_END + 100);
	((struct multiboot_module *)phys_to_virt(LIST))[3].end = (uint32_t)(IMAGE_END + 100);
	assert_int_equal(read_modules(), 4);
	assert_string_equal(modules[0].name, "hello");
	assert_ptr_equal(modules[0].data, phys_to_virt(IMAGE_END));
	assert_int_equal(modules[0].size, 1);
	assert_string_equal(modules[1].name, "linux.cpio");
	assert_int_equal(modules[1].size, HOLE - IMAGE_END - 1);
	assert_string_equal(modules[2].name, "init.elf  ");
	assert_int_equal(modules[2].size, TOP - HOLE_END);
	assert_int_equal(modules[3].size, 0);
	put_module(TOP, TOP + 100, "one too many"); /* ignored: modules[] is full */
	assert_int_equal(read_modules(), 4);
	info->flags &= ~MULTIBOOT_HAS_MODULES;
	assert_int_equal(read_modules(), 0);
}

static void names_that_are_not_there(void **state)
{
	struct multiboot_module *list;
	(void)state;

	start();
	list = phys_to_virt(LIST);
	put_module(HOLE_END, HOLE_END + 1, "x");
	put_module(HOLE_END + 1, HOLE_END + 2, "x");
	put_module(HOLE_END + 2, HOLE_END + 3, "x");
	list[0].string = 0;
	list[1].string = HOLE;
	list[2].string = (uint32_t)(2 * MIB);
	memset(phys_to_virt(2 * MIB), 'x', MIB);
	assert_int_equal(read_modules(), 3);
	assert_string_equal(modules[0].name, "1");
	assert_string_equal(modules[1].name, "2");
	assert_string_equal(modules[2].name, "3");
}

/*
 * Requires a panic with this message for a module in [from, to). Another module is in the first
 * page after the hole.
 */
static void refused(uint64_t from, uint64_t to, const char *message)
{
	start();
	put_module(HOLE_END, HOLE_END + PAGE_SIZE, "first");
	put_module((uint32_t)from, (uint32_t)to, "it");
	assert_panics(read_modules(), message);
}

static void modules_that_cannot_be(void **state)
{
	(void)state;
	refused(HOLE_END + PAGE_SIZE, TOP + 1,
	        "module it (1021 KiB at 701000) does not fit in the 7 MiB of memory*");
	refused(3 * MIB, 303 * MIB, "module it (307200 KiB at 300000) does not fit in the 7 MiB of memory*");
	/* A module that spans the hole. */
	refused(5 * MIB, HOLE_END + 1, "module it (2049 KiB at 500000) does not fit *");
	refused(HOLE, HOLE + 1, "module it (1 KiB at 600000) does not fit *");
	refused(TOP, TOP + 1, "module it *does not fit *");
	refused(0xfffff000, 0xffffffff, "module it *does not fit *");
	refused(LOW_END, LOW_END + 8, "module it *does not fit *"); /* reserved memory */
	refused(0, 8, "module it *does not fit *");
	refused(3 * MIB, 3 * MIB - 1, "module it ends at 2fffff, before its start at 300000");
	refused(MIB, MIB + 1, "module it (100000 to 100001) lies in the kernel (100000 to 299000)");
	refused(IMAGE_END - 1, IMAGE_END + 1, "module it *lies in the kernel *");
	refused(MIB, 4 * MIB, "module it *lies in the kernel *");
	refused(HOLE_END, HOLE_END + 1, "module it (700000 to 700001) lies in another (700000 to 701000)");
	refused(HOLE_END + PAGE_SIZE - 1, TOP, "module it *lies in another *");
	start();
	info->mods_addr = HOLE;
	info->mods_count = 1;
	assert_panics(read_modules(), "*list of 1 modules at 600000 lies outside of memory");
	info->mods_addr = TOP - 16 * 3;
	info->mods_count = 4;
	assert_panics(read_modules(), "*list of 4 modules at 7fffd0 lies outside of memory");
	info->mods_count = UINT32_MAX;
	assert_panics(read_modules(), "*list of 4294967295 modules at 7fffd0 lies outside of memory");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_is_whole_frames),
		cmocka_unit_test(damaged_maps),
		cmocka_unit_test(tables_outside_of_memory),
		cmocka_unit_test(memory_ends_in_the_kernel),
		cmocka_unit_test(command_lines),
		cmocka_unit_test(modules_are_found),
		cmocka_unit_test(names_that_are_not_there),
		cmocka_unit_test(modules_that_cannot_be),
	};

	return cmocka_run_group_tests_name("multiboot", tests, NULL, NULL);
}
