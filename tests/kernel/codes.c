/* SPDX-License-Identifier: MIT */
/*
 * Tests the siginfo and the registers that a program's signal handler gets for a CPU exception.
 * tests/programs/codes.c does the checks.
 */
#include "cpu/cpu.h"
#include "isolation/isolation.h"
#include "lib/errno.h"
#include "tests/kernel/kinds.h"
#include "tests/kernel/test.h"

#define NOT_HERE (77 << 8)

TEST(faults_tell_what_linux_tells)
{
	return ISOLATION_UPPER_HALF ? RUN_KINDS("codes", "pages", "no-kernel")
	                            : RUN_KINDS("codes", "pages", "kernel");
}

TEST(single_steps_tell_what_linux_tells)
{
	return RUN_KINDS("codes", "steps");
}

TEST(handlers_return_to_any_stack_pointer)
{
	return RUN_KINDS("codes", "stack-pointers");
}

TEST(float_exceptions_tell_what_linux_tells)
{
	return RUN_KINDS("codes", "x87");
}

TEST(simd_exceptions_tell_what_linux_tells)
{
	return run_kind("codes", "sse") == NOT_HERE ? SKIP "this machine raises no #XM"
	                                            : RUN_KINDS("codes", "sse");
}

/*
 * Also checks that the kernel has set CR0.AM, without which EFLAGS.AC traps nothing (SDM 3A 2.5).
 */
TEST(misaligned_accesses_are_trapped)
{
	if (!(read_cr0() & CR0_AM))
		return "CR0.AM is 0";
	return run_kind("codes", "alignment") == NOT_HERE ? SKIP "this machine checks no alignment"
	                                                  : RUN_KINDS("codes", "alignment");
}
