/* SPDX-License-Identifier: MIT */
#include "process/descriptors.h"
#include "process/process.h"

#include "cpu/exceptions.h"
#include "fs/file.h"
#include "isolation/isolation.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "output/console.h"
#include "output/panic.h"
#include "process/arguments.h"
#include "process/first_run.h"
#include "process/out_of_memory.h"
#include "process/process_internal.h"
#include "sched/clock.h"
#include "sched/pause.h"
#include "sched/wait.h"
#include "vm/regions.h"
#include "x86/callee_saved.h"

_Static_assert(sizeof(struct task) <= PAGE_SIZE - FPU_AREA,
               "a task has a frame of its own, with room for its FPU");

/* The whole stack of a new task: context_switch() pops the registers and returns to task_first_run. */
struct first_stack {
	struct callee_saved saved;
	uint64_t switch_return;
	uint64_t padding[2]; /* task_first_run finds the stack 16-byte aligned */
};

bool task_quiet;

/* entry.asm calls it on the way back to user mode when need_resched is set. */
void (*user_return_hook)(struct trap_frame *frame);

void task_set_name(struct task *task, const char *name, size_t length)
{
	if (length >= sizeof task->name)
		length = sizeof task->name - 1;
	copy_bytes(task->name, name, length);
	task->name[length] = '\0';
}

struct task *task_create(const char *name, size_t length, void (*start)(void))
{
	uint64_t frame = frame_alloc();
	struct task *task = phys_to_virt(frame);
	struct first_stack *stack;

	if (frame == FRAME_NONE)
		return NULL;
	zero_bytes(task, sizeof *task);
	if (address_space_create(&task->space))
		goto no_space;
	if (kstack_create(&task->stack, task_root(task)))
		goto no_stack;
	task->state = TASK_READY;
	task->inherited.umask = 022;
	task_set_name(task, name, length);
	stack = kstack_view(&task->stack, sizeof *stack);
	stack->saved.rbx = (uintptr_t)start; /* task_first_run calls it */
	stack->switch_return = (uintptr_t)task_first_run;
	task->rsp = task->stack.top - sizeof *stack;
	return task;
no_stack:
	address_space_destroy(&task->space);
no_space:
	frame_free(frame);
	return NULL;
}

/* What a task that ends has open, and its signals. */
static void drop_files(struct task *task)
{
	signals_drop(task);
	file_table_drop(task);
	if (task->directory)
		node_drop(task->directory);
	task->directory = NULL;
}

void task_destroy(struct task *task)
{
	drop_files(task);
	first_run_drop(task);
	kstack_destroy(&task->stack);
	address_space_destroy(&task->space);
	frame_free(virt_to_phys(task));
}

void task_teardown(struct task *task)
{
	first_run_drop(task);
	kstack_destroy(&task->stack);
	address_space_destroy(&task->space);
	if (!task->parent)
		task_reap(task);
}

/* The children of a task that ends have no one to wait for them. */
static void disown_children(struct task *task)
{
	struct task *child;
	unsigned steps = 0;

	while ((child = task->children)) {
		task_leave_parent(child);
		if (child->state == TASK_ZOMBIE)
			task_reap(child);
		else if (child->state == TASK_STOPPED) { /* no one would let it go on */
			signal_send(child, SIGHUP, (struct signal_info){ .code = SI_KERNEL });
			signal_send(child, SIGCONT, (struct signal_info){ .code = SI_KERNEL });
		}
		pause_in_loop(&steps);
	}
}

int task_inherit_files(struct task *child)
{
	const struct task *parent = current_task();

	if (file_table_copy(child, parent))
		return -ENOMEM;
	child->inherited = parent->inherited;
	child->identity = parent->identity;
	child->account = parent->account;
	child->directory = parent->directory;
	if (child->directory)
		node_hold(child->directory);
	return 0;
}

void task_drop_fpu(struct task *task)
{
	if (!task->has_fpu)
		return;
	task->has_fpu = false;
	fpu_stop();
}

/* Tells the parent that the task has ended. What it does not want to know makes it no child of its any more. */
static struct task *tell_parent(struct task *task)
{
	struct task *parent = task->parent;
	struct signal_action action;

	if (!parent || (!parent->signals.action &&
	                !((parent->signals.blocked | parent->signals.awaited) & signal_bit(SIGCHLD))))
		return parent;
	action = signal_action(parent, SIGCHLD);
	if (action.handler == SIGNAL_IGNORE || (action.flags & SA_NOCLDWAIT))
		task_leave_parent(task);
	signal_send(
	        parent, SIGCHLD,
	        (struct signal_info){
	                .code = task->status & 0x7f ? CLD_KILLED : CLD_EXITED,
	                .pid = task->pid,
	                .value = (uint64_t)(task->status & 0x7f ? task->status & 0x7f : task->status >> 8),
	        });
	return parent;
}

void task_exit(int status)
{
	struct cpu *cpu = this_cpu();
	struct task *task = cpu->current, *parent;

	if (task->pid == 1)
		panic("the first task ended");
	if ((task->children || task->files) && kstack_may_interrupt())
		interrupts_on(); /* they may be many, and large */
	disown_children(task);
	drop_files(task);
	interrupts_off();
	task_drop_fpu(task);
	clock_forget(task);
	task->status = status;
	task->state = TASK_ZOMBIE;
	cpu->dead = task;
	parent = tell_parent(task);
	if (parent && task_waits_for_child(parent)) {
		parent->state = TASK_READY;
		sched_switch_to(parent);
	}
	sched_switch();
	panic("an ended task runs");
}

/* The first child to look at, and then the next ones: of a process ID there is one. */
static struct task *first_child(const struct task *task, int pid)
{
	struct task *child = pid > 0 ? task_find(pid) : task->children;

	return pid > 0 && child && child->parent != task ? NULL : child;
}

static struct task *next_child(const struct task *child, int pid)
{
	return pid > 0 ? NULL : child->sibling;
}

static bool is_meant(const struct task *child, int pid)
{
	return pid > 0 || pid == -1 || child->group == (pid ? -pid : current_task()->group);
}

/* Whether there is something of a child to tell; that is told once. */
static bool has_news(struct task *child, int options, int *status)
{
	const bool keep = options & WAIT_KEEP;

	if (child->state == TASK_ZOMBIE) {
		*status = child->status;
		return true;
	}
	if ((options & WAIT_STOPPED) && child->stop_signal) {
		*status = child->stop_signal << 8 | 0x7f;
		child->stop_signal = keep ? child->stop_signal : 0;
		return true;
	}
	if ((options & WAIT_CONTINUED) && child->continued) {
		*status = STATUS_CONTINUED;
		child->continued = keep;
		return true;
	}
	return false;
}

long task_wait_for(int pid, int *status, int options)
{
	struct task *task = current_task();
	unsigned steps = 0;

	for (;;) {
		bool any = false;

		for (struct task *child = first_child(task, pid); child; child = next_child(child, pid)) {
			pause_in_loop(&steps);
			if (!is_meant(child, pid) ||
			    (child->state == TASK_ZOMBIE && !(options & WAIT_EXITED)))
				continue;
			any = true;
			if (!has_news(child, options, status))
				continue;
			pid = child->pid;
			if (child->state == TASK_ZOMBIE && !(options & WAIT_KEEP))
				task_reap(child);
			return pid;
		}
		if (!any)
			return -ECHILD;
		if (options & WAIT_NO_HANG)
			return 0;
		if (signal_is_pending(task))
			return -ERESTARTSYS;
		task->state = TASK_BLOCKED;
		sched_switch();
	}
}

static void idle(void)
{
	for (;;) {
		if (clock_must_poll())
			__asm__ volatile("sti; pause; cli" : : : "memory");
		else
			__asm__ volatile("sti; hlt; cli" : : : "memory");
		clock_poll();
		task_yield();
	}
}

static int fault_error; /* of the last page fault that failed */
static uint64_t fault_code;

/*
 * Where memory has run out, a task ends (out_of_memory()). No task can be waited for in the middle of the kernel's own access to user
 * memory, so that one takes of the emergency frames, and the wait comes in a pause of the call or at its end.
 */
static __attribute__((noinline, cold)) bool fault_failed(int error)
{
	struct task *task = current_task();

	fault_error = error;
	if (error != -ENOMEM || (fault_code & FAULT_USER))
		return false;
	frames_open_emergency(true);
	fault_error = region_fault(&task->space, read_cr2(), fault_code);
	frames_open_emergency(false);
	task->starved = true;
	this_cpu()->need_resched |= RETURN_YIELD;
	return fault_error == 0;
}

static bool page_fault(uintptr_t address, uint64_t error)
{
	int result;

	fault_code = error;
	result = region_fault(&current_task()->space, address, error);
	return !result || fault_failed(result);
}

/*
 * What Linux tells of a page fault: whether the address is mapped, without the right to it. Of the kernel's addresses
 * nothing, code and error alike.
 */
static struct signal_info page_fault_info(struct trap_frame *frame)
{
	const uintptr_t address = read_cr2();

	if (address >= USER_TOP)
		frame->error |= FAULT_PRESENT;
	return (struct signal_info){ .code = fault_error == -EACCES ? SEGV_ACCERR : SEGV_MAPERR,
		                     .value = address };
}

/* The code for exceptions as the status words have them; the first that holds. 0: none. */
static int32_t float_code(uint32_t exceptions)
{
	return exceptions & FPU_INVALID                      ? FPE_FLTINV
	       : exceptions & FPU_ZERO                       ? FPE_FLTDIV
	       : exceptions & FPU_OVERFLOW                   ? FPE_FLTOVF
	       : exceptions & (FPU_DENORMAL | FPU_UNDERFLOW) ? FPE_FLTUND
	       : exceptions & FPU_PRECISION                  ? FPE_FLTRES
	                                                     : 0;
}

/* An exception in user mode is a signal for the task; the kernel and the others go on. */
static void user_exception(struct trap_frame *frame)
{
	static const struct {
		uint8_t signal;
		int32_t code;
	} signals[32] = {
		[EXCEPTION_DE] = { SIGFPE, FPE_INTDIV }, [EXCEPTION_DB] = { SIGTRAP, TRAP_TRACE },
		[EXCEPTION_BP] = { SIGTRAP, SI_KERNEL }, [EXCEPTION_UD] = { SIGILL, ILL_ILLOPN },
		[EXCEPTION_NM] = { SIGILL, ILL_ILLOPN }, [EXCEPTION_MF] = { SIGFPE, 0 },
		[EXCEPTION_XM] = { SIGFPE, 0 },          [EXCEPTION_AC] = { SIGBUS, BUS_ADRALN },
		[EXCEPTION_NP] = { SIGBUS, SI_KERNEL },  [EXCEPTION_SS] = { SIGBUS, SI_KERNEL },
	};
	struct task *task = current_task();
	uint8_t signal = signals[frame->vector & 31].signal;
	struct signal_info info = { .code = signals[frame->vector & 31].code, .value = frame->rip };

	if (frame->vector == EXCEPTION_NM && fpu_present() && !task->has_fpu) {
		fpu_start(task_fpu_area(task));
		task->has_fpu = true;
		return;
	}
	if (!signal) {
		signal = SIGSEGV;
		info = (struct signal_info){ .code = SI_KERNEL };
	}
	if (frame->vector == EXCEPTION_PF && fault_error == -ENOMEM) { /* no handler could go on either */
		task->starved = true;
		frame->vector = FRAME_OTHER;
		return_through_frame(frame);
	}
	if (frame->vector == EXCEPTION_PF)
		info = page_fault_info(frame);
	if (frame->vector == EXCEPTION_PF && fault_error == -ENXIO) { /* behind the end of a mapped file */
		signal = SIGBUS;
		info.code = BUS_ADRERR;
	}
	if (signal == SIGFPE && !info.code) {
		info.code = float_code(fpu_exceptions(frame->vector == EXCEPTION_XM));
		if (!info.code) /* it has gone: the instruction is tried again */
			return;
	}
	if (frame->vector == EXCEPTION_DB) {
		info.code = read_dr6() & DR6_STEP ? TRAP_TRACE : TRAP_BRKPT; /* INT1 sets no bit */
		write_dr6(DR6_NONE);
	}
	if (frame->vector == EXCEPTION_AC)
		info.value = 0; /* Linux tells no address */
	signal_fault(frame, signal, info);
}

/*
 * On the way back to user mode, on the task's kernel stack; after an interrupt AC may still be what the program set
 * (SDM 3A 6.12.1.3).
 */
static void user_return(struct trap_frame *frame)
{
	user_access_end();
	if (current_task()->starved) {
		current_task()->starved = false;
		out_of_memory();
	}
	if (this_cpu()->need_resched & RETURN_YIELD) {
		clock_poll();
		task_yield();
	}
	if (current_task()->attention || frame->vector == FRAME_CALL)
		signals_deliver(frame);
}

static struct task *must_create(const char *name, void (*start)(void))
{
	struct task *task = task_create(name, strlen(name), start);

	if (!task)
		panic("no memory for the first tasks");
	return task;
}

void task_start(void (*function)(void))
{
	struct cpu *cpu = this_cpu();
	struct task *task = must_create("kernel", function);
	uint64_t ignored;

	exception_set_user_handler(user_exception);
	exception_set_page_fault(page_fault);
	user_return_hook = user_return;
	arguments_init();
	task->identity = (struct identity){ 0, 0 }; /* root's: all others come from it */
	cpu->idle = must_create("idle", idle);
	task_adopt(task, NULL);
	task->group = task->session = 0; /* as Linux's threads of the kernel: no program is in group 0 or 1 */
	cpu->current = task;
	kstack_activate(cpu, &task->stack);
	context_switch(&ignored, task->rsp, isolation_cr3(task_root(task)));
	panic("the boot stack runs again");
}
