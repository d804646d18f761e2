/* SPDX-License-Identifier: MIT */
/*
 * Isolation: how much of the kernel half the tables of a user task hold.
 *
 * The build links exactly one value of the ISOLATION axis, a file in C and one for the entry stubs:
 *
 *   isolation_shared   all of it: one PML4 for user mode and kernel, whose kernel half is the same
 *                      in every space
 *
 * A value whose user tables hold only a few kernel pages makes two PML4s for a root. `root.user`
 * holds the user half and the pages that an entry needs until it has loaded the kernel's CR3: entry
 * stubs, IDT, GDT, TSS, struct cpu, and the stacks that the hardware switches to. `root.kernel`
 * holds all of the kernel half. Such a value can only be combined with values of STACK whose entry
 * touches no other page. The kernel reaches user memory by user addresses (vm/user_copy.asm and the
 * loaders sandwich and self): if root.kernel has no user half, the value brings another way to copy
 * and excludes these loaders (kernel/axes.txt). If it has one, that should be NX, so that a return to
 * user mode under root.kernel faults at once.
 *
 * The NASM file, isolation_<value>.inc, provides five macros, which cpu/entry.asm and the macros of
 * STACK use. In all of them GS is the kernel's, interrupts are off, and the flags may change.
 *
 *   ISOLATION_ENTER            every way in from user mode, right after SWAPGS. Loads root.kernel of
 *                              the current task. Keeps all registers; struct cpu has scratch words.
 *                              RSP is the hardware's (after an interrupt or exception, with its
 *                              frame) or the program's (after SYSCALL: nothing may be pushed).
 *   ISOLATION_LEAVE n          on the way to user mode through IRETQ, right before SWAPGS. RSP points
 *                              to n words of saved registers and words of the stub, then IRETQ's
 *                              frame of five words. Loads root.user, and makes RSP point to a copy
 *                              of these n + 5 words if the stack is not mapped there. RAX, RCX and
 *                              RDX need not be kept.
 *   ISOLATION_LEAVE_CALL       on the way through SYSRETQ, right before SWAPGS. Loads root.user. Keeps
 *                              all registers; RSP is the program's already.
 *   ISOLATION_ENTER_ANYWHERE   NMI, #DB, #DF, #MC and the exceptions that an IRETQ or SYSRETQ can raise,
 *                              which also come between the other macros and user mode: whatever CR3
 *                              holds, loads a CR3 under which the kernel runs, and keeps the old
 *                              one in R12. RAX, RCX and RDX need not be kept; RBX must.
 *   ISOLATION_LEAVE_ANYWHERE   the way back from these: loads the CR3 that R12 holds. Keeps RBX.
 */
#pragma once

#include "cpu/cpu.h"
#include "mem/root.h"
#include "x86/flush.h"

/*
 * Returns the flags, other than access rights, of kernel pages that are never unmapped: PTE_GLOBAL
 * or 0. The pages may be global only if every root maps them, since a load of CR3 does not drop
 * global translations. If they are not global, PCIDs need one root.kernel for all tasks: when a
 * page of the kernel half is unmapped, no other PCID may keep it cached (mem/pcid.h). Called before
 * paging_init().
 */
uint64_t isolation_kernel_flags(void);

/* Maps what an entry needs, if user tables do not hold all of the kernel half. Called once per CPU,
 * after kstack_init_cpu(). */
void isolation_init_cpu(struct cpu *cpu);

/*
 * Makes a root with an empty user half and the kernel half, or halves, that this value prescribes.
 * If PCIDs are in use, each of its PML4s gets one. The user half is that of the PML4 in
 * `root->user`; the caller fills it. Returns 0, or -ENOMEM with nothing changed.
 */
int isolation_root_create(struct root *root);

/*
 * Frees what isolation_root_create() made. The caller has freed the tables and frames of the user
 * half. No CPU has the root loaded.
 */
void isolation_root_destroy(const struct root *root);

/*
 * For the self-tests. Returns NULL if the tables of `root` map exactly the part of the kernel half
 * that this value prescribes, otherwise a message.
 */
const char *isolation_check(const struct root *root);

/* Returns the value to load into CR3 for the kernel to run under `root`. The caller loads it at
 * once, with interrupts off. */
static inline uint64_t isolation_cr3(const struct root *root)
{
	return pcid_load(root->kernel);
}

/*
 * Makes `root` the one that the kernel runs under on this CPU, until the next switch. The memory
 * that the caller uses, its stack included, is the same under both. context_switch() does this
 * between two stacks, and takes isolation_cr3().
 */
static inline void isolation_switch(const struct root *root)
{
	write_cr3(isolation_cr3(root));
}
