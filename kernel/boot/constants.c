/* SPDX-License-Identifier: MIT */
/*
 * Constants that the NASM files need. Each is defined only once, in a C header. The build compiles
 * this file to assembly, and turns every string there that begins with "->" into a %define. clang
 * also parses the assembly. Each constant is therefore in a string (.ascii), which is valid
 * assembly.
 */
#include <stddef.h>

#include "boot/boot.h"
#include "boot/level1/level1.h"
#include "cpu/call_frame.h"
#include "cpu/cpu.h"
#include "cpu/cpus.h"
#include "cpu/entry_ways.h"
#include "cpu/exceptions.h"
#include "isolation/entry_window.h"
#include "output/machine.h"
#include "output/record.h"
#include "sys/syscall.h"
#include "x86/layout.h"

#define CONSTANT(name, value) __asm__ volatile(".ascii \"->" name " %0\"" : : "i"((long)(value)))

#define CALL(name, member)    CONSTANT("CALL_" name, offsetof(struct call_frame, member))
#define WINDOW(name, member)  CONSTANT("WINDOW_" name, offsetof(struct window_cpu, member))
#define TRAP(name, member)    CONSTANT("TRAP_" name, offsetof(struct trap_frame, member))

void window_constants(void);
void window_constants(void)
{
	WINDOW("USER_CR3", user_cr3);
	WINDOW("KERNEL_CR3", kernel_cr3);
	WINDOW("LEAVE_INTERRUPT", leave_interrupt);
	WINDOW("LEAVE_CALL", leave_call);
	WINDOW("LEAVE_FIRST", leave_first);
	WINDOW("LEAVE_ANYWHERE", leave_anywhere);
	CONSTANT("WINDOW_CODE_BYTES", WINDOW_CODE_BYTES);
}

void cpu_constants(void);
void cpu_constants(void)
{
	CONSTANT("CPU_USER_RSP", offsetof(struct cpu, user_rsp));
	CONSTANT("CPU_KSTACK_TOP", offsetof(struct cpu, kstack_top));
	CONSTANT("CPU_SCRATCH_RAX", offsetof(struct cpu, scratch_rax));
	CONSTANT("CPU_RETURN_WORK", offsetof(struct cpu, return_work));
	CONSTANT("CPU_SCRATCH_TOP", offsetof(struct cpu, scratch_top));
	CONSTANT("CPU_NEXT", offsetof(struct other_cpu, next));
	CONSTANT("CPU_IDLE_TOP", offsetof(struct other_cpu, idle_top));
	CONSTANT("CPU_TSS_RSP0", offsetof(struct cpu, tss.rsp));
	CONSTANT("CPU_DF_STACK", CPU_DF_TOP(0));
	CONSTANT("CPU_NMI_STACK", CPU_NMI_TOP(0));
	CONSTANT("CPU_MC_STACK", CPU_MC_TOP(0));
	CONSTANT("CPU_DB_STACK", CPU_DB_TOP(0));
	CONSTANT("CPU_GP_STACK", CPU_GP_TOP(0));
}

void constants(void);
void constants(void)
{
	CONSTANT("KERNEL_PML4_FIRST", KERNEL_PML4_FIRST);
	CONSTANT("KSTACK_FIXED_TOP", KSTACK_FIXED_TOP);
	CONSTANT("KSTACK_FIXED_IRQ_TOP", KSTACK_FIXED_IRQ_TOP);
	CONSTANT("KSTACK_FIXED_FAULT_TOP", KSTACK_FIXED_FAULT_TOP);
	CONSTANT("EARLY_STACK_SIZE", EARLY_STACK_SIZE);
	CONSTANT("EARLY_STACK_PAINT", EARLY_STACK_PAINT);
	CONSTANT("LEVEL1_KERNEL", LEVEL1_KERNEL);
	CONSTANT("LEVEL1_STACK_SIZE", LEVEL1_STACK_SIZE);
	CONSTANT("LEVEL1_STACK_SHIFT", __builtin_ctz(LEVEL1_STACK_SIZE));
	CONSTANT("EXIT_PANIC", EXIT_PANIC);
	CONSTANT("PORT_EXIT", PORT_EXIT);
	CONSTANT("PORT_BOCHS_EXIT", PORT_BOCHS_EXIT);
	CONSTANT("WAY_BREAK", WAY_BREAK);
	CONSTANT("WAY_STEPS_SEEN", WAY_STEPS_SEEN);
	CONSTANT("WAY_BREAKS_SEEN", WAY_BREAKS_SEEN);
	CONSTANT("WAY_PCID", WAY_PCID);
	CONSTANT("WAY_NO_PCID", WAY_NO_PCID);
	CONSTANT("KERNEL_VMA", KERNEL_VMA);
	CONSTANT("KERNEL_LMA", KERNEL_LMA);
	CONSTANT("SELECTOR_KERNEL_CODE", SELECTOR_KERNEL_CODE);
	CONSTANT("SELECTOR_KERNEL_DATA", SELECTOR_KERNEL_DATA);
	CONSTANT("SELECTOR_USER_DATA", SELECTOR_USER_DATA);
	CONSTANT("SELECTOR_USER_CODE", SELECTOR_USER_CODE);
	CONSTANT("SYSCALL_COUNT", SYSCALL_COUNT);
	CONSTANT("MSR_GS_BASE", MSR_GS_BASE);
	CONSTANT("FRAME_CALL", FRAME_CALL);
	CONSTANT("FRAME_OTHER", FRAME_OTHER);
	CONSTANT("IDT_GATES", IDT_GATES);
	CONSTANT("VECTOR_BENCH", VECTOR_BENCH);
	CONSTANT("VECTOR_MICRO", VECTOR_MICRO);
	CONSTANT("VECTOR_MICRO_LEAVE", VECTOR_MICRO_LEAVE);
	CALL("NUMBER", number);
	CALL("R9", r9);
	CALL("R8", r8);
	CALL("R10", r10);
	CALL("RDX", rdx);
	CALL("RSI", rsi);
	CALL("RDI", rdi);
	CALL("RIP", rip);
	CALL("RFLAGS", rflags);
	CALL("RSP", rsp);
	CONSTANT("CALL_FRAME_SIZE", sizeof(struct call_frame));
	CONSTANT("TRAP_FRAME_SIZE", sizeof(struct trap_frame));
	TRAP("R15", r15);
	TRAP("R14", r14);
	TRAP("R13", r13);
	TRAP("R12", r12);
	TRAP("R11", r11);
	TRAP("R10", r10);
	TRAP("R9", r9);
	TRAP("R8", r8);
	TRAP("RBP", rbp);
	TRAP("RDI", rdi);
	TRAP("RSI", rsi);
	TRAP("RDX", rdx);
	TRAP("RCX", rcx);
	TRAP("RBX", rbx);
	TRAP("RAX", rax);
	TRAP("VECTOR", vector);
	TRAP("RIP", rip);
	TRAP("CS", cs);
}
