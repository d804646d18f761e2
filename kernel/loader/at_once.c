/* SPDX-License-Identifier: MIT */
/* Linked with the loaders that fill all pages in loader_load(). */
#include "loader/loader.h"
#include "output/panic.h"

const bool loader_is_deferring = false;

void loader_fill_own(struct address_space *space, const struct load_segment *segments, size_t count)
{
	(void)space, (void)segments, (void)count;
	panic("the loader has filled all pages and is asked to fill them again");
}
