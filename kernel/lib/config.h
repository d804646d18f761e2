/* SPDX-License-Identifier: MIT */
/* How this image was built. The values come from kernel/kernel.mk. */
#pragma once

extern const char config_stack[], config_loader[], config_isolation[];
#define CONFIG_REVISION_MAX 64
extern const char config_revision[CONFIG_REVISION_MAX]; /* from git describe --always --dirty */
/*
 * Name and version of the compiler, then its level of optimization unless that is -O2: for example
 * gcc-12.2.0 or clang-14.0.6-Os.
 */
extern const char config_compiler[];
