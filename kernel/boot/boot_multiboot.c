/* SPDX-License-Identifier: MIT */
/* What is particular to BOOT=multiboot in C. */
#include "boot/boot.h"

void boot_say_stacks(void)
{
	/* The early stack is the only one, and kernel_main() sends its fact. */
}
