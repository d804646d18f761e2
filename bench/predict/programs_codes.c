/* SPDX-License-Identifier: MIT */
/* Words and codes, written later than the others, for a second draw of the half that is only reported. */
#include "bench/predict/predict.h"

#define TEXT 32768
static char *text;

static void text_prepare(void)
{
	text = take(TEXT + 64);
	write_text(text, TEXT);
}

/* trie: puts each word of the text into a tree with a child for each letter */
#define NODES 16384
static struct node {
	uint16_t child[26];
	uint32_t count;
} * nodes;

static void trie_prepare(void)
{
	text_prepare();
	nodes = take(NODES * sizeof *nodes);
}

static uint64_t trie(void)
{
	uint64_t sum = 0;
	unsigned used = 1, at = 0;

	nodes[0] = (struct node){ 0 };
	for (size_t i = 0; i < TEXT; i++) {
		unsigned letter = (unsigned char)text[i] - 'a';

		if (letter >= 26) {
			sum += ++nodes[at].count * at;
			at = 0;
			continue;
		}
		if (!nodes[at].child[letter] && used < NODES) {
			nodes[used] = (struct node){ 0 };
			nodes[at].child[letter] = (uint16_t)used++;
		}
		at = nodes[at].child[letter];
	}
	return sum + used;
}

/* dfa: a table of states that finds words with certain endings */
#define STATES 24
static unsigned char steps[STATES][128];

static void dfa_prepare(void)
{
	text_prepare();
	for (unsigned state = 0; state < STATES; state++)
		for (unsigned c = 0; c < 128; c++)
			steps[state][c] = c < 'a' ? 0 : (unsigned char)((state * 7 + c * 5 + c / 9) % STATES);
}

static uint64_t dfa(void)
{
	uint64_t found = 0;
	unsigned state = 0;

	for (size_t i = 0; i < TEXT; i++) {
		state = steps[state][text[i] & 127];
		if (state == 5 || state == 17)
			found += i;
	}
	return found;
}

/* base64: encodes the text and decodes the result */
static char *coded;
static signed char digit_of[256];
static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static void base64_prepare(void)
{
	text_prepare();
	coded = take(TEXT * 2);
	for (int i = 0; i < 256; i++)
		digit_of[i] = -1;
	for (int i = 0; i < 64; i++)
		digit_of[(unsigned char)digits[i]] = (signed char)i;
}

static uint64_t base64(void)
{
	uint64_t sum = 0;
	size_t out = 0;

	for (size_t i = 0; i + 3 <= TEXT; i += 3) {
		uint32_t three = (uint32_t)(unsigned char)text[i] << 16 |
		                 (uint32_t)(unsigned char)text[i + 1] << 8 | (unsigned char)text[i + 2];

		for (int shift = 18; shift >= 0; shift -= 6)
			coded[out++] = digits[three >> shift & 63];
	}
	for (size_t i = 0; i < out; i += 4) {
		uint32_t value = 0;

		for (size_t j = 0; j < 4; j++) {
			int digit = digit_of[(unsigned char)coded[i + j]];

			if (digit < 0)
				return 0;
			value = value << 6 | (uint32_t)digit;
		}
		sum = sum * 3 + value;
	}
	return sum;
}

/* utf8: encodes characters and decodes them again */
#define CHARACTERS 12000
static uint32_t *characters;
static unsigned char *bytes;

static void utf8_prepare(void)
{
	characters = take(CHARACTERS * sizeof *characters);
	bytes = take(CHARACTERS * 4);
	for (size_t i = 0; i < CHARACTERS; i++)
		characters[i] = (uint32_t)(draw() % (draw() % 4 ? 128 : draw() % 2 ? 2048 : 65536));
}

static size_t utf8_encode(void)
{
	size_t out = 0;

	for (size_t i = 0; i < CHARACTERS; i++) {
		uint32_t c = characters[i];

		if (c < 0x80) {
			bytes[out++] = (unsigned char)c;
		} else if (c < 0x800) {
			bytes[out++] = (unsigned char)(0xc0 | c >> 6);
			bytes[out++] = (unsigned char)(0x80 | (c & 63));
		} else {
			bytes[out++] = (unsigned char)(0xe0 | c >> 12);
			bytes[out++] = (unsigned char)(0x80 | (c >> 6 & 63));
			bytes[out++] = (unsigned char)(0x80 | (c & 63));
		}
	}
	return out;
}

static uint64_t utf8(void)
{
	size_t size = utf8_encode();
	uint64_t sum = size;

	for (size_t i = 0; i < size;) {
		uint32_t c = bytes[i++];
		unsigned more = c < 0x80 ? 0 : c < 0xe0 ? 1 : 2;

		c &= more == 0 ? 0x7f : more == 1 ? 0x1f : 0x0f;
		for (; more && i < size; more--)
			c = c << 6 | (bytes[i++] & 63);
		sum = sum * 31 + c;
	}
	return sum;
}

/* runs: codes the lines of a picture as lengths of runs, and draws the picture from these */
#define SIDE 160
static unsigned char (*picture)[SIDE], (*drawn)[SIDE];
static uint16_t *runs_of;

static void runs_prepare(void)
{
	picture = take(SIDE * sizeof *picture);
	drawn = take(SIDE * sizeof *drawn);
	runs_of = take(SIDE * SIDE * sizeof *runs_of);
	for (unsigned disc = 0; disc < 12; disc++) {
		int x = (int)(draw() % SIDE), y = (int)(draw() % SIDE), r = 5 + (int)(draw() % 25);

		for (int i = 0; i < SIDE; i++)
			for (int j = 0; j < SIDE; j++)
				if ((i - x) * (i - x) + (j - y) * (j - y) < r * r)
					picture[i][j] ^= 1;
	}
}

static uint64_t runs(void)
{
	uint64_t sum = 0;
	size_t count = 0, at = 0;

	for (size_t i = 0; i < SIDE; i++)
		for (size_t j = 0; j < SIDE;) {
			size_t start = j;

			while (j < SIDE && picture[i][j] == picture[i][start])
				j++;
			runs_of[count++] = (uint16_t)((j - start) << 1 | picture[i][start]);
		}
	for (size_t i = 0; i < SIDE; i++)
		for (size_t j = 0; j < SIDE; at++)
			for (unsigned n = runs_of[at] >> 1; n; n--)
				drawn[i][j++] = runs_of[at] & 1;
	for (size_t i = 0; i < SIDE; i += 3)
		sum = sum * 7 + drawn[i][(i * 5) % SIDE] + count;
	return sum;
}

/* wordsort: sorts the words of the text by Shell's method, comparing letter by letter */
#define SORTED 1500
static const char **words;
static size_t word_count;

static void wordsort_prepare(void)
{
	text_prepare();
	words = take(SORTED * sizeof *words);
}

static bool comes_before(const char *a, const char *b)
{
	while (*a >= 'a' && *a == *b)
		a++, b++;
	return (*a >= 'a' ? *a : 0) < (*b >= 'a' ? *b : 0);
}

static uint64_t wordsort(void)
{
	uint64_t sum = 0;

	word_count = 0;
	for (size_t i = 0; i < TEXT && word_count < SORTED; i++)
		if (text[i] >= 'a' && (i == 0 || text[i - 1] < 'a'))
			words[word_count++] = text + i;
	for (size_t gap = word_count / 2; gap; gap /= 2)
		for (size_t i = gap; i < word_count; i++) {
			const char *word = words[i];
			size_t j = i;

			for (; j >= gap && comes_before(word, words[j - gap]); j -= gap)
				words[j] = words[j - gap];
			words[j] = word;
		}
	for (size_t i = 0; i < word_count; i++)
		sum = sum * 3 + (uint64_t)(words[i] - text);
	return sum;
}

const struct program programs_codes[] = {
	{ "trie", trie_prepare, trie },
	{ "dfa", dfa_prepare, dfa },
	{ "base64", base64_prepare, base64 },
	{ "utf8", utf8_prepare, utf8 },
	{ "runs", runs_prepare, runs },
	{ "wordsort", wordsort_prepare, wordsort },
	{ NULL, NULL, NULL },
};
