/* SPDX-License-Identifier: MIT */
/*
 * The environment that a BOOTBOOT loader of level 1 gives a kernel: the structure in which the
 * loader describes the machine, and sizes in bytes. The published addresses are in x86/layout.h.
 * docs/first-environment.md describes the whole environment.
 *
 * At LEVEL1_SETTINGS there is one page of text, with a line KEY=VALUE for each setting. The stacks
 * are above the kernel: the stack of CPU n begins at -LEVEL1_STACK_SIZE * n and grows downwards.
 * The first 16 GiB of physical memory are mapped at their own addresses. All CPUs begin at the
 * kernel's entry point at the same time.
 */
#pragma once

#include <stdint.h>

#include "x86/layout.h"

#define LEVEL1_STACK_SIZE 1024
#define LEVEL1_IDENTITY   (16 * GIB)
#define LEVEL1_CPUS       256 /* the most CPUs: an APIC ID has 8 bits */

#define LEVEL1_MAGIC      0x544f4f42U /* BOOT */
#define LEVEL1_STATIC     1           /* the protocol: fixed addresses */

/* Types of memory: the lowest 4 bits of the size of a range. */
#define LEVEL1_USED       0UL
#define LEVEL1_FREE       1UL
#define LEVEL1_TYPE       15UL

struct level1_range {
	uint64_t start, size_and_type;
};

struct level1 {
	uint32_t magic, size; /* size: bytes of this structure with its ranges */
	uint8_t protocol, framebuffer_type;
	uint16_t cpus, boot_cpu; /* number of CPUs; APIC ID of the one that the firmware started */
	int16_t time_zone;
	uint8_t time[8];
	uint64_t initrd, initrd_size; /* physical address, bytes */
	uint64_t framebuffer;         /* physical address, or 0 */
	uint32_t framebuffer_size, width, height, line_size;
	uint64_t acpi, smbios, efi, mp, reserved[4];
	struct level1_range ranges[];
} __attribute__((packed));
_Static_assert(sizeof(struct level1) == 128, "the header that the protocol publishes");

/* The kernel's file in the initrd. The setting kernel= gives its path. */
#define LEVEL1_KERNEL_FILE "sys/core"
