/* SPDX-License-Identifier: MIT */
/*
 * Isolation: the part of the kernel half that the page tables hold while a task is in user mode.
 *
 * The build links exactly one value of the ISOLATION axis: a C file, and a NASM file of macros for
 * the entry stubs. So far there is one value:
 *
 *   isolation_shared   the whole kernel half: user mode and kernel use one PML4, whose kernel half
 *                      is the same in every address space
 *
 * A value whose user tables hold only a few kernel pages makes two PML4s for a root. `root.user`
 * holds the user half and the pages that an entry needs until it has loaded the kernel's CR3: entry
 * stubs, IDT, GDT, TSS, struct cpu, and the stacks that the hardware switches to. `root.kernel`
 * holds the whole kernel half. Such a value can only be combined with values of STACK whose entry
 * touches no other page. The kernel accesses user memory at user addresses (vm/user_copy.asm and
 * the loaders sandwich and self): if root.kernel has no user half, the value must provide another
 * way to copy and exclude these loaders (kernel/axes.txt). If root.kernel has a user half, its
 * pages should be NX there, so that a return to user mode under root.kernel faults at once.
 *
 * The NASM file, isolation_<value>.inc, provides five macros, which cpu/entry.asm and the macros of
 * STACK use. When they run, the GS base is the kernel's and interrupts are off. They may change
 * RFLAGS.
 *
 *   ISOLATION_ENTER            Used by every entry from user mode, right after SWAPGS. Loads
 *                              root.kernel of the current task. Preserves all registers; it may use
 *                              the scratch words of struct cpu. After an interrupt or exception,
 *                              RSP points to the hardware's frame. After SYSCALL it is still the
 *                              program's, so nothing may be pushed.
 *   ISOLATION_LEAVE n          Used before a return to user mode by IRETQ, right before SWAPGS.
 *                              RSP points to n words that the stub has pushed, followed by IRETQ's
 *                              frame of five words. Loads root.user. If the stack is not mapped
 *                              there, makes RSP point to a copy of these n + 5 words. May change
 *                              RAX, RCX and RDX.
 *   ISOLATION_LEAVE_CALL       Used before a return by SYSRETQ, right before SWAPGS. Loads
 *                              root.user. Preserves all registers; RSP is already the program's.
 *   ISOLATION_ENTER_ANYWHERE   Used by the entries of NMI, #DB, #DF, #MC and the exceptions that
 *                              IRETQ and SYSRETQ can raise. These may arrive between user mode and
 *                              another of these macros, so CR3 may hold either PML4. Saves CR3 in
 *                              R12 and loads a CR3 under which the kernel can run. May change RAX,
 *                              RCX and RDX; preserves RBX.
 *   ISOLATION_LEAVE_ANYWHERE   Used before the return from these entries. Loads CR3 from R12.
 *                              Preserves RBX.
 */
#pragma once

#include "cpu/cpu.h"
#include "mem/root.h"
#include "x86/flush.h"

/*
 * Returns the PTE flags, besides access rights, of kernel pages that are never unmapped: PTE_GLOBAL
 * or 0. The pages may be global only if every root maps them, since a load of CR3 does not flush
 * global translations. If they are not global and PCIDs are in use, all tasks must share one
 * root.kernel: when a page of the kernel half is unmapped, no other PCID may keep it cached
 * (mem/pcid.h). Called before paging_init().
 */
uint64_t isolation_kernel_flags(void);

/*
 * Maps the pages that an entry needs, if user tables do not hold the whole kernel half. Called once
 * per CPU, after kstack_init_cpu().
 */
void isolation_init_cpu(struct cpu *cpu);

/*
 * Makes a root, with one PML4 or two as this value prescribes. If PCIDs are in use, each PML4 gets
 * a PCID. The user half of the PML4 in `root->user` is empty, and the caller fills it. Returns 0,
 * or -ENOMEM with nothing changed.
 */
int isolation_root_create(struct root *root);

/*
 * Frees the PML4s and PCIDs of a root. The caller must have freed the tables and frames of the user
 * half, and no CPU may have the root loaded.
 */
void isolation_root_destroy(const struct root *root);

/*
 * For the self-tests. Returns NULL if the tables of `root` map exactly the part of the kernel half
 * that this value prescribes, otherwise a message.
 */
const char *isolation_check(const struct root *root);

/*
 * Returns the CR3 value under which the kernel runs for a task with this root. The caller must load
 * it at once, with interrupts off.
 */
static inline uint64_t isolation_cr3(const struct root *root)
{
	return pcid_load(root->kernel);
}

/*
 * Makes the kernel run under `root` on this CPU until the next switch. The old root and `root` must
 * map the memory that the caller uses, its stack included, to the same frames. To change the stack
 * too, pass isolation_cr3() to context_switch().
 */
static inline void isolation_switch(const struct root *root)
{
	write_cr3(isolation_cr3(root));
}
