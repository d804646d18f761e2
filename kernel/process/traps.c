/* SPDX-License-Identifier: MIT */
/*
 * Turns exceptions in user mode into signals, handles page faults, and does the work that is due
 * before a return to user mode.
 */
#include "process/traps.h"

#include "cpu/exceptions.h"
#include "isolation/isolation.h"
#include "lib/errno.h"
#include "output/console.h"
#include "process/out_of_memory.h"
#include "process/process_internal.h"
#include "sched/clock.h"
#include "vm/regions.h"

/*
 * Called if region_fault() returned `error`. A thread with a root of its own may only lack an entry
 * that the space has (isolation_thread_root_follows()). If there was no frame for a page
 * that the kernel itself accesses, the kernel cannot wait in the middle of the access. So the page
 * gets an emergency frame (mem/frames.h), and the task calls out_of_memory() later: in the next
 * pause of the system call, or at its end. Returns true if the access can be repeated. In all other
 * cases returns false; user_exception() then handles the error.
 */
static __attribute__((noinline, cold)) bool fault_failed(int error)
{
	struct process *process = current_process();
	struct cpu *cpu = this_cpu();

	cpu->fault_error = error;
	if (error == -EACCES &&
	    isolation_thread_root_follows(&current_task()->root, &process->space.root, read_cr2()))
		return true;
	if (error != -ENOMEM || (cpu->fault_code & FAULT_USER))
		return false;
	frames_open_emergency(true);
	cpu->fault_error = region_fault(&process->space, read_cr2(), cpu->fault_code);
	frames_open_emergency(false);
	current_task()->starved = true;
	cpu->return_work |= RETURN_YIELD;
	return cpu->fault_error == 0;
}

static bool page_fault(uintptr_t address, uint64_t error)
{
	int result;

	if (!isolation_concerns_user(error))
		return false;
	CPU_STORE(fault_code, error);
	result = region_fault(&current_process()->space, address, error);
	return !result || fault_failed(result);
}

/*
 * Describes a page fault as Linux does: SEGV_ACCERR if the address is mapped without the right that
 * the access needs, else SEGV_MAPERR. For an address that programs cannot use, neither this code nor
 * the error code may reveal whether the address is mapped.
 */
static struct signal_info page_fault_info(struct trap_frame *frame)
{
	const uintptr_t address = read_cr2();

	if (address >= USER_TOP && !user_upper_range(address, 1))
		frame->error |= FAULT_PRESENT;
	else if (isolation_meets(&current_task()->root, address & ~PAGE_MASK, 1))
		frame->error &= ~FAULT_PRESENT;
	return (struct signal_info){ .code = this_cpu()->fault_error == -EACCES ? SEGV_ACCERR : SEGV_MAPERR,
		                     .value = address };
}

/* Returns the code for the first pending floating-point exception, or 0 if there is none. */
static int32_t float_code(uint32_t exceptions)
{
	return exceptions & FPU_INVALID                      ? FPE_FLTINV
	       : exceptions & FPU_ZERO                       ? FPE_FLTDIV
	       : exceptions & FPU_OVERFLOW                   ? FPE_FLTOVF
	       : exceptions & (FPU_DENORMAL | FPU_UNDERFLOW) ? FPE_FLTUND
	       : exceptions & FPU_PRECISION                  ? FPE_FLTRES
	                                                     : 0;
}

/* Turns an exception in user mode into a signal for the current process. */
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
	/* Sends no signal: a handler would need memory too. user_return() calls out_of_memory(). */
	if (frame->vector == EXCEPTION_PF && this_cpu()->fault_error == -ENOMEM) {
		task->starved = true;
		frame->vector = FRAME_OTHER;
		return_through_frame(frame);
	}
	if (ISOLATION_MOVES && frame->vector == EXCEPTION_PF && this_cpu()->fault_error == -ENOSPC) {
		kprintf("%s: no free pages are left for the kernel's entry window: killed\n",
		        current_process()->name);
		signal_send(current_process(), SIGKILL, (struct signal_info){ .code = SI_KERNEL });
		frame->vector = FRAME_OTHER;
		return_through_frame(frame);
	}
	if (frame->vector == EXCEPTION_PF)
		info = page_fault_info(frame);
	/* -ENXIO: the page is past the end of a mapped file. */
	if (frame->vector == EXCEPTION_PF && this_cpu()->fault_error == -ENXIO) {
		signal = SIGBUS;
		info.code = BUS_ADRERR;
	}
	if (signal == SIGFPE && !info.code) {
		info.code = float_code(fpu_exceptions(frame->vector == EXCEPTION_XM));
		if (!info.code) /* the exception is no longer pending: repeats the instruction */
			return;
	}
	if (frame->vector == EXCEPTION_DB) {
		/* INT1 sets no bit of DR6 */
		info.code = read_dr6() & DR6_STEP ? TRAP_TRACE : TRAP_BRKPT;
		write_dr6(DR6_NONE);
	}
	if (frame->vector == EXCEPTION_AC)
		info.value = 0; /* Linux reports no address */
	signal_fault(frame, signal, info);
}

/*
 * Runs before each return to user mode, on the task's kernel stack. Clears RFLAGS.AC first: an
 * interrupt leaves the program's AC unchanged (SDM 3A 6.12.1.3), and while AC is set the kernel
 * could access user memory.
 */
static void user_return(struct trap_frame *frame)
{
	user_access_end();
	if (current_task()->starved) {
		current_task()->starved = false;
		out_of_memory();
	}
	if (this_cpu()->return_work & RETURN_YIELD) {
		clock_poll();
		task_yield();
	}
	if (current_task()->return_work || frame->vector == FRAME_CALL)
		signals_deliver(frame);
}

void traps_init(void)
{
	exception_set_user_handler(user_exception);
	exception_set_page_fault(page_fault);
	user_return_hook = user_return;
}
