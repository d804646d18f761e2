/* SPDX-License-Identifier: MIT */
/*
 * The data of files: bytes of a boot module until the first write, then frames in a two-level
 * table.
 */
#include "fs/node.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mem/frames.h"
#include "output/panic.h"
#include "sched/pause.h"

#define ENTRIES 512 /* frame addresses in a table, which takes one frame */

_Static_assert(FILE_SIZE_MAX <= ENTRIES * ENTRIES * PAGE_SIZE, "two levels of tables reach all of a file");

static const uint8_t zeros[PAGE_SIZE] __attribute__((aligned(64)));

static uint64_t *entries(uint64_t frame)
{
	return phys_to_virt(frame);
}

/* Returns the frame of a page of the file, or FRAME_NONE if it has none. */
static uint64_t frame_of(const struct node *node, size_t page)
{
	uint64_t table;

	if (node->top == FRAME_NONE)
		return FRAME_NONE;
	table = entries(node->top)[page / ENTRIES];
	return table == FRAME_NONE ? FRAME_NONE : entries(table)[page % ENTRIES];
}

static size_t frames_used, frames_most = SIZE_MAX; /* number of all files' frames, and its limit */

void node_limit_frames(size_t most)
{
	frames_most = most;
}

bool node_frames_are_used_up(void)
{
	return frames_used >= frames_most;
}

static bool fill(struct node *node, uint64_t *entry)
{
	if (*entry != FRAME_NONE)
		return true;
	if (node_frames_are_used_up())
		return false;
	*entry = frame_alloc_zeroed();
	if (*entry == FRAME_NONE)
		return false;
	node->frames++;
	frames_used++;
	return true;
}

static void empty(struct node *node, uint64_t *entry)
{
	frame_free(*entry);
	*entry = FRAME_NONE;
	node->frames--;
	frames_used--;
}

/*
 * Like frame_of(), but allocates the frame and its tables if they are missing. Returns FRAME_NONE
 * if out of memory.
 */
static uint64_t make_frame(struct node *node, size_t page)
{
	uint64_t *entry;

	if (page >= ENTRIES * ENTRIES || !fill(node, &node->top))
		return FRAME_NONE;
	entry = &entries(node->top)[page / ENTRIES];
	if (!fill(node, entry))
		return FRAME_NONE;
	entry = &entries(*entry)[page % ENTRIES];
	return fill(node, entry) ? *entry : FRAME_NONE;
}

/* Adds an owner to each frame of a range of bytes. */
static void share(const uint8_t *bytes, size_t size)
{
	for (const uint8_t *page = bytes - (uintptr_t)bytes % PAGE_SIZE; page < bytes + size;
	     page += PAGE_SIZE)
		if (!frame_share(virt_to_phys(page)))
			panic("a frame of a boot module has too many files");
}

static void unshare(const uint8_t *bytes, size_t size)
{
	const uint8_t *page = bytes - (uintptr_t)bytes % PAGE_SIZE;

	for (; page < bytes + size; page += PAGE_SIZE)
		frame_free(virt_to_phys(page));
}

void node_own_data(struct node *node)
{
	if (node->owns_data)
		return;
	share(node->data, node->size);
	node->owns_data = true;
}

/*
 * List of all struct pinned_bytes. If `owned` is false, the bytes are in a boot module, and their
 * file still holds them.
 */
static struct pinned_bytes *all_pinned;

void node_pin_bytes(const struct node *node, struct pinned_bytes *pinned)
{
	const void *bytes = NULL;

	pinned->size = node_bytes(node, 0, node->size, &bytes);
	pinned->bytes = bytes;
	pinned->owned = !node->data && pinned->size && bytes != zeros;
	if (pinned->owned)
		share(pinned->bytes, pinned->size);
	pinned->next = all_pinned;
	all_pinned = pinned;
}

void node_unpin_bytes(struct pinned_bytes *pinned)
{
	struct pinned_bytes **link = &all_pinned;

	while (*link != pinned)
		link = &(*link)->next;
	*link = pinned->next;
	if (pinned->owned)
		unshare(pinned->bytes, pinned->size);
}

/*
 * Separates a file from its bytes in a boot module. If the file co-owns the frames of these bytes,
 * first makes each struct pinned_bytes of the file an owner of the frames, and then gives up the
 * file's own share.
 */
static void leave_data(struct node *node)
{
	if (node->owns_data) {
		for (struct pinned_bytes *pinned = all_pinned; pinned; pinned = pinned->next)
			if (pinned->bytes == node->data && !pinned->owned) {
				share(pinned->bytes, pinned->size);
				pinned->owned = true;
			}
		unshare(node->data, node->size);
	}
	node->owns_data = false;
	node->data = NULL;
}

/*
 * Copies the file's bytes from the boot module to frames of its own. Returns false if out of
 * memory.
 */
static bool make_own(struct node *node)
{
	const uint8_t *data = node->data;
	unsigned steps = 0;

	for (size_t done = 0; data && done < node->size; done += PAGE_SIZE, pause_in_loop(&steps)) {
		uint64_t frame = make_frame(node, done / PAGE_SIZE);
		size_t n = node->size - done < PAGE_SIZE ? node->size - done : PAGE_SIZE;

		if (frame == FRAME_NONE)
			return false;
		memcpy(phys_to_virt(frame), data + done, n);
	}
	leave_data(node);
	return true;
}

bool node_make_own(struct node *node)
{
	return !node->data || make_own(node);
}

uint64_t node_frame(struct node *node, size_t page)
{
	return node_make_own(node) ? make_frame(node, page) : FRAME_NONE;
}

size_t node_bytes(const struct node *node, size_t offset, size_t size, const void **bytes)
{
	size_t in_page = offset % PAGE_SIZE;
	uint64_t frame;

	if (offset >= node->size)
		return 0;
	if (size > node->size - offset)
		size = node->size - offset;
	if (node->data) {
		*bytes = node->data + offset;
		return size;
	}
	frame = frame_of(node, offset / PAGE_SIZE);
	*bytes = (frame == FRAME_NONE ? zeros : (const uint8_t *)phys_to_virt(frame)) + in_page;
	return size < PAGE_SIZE - in_page ? size : PAGE_SIZE - in_page;
}

static int backing_frame(struct backing *backing, size_t page, uint64_t *frame)
{
	struct node *node = node_of_backing(backing);

	if (page >= (node->size + PAGE_MASK) / PAGE_SIZE)
		return -ENXIO;
	*frame = node_frame(node, page);
	return *frame != FRAME_NONE ? 0 : node_frames_are_used_up() ? -ENXIO : -ENOMEM;
}

static size_t backing_bytes(const struct backing *backing, size_t offset, size_t size, const void **bytes)
{
	return node_bytes(node_of_backing(backing), offset, size, bytes);
}

const struct backing_ops node_backing_ops = { backing_frame, backing_bytes, node_release };

size_t node_room(struct node *node, size_t offset, size_t size, void **bytes)
{
	size_t in_page = offset % PAGE_SIZE;
	uint64_t frame;

	if (node->data && !make_own(node))
		return 0;
	frame = make_frame(node, offset / PAGE_SIZE);
	if (frame == FRAME_NONE)
		return 0;
	if (size > PAGE_SIZE - in_page)
		size = PAGE_SIZE - in_page;
	*bytes = (uint8_t *)phys_to_virt(frame) + in_page;
	if (node->size < offset + size)
		node->size = offset + size;
	return size;
}

/* Frees the frames of a table from page `first` on. Returns true if none is left. */
static bool cut_table(struct node *node, uint64_t table, size_t first)
{
	for (size_t i = first; i < ENTRIES; i++)
		if (entries(table)[i] != FRAME_NONE)
			empty(node, &entries(table)[i]);
	return first == 0;
}

static void cut(struct node *node, size_t pages)
{
	for (size_t i = pages / ENTRIES; i < ENTRIES; i++) {
		uint64_t *table = &entries(node->top)[i];

		if (*table != FRAME_NONE &&
		    cut_table(node, *table, i * ENTRIES < pages ? pages % ENTRIES : 0)) {
			empty(node, table);
			let_interrupts_in();
		}
	}
	if (pages == 0)
		empty(node, &node->top);
}

int node_truncate(struct node *node, size_t size)
{
	if (size == 0)
		leave_data(node);
	if (node->data && size != node->size && !make_own(node))
		return -ENOMEM;
	if (size <= node->size &&
	    /* An empty file may have tables that a failed allocation has left. */
	    node->top != FRAME_NONE) {
		uint64_t frame = size % PAGE_SIZE ? frame_of(node, size / PAGE_SIZE) : FRAME_NONE;

		/* Bytes past the end must read as zeros if the file grows. */
		if (frame != FRAME_NONE)
			zero_bytes((char *)phys_to_virt(frame) + size % PAGE_SIZE,
			           PAGE_SIZE - size % PAGE_SIZE);
		cut(node, (size + PAGE_MASK) / PAGE_SIZE);
	}
	node->size = size;
	return 0;
}
