/* SPDX-License-Identifier: MIT */
/* Preloaded before the library: a dlsym() that does not find Bochs's functions register_state(). */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

void *dlsym(void *handle, const char *name)
{
	void *(*real)(void *, const char *);

	*(void **)&real = dlvsym(RTLD_NEXT, "dlsym", "GLIBC_2.2.5");
	return strstr(name, "14register_stateEv") ? NULL : real(handle, name);
}
