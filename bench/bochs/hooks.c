/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/bochs/hooks.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench/bochs/output.h"

enum { RET = 0xC3, JUMP = 0xFF };

bool hooks_in_bochs(void)
{
	char path[4096];
	ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
	const char *name;

	if (dlsym(RTLD_DEFAULT, "bx_cpu_array"))
		return true;
	if (length < 0)
		return false;
	path[length] = '\0';
	name = strrchr(path, '/');
	return name && strncmp(name + 1, "bochs", 5) == 0;
}

/* Returns the length in bytes of the NOP or INT3 at `code`, or 0 for anything else. Compilers fill
 * the space between functions with these. */
static size_t padding_length(const unsigned char *code)
{
	size_t at = 0;
	unsigned mod, rm;

	while (code[at] == 0x66 || code[at] == 0x2E)
		at++;
	if (code[at] == 0x90 || code[at] == 0xCC)
		return at + 1;
	if (code[at] != 0x0F || code[at + 1] != 0x1F)
		return 0;
	mod = code[at + 2] >> 6;
	rm = code[at + 2] & 7;
	if (mod == 3)
		return 0;
	return at + 3 + (rm == 4) + (mod == 1 ? 1 : mod == 2 ? 4 : 0);
}

/* Returns true if `stub` is an empty function followed by padding up to HOOK_BYTES bytes. */
static bool stub_fits(const unsigned char *stub)
{
	static const unsigned char endbr64[] = { 0xF3, 0x0F, 0x1E, 0xFA };
	size_t at = memcmp(stub, endbr64, sizeof endbr64) == 0 ? sizeof endbr64 : 0;

	if (stub[at++] != RET)
		return false;
	while (at < HOOK_BYTES) {
		size_t length = padding_length(stub + at);

		if (!length)
			return false;
		at += length;
	}
	return true;
}

void hook_make_writable(void *code, size_t bytes, const char *symbol)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t first = (uintptr_t)code & -page;
	uintptr_t end = ((uintptr_t)code + bytes + page - 1) & -page;

	if (mprotect((void *)first, end - first, PROT_READ | PROT_WRITE | PROT_EXEC))
		output_fail(2, "cannot write to %s: %s", symbol, strerror(errno));
}

static void patch(struct hook *hook)
{
	/* With JUMP in place of RET, this is jmp [rip+0], followed by the address. */
	unsigned char jump[HOOK_BYTES] = { RET, 0x25, 0, 0, 0, 0 };

	_Static_assert(sizeof hook->function == 8, "the jump takes a 64-bit address");
	memcpy(jump + 6, &hook->function, 8);
	memcpy(hook->stub, jump, sizeof jump);
	hook_switch(hook, hook->live);
}

static _Noreturn void refuse(const char *symbol, const char *reason)
{
	output_fail(2,
	            "%s %s in this Bochs. Bochs 2.7 or later, built with --enable-instrumentation, is "
	            "needed, such as package bochs of Debian 12 or later.",
	            symbol, reason);
}

void hooks_install(struct hook *hooks, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		hooks[i].stub = dlsym(RTLD_DEFAULT, hooks[i].symbol);
		if (!hooks[i].stub)
			refuse(hooks[i].symbol, "is not exported");
		if (!stub_fits(hooks[i].stub))
			refuse(hooks[i].symbol, "is not an empty function with room for a jump");
	}
	for (size_t i = 0; i < count; i++) {
		hook_make_writable(hooks[i].stub, HOOK_BYTES, hooks[i].symbol);
		patch(&hooks[i]);
	}
}

void hook_switch(struct hook *hook, bool on)
{
	*(volatile unsigned char *)hook->stub = on ? JUMP : RET;
}
