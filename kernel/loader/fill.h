/* SPDX-License-Identifier: MIT */
/* Writes a part of a segment through addresses at which the loader has mapped its pages. */
#pragma once

#include "lib/string.h"
#include "loader/loader.h"

/*
 * Fills the `size` bytes at `view` with the bytes of the segment from `offset` on: zeros before the
 * data, the data, and zeros after the data.
 */
static inline void fill_view(char *view, const struct load_segment *s, size_t offset, size_t size)
{
	size_t end = offset + size, data_end = s->data_offset + s->data_size;

	if (offset < s->data_offset) {
		size_t n = (end < s->data_offset ? end : s->data_offset) - offset;

		zero_bytes(view, n);
		view += n;
		offset += n;
	}
	if (offset < end && offset < data_end) {
		size_t n = (end < data_end ? end : data_end) - offset;

		copy_bytes(view, s->data + (offset - s->data_offset), n);
		view += n;
		offset += n;
	}
	if (offset < end)
		zero_bytes(view, end - offset);
}
