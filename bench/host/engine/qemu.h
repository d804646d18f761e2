/* SPDX-License-Identifier: MIT */
/* Code shared by the engines that start QEMU. */
#pragma once

#include <limits.h>
#include <stddef.h>

/* Finds QEMU and writes its path. Returns 0, or -1 with the reason in `why`. */
int qemu_find(char path[PATH_MAX], char *why, size_t size);

/*
 * Returns the first line that QEMU prints with --version, or "" if it prints nothing. Runs QEMU
 * only once per process.
 */
const char *qemu_version(void);
