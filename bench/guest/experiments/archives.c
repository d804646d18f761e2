/* SPDX-License-Identifier: MIT */
/*
 * modules.give_back (bench/claims/37-*): unpacks archives of several sizes, which are in memory as
 * a boot loader places them. Unpacking frees the frames that no file needs. These frames are then
 * overwritten, and every file is read. At the end the files are removed, and all frames must be
 * free again. modules.keep, the control, unpacks the same archives without freeing anything.
 */
#include "bench/guest/experiments/pitfalls.h"
#include "fs/archive.h"
#include "fs/node.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mem/frames.h"
#include "output/console.h"

#define FILES_MAX   512
#define POISON      0x6b6b6b6b6b6b6b6bUL
#define SPARE       64 /* frames that are poisoned in addition to those of the archive */
#define FOLDER      "tmp/archive"

#define PART_FRAMES (PD_SPAN / PAGE_SIZE)
#define PARTS       4096 /* number of parts of 2 MiB; together 8 GiB */

static struct {
	size_t size;
	uint64_t sum;
} files[FILES_MAX];
static size_t file_count;

struct archive {
	uint8_t *bytes;
	size_t pages, size; /* `pages`: size of the memory; `size`: number of bytes written */
};

/*
 * Allocates `pages` contiguous frames, at most PART_FRAMES of them. Takes frames, in whatever order
 * the allocator hands them out, until it has all frames of an aligned part of 2 MiB. Then frees the
 * frames that are not needed. Returns the address of the first frame in the direct map, or NULL if
 * no part is free.
 */
static uint8_t *take_run(size_t pages)
{
	static uint16_t taken[PARTS]; /* frames taken from each part of memory */
	uint32_t all = FRAME_LIST_END, others = FRAME_LIST_END;
	uint64_t first = FRAME_NONE, frame;

	memset(taken, 0, sizeof taken);
	while (first == FRAME_NONE && (frame = frame_alloc()) != FRAME_NONE) {
		const uint64_t part = frame / PD_SPAN;

		frame_list_push(&all, frame);
		if (part < PARTS && ++taken[part] == PART_FRAMES)
			first = part * PD_SPAN;
	}
	while ((frame = frame_list_pop(&all)) != FRAME_NONE) /* the wanted frames join no list */
		if (first == FRAME_NONE || frame < first || frame >= first + pages * PAGE_SIZE)
			frame_list_push(&others, frame);
	frame_list_free(&others);
	return first == FRAME_NONE ? NULL : phys_to_virt(first);
}

static uint64_t sum_of(const uint8_t *bytes, size_t size, uint64_t sum)
{
	for (size_t i = 0; i < size; i++)
		sum = (sum ^ bytes[i]) * 0x100000001b3;
	return sum;
}

static void put_header(struct archive *a, const char *name, uint32_t mode, size_t size)
{
	uint8_t *at = a->bytes + a->size;

	format_string((char *)at, 256, "070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%s", 0U,
	              mode, 0U, 0U, 1U, 0U, (unsigned)size, 0U, 0U, 0U, 0U, (unsigned)strlen(name) + 1, 0U,
	              name);
	a->size += 110 + strlen(name) + 1;
	while (a->size % 4)
		a->bytes[a->size++] = 0;
}

/* Adds a file of pseudo-random bytes. Most files are small, some have several pages. */
static void put_file(struct archive *a, uint64_t *state)
{
	uint64_t r = random_next(state);
	size_t left = a->pages * PAGE_SIZE - a->size - 1024,
	       size = (r >> 8) % 8 ? r % 2000 : (r >> 16) % (8 * PAGE_SIZE);
	char name[64];

	if (size > left)
		size = left;
	format_string(name, sizeof name, FOLDER "/%u", (unsigned)file_count);
	put_header(a, name, NODE_FILE | 0644, size);
	for (size_t i = 0; i < size; i++)
		a->bytes[a->size + i] = (uint8_t)(r >> (i % 56));
	a->bytes[a->size] ^= (uint8_t)file_count;
	files[file_count].size = size;
	files[file_count++].sum = sum_of(a->bytes + a->size, size, 0);
	a->size += size;
	while (a->size % 4)
		a->bytes[a->size++] = 0;
}

static void make_archive(struct archive *a, uint64_t seed)
{
	uint64_t state = seed;

	a->size = 0;
	file_count = 0;
	put_header(a, FOLDER, NODE_DIRECTORY | 0755, 0);
	while (file_count < FILES_MAX && a->pages * PAGE_SIZE - a->size > PAGE_SIZE)
		put_file(a, &state);
	put_header(a, "TRAILER!!!", 0, 0);
}

/*
 * Allocates `count` frames, fills them with POISON and frees them. Returns how many of them are
 * frames of the archive. The allocator hands out the last freed frames first, so the result should
 * be the number of frames that unpacking freed.
 */
static uint64_t poison_memory(const struct archive *a, size_t count)
{
	uint32_t all = FRAME_LIST_END;
	uint64_t own = 0;

	for (uint64_t frame; count && (frame = frame_alloc()) != FRAME_NONE; count--) {
		uint64_t *words = phys_to_virt(frame);

		for (size_t i = 0; i < PAGE_SIZE / 8; i++)
			words[i] = POISON;
		own += (uint8_t *)words - a->bytes < (ptrdiff_t)(a->pages * PAGE_SIZE) &&
		       (uint8_t *)words >= a->bytes;
		frame_list_push(&all, frame);
	}
	frame_list_free(&all);
	return own;
}

static uint64_t damaged_files(struct node *folder)
{
	uint64_t damaged = 0;

	for (size_t i = 0; i < file_count; i++) {
		char name[16];
		const struct node *node;
		uint64_t sum = 0;
		const void *bytes;
		size_t n, at = 0;

		format_string(name, sizeof name, "%u", (unsigned)i);
		node = node_child(folder, name, strlen(name));
		for (; node && (n = node_bytes(node, at, node->size, &bytes)); at += n)
			sum = sum_of(bytes, n, sum);
		damaged += !node || node->size != files[i].size || sum != files[i].sum;
	}
	return damaged;
}

static uint64_t contents(void)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < file_count; i++)
		sum += files[i].size;
	return sum;
}

struct outcome {
	uint64_t bytes, freeable, freed, files, damaged, lost;
};

/*
 * The most bytes that unpacking can free: the size of the archive's frames, minus the size of the
 * frames that the files would need if they were stored without gaps.
 */
static uint64_t freeable(const struct archive *a)
{
	return a->pages * PAGE_SIZE - (contents() + PAGE_MASK) / PAGE_SIZE * PAGE_SIZE;
}

static bool unpack(const struct archive *a, bool keep, size_t *freed)
{
	struct unpacked unpacked = { 0 };

	if (keep ? cpio_unpack(a->bytes, a->size, &unpacked) : archive_unpack(a->bytes, a->size, &unpacked))
		return false;
	*freed = unpacked.freed / PAGE_SIZE;
	return true;
}

static bool one_archive(size_t pages, bool keep, struct outcome *outcome)
{
	const size_t before = frames_free();
	struct archive a = { take_run(pages), pages, 0 };
	struct node *folder;
	size_t freed;
	uint64_t again; /* frames of the archive that the allocator handed out again */
	int error;

	if (!a.bytes)
		return false;
	make_archive(&a, pages);
	a.size = pages * PAGE_SIZE; /* including the bytes after the last member */
	if (!unpack(&a, keep, &freed))
		return false;
	again = poison_memory(&a, freed + SPARE);
	folder = node_find(NULL, "/" FOLDER, true, &error);
	if (!folder)
		return false;
	outcome->bytes += a.size;
	outcome->freeable += freeable(&a);
	outcome->freed += again * PAGE_SIZE;
	outcome->files += file_count;
	outcome->damaged += damaged_files(folder) + (again != freed);
	while (folder->children)
		node_remove(folder->children);
	node_remove(folder);
	for (size_t i = 0; keep && i < pages; i++)
		frame_free(virt_to_phys(a.bytes + i * PAGE_SIZE));
	outcome->lost += before > frames_free() ? before - frames_free() : frames_free() - before;
	return true;
}

static void all_archives(struct bench *b, bool keep)
{
	static const size_t pages[] = { 2, 5, 16, 64, 256 };
	const size_t sizes = bench_plan.quick ? 4 : 5;
	struct outcome outcome = { 0 };
	bool ran = true;

	for (size_t i = 0; ran && i < sizes; i++)
		ran = one_archive(pages[i], keep, &outcome);
	b->tries = ran ? outcome.files : 0;
	b->violations = outcome.damaged;
	pitfall_report(b);
	bench_metric(b, "bytes", outcome.bytes, "bytes");
	bench_metric(b, "bytes_freeable", outcome.freeable, "bytes");
	bench_metric(b, "bytes_freed", outcome.freed, "bytes");
	bench_metric(b, "frames_lost", outcome.lost, "frames");
}

static void give_back(struct bench *b)
{
	all_archives(b, false);
}

static void keep_all(struct bench *b)
{
	all_archives(b, true);
}

BENCH(modules_give_back, "memory of an unpacked archive is freed, and its files stay as they were",
      .name = "modules.give_back", .experiment = true, .few = 1, .body = give_back, .check = pitfall_ran);

BENCH(modules_keep,
      "memory of an unpacked archive if nothing is given back, the control of modules.give_back",
      .name = "modules.keep", .experiment = true, .few = 1, .body = keep_all, .check = pitfall_ran);
