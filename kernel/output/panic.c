/* SPDX-License-Identifier: MIT */
#include "output/panic.h"

#include <stdarg.h>
#include <stdbool.h>

#include "output/console.h"
#include "output/machine.h"
#include "output/record.h"
#include "x86/instructions.h"

#define PATIENCE 1000000 /* polls: how long the other CPUs have to stop; one may hang for good */

void (*panic_note)(void);
uint32_t (*panic_stop_others)(void);

static uint64_t panicking; /* the base of the GDT of the CPU that panics, or 0; each CPU has its own GDT */
static uint32_t stopped;   /* number of CPUs that have stopped since */

static uint64_t gdt_base(void)
{
	struct {
		uint16_t limit;
		uint64_t base;
	} __attribute__((packed)) gdt;

	__asm__ volatile("sgdt %0" : "=m"(gdt));
	return gdt.base;
}

void panic_elsewhere(void)
{
	const uint64_t other = __atomic_load_n(&panicking, __ATOMIC_ACQUIRE);

	if (!other || other == gdt_base())
		return;
	__atomic_fetch_add(&stopped, 1, __ATOMIC_RELEASE);
	for (;;)
		__asm__ volatile("cli; hlt");
}

void panic_begin(void)
{
	uint64_t nobody = 0;
	uint32_t others;

	interrupts_off();
	if (!__atomic_compare_exchange_n(&panicking, &nobody, gdt_base(), false, __ATOMIC_ACQ_REL,
	                                 __ATOMIC_ACQUIRE)) {
		panic_elsewhere();
		return; /* this CPU has begun before */
	}
	others = panic_stop_others ? panic_stop_others() : 0;
	for (uint32_t polls = 0; __atomic_load_n(&stopped, __ATOMIC_ACQUIRE) < others && polls < PATIENCE;
	     polls++)
		__asm__ volatile("pause");
	record_interrupt();
}

void panic(const char *format, ...)
{
	static bool again;
	static char text[160];
	va_list values;

	panic_begin();
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
