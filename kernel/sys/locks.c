/* SPDX-License-Identifier: MIT */
/*
 * Locks on files: record locks of fcntl(), and flock() (man 2 fcntl, flock). Pipes and devices
 * cannot be locked.
 */
#include "fs/locks.h"
#include "fs/file.h"
#include "lib/errno.h"
#include "process/descriptors.h"
#include "process/process.h"
#include "sys/calls.h"
#include "vm/address_space.h"

enum { F_GETLK = 5, F_SETLK, F_SETLKW, F_OFD_GETLK = 36, F_OFD_SETLK, F_OFD_SETLKW };
enum { F_RDLCK, F_WRLCK, F_UNLCK };
enum { LOCK_SH = 1, LOCK_EX = 2, LOCK_NB = 4, LOCK_UN = 8 };
enum { FROM_START, FROM_HERE, FROM_END };

#define OFFSET_MAX      INT64_MAX
/* A deadlock of more processes than this is not detected (Linux's MAX_DEADLK_ITERATIONS). */
#define DEADLOCK_LENGTH 10

/* Linux's struct flock. */
struct user_lock {
	int16_t type, whence;
	int64_t start, length;
	int32_t pid;
};
_Static_assert(sizeof(struct user_lock) == 32, "as programs know it");

static int range_of(const struct file *file, const struct user_lock *user, struct lock *lock)
{
	int64_t start, last;

	switch (user->whence) {
	case FROM_START:
		start = 0;
		break;
	case FROM_HERE:
		start = (int64_t)file->offset;
		break;
	case FROM_END:
		start = (int64_t)file->node->size;
		break;
	default:
		return -EINVAL;
	}
	if (__builtin_add_overflow(start, user->start, &start))
		return -EOVERFLOW;
	if (start < 0)
		return -EINVAL;
	last = user->length < 0 ? start - 1 : OFFSET_MAX;
	if (user->length > 0 && __builtin_add_overflow(start, user->length - 1, &last))
		return -EOVERFLOW;
	if (user->length < 0 && (start += user->length) < 0)
		return -EINVAL;
	lock->first = (uint64_t)start;
	lock->last = (uint64_t)last;
	return 0;
}

/*
 * The process is about to wait for a lock. Returns true if the lock's owner already waits for the
 * process, directly or through other processes. Follows only waits for record locks, and of a process
 * with several threads only the wait that began last.
 */
static bool is_deadlock(const struct process *process)
{
	const struct lock_request *request = &process->lock_request;

	for (int i = 0; i < DEADLOCK_LENGTH; i++) {
		const struct lock *lock = lock_in_the_way(request->node, &request->wanted);
		const struct process *owner = lock && lock->pid > 0 ? lock->owner : NULL;

		if (owner == process || !owner || !owner->lock_request.node)
			return owner == process;
		request = &owner->lock_request;
	}
	return false;
}

/*
 * Sets a lock. If `waits` is true, first waits until no other lock conflicts. Returns 0, -EAGAIN,
 * -ENOLCK, -EDEADLK or -ERESTARTSYS.
 */
static long take(struct node *node, const struct lock *wanted, bool waits)
{
	struct process *process = current_process();
	int error;

	while ((error = lock_set(node, wanted)) == -EAGAIN && waits) {
		process->lock_request = (struct lock_request){ node, *wanted };
		if (wanted->pid > 0 && is_deadlock(process))
			error = -EDEADLK;
		else
			error = lock_wait() ? -ERESTARTSYS : 0;
		process->lock_request.node = NULL;
		if (error)
			break;
	}
	return error;
}

static long tell_lock(struct node *node, const struct lock *wanted, struct user_lock *user, uint64_t address)
{
	const struct lock *lock = lock_in_the_way(node, wanted);

	if (lock)
		*user = (struct user_lock){
			.type = lock->exclusive ? F_WRLCK : F_RDLCK,
			.whence = FROM_START,
			.start = (int64_t)lock->first,
			.length = lock->last == OFFSET_MAX ? 0 : (int64_t)(lock->last - lock->first + 1),
			.pid = lock->pid,
		};
	else
		user->type = F_UNLCK;
	return copy_to_user(address, user, sizeof *user);
}

static bool can_be_locked(const struct file *file)
{
	return file->node && !file->node->device;
}

bool fcntl_locks(uint64_t command)
{
	return (command >= F_GETLK && command <= F_SETLKW) ||
	       (command >= F_OFD_GETLK && command <= F_OFD_SETLKW);
}

long fcntl_lock(struct file *file, uint64_t command, uint64_t address)
{
	const bool by_file = command >= F_OFD_GETLK, tells = command == F_GETLK || command == F_OFD_GETLK;
	struct process *process = current_process();
	struct user_lock user;
	struct lock lock;
	int error;

	if (copy_from_user(&user, address, sizeof user))
		return -EFAULT;
	if (!can_be_locked(file) || user.type < F_RDLCK || user.type > (tells ? F_WRLCK : F_UNLCK) ||
	    (by_file && user.pid))
		return -EINVAL;
	lock = (struct lock){ .owner = by_file ? (const void *)file : process,
		              .pid = by_file ? -1 : process->pid,
		              .exclusive = user.type == F_WRLCK };
	error = range_of(file, &user, &lock);
	if (error)
		return error;
	if (tells)
		return tell_lock(file->node, &lock, &user, address);
	if (user.type == F_UNLCK)
		return lock_clear(file->node, &lock);
	if ((file->flags & O_ACCMODE) == (user.type == F_RDLCK ? O_WRONLY : O_RDONLY))
		return -EBADF;
	process->holds_locks |= !by_file;
	file->holds_locks |= by_file;
	return take(file->node, &lock, command == F_SETLKW || command == F_OFD_SETLKW);
}

long sys_flock(uint64_t fd, uint64_t operation)
{
	struct file *file = file_of(fd);
	const uint32_t what = (uint32_t)operation & ~LOCK_NB;
	const struct lock lock = {
		.owner = file, .pid = -1, .last = OFFSET_MAX, .exclusive = what == LOCK_EX, .whole = true
	};
	long result;
	bool held;

	if (!file)
		return -EBADF;
	if (!can_be_locked(file) || (what != LOCK_SH && what != LOCK_EX && what != LOCK_UN))
		return -EINVAL;
	if (what == LOCK_UN)
		return lock_clear(file->node, &lock);
	file->holds_locks = true;
	held = file_hold(file);
	result = take(file->node, &lock, !(operation & LOCK_NB));
	if (held)
		file_drop(file);
	return result;
}
