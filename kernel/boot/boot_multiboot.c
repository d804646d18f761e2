/* SPDX-License-Identifier: MIT */
/* The C code that only BOOT=multiboot needs. */
#include "boot/boot.h"

void boot_say_stacks(void)
{
	/* Only the early stack was in use, and kernel_main() sends the fact about it. */
}
