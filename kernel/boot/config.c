/* SPDX-License-Identifier: MIT */
#include "boot/config.h"

const char config_stack[] = CONFIG_STACK;
const char config_loader[] = CONFIG_LOADER;
const char config_isolation[] = CONFIG_ISOLATION;
const char config_revision[] = CONFIG_REVISION;
const char config_compiler[] = "gcc-" __VERSION__;
