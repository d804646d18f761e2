/* SPDX-License-Identifier: MIT */
/*
 * A process is a running program with its address space, open files, signals and relatives. It has
 * one thread or several; each thread has a task. The first thread is a part of struct process, the
 * others have frames of their own (process/thread.h).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fs/boot_modules.h"
#include "fs/locks.h"
#include "lib/deadlines.h"
#include "process/futex.h"
#include "process/signal.h"
#include "sched/task.h"
#include "vm/address_space.h"

#define PROCESS_NAME 32

/* The user that a process belongs to; 0 is root. */
struct identity {
	uint32_t user, group;
};

/* Attributes that a new child copies from its parent in one assignment. */
struct inherited {
	uint16_t umask; /* bits that new files do not get */
	int8_t nice;    /* -20 to 19; it has no effect */
};

/*
 * A thread. Its task is the first member; only thread_of() and current_thread() rely on that
 * position. Other threads of the process may change its signals and its links, and nothing else.
 */
struct thread {
	struct task task;
	int tid; /* its ID; that of the first thread is the process ID */
	/*
	 * The next thread of the process, and (not in the first thread) the address of the pointer to
	 * this thread. The list begins with the first thread, even if that has ended.
	 */
	struct thread *next, **place;
	/* User address where a child of clone() stores its process ID when it first runs, or 0. */
	uint64_t child_tid;
	/* User address of a word that is set to 0, and woken as a futex, when the thread ends; or 0. */
	uint64_t clear_tid;
	struct waiter waiter; /* while it waits for a futex (process/futex.h) */
	uint64_t robust_list; /* user address of the head of its robust futexes (process/futex.h), or 0 */
	/* End of a sleep that a signal interrupted: a time of clock_now(), or 0. */
	uint64_t sleep_end;
	uint64_t sleep_left; /* user address where the time left of that sleep is stored, or 0 */
	struct signals signals;
};

/*
 * No field has a lock of its own: the kernel is never preempted. A process is changed by its own
 * system calls. System calls of other processes may change it too, but only with interrupts off.
 * Once a process runs, other processes change only these fields: the states of its threads, the
 * links of the tree and of the hash table (`parent` to `bucket_place`), group, session,
 * inherited.nice, signals, alarm, stopped, stop_signal and continued.
 */
struct process {
	union {
		struct thread main; /* the first thread */
		struct task task;   /* its task; the state is TASK_ZOMBIE when the whole process has ended */
	};
	struct address_space space;
	int pid;
	int status; /* wait status, as wait4() reports it */

	uint32_t threads; /* number of threads that have not ended */
	/*
	 * Set by the first clone() of a thread and by set_robust_list(): threads_end() has work to
	 * do when a thread or the process ends. While it is false, there is only the first thread.
	 */
	bool ends_slowly;
	bool ending;             /* all threads are to end; `status` is that of the process */
	bool stopped;            /* by a signal: no thread returns to user mode until SIGCONT or SIGKILL */
	bool membarrier;         /* membarrier() may be called with MEMBARRIER_PRIVATE */
	struct thread *survivor; /* executes execve() and waits for the other threads to end, or NULL */
	uint64_t pending;        /* signals that were sent to the process, not to one of its threads */
	/* SIGNALS entries on the heap; NULL: all dispositions are defaults */
	struct signal_action *action;

	struct process *parent, *children, *sibling;
	/*
	 * Address of the pointer to this process: the parent's `children` or a sibling's `sibling`.
	 */
	struct process **sibling_place;
	/*
	 * In the hash table of process IDs (process_table.c): the next process of the bucket, and
	 * the address of the pointer to this process.
	 */
	struct process *same_bucket, **bucket_place;
	int group, session; /* process IDs of their leaders; 0 in the kernel's own process */
	/* Counts its user's processes; NULL for root, whose processes are not counted. */
	struct account *account;
	struct identity identity;
	struct inherited inherited;
	/* The signal that stopped it, if wait4() has not reported that yet; else 0. */
	uint8_t stop_signal;
	bool continued; /* it was continued, and wait4() has not reported that yet */

	uintptr_t entry, user_rsp; /* first RIP and RSP of a new program */
	/* The image whose pages are filled in the first run, or NULL (process/first_run.h). */
	struct first_run *first_run;

	struct file_table *files; /* NULL: there is no table yet (process/descriptors.h) */
	struct node *directory;   /* working directory; NULL: the root */
	bool holds_locks;         /* true if it may own locks (fs/locks.h) */
	struct lock_request lock_request;

	struct deadline alarm;   /* when it gets SIGALRM: a time of clock_now(), or 0 */
	uint64_t alarm_interval; /* ns between alarms; 0 for a single alarm */
	char name[PROCESS_NAME];
};

static inline struct thread *thread_of(const struct task *task)
{
	return (struct thread *)task;
}

static inline struct thread *current_thread(void)
{
	return thread_of(current_task());
}

static inline struct process *current_process(void)
{
	struct process *process;

	__asm__ volatile("mov %%gs:%c1, %0" : "=r"(process) : "i"(offsetof(struct cpu, process)));
	return process;
}

/*
 * Creates the kernel's own process and the idle task. Runs function() in the kernel's process, on
 * its own stack and page tables, with interrupts off.
 */
_Noreturn void process_start(void (*function)(void));

/*
 * Starts the program `name`, with the `count` strings of `argv`, in a new child of the current
 * process, and puts the child at the end of the run queue. Returns its process ID, or -ENOENT,
 * -ENOEXEC, -E2BIG, -ENOMEM or -EAGAIN (process_user_limit()) with nothing changed.
 */
int process_spawn(const char *name, const char *const *argv, size_t count);

/*
 * Like process_spawn(), but takes user addresses, and the child runs at once. `argv` and `envp` are
 * arrays of pointers to strings. A null pointer ends an array. If `argv` or `envp` is 0, that array
 * is empty. Also fails with -EFAULT for a bad address.
 */
long process_spawn_user(uint64_t name, uint64_t argv, uint64_t envp);

/*
 * Replaces the program of the current process (man 2 execve). Returns only if that fails,
 * with an error number; the old program is then intact.
 */
long process_execve_user(uint64_t name, uint64_t argv, uint64_t envp);

/*
 * Ends the current process with all its threads. `status` is what wait4() reports: exit code << 8,
 * or a signal number. If another thread is ending the process already, its status counts. If
 * another thread executes execve(), ends only the current thread.
 */
_Noreturn void process_exit(int status);

/*
 * Sends a signal as kill() does. `pid` says to which processes:
 *   above 0   the process `pid`
 *   0         the caller's process group
 *   -1        every process except the kernel's own and the caller
 *   below -1  the group -pid
 * Signal 0 is not sent, but the errors are the same. Returns 0, -ESRCH, -EINVAL, or -EPERM for the
 * kernel's process and for processes of other users.
 */
long process_kill(int pid, int signal);

/*
 * Sends a signal to the thread `tid`, as tgkill() does. The thread must belong to the process
 * `group`, unless that is 0. Returns what process_kill() returns.
 */
long process_kill_thread(int group, int tid, int signal);

/*
 * Sends a signal from the kernel (SI_KERNEL) to all processes of a group except the kernel's own.
 */
void process_kill_group(int group, int signal);

/*
 * Stops the current process until it gets SIGCONT or SIGKILL: the current thread at once, the others
 * on their way back to user mode. Reports `signal` to its parent.
 */
void process_stop(int signal);

/* Stops the current thread while its process is stopped. */
void thread_stop(void);

/* Continues a stopped process. If `tell` is true, also reports this to its parent. */
void process_continue(struct process *process, bool tell);

/*
 * Returns true if no member of the group has a parent in the same session but in another group
 * (POSIX: orphaned process group). Nothing could continue stopped members of such a group.
 */
bool process_group_is_orphaned(int group);

/*
 * Gives the next process the ID `pid`, the one after it pid + 1, and so on. Returns false and changes
 * nothing if a process has the ID `pid` or a larger one.
 */
bool process_number_from(int pid);

/*
 * Calls function(process, argument) for every process. The function must not create or free
 * processes. Interrupts may occur between the calls.
 */
void process_each(void (*function)(struct process *process, void *argument), void *argument);

/* Options of wait4() and waitid(). */
#define WAIT_NO_HANG     1
#define WAIT_STOPPED     2
#define WAIT_EXITED      4
#define WAIT_CONTINUED   8
#define WAIT_KEEP        0x1000000 /* leave the child's status for another call to report */

#define STATUS_CONTINUED 0xffff

/*
 * Waits until a child has ended, stopped or continued, as `options` ask, and stores its status.
 * `pid` says for which child:
 *   above 0   the child with this ID
 *   0         any child in the caller's group
 *   -1        any child
 *   below -1  any child in the group -pid
 * Frees a child that has ended, unless WAIT_KEEP is set. Returns the child's process ID, 0 if there
 * is nothing to report and WAIT_NO_HANG is set, -ECHILD if there is no such child, or -ERESTARTSYS
 * if a signal interrupts.
 */
long process_wait_for(int pid, int *status, int options);

/* Like process_wait_for(), but always reports children that have ended, as wait4() does. */
static inline long process_wait(int pid, int *status, int options)
{
	return process_wait_for(pid, status, options | WAIT_EXITED);
}

/* Returns the number of processes, blocked ones and zombies included. */
size_t process_count(void);

/*
 * Returns the number of processes that a user other than root may have, zombies included: one for
 * each 256 KiB of the machine's memory, at least 64 and at most 8192. There is a second limit, on
 * the number of all processes, root's included: while there are KSTACK_HEAP_SLOTS - 64 or more,
 * only root may create another.
 */
size_t process_user_limit(void);

/* Returns true if the account's user has reached a limit of process_user_limit(). */
bool process_account_is_full(const struct account *account);

/*
 * Changes the user of the current process, even if the new user has reached a limit of
 * process_user_limit(). Returns 0, or -EAGAIN if out of memory.
 */
int process_set_user(uint32_t user);

/* Returns the process with this ID, or NULL if there is none. Looks it up in a hash table. */
struct process *process_find(int pid);

/* If true, the kernel prints no messages about killed or unsupported programs. */
extern bool process_quiet;
