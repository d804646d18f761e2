/* SPDX-License-Identifier: MIT */
/*
 * The siginfo and registers that a program gets for an exception. tests/programs/codes.c checks
 * them.
 */
#include "cpu/cpu.h"
#include "lib/errno.h"
#include "tests/kernel/kinds.h"
#include "tests/kernel/test.h"

#define NOT_HERE (77 << 8)

TEST(faults_tell_what_linux_tells)
{
	return RUN_KINDS("codes", "pages", "kernel");
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

/* EFLAGS.AC has no effect while CR0.AM is 0. */
TEST(misaligned_accesses_are_trapped)
{
	if (!(read_cr0() & CR0_AM))
		return "CR0.AM is 0";
	return run_kind("codes", "alignment") == NOT_HERE ? SKIP "this machine checks no alignment"
	                                                  : RUN_KINDS("codes", "alignment");
}
