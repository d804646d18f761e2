/* SPDX-License-Identifier: MIT */
/* Starts the kernel, from the boot loader to the first task. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boot/options.h"
#include "fs/boot_modules.h"

#ifdef __OPTIMIZE__
#define EARLY_STACK_SIZE 1024
#else
#define EARLY_STACK_SIZE 4096
#endif
#define EARLY_STACK_PAINT 0x5041494e54504150UL /* not canonical, so never an address */

/*
 * Unpacks the modules that are archives, with a message for each damaged one, and frees the frames
 * that no file needs. If the allocator cannot take over a module's frames, the module stays in
 * memory. Sends two `fact` records: `modules-unpacked` and `modules-freed`, the numbers of bytes
 * that were unpacked and freed. Called once, after node_init().
 */
void boot_unpack_modules(void);

/*
 * Returns the largest number of bytes of the early stack that were in use at one time. Words that
 * were never in use still hold EARLY_STACK_PAINT.
 */
size_t early_stack_high_water(void);

/*
 * Starts memory, CPU and devices, then the first task, kernel_main(). early.asm calls it on the
 * early stack, under the boot page tables. `info`: physical address of the Multiboot information.
 * `place`: physical address of the first byte of the image.
 */
_Noreturn void boot_main(uint32_t info, uint64_t place);

/*
 * Sends `fact` records about the CPUs and the stacks that were in use before boot_main(). Each
 * value of BOOT has a file that defines this function.
 */
void boot_say_stacks(void);
