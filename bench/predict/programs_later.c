/* SPDX-License-Identifier: MIT */
/* Tables, lists and numbers, written later than the others, for a second draw of the half that is only reported. */
#include "bench/predict/predict.h"

/* matrix: the product of two matrices of 48 by 48 numbers */
#define ORDER 48
static int64_t (*left)[ORDER], (*right)[ORDER], (*product)[ORDER];

static void matrix_prepare(void)
{
	left = take(ORDER * sizeof *left);
	right = take(ORDER * sizeof *right);
	product = take(ORDER * sizeof *product);
	for (size_t i = 0; i < ORDER; i++)
		for (size_t j = 0; j < ORDER; j++) {
			left[i][j] = (int64_t)(draw() % 1000);
			right[i][j] = (int64_t)(draw() % 1000);
		}
}

static uint64_t matrix(void)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < ORDER; i++)
		for (size_t j = 0; j < ORDER; j++) {
			int64_t value = 0;

			for (size_t k = 0; k < ORDER; k++)
				value += left[i][k] * right[k][j];
			product[i][j] = value;
		}
	for (size_t i = 0; i < ORDER; i++)
		sum = sum * 5 + (uint64_t)product[i][(i * 7) % ORDER];
	return sum;
}

/* calendar: a queue of events in lists by time; each event makes another one */
#define DAYS   64
#define EVENTS 2048
static struct event {
	struct event *next;
	uint32_t time, kind;
} * events, *days[DAYS];
static uint32_t *delays;

static void calendar_prepare(void)
{
	events = take(EVENTS * sizeof *events);
	delays = take(4096 * sizeof *delays);
	for (size_t i = 0; i < 4096; i++)
		delays[i] = 1 + (uint32_t)(draw() % 60);
}

static uint64_t calendar(void)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < DAYS; i++)
		days[i] = NULL;
	for (uint32_t i = 0; i < EVENTS; i++) {
		uint32_t time = delays[i % 4096];

		events[i] = (struct event){ days[time % DAYS], time, i };
		days[time % DAYS] = &events[i];
	}
	for (uint32_t now = 0; now < 400; now++) {
		struct event *list = days[now % DAYS];

		days[now % DAYS] = NULL;
		while (list) {
			struct event *event = list;

			list = event->next;
			if (event->time <= now) {
				sum += event->kind ^ now;
				event->time = now + delays[(event->kind * 31 + now) % 4096];
			}
			event->next = days[event->time % DAYS];
			days[event->time % DAYS] = event;
		}
	}
	return sum;
}

/* circle: removes every seventh of the people in a circle, until one is left */
#define PEOPLE 6000
static uint16_t *after;

static void circle_prepare(void)
{
	after = take(PEOPLE * sizeof *after);
}

static uint64_t circle(void)
{
	uint64_t sum = 0;
	unsigned at = PEOPLE - 1;

	for (unsigned i = 0; i < PEOPLE; i++)
		after[i] = (uint16_t)((i + 1) % PEOPLE);
	for (unsigned left_over = PEOPLE; left_over > 1; left_over--) {
		for (unsigned i = 0; i < 6; i++)
			at = after[at];
		sum = sum * 3 + after[at];
		after[at] = after[after[at]];
	}
	return sum + at;
}

/* knapsack: the greatest value of things that weigh at most 2000 */
#define WEIGHT 2000
#define THINGS 60
static uint32_t *worth, weights[THINGS], values[THINGS];

static void knapsack_prepare(void)
{
	worth = take((WEIGHT + 1) * sizeof *worth);
	for (size_t i = 0; i < THINGS; i++) {
		weights[i] = 5 + (uint32_t)(draw() % 200);
		values[i] = 1 + (uint32_t)(draw() % 1000);
	}
}

static uint64_t knapsack(void)
{
	for (size_t w = 0; w <= WEIGHT; w++)
		worth[w] = 0;
	for (size_t i = 0; i < THINGS; i++)
		for (size_t w = WEIGHT; w >= weights[i]; w--) {
			uint32_t with = worth[w - weights[i]] + values[i];

			if (with > worth[w])
				worth[w] = with;
		}
	return worth[WEIGHT] * 1000ULL + worth[WEIGHT / 2];
}

/* sudoku: fills a square of 9 by 9 by trial and error */
static const char puzzle[] =
        "53..7....6..195....98....6.8...6...34..8.3..17...2...6.6....28....419..5....8..79";
static unsigned char cell[81];
static uint16_t in_row[9], in_column[9], in_block[9];
static uint64_t tries;

static void put(unsigned at, unsigned digit, bool set)
{
	const uint16_t bit = (uint16_t)(1 << digit);
	const unsigned row = at / 9, column = at % 9, block = row / 3 * 3 + column / 3;

	if (set) {
		in_row[row] |= bit;
		in_column[column] |= bit;
		in_block[block] |= bit;
	} else {
		in_row[row] &= (uint16_t)~bit;
		in_column[column] &= (uint16_t)~bit;
		in_block[block] &= (uint16_t)~bit;
	}
	cell[at] = set ? (unsigned char)digit : 0;
}

static bool solve(unsigned at)
{
	unsigned taken;

	while (at < 81 && cell[at])
		at++;
	if (at == 81)
		return true;
	taken = in_row[at / 9] | in_column[at % 9] | in_block[at / 27 * 3 + at % 9 / 3];
	for (unsigned digit = 1; digit <= 9; digit++) {
		tries++;
		if (taken >> digit & 1)
			continue;
		put(at, digit, true);
		if (solve(at + 1))
			return true;
		put(at, digit, false);
	}
	return false;
}

static uint64_t sudoku(void)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < 9; i++)
		in_row[i] = in_column[i] = in_block[i] = 0;
	for (unsigned i = 0; i < 81; i++)
		cell[i] = 0;
	for (unsigned i = 0; i < 81; i++)
		if (puzzle[i] != '.')
			put(i, (unsigned)(puzzle[i] - '0'), true);
	tries = 0;
	solve(0);
	for (unsigned i = 0; i < 81; i++)
		sum = sum * 11 + cell[i];
	return sum + tries;
}

/* ackermann: calls that call themselves */
static uint64_t ackermann_of(uint64_t m, uint64_t n)
{
	if (!m)
		return n + 1;
	return ackermann_of(m - 1, n ? ackermann_of(m, n - 1) : 1);
}

static uint64_t ackermann(void)
{
	return ackermann_of(2, 60) + ackermann_of(3, 4);
}

/* transpose: turns a square of 128 by 128 numbers over, in place, four times */
#define LINES 128
static uint32_t (*square)[LINES];

static void transpose_prepare(void)
{
	square = take(LINES * sizeof *square);
	for (size_t i = 0; i < LINES; i++)
		for (size_t j = 0; j < LINES; j++)
			square[i][j] = (uint32_t)draw();
}

static uint64_t transpose(void)
{
	uint64_t sum = 0;

	for (unsigned turn = 0; turn < 4; turn++) {
		for (size_t i = 0; i < LINES; i++)
			for (size_t j = 0; j < i; j++) {
				uint32_t kept = square[i][j];

				square[i][j] = square[j][i];
				square[j][i] = kept;
			}
		sum += square[turn][3] ^ square[100 + turn][7];
	}
	return sum;
}

/* join: finds the rows of two tables that have the same key, by a table of hashes */
#define ROWS  3000
#define SLOTS 8192
static uint32_t (*first)[2], (*second)[2], *slots;

static void join_prepare(void)
{
	first = take(ROWS * sizeof *first);
	second = take(ROWS * sizeof *second);
	slots = take(SLOTS * sizeof *slots);
	for (size_t i = 0; i < ROWS; i++) {
		first[i][0] = 1 + (uint32_t)(draw() % 9000);
		second[i][0] = 1 + (uint32_t)(draw() % 9000);
		first[i][1] = (uint32_t)draw();
		second[i][1] = (uint32_t)draw();
	}
}

static uint64_t join(void)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < SLOTS; i++)
		slots[i] = 0;
	for (uint32_t i = 0; i < ROWS; i++) {
		uint32_t slot = first[i][0] * 2654435761U >> 19;

		while (slots[slot])
			slot = (slot + 1) % SLOTS;
		slots[slot] = i + 1;
	}
	for (size_t i = 0; i < ROWS; i++)
		for (uint32_t slot = second[i][0] * 2654435761U >> 19; slots[slot]; slot = (slot + 1) % SLOTS)
			if (first[slots[slot] - 1][0] == second[i][0])
				sum += first[slots[slot] - 1][1] ^ second[i][1];
	return sum;
}

const struct program programs_later[] = {
	{ "matrix", matrix_prepare, matrix },
	{ "calendar", calendar_prepare, calendar },
	{ "circle", circle_prepare, circle },
	{ "knapsack", knapsack_prepare, knapsack },
	{ "sudoku", NULL, sudoku },
	{ "ackermann", NULL, ackermann },
	{ "transpose", transpose_prepare, transpose },
	{ "join", join_prepare, join },
	{ NULL, NULL, NULL },
};
