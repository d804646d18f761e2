/* SPDX-License-Identifier: MIT */
#include "mem/heap.h"

#include "mem/frames.h"
#include "output/panic.h"

#define SLAB_MAGIC 0x736c6162U
#define HEADER     64

struct slab {
	uint32_t magic, class;
	uint32_t used, room;
	void *free; /* list of free objects: the first word of each points to the next */
	struct slab *next, *prev;
};
_Static_assert(sizeof(struct slab) <= HEADER, "the header leaves the objects aligned");

/* Guarded by the kernel lock (cpu/lock.h). */
static struct slab *partial[HEAP_CLASSES]; /* lists of the slabs that have a free object */

static void unlink_slab(struct slab *slab)
{
	if (slab->prev)
		slab->prev->next = slab->next;
	else
		partial[slab->class] = slab->next;
	if (slab->next)
		slab->next->prev = slab->prev;
}

static void link_slab(struct slab *slab)
{
	slab->prev = NULL;
	slab->next = partial[slab->class];
	if (slab->next)
		slab->next->prev = slab;
	partial[slab->class] = slab;
}

static struct slab *new_slab(uint32_t class)
{
	size_t size = (size_t)HEAP_SMALLEST << class;
	uint64_t frame = frame_alloc();
	struct slab *slab;

	if (frame == FRAME_NONE)
		return NULL;
	slab = phys_to_virt(frame);
	*slab = (struct slab){ .magic = SLAB_MAGIC, .class = class };
	for (size_t at = PAGE_SIZE - size; at >= HEADER && at < PAGE_SIZE; at -= size) {
		void **object = (void **)((char *)slab + at);

		*object = slab->free;
		slab->free = object;
		slab->room++;
	}
	link_slab(slab);
	return slab;
}

void *heap_alloc(size_t size)
{
	uint32_t class = 0;
	struct slab *slab;
	void **object;

	if (size == 0 || size > PAGE_SIZE)
		return NULL;
	while (class < HEAP_CLASSES && size > (size_t)HEAP_SMALLEST << class)
		class ++;
	if (class == HEAP_CLASSES) {
		uint64_t frame = frame_alloc();

		return frame == FRAME_NONE ? NULL : phys_to_virt(frame);
	}
	slab = partial[class] ? partial[class] : new_slab(class);
	if (!slab)
		return NULL;
	object = slab->free;
	slab->free = *object;
	if (++slab->used == slab->room)
		unlink_slab(slab);
	return object;
}

void heap_free(void *object)
{
	struct slab *slab = (struct slab *)((uintptr_t)object & ~PAGE_MASK);
	size_t at = (uintptr_t)object & PAGE_MASK;

	if (!object)
		return;
	if ((void *)slab == object) {
		frame_free(virt_to_phys(object));
		return;
	}
	if (slab->magic != SLAB_MAGIC || slab->class >= HEAP_CLASSES || !slab->used || at < HEADER ||
	    at % ((size_t)HEAP_SMALLEST << slab->class))
		panic("%p is freed but is not on the heap", object);
	*(void **)object = slab->free;
	slab->free = object;
	if (slab->used-- == slab->room)
		link_slab(slab);
	if (!slab->used) {
		unlink_slab(slab);
		slab->magic = 0;
		frame_free(virt_to_phys(slab));
	}
}

static bool is_slab(const struct slab *slab)
{
	return slab->magic == SLAB_MAGIC && slab->class < HEAP_CLASSES && slab->used &&
	       slab->used <= slab->room &&
	       slab->room == (PAGE_SIZE - HEADER) / ((size_t)HEAP_SMALLEST << slab->class);
}

void heap_count(struct heap_count *count)
{
	*count = (struct heap_count){ 0 };
	for (uint64_t frame = frame_after(FRAME_NONE); frame != FRAME_NONE; frame = frame_after(frame)) {
		const struct slab *slab = phys_to_virt(frame);

		if (is_slab(slab)) {
			count->slabs++;
			count->objects[slab->class] += slab->used;
		}
	}
}
