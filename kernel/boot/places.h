/* SPDX-License-Identifier: MIT */
/* Where boot modules and early memory lie: chosen by the boot's layout (lib/layout.h). */
#pragma once

#include "fs/boot_modules.h"
#include "mem/frames.h"

/*
 * Returns the physical address of `size` bytes, page-aligned, in the prepared ranges, from 1 MiB on
 * and where the boot page tables map it, or FRAME_NONE if there is no such place: the first one in
 * the fixed layout, otherwise one that layout_below() draws.
 */
uint64_t place_choose(const struct memory_range *ranges, size_t count, size_t size);

/*
 * Copies the modules to other places in a random order, with up to 15 pages between them, and stores
 * the new addresses in `modules`. Does nothing in the fixed layout, or if no range has room for
 * copies of them all. `usable`: `usable_count` prepared ranges without the kernel and the modules.
 */
void places_move_modules(struct boot_module *modules, size_t count, const struct memory_range *usable,
                         size_t usable_count);

/*
 * Leaves a heap that has been used for a while: a random number of objects of each size are
 * allocated and, but for one, freed in a random order. Does nothing in the fixed layout.
 */
void places_age_heap(void);
