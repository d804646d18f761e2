/* SPDX-License-Identifier: MIT */
/*
 * Reads the guest's memory at linear addresses. The guest may use no paging, or page tables of two
 * levels (32-bit), three (PAE) or four (64-bit). The control registers that decide this are
 * followed from reset on.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/bochs/model/memory.h"
#include "bench/bochs/model/paging_bits.h"

#define MSR_EFER 0xC0000080U
#define EFER_LME (1ULL << 8)
#define CR0_PE   1ULL

/* Control registers of a CPU. */
struct paging {
	uint64_t cr0, cr3, cr4, efer;
};

/* Returns the physical address, or UINT64_MAX if the page is not present. */
uint64_t paging_translate(const struct paging *paging, memory_frame frame_of, uint64_t linear);

/* Copies `bytes` bytes at a linear address to `to`. Returns false if a page is not present or has no
 * memory. */
bool paging_read(const struct paging *paging, memory_frame frame_of, uint64_t linear, void *to, size_t bytes);
