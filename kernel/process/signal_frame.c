/* SPDX-License-Identifier: MIT */
/*
 * The signal frame on the user stack. It has Linux's layout on x86-64 (uapi/asm/sigcontext.h,
 * ucontext.h), because C libraries, unwinders and handlers read it. sigreturn trusts none of the
 * values that it reads from the frame.
 */
#include "cpu/exceptions.h"
#include "cpu/fpu.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "process/process.h"
#include "process/process_internal.h"
#include "process/signal.h"
#include "vm/address_space.h"

#define RED_ZONE         128 /* bytes below RSP that belong to the program (psABI 3.2.2) */

#define UC_FP_XSTATE     1
#define UC_SIGCONTEXT_SS 2
#define UC_STRICT_SS     4

#define MAGIC1           0x46505853U
#define MAGIC2           0x46505845U
#define SOFTWARE_PLACE   464 /* offset in the FXSAVE area; the processor leaves these bytes free */

struct context { /* Linux's struct sigcontext */
	uint64_t r8, r9, r10, r11, r12, r13, r14, r15, rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp, rip, rflags;
	uint16_t cs, gs, fs, ss;
	uint64_t error, vector, old_mask, address;
	uint64_t fpu; /* user address of the FPU's state, or 0 */
	uint64_t reserved[8];
};
_Static_assert(sizeof(struct context) == 256, "as programs know it");

struct frame { /* Linux's struct rt_sigframe */
	uint64_t restorer;
	uint64_t uc_flags, uc_link;
	struct user_stack stack;
	struct context context;
	uint64_t mask;
	struct siginfo info;
};
_Static_assert(sizeof(struct frame) == 8 + 304 + 128, "as programs know it");

/* Linux's struct _fpx_sw_bytes: the components that were saved, and sizes in bytes. */
struct software {
	uint32_t magic1, extended_size;
	uint64_t components;
	uint32_t state_size, padding[7];
};
_Static_assert(sizeof(struct software) == 48, "as programs know it");

void signal_describe(struct siginfo *to, int signal, const struct signal_info *info)
{
	to->signal = signal;
	to->code = info->code;
	if (info->code > 0 && info->code != SI_KERNEL && signal != SIGCHLD) {
		to->from.address = info->value;
	} else {
		to->from.sent.pid = info->pid;
		to->from.sent.status = (int32_t)info->value;
	}
}

struct user_stack signal_stack_of(const struct signals *s, uint64_t rsp)
{
	return (struct user_stack){
		.base = s->stack.base,
		.flags = !s->stack.size                    ? SS_DISABLE
		         : s->stack.disarms                ? SS_AUTODISARM
		         : signal_on_stack(&s->stack, rsp) ? SS_ONSTACK
		                                           : 0,
		.size = s->stack.size,
	};
}

int signal_set_stack(const struct user_stack *stack, uint64_t rsp)
{
	struct signals *s = &current_thread()->signals;
	const uint32_t mode = stack->flags & ~SS_AUTODISARM;

	if (signal_on_stack(&s->stack, rsp))
		return -EPERM;
	if (mode != 0 && mode != SS_ONSTACK && mode != SS_DISABLE)
		return -EINVAL;
	if (mode == SS_DISABLE) {
		s->stack = (struct signal_stack){ 0 };
		return 0;
	}
	if (stack->size < SIGNAL_STACK_MIN || !user_range(stack->base, stack->size))
		return -ENOMEM;
	s->stack = (struct signal_stack){ stack->base, stack->size, (stack->flags & SS_AUTODISARM) != 0 };
	return 0;
}

/*
 * Writes the FPU's state to the user address `at` and takes the FPU from the task, so that the
 * handler starts with the FPU's initial state. Returns 0 or -EFAULT.
 */
static int put_fpu(struct task *task, uint64_t at)
{
	char *area = task_fpu_area(task);
	const uint32_t size = (uint32_t)fpu_size(), magic2 = MAGIC2;
	struct software software = {
		.magic1 = MAGIC1,
		.extended_size = size + sizeof magic2,
		.components = fpu_components(),
		.state_size = size,
	};

	fpu_save(area);
	if (!fpu_components())
		software = (struct software){ 0 };
	memcpy(area + SOFTWARE_PLACE, &software, sizeof software);
	if (copy_to_user(at, area, size) || copy_to_user(at + size, &magic2, sizeof magic2))
		return -EFAULT;
	task_drop_fpu(task);
	return 0;
}

size_t signal_stack_min(void)
{
	/*
	 * signal_enter() aligns the FPU's state to 64 bytes, and places the frame 8 bytes below a
	 * multiple of 16.
	 */
	const size_t most = fpu_size() + sizeof(uint32_t) + 63 + sizeof(struct frame) + 15 + 8;

	return most < SIGNAL_STACK_MIN ? SIGNAL_STACK_MIN : (most + 15) & ~15UL;
}

int signal_enter(struct trap_frame *frame, int signal, const struct signal_action *action, uint64_t mask)
{
	struct task *task = current_task();
	struct signals *s = &current_thread()->signals;
	const struct signal_info *info = &s->info[signal - 1];
	const bool nested = signal_on_stack(&s->stack, frame->rsp),
	           enters = (action->flags & SA_ONSTACK) && s->stack.size && !nested;
	uint64_t top = enters ? s->stack.base + s->stack.size : frame->rsp - RED_ZONE, fpu = 0, at;
	struct frame f = { .restorer = action->restorer, .mask = mask };

	if (task->has_fpu)
		top = fpu = (top - fpu_size() - sizeof(uint32_t)) & ~63UL;
	at = ((top - sizeof f) & ~15UL) - 8; /* RSP is aligned as after a CALL */
	if (!user_range(action->handler, 1) || !(action->flags & SA_RESTORER) || !user_range(at, sizeof f) ||
	    ((nested || enters) && at <= s->stack.base))
		return -EFAULT;
	if (fpu && put_fpu(task, fpu))
		return -EFAULT;
	f.uc_flags = UC_SIGCONTEXT_SS | UC_STRICT_SS | (fpu && fpu_components() ? UC_FP_XSTATE : 0);
	f.stack = signal_stack_of(s, 0); /* without SS_ONSTACK, as in Linux */
	f.context = (struct context){
		frame->r8,
		frame->r9,
		frame->r10,
		frame->r11,
		frame->r12,
		frame->r13,
		frame->r14,
		frame->r15,
		frame->rdi,
		frame->rsi,
		frame->rbp,
		frame->rbx,
		frame->rdx,
		frame->rax,
		frame->rcx,
		frame->rsp,
		frame->rip,
		frame->rflags,
		.cs = SELECTOR_USER_CODE,
		.ss = SELECTOR_USER_DATA,
		.error = s->error,
		.vector = s->vector,
		.old_mask = mask,
		.address = s->address,
		.fpu = fpu,
	};
	signal_describe(&f.info, signal, info);
	if (copy_to_user(at, &f, sizeof f))
		return -EFAULT;
	if (s->stack.disarms)
		s->stack = (struct signal_stack){ 0 };
	frame->rdi = (uint64_t)signal;
	frame->rsi = at + offsetof(struct frame, info);
	frame->rdx = at + offsetof(struct frame, uc_flags);
	frame->rax = 0;
	frame->rsp = at;
	frame->rip = action->handler;
	frame->rflags &= ~(RFLAGS_TF | RFLAGS_DF | RFLAGS_RF);
	return 0;
}

/*
 * Loads the FPU's state from the user address `at`. If `at` is 0, gives the task the initial state
 * of a new program. Returns 0 or -EFAULT.
 */
static int get_fpu(struct task *task, uint64_t at)
{
	const size_t size = fpu_size();
	char *area = task_fpu_area(task);
	struct software software;
	uint64_t components = 0;
	uint32_t magic2 = 0;

	if (!at || !fpu_present()) {
		task_drop_fpu(task);
		return 0;
	}
	if (at % 64 || copy_from_user(&software, at + SOFTWARE_PLACE, sizeof software))
		return -EFAULT;
	if (fpu_components() && software.magic1 == MAGIC1 && software.state_size == size &&
	    !copy_from_user(&magic2, at + size, sizeof magic2) && magic2 == MAGIC2)
		components = software.components & fpu_components();
	zero_bytes(area, FPU_AREA);
	if (copy_from_user(area, at, components ? size : SOFTWARE_PLACE + sizeof software)) {
		task_drop_fpu(task); /* the old state was partly overwritten */
		return -EFAULT;
	}
	fpu_make_loadable(area, components);
	fpu_restore(area);
	task->has_fpu = true;
	return 0;
}

int signal_leave(uint64_t at, struct trap_frame *frame)
{
	struct frame f;
	const struct context *c = &f.context;

	if (copy_from_user(&f, at, sizeof f))
		return -EFAULT;
	if (!user_range(c->rip, 1) || c->cs != SELECTOR_USER_CODE || c->ss != SELECTOR_USER_DATA)
		return -EFAULT;
	if (get_fpu(current_task(), c->fpu))
		return -EFAULT;
	*frame = (struct trap_frame){
		c->r15,
		c->r14,
		c->r13,
		c->r12,
		c->r11,
		c->r10,
		c->r9,
		c->r8,
		c->rbp,
		c->rdi,
		c->rsi,
		c->rdx,
		c->rcx,
		c->rbx,
		c->rax,
		.vector = FRAME_OTHER,
		.rip = c->rip,
		.cs = SELECTOR_USER_CODE,
		.rflags = (c->rflags & RFLAGS_USER) | RFLAGS_FIXED | RFLAGS_IF,
		.rsp = c->rsp,
		.ss = SELECTOR_USER_DATA,
	};
	signal_block(f.mask);
	signal_set_stack(&f.stack, c->rsp); /* errors are ignored, as in Linux */
	return 0;
}
