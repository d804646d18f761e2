/* SPDX-License-Identifier: MIT */
/* Graphs, grids, machines. */
#include "bench/predict/predict.h"

/* bfs: a random graph of 8192 nodes with six edges each */
#define NODES 8192
#define EDGES 6
static uint16_t *edges, *queue, *depth;

static void bfs_prepare(void)
{
	edges = take(NODES * EDGES * 2);
	queue = take(NODES * 2);
	depth = take(NODES * 2);
	for (size_t i = 0; i < NODES * EDGES; i++)
		edges[i] = (uint16_t)(draw() % NODES);
}

static uint64_t bfs(void)
{
	size_t head = 0, tail = 0;
	uint64_t sum = 0;

	for (size_t i = 0; i < NODES; i++)
		depth[i] = 0;
	depth[0] = 1;
	queue[tail++] = 0;
	while (head < tail) {
		const uint16_t at = queue[head++];

		sum += depth[at];
		for (size_t i = 0; i < EDGES; i++) {
			const uint16_t to = edges[at * EDGES + i];

			if (depth[to])
				continue;
			depth[to] = (uint16_t)(depth[at] + 1);
			queue[tail++] = to;
		}
	}
	return sum;
}

/* dijkstra: the same kind of graph with weights, and a binary heap */
static uint32_t *far;
static struct entry {
	uint32_t cost;
	uint16_t node;
} * frontier;
static size_t frontier_size;

static void dijkstra_prepare(void)
{
	bfs_prepare();
	far = take(NODES * 4);
	frontier = take(NODES * EDGES * sizeof *frontier);
}

static void push(struct entry entry)
{
	size_t at = frontier_size++;

	for (; at > 0 && frontier[(at - 1) / 2].cost > entry.cost; at = (at - 1) / 2)
		frontier[at] = frontier[(at - 1) / 2];
	frontier[at] = entry;
}

static struct entry pop(void)
{
	const struct entry top = frontier[0], last = frontier[--frontier_size];
	size_t at = 0;

	for (size_t child; (child = 2 * at + 1) < frontier_size; at = child) {
		child += child + 1 < frontier_size && frontier[child + 1].cost < frontier[child].cost;
		if (frontier[child].cost >= last.cost)
			break;
		frontier[at] = frontier[child];
	}
	frontier[at] = last;
	return top;
}

static uint64_t dijkstra(void)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < NODES; i++)
		far[i] = ~0U;
	far[0] = 0;
	push((struct entry){ 0, 0 });
	while (frontier_size > 0) {
		const struct entry entry = pop();

		if (entry.cost > far[entry.node])
			continue;
		sum += entry.cost;
		for (size_t i = 0; i < EDGES; i++) {
			const uint16_t to = edges[entry.node * EDGES + i];
			const uint32_t cost = entry.cost + 1 + ((uint32_t)to * 37 + (uint32_t)i) % 64;

			if (cost >= far[to])
				continue;
			far[to] = cost;
			push((struct entry){ cost, to });
		}
	}
	return sum;
}

/* unions: joins 16384 sets, with path halving */
#define SETS 16384
static uint32_t *parent, *joins;

static void unions_prepare(void)
{
	parent = take(SETS * 4);
	joins = take(2 * SETS * 4);
	for (size_t i = 0; i < 2 * SETS; i++)
		joins[i] = (uint32_t)(draw() % SETS);
}

static uint32_t root_of(uint32_t x)
{
	while (parent[x] != x)
		x = parent[x] = parent[parent[x]];
	return x;
}

static uint64_t unions(void)
{
	uint64_t left = SETS;

	for (uint32_t i = 0; i < SETS; i++)
		parent[i] = i;
	for (size_t i = 0; i < SETS; i++) {
		const uint32_t a = root_of(joins[2 * i]), b = root_of(joins[2 * i + 1]);

		left -= a != b;
		parent[a] = b;
	}
	return left;
}

/* floyd: shortest paths between 64 nodes */
#define FLOYD 64
static int32_t *paths, *path_input;

static void floyd_prepare(void)
{
	paths = take(FLOYD * FLOYD * 4);
	path_input = take(FLOYD * FLOYD * 4);
	for (size_t i = 0; i < FLOYD * FLOYD; i++)
		path_input[i] = draw() % 8 ? 10000 : (int32_t)(draw() % 100);
}

static uint64_t floyd(void)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < FLOYD * FLOYD; i++)
		paths[i] = path_input[i];
	for (size_t k = 0; k < FLOYD; k++)
		for (size_t i = 0; i < FLOYD; i++)
			for (size_t j = 0; j < FLOYD; j++) {
				const int32_t by = paths[i * FLOYD + k] + paths[k * FLOYD + j];

				if (by < paths[i * FLOYD + j])
					paths[i * FLOYD + j] = by;
			}
	for (size_t i = 0; i < FLOYD * FLOYD; i++)
		sum += (uint64_t)paths[i];
	return sum;
}

/* life: four generations of 128 by 128 cells */
#define LIFE 128
static unsigned char *cells, *next_cells, *first_cells;

static void life_prepare(void)
{
	cells = take(LIFE * LIFE);
	next_cells = take(LIFE * LIFE);
	first_cells = take(LIFE * LIFE);
	for (size_t i = 0; i < LIFE * LIFE; i++)
		first_cells[i] = draw() % 3 == 0;
}

static uint64_t life(void)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < LIFE * LIFE; i++)
		cells[i] = first_cells[i];
	for (int generation = 0; generation < 4; generation++) {
		unsigned char *other = cells;

		for (size_t y = 1; y < LIFE - 1; y++)
			for (size_t x = 1; x < LIFE - 1; x++) {
				const unsigned char *at = cells + y * LIFE + x;
				const int around = at[-LIFE - 1] + at[-LIFE] + at[-LIFE + 1] + at[-1] +
				                   at[1] + at[LIFE - 1] + at[LIFE] + at[LIFE + 1];

				next_cells[y * LIFE + x] = around == 3 || (around == 2 && *at);
			}
		cells = next_cells;
		next_cells = other;
	}
	for (size_t i = 0; i < LIFE * LIFE; i++)
		sum += cells[i];
	return sum;
}

/* queens: all ways to put eight queens on a board, by recursion */
static uint64_t place_queens(unsigned columns, unsigned left, unsigned right)
{
	uint64_t ways = 0;

	if (columns == 0xff)
		return 1;
	for (unsigned open = 0xff & ~(columns | left | right); open; open &= open - 1) {
		const unsigned bit = open & -open;

		ways += place_queens(columns | bit, (left | bit) << 1, (right | bit) >> 1);
	}
	return ways;
}

static uint64_t queens(void)
{
	return place_queens(0, 0, 0);
}

/* machine: an interpreter with a stack; a switch selects one of 16 operations */
static unsigned char *operations;

static void machine_prepare(void)
{
	operations = take(4096);
	for (size_t i = 0; i < 4096; i++)
		operations[i] = (unsigned char)(draw() & draw() & 15);
}

static uint64_t machine(void)
{
	uint64_t stack[16], top = 1;
	unsigned at = 0;

	for (size_t i = 0; i < 16; i++)
		stack[i] = i;
	for (size_t i = 0; i < 32768; i++) {
		switch (operations[i % 4096]) {
		case 0:
			top += stack[at];
			break;
		case 1:
			stack[at] = top;
			break;
		case 2:
			at = (at + 1) % 16;
			break;
		case 3:
			at = (at + 15) % 16;
			break;
		case 4:
			top ^= stack[at] << 3;
			break;
		case 5:
			top = stack[at] - top;
			break;
		case 6:
			top *= 3;
			break;
		case 7:
			stack[at] += 7;
			break;
		case 8:
			top = ~top;
			break;
		case 9:
			at = (unsigned)top % 16;
			break;
		case 10:
			top >>= 1;
			break;
		case 11:
			top = top < stack[at] ? top : stack[at];
			break;
		case 12:
			stack[at] ^= top;
			break;
		case 13:
			top += i;
			break;
		case 14:
			stack[at] = 0;
			break;
		default:
			top = top << 7 | top >> 57;
			break;
		}
	}
	for (size_t i = 0; i < 16; i++)
		top = top * 3 + stack[i];
	return top;
}

/* pages: changes a counter in each of 1536 pages, in random order, four times */
#define PAGES 1536
static char *page_area;
static uint32_t *page_order;

/* The counters of different pages are in different sets of the caches. */
static uint64_t *counter(size_t page)
{
	return (uint64_t *)(page_area + page * 4096 + page % 61 * 64);
}

static void pages_prepare(void)
{
	page_area = take(PAGES * 4096);
	page_order = take(PAGES * 4);
	for (uint32_t i = 0; i < PAGES; i++)
		page_order[i] = i;
	for (size_t i = PAGES; i > 1; i--) {
		const size_t j = draw() % i;
		const uint32_t other = page_order[i - 1];

		page_order[i - 1] = page_order[j];
		page_order[j] = other;
	}
	for (size_t i = 0; i < PAGES; i++)
		*counter(i) = i;
}

static uint64_t pages(void)
{
	uint64_t sum = 0;

	for (int round = 0; round < 4; round++)
		for (size_t i = 0; i < PAGES; i++)
			sum += *counter(page_order[i]) ^= round % 2 ? 9 : 5; /* four rounds restore it */
	return sum;
}

const struct program programs_graphs[] = {
	{ "bfs", bfs_prepare, bfs },
	{ "dijkstra", dijkstra_prepare, dijkstra },
	{ "unions", unions_prepare, unions },
	{ "floyd", floyd_prepare, floyd },
	{ "life", life_prepare, life },
	{ "queens", NULL, queens },
	{ "machine", machine_prepare, machine },
	{ "pages", pages_prepare, pages },
	{ NULL, NULL, NULL },
};
