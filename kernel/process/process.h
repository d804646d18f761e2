/* SPDX-License-Identifier: MIT */
/*
 * Tasks: each has an address space, a kernel stack and a parent. One task runs at a time on a CPU;
 * the kernel itself is never preempted: a task is switched away only where it says so, or on the
 * way back to user mode.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "cpu/cpu.h"
#include "cpu/fpu.h"
#include "fs/boot_modules.h"
#include "fs/locks.h"
#include "lib/deadlines.h"
#include "process/signal.h"
#include "stack/kstack.h"
#include "vm/address_space.h"

#define TASK_NAME 32

enum task_state {
	TASK_READY,   /* running, or in the run queue */
	TASK_BLOCKED, /* in task_wait() or wait_on() */
	TASK_STOPPED, /* by a signal: until SIGCONT or SIGKILL */
	TASK_ZOMBIE,  /* ended; only its status is left */
};

/* Whose a task is; 0 is root. */
struct identity {
	uint32_t user, group;
};

/* What a child has from its parent, copied at once. */
struct inherited {
	uint16_t umask; /* bits that new files do not get */
	int8_t nice;    /* -20 to 19; it has no effect */
};

struct task {
	uint64_t rsp; /* while it does not run; sched/switch.asm knows this one */
	struct address_space space;
	struct kstack stack;
	enum task_state state;
	int pid;
	int status; /* as wait4() reports it */
	struct task *parent, *children, *sibling;
	struct task **sibling_place;              /* the pointer to it: its parent's or a sibling's */
	struct task *next, *previous;             /* run queue */
	struct task *same_bucket, **bucket_place; /* table of process IDs, likewise (table.c) */
	struct account *account;                  /* its user's tasks, or NULL: root's are not counted */
	uintptr_t entry, user_rsp;                /* where a new program starts */
	struct first_run
	        *first_run; /* what a new task still has to do for itself, or NULL (process/first_run.h) */
	struct file_table *files;   /* or NULL: fs/file.h */
	struct node *directory;     /* working directory, or NULL: the root */
	struct wait_queue *waiting; /* the queue that it is in while it blocks, or NULL */
	struct identity identity;
	uint64_t tid_address; /* what clone() has still to fill, or 0 */
	uint64_t fs_base;     /* of user mode: thread-local storage */
	uint64_t selectors;   /* read_selectors() while it does not run; 0 while it does */
	bool has_fpu;         /* it has used the FPU */
	int group, session;   /* process IDs of their leaders; 0: the kernel's own */
	struct inherited inherited;
	uint64_t attention; /* RETURN_SIGNAL while the way back to user mode has to be the long one */
	struct deadline wake, alarm; /* times of clock_now() (sched/clock.c) */
	uint64_t alarm_interval;     /* ns, or 0: once */
	uint64_t sleep_end,
	        sleep_left; /* of a sleep that was broken off: a time of clock_now(), or 0; where the rest is told */
	bool starved;        /* a page fault found no memory: out_of_memory() is due */
	uint8_t stop_signal; /* by which it was stopped, while its parent was not told; or 0 */
	bool continued;      /* its parent was not told yet that it goes on */
	bool holds_locks;    /* it may own some (fs/locks.h) */
	struct lock_request lock_request;
	struct signals signals;
	char name[TASK_NAME];
};

/* Where its FPU's registers are while it does not run: at the end of the task's frame. */
static inline void *task_fpu_area(struct task *task)
{
	return (char *)task + PAGE_SIZE - FPU_AREA;
}

/* What CR3 takes while the task runs. */
static inline const struct root *task_root(const struct task *task)
{
	return &task->space.root;
}

static inline struct task *current_task(void)
{
	struct task *task;

	__asm__ volatile("mov %%gs:%c1, %0" : "=r"(task) : "i"(offsetof(struct cpu, current)));
	return task;
}

/*
 * Makes the boot CPU's first two tasks and runs function() as the first of them, on its own stack
 * and PML4, interrupts off; when there is nothing to run, the idle task halts.
 */
_Noreturn void task_start(void (*function)(void));

/*
 * Creates a task that runs the module's program with the strings of `argv` (at most `count`), as
 * a child of the current task, and puts it at the end of the run queue. Returns its process ID,
 * or -ENOENT, -ENOEXEC, -E2BIG, -ENOMEM, -EAGAIN (task_user_limit()) with nothing changed.
 */
int task_spawn(const char *name, const char *const *argv, size_t count);

/*
 * The same from user memory, for the system call; the new task runs at once. `argv`, `envp`: user
 * addresses of arrays of pointers that end in 0, or 0. -EFAULT for bad addresses.
 */
long task_spawn_user(uint64_t name, uint64_t argv, uint64_t envp);

/* Replaces the program of the current task; comes back only with an error, the old program intact. */
long task_execve_user(uint64_t name, uint64_t argv, uint64_t envp);

/* Ends the current task. `status` as wait4() reports it: code << 8, or a signal number. */
_Noreturn void task_exit(int status);

/*
 * Sends a signal as kill() does: `pid` -1 is every task but the first and the current, 0 the current one's group, and
 * less the group -pid; signal 0 only looks. -ESRCH, -EINVAL, -EPERM for the first task and those of other users.
 */
long task_kill(int pid, int signal);

/* The kernel's own signal to all of a group but the first task. */
void task_kill_group(int group, int signal);

/* jobs.c: stops the current task until SIGCONT; lets a stopped one go on, and tells its parent that it does. */
void task_stop(int signal);
void task_continue(struct task *task, bool tell);

/* Whether no one is there to let a group's stopped tasks go on. */
bool task_group_is_orphaned(int group);

/*
 * Whether the current task may use a terminal whose foreground is the group `owner` (0: anyone's) of a session: 0; -EIO; or
 * -ERESTARTSYS, and its group got `signal`, SIGTTIN or SIGTTOU.
 */
int task_check_terminal(int owner, int owner_session, int signal);

/* Calls function(task, argument) for every task; it may not start or reap any. Interrupts are let in between. */
void task_each(void (*function)(struct task *task, void *argument), void *argument);

/* Options of wait4() and waitid(). */
#define WAIT_NO_HANG     1
#define WAIT_STOPPED     2
#define WAIT_EXITED      4
#define WAIT_CONTINUED   8
#define WAIT_KEEP        0x1000000 /* another call is to be told the same */

#define STATUS_CONTINUED 0xffff

/*
 * Waits until a child has done what the options name, and stores its status; of one that has ended the rest is freed. `pid`: -1 any,
 * 0 any of the current group, less: any of group -pid. Returns its process ID, -ECHILD, 0 with WAIT_NO_HANG when there is
 * nothing to tell, or -ERESTARTSYS.
 */
long task_wait_for(int pid, int *status, int options);

static inline long task_wait(int pid, int *status, int options)
{
	return task_wait_for(pid, status, options | WAIT_EXITED);
}

/* Lets the other tasks that are ready run first. */
void task_yield(void);

/* Tasks that exist: running, ready, blocked and zombies. */
size_t task_count(void);

/*
 * A user other than root may have so many tasks, zombies included: one for each 256 KiB of the machine's memory, at least 64 and at
 * most 8192. All users together leave 64 places of KSTACK_HEAP_SLOTS to root.
 */
size_t task_user_limit(void);
bool task_account_is_full(const struct account *account);

/* Makes the current task another user's, also one who has as many as he may. 0, or -EAGAIN: no memory. */
int task_set_user(uint32_t user);

/* The task with this process ID, or NULL. Its cost does not depend on how many tasks there are. */
struct task *task_find(int pid);

/* Whether messages about killed tasks are printed. */
extern bool task_quiet;
