/* SPDX-License-Identifier: MIT */
/* System calls that wait for children. Resource use is not counted: struct rusage is all 0. */
#include "lib/errno.h"
#include "process/process.h"
#include "sys/calls.h"
#include "vm/address_space.h"

#define WAIT4_KNOWN  0xe000000bUL /* WNOHANG, WUNTRACED, WCONTINUED, and __W* */
#define WAITID_KNOWN (0xe0000000UL | WAIT_NO_HANG | WAIT_NEWS | WAIT_KEEP)
#define WAIT_NEWS    (WAIT_STOPPED | WAIT_EXITED | WAIT_CONTINUED)

enum { P_ALL, P_PID, P_PGID };

static const uint64_t no_usage[18];

static bool can_tell(uint64_t address, uint64_t size)
{
	return !address || user_range(address, size);
}

long sys_wait4(uint64_t pid, uint64_t status_address, uint64_t options, uint64_t usage)
{
	int status;
	long result;

	if (options & ~WAIT4_KNOWN)
		return -EINVAL;
	if (!can_tell(status_address, sizeof status) || !can_tell(usage, sizeof no_usage))
		return -EFAULT;
	if ((int)pid == INT32_MIN)
		return -ESRCH;
	result = process_wait((int)pid, &status, (int)options);
	if (result > 0 && ((status_address && copy_to_user(status_address, &status, sizeof status)) ||
	                   (usage && copy_to_user(usage, no_usage, sizeof no_usage))))
		return -EFAULT;
	return result;
}

/* Converts a status of wait4() to the information that waitid() returns. */
static struct signal_info info_of(long pid, int status)
{
	if (status == STATUS_CONTINUED)
		return (struct signal_info){ CLD_CONTINUED, (int)pid, SIGCONT };
	if ((status & 0xff) == 0x7f)
		return (struct signal_info){ CLD_STOPPED, (int)pid, (uint64_t)status >> 8 };
	if (status & 0x7f)
		return (struct signal_info){ CLD_KILLED, (int)pid, (uint64_t)status & 0x7f };
	return (struct signal_info){ CLD_EXITED, (int)pid, (uint64_t)status >> 8 };
}

long sys_waitid(uint64_t kind, uint64_t id, uint64_t info_address, uint64_t options, uint64_t usage)
{
	struct siginfo told = { 0 };
	int pid = (int)id, status;
	long result;

	if ((options & ~WAITID_KNOWN) || !(options & WAIT_NEWS) || kind > P_PGID)
		return -EINVAL;
	if ((kind == P_PID && pid <= 0) || (kind == P_PGID && pid < 0))
		return -EINVAL;
	if (!can_tell(info_address, sizeof told) || !can_tell(usage, sizeof no_usage))
		return -EFAULT;
	result = process_wait_for(kind == P_ALL ? -1 : kind == P_PID ? pid : -pid, &status, (int)options);
	if (result < 0)
		return result;
	if (result) {
		const struct signal_info info = info_of(result, status);

		signal_describe(&told, SIGCHLD, &info);
		if (usage && copy_to_user(usage, no_usage, sizeof no_usage))
			return -EFAULT;
	}
	return info_address && copy_to_user(info_address, &told, sizeof told) ? -EFAULT : 0;
}
