/* SPDX-License-Identifier: MIT */
/* Where boot modules and early memory lie: chosen by the boot's layout (lib/layout.h). */
#pragma once

#include "fs/boot_modules.h"
#include "mem/frames.h"

/*
 * Chooses memory for `size` bytes in `ranges`, which memory_ranges_prepare() has prepared. The
 * memory is page-aligned, at or above 1 MiB, and below 4 GiB, where the boot page tables map it. In
 * the fixed layout, it is the lowest such memory; otherwise it is random (layout_below()). Returns
 * its physical address, or FRAME_NONE if there is none.
 */
uint64_t place_choose(const struct memory_range *ranges, size_t count, size_t size);

/*
 * Copies the modules to other places in a random order, with up to 15 pages between them, and
 * stores the new addresses in `modules`. Does nothing in the fixed layout, or if no range has room
 * for copies of all modules. `usable` has `usable_count` ranges, prepared as for place_choose();
 * they contain neither the kernel nor the modules.
 */
void places_move_modules(struct boot_module *modules, size_t count, const struct memory_range *usable,
                         size_t usable_count);

/*
 * Makes the heap look as if it had been used for a while: allocates a random number of objects of
 * each size, and frees all but one of them in a random order. Does nothing in the fixed layout.
 */
void places_age_heap(void);
