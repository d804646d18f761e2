/* SPDX-License-Identifier: MIT */
#include "cpu/exceptions.h"

#include "cpu/apic.h"
#include "cpu/cpu.h"
#include "lib/string.h"
#include "output/console.h"
#include "output/panic.h"

uint64_t nmi_count;
void (*user_return_hook)(struct trap_frame *frame);

/* Set at boot. */
static void (*user_handler)(struct trap_frame *);
bool (*page_fault_hook)(uintptr_t address, uint64_t error);

/* Set by tests and experiments. Only one of them runs at a time. */
static bool (*probe)(struct trap_frame *);
static uint64_t expected_vector;
static uintptr_t expected_resume;
static unsigned expected_count;

/* Start and end of the code of entries and returns (entry.asm, or a file of ISOLATION). */
extern char entry_text[], entry_text_end[];

/*
 * A range of code whose accesses to user memory may fault, and the address at which execution
 * resumes after a fault. The linker collects these structures in a table. Each field holds the
 * distance in bytes from the field itself to the address.
 */
struct recovery {
	int32_t start, end, resume;
};
extern const struct recovery recoveries_start[], recoveries_end[];

const char *exception_name(uint64_t vector)
{
	static const char *const names[32] = {
		"#DE divide error",
		"#DB debug",
		"NMI",
		"#BP breakpoint",
		"#OF overflow",
		"#BR bound range",
		"#UD invalid opcode",
		"#NM no coprocessor",
		"#DF double fault",
		"coprocessor overrun",
		"#TS invalid TSS",
		"#NP segment not present",
		"#SS stack fault",
		"#GP general protection",
		"#PF page fault",
		"reserved",
		"#MF x87 error",
		"#AC alignment check",
		"#MC machine check",
		"#XM SIMD error",
		"#VE virtualization",
		"#CP control protection",
	};

	return vector < 32 && names[vector] ? names[vector] : "reserved exception";
}

void exception_dump(const struct trap_frame *f)
{
	kprintf("%s, error %lx, at %04lx:%016lx, flags %lx\n", exception_name(f->vector), f->error, f->cs,
	        f->rip, f->rflags);
	kprintf("rax %016lx rbx %016lx rcx %016lx rdx %016lx\n", f->rax, f->rbx, f->rcx, f->rdx);
	kprintf("rsi %016lx rdi %016lx rbp %016lx rsp %016lx\n", f->rsi, f->rdi, f->rbp, f->rsp);
	kprintf("r8  %016lx r9  %016lx r10 %016lx r11 %016lx\n", f->r8, f->r9, f->r10, f->r11);
	kprintf("r12 %016lx r13 %016lx r14 %016lx r15 %016lx\n", f->r12, f->r13, f->r14, f->r15);
	kprintf("cr2 %016lx cr3 %016lx cr0 %08lx cr4 %08lx\n", read_cr2(), read_cr3(), read_cr0(),
	        read_cr4());
}

void exception_set_user_handler(void (*handler)(struct trap_frame *))
{
	user_handler = handler;
}

void exception_set_probe(bool (*function)(struct trap_frame *))
{
	probe = function;
}

void exception_set_page_fault(bool (*function)(uintptr_t address, uint64_t error))
{
	page_fault_hook = function;
}

unsigned exception_expect(uint64_t vector, void (*resume)(void))
{
	unsigned count = expected_count;

	expected_vector = vector;
	expected_resume = (uintptr_t)resume;
	expected_count = 0;
	return count;
}

static bool within(uint64_t rip, const char *start, const char *end)
{
	return rip >= (uintptr_t)start && rip < (uintptr_t)end;
}

static const char *address_of(const int32_t *distance)
{
	return (const char *)distance + *distance;
}

static const struct recovery *recovery_at(uint64_t rip)
{
	const struct recovery *r = recoveries_start;

	while (r < recoveries_end && !within(rip, address_of(&r->start), address_of(&r->end)))
		r++;
	return r < recoveries_end ? r : NULL;
}

/*
 * If the exception is a #PF or #GP in code that has a struct recovery, makes the frame resume at
 * the recovery address and returns true. Otherwise returns false.
 */
static bool user_copy_faulted(struct trap_frame *frame)
{
	const struct recovery *r = recovery_at(frame->rip);

	if (!r || (frame->vector != EXCEPTION_PF && frame->vector != EXCEPTION_GP))
		return false;
	frame->rip = (uintptr_t)address_of(&r->resume);
	return true;
}

/*
 * IRETQ and SYSRETQ raise their exceptions at CPL 0, when the user's registers are already loaded.
 * If this is such an exception, changes the frame as if the instruction at the return address had
 * raised it in user mode, and returns true. Otherwise returns false.
 */
static bool return_failed(struct trap_frame *frame)
{
	static const uint8_t iretq[] = { 0x48, 0xcf }, sysretq[] = { 0x48, 0x0f, 0x07 };
	const void *instruction = (const void *)frame->rip;
	const uint64_t *target = (const uint64_t *)frame->rsp;
	uint64_t flags;

	if (frame->vector == EXCEPTION_DB || !within(frame->rip, entry_text, entry_text_end))
		return false;
	if (!memcmp(instruction, iretq, sizeof iretq) && (target[1] & 3)) {
		frame->rip = target[0];
		flags = target[2];
		frame->rsp = target[3];
	} else if (!memcmp(instruction, sysretq, sizeof sysretq)) {
		frame->rip = frame->rcx;
		flags = frame->r11;
	} else {
		return false;
	}
	frame->cs = SELECTOR_USER_CODE;
	frame->ss = SELECTOR_USER_DATA;
	frame->rflags = (flags & RFLAGS_USER) | RFLAGS_FIXED | RFLAGS_IF;
	return true;
}

/*
 * Returns true if an exception concerns the current program: user mode raised it, or a return to
 * user mode failed. Called by entry.asm on an IST stack.
 */
bool exception_is_users(struct trap_frame *frame);
bool exception_is_users(struct trap_frame *frame)
{
	return (frame->cs & 3) || return_failed(frame);
}

/*
 * If a single step began in user mode and ended in the kernel, ignores it and returns true.
 * Otherwise returns false. Such a step happens although IA32_FMASK clears TF: on some CPUs (such as
 * Bochs's) SYSCALL itself raises #DB. The program gets its SIGTRAP when the call returns, since its
 * TF is in R11.
 */
static bool stray_step(struct trap_frame *frame)
{
	if (frame->vector != EXCEPTION_DB || !within(frame->rip, entry_text, entry_text_end) ||
	    (read_dr6() & (DR6_STEP | DR6_BREAKPOINTS)) != DR6_STEP)
		return false;
	write_dr6(DR6_NONE);
	frame->rflags &= ~RFLAGS_TF;
	return true;
}

/*
 * Returns true if the exception is a #GP that the hardware raised because an interrupt has no gate.
 * The error code then names a gate of the IDT, and has the bit EXT, which INT does not set (SDM 3A
 * 6.13). The interrupt is already in service, so the APIC needs an EOI.
 */
static bool has_no_gate(const struct trap_frame *frame)
{
	return IDT_GATES < 256 && frame->vector == EXCEPTION_GP && (frame->error & 7) == 3 &&
	       frame->error >> 3 >= IDT_GATES;
}

/* Handles an exception. Called by the stubs in entry.asm, with the registers that they saved. */
void exception_entry(struct trap_frame *frame);
void exception_entry(struct trap_frame *frame)
{
	user_access_end(); /* gates do not change AC (SDM 3A 6.12.1.3); IRETQ restores it */
	nmi_count += frame->vector == EXCEPTION_NMI;
	if (probe && probe(frame))
		return;
	if (frame->vector == EXCEPTION_NMI) {
		panic_elsewhere();
		return;
	}
	if (frame->vector == EXCEPTION_PF && page_fault_hook &&
	    ((frame->cs & 3) || recovery_at(frame->rip)) && page_fault_hook(read_cr2(), frame->error))
		return;
	if (has_no_gate(frame)) {
		lapic_eoi();
		return;
	}
	if (expected_resume && frame->vector == expected_vector && !(frame->cs & 3)) {
		frame->rip = expected_resume;
		expected_resume = 0;
		expected_count++;
		return;
	}
	if ((frame->cs & 3) && user_handler && frame->vector != EXCEPTION_DF &&
	    frame->vector != EXCEPTION_MC) {
		user_handler(frame);
		return;
	}
	if (user_copy_faulted(frame) || stray_step(frame))
		return;
	panic_begin();
	kprintf("\n");
	if (this_cpu()->id)
		kprintf("on CPU %u: ", this_cpu()->id);
	exception_dump(frame);
	panic("%s in the kernel at %lx, address %lx", exception_name(frame->vector), frame->rip, read_cr2());
}
