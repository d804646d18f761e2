/* SPDX-License-Identifier: MIT */
#include "output/panic.h"

#include <stdarg.h>
#include <stdbool.h>

#include "output/console.h"
#include "output/machine.h"
#include "output/record.h"
#include "x86/instructions.h"

void (*panic_note)(void);

void panic(const char *format, ...)
{
	static bool again;
	static char text[160];
	va_list values;

	interrupts_off();
	if (again) /* panic() itself has panicked */
		machine_leave(EXIT_PANIC);
	again = true;
	kprintf("\nkernel panic: ");
	va_start(values, format);
	kprintf_va(format, values);
	va_end(values);
	kprintf("\n");
	va_start(values, format);
	format_string_va(text, sizeof text, format, values);
	va_end(values);
	record_start("panic");
	record_text("text", text);
	record_end();
	if (panic_note)
		panic_note();
	machine_leave(EXIT_PANIC);
}
