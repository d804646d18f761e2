/* SPDX-License-Identifier: MIT */
#include "lib/config.h"

const char config_stack[] = CONFIG_STACK;
const char config_loader[] = CONFIG_LOADER;
const char config_isolation[] = CONFIG_ISOLATION;
/*
 * In a section of its own, with a fixed size, so that two images of the same code at different
 * revisions differ only in this string.
 */
__attribute__((section(".revision"))) const char config_revision[CONFIG_REVISION_MAX] = CONFIG_REVISION;
const char config_compiler[] = "gcc-" __VERSION__;
