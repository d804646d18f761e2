/* SPDX-License-Identifier: MIT */
#include "lib/config.h"

const char config_stack[] = CONFIG_STACK;
const char config_loader[] = CONFIG_LOADER;
const char config_isolation[] = CONFIG_ISOLATION;
/*
 * The revision has a section of its own, with a fixed size, so that two images of the same code at
 * different revisions differ only in this string.
 */
__attribute__((section(".revision"))) const char config_revision[CONFIG_REVISION_MAX] = CONFIG_REVISION;

#ifdef __clang__ /* clang's __VERSION__ begins with the name of the distributor */
#define DIGITS(number) #number
#define TEXT(number)   DIGITS(number)
#define COMPILER       "clang-" TEXT(__clang_major__) "." TEXT(__clang_minor__) "." TEXT(__clang_patchlevel__)
#else
#define COMPILER "gcc-" __VERSION__
#endif

const char config_compiler[] = COMPILER CONFIG_OPT;
