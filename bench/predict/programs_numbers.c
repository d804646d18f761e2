/* SPDX-License-Identifier: MIT */
/* Arithmetic on registers and arrays. */
#include "bench/predict/predict.h"

/* sha: SHA-256's rounds over 8 KiB */
#define SHA_BYTES 8192
static uint32_t sha_constant[64], *sha_input;

static void sha_prepare(void)
{
	sha_input = take(SHA_BYTES);
	for (size_t i = 0; i < 64; i++)
		sha_constant[i] = (uint32_t)draw();
	for (size_t i = 0; i < SHA_BYTES / 4; i++)
		sha_input[i] = (uint32_t)draw();
}

static uint32_t turn(uint32_t x, unsigned bits)
{
	return x >> bits | x << (32 - bits);
}

static uint64_t sha(void)
{
	uint32_t state[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };

	for (size_t block = 0; block < SHA_BYTES / 64; block++) {
		uint32_t w[64], s[8];

		for (size_t i = 0; i < 8; i++)
			s[i] = state[i];
		for (size_t i = 0; i < 16; i++)
			w[i] = sha_input[block * 16 + i];
		for (size_t i = 16; i < 64; i++)
			w[i] = w[i - 16] + w[i - 7] +
			       (turn(w[i - 15], 7) ^ turn(w[i - 15], 18) ^ w[i - 15] >> 3) +
			       (turn(w[i - 2], 17) ^ turn(w[i - 2], 19) ^ w[i - 2] >> 10);
		for (size_t i = 0; i < 64; i++) {
			const uint32_t one = s[7] + (turn(s[4], 6) ^ turn(s[4], 11) ^ turn(s[4], 25)) +
			                     ((s[4] & s[5]) ^ (~s[4] & s[6])) + sha_constant[i] + w[i];
			const uint32_t two = (turn(s[0], 2) ^ turn(s[0], 13) ^ turn(s[0], 22)) +
			                     ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));

			s[7] = s[6];
			s[6] = s[5];
			s[5] = s[4];
			s[4] = s[3] + one;
			s[3] = s[2];
			s[2] = s[1];
			s[1] = s[0];
			s[0] = one + two;
		}
		for (size_t i = 0; i < 8; i++)
			state[i] += s[i];
	}
	return state[0];
}

/* chacha: the quarter rounds of ChaCha20, 256 blocks in registers */
static uint64_t chacha(void)
{
	uint32_t sum = 0;

	for (uint32_t block = 0; block < 256; block++) {
		uint32_t x[16];

		for (uint32_t i = 0; i < 16; i++)
			x[i] = i * 0x61707865 + block;
#define QUARTER(a, b, c, d)                                                                     \
	x[a] += x[b], x[d] = turn(x[d] ^ x[a], 16), x[c] += x[d], x[b] = turn(x[b] ^ x[c], 20), \
	              x[a] += x[b], x[d] = turn(x[d] ^ x[a], 24), x[c] += x[d], x[b] = turn(x[b] ^ x[c], 25)
		for (int round = 0; round < 10; round++) {
			QUARTER(0, 4, 8, 12);
			QUARTER(1, 5, 9, 13);
			QUARTER(2, 6, 10, 14);
			QUARTER(3, 7, 11, 15);
			QUARTER(0, 5, 10, 15);
			QUARTER(1, 6, 11, 12);
			QUARTER(2, 7, 8, 13);
			QUARTER(3, 4, 9, 14);
		}
		for (int i = 0; i < 16; i++)
			sum = sum * 5 + x[i];
	}
	return sum;
}

/* collatz: the length of the longest Collatz series that begins at a number up to 3000 */
static uint64_t collatz(void)
{
	uint64_t longest = 0;

	for (uint64_t start = 1; start <= 3000; start++) {
		uint64_t steps = 0;

		for (uint64_t x = start; x != 1; steps++)
			x = x & 1 ? 3 * x + 1 : x / 2;
		longest = steps > longest ? steps : longest;
	}
	return longest;
}

/* sieve: counts the primes up to 131072, with a byte for each number */
#define SIEVE 131072
static unsigned char *composite;

static void sieve_prepare(void)
{
	composite = take(SIEVE);
}

static uint64_t sieve(void)
{
	uint64_t count = 0;

	for (size_t i = 0; i < SIEVE; i++)
		composite[i] = 0;
	for (size_t i = 2; i < SIEVE; i++) {
		if (composite[i])
			continue;
		count++;
		for (size_t j = i * i; j < SIEVE; j += i)
			composite[j] = 1;
	}
	return count;
}

/* gcd: Euclid's algorithm on 4000 pairs, by division */
static uint64_t gcd(void)
{
	uint64_t x = 3, sum = 0;

	for (int n = 0; n < 4000; n++) {
		uint32_t a, b;

		x = x * 6364136223846793005ULL + 1442695040888963407ULL;
		a = (uint32_t)(x >> 32) | 1;
		b = (uint32_t)(x >> 8) | 1;
		while (b) {
			const uint32_t rest = a % b;

			a = b;
			b = rest;
		}
		sum += a;
	}
	return sum;
}

/* bignum: the factorial of 250, in words of 32 bits */
static uint64_t bignum(void)
{
	uint32_t word[64] = { 1 };
	uint64_t sum = 0;
	size_t words = 1;

	for (uint64_t n = 2; n <= 250; n++) {
		uint64_t carry = 0;

		for (size_t i = 0; i < words; i++) {
			carry += word[i] * n;
			word[i] = (uint32_t)carry;
			carry >>= 32;
		}
		if (carry && words < 64)
			word[words++] = (uint32_t)carry;
		sum += word[words / 2];
	}
	return sum;
}

/* popcount: counts the bits of 32768 words with masks, and finds the lowest bit that is set */
#define POP 32768
static uint64_t *pop;

static void popcount_prepare(void)
{
	pop = take(POP * 8);
	for (size_t i = 0; i < POP; i++)
		pop[i] = draw() & draw();
}

static uint64_t popcount(void)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < POP; i++) {
		uint64_t x = pop[i];

		x -= x >> 1 & 0x5555555555555555ULL;
		x = (x & 0x3333333333333333ULL) + (x >> 2 & 0x3333333333333333ULL);
		x = (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0fULL;
		sum += (x * 0x0101010101010101ULL >> 56) + (uint64_t)__builtin_ctzll(pop[i] | 1ULL << 63);
	}
	return sum;
}

/* gather: adds up 32768 numbers at random places in 4 MiB */
#define GATHER (512 * 1024)
static uint64_t *gather_data;
static uint32_t *gather_index;

static void gather_prepare(void)
{
	gather_data = take(GATHER * 8);
	gather_index = take(32768 * 4);
	for (size_t i = 0; i < GATHER; i++)
		gather_data[i] = i * 3;
	for (size_t i = 0; i < 32768; i++)
		gather_index[i] = (uint32_t)(draw() % GATHER);
}

static uint64_t gather(void)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < 32768; i++)
		sum += gather_data[gather_index[i]];
	return sum;
}

const struct program programs_numbers[] = {
	{ "sha", sha_prepare, sha },
	{ "chacha", NULL, chacha },
	{ "collatz", NULL, collatz },
	{ "sieve", sieve_prepare, sieve },
	{ "gcd", NULL, gcd },
	{ "bignum", NULL, bignum },
	{ "popcount", popcount_prepare, popcount },
	{ "gather", gather_prepare, gather },
	{ NULL, NULL, NULL },
};
