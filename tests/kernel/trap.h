/* SPDX-License-Identifier: MIT */
/* Lets a test raise an exception in kernel mode and continue after it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "cpu/exceptions.h"

bool trap_call(void (*function)(uint64_t argument), uint64_t argument);
void trap_resume(void);
void push_below(uint64_t rsp);

/* Returns true if function(argument) raised the exception `vector`. Any other exception panics. */
static inline bool raises(uint64_t vector, void (*function)(uint64_t argument), uint64_t argument)
{
	bool ended;

	exception_expect(vector, trap_resume);
	ended = trap_call(function, argument);
	return exception_expect(0, NULL) == 1 && ended;
}
