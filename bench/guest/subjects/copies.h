/* SPDX-License-Identifier: MIT */
/* Parts of the rows copy.user*, which copy b->parameter bytes from the kernel to the program. */
#pragma once

#include "bench/guest/bench.h"

/* The numbers of bytes: 8 B to 1 MiB. */
extern const uint64_t copy_sizes[];

/* For setup(): maps the user memory with all its pages. Returns 0 or -ENOMEM. copy_unmap() unmaps
 * the memory. */
int copy_prepare(struct bench *b);
void copy_unmap(struct bench *b);

/*
 * For prepare(): changes the buffer's first and last byte. copy_check() checks that the last byte
 * was copied.
 */
void copy_mark(struct bench *b);
void copy_out(struct bench *b);
bool copy_check(struct bench *b);

/* For verify(): copies a buffer in which no two words are equal, and compares all bytes. */
bool copy_verify(struct bench *b);
