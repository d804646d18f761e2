/* SPDX-License-Identifier: MIT */
#include "lib/string.h"

void *memset(void *to, int value, size_t size)
{
	void *start = to;

	__asm__ volatile("rep stosb" : "+D"(to), "+c"(size) : "a"(value) : "memory");
	return start;
}

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
	copy_bytes(to, from, size);
	return to;
}

void *memmove(void *to, const void *from, size_t size)
{
	unsigned char *t = to;
	const unsigned char *f = from;

	if (t <= f || t >= f + size)
		return memcpy(to, from, size);
	for (; size >= 8; size -= 8) { /* downwards: a byte is read before it is overwritten */
		uint64_t word;

		__builtin_memcpy(&word, f + size - 8, 8);
		__builtin_memcpy(t + size - 8, &word, 8);
	}
	while (size--)
		t[size] = f[size];
	return to;
}

int memcmp(const void *a, const void *b, size_t size)
{
	const unsigned char *x = a, *y = b;

	for (size_t i = 0; i < size; i++)
		if (x[i] != y[i])
			return x[i] - y[i];
	return 0;
}

size_t strlen(const char *s)
{
	size_t n = 0;

	while (s[n])
		n++;
	return n;
}

int strncmp(const char *a, const char *b, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (a[i] != b[i])
			return (unsigned char)a[i] - (unsigned char)b[i];
		if (!a[i])
			break;
	}
	return 0;
}

int strcmp(const char *a, const char *b)
{
	return strncmp(a, b, SIZE_MAX);
}

size_t string_copy(char *to, const char *from, size_t size)
{
	size_t length = 0;

	if (!size)
		return 0;
	while (length < size - 1 && from[length])
		length++;
	copy_short(to, from, length);
	to[length] = '\0';
	return length;
}

void string_show(char *to, size_t size, const char *from, size_t length)
{
	size_t i = 0;

	for (; i < length && from[i] && i + 1 < size; i++)
		to[i] = from[i] >= ' ' && from[i] <= '~' ? from[i] : '?';
	to[i] = '\0';
	if (i < length && from[i] && size > 3)
		memcpy(to + size - 4, "...", 4);
}

bool string_matches(const char *text, const char *glob)
{
	const char *star = NULL, *retry = NULL;

	while (*text) {
		if (*glob == '*') {
			star = glob++;
			retry = text;
		} else if (*glob == '?' || *glob == *text) {
			glob++;
			text++;
		} else if (star) {
			glob = star + 1;
			text = ++retry;
		} else {
			return false;
		}
	}
	while (*glob == '*')
		glob++;
	return !*glob;
}

uint64_t string_to_number(const char *s)
{
	uint64_t value = 0, base = 10;

	if (s[0] == '0' && (s[1] | 32) == 'x') {
		base = 16;
		s += 2;
	}
	for (;; s++) {
		unsigned digit;

		if (*s >= '0' && *s <= '9')
			digit = (unsigned)(*s - '0');
		else if (base == 16 && (*s | 32) >= 'a' && (*s | 32) <= 'f')
			digit = (unsigned)((*s | 32) - 'a' + 10);
		else
			return value;
		value = value * base + digit;
	}
}
