/* SPDX-License-Identifier: MIT */
/* Structures of the Multiboot Specification 0.6.96, section 3.3. */
#pragma once

#include <stdint.h>

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
