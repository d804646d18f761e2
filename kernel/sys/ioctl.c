/* SPDX-License-Identifier: MIT */
/* ioctl() (man 2 ioctl): requests for any file, and requests for the terminal (man 2 ioctl_tty). */
#include "fs/file.h"
#include "fs/terminal.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "process/descriptors.h"
#include "process/process.h"
#include "sys/calls.h"
#include "vm/address_space.h"

/* Requests for any file (uapi/asm-generic/ioctls.h, linux/fs.h). */
enum {
	FIGETBSZ = 2,
	FIONREAD = 0x541b,
	FIONBIO = 0x5421,
	FIONCLEX = 0x5450,
	FIOCLEX = 0x5451,
	FIOASYNC = 0x5452,
	FIOQSIZE = 0x5460
};

/* Requests for the terminal. */
enum {
	TCGETS = 0x5401,
	TCSETS,
	TCSETSW,
	TCSETSF,
	TCSBRK = 0x5409,
	TCFLSH = 0x540b,
	TIOCGPGRP = 0x540f,
	TIOCSPGRP,
	TIOCOUTQ,
	TIOCGWINSZ = 0x5413,
	TIOCSWINSZ,
	TIOCGSID = 0x5429
};

/*
 * FIONBIO and FIOASYNC: the int at `address` turns a flag on or off. There is no SIGIO, so FIOASYNC
 * cannot be turned on.
 */
static long set_flag(struct file *file, uint64_t request, uint64_t address)
{
	uint32_t on;

	if (copy_from_user(&on, address, sizeof on))
		return -EFAULT;
	if (request == FIOASYNC)
		return on ? -ENOTTY : 0;
	file->flags = (file->flags & ~(uint32_t)O_NONBLOCK) | (on ? O_NONBLOCK : 0);
	return 0;
}

/* FIONREAD: stores the number of bytes that read() would return without waiting. */
static long put_unread(const struct file *file, uint64_t address)
{
	int32_t bytes;
	int error = file->kind->unread ? file->kind->unread(file, &bytes) : -ENOTTY;

	return error ? error : copy_to_user(address, &bytes, sizeof bytes);
}

static long put_size(const struct file *file, uint64_t address)
{
	const uint64_t size = file->node ? file->node->size : 0;
	const uint32_t kind = file->node ? file->node->mode & NODE_KIND : NODE_FIFO;

	return kind == NODE_FILE || kind == NODE_DIRECTORY ? copy_to_user(address, &size, sizeof size)
	                                                   : -ENOTTY;
}

static bool is_terminal(const struct file *file)
{
	return !file->pipe && (!file->node || file->node->device == DEVICE_CONSOLE);
}

static long set_group(uint64_t address)
{
	const struct process *process = current_process();
	int group;

	if (copy_from_user(&group, address, sizeof group))
		return -EFAULT;
	if (group <= 0)
		return -EINVAL;
	if (!group_exists(group, process->session))
		return group_exists(group, 0) ? -EPERM : -ESRCH;
	terminal_group = group;
	terminal_session = process->session;
	return 0;
}

static long set_window(uint64_t address)
{
	struct terminal_size size;

	if (copy_from_user(&size, address, sizeof size))
		return -EFAULT;
	terminal_set_size(&size);
	return 0;
}

static long set_terminal(uint64_t request, uint64_t address)
{
	struct termios settings;
	int error = terminal_check(TERMINAL_CHANGE);

	if (error)
		return error;
	if (request == TIOCSPGRP)
		return set_group(address);
	if (request == TCFLSH) {
		terminal_flush();
		return 0;
	}
	if (copy_from_user(&settings, address, sizeof settings))
		return -EFAULT;
	if (request == TCSETSF)
		terminal_flush();
	terminal_settings = settings;
	return 0;
}

static long terminal_ioctl(uint64_t request, uint64_t address)
{
	const int group = terminal_group ? terminal_group : current_process()->group, nothing = 0;
	const int session = terminal_session ? terminal_session : current_process()->session;

	switch (request) {
	case TCGETS:
		return copy_to_user(address, &terminal_settings, sizeof terminal_settings);
	case TCSETS:
	case TCSETSW:
	case TCSETSF:
	case TCFLSH:
	case TIOCSPGRP:
		return set_terminal(request, address);
	case TIOCGPGRP:
		return copy_to_user(address, &group, sizeof group);
	case TIOCGSID:
		return copy_to_user(address, &session, sizeof session);
	/*
	 * tcdrain() calls this to wait for the output. There is nothing to wait for, because
	 * write() returns only after the output is sent. Requests for a break are ignored.
	 */
	case TCSBRK:
		return 0;
	case TIOCOUTQ:
		return copy_to_user(address, &nothing, sizeof nothing);
	case TIOCGWINSZ:
		return copy_to_user(address, &terminal_size, sizeof terminal_size);
	case TIOCSWINSZ:
		return set_window(address);
	}
	return -ENOTTY;
}

long sys_ioctl(uint64_t fd, uint64_t request, uint64_t address)
{
	const uint32_t block = PAGE_SIZE;
	struct file *file = file_of(fd);

	if (!file)
		return -EBADF;
	request = (uint32_t)request;
	switch (request) {
	case FIOCLEX:
	case FIONCLEX:
		return file_set_close_on_exec(fd, request == FIOCLEX);
	case FIONBIO:
	case FIOASYNC:
		return set_flag(file, request, address);
	case FIOQSIZE:
		return put_size(file, address);
	case FIGETBSZ:
		return copy_to_user(address, &block, sizeof block);
	case FIONREAD:
		return put_unread(file, address);
	}
	return is_terminal(file) ? terminal_ioctl(request, address) : -ENOTTY;
}
