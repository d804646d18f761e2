/* SPDX-License-Identifier: MIT */
#include "cpu/cpus.h"

#include "cpu/apic.h"
#include "lib/schedule.h"
#include "output/panic.h"

uint32_t cpu_count = 1;
struct other_cpu *cpus_others;

static uint32_t boot_apic_id; /* set when another CPU is added */

static uint32_t stop_others(void)
{
	for (const struct other_cpu *cpu = cpus_others; cpu; cpu = cpu->next)
		if (&cpu->cpu != this_cpu())
			lapic_send(cpu->apic_id, LAPIC_ICR_NMI);
	if (this_cpu()->id)
		lapic_send(boot_apic_id, LAPIC_ICR_NMI);
	return cpu_count - 1;
}

void cpus_add(struct other_cpu *cpu)
{
	struct other_cpu **link = &cpus_others;

	boot_apic_id = lapic_id();
	panic_stop_others = stop_others;
	while (*link && (*link)->cpu.id < cpu->cpu.id)
		link = &(*link)->next;
	cpu->next = *link;
	*link = cpu;
	cpu_count++;
}

void cpus_remove(struct other_cpu *cpu)
{
	struct other_cpu **link = &cpus_others;

	while (*link != cpu)
		link = &(*link)->next;
	*link = cpu->next;
	cpu_count--;
}

void cpu_wake(const struct other_cpu *cpu)
{
	const bool on = interrupts_are_on();

	interrupts_off();
	schedule_point(SCHEDULE_IPI);
	lapic_send(cpu->apic_id, VECTOR_WAKE);
	if (on)
		interrupts_on();
}

void cpu_call(struct other_cpu *cpu, void (*function)(void *), void *argument)
{
	cpu->call.argument = argument;
	__atomic_store_n(&cpu->call.function, function, __ATOMIC_RELEASE);
	cpu_wake(cpu);
}

bool cpu_call_is_done(const struct other_cpu *cpu)
{
	return !__atomic_load_n(&cpu->call.function, __ATOMIC_ACQUIRE);
}

void cpu_call_wait(const struct other_cpu *cpu)
{
	while (!cpu_call_is_done(cpu))
		__asm__ volatile("pause");
}

void cpu_idle(void)
{
	struct cpu_call *call = &((struct other_cpu *)this_cpu())->call;

	for (;;) {
		void (*function)(void *);

		/* Interrupts are off from the look at the request to HLT, so that no IPI is lost. */
		interrupts_off();
		function = __atomic_load_n(&call->function, __ATOMIC_ACQUIRE);
		if (!function) {
			schedule_point(SCHEDULE_SLEEP);
			__asm__ volatile("sti; hlt" : : : "memory");
			continue;
		}
		interrupts_on();
		function(call->argument);
		schedule_point(SCHEDULE_SERVED);
		__atomic_store_n(&call->function, NULL, __ATOMIC_RELEASE);
	}
}
