/* SPDX-License-Identifier: MIT */
/*
 * Signals (man 7 signal): numbers, structures and defaults are Linux's on x86-64. signal_send()
 * records a signal in the process and wakes one of its threads, signal_send_thread() records it in a
 * thread. The thread acts on the signal later, when it returns to user mode: it ends or stops the
 * process (process/jobs.c), or enters a handler. No signal therefore tears down a thread that is
 * still in the kernel. Signals from 32 on are not queued.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SIGHUP         1
#define SIGINT         2
#define SIGQUIT        3
#define SIGILL         4
#define SIGTRAP        5
#define SIGABRT        6
#define SIGBUS         7
#define SIGFPE         8
#define SIGKILL        9
#define SIGUSR1        10
#define SIGSEGV        11
#define SIGUSR2        12
#define SIGPIPE        13
#define SIGALRM        14
#define SIGTERM        15
#define SIGCHLD        17
#define SIGCONT        18
#define SIGSTOP        19
#define SIGTSTP        20
#define SIGTTIN        21
#define SIGTTOU        22
#define SIGURG         23
#define SIGWINCH       28
#define SIGSYS         31
#define SIGNALS        64

#define SIGNAL_DEFAULT 0 /* values of `handler` that are not addresses */
#define SIGNAL_IGNORE  1

#define SA_NOCLDSTOP   0x1
#define SA_NOCLDWAIT   0x2
#define SA_RESTORER    0x4000000
#define SA_ONSTACK     0x8000000
#define SA_RESTART     0x10000000
#define SA_NODEFER     0x40000000
#define SA_RESETHAND   0x80000000UL

/* si_code (uapi/asm-generic/siginfo.h). */
enum { SI_USER = 0, SI_KERNEL = 0x80, SI_TKILL = -6 };
enum { CLD_EXITED = 1, CLD_KILLED = 2, CLD_STOPPED = 5, CLD_CONTINUED = 6 };
enum {
	SEGV_MAPERR = 1,
	SEGV_ACCERR = 2,
	FPE_INTDIV = 1,
	FPE_FLTDIV = 3,
	FPE_FLTOVF = 4,
	FPE_FLTUND = 5,
	FPE_FLTRES = 6,
	FPE_FLTINV = 7,
	ILL_ILLOPN = 2,
	BUS_ADRALN = 1,
	BUS_ADRERR = 2,
	TRAP_BRKPT = 1,
	TRAP_TRACE = 2
};

/* Flags of a stack for handlers (man 2 sigaltstack). */
#define SS_ONSTACK    1
#define SS_DISABLE    2
#define SS_AUTODISARM 0x80000000U /* the stack is disabled while a handler runs on it */

static inline uint64_t signal_bit(int signal)
{
	return 1UL << (signal - 1);
}

/* Signals that can be neither blocked nor handled. */
#define SIGNALS_SURE (signal_bit(SIGKILL) | signal_bit(SIGSTOP))

/* Signals that stop a process by default. */
#define SIGNALS_STOP (signal_bit(SIGSTOP) | signal_bit(SIGTSTP) | signal_bit(SIGTTIN) | signal_bit(SIGTTOU))

/* Linux's struct sigaction of the system call (uapi/asm/signal.h). */
struct signal_action {
	uint64_t handler, flags, restorer, mask;
};

/* Information that a handler gets in addition to the signal number. */
struct signal_info {
	int32_t code;
	int32_t pid;    /* process ID of the sender or the child */
	uint64_t value; /* the child's status, or the address of a fault */
};

/* A stack for handlers: [base, base + size). If `size` is 0, there is none. */
struct signal_stack {
	uint64_t base;
	uint64_t size : 63;
	uint64_t disarms : 1; /* SS_AUTODISARM */
};

/* stack_t, as programs pass it. */
struct user_stack {
	uint64_t base;
	uint32_t flags, padding;
	uint64_t size;
};

/* The signals of a thread. */
struct signals {
	uint64_t pending; /* signals that were sent to this thread, not to its process */
	uint64_t blocked;
	uint64_t awaited; /* signals that sigtimedwait() waits for, recorded even if ignored */
	uint64_t kept;    /* if `keep`: the value of `blocked` before sigsuspend() or ppoll() */
	bool keep;
	struct signal_stack stack;       /* set by sigaltstack() */
	uint64_t vector, error, address; /* the last exception that became a signal */
	/*
	 * The array of the first thread is also used for signals that were sent to the process. If the
	 * same signal is sent to both, both have the information of the one that was sent first.
	 */
	struct signal_info info[SIGNALS];
};

struct process;
struct thread;
struct trap_frame;

/* Returns true if `rsp` is on the stack for handlers. Always false with SS_AUTODISARM. */
static inline bool signal_on_stack(const struct signal_stack *stack, uint64_t rsp)
{
	return !stack->disarms && rsp - stack->base - 1 < stack->size;
}

/*
 * For sigaltstack(): signal_stack_of() returns the stack for handlers; signal_set_stack() sets it
 * and returns 0, -EPERM, -EINVAL or -ENOMEM. `rsp` is the program's RSP.
 */
struct user_stack signal_stack_of(const struct signals *s, uint64_t rsp);
int signal_set_stack(const struct user_stack *stack, uint64_t rsp);

/*
 * Records a signal in the process unless it is ignored. The first thread that does not block it and
 * returns to user mode acts on it. Wakes such a thread, if all of them are blocked.
 */
void signal_send(struct process *process, int signal, struct signal_info info);

/*
 * Records a signal in one thread unless it is ignored, and wakes this thread unless it blocks the
 * signal. Signals that stop, continue or kill go to the whole process.
 */
void signal_send_thread(struct thread *thread, int signal, struct signal_info info);

/* Makes a thread end when it next returns to user mode, and ends its waits in the kernel. */
void signal_end_thread(struct thread *thread);

/* Updates the RETURN_* bits of all threads, after a field that they depend on has changed. */
void signals_changed(struct process *process);

/* Returns a copy of the disposition of a signal. */
struct signal_action signal_action(const struct process *process, int signal);

/* Sets a disposition, and discards a pending signal that is now ignored. Returns 0 or -ENOMEM. */
int signal_set_action(struct process *process, int signal, const struct signal_action *action);

/* Returns true if the signal is ignored, by disposition or by default. */
bool signal_is_ignored(const struct process *process, int signal);

/*
 * Returns true if a signal is pending that the thread does not block. Such a signal interrupts a
 * wait in the kernel.
 */
bool signal_is_pending(const struct thread *thread);

/*
 * Returns true if a pending signal that is not blocked will end the thread. Used by waits that
 * only such a signal interrupts.
 */
bool signal_will_end(const struct thread *thread);

/* Sets the mask of blocked signals of the current thread. */
void signal_block(uint64_t mask);

/*
 * Like signal_block(), but only until the next return to user mode. If a handler runs then,
 * sigreturn restores the old mask after the handler.
 */
void signal_block_for_call(uint64_t mask);

/* Undoes signal_block_for_call() at once, at the end of a call that no signal has interrupted. */
void signal_unblock_for_call(void);

/*
 * Takes a pending signal of `set` from the current thread or process, even if it is blocked, and stores its
 * information in *info. Returns the signal's number, or 0 if none is pending.
 */
int signal_take(uint64_t set, struct signal_info *info);

/*
 * siginfo_t (uapi/asm-generic/siginfo.h). signal_describe() fills it in; the caller must have
 * zeroed it.
 */
#define SIGINFO_SIZE 128
struct siginfo {
	int32_t signal, error, code, padding;
	union {
		struct {
			int32_t pid, uid, status, padding;
		} sent;
		uint64_t address;
	} from;
	uint8_t rest[SIGINFO_SIZE - 32];
};
_Static_assert(sizeof(struct siginfo) == SIGINFO_SIZE, "as programs know it");
void signal_describe(struct siginfo *to, int signal, const struct signal_info *info);

/*
 * Turns an exception in user mode into a signal for the current thread: enters its handler, or ends
 * the process.
 */
_Noreturn void signal_fault(struct trap_frame *frame, int signal, struct signal_info info);

/*
 * Acts on the current thread's pending signals: ends or stops its process, or makes `frame` enter a
 * handler. If a signal interrupted a system call, restarts the call or sets its result.
 */
void signals_deliver(struct trap_frame *frame);

/*
 * signals_fork() copies the blocked signals and the handler stack of the current thread, and the
 * dispositions of its process, to a child; it returns 0 or -ENOMEM. signals_exec(), for execve(), removes the handler stack and resets all
 * dispositions that are not SIGNAL_IGNORE. signals_drop() frees the dispositions.
 */
int signals_fork(struct process *child);
void signals_exec(struct process *process);
void signals_drop(struct process *process);

/*
 * signal_frame.c: builds Linux's signal frame on the user stack and makes `frame` enter the
 * handler. `mask` is the mask that sigreturn restores. Returns 0 or -EFAULT.
 */
int signal_enter(struct trap_frame *frame, int signal, const struct signal_action *action, uint64_t mask);

#define SIGNAL_STACK_MIN 2048 /* MINSIGSTKSZ: the smallest stack that sigaltstack() accepts */
/*
 * Returns the largest size of a signal frame, including its alignment, in bytes. Returns at least
 * SIGNAL_STACK_MIN.
 */
size_t signal_stack_min(void);

/*
 * For sigreturn: restores registers, FPU, mask and handler stack from the signal frame at the user
 * address `at`. Returns 0, or -EFAULT if the frame is not mapped or has values that are not
 * allowed.
 */
int signal_leave(uint64_t at, struct trap_frame *frame);
