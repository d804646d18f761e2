/* SPDX-License-Identifier: MIT */
#include "cpu/apic.h"
#include "cpu/cpu.h"
#include "cpu/exceptions.h"
#include "cpu/stack_choice.h"

/* A gate of the IDT in 64-bit mode (SDM 3A 6.14.1). */
struct gate {
	uint16_t offset0, selector;
	uint8_t ist, type;
	uint16_t offset1;
	uint32_t offset2, reserved;
};
_Static_assert(sizeof(struct gate) == 16, "64-bit gate");

#define GATE_INTERRUPT 0x8e
#define GATE_USER      0x60 /* DPL 3 */

/*
 * The IDT is at the end of a page without other data of the kernel, so that ISOLATION can map this
 * page in user tables, and can use the rest of it.
 */
static struct {
	uint8_t rest[PAGE_SIZE - IDT_GATES * sizeof(struct gate)];
	struct gate gates[IDT_GATES];
} idt __attribute__((aligned(PAGE_SIZE)));
_Static_assert(sizeof idt == PAGE_SIZE, "a page");

/*
 * The addresses of the stubs, for the gates. Defined in entry.asm or in a file of ISOLATION.
 * The stubs of device interrupts call the functions in irq_handlers.
 */
extern uint64_t entry_stubs[IDT_GATES];
void (*irq_handlers[IDT_GATES])(void);

static void spurious(void)
{
	lapic_eoi();
}

static void spurious_no_eoi(void)
{
}

static unsigned ist_of(unsigned vector)
{
	switch (vector) {
	case EXCEPTION_DF:
		return IST_DF;
	case EXCEPTION_NMI:
		return IST_NMI;
	case EXCEPTION_MC:
		return IST_MC;
	case EXCEPTION_DB:
		return IST_DB;
	case EXCEPTION_TS:
	case EXCEPTION_NP:
	case EXCEPTION_SS:
	case EXCEPTION_GP:
		return IST_GP;
	default:
		return kstack_gate_ist(vector);
	}
}

static struct gate gate_to(uint64_t handler, unsigned ist, bool user)
{
	return (struct gate){
		.offset0 = (uint16_t)handler,
		.selector = SELECTOR_KERNEL_CODE,
		.ist = (uint8_t)ist,
		.type = user ? GATE_INTERRUPT | GATE_USER : GATE_INTERRUPT,
		.offset1 = (uint16_t)(handler >> 16),
		.offset2 = (uint32_t)(handler >> 32),
	};
}

void gate_set(unsigned vector, void (*handler)(void), unsigned ist, bool user)
{
	idt.gates[vector] = gate_to((uintptr_t)handler, ist, user);
}

void gate_restore(unsigned vector)
{
	idt.gates[vector] = gate_to(entry_stubs[vector], ist_of(vector), vector == EXCEPTION_BP);
}

void idt_init(void)
{
	for (unsigned vector = 0; vector < IDT_GATES; vector++) {
		irq_handlers[vector] = spurious;
		gate_restore(vector);
	}
	irq_handlers[VECTOR_SPURIOUS] = spurious_no_eoi; /* SDM 3A 11.9: no EOI */
}

void idt_load(void)
{
	const struct {
		uint16_t limit;
		uint64_t base;
	} __attribute__((packed)) pointer = { sizeof idt.gates - 1, (uintptr_t)idt.gates };

	__asm__ volatile("lidt %0" : : "m"(pointer));
}

void irq_set_handler(unsigned vector, void (*handler)(void))
{
	irq_handlers[vector] = handler ? handler : spurious;
}

unsigned gate_set_ist(unsigned vector, unsigned ist)
{
	unsigned before = idt.gates[vector].ist;

	idt.gates[vector].ist = (uint8_t)ist;
	return before;
}
