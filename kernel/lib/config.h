/* SPDX-License-Identifier: MIT */
/* What this image was built as; the build writes the values (kernel/kernel.mk). */
#pragma once

extern const char config_stack[], config_loader[], config_isolation[];
#define CONFIG_REVISION_MAX 64
extern const char config_revision[CONFIG_REVISION_MAX]; /* git describe --always --dirty */
extern const char config_compiler[];
