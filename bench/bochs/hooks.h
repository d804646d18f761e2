/* SPDX-License-Identifier: MIT */
/*
 * Hooks: Bochs's exported instrumentation stubs, and how they are made to call this library.
 *
 * A Bochs built with --enable-instrumentation calls an empty function bx_instr_* at each event. The stub's first
 * HOOK_BYTES bytes are replaced by a jump through the address that follows it. The original first byte, RET, is
 * what an idle hook has there, so switching a hook on or off is a store of one byte by the thread that
 * executes it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { HOOK_BYTES = 14 };

typedef void (*hook_function)(void);

struct hook {
	const char *symbol; /* mangled name of the stub */
	hook_function function;
	hook_function modelled; /* takes its place when there is a model; NULL: the same */
	bool live;              /* on from the start; otherwise it waits for hook_switch() */
	unsigned char *stub;
};

/* True in a process that is Bochs, whether or not it can be instrumented. */
bool hooks_in_bochs(void);

/* Finds, checks and patches the stubs. A stub that is missing or unfit ends the process with status 2. */
void hooks_install(struct hook *hooks, size_t count);

/* Connects the stub with its function, or makes it an empty function again. */
void hook_switch(struct hook *hook, bool on);
