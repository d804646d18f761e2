/* SPDX-License-Identifier: MIT */
#include "lib/config.h"

const char config_stack[] = CONFIG_STACK;
const char config_loader[] = CONFIG_LOADER;
const char config_isolation[] = CONFIG_ISOLATION;
/*
 * Its own section and a fixed size, so that images of different revisions differ in nothing else.
 */
__attribute__((section(".revision"))) const char config_revision[CONFIG_REVISION_MAX] = CONFIG_REVISION;
const char config_compiler[] = "gcc-" __VERSION__;
