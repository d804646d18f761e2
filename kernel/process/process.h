/* SPDX-License-Identifier: MIT */
/*
 * Processes: a program that runs, with its address space, open files, signals and family. Each has
 * one task so far, which its structure begins with; process_of() and current_process() are the only
 * code that relies on that.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fs/boot_modules.h"
#include "fs/locks.h"
#include "lib/deadlines.h"
#include "process/signal.h"
#include "sched/task.h"
#include "vm/address_space.h"

#define PROCESS_NAME 32

/* The user that a process belongs to; 0 is root. */
struct identity {
	uint32_t user, group;
};

/* A child has these from its parent, copied at once. */
struct inherited {
	uint16_t umask; /* bits that new files do not get */
	int8_t nice;    /* -20 to 19; it has no effect */
};

/*
 * No field has a lock of its own: the kernel is never preempted, and a process is changed by its
 * own system calls, or by those of others with interrupts off. Fields that others change: state,
 * parent, children, sibling, group, session, signals, alarm, stop_signal, continued.
 */
struct process {
	struct task task;
	struct address_space space;
	int pid;
	int status; /* as wait4() reports it */

	struct process *parent, *children, *sibling;
	struct process **sibling_place;              /* the pointer to it: its parent's or a sibling's */
	struct process *same_bucket, **bucket_place; /* table of process IDs, likewise (process_table.c) */
	int group, session;                          /* process IDs of their leaders; 0: the kernel's own */
	struct account *account; /* its user's processes, or NULL: root's are not counted */
	struct identity identity;
	struct inherited inherited;
	uint8_t stop_signal; /* the signal that stopped it, until wait4() has reported it; or 0 */
	bool continued;      /* it was continued, which wait4() has not reported yet */

	uintptr_t entry, user_rsp; /* where a new program starts */
	struct first_run
	        *first_run;   /* the rest of its image, until it first runs; or NULL (process/first_run.h) */
	uint64_t tid_address; /* user address for its process ID, which clone() has still to store; or 0 */

	struct file_table *files; /* or NULL (process/descriptors.h) */
	struct node *directory;   /* working directory, or NULL: the root */
	bool holds_locks;         /* it may own some (fs/locks.h) */
	struct lock_request lock_request;

	struct deadline alarm;   /* when it gets SIGALRM: a time of clock_now() */
	uint64_t alarm_interval; /* ns until the next one, or 0 */
	uint64_t sleep_end;      /* of a sleep that a signal broke off: a time of clock_now(), or 0 */
	uint64_t sleep_left;     /* user address for the time that was left of it, or 0 */
	struct signals signals;
	char name[PROCESS_NAME];
};

static inline struct process *process_of(const struct task *task)
{
	return (struct process *)task;
}

static inline struct process *current_process(void)
{
	return process_of(current_task());
}

/*
 * Makes the kernel's own process and the idle task, and runs function() in the former, on its own
 * stack and PML4, interrupts off.
 */
_Noreturn void process_start(void (*function)(void));

/*
 * Creates a child of the current process that runs the program `name` with the strings of `argv`,
 * at most `count`, and puts it at the end of the run queue. Returns its process ID, or -ENOENT,
 * -ENOEXEC, -E2BIG, -ENOMEM or -EAGAIN (process_user_limit()) with nothing changed.
 */
int process_spawn(const char *name, const char *const *argv, size_t count);

/*
 * Like process_spawn(), for the system call; the child runs at once. `argv` and `envp` are user
 * addresses of arrays of pointers that end with 0, or 0. Fails with -EFAULT for bad addresses.
 */
long process_spawn_user(uint64_t name, uint64_t argv, uint64_t envp);

/*
 * Replaces the program of the current process. Returns only with an error, the old program intact.
 */
long process_execve_user(uint64_t name, uint64_t argv, uint64_t envp);

/* Ends the current process. `status` as wait4() reports it: code << 8, or a signal number. */
_Noreturn void process_exit(int status);

/*
 * Sends a signal as kill() does. `pid` above 0: that process; 0: the caller's process group; -1:
 * every process but the first and the caller; below -1: the group -pid. Signal 0 only checks.
 * Returns 0, -ESRCH, -EINVAL, or -EPERM for the first process and those of other users.
 */
long process_kill(int pid, int signal);

/* Sends the kernel's own signal to all processes of a group but the first process. */
void process_kill_group(int group, int signal);

/* Stops the current process until SIGCONT. */
void process_stop(int signal);

/* Continues a stopped process; `tell`: and tells its parent. */
void process_continue(struct process *process, bool tell);

/*
 * Returns true if no process of the same session outside the group could continue its stopped
 * members.
 */
bool process_group_is_orphaned(int group);

/*
 * Calls function(process, argument) for every process; it may not start or reap any. Interrupts are
 * let in between.
 */
void process_each(void (*function)(struct process *process, void *argument), void *argument);

/* Options of wait4() and waitid(). */
#define WAIT_NO_HANG     1
#define WAIT_STOPPED     2
#define WAIT_EXITED      4
#define WAIT_CONTINUED   8
#define WAIT_KEEP        0x1000000 /* leave the child as it is, for another call */

#define STATUS_CONTINUED 0xffff

/*
 * Waits until a child has done what the options name, and stores its status; a child that has ended
 * is freed. `pid` above 0: that child; 0: any child in the caller's group; -1: any child; below -1:
 * any in group -pid. Returns its process ID, -ECHILD, -ERESTARTSYS, or 0 if there is nothing to
 * report and WAIT_NO_HANG is set.
 */
long process_wait_for(int pid, int *status, int options);

static inline long process_wait(int pid, int *status, int options)
{
	return process_wait_for(pid, status, options | WAIT_EXITED);
}

/* Returns how many processes exist, blocked ones and zombies included. */
size_t process_count(void);

/*
 * Returns how many processes a user other than root may have, zombies included: one for each 256
 * KiB of the machine's memory, at least 64 and at most 8192. All users together leave 64 of
 * KSTACK_HEAP_SLOTS to root.
 */
size_t process_user_limit(void);
bool process_account_is_full(const struct account *account);

/*
 * Gives the current process another user, even one who has as many as allowed. Returns 0, or
 * -EAGAIN if out of memory.
 */
int process_set_user(uint32_t user);

/* Returns the process with this ID, or NULL, in the same time however many there are. */
struct process *process_find(int pid);

/* While it is set, no messages about killed processes are printed. */
extern bool process_quiet;
