/* SPDX-License-Identifier: MIT */
#include "output/machine.h"

#include "output/screen.h"
#include "x86/instructions.h"

void machine_stop(void)
{
	__asm__ volatile("cli");
	if (screen_is_on())
		screen_look_back();
	for (;;)
		__asm__ volatile("cli; hlt");
}

void machine_leave(uint32_t value)
{
	outl(PORT_EXIT, value);
	for (const char *word = "Shutdown"; *word; word++)
		outb(PORT_BOCHS_EXIT, (uint8_t)*word);
	machine_stop();
}
