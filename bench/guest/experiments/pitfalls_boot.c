/* SPDX-License-Identifier: MIT */
/*
 * Experiments about the environment in which a kernel starts, as the design notes describe it: how
 * large kernel and stacks may be, how small a stack may be, and whether the kernel can move.
 */
#include "bench/guest/experiments/pitfalls.h"
#include "boot/boot.h"
#include "cpu/cpu.h"
#include "lib/string.h"
#include "mem/frames.h"
#include "process/process.h"

/*
 * arith.boot_layout: a loader puts the kernel at NOTE_KERNEL and gives each processor a stack, from
 * the top of the address space downwards. The experiment grows the kernel by pages, or adds stacks,
 * until they meet.
 */
#define NOTE_KERNEL 0xffffffffffe02000UL
#define NOTE_CPUS   256U

/*
 * Returns true if the lowest byte of the stack of processor `cpu` is at or below the last byte of a
 * kernel of `size` bytes.
 */
static bool meets(uint64_t size, uint64_t cpu, uint64_t stack)
{
	uint64_t bottom = -((cpu + 1) * stack);

	return bottom <= NOTE_KERNEL + (size - 1);
}

static bool all_fit(uint64_t size, unsigned cpus, uint64_t stack)
{
	for (unsigned cpu = 0; cpu < cpus; cpu++)
		if (meets(size, cpu, stack))
			return false;
	return true;
}

/*
 * Returns the size in bytes, a multiple of a page, of the largest kernel that meets no stack, or 0
 * if no page fits. Adds the number of sizes tried to *tries.
 */
static uint64_t largest_kernel(unsigned cpus, uint64_t stack, uint64_t *tries)
{
	uint64_t size = 0;

	while (all_fit(size + PAGE_SIZE, cpus, stack)) {
		size += PAGE_SIZE;
		++*tries;
	}
	++*tries;
	return size;
}

static void boot_layout(struct bench *b)
{
	unsigned cpus = 0;

	bench_metric(b, "largest_kernel_1k", largest_kernel(NOTE_CPUS, 1 * KIB, &b->tries), "bytes");
	bench_metric(b, "largest_kernel_4k", largest_kernel(NOTE_CPUS, 4 * KIB, &b->tries), "bytes");
	bench_metric(b, "largest_kernel_8k", largest_kernel(NOTE_CPUS, 8 * KIB, &b->tries), "bytes");
	while (cpus < NOTE_CPUS && all_fit(PAGE_SIZE, cpus + 1, 8 * KIB))
		cpus++;
	bench_metric(b, "most_cpus_8k", cpus, "count");
	bench_metric(b, "tries", b->tries, "count");
}

/*
 * pitfall.small_stack: maps a page whose three tables are all missing, and measures how many bytes
 * of a painted stack the mapping uses. The painted stack is larger than the kernel's early stack,
 * so that the result can be larger than the early stack.
 */
#define PAINTED_WORDS (3 * PAGE_SIZE / 8)

static uint64_t painted[PAINTED_WORDS] __attribute__((aligned(16)));
static uint64_t mapped_frame;
static uint32_t mapped_tables;

static void map_a_page(void *argument)
{
	mapped_frame = pitfall_map(root_pml4(current_task()->root.kernel), PRIVATE_PAGE, 0, &mapped_tables);
	(void)argument;
}

static void small_stack(struct bench *b)
{
	size_t untouched = 0;
	uint64_t works;

	for (size_t i = 0; i < PAINTED_WORDS; i++)
		painted[i] = EARLY_STACK_PAINT;
	contained_call(map_a_page, NULL, (uintptr_t)(painted + PAINTED_WORDS));
	works = mapped_frame != FRAME_NONE;
	if (works) {
		*(volatile uint64_t *)PRIVATE_PAGE = 1;
		works = *(uint64_t *)phys_to_virt(mapped_frame) == 1;
	}
	pitfall_unmap(root_pml4(current_task()->root.kernel), PRIVATE_PAGE, &mapped_tables, mapped_frame);
	while (untouched < PAINTED_WORDS && painted[untouched] == EARLY_STACK_PAINT)
		untouched++;
	b->tries = works;
	bench_metric(b, "high_water", (PAINTED_WORDS - untouched) * 8, "bytes");
	bench_metric(b, "boot_high_water", early_stack_high_water(), "bytes");
	bench_metric(b, "tries", b->tries, "count");
}

/*
 * pitfall.moved_kernel: a piece of code loads a CR3 that maps this code only at another address, or
 * both there and at its old address. The code has a page of its own. Both CR3s map everything else,
 * including the handler of the fault.
 */
#define MOVED_PML4 (PRIVATE_PML4 + 1)

static const uint8_t load_and_return[] = {
	0x0f, 0x22, 0xdf, /* mov cr3, rdi: loads the PML4 under test */
	0x0f, 0x22, 0xd8, /* mov cr3, rax: loads the old CR3 */
	0xc3,             /* ret */
};

static uint64_t own_cr3;

static void run_code(void *argument)
{
	/* The code takes the old CR3 from RAX. contained_call() uses RAX, so RAX is set here. */
	__asm__ volatile("call *%[code]"
	                 :
	                 : [code] "r"(PRIVATE_PAGE), "D"(*(uint64_t *)argument), "a"(own_cr3)
	                 : "memory", "cc");
}

static bool faults_under(uint64_t pml4)
{
	return contained_raises(EXCEPTION_PF, run_code, &pml4, 0);
}

/*
 * Makes the code load the PML4 `moved`, and counts its faults. The PML4 `own` maps the code at its
 * old address; `moved` is a copy of it that maps the code at a new address, or at both addresses.
 */
static void load_moved(struct bench *b, uint64_t own, uint64_t moved)
{
	pte_t *const from = phys_to_virt(own), *const to = phys_to_virt(moved);
	uint64_t moved_faults = 0, both_faults = 0;

	own_cr3 = read_cr3();
	for (unsigned i = 0; i < (bench_plan.quick ? 4U : 16U); i++) {
		memcpy(to, from, PAGE_SIZE);
		to[MOVED_PML4] = to[PRIVATE_PML4];
		both_faults += faults_under(moved);
		to[PRIVATE_PML4] = 0;
		moved_faults += faults_under(moved);
		b->tries++;
	}
	bench_metric(b, "moved_faults", moved_faults, "count");
	bench_metric(b, "both_faults", both_faults, "count");
	bench_metric(b, "tries", b->tries, "count");
}

static void moved_kernel(struct bench *b)
{
	const uint64_t own = root_pml4(current_task()->root.kernel);
	uint64_t moved = frame_alloc();
	uint32_t tables;
	uint64_t code;

	if (moved == FRAME_NONE)
		return;
	code = pitfall_map(own, PRIVATE_PAGE, 0, &tables);
	if (code != FRAME_NONE) {
		memcpy(phys_to_virt(code), load_and_return, sizeof load_and_return);
		paging_table(own, PRIVATE_PAGE, 0, NULL)[PT_INDEX(PRIVATE_PAGE)] =
		        code | PTE_PRESENT; /* executable, but not writable */
		load_moved(b, own, moved);
	}
	pitfall_unmap(own, PRIVATE_PAGE, &tables, code);
	frame_free(moved);
}

BENCH(arith_boot_layout, "which kernels and stacks collide in the 2 MiB that the notes give a kernel",
      .name = "arith.boot_layout", .experiment = true, .few = 1, .body = boot_layout, .check = pitfall_ran);

BENCH(pitfall_small_stack, "how much stack it takes to map a page and its three tables",
      .name = "pitfall.small_stack", .experiment = true, .few = 1, .body = small_stack, .check = pitfall_ran);

BENCH(pitfall_moved_kernel, "a CR3 load that maps the running code elsewhere, or both there and elsewhere",
      .name = "pitfall.moved_kernel", .experiment = true, .few = 1, .body = moved_kernel,
      .check = pitfall_ran);
