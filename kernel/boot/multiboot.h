/* SPDX-License-Identifier: MIT */
/*
 * Reads the information that a Multiboot loader passes (Multiboot Specification 0.6.96, section
 * 3.3). This happens once, early in the boot, while the boot page tables map the first 4 GiB.
 * Loaders do not always check what they pass (QEMU's may put a module where there is no memory), so
 * every address is checked against the memory map before it is used. Impossible values cause a
 * panic with a message.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "boot/boot.h"
#include "mem/frames.h"

#define MULTIBOOT_HAS_MEMORY  (1U << 0)
#define MULTIBOOT_HAS_CMDLINE (1U << 2)
#define MULTIBOOT_HAS_MODULES (1U << 3)
#define MULTIBOOT_HAS_MAP     (1U << 6)
#define MULTIBOOT_RAM         1

struct multiboot_info {
	uint32_t flags, mem_lower, mem_upper, boot_device, cmdline, mods_count, mods_addr, syms[4];
	uint32_t mmap_length, mmap_addr;
};

struct multiboot_module {
	uint32_t start, end, string, reserved;
};

struct multiboot_range {
	uint32_t size; /* bytes of the fields after this one */
	uint64_t address, length;
	uint32_t type;
} __attribute__((packed));

/* The machine's RAM as ranges of whole frames, sorted and merged. */
struct multiboot_memory {
	const struct memory_range *ranges;
	size_t count;
};

/*
 * Returns the Multiboot information at physical `address`, and sets `memory` to the machine's RAM.
 * The RAM is what the memory map of the information describes. If there is no map, the fields
 * mem_lower and mem_upper describe it. memory->ranges uses the array `ranges`, which has room for
 * `room` ranges; more are ignored, with a message. `image` is the kernel's image. Panics if there
 * is neither a map nor these fields, if the map is damaged, if no memory is usable, or if the map,
 * the information or the image is not in RAM.
 */
const struct multiboot_info *multiboot_read(uint32_t address, struct memory_range *ranges, size_t room,
                                            struct memory_range image, struct multiboot_memory *memory);

/*
 * Copies the command line, or "" if there is none, to `line`, which has `size` bytes. A longer line
 * is truncated, with a message.
 */
void multiboot_command_line(const struct multiboot_info *info, const struct multiboot_memory *memory,
                            char *line, size_t size);

/*
 * Fills `modules` with the boot modules and returns their number. `modules` has room for `room`;
 * further modules are ignored, with a message. Panics if a module is not entirely in RAM, or
 * overlaps the kernel's image or another module.
 */
size_t multiboot_modules(const struct multiboot_info *info, const struct multiboot_memory *memory,
                         struct memory_range image, struct boot_module *modules, size_t room);
