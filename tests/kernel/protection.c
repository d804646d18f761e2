/* SPDX-License-Identifier: MIT */
/* Tries the memory accesses that the page tables, SMEP and SMAP must prevent. */
#include "cpu/apic.h"
#include "cpu/cpu.h"
#include "isolation/isolation.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mem/frames.h"
#include "mem/paging.h"
#include "mem/tlb.h"
#include "process/process.h"
#include "stack/kstack.h"
#include "tests/kernel/test.h"
#include "tests/kernel/trap.h"
#include "vm/regions.h"

/* Defined by the linker script. */
extern char text_start[], text_end[], data_start[];

#define USER_PAGE 0x10000000UL

static void read_byte(uint64_t address)
{
	(void)*(volatile uint8_t *)address;
}

static void write_byte(uint64_t address)
{
	*(volatile uint8_t *)address = 0;
}

static void jump_to(uint64_t address)
{
	((void (*)(void))address)();
}

struct audit {
	size_t leaves, writable_text, writable_executable, user, global_stack;
};

static void audit_leaf(uintptr_t address, size_t size, pte_t leaf, uint64_t flags, void *argument)
{
	const uint64_t text = image_physical(text_start), data = image_physical(data_start);
	uint64_t physical = pte_frame(leaf) & ~(size - 1);
	struct audit *audit = argument;

	audit->leaves++;
	audit->writable_executable += (flags & PTE_WRITE) && !(flags & PTE_NX);
	audit->writable_text += (flags & PTE_WRITE) && physical < data && physical + size > text;
	audit->user += !!(flags & PTE_USER);
	audit->global_stack += PML4_INDEX(address) == KSTACK_FIXED_PML4 && (leaf & PTE_GLOBAL);
}

static struct audit audit(unsigned first, unsigned last)
{
	struct audit result = { 0 };

	paging_visit(root_pml4(current_task()->root.kernel), first, last, audit_leaf, &result);
	return result;
}

TEST(no_page_is_writable_and_executable)
{
	struct audit kernel = audit(KERNEL_PML4_FIRST, 511);

	if (kernel.leaves < 32)
		return "the kernel half has implausibly few pages";
	return kernel.writable_executable ? "a page of the kernel half is writable and executable" : NULL;
}

TEST(kernel_text_has_no_writable_alias)
{
	return audit(KERNEL_PML4_FIRST, 511).writable_text ? "it is writable in the direct map" : NULL;
}

TEST(kernel_half_is_supervisor_only)
{
	return audit(KERNEL_PML4_FIRST, 511).user ? "user mode can access a page of the kernel half" : NULL;
}

TEST(fixed_stacks_are_never_global)
{
	return audit(KSTACK_FIXED_PML4, KSTACK_FIXED_PML4).global_stack ? "a per-task page is global" : NULL;
}

TEST(kernel_text_cannot_be_written)
{
	if (!raises(EXCEPTION_PF, write_byte, (uintptr_t)text_start))
		return "it can be written at its address";
	if (!raises(EXCEPTION_PF, write_byte, (uintptr_t)phys_to_virt(image_physical(text_start))))
		return "it can be written through the direct map";
	return NULL;
}

TEST(data_cannot_be_executed)
{
	static uint8_t code[] = { 0xc3 };

	if (!raises(EXCEPTION_PF, jump_to, (uintptr_t)code))
		return "kernel data was executed";
	if (!raises(EXCEPTION_PF, jump_to, (uintptr_t)phys_to_virt(image_physical(text_start))))
		return "the direct map was executed";
	return NULL;
}

TEST(null_pointer_faults)
{
	return raises(EXCEPTION_PF, read_byte, 0) ? NULL : "page 0 is readable";
}

/*
 * A new heap stack may get the slot of a freed stack. Accesses must then reach the frames of the
 * new stack, not those of the freed one.
 */
TEST(stacks_in_used_slots_have_their_own_frames)
{
	const struct root *root = &current_process()->task.root;
	struct kstack used, stack;
	uint64_t frame, seen;

	if (kstack_has_own_tables())
		return SKIP "stacks are in tables of their own";
	if (kstack_create(&used, root))
		return "no memory";
	*(volatile uint64_t *)(used.top - 8) = 1;
	kstack_destroy(&used);
	frame = frame_alloc(); /* the old stack's frame: the last one freed is allocated first */
	if (frame == FRAME_NONE || kstack_create(&stack, root))
		return "no memory";
	*(uint64_t *)kstack_view(&stack, 8) = 2;
	seen = *(volatile uint64_t *)(stack.top - 8);
	kstack_destroy(&stack);
	frame_free(frame);
	if (stack.top != used.top || stack.top_frame == used.top_frame)
		return "the slot or the frames are not those that this test needs";
	return seen == 2 ? NULL : "a frame of the freed stack is still there";
}

TEST(guard_pages_stand_around_stacks)
{
	const struct kstack *stack = &current_process()->task.stack;
	const uintptr_t guards[] = {
		stack->top,       stack->top - KSTACK_SIZE - 1,
		CPU_AREA(0),      CPU_SCRATCH_TOP(0),
		CPU_ENTRY_TOP(0), CPU_DF_TOP(0),
		CPU_NMI_TOP(0),   CPU_MC_TOP(0),
		CPU_DB_TOP(0),    CPU_GP_TOP(0),
	};

	for (size_t i = 0; i < sizeof guards / sizeof *guards; i++)
		if (paging_translate(read_cr3() & PTE_FRAME, guards[i], NULL) != PAGING_INVALID)
			return "a page next to a stack is mapped";
	return NULL;
}

/*
 * A push on an unmapped stack raises #PF. If #PF has no IST stack, pushing its frame faults too,
 * which raises #DF.
 */
TEST(unmapped_stack_is_survived)
{
	uint64_t vector = kstack_gate_ist(EXCEPTION_PF) == IST_NONE ? EXCEPTION_DF : EXCEPTION_PF;

	return raises(vector, push_below, CPU_AREA(0) + 64) ? NULL : "no exception was raised";
}

TEST(nmi_has_its_own_stack)
{
	uint64_t before = nmi_count;

	/*
	 * Address the NMI to this CPU's APIC ID. The shorthand "self" would not work, since it
	 * allows no NMIs (SDM 3A 11.6.1).
	 */
	lapic_write(LAPIC_ICR_HIGH, lapic_read(LAPIC_ID));
	lapic_write(LAPIC_ICR_LOW, LAPIC_ICR_NMI);
	for (unsigned i = 0; i < 1000000 && nmi_count == before; i++)
		__asm__ volatile("pause");
	return nmi_count == before + 1 ? NULL : SKIP "this machine sends no NMI to itself";
}

/*
 * Maps a user page with a RET instruction at USER_PAGE while body() runs. Returns the result of
 * body(), or a text if out of memory.
 */
static const char *with_user_page(const char *(*body)(void))
{
	uint32_t tables = FRAME_LIST_END;
	uint64_t frame = frame_alloc_zeroed(), pml4 = current_process()->space.pml4;
	pte_t *table = paging_table(pml4, USER_PAGE, PTE_USER, &tables);
	const char *result = "no memory";

	if (table && frame != FRAME_NONE) {
		*(uint8_t *)phys_to_virt(frame) = 0xc3;
		table[PT_INDEX(USER_PAGE)] = frame | PTE_PRESENT | PTE_USER;
		result = body();
	}
	((pte_t *)phys_to_virt(pml4))[PML4_INDEX(USER_PAGE)] = 0;
	while (tables != FRAME_LIST_END)
		frame_free(frame_list_pop(&tables));
	write_cr3(read_cr3()); /* flushes the TLB; with PCIDs, only the current PCID's entries */
	if (frame != FRAME_NONE)
		frame_free(frame);
	return result;
}

static const char *smap_body(void)
{
	uint8_t byte;

	if (!raises(EXCEPTION_PF, read_byte, USER_PAGE))
		return "the kernel read a user page";
	return copy_from_user(&byte, USER_PAGE, 1) || byte != 0xc3 ? "copy_from_user() failed" : NULL;
}

TEST(smap_is_on)
{
	return cpu_features.smap ? with_user_page(smap_body) : SKIP "the CPU has no SMAP";
}

static const char *smep_body(void)
{
	return raises(EXCEPTION_PF, jump_to, USER_PAGE) ? NULL : "the kernel executed a user page";
}

TEST(smep_is_on)
{
	return cpu_features.smep ? with_user_page(smep_body) : SKIP "the CPU has no SMEP";
}

static const char *copy_body(void)
{
	char buffer[16];

	if (copy_from_user(buffer, USER_PAGE, 8))
		return "a good address is refused";
	if (!copy_to_user(USER_PAGE, buffer, 1))
		return "a read-only page was written";
	if (!copy_from_user(buffer, USER_PAGE + PAGE_SIZE - 4, 8))
		return "a copy past the end of the page succeeded";
	if (!copy_from_user(buffer, 0, 1) || !copy_from_user(buffer, USER_TOP - 1, 2) ||
	    !copy_from_user(buffer, DIRECT_MAP_BASE, 1) || !copy_from_user(buffer, USER_PAGE, ~0UL))
		return "a bad address is accepted";
	if (copy_string_from_user(buffer, USER_PAGE, sizeof buffer) != 1 || buffer[1] != '\0')
		return "a string is copied wrongly";
	if (copy_string_from_user(buffer, USER_PAGE + PAGE_SIZE, sizeof buffer) >= 0)
		return "a string from an unmapped page is accepted";
	return NULL;
}

/*
 * Runs body() once for each way in which the kernel can reach user memory. Checks that nothing
 * stays mapped in the kernel's tables. The process keeps page tables that body() has made.
 */
static const char *in_each_way(const char *(*body)(void))
{
	const enum isolation_copies chosen = isolation_way;
	const char *why = NULL;

	if (!isolation_set_copies(chosen)) { /* there is one way only */
		why = body();
		self_test_keeps();
		return why;
	}
	for (enum isolation_copies way = COPIES_WALK; !why && way <= COPIES_ENTRY; way++) {
		if (!isolation_set_copies(way))
			why = "no memory";
		if (!why)
			why = body();
		if (!why)
			why = isolation_check(&current_task()->root);
		if (!why && (((const pte_t *)phys_to_virt(root_pml4(read_cr3())))[COPY_ENTRY_PML4] ||
		             paging_translate(kernel_pml4, COPY_PAGE, NULL) != PAGING_INVALID))
			why = "the kernel's tables still map user memory";
	}
	isolation_set_copies(chosen);
	self_test_keeps();
	return why;
}

static const char *copy_with_page(void)
{
	return with_user_page(copy_body);
}

TEST(user_copies_check_and_survive)
{
	return in_each_way(copy_with_page);
}

/* Two pages under different entries of the PML4. */
#define TWO_PAGES (PML4_SPAN - PAGE_SIZE)
static uint8_t there[2 * PAGE_SIZE], back[2 * PAGE_SIZE];

/* At first no page is mapped. The copies cause page faults, which map the pages. */
static const char *copy_over_entries(void)
{
	struct address_space *space = &current_process()->space;
	const char *why = NULL;

	for (size_t i = 0; i < sizeof there; i++)
		there[i] = (uint8_t)(1 + i % 251);
	there[sizeof there - 1] = 0;
	if (region_map(space, TWO_PAGES, 2, PTE_WRITE | PTE_NX))
		return "no memory";
	memset(back, 0, sizeof back);
	if (copy_to_user(TWO_PAGES + 1, there, sizeof there - 1) ||
	    copy_from_user(back, TWO_PAGES + 1, sizeof there - 1) ||
	    memcmp(there, back, sizeof there - 1) != 0)
		why = "a copy over two entries of the PML4 fails";
	else if (copy_from_user(back, TWO_PAGES + 1, sizeof there) != -EFAULT)
		why = "a copy beyond the last page succeeds";
	else if (copy_to_user(TWO_PAGES, there, sizeof there) ||
	         copy_string_from_user((char *)back, TWO_PAGES, sizeof back) != sizeof there - 1 ||
	         memcmp(there, back, sizeof there) != 0)
		why = "a string over two pages is copied wrongly";
	region_unmap(space, TWO_PAGES, 2);
	return why;
}

TEST(user_copies_cross_the_entries_of_a_pml4)
{
	return in_each_way(copy_over_entries);
}

static bool holds(uintptr_t address, uint8_t byte)
{
	const uint64_t at = paging_translate(current_process()->space.pml4, address, NULL);

	return at != PAGING_INVALID && *(const uint8_t *)phys_to_virt(at) == byte;
}

/*
 * With COPIES_ENTRY, a copy borrows an entry of the user's PML4. Meanwhile a real CPU may cache
 * translations of all pages under the entry, but an emulator caches only those of accessed pages.
 * This function makes an emulator cache a translation, too. It borrows the entry, writes `byte` to
 * the user's `address`, and flushes nothing.
 */
static void cache_borrowed(uintptr_t address, uint8_t byte)
{
	const pte_t *user = phys_to_virt(current_process()->space.pml4);
	volatile pte_t *borrowed = &((pte_t *)phys_to_virt(root_pml4(read_cr3())))[COPY_ENTRY_PML4];

	*borrowed = (user[PML4_INDEX(address)] & PTE_FRAME) | PTE_PRESENT | PTE_WRITE | PTE_NX;
	*(volatile uint8_t *)(COPY_ENTRY_BASE + address) = byte;
	*borrowed = 0;
}

/*
 * Copies to a page, unmaps it, and maps a new page at the same address. Later copies must reach the
 * new page's frame.
 */
static const char *copy_to_new_frame(void)
{
	struct address_space *space = &current_process()->space;
	uint8_t byte = 1, read = 7;
	uint64_t kept = FRAME_NONE;
	const char *why = NULL;

	if (region_map(space, USER_PAGE, 2, PTE_WRITE | PTE_NX))
		return "no memory";
	if (copy_to_user(USER_PAGE, &byte, 1) || !holds(USER_PAGE, 1))
		why = "a byte does not arrive";
	byte = 2;
	if (!why && (copy_to_user(USER_PAGE + PAGE_SIZE, &byte, 1) || !holds(USER_PAGE, 1) ||
	             !holds(USER_PAGE + PAGE_SIZE, 2)))
		why = "a byte arrives in the page of the copy before";
	if (isolation_way == COPIES_ENTRY)
		cache_borrowed(USER_PAGE, 1);
	region_unmap(space, USER_PAGE, 1);
	kept = frame_alloc(); /* takes the page's old frame, so that the page gets another */
	byte = 3;
	if (!why && (region_map(space, USER_PAGE, 1, PTE_WRITE | PTE_NX) ||
	             copy_from_user(&read, USER_PAGE, 1) || read != 0))
		why = "a byte is read from the frame that was mapped before";
	if (!why && (copy_to_user(USER_PAGE, &byte, 1) || !holds(USER_PAGE, 3)))
		why = "a byte arrives in the frame that was mapped before";
	region_unmap(space, USER_PAGE, 2);
	if (kept != FRAME_NONE)
		frame_free(kept);
	return why;
}

TEST(user_copies_leave_nothing_in_the_tlb)
{
	return in_each_way(copy_to_new_frame);
}

/*
 * Copies must refuse the pages of the entry window, which hold the IDT, code and the CPU's own
 * data. If the program maps pages there, a copy must make the window move, and must reach the
 * program's pages.
 */
static const char *copy_at_window(void)
{
	struct address_space *space = &current_process()->space;
	const uintptr_t window = isolation_window(&space->root);
	uint8_t byte = 0;

	for (uintptr_t at = window; at != window + ISOLATION_OWN_PAGES * PAGE_SIZE; at += PAGE_SIZE)
		if (copy_from_user(&byte, at, 1) != -EFAULT || copy_to_user(at + 1, &byte, 1) != -EFAULT)
			return "the kernel copies from or to the entry window";
	if (region_map(space, window - PAGE_SIZE, 1, PTE_WRITE | PTE_NX))
		return "no memory";
	if (copy_from_user(there, window - PAGE_SIZE, PAGE_SIZE) ||
	    copy_from_user(there, window - PAGE_SIZE, PAGE_SIZE + 1) != -EFAULT ||
	    copy_to_user(window - PAGE_SIZE, there, PAGE_SIZE + 1) != -EFAULT)
		return "a copy ends in the entry window";
	if (isolation_window(&space->root) != window)
		return "the entry window moved";
	if (region_map(space, window - PAGE_SIZE, 2, PTE_WRITE | PTE_NX) ||
	    copy_to_user(window - PAGE_SIZE, there, 2 * PAGE_SIZE) ||
	    isolation_window(&space->root) == window)
		return "the entry window did not move for a copy";
	return region_unmap(space, window - PAGE_SIZE, 2) ? "no memory" : NULL;
}

TEST(user_copies_never_reach_the_entry_window)
{
	return ISOLATION_MOVES ? in_each_way(copy_at_window) : SKIP "this isolation has no window";
}
