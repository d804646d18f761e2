/* SPDX-License-Identifier: MIT */
/* System calls on time. */
#include "lib/errno.h"
#include "lib/string.h"
#include "mem/frames.h"
#include "process/process.h"
#include "sched/clock.h"
#include "sched/wait.h"
#include "sys/calls.h"
#include "vm/address_space.h"

enum {
	CLOCK_REALTIME,
	CLOCK_MONOTONIC,
	CLOCK_PROCESS,
	CLOCK_THREAD,
	CLOCK_RAW,
	CLOCK_REALTIME_COARSE,
	CLOCK_MONOTONIC_COARSE,
	CLOCK_BOOTTIME,
	CLOCKS
};
enum { TIMER_ABSTIME = 1 };

#define SECONDS_MAX (1UL << 33)

struct timespec {
	uint64_t seconds, nanoseconds;
};

static struct wait_queue only_time;

static bool is_wall_clock(uint64_t clock)
{
	return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE;
}

/*
 * Returns the time of a clock in ns. CPU time is not counted: the clocks of processes and threads
 * show CLOCK_MONOTONIC.
 */
static uint64_t now_of(uint64_t clock)
{
	return is_wall_clock(clock) ? clock_since_1970() : clock_now();
}

static struct timespec timespec_of(uint64_t ns)
{
	return (struct timespec){ ns / NS_PER_SECOND, ns % NS_PER_SECOND };
}

long time_from_user(uint64_t address, uint64_t *ns)
{
	struct timespec time;

	if (copy_from_user(&time, address, sizeof time))
		return -EFAULT;
	if (time.nanoseconds >= NS_PER_SECOND || (int64_t)time.seconds < 0)
		return -EINVAL;
	if (time.seconds > SECONDS_MAX) /* practically for ever */
		time.seconds = SECONDS_MAX;
	*ns = time.seconds * NS_PER_SECOND + time.nanoseconds;
	return 0;
}

long sys_clock_gettime(uint64_t clock, uint64_t address)
{
	struct timespec time;

	if (clock >= CLOCKS)
		return -EINVAL;
	time = timespec_of(now_of(clock));
	return copy_to_user(address, &time, sizeof time);
}

long sys_clock_getres(uint64_t clock, uint64_t address)
{
	const struct timespec time = { 0, 1 };

	if (clock >= CLOCKS)
		return -EINVAL;
	return address ? copy_to_user(address, &time, sizeof time) : 0;
}

/*
 * Sleeps until `end`, a time of clock_now(). If interrupted, stores the remaining time at the user
 * address `remaining`, unless that is 0. Returns 0, -EFAULT or -ERESTART_RESTARTBLOCK.
 */
static long sleep_until(uint64_t end, uint64_t remaining)
{
	struct thread *thread = current_thread();
	long error;

	while (!(error = wait_until(&only_time, end)))
		;
	if (error == -ETIMEDOUT)
		return 0;
	if (remaining) {
		uint64_t now = clock_now();
		const struct timespec left = timespec_of(end > now ? end - now : 0);

		if (copy_to_user(remaining, &left, sizeof left))
			return -EFAULT;
	}
	thread->sleep_end = end;
	thread->sleep_left = remaining;
	return -ERESTART_RESTARTBLOCK;
}

long sys_clock_nanosleep(uint64_t clock, uint64_t flags, uint64_t request, uint64_t remaining)
{
	uint64_t ns, end;
	long error;

	if (clock >= CLOCKS || clock == CLOCK_THREAD)
		return -EINVAL;
	error = time_from_user(request, &ns);
	if (error)
		return error;
	end = clock_now() + ns;
	if (flags & TIMER_ABSTIME) {
		uint64_t now = now_of(clock);

		end = clock_now() + (ns > now ? ns - now : 0);
	}
	if (!(flags & TIMER_ABSTIME))
		return sleep_until(end, remaining);
	while (!(error = wait_until(&only_time, end)))
		;
	return error == -ETIMEDOUT ? 0 : -ERESTARTNOHAND;
}

/*
 * Continues a sleep that was interrupted by a stop or by a signal without handler. Returns -EINTR
 * if there is no such sleep.
 */
long sys_restart_syscall(void)
{
	struct thread *thread = current_thread();

	return thread->sleep_end ? sleep_until(thread->sleep_end, thread->sleep_left) : -EINTR;
}

long sys_nanosleep(uint64_t request, uint64_t remaining)
{
	return sys_clock_nanosleep(CLOCK_MONOTONIC, 0, request, remaining);
}

long sys_gettimeofday(uint64_t address, uint64_t zone)
{
	static const uint32_t utc[2];
	const uint64_t ns = clock_since_1970();
	const uint64_t time[2] = { ns / NS_PER_SECOND, ns % NS_PER_SECOND / 1000 };

	if (address && copy_to_user(address, time, sizeof time))
		return -EFAULT;
	return zone ? copy_to_user(zone, utc, sizeof utc) : 0;
}

long sys_time(uint64_t address)
{
	const uint64_t seconds = clock_since_1970() / NS_PER_SECOND;

	if (address && copy_to_user(address, &seconds, sizeof seconds))
		return -EFAULT;
	return (long)seconds;
}

/*
 * Stores zeros, since CPU times are not counted. Returns the time since boot in units of
 * 1/CLOCK_HERTZ s.
 */
long sys_times(uint64_t address)
{
	static const uint64_t none[4];

	if (address && copy_to_user(address, none, sizeof none))
		return -EFAULT;
	return (long)(clock_now() / (NS_PER_SECOND / CLOCK_HERTZ));
}

long sys_getrusage(uint64_t who, uint64_t address)
{
	static const uint64_t none[18];

	if ((int)who < -1 || (int)who > 1)
		return -EINVAL;
	return copy_to_user(address, none, sizeof none);
}

/* Linux's struct sysinfo (uapi/linux/sysinfo.h). */
struct sysinfo {
	uint64_t uptime, loads[3], total, free, shared, buffers, swap_total, swap_free;
	uint16_t processes, padding;
	uint32_t padding2;
	uint64_t high_total, high_free;
	uint32_t unit, padding3;
};
_Static_assert(sizeof(struct sysinfo) == 112, "as programs know it");

long sys_sysinfo(uint64_t address)
{
	const struct sysinfo info = {
		.uptime = clock_now() / NS_PER_SECOND,
		.total = frames_total() * PAGE_SIZE,
		.free = frames_free() * PAGE_SIZE,
		.processes = (uint16_t)process_count(),
		.unit = 1,
	};

	return copy_to_user(address, &info, sizeof info);
}
