/* SPDX-License-Identifier: MIT */
/* What becomes of exceptions in user mode, and the way back to it. */
#include "process/traps.h"

#include "cpu/exceptions.h"
#include "lib/errno.h"
#include "process/out_of_memory.h"
#include "process/process_internal.h"
#include "sched/clock.h"
#include "vm/regions.h"

/*
 * Where memory has run out, a task ends (out_of_memory()). No task can be waited for in the middle of the kernel's own access to user
 * memory, so that one takes of the emergency frames, and the wait comes in a pause of the call or at its end.
 */
static __attribute__((noinline, cold)) bool fault_failed(int error)
{
	struct process *process = current_process();
	struct cpu *cpu = this_cpu();

	cpu->fault_error = error;
	if (error != -ENOMEM || (cpu->fault_code & FAULT_USER))
		return false;
	frames_open_emergency(true);
	cpu->fault_error = region_fault(&process->space, read_cr2(), cpu->fault_code);
	frames_open_emergency(false);
	process->task.starved = true;
	cpu->return_work |= RETURN_YIELD;
	return cpu->fault_error == 0;
}

static bool page_fault(uintptr_t address, uint64_t error)
{
	int result;

	CPU_STORE(fault_code, error);
	result = region_fault(&current_process()->space, address, error);
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
	return (struct signal_info){ .code = this_cpu()->fault_error == -EACCES ? SEGV_ACCERR : SEGV_MAPERR,
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
	struct process *process = current_process();
	uint8_t signal = signals[frame->vector & 31].signal;
	struct signal_info info = { .code = signals[frame->vector & 31].code, .value = frame->rip };

	if (frame->vector == EXCEPTION_NM && fpu_present() && !process->task.has_fpu) {
		fpu_start(task_fpu_area(&process->task));
		process->task.has_fpu = true;
		return;
	}
	if (!signal) {
		signal = SIGSEGV;
		info = (struct signal_info){ .code = SI_KERNEL };
	}
	if (frame->vector == EXCEPTION_PF &&
	    this_cpu()->fault_error == -ENOMEM) { /* no handler could go on either */
		process->task.starved = true;
		frame->vector = FRAME_OTHER;
		return_through_frame(frame);
	}
	if (frame->vector == EXCEPTION_PF)
		info = page_fault_info(frame);
	if (frame->vector == EXCEPTION_PF &&
	    this_cpu()->fault_error == -ENXIO) { /* behind the end of a mapped file */
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
	if (current_process()->task.starved) {
		current_process()->task.starved = false;
		out_of_memory();
	}
	if (this_cpu()->return_work & RETURN_YIELD) {
		clock_poll();
		task_yield();
	}
	if (current_process()->task.return_work || frame->vector == FRAME_CALL)
		signals_deliver(frame);
}

void traps_init(void)
{
	exception_set_user_handler(user_exception);
	exception_set_page_fault(page_fault);
	user_return_hook = user_return;
}
