/* SPDX-License-Identifier: MIT */
/*
 * Hooks: redirect Bochs's exported instrumentation stubs to this library.
 *
 * A Bochs built with --enable-instrumentation calls an empty function bx_instr_* at each event. We
 * replace the first HOOK_BYTES bytes of the stub by an indirect jump, followed by the address it
 * jumps to. In an idle hook the first byte is still the original RET. One store of this byte
 * switches a hook on or off. The thread that executes the hooks makes this store.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { HOOK_BYTES = 14 };

typedef void (*hook_function)(void);

struct hook {
	const char *symbol; /* mangled name of the stub */
	hook_function function;
	hook_function modelled; /* replaces `function` if there is a cycle model; may be NULL */
	bool live;              /* on from the start; otherwise hook_switch() turns it on */
	unsigned char *stub;
};

/* Returns true if this process is Bochs, even a build that cannot be instrumented. */
bool hooks_in_bochs(void);

/* Finds, checks and patches the stubs. If a stub is missing or unfit, ends the process with status
 * 2. */
void hooks_install(struct hook *hooks, size_t count);

/* Turns a hook on, or makes its stub an empty function again. */
void hook_switch(struct hook *hook, bool on);

/* Makes `bytes` bytes of Bochs's code writable. If that fails, ends the process with status 2,
 * after a message in which `symbol` names the code. */
void hook_make_writable(void *code, size_t bytes, const char *symbol);
