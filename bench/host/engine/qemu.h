/* SPDX-License-Identifier: MIT */
/* What is common to the engines that start QEMU. */
#pragma once

#include <limits.h>
#include <stddef.h>

/* QEMU's path. Returns 0, or -1 with the reason in `why`. */
int qemu_find(char path[PATH_MAX], char *why, size_t size);

/* The first line of `qemu --version`, "" when it prints none. The process runs it once. */
const char *qemu_version(void);
