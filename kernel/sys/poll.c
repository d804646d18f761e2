/* SPDX-License-Identifier: MIT */
/* poll() and select(): wait for several files. */
#include "fs/file.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "process/descriptors.h"
#include "process/process.h"
#include "sched/clock.h"
#include "sys/calls.h"
#include "vm/address_space.h"

#define NS_PER_MS 1000000UL
#define NS_PER_US 1000UL
#define MASK_SIZE 8

/* Linux's struct pollfd. */
struct request {
	int32_t fd;
	uint16_t wanted, found;
};

/*
 * Returns the events of a request that are ready. `always` are events that count even if they are
 * not wanted: POLLERR and POLLHUP for poll(), none for select().
 */
static uint16_t ready_events(const struct request *request, uint16_t always)
{
	const struct file *file;

	if (request->fd < 0)
		return 0;
	file = file_of((uint32_t)request->fd);
	if (!file)
		return POLLNVAL;
	return (uint16_t)((file->kind->ready ? file->kind->ready(file) : POLLIN | POLLOUT) &
	                  (request->wanted | always));
}

/* Fills in `found` of all requests. Returns the number of requests that are ready. */
static long count_ready(struct request *requests, size_t count, uint16_t always)
{
	long met = 0;

	for (size_t i = 0; i < count; i++)
		met += (requests[i].found = ready_events(&requests[i], always)) != 0;
	return met;
}

/*
 * Returns the number of requests that are ready. If no request is ready and `wait` is true, first
 * waits until one is ready or clock_now() has reached `end`. If `end` is 0, the time is not
 * limited. Returns -ERESTARTNOHAND if a signal interrupts the wait.
 */
static long wait_for(struct request *requests, size_t count, uint16_t always, bool wait, uint64_t end)
{
	for (;;) {
		long met = count_ready(requests, count, always);
		int error;

		if (met)
			return met;
		/* A signal takes precedence over the time-out, as in Linux. */
		if (signal_is_pending(current_thread()))
			return -ERESTARTNOHAND;
		if (!wait)
			return 0;
		error = wait_until(&file_changed, end);
		if (error == -ETIMEDOUT)
			wait = false; /* look once more */
		else if (error)
			return -ERESTARTNOHAND;
	}
}

static long poll(uint64_t address, uint64_t count, bool wait, uint64_t end)
{
	struct request requests[FILES_MAX];
	long met;

	if (count > FILES_MAX)
		return -EINVAL;
	if (copy_from_user(requests, address, count * sizeof *requests))
		return -EFAULT;
	met = wait_for(requests, count, POLLERR | POLLHUP, wait, end);
	if (met < 0)
		return met;
	return copy_to_user(address, requests, count * sizeof *requests) ? -EFAULT : met;
}

long sys_poll(uint64_t address, uint64_t count, uint64_t timeout)
{
	const int32_t ms = (int32_t)timeout;

	return poll(address, count, ms != 0, ms > 0 ? clock_now() + (uint64_t)ms * NS_PER_MS : 0);
}

/* Sets the signal mask for the call, if one is given. Returns 0, -EINVAL or -EFAULT. */
static long set_mask(uint64_t address, uint64_t size)
{
	uint64_t mask;

	if (!address)
		return 0;
	if (size != MASK_SIZE)
		return -EINVAL;
	if (copy_from_user(&mask, address, sizeof mask))
		return -EFAULT;
	signal_block_for_call(mask);
	return 0;
}

/*
 * Restores the mask. If a signal has ended the call, does nothing: sigreturn then restores the mask
 * after the handler. Returns `result`.
 */
static long reset_mask(long result)
{
	if (result != -ERESTARTNOHAND)
		signal_unblock_for_call();
	return result;
}

long sys_ppoll(uint64_t address, uint64_t count, uint64_t timeout, uint64_t mask, uint64_t mask_size)
{
	uint64_t ns = 1;
	long error = timeout ? time_from_user(timeout, &ns) : 0;

	if (!error)
		error = set_mask(mask, mask_size);
	return error ? error : reset_mask(poll(address, count, ns, timeout && ns ? clock_now() + ns : 0));
}

/* The three sets of select(), one word each, since descriptors from 64 on are never open. */
struct sets {
	uint64_t in, out, exceptional;
};

static int get_set(uint64_t address, uint64_t count, uint64_t *set)
{
	*set = 0;
	if (!address)
		return 0;
	if (copy_from_user(set, address, sizeof *set))
		return -EFAULT;
	if (count < FILES_MAX)
		*set &= (1UL << count) - 1;
	return 0;
}

static long select(uint64_t count, const uint64_t addresses[3], bool wait, uint64_t end)
{
	struct request requests[FILES_MAX];
	struct sets sets, found = { 0, 0, 0 };
	size_t n = 0;
	long met;

	if ((int)count < 0)
		return -EINVAL;
	if (get_set(addresses[0], count, &sets.in) || get_set(addresses[1], count, &sets.out) ||
	    get_set(addresses[2], count, &sets.exceptional))
		return -EFAULT;
	for (int fd = 0; fd < FILES_MAX; fd++) {
		uint64_t bit = 1UL << fd;

		if (!((sets.in | sets.out | sets.exceptional) & bit))
			continue;
		if (!file_of((uint64_t)fd))
			return -EBADF;
		requests[n++] =
		        (struct request){ fd,
			                  (uint16_t)((sets.in & bit ? POLLIN | POLLHUP | POLLERR : 0) |
			                             (sets.out & bit ? POLLOUT | POLLERR : 0)),
			                  0 };
	}
	met = wait_for(requests, n, 0, wait, end);
	if (met < 0)
		return met;
	met = 0;
	for (size_t i = 0; i < n; i++) {
		uint64_t bit = 1UL << requests[i].fd;

		found.in |= requests[i].found & (POLLIN | POLLHUP | POLLERR) ? sets.in & bit : 0;
		found.out |= requests[i].found & (POLLOUT | POLLERR) ? sets.out & bit : 0;
		met += (found.in & bit ? 1 : 0) + (found.out & bit ? 1 : 0);
	}
	if ((addresses[0] && copy_to_user(addresses[0], &found.in, 8)) ||
	    (addresses[1] && copy_to_user(addresses[1], &found.out, 8)) ||
	    (addresses[2] && copy_to_user(addresses[2], &found.exceptional, 8)))
		return -EFAULT;
	return met;
}

long sys_select(uint64_t count, uint64_t in, uint64_t out, uint64_t exceptional, uint64_t timeout)
{
	uint64_t time[2] = { 0, 0 }, ns;

	if (timeout && copy_from_user(time, timeout, sizeof time))
		return -EFAULT;
	if ((int64_t)time[0] < 0 || time[1] >= NS_PER_SECOND)
		return -EINVAL;
	ns = (time[0] < (1UL << 33) ? time[0] : 1UL << 33) * NS_PER_SECOND + time[1] * NS_PER_US;
	return select(count, (const uint64_t[3]){ in, out, exceptional }, !timeout || ns,
	              timeout && ns ? clock_now() + ns : 0);
}

long sys_pselect6(uint64_t count, uint64_t in, uint64_t out, uint64_t exceptional, uint64_t timeout,
                  uint64_t mask)
{
	uint64_t ns = 1, pair[2] = { 0, 0 };
	long error = timeout ? time_from_user(timeout, &ns) : 0;

	if (error)
		return error;
	if (mask && copy_from_user(pair, mask, sizeof pair))
		return -EFAULT;
	error = set_mask(pair[0], pair[1]);
	return error ? error
	             : reset_mask(select(count, (const uint64_t[3]){ in, out, exceptional }, ns,
	                                 timeout && ns ? clock_now() + ns : 0));
}
