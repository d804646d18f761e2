/* SPDX-License-Identifier: MIT */
/* Bytes and words: check sums, compression, search, parsing. */
#include "bench/predict/predict.h"

#define TEXT 65536
static char *text;

static void text_prepare(void)
{
	text = take(TEXT + 64);
	write_text(text, TEXT);
}

/* crc: a table of 256 entries, a byte at a time */
static uint32_t crc_table[256];

static void crc_prepare(void)
{
	text_prepare();
	for (uint32_t i = 0; i < 256; i++) {
		crc_table[i] = i;
		for (int bit = 0; bit < 8; bit++)
			crc_table[i] = crc_table[i] >> 1 ^ (crc_table[i] & 1 ? 0xedb88320 : 0);
	}
}

static uint64_t crc(void)
{
	uint32_t value = ~0U;

	for (size_t i = 0; i < TEXT; i++)
		value = value >> 8 ^ crc_table[(value ^ (unsigned char)text[i]) & 255];
	return value;
}

/* wordhash: counts how often each word occurs in the text, in a hash table with chaining */
#define WORDS 1024
static struct word {
	struct word *next;
	uint32_t hash, count;
} * word_pool, *word_heads[WORDS];

static void wordhash_prepare(void)
{
	text_prepare();
	word_pool = take(4096 * sizeof *word_pool);
}

static uint64_t wordhash(void)
{
	uint64_t sum = 0;
	uint32_t hash = 0;
	size_t used = 0;

	for (size_t i = 0; i < WORDS; i++)
		word_heads[i] = NULL;
	for (size_t i = 0; i < TEXT; i++) {
		struct word *word;

		if (text[i] >= 'a') {
			hash = hash * 33 + (unsigned char)text[i];
			continue;
		}
		for (word = word_heads[hash % WORDS]; word && word->hash != hash; word = word->next)
			;
		if (!word && used < 4096) {
			word = &word_pool[used++];
			*word = (struct word){ word_heads[hash % WORDS], hash, 0 };
			word_heads[hash % WORDS] = word;
		}
		if (word)
			sum += ++word->count;
		hash = 0;
	}
	return sum;
}

/* compress and expand: matches of at least four bytes, which a hash table finds */
static unsigned char *packed, *expanded;
static uint16_t *match_table;
static size_t packed_size;

static size_t pack(void)
{
	size_t out = 0;

	for (size_t i = 0; i < 4096; i++)
		match_table[i] = 0;
	for (size_t at = 0; at < TEXT;) {
		uint32_t four;
		size_t from, length = 0;

		__builtin_memcpy(&four, text + at, 4);
		from = match_table[(four * 2654435761U) >> 20];
		match_table[(four * 2654435761U) >> 20] = (uint16_t)at;
		if (from < at)
			while (length < 255 && at + length < TEXT && text[from + length] == text[at + length])
				length++;
		if (length >= 4) {
			packed[out++] = (unsigned char)length;
			packed[out++] = (unsigned char)from;
			packed[out++] = (unsigned char)(from >> 8);
			at += length;
		} else {
			packed[out++] = 0;
			packed[out++] = (unsigned char)text[at++];
		}
	}
	return out;
}

static void pack_prepare(void)
{
	text_prepare();
	packed = take(2 * TEXT + 64);
	expanded = take(TEXT + 64);
	match_table = take(4096 * 2);
	packed_size = pack();
}

static uint64_t expand(void)
{
	size_t out = 0;

	for (size_t at = 0; at < packed_size;) {
		const size_t length = packed[at++];

		if (length == 0) {
			expanded[out++] = packed[at++];
			continue;
		}
		for (size_t i = 0, from = packed[at] | (size_t)packed[at + 1] << 8; i < length; i++)
			expanded[out++] = expanded[from++];
		at += 2;
	}
	return out + expanded[TEXT / 2];
}

static uint64_t compress(void)
{
	return pack();
}

/* huffman: decodes 32768 symbols; each bit selects a branch of a tree */
#define SYMBOLS 32768
static struct twig {
	uint16_t child[2];
	uint16_t symbol;
} twigs[512];
static unsigned char *bits;

static void huffman_prepare(void)
{
	/* The code of symbol n (1 to 8) is n - 1 ones and a zero. The code of 9 is eight ones. */
	uint16_t at = 0, next = 1;
	size_t bit = 0;

	bits = take(SYMBOLS * 2);
	for (uint16_t n = 0; n < 8; n++) {
		twigs[at].child[0] = next;
		twigs[next++] = (struct twig){ { 0, 0 }, (uint16_t)(n + 1) };
		twigs[at].child[1] = next;
		at = next++;
	}
	twigs[at].symbol = 9;
	for (size_t i = 0; i < SYMBOLS; i++) {
		const unsigned ones = (unsigned)__builtin_ctzll(draw() | 0x100);

		for (unsigned k = 0; k < ones; k++, bit++)
			bits[bit / 8] |= (unsigned char)(1 << bit % 8);
		bit += ones < 8;
	}
}

static uint64_t huffman(void)
{
	uint64_t sum = 0;
	size_t bit = 0;

	for (size_t i = 0; i < SYMBOLS; i++) {
		const struct twig *twig = twigs;

		while (!twig->symbol) {
			twig = &twigs[twig->child[bits[bit / 8] >> bit % 8 & 1]];
			bit++;
		}
		sum = sum * 3 + twig->symbol;
	}
	return sum;
}

/* horspool: finds twelve patterns in the text */
static uint64_t horspool(void)
{
	uint64_t found = 0;

	for (size_t n = 0; n < 12; n++) {
		const char *pattern = text + n * 4567;
		unsigned char skip[256];

		for (size_t i = 0; i < 256; i++)
			skip[i] = 8;
		for (size_t i = 0; i < 7; i++)
			skip[(unsigned char)pattern[i]] = (unsigned char)(7 - i);
		for (size_t at = 0; at + 8 <= TEXT; at += skip[(unsigned char)text[at + 7]]) {
			size_t i = 8;

			while (i > 0 && text[at + i - 1] == pattern[i - 1])
				i--;
			found += i == 0 ? at : 0;
		}
	}
	return found;
}

/* distance: how many changes turn one word of 256 letters into another */
#define WORD 256
static uint16_t distance_row[WORD + 1];

static uint64_t distance(void)
{
	for (uint16_t i = 0; i <= WORD; i++)
		distance_row[i] = i;
	for (size_t a = 0; a < WORD; a++) {
		uint16_t diagonal = distance_row[0];

		distance_row[0]++;
		for (size_t b = 0; b < WORD; b++) {
			const uint16_t above = distance_row[b + 1];
			uint16_t least = (uint16_t)(diagonal + (text[a] != text[5000 + b]));

			if (above + 1 < least)
				least = (uint16_t)(above + 1);
			if (distance_row[b] + 1 < least)
				least = (uint16_t)(distance_row[b] + 1);
			distance_row[b + 1] = least;
			diagonal = above;
		}
	}
	return distance_row[WORD];
}

/* parse: reads and adds up 8000 decimal numbers; format: writes them */
#define NUMBERS 8000
static uint32_t *numbers;
static char *digits;

static size_t write_numbers(void)
{
	char *at = digits;

	for (size_t i = 0; i < NUMBERS; i++) {
		char reverse[12];
		uint32_t number = numbers[i];
		int count = 0;

		do {
			reverse[count++] = (char)('0' + number % 10);
			number /= 10;
		} while (number);
		while (count > 0)
			*at++ = reverse[--count];
		*at++ = ',';
	}
	*at = '\0';
	return (size_t)(at - digits);
}

static void numbers_prepare(void)
{
	numbers = take(NUMBERS * 4);
	digits = take(NUMBERS * 12);
	for (size_t i = 0; i < NUMBERS; i++)
		numbers[i] = (uint32_t)(draw() >> (32 + draw() % 28));
	write_numbers();
}

static uint64_t format(void)
{
	return write_numbers();
}

static uint64_t parse_numbers(void)
{
	uint64_t sum = 0, number = 0;

	for (const char *at = digits; *at; at++) {
		if (*at == ',') {
			sum += number;
			number = 0;
		} else {
			number = number * 10 + (uint64_t)(*at - '0');
		}
	}
	return sum;
}

const struct program programs_text[] = {
	{ "crc", crc_prepare, crc },
	{ "wordhash", wordhash_prepare, wordhash },
	{ "compress", pack_prepare, compress },
	{ "expand", pack_prepare, expand },
	{ "huffman", huffman_prepare, huffman },
	{ "horspool", text_prepare, horspool },
	{ "distance", text_prepare, distance },
	{ "format", numbers_prepare, format },
	{ "parse", numbers_prepare, parse_numbers },
	{ NULL, NULL, NULL },
};
