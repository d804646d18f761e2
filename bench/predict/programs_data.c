/* SPDX-License-Identifier: MIT */
/* Sorting, searching, tables, lists, an allocator. */
#include "bench/predict/predict.h"

/* heapsort: 16384 numbers in a binary heap */
#define HEAP 16384
static uint64_t *heap_input, *heap;

static void heapsort_prepare(void)
{
	heap_input = take(HEAP * 8);
	heap = take(HEAP * 8);
	for (size_t i = 0; i < HEAP; i++)
		heap_input[i] = draw() >> 20;
}

static void sift(size_t at, size_t count)
{
	const uint64_t value = heap[at];

	for (size_t child; (child = 2 * at + 1) < count; at = child) {
		if (child + 1 < count && heap[child + 1] > heap[child])
			child++;
		if (heap[child] <= value)
			break;
		heap[at] = heap[child];
	}
	heap[at] = value;
}

static uint64_t heapsort(void)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < HEAP; i++)
		heap[i] = heap_input[i];
	for (size_t i = HEAP / 2; i-- > 0;)
		sift(i, HEAP);
	for (size_t i = HEAP; i-- > 1;) {
		const uint64_t top = heap[0];

		heap[0] = heap[i];
		heap[i] = top;
		sift(0, i);
	}
	for (size_t i = 0; i < HEAP; i += 64)
		sum = sum * 31 + heap[i];
	return sum;
}

/* mergesort: bottom-up, 32768 numbers of 32 bits */
#define MERGE 32768
static uint32_t *merge_input, *merge_a, *merge_b;

static void mergesort_prepare(void)
{
	merge_input = take(MERGE * 4);
	merge_a = take(MERGE * 4);
	merge_b = take(MERGE * 4);
	for (size_t i = 0; i < MERGE; i++)
		merge_input[i] = (uint32_t)draw();
}

static uint64_t mergesort(void)
{
	uint32_t *from = merge_a, *to = merge_b;
	uint64_t sum = 0;

	for (size_t i = 0; i < MERGE; i++)
		from[i] = merge_input[i];
	for (size_t width = 1; width < MERGE; width *= 2) {
		uint32_t *other = from;

		for (size_t begin = 0; begin < MERGE; begin += 2 * width) {
			size_t a = begin, b = begin + width, at = begin;

			while (at < begin + 2 * width)
				to[at++] = b == begin + 2 * width || (a < begin + width && from[a] <= from[b])
				                   ? from[a++]
				                   : from[b++];
		}
		from = to;
		to = other;
	}
	for (size_t i = 0; i < MERGE; i += 128)
		sum = sum * 31 + from[i];
	return sum;
}

/* radix: four passes over 65536 numbers of 32 bits */
#define RADIX 65536
static uint32_t *radix_input, *radix_a, *radix_b;

static void radix_prepare(void)
{
	radix_input = take(RADIX * 4);
	radix_a = take(RADIX * 4);
	radix_b = take(RADIX * 4);
	for (size_t i = 0; i < RADIX; i++)
		radix_input[i] = (uint32_t)draw();
}

static uint64_t radix(void)
{
	const uint32_t *from = radix_input;
	uint32_t *to = radix_a;
	uint64_t sum = 0;

	for (unsigned shift = 0; shift < 32; shift += 8) {
		uint32_t start[257] = { 0 };

		for (size_t i = 0; i < RADIX; i++)
			start[(from[i] >> shift & 255) + 1]++;
		for (size_t i = 1; i < 257; i++)
			start[i] += start[i - 1];
		for (size_t i = 0; i < RADIX; i++)
			to[start[from[i] >> shift & 255]++] = from[i];
		from = to;
		to = to == radix_a ? radix_b : radix_a;
	}
	for (size_t i = 0; i < RADIX; i += 256)
		sum = sum * 31 + from[i];
	return sum;
}

/* btree: 4096 look-ups in a tree with 64 Ki keys, 16 in each node */
#define BTREE_KEYS 65536
static uint64_t *btree[4]; /* levels, root first; level n has 16^(n+1) keys */

static void btree_prepare(void)
{
	size_t keys = 16;

	for (int level = 0; level < 4; level++, keys *= 16) {
		btree[level] = take(keys * 8);
		for (size_t i = 0; i < keys; i++)
			btree[level][i] = (i + 1) * (BTREE_KEYS / keys) * 7 - 1;
	}
}

static uint64_t btree_search(void)
{
	uint64_t x = 12345, sum = 0;

	for (int n = 0; n < 4096; n++) {
		size_t node = 0;
		uint64_t key;

		x = x * 6364136223846793005ULL + 1442695040888963407ULL;
		key = (x >> 33) % (BTREE_KEYS * 7);
		for (int level = 0; level < 4; level++) {
			const uint64_t *keys = btree[level] + node * 16;
			size_t i = 0;

			while (i < 15 && keys[i] < key)
				i++;
			node = node * 16 + i;
		}
		sum += node;
	}
	return sum;
}

/* skiplist: 2048 look-ups among 8192 nodes */
#define SKIP_NODES  8192
#define SKIP_LEVELS 12
struct skip {
	uint64_t key;
	struct skip *next[SKIP_LEVELS];
};
static struct skip *skip_head;

static void skiplist_prepare(void)
{
	struct skip *nodes = take((SKIP_NODES + 1) * sizeof *nodes), *last[SKIP_LEVELS];
	uint32_t *place = take(SKIP_NODES * 4);

	skip_head = nodes;
	for (int i = 0; i < SKIP_LEVELS; i++)
		last[i] = skip_head;
	for (uint32_t i = 0; i < SKIP_NODES; i++)
		place[i] = i + 1;
	for (size_t i = SKIP_NODES; i > 1; i--) {
		const size_t j = draw() % i;
		const uint32_t other = place[i - 1];

		place[i - 1] = place[j];
		place[j] = other;
	}
	for (size_t i = 0; i < SKIP_NODES; i++) {
		struct skip *node = nodes + place[i];
		uint64_t coins = draw();

		node->key = i * 5;
		for (int level = 0; level < SKIP_LEVELS && (level == 0 || coins & 1); level++) {
			coins >>= level > 0;
			last[level]->next[level] = node;
			last[level] = node;
		}
	}
}

static uint64_t skiplist(void)
{
	uint64_t x = 99, sum = 0;

	for (int n = 0; n < 2048; n++) {
		struct skip *at = skip_head;
		uint64_t key;

		x = x * 6364136223846793005ULL + 1442695040888963407ULL;
		key = (x >> 33) % (SKIP_NODES * 5);
		for (int level = SKIP_LEVELS; level-- > 0;)
			while (at->next[level] && at->next[level]->key <= key)
				at = at->next[level];
		sum += at->key;
	}
	return sum;
}

/* hashtable: 8192 insertions and 16384 look-ups, open addressing, 16 Ki slots of 16 bytes */
#define SLOTS 16384
static struct slot {
	uint64_t key, value;
} * slots;

static void hashtable_prepare(void)
{
	slots = take(SLOTS * sizeof *slots);
}

static struct slot *slot_of(uint64_t key)
{
	size_t at = (key * 0x9e3779b97f4a7c15ULL) >> 50;

	while (slots[at].key && slots[at].key != key)
		at = (at + 1) % SLOTS;
	return &slots[at];
}

static uint64_t hashtable(void)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < SLOTS; i++)
		slots[i].key = 0;
	for (uint64_t i = 1; i <= 8192; i++)
		*slot_of(i * 77) = (struct slot){ i * 77, i };
	for (uint64_t i = 1; i <= 16384; i++) {
		const struct slot *slot = slot_of(i * 55);

		sum += slot->key ? slot->value : 1;
	}
	return sum;
}

/* lru: a cache of 4096 entries with a table and a doubly linked list, 16384 requests */
#define LRU      4096
#define LRU_KEYS 16384
static struct lru {
	uint32_t key, before, after;
	uint64_t payload[5];
} * lru;
static uint16_t *lru_place;

static void lru_prepare(void)
{
	lru = take((LRU + 1) * sizeof *lru);
	lru_place = take(LRU_KEYS * 2);
}

static uint64_t lru_cache(void)
{
	uint64_t x = 7, hits = 0;

	for (uint32_t i = 0; i < LRU_KEYS; i++)
		lru_place[i] = 0;
	for (uint32_t i = 0; i <= LRU; i++)
		lru[i] = (struct lru){ .before = i ? i - 1 : LRU,
			               .after = i < LRU ? i + 1 : 0,
			               .key = LRU_KEYS };
	for (int n = 0; n < 16384; n++) {
		uint32_t key, at;

		x = x * 6364136223846793005ULL + 1442695040888963407ULL;
		key = (uint32_t)((x >> 40) & (x >> 20)) % LRU_KEYS;
		at = lru_place[key];
		hits += at != 0;
		if (at == 0) {
			at = lru[0].before;
			if (lru[at].key < LRU_KEYS)
				lru_place[lru[at].key] = 0;
			lru[at].key = key;
			lru[at].payload[0] = x;
			lru_place[key] = (uint16_t)at;
		}
		lru[lru[at].before].after = lru[at].after;
		lru[lru[at].after].before = lru[at].before;
		lru[at].after = lru[0].after;
		lru[at].before = 0;
		lru[lru[0].after].before = at;
		lru[0].after = at;
	}
	return hits;
}

/* allocator: blocks of six sizes, taken from and returned to free lists */
#define LIVE 2048
static struct block {
	struct block *next;
	uint64_t size;
} * free_list[6], **live;
static char *pool;

static void allocator_prepare(void)
{
	pool = take(4 << 20);
	live = take(LIVE * sizeof *live);
}

static uint64_t allocator(void)
{
	uint64_t x = 5, sum = 0, used = 0;

	for (int i = 0; i < 6; i++)
		free_list[i] = NULL;
	for (int i = 0; i < LIVE; i++)
		live[i] = NULL;
	for (int n = 0; n < 20000; n++) {
		struct block **at, *block;
		unsigned size;

		x = x * 6364136223846793005ULL + 1442695040888963407ULL;
		at = &live[(x >> 30) % LIVE];
		if (*at) {
			(*at)->next = free_list[(*at)->size];
			free_list[(*at)->size] = *at;
			*at = NULL;
			continue;
		}
		size = (unsigned)(x >> 50) % 6;
		block = free_list[size];
		if (block) {
			free_list[size] = block->next;
		} else {
			block = (struct block *)(pool + used);
			used += 32UL << size;
		}
		block->size = size;
		*at = block;
		sum += (uintptr_t)block - (uintptr_t)pool;
	}
	return sum;
}

const struct program programs_data[] = {
	{ "heapsort", heapsort_prepare, heapsort },
	{ "mergesort", mergesort_prepare, mergesort },
	{ "radix", radix_prepare, radix },
	{ "btree", btree_prepare, btree_search },
	{ "skiplist", skiplist_prepare, skiplist },
	{ "hashtable", hashtable_prepare, hashtable },
	{ "lru", lru_prepare, lru_cache },
	{ "allocator", allocator_prepare, allocator },
	{ NULL, NULL, NULL },
};
