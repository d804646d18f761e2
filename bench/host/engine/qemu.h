/* SPDX-License-Identifier: MIT */
/* Code shared by the engines that start QEMU. */
#pragma once

#include <limits.h>
#include <stddef.h>

/* Finds QEMU. Returns 0, or -1 with the reason in `why`. */
int qemu_find(char path[PATH_MAX], char *why, size_t size);

/*
 * Returns the first line of `qemu --version`, or "" if it prints nothing. QEMU is run once per
 * process.
 */
const char *qemu_version(void);
