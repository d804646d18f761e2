/* SPDX-License-Identifier: MIT */
/*
 * Isolation: the part of the kernel half that the page tables hold while a task is in user mode.
 *
 * The build links exactly one value of the ISOLATION axis: C files, a C header and a NASM file of
 * macros for the entry stubs.
 *
 *   isolation_shared    the whole kernel half: user mode and kernel use one PML4, whose kernel half
 *                       is the same in every address space
 *   isolation_bouncing  a window of a few pages, through which every entry and return passes; the
 *                       kernel runs under tables of its own, which have no user pages; also
 *                       linked as bouncing-2 and bouncing-1, which have fewer pages in the window
 *
 * isolation/user_memory.h declares the rest of the axis: the accesses to user memory.
 *
 * The NASM file, isolation_<value>.inc, provides these macros. When they run, interrupts are off.
 * They may change RFLAGS.
 *
 *   ISOLATION_STUBS            The stubs of the exceptions in cpu/entry.asm, or nothing if
 *                              exceptions enter through other code.
 *   ISOLATION_ARRIVE n         Comes first in the stub of an interrupt, and of an exception
 *                              without ISOLATION_ARRIVE_ANYWHERE. n is the number of words that the
 *                              hardware and the stub have pushed. Executes KSTACK_ENTER n (STACK),
 *                              unless earlier code of the entry has done so.
 *   ISOLATION_ENTER            Used by KSTACK_ENTER, on an entry from user mode, right after SWAPGS.
 *                              Loads root.kernel of the current task. Preserves all registers; RSP
 *                              points to the hardware's frame.
 *   ISOLATION_COPY_FRAME n, top
 *                              Used by KSTACK_ENTER after ISOLATION_ENTER, if STACK makes the
 *                              hardware switch to the task's stack. Does nothing if user tables map
 *                              that stack. Otherwise copies the n words that have been pushed to
 *                              the stack that ends at `top`, and makes RSP point to the copy.
 *                              Preserves all other registers.
 *   ISOLATION_ARRIVE_CALL      Comes first after SYSCALL. Executes SWAPGS, loads root.kernel, and
 *                              stores the program's RSP in struct cpu. Does nothing if earlier code
 *                              of the entry has done all this. Preserves all registers but RSP.
 *                              KSTACK_SYSCALL follows.
 *   ISOLATION_ARRIVE_ANYWHERE  Used by the entries of NMI, #DB, #DF, #MC and the exceptions that
 *                              IRETQ and SYSRETQ can raise. The entry has pushed the registers. As
 *                              these exceptions may arrive anywhere, the GS base and CR3 may be the
 *                              user's or the kernel's. Switches both to the kernel's. Afterwards
 *                              RBX, or words above the frame, say what to restore. May change RAX,
 *                              RBX, RCX and RDX.
 *   ISOLATION_LEAVE restore    Used before a return to user mode by IRETQ, with the kernel's GS base.
 *                              `restore` is an instruction or macro that pops all registers, after
 *                              which RSP points to the frame of IRETQ. ISOLATION_LEAVE may return
 *                              to user mode itself. Otherwise it executes SWAPGS, and the
 *                              instructions after it are `restore` and IRETQ.
 *   ISOLATION_LEAVE_CALL       Returns to user mode by SYSRETQ. RSP points to the word that holds
 *                              the program's RSP; all other registers are the program's.
 *   ISOLATION_LEAVE_FIRST      Enters user mode by SYSRETQ, with null selectors. RAX is 0, and all
 *                              registers are the program's, RSP included.
 *   ISOLATION_LEAVE_ANYWHERE   Used before the return from the entries of ISOLATION_ARRIVE_ANYWHERE.
 *                              RSP points to the struct trap_frame, and RBX is as
 *                              ISOLATION_ARRIVE_ANYWHERE left it. The macro may execute the return
 *                              itself. Otherwise it restores GS base and CR3, and the instructions
 *                              after it restore the registers and execute IRETQ.
 *   ISOLATION_SWITCH register  Used in a context switch. `register` holds the CR3 value that
 *                              isolation_cr3() has returned. Makes the kernel run under this
 *                              value. Touches no stack.
 */
#pragma once

#include "cpu/cpu.h"
#include "mem/root.h"
#include "x86/flush.h"

/*
 * The header of the chosen value, from the build. It defines as inline functions:
 *
 *   uint64_t isolation_cr3(const struct root *root)
 *       Makes `root` the root of the current task on this CPU, so that a return to user mode loads
 *       root->user. Returns the CR3 value under which the kernel runs for that task; the caller must
 *       pass it to context_switch() at once, with interrupts off.
 *   void isolation_switch(const struct root *root)
 *       Makes the kernel run under `root` on this CPU until the next switch. The old root and `root`
 *       must map the memory that the caller uses, its stack included, to the same frames. To change
 *       the stack too, pass isolation_cr3() to context_switch().
 *   void isolation_set_call_entry(const char *entry)
 *       Makes SYSCALL enter the kernel at `entry`: syscall_entry or syscall_entry_traced.
 *   void isolation_user_changed(void)
 *       Called after entries of the loaded user half have been changed and flushed (mem/tlb.h). If
 *       user mode has a PCID of its own, makes the next return to user mode flush it.
 *   bool isolation_return_flushes(void)
 *       For the self-tests. Returns true if the next return to user mode flushes the user's PCID.
 *   uintptr_t isolation_entry_address(uintptr_t address)
 *   uintptr_t isolation_linked_address(uintptr_t address)
 *       The first converts the address of a byte of the kernel's image to the address at which
 *       the CPU executes this byte. The second converts back. Both addresses are equal, except for
 *       entry code that user tables map at another address. If an exception interrupts that code,
 *       the trap frame has the address in the image.
 *   bool isolation_owns(pte_t entry)
 *       Returns true if an entry of the user half belongs to the axis, not to the program.
 *   bool isolation_meets(const struct root *root, uintptr_t start, size_t pages)
 *       Returns true if the axis has pages of its own in this range of the user half.
 *   int isolation_enter_space(const struct root *root, uint32_t *tables)
 *       Maps the axis' pages in a new, empty user half. Puts page tables on the list `tables`.
 *   int isolation_follow(const struct root *root, const struct root *parent, uint32_t *tables)
 *       Moves the axis' pages to where `parent` has them. The user half must have no other pages.
 *   int isolation_make_room(const struct root *root, uint32_t *tables, uintptr_t start, size_t pages,
 *                           isolation_find *find, void *space)
 *       Moves the axis' pages away if they meet the range. find(space, pages, n) returns an address
 *       at which `pages` pages are free: a different one for each n from 0 on, or 0 if there are
 *       no more. Returns -ENOSPC if find() returned 0.
 *   isolation_enter_space(), isolation_follow() and isolation_make_room() return 0, or -ENOMEM if
 *   out of memory. In both cases the tables that they have made are on the list `tables`.
 *   void isolation_set_places(bool own)
 *       Chooses where new spaces have the axis' pages: each space at a place of its own if `own`
 *       is true, otherwise all spaces at the same place. In each space, the pages move away when
 *       the program uses their addresses.
 *   bool isolation_set_copies(enum isolation_copies way)
 *       Chooses how the kernel reaches user memory. Returns false, with nothing changed, if out of
 *       memory. Also returns false if the kernel's tables map user memory: then there is no choice.
 *   enum isolation_copies isolation_way
 *       The way that isolation_set_copies() has chosen.
 *   bool isolation_kernel_gs(uint64_t base)
 *       Returns true if this is the kernel's GS base.
 *   uintptr_t isolation_window(const struct root *root)
 *       Returns the address of the axis' pages in the user half, or 0 if there are none.
 *   ISOLATION_OWN_PAGES
 *       Number of the axis' pages in the user half.
 *   ISOLATION_UPPER_HALF
 *       True if programs may use the upper half of the address space: user tables do not hold the
 *       kernel there. The kernel's own tables then map no user page, in either half. So a page
 *       fault in the kernel never concerns a user address (isolation_concerns_user()).
 *   bool isolation_concerns_user(uint64_t error)
 *       Returns true if a page fault with this error code (SDM 3A 4.7) is at a user address: the
 *       fault was raised in user mode or by a function of isolation/user_memory.h.
 *   ISOLATION_MOVES
 *       True if the axis has pages in the user half that move when a program uses their addresses.
 *   ISOLATION_ONE_CPU
 *       True if the axis' entry code serves the boot CPU only, so that no other CPU can be started.
 *   ISOLATION_ABOVE_FRAME
 *       Bytes between the top of the stack of NMI, #DF, #MC or #DB (CPU_*_TOP) and the trap frame.
 */

/*
 * How the kernel reaches user memory that its tables do not map. COPIES_WALK looks each page up in
 * the user tables and uses the direct map. COPIES_PAGE maps one page after another. COPIES_ENTRY
 * maps all pages at once, by borrowing an entry of the user PML4.
 */
enum isolation_copies { COPIES_WALK, COPIES_PAGE, COPIES_ENTRY };

typedef uintptr_t isolation_find(void *space, size_t pages, unsigned n);

#ifndef ISOLATION_HEADER /* for tools that read single files without the build's options */
#define ISOLATION_HEADER "isolation/isolation_shared.h"
#endif
#include ISOLATION_HEADER

/*
 * Returns the PTE flags, besides access rights, of kernel pages that are never unmapped: PTE_GLOBAL
 * or 0. Such pages may be global only if every root maps them, since a load of CR3 does not flush
 * global translations. If they are not global and PCIDs are in use, the kernel must run under one
 * PCID for all tasks. Otherwise a page of the kernel half that was unmapped could stay cached under
 * another PCID (mem/pcid.h). This function is called before paging_init().
 */
uint64_t isolation_kernel_flags(void);

/*
 * Maps the pages that entries into the kernel need, if user tables do not hold the whole kernel
 * half. Called once per CPU, after kstack_init_cpu().
 */
void isolation_init_cpu(struct cpu *cpu);

/*
 * Makes a root with one PML4 or two, depending on the value of ISOLATION. If PCIDs are in use,
 * `root->user` gets a PCID of its own. The user half of its PML4 is empty, and the caller fills it.
 * Returns 0, or -ENOMEM with nothing changed.
 */
int isolation_root_create(struct root *root);

/*
 * Frees the PML4s and PCIDs of a root. The caller must have freed the tables and frames of the user
 * half, and no CPU may have the root loaded.
 */
void isolation_root_destroy(const struct root *root);

/*
 * Makes a root for another thread of the space whose root is `space`. If `own` is false, because
 * tasks have no page tables of their own for their stacks (kstack_has_own_tables()), this is the
 * root of the space itself. Otherwise the thread gets a PML4 of its own for its stack, and its user
 * half has the tables of the space. Returns 0, -ENOMEM, or -ENOSYS if the new PML4 would be used in
 * user mode too and PCIDs are in use: a page would then be cached under several PCIDs (mem/pcid.h).
 */
int isolation_thread_root_create(struct root *root, const struct root *space, bool own);

/* Frees what isolation_thread_root_create() has made. No CPU may have the root loaded. */
void isolation_thread_root_destroy(const struct root *root, const struct root *space);

/*
 * Called after a page fault at a user address that region_fault() cannot explain. If the space has
 * got a page table since the root was made, and the root lacks the PML4 entry that leads to it,
 * copies this entry and returns true: the access can be repeated.
 */
bool isolation_thread_root_follows(const struct root *root, const struct root *space, uintptr_t address);

/*
 * For the self-tests. Returns NULL if the tables of `root` map exactly the part of the kernel half
 * that this value of ISOLATION prescribes, otherwise a message.
 */
const char *isolation_check(const struct root *root);
