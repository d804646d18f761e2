/* SPDX-License-Identifier: MIT */
/* Memory and strings. The compiler may call memset, memcpy and memmove on its own. */
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

/* Copies with truncation; `to` always ends in a NUL when `size` is not 0. Returns the length of what was copied. */
size_t string_copy(char *to, const char *from, size_t size);

/*
 * Copies what someone else wrote, at most `length` bytes and up to a NUL, for people to read: printable ASCII stays, the rest
 * becomes `?`. `size` bytes at `to` with the NUL; what does not fit ends in `...`.
 */
void string_show(char *to, size_t size, const char *from, size_t length);

/* Whether `text` matches `glob`, where * stands for anything and ? for one character. */
bool string_matches(const char *text, const char *glob);

/* Decimal or 0x-hexadecimal digits up to the end of the string or another character. */
uint64_t string_to_number(const char *s);

/* Whole pages, 8 bytes at a time; both addresses page-aligned. */
static inline void zero_pages(void *to, size_t pages)
{
	size_t words = pages * 512;

	__asm__ volatile("rep stosq" : "+D"(to), "+c"(words) : "a"(0) : "memory");
}

/* Zeroes `size` bytes, eight at a time as far as that goes. */
static inline void zero_bytes(void *to, size_t size)
{
	size_t words = size / 8, rest = size % 8;

	__asm__ volatile("rep stosq" : "+D"(to), "+c"(words) : "a"(0) : "memory");
	if (rest)
		__asm__ volatile("rep stosb" : "+D"(to), "+c"(rest) : "a"(0) : "memory");
}

/* Copies `size` bytes between places that do not overlap by one instruction: for strings, which are short. */
static inline void copy_short(void *to, const void *from, size_t size)
{
	__asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(size) : : "memory");
}

/* Copies `size` bytes between places that do not overlap, eight at a time as far as that goes. */
static inline void copy_bytes(void *to, const void *from, size_t size)
{
	size_t words = size / 8, rest = size % 8;

	__asm__ volatile("rep movsq" : "+D"(to), "+S"(from), "+c"(words) : : "memory");
	if (rest)
		__asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(rest) : : "memory");
}
