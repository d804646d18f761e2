/* SPDX-License-Identifier: MIT */
/* How this image was built. The values come from kernel/kernel.mk. */
#pragma once

extern const char config_stack[], config_loader[], config_isolation[];
#define CONFIG_REVISION_MAX 64
extern const char config_revision[CONFIG_REVISION_MAX]; /* git describe --always --dirty */
extern const char config_compiler[];
