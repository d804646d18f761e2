/* SPDX-License-Identifier: MIT */
/*
 * futex(), and the calls on robust futexes (man 2 futex, set_robust_list). process/futex.h has the
 * waiting and waking. There are no PI futexes.
 */
#include "process/futex.h"
#include "lib/errno.h"
#include "process/process.h"
#include "process/thread.h"
#include "sched/clock.h"
#include "sys/calls.h"
#include "vm/address_space.h"

enum {
	FUTEX_WAIT = 0,
	FUTEX_WAKE = 1,
	FUTEX_REQUEUE = 3,
	FUTEX_CMP_REQUEUE = 4,
	FUTEX_WAIT_BITSET = 9,
	FUTEX_WAKE_BITSET = 10
};
#define FUTEX_COMMAND  0x7f
#define FUTEX_PRIVATE  0x80
#define FUTEX_REALTIME 0x100

/*
 * Sets *end to the time of clock_now() at which a wait ends. The struct timespec at the user
 * address `timeout` is a duration. For FUTEX_WAIT_BITSET it is a point in time instead: on the
 * real-time clock if FUTEX_REALTIME is set, else on the monotonic clock. Returns 0, -EFAULT or
 * -EINVAL.
 */
static long time_of_end(uint64_t operation, uint64_t timeout, uint64_t *end)
{
	uint64_t ns, now;
	long error = time_from_user(timeout, &ns);

	if (error)
		return error;
	if ((operation & FUTEX_COMMAND) == FUTEX_WAIT_BITSET) {
		now = operation & FUTEX_REALTIME ? clock_since_1970() : clock_now();
		ns = ns > now ? ns - now : 0;
	}
	*end = clock_now() + ns;
	return 0;
}

/* FUTEX_REQUEUE, and FUTEX_CMP_REQUEUE if `expected` is not NULL. */
static long requeue(uint64_t from, uint64_t to, bool private, uint64_t wakes, uint64_t moves,
                    const uint32_t *expected)
{
	struct futex first, second;
	uint32_t value, ignored;
	long error, woken;

	if ((int32_t)wakes < 0 || (int32_t)moves < 0)
		return -EINVAL;
	/* Reads the second word before the first: nothing may happen after the comparison. */
	error = futex_read(to, private, &ignored, &second);
	if (!error)
		error = futex_read(from, private, &value, &first);
	if (error)
		return error;
	if (expected && value != *expected)
		return -EAGAIN;
	woken = futex_wake(&first, (uint32_t)wakes, FUTEX_ANY_BITS);
	return woken + futex_requeue(&first, &second, (uint32_t)moves);
}

static long wait(uint64_t address, uint64_t operation, uint32_t expected, uint64_t timeout, uint32_t bits)
{
	struct futex futex;
	uint64_t end = 0;
	uint32_t value;
	long error = timeout ? time_of_end(operation, timeout, &end) : 0;

	if (!error)
		error = futex_read(address, operation & FUTEX_PRIVATE, &value, &futex);
	if (error)
		return error;
	if (value != expected)
		return -EAGAIN;
	error = futex_wait(&futex, bits, end);
	return error == -EINTR && !timeout ? -ERESTARTSYS : error;
}

static long wake_up(uint64_t address, bool private, uint32_t most, uint32_t bits)
{
	struct futex futex;
	uint32_t ignored;
	const long error = futex_read(address, private, &ignored, &futex);

	return error ? error : futex_wake(&futex, most, bits);
}

/* For the two commands that requeue, `timeout` is the largest number of tasks to move. */
long sys_futex(uint64_t address, uint64_t operation, uint64_t value, uint64_t timeout, uint64_t second,
               uint64_t bits)
{
	const uint64_t command = operation & FUTEX_COMMAND;
	const bool private = operation & FUTEX_PRIVATE;
	const uint32_t expected = (uint32_t)bits;

	switch (command) {
	case FUTEX_WAIT:
	case FUTEX_WAKE:
		bits = FUTEX_ANY_BITS;
		break;
	case FUTEX_WAIT_BITSET:
	case FUTEX_WAKE_BITSET:
		if (!(uint32_t)bits)
			return -EINVAL;
		break;
	case FUTEX_REQUEUE:
	case FUTEX_CMP_REQUEUE:
		return requeue(address, second, private, value, timeout,
		               command == FUTEX_CMP_REQUEUE ? &expected : NULL);
	default:
		return -ENOSYS;
	}
	return command == FUTEX_WAIT || command == FUTEX_WAIT_BITSET
	               ? wait(address, operation, (uint32_t)value, timeout, (uint32_t)bits)
	               : wake_up(address, private, (uint32_t)value, (uint32_t)bits);
}

long sys_set_robust_list(uint64_t head, uint64_t size)
{
	if (size != sizeof(struct robust_list_head))
		return -EINVAL;
	current_thread()->robust_list = head;
	current_process()->ends_slowly = true;
	return 0;
}

/* Only root sees the list of another user's thread. */
long sys_get_robust_list(uint64_t tid, uint64_t head_address, uint64_t size_address)
{
	const uint64_t size = sizeof(struct robust_list_head);
	const struct thread *thread = (int)tid ? thread_find((int)tid) : current_thread();
	const uint32_t user = current_process()->identity.user;

	if (!thread)
		return -ESRCH;
	if (user && user != thread->task.process->identity.user)
		return -EPERM;
	return copy_to_user(size_address, &size, sizeof size) ||
	                       copy_to_user(head_address, &thread->robust_list, sizeof thread->robust_list)
	               ? -EFAULT
	               : 0;
}
