/* SPDX-License-Identifier: MIT */
/*
 * Changes of ring: SYSCALL and SYSRET, INT and IRETQ, with nothing in between. The user code is a
 * copy of a few instructions in a page of the user half. From setup() to teardown(), a row replaces
 * LSTAR, two gates, RSP0 and an IST slot.
 */
#include "bench/guest/experiments/pitfalls.h"
#include "bench/guest/micro/micro.h"
#include "cpu/cpu.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mem/frames.h"
#include "mem/tlb.h"
#include "process/process.h"

#define UNROLLED    8 /* micro_rings.asm defines the same number */
#define STACK_WORDS 64
#define PUSHED_RIP  5 /* INT pushes RIP at this number of words below the top of the stack */

/* Functions of micro_rings.asm, which describes them. */
struct micro_end {
	uint64_t left, rcx;
};
struct micro_end micro_user_run(uintptr_t rip, uint64_t count);
uint64_t micro_int_kernel(uint64_t count);
uint64_t micro_iret_kernel(uint64_t count);
void micro_leave(void);
void micro_sysret(void);
void micro_iret(void);
extern const char micro_user_syscall[], micro_user_syscall_end[], micro_user_int[], micro_user_int_end[];

static const uint64_t counts[] = { 64, 1024, BENCH_LIST_END };

/* The stacks on which the handlers of VECTOR_MICRO (from user mode) and VECTOR_MICRO_LEAVE run. */
static uint64_t int_stack[STACK_WORDS] __attribute__((aligned(16)));
static uint64_t leave_stack[STACK_WORDS] __attribute__((aligned(16)));

static uint64_t page_frame, lstar, rsp0, spare;
static uint32_t page_tables;
static struct micro_end ended;
static uint64_t rest;

static int map_code(const char *start, const char *end)
{
	uint64_t pml4 = current_process()->space.pml4;

	page_frame = pitfall_map(pml4, USER_PAGE, PTE_USER, &page_tables);
	if (page_frame == FRAME_NONE) {
		pitfall_unmap(pml4, USER_PAGE, &page_tables, FRAME_NONE);
		return -ENOMEM;
	}
	memcpy(phys_to_virt(page_frame), start, (size_t)(end - start));
	paging_table(pml4, USER_PAGE, PTE_USER, NULL)[PT_INDEX(USER_PAGE)] &= ~(PTE_WRITE | PTE_NX);
	invlpg(USER_PAGE);
	return 0;
}

static void take_ways(void)
{
	struct tss *tss = &this_cpu()->tss;

	lstar = read_msr(MSR_LSTAR);
	rsp0 = tss->rsp[0];
	spare = tss->ist[IST_SPARE - 1];
	write_msr(MSR_LSTAR, (uintptr_t)micro_sysret);
	tss->rsp[0] = (uintptr_t)(int_stack + STACK_WORDS);
	tss->ist[IST_SPARE - 1] = (uintptr_t)(leave_stack + STACK_WORDS);
	gate_set(VECTOR_MICRO, micro_iret, IST_NONE, true);
	gate_set(VECTOR_MICRO_LEAVE, micro_leave, IST_SPARE, true);
}

static void give_ways(struct bench *b)
{
	struct tss *tss = &this_cpu()->tss;

	(void)b;
	write_msr(MSR_LSTAR, lstar);
	tss->rsp[0] = rsp0;
	tss->ist[IST_SPARE - 1] = spare;
	gate_restore(VECTOR_MICRO);
	gate_restore(VECTOR_MICRO_LEAVE);
	if (page_frame != FRAME_NONE)
		pitfall_unmap(current_process()->space.pml4, USER_PAGE, &page_tables, page_frame);
}

static int start_user(const char *code, const char *end)
{
	int error = map_code(code, end);

	if (!error)
		take_ways();
	return error;
}

static int start_syscall(struct bench *b)
{
	const int error = bench_need_one_table(b);

	return error ? error : start_user(micro_user_syscall, micro_user_syscall_end);
}

static int start_int(struct bench *b)
{
	const int error = bench_need_one_table(b);

	return error ? error : start_user(micro_user_int, micro_user_int_end);
}

static int start_kernel(struct bench *b)
{
	(void)b;
	page_frame = FRAME_NONE;
	take_ways();
	return 0;
}

static void forget(struct bench *b)
{
	(void)b;
	memset(int_stack, 0, sizeof int_stack);
	ended = (struct micro_end){ 1, 0 };
	rest = 1;
}

static void run_user(struct bench *b)
{
	ended = micro_user_run(USER_PAGE, b->parameter);
}

static void int_kernel(struct bench *b)
{
	rest = micro_int_kernel(b->parameter);
}

static void iret_kernel(struct bench *b)
{
	rest = micro_iret_kernel(b->parameter);
}

/* Checks that RCX is the address after the last SYSCALL; each is 2 bytes long. */
static bool last_syscall_came_back(struct bench *b)
{
	return micro_operations(b, b->parameter) && ended.left == 0 && ended.rcx == USER_PAGE + 2 * UNROLLED;
}

/* Checks that the last INT has pushed the address after it; each is 2 bytes long. */
static bool last_int_came_back(struct bench *b)
{
	return micro_operations(b, b->parameter) && ended.left == 0 &&
	       int_stack[STACK_WORDS - PUSHED_RIP] == USER_PAGE + 2 * UNROLLED;
}

static bool nothing_is_left(struct bench *b)
{
	return micro_operations(b, b->parameter) && rest == 0;
}

BENCH(micro_syscall, "SYSCALL and SYSRET", .name = "micro.syscall", .own_boot = true, .unit = "calls",
      .parameters = counts, .setup = start_syscall, .prepare = forget, .body = run_user,
      .check = last_syscall_came_back, .teardown = give_ways);

BENCH(micro_int_user, "INT from user mode, and IRETQ back", .name = "micro.int.user", .own_boot = true,
      .unit = "calls", .parameters = counts, .setup = start_int, .prepare = forget, .body = run_user,
      .check = last_int_came_back, .teardown = give_ways);

BENCH(micro_int_kernel, "INT and IRETQ in kernel mode", .name = "micro.int.kernel", .own_boot = true,
      .unit = "calls", .parameters = counts, .setup = start_kernel, .prepare = forget, .body = int_kernel,
      .check = nothing_is_left, .teardown = give_ways);

BENCH(micro_iret_kernel, "IRETQ from kernel to kernel", .name = "micro.iret.kernel", .own_boot = true,
      .unit = "calls", .parameters = counts, .setup = start_kernel, .prepare = forget, .body = iret_kernel,
      .check = nothing_is_left, .teardown = give_ways);
