/* SPDX-License-Identifier: MIT */
#include "cpu/msr.h"

#include "cpu/exceptions.h"

#include <stddef.h>

/*
 * The compiler must not duplicate a function whose assembly defines a label. clang does not clone
 * functions.
 */
#ifdef __clang__
#define ONE_COPY __attribute__((noinline))
#else
#define ONE_COPY __attribute__((noinline, noclone))
#endif

/* Labels after the instructions that may raise #GP: execution resumes there. */
extern void msr_read_resume(void), msr_write_resume(void), counter_resume(void);

bool ONE_COPY msr_try_read(uint32_t msr, uint64_t *value)
{
	uint32_t low = 0, high = 0;

	exception_expect(EXCEPTION_GP, msr_read_resume);
	__asm__ volatile("rdmsr\n"
	                 "	.globl msr_read_resume\n"
	                 "msr_read_resume:"
	                 : "+a"(low), "+d"(high)
	                 : "c"(msr)
	                 : "memory");
	*value = (uint64_t)high << 32 | low;
	return exception_expect(EXCEPTION_GP, NULL) == 0;
}

bool ONE_COPY msr_try_write(uint32_t msr, uint64_t value)
{
	exception_expect(EXCEPTION_GP, msr_write_resume);
	__asm__ volatile("wrmsr\n"
	                 "	.globl msr_write_resume\n"
	                 "msr_write_resume:"
	                 :
	                 : "c"(msr), "a"((uint32_t)value), "d"((uint32_t)(value >> 32))
	                 : "memory");
	return exception_expect(EXCEPTION_GP, NULL) == 0;
}

uint64_t counter_read(uint32_t index)
{
	uint32_t low, high;

	__asm__ volatile("lfence; rdpmc; lfence" : "=a"(low), "=d"(high) : "c"(index) : "memory");
	return (uint64_t)high << 32 | low;
}

bool ONE_COPY counter_try_read(uint32_t index)
{
	exception_expect(EXCEPTION_GP, counter_resume);
	__asm__ volatile("rdpmc\n"
	                 "	.globl counter_resume\n"
	                 "counter_resume:"
	                 :
	                 : "c"(index)
	                 : "rax", "rdx", "memory");
	return exception_expect(EXCEPTION_GP, NULL) == 0;
}
