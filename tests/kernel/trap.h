/* SPDX-License-Identifier: MIT */
/* Faults in the kernel that a test provokes and survives. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "cpu/exceptions.h"

bool trap_call(void (*function)(uint64_t argument), uint64_t argument);
void trap_resume(void);
void push_below(uint64_t rsp);

/* True when function(argument) raised the exception `vector`; any other one is a panic. */
static inline bool raises(uint64_t vector, void (*function)(uint64_t argument), uint64_t argument)
{
	bool ended;

	exception_expect(vector, trap_resume);
	ended = trap_call(function, argument);
	return exception_expect(0, NULL) == 1 && ended;
}
