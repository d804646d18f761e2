/* SPDX-License-Identifier: MIT */
/* Memory and strings. The compiler may insert calls of memset, memcpy and memmove. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void *memset(void *to, int value, size_t size);
void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memmove(void *to, const void *from, size_t size);
int memcmp(const void *a, const void *b, size_t size);
size_t strlen(const char *s);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t size);

/*
 * Copies a string, truncated so that it fits in `size` bytes with its NUL. Writes nothing if `size`
 * is 0. Returns the number of characters copied, without the NUL.
 */
size_t string_copy(char *to, const char *from, size_t size);

/*
 * Makes untrusted text printable: copies `from` up to a NUL, at most `length` bytes, and replaces
 * each byte that is not printable ASCII with `?`. `to` has `size` bytes; text that does not fit is
 * truncated and ends in `...`.
 */
void string_show(char *to, size_t size, const char *from, size_t length);

/* Returns true if `text` matches `glob`, where * matches any text and ? any one character. */
bool string_matches(const char *text, const char *glob);

/*
 * Returns the value of the leading digits of `s`: hexadecimal after 0x, otherwise decimal. Returns
 * 0 if there are none.
 */
uint64_t string_to_number(const char *s);

/* Zeroes whole pages, 8 bytes at a time. `to` is page-aligned. */
static inline void zero_pages(void *to, size_t pages)
{
	size_t words = pages * 512;

	__asm__ volatile("rep stosq" : "+D"(to), "+c"(words) : "a"(0) : "memory");
}

/* Zeroes `size` bytes, 8 at a time and then the rest. */
static inline void zero_bytes(void *to, size_t size)
{
	size_t words = size / 8, rest = size % 8;

	__asm__ volatile("rep stosq" : "+D"(to), "+c"(words) : "a"(0) : "memory");
	if (rest)
		__asm__ volatile("rep stosb" : "+D"(to), "+c"(rest) : "a"(0) : "memory");
}

/*
 * Copies `size` bytes with a single instruction, for short strings. Source and destination must not
 * overlap.
 */
static inline void copy_short(void *to, const void *from, size_t size)
{
	__asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(size) : : "memory");
}

/*
 * Copies `size` bytes, 8 at a time and then the rest. Source and destination must not overlap.
 */
static inline void copy_bytes(void *to, const void *from, size_t size)
{
	size_t words = size / 8, rest = size % 8;

	__asm__ volatile("rep movsq" : "+D"(to), "+S"(from), "+c"(words) : : "memory");
	if (rest)
		__asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(rest) : : "memory");
}
