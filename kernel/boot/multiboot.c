/* SPDX-License-Identifier: MIT */
/* See multiboot.h. Also compiled for the host, for the unit tests. */
#include "boot/multiboot.h"

#include <stdbool.h>

#include "lib/string.h"
#include "output/console.h"
#include "output/panic.h"

#define STRING_MAX (2 * PAGE_SIZE) /* bytes of a command line or module string, with the NUL */

/*
 * Returns the end of the RAM range that contains `address`, but at most BOOT_MAPPED. Returns 0 if
 * no range contains it.
 */
static uint64_t end_of_ram(const struct multiboot_memory *memory, uint64_t address)
{
	for (size_t i = 0; address < BOOT_MAPPED && i < memory->count; i++)
		if (address >= memory->ranges[i].start && address < memory->ranges[i].end)
			return memory->ranges[i].end < BOOT_MAPPED ? memory->ranges[i].end : BOOT_MAPPED;
	return 0;
}

static bool is_in_ram(const struct multiboot_memory *memory, uint64_t start, uint64_t size)
{
	const uint64_t end = end_of_ram(memory, start);

	return end && size <= end - start;
}

/*
 * Like end_of_ram(), but for the loader's own tables. The map may mark their memory below 1 MiB as
 * reserved. The result for such memory is 1 MiB instead of 0.
 */
static uint64_t end_for_tables(const struct multiboot_memory *memory, uint64_t address)
{
	const uint64_t end = end_of_ram(memory, address);

	return end || address >= MIB ? end : MIB;
}

static bool is_table(const struct multiboot_memory *memory, uint64_t start, uint64_t size)
{
	const uint64_t end = end_for_tables(memory, start);

	return end && size <= end - start;
}

/* Returns true if one range of RAM contains all of `range`, which may extend above BOOT_MAPPED. */
static bool holds(const struct multiboot_memory *memory, struct memory_range range)
{
	for (size_t i = 0; i < memory->count; i++)
		if (range.start >= memory->ranges[i].start && range.end <= memory->ranges[i].end)
			return true;
	return false;
}

static uint64_t mebibytes(const struct multiboot_memory *memory)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < memory->count; i++)
		bytes += memory->ranges[i].end - memory->ranges[i].start;
	return (bytes + MIB - 1) / MIB;
}

static size_t add(struct memory_range *ranges, size_t count, size_t room, uint64_t start, uint64_t length)
{
	if (count < room)
		ranges[count] = (struct memory_range){ start, length > ~start ? UINT64_MAX : start + length };
	else if (count == room)
		kprintf("the memory map has more than %lu ranges of RAM: the rest is ignored\n", room);
	return count + 1;
}

static size_t read_map(const struct multiboot_info *info, struct memory_range *ranges, size_t room)
{
	const uint64_t end = (uint64_t)info->mmap_addr + info->mmap_length;
	size_t count = 0;

	if (end > BOOT_MAPPED)
		panic("the boot loader's memory map is damaged: it ends at %lx", end);
	for (uint64_t at = info->mmap_addr; at < end;) {
		const struct multiboot_range *range = phys_to_virt(at);

		if (end - at < sizeof *range || range->size < sizeof *range - sizeof range->size ||
		    range->size > end - at - sizeof range->size)
			panic("the boot loader's memory map is damaged at %lx", at);
		if (range->type == MULTIBOOT_RAM)
			count = add(ranges, count, room, range->address, range->length);
		at += sizeof range->size + range->size;
	}
	return count;
}

const struct multiboot_info *multiboot_read(uint32_t address, struct memory_range *ranges, size_t room,
                                            struct memory_range image, struct multiboot_memory *memory)
{
	const struct multiboot_info *info;
	size_t count = 0;

	if (address > BOOT_MAPPED - sizeof *info)
		panic("the boot loader's information at %x lies outside of memory", address);
	info = phys_to_virt(address);
	if (info->flags & MULTIBOOT_HAS_MAP) {
		count = read_map(info, ranges, room);
	} else if (info->flags & MULTIBOOT_HAS_MEMORY) {
		count = add(ranges, count, room, 0, info->mem_lower * KIB);
		count = add(ranges, count, room, MIB, info->mem_upper * KIB);
	} else {
		panic("the boot loader gave no memory map");
	}
	memory->ranges = ranges;
	memory->count = memory_ranges_prepare(ranges, count < room ? count : room, room, NULL, 0);
	if (!memory->count)
		panic("no usable memory");
	if (!holds(memory, image))
		panic("the kernel needs the memory up to %lx, and there are %lu MiB: give the machine more "
		      "(-m)",
		      image.end, mebibytes(memory));
	if (!is_table(memory, address, sizeof *info))
		panic("the boot loader's information at %x lies outside of memory", address);
	if ((info->flags & MULTIBOOT_HAS_MAP) && !is_table(memory, info->mmap_addr, info->mmap_length))
		panic("the boot loader's memory map at %x lies outside of memory", info->mmap_addr);
	return info;
}

/*
 * Returns the string at physical `address`. Returns NULL if the string has more than `most` bytes,
 * including its NUL, or is not entirely in memory.
 */
static const char *string_at(const struct multiboot_memory *memory, uint64_t address, size_t most)
{
	const uint64_t end = end_for_tables(memory, address);
	const size_t room = end && end - address < most ? end - address : most;

	for (size_t i = 0; end && i < room; i++)
		if (!*(const char *)phys_to_virt(address + i))
			return phys_to_virt(address);
	return NULL;
}

void multiboot_command_line(const struct multiboot_info *info, const struct multiboot_memory *memory,
                            char *line, size_t size)
{
	const char *given;

	line[0] = '\0';
	if (!(info->flags & MULTIBOOT_HAS_CMDLINE))
		return;
	given = string_at(memory, info->cmdline, STRING_MAX);
	if (!given)
		panic("the command line at %x lies outside of memory, or has no end", info->cmdline);
	else if (given[string_copy(line, given, size)])
		kprintf("the command line has more than %lu characters: the rest is ignored\n", size - 1);
}

/*
 * Sets a module's name to the last word of its string ("/boot/name name"), without the path and
 * without .elf.
 */
static void name_module(char *name, const char *string)
{
	const char *start = string;
	size_t length;

	for (const char *s = string; *s; s++)
		if ((*s == ' ' || *s == '/') && s[1] && s[1] != ' ')
			start = s + 1;
	string_copy(name, start, BOOT_MODULE_NAME);
	length = strlen(name);
	if (length > 4 && !strcmp(name + length - 4, ".elf"))
		name[length - 4] = '\0';
}

static bool overlap(struct memory_range a, struct memory_range b)
{
	return a.start < b.end && b.start < a.end && b.start < b.end;
}

static struct memory_range range_of(const struct multiboot_module *module)
{
	return (struct memory_range){ module->start, module->end };
}

/*
 * Panics if the module is not entirely in RAM, or overlaps the kernel or an earlier module. The
 * earlier modules begin at `first` and end before `module`.
 */
static void check_module(const struct multiboot_module *first, const struct multiboot_module *module,
                         const char *name, const struct multiboot_memory *memory, struct memory_range image)
{
	const struct memory_range range = range_of(module);
	const uint64_t size = range.end - range.start;

	if (range.end < range.start)
		panic("module %s ends at %lx, before its start at %lx", name, range.end, range.start);
	if (size == 0)
		return;
	if (!is_in_ram(memory, range.start, size))
		panic("module %s (%lu KiB at %lx) does not fit in the %lu MiB of memory: give the machine "
		      "more (-m)",
		      name, (size + KIB - 1) / KIB, range.start, mebibytes(memory));
	if (overlap(range, image))
		panic("module %s (%lx to %lx) lies in the kernel (%lx to %lx)", name, range.start, range.end,
		      image.start, image.end);
	for (const struct multiboot_module *other = first; other < module; other++)
		if (overlap(range, range_of(other)))
			panic("module %s (%lx to %lx) lies in another (%x to %x)", name, range.start,
			      range.end, other->start, other->end);
}

size_t multiboot_modules(const struct multiboot_info *info, const struct multiboot_memory *memory,
                         struct memory_range image, struct boot_module *modules, size_t room)
{
	const struct multiboot_module *given;
	size_t count = info->mods_count;

	if (!(info->flags & MULTIBOOT_HAS_MODULES) || !count)
		return 0;
	if (!is_table(memory, info->mods_addr, count * sizeof *given))
		panic("the boot loader's list of %lu modules at %x lies outside of memory", count,
		      info->mods_addr);
	given = phys_to_virt(info->mods_addr);
	if (count > room) {
		kprintf("%lu boot modules: only the first %lu are used\n", count, room);
		count = room;
	}
	for (size_t i = 0; i < count; i++) {
		struct boot_module *module = &modules[i];
		const char *string = given[i].string ? string_at(memory, given[i].string, STRING_MAX) : NULL;

		if (string)
			name_module(module->name, string);
		else
			format_string(module->name, sizeof module->name, "%lu", i + 1);
		check_module(given, &given[i], module->name, memory, image);
		module->data = phys_to_virt(given[i].start);
		module->size = given[i].end - given[i].start;
	}
	return count;
}
