/* SPDX-License-Identifier: MIT */
/*
 * Shared memory that programs find by keys (man 7 sysvipc). The memory of a segment is a backing
 * (vm/backing.h). The table of segments holds a reference to the backing, and so does each region
 * that maps it. A segment that was removed can no longer be found. Its memory is freed with the
 * last region that maps it.
 */
#include "sys/shm.h"

#include "fs/node.h"
#include "lib/errno.h"
#include "mem/heap.h"
#include "process/process.h"
#include "sys/calls.h"
#include "sys/syscall.h"
#include "vm/regions.h"

/*
 * The memory of a segment. Its frames belong to a nameless file, so that node_limit_frames() counts
 * them.
 */
struct memory {
	struct backing backing;
	struct node *file;
};

static struct memory *memory_of(const struct backing *backing)
{
	return (struct memory *)((uintptr_t)backing - offsetof(struct memory, backing));
}

static int memory_frame(struct backing *backing, size_t page, uint64_t *frame)
{
	return node_backing_ops.frame(&memory_of(backing)->file->backing, page, frame);
}

static size_t memory_bytes(const struct backing *backing, size_t offset, size_t size, const void **bytes)
{
	return node_bytes(memory_of(backing)->file, offset, size, bytes);
}

static void memory_release(struct backing *backing)
{
	node_drop(memory_of(backing)->file);
	heap_free(memory_of(backing));
}

static const struct backing_ops memory_ops = { memory_frame, memory_bytes, memory_release };

/* Returns zeroed memory of `size` bytes with one reference, or NULL if out of memory. */
static struct memory *memory_create(size_t size)
{
	struct memory *memory = heap_alloc(sizeof *memory);

	if (!memory)
		return NULL;
	*memory = (struct memory){ { &memory_ops, 1 }, node_create_nameless(size) };
	if (!memory->file) {
		heap_free(memory);
		return NULL;
	}
	return memory;
}

struct segment {
	struct memory *memory; /* NULL: the entry is free */
	size_t size;           /* bytes that shmget() asked for */
	uint32_t key, mode;
	uint32_t round; /* how often this entry was used; part of the ID */
	struct identity owner, creator;
	int creator_pid, last_pid;
};

static struct segment segments[SEGMENTS_MAX];
bool shm_unprotected;

#define ROUNDS (INT32_MAX / SEGMENTS_MAX)

static long id_of(const struct segment *segment)
{
	return (long)(segment->round % ROUNDS) * SEGMENTS_MAX + (segment - segments);
}

static struct segment *by_id(uint64_t id)
{
	struct segment *segment = &segments[(uint32_t)id % SEGMENTS_MAX];

	return (int)id >= 0 && segment->memory && id_of(segment) == (int)id ? segment : NULL;
}

static struct segment *by_key(uint32_t key)
{
	for (struct segment *segment = segments; segment < segments + SEGMENTS_MAX; segment++)
		if (segment->memory && segment->key == key && key != IPC_PRIVATE)
			return segment;
	return NULL;
}

static bool owns(const struct segment *segment)
{
	const uint32_t user = current_process()->identity.user;

	return user == 0 || user == segment->owner.user || user == segment->creator.user;
}

/* Returns true if the current process has the rights `wanted`: 0444 to read, 0222 to write. */
static bool permits(const struct segment *segment, uint32_t wanted)
{
	const struct identity *identity = &current_process()->identity;
	uint32_t granted = segment->mode;

	if (identity->user == 0 || shm_unprotected)
		return true;
	if (owns(segment))
		granted >>= 6;
	else if (identity->group == segment->owner.group || identity->group == segment->creator.group)
		granted >>= 3;
	wanted |= wanted >> 3 | wanted >> 6;
	return !(wanted & ~granted & 7);
}

static long create(uint32_t key, uint64_t size, uint32_t mode)
{
	const struct process *process = current_process();
	struct segment *segment = segments;

	if (size == 0 || size > FILE_SIZE_MAX)
		return -EINVAL;
	while (segment < segments + SEGMENTS_MAX && segment->memory)
		segment++;
	if (segment == segments + SEGMENTS_MAX)
		return -ENOSPC;
	*segment = (struct segment){
		.memory = memory_create((size + PAGE_MASK) & ~PAGE_MASK),
		.size = size,
		.key = key,
		.mode = mode & 0777,
		.round = segment->round + 1,
		.owner = process->identity,
		.creator = process->identity,
		.creator_pid = process->pid,
	};
	return segment->memory ? id_of(segment) : -ENOMEM;
}

long sys_shmget(uint64_t key, uint64_t size, uint64_t flags)
{
	const struct segment *segment = by_key((uint32_t)key);

	if (!segment)
		return (uint32_t)key == IPC_PRIVATE || (flags & IPC_CREAT)
		               ? create((uint32_t)key, size, (uint32_t)flags)
		               : -ENOENT;
	if ((flags & IPC_CREAT) && (flags & IPC_EXCL))
		return -EEXIST;
	if (!permits(segment, flags & 0777))
		return -EACCES;
	return size > segment->size ? -EINVAL : id_of(segment);
}

/* Returns the address to attach at, 0 if there is no room, or a negative error number. */
static long place(struct address_space *space, uint64_t address, size_t pages, uint64_t flags)
{
	if (!address)
		return flags & SHM_REMAP ? -EINVAL : (long)region_find_place(space, pages);
	if (address % PAGE_SIZE && !(flags & SHM_RND))
		return -EINVAL;
	address &= ~PAGE_MASK;
	if (address < USER_BASE || !user_range(address, pages * PAGE_SIZE))
		return -EINVAL;
	if (!(flags & SHM_REMAP) && !region_is_free(space, address, pages))
		return -EINVAL;
	return (long)address;
}

static long attach(uint64_t id, uint64_t address, uint64_t flags)
{
	struct address_space *space = &current_process()->space;
	struct segment *segment = by_id(id);
	uint64_t rights = REGION_SHARED | (flags & SHM_EXEC ? 0 : PTE_NX) |
	                  (flags & SHM_RDONLY ? REGION_NO_WRITE : PTE_WRITE);
	size_t pages;
	long start;

	if (!segment || (flags & ~(uint64_t)(SHM_RDONLY | SHM_RND | SHM_REMAP | SHM_EXEC)))
		return -EINVAL;
	if (!permits(segment, flags & SHM_RDONLY ? 0444 : 0666) ||
	    (flags & (SHM_EXEC | SHM_RDONLY)) == SHM_EXEC)
		return -EACCES;
	pages = segment->memory->file->size / PAGE_SIZE;
	start = place(space, address, pages, flags);
	if (user_no_address(start))
		return start ? start : -ENOMEM;
	if (region_map_backing(space, (uintptr_t)start, pages, rights, &segment->memory->backing, 0))
		return -ENOMEM;
	segment->last_pid = current_process()->pid;
	return start;
}

long sys_shmat(uint64_t id, uint64_t address, uint64_t flags)
{
	long result;

	interrupts_on();
	result = attach(id, address, flags);
	interrupts_off();
	return result;
}

/*
 * Unmaps the segment that shmat() mapped at the address; parts of it may be unmapped already.
 * Returns 0, -EINVAL if no part of such a segment is mapped, or -ENOMEM.
 */
static long detach(uint64_t address)
{
	struct address_space *space = &current_process()->space;
	const struct backing *memory = NULL;

	for (uint32_t i = address_space_find(space, address); i < space->count;) {
		const struct region *region = &address_space_regions(space)[i];

		if (!(region->flags & REGION_BACKED) || region->backing->ops != &memory_ops ||
		    (memory && region->backing != memory) ||
		    region->start - region->page * PAGE_SIZE != address) {
			i++;
			continue;
		}
		memory = region->backing; /* only to compare addresses: it may be freed below */
		if (region_unmap(space, region->start, region->pages))
			return -ENOMEM;
	}
	return memory ? 0 : -EINVAL;
}

long sys_shmdt(uint64_t address)
{
	long result;

	interrupts_on();
	result = detach(address);
	interrupts_off();
	return result;
}

/* struct shmid64_ds of Linux on x86-64 (uapi/asm-generic/shmbuf.h, ipcbuf.h). */
struct description {
	uint32_t key, user, group, creator_user, creator_group, mode;
	uint64_t sequence, unused[2];
	uint64_t size, times[3];
	int creator_pid, last_pid;
	uint64_t attached, reserved[2];
};
_Static_assert(sizeof(struct description) == 112, "as programs know it");

static long describe(const struct segment *segment, uint64_t address)
{
	struct description d = {
		.key = segment->key,
		.user = segment->owner.user,
		.group = segment->owner.group,
		.creator_user = segment->creator.user,
		.creator_group = segment->creator.group,
		.mode = segment->mode,
		.size = segment->size,
		.creator_pid = segment->creator_pid,
		.last_pid = segment->last_pid,
		/* Number of regions; a split region counts twice. */
		.attached = segment->memory->backing.references - 1,
	};

	return permits(segment, 0444) ? copy_to_user(address, &d, sizeof d) : -EACCES;
}

static long change(struct segment *segment, uint64_t address)
{
	struct description d;

	if (copy_from_user(&d, address, sizeof d))
		return -EFAULT;
	segment->owner = (struct identity){ d.user, d.group };
	segment->mode = d.mode & 0777;
	return 0;
}

static void remove(struct segment *segment)
{
	backing_drop(&segment->memory->backing);
	segment->memory = NULL;
}

void shm_remove_all(void)
{
	for (struct segment *segment = segments; segment < segments + SEGMENTS_MAX; segment++)
		if (segment->memory)
			remove(segment);
}

long sys_shmctl(uint64_t id, uint64_t command, uint64_t address)
{
	struct segment *segment = by_id(id);

	if (!segment || command > IPC_STAT)
		return -EINVAL;
	if (command == IPC_STAT)
		return describe(segment, address);
	if (!owns(segment))
		return -EPERM;
	if (command == IPC_SET)
		return change(segment, address);
	remove(segment);
	return 0;
}
