/* SPDX-License-Identifier: MIT */
/*
 * What a Multiboot loader hands over (Multiboot Specification 0.6.96, section 3.3), read once, early in the boot, while the boot
 * page tables map the first 4 GiB. Loaders do not always check what they give (QEMU's puts a module where no memory is), so every
 * address is held against the memory map before it is followed. What cannot be right ends the boot with a message.
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
	uint32_t size; /* of what follows */
	uint64_t address, length;
	uint32_t type;
} __attribute__((packed));

/* RAM: whole frames, sorted, disjoint, and merged. */
struct multiboot_memory {
	const struct memory_range *ranges;
	size_t count;
};

/*
 * The information at a physical address and the memory that it describes, in `ranges` with room for `room`: those that do not fit
 * are left out, with a message. Panics without a memory map, when it is damaged, when it or the information lies outside of the
 * memory, and when [image_start, image_end), the kernel's, does.
 */
const struct multiboot_info *multiboot_read(uint32_t address, struct memory_range *ranges, size_t room,
                                            struct memory_range image, struct multiboot_memory *memory);

/* Copies the command line ("" when there is none) to `line`, `size` bytes with the NUL. One that does not fit is cut, with a message. */
void multiboot_command_line(const struct multiboot_info *info, const struct multiboot_memory *memory,
                            char *line, size_t size);

/*
 * Fills in `modules`, at most `room`: more are left out, with a message. Returns how many there are. Panics when a module is not
 * whole in the memory, or has bytes of the kernel's image or of another module.
 */
size_t multiboot_modules(const struct multiboot_info *info, const struct multiboot_memory *memory,
                         struct memory_range image, struct boot_module *modules, size_t room);
