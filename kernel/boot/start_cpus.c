/* SPDX-License-Identifier: MIT */
#include "boot/start_cpus.h"

#include "boot/acpi.h"
#include "boot/options.h"
#include "cpu/apic.h"
#include "cpu/cpus.h"
#include "cpu/fpu.h"
#include "cpu/tsc.h"
#include "isolation/isolation.h"
#include "lib/string.h"
#include "mem/heap.h"
#include "mem/paging.h"
#include "mem/tlb.h"
#include "output/console.h"
#include "output/record.h"

#define LOW_END     0xa0000UL /* memory for programs of the BIOS ends here */
#define EFER_LMA    (1UL << 10)
#define GATE_NMI    2

/* SDM 3A 8.4.4.1: after INIT 10 ms, after SIPI 200 us. */
#define INIT_US     10000
#define SIPI_US     200
#define PATIENCE_US 1000000 /* if no further CPU comes within this time, none will */

/* Defined in ap.asm, which has comments. */
extern char ap_trampoline[], ap_parameters[], ap_trampoline_end[], parked_nmi[];
extern struct other_cpu *ap_pool;
extern uint32_t ap_late;
extern uint64_t parked_idt[][2];

/* The values that ap_trampoline loads. */
struct ap_parameters {
	uint32_t cr0, cr3, cr4, efer;
	uint32_t entry;
	uint16_t selector;
	uint16_t gdt_limit;
	uint32_t gdt_base;
} __attribute__((packed));

_Noreturn void ap_main(struct other_cpu *cpu);

/* Set at boot. */
static uint64_t low = FRAME_NONE;
static uint32_t listed; /* CPUs that ACPI lists, with the boot CPU */
static struct cpus_started booted;

volatile bool cpus_hang;

static uint32_t lowest_slot = 1; /* all CPU_AREA()s with lower numbers are in use */

struct cpu_stack {
	uintptr_t top;
	size_t size;
};

/* Returns stack `i` of CPU `id`, or one of size 0 after the last. The boot CPU has no idle stack. */
static struct cpu_stack stack_of(uint32_t id, unsigned i)
{
	const struct cpu_stack stacks[] = {
		{ CPU_SCRATCH_TOP(id), SCRATCH_SIZE },
		{ CPU_ENTRY_TOP(id), CPU_STACK_SIZE },
		{ CPU_DF_TOP(id), CPU_STACK_SIZE },
		{ CPU_NMI_TOP(id), CPU_STACK_SIZE },
		{ CPU_MC_TOP(id), CPU_STACK_SIZE },
		{ CPU_DB_TOP(id), CPU_STACK_SIZE },
		{ CPU_GP_TOP(id), CPU_STACK_SIZE },
		{ CPU_IDLE_TOP(id), id ? IDLE_SIZE : 0 },
		{ 0, 0 },
	};

	return stacks[i];
}

static void unmap_stacks(uint32_t id)
{
	struct cpu_stack stack;

	for (unsigned i = 0; (stack = stack_of(id, i)).size; i++)
		for (uintptr_t page = stack.top - stack.size; page < stack.top; page += PAGE_SIZE) {
			pte_t *table = paging_table(kernel_pml4, page, 0, NULL);
			const pte_t entry = table ? table[PT_INDEX(page)] : 0;

			if (!(entry & PTE_PRESENT))
				continue;
			table[PT_INDEX(page)] = 0;
			tlb_flush_pages(page, 1);
			frame_free(pte_frame(entry));
		}
}

bool cpu_map_stacks(uint32_t id)
{
	const uint64_t flags = PTE_WRITE | PTE_NX | isolation_kernel_flags();
	struct cpu_stack stack;

	for (unsigned i = 0; (stack = stack_of(id, i)).size; i++)
		for (uintptr_t page = stack.top - stack.size; page < stack.top; page += PAGE_SIZE) {
			const uint64_t frame = frame_alloc_zeroed();

			if (frame != FRAME_NONE && !paging_map_kernel(page, frame, flags))
				continue;
			if (frame != FRAME_NONE)
				frame_free(frame);
			unmap_stacks(id);
			return false;
		}
	return true;
}

uint64_t cpus_choose_low(const struct memory_range *ranges, size_t count)
{
	const uint64_t size = AP_LOW_PAGES * PAGE_SIZE;

	for (size_t i = 0; i < count && ranges[i].start + size <= LOW_END; i++)
		if (ranges[i].end - ranges[i].start >= size)
			return low = ranges[i].start;
	return FRAME_NONE;
}

/* Returns the number of the first CPU_AREA() in which no stack is mapped. */
static uint32_t free_slot(void)
{
	while (paging_translate(kernel_pml4, CPU_GP_TOP(lowest_slot) - 1, NULL) != PAGING_INVALID)
		lowest_slot++;
	return lowest_slot;
}

/* Allocates a CPU, which is not started. Returns NULL if out of memory. */
static struct other_cpu *cpu_create(void)
{
	const uint32_t id = free_slot();
	const uint64_t frame = id < CPU_AREA_SLOTS ? frame_alloc_zeroed() : FRAME_NONE;
	struct other_cpu *cpu = phys_to_virt(frame);

	if (frame == FRAME_NONE)
		return NULL;
	if (!cpu_map_stacks(id)) {
		frame_free(frame);
		return NULL;
	}
	cpu_prepare(&cpu->cpu, id);
	cpu->idle_top = CPU_IDLE_TOP(id);
	cpu->apic_id = LAPIC_IDS; /* not known yet */
	return cpu;
}

static void cpu_destroy(struct other_cpu *cpu)
{
	unmap_stacks(cpu->cpu.id);
	lowest_slot = cpu->cpu.id < lowest_slot ? cpu->cpu.id : lowest_slot;
	frame_free(virt_to_phys(cpu));
}

/*
 * Fills the low pages: the trampoline, and page tables that map it (not writable) at its physical
 * address, and also map the kernel half. The tables must be in low memory because CR3 has only 32
 * bits when the trampoline loads it. CPUs that are parked, or that hung, still use the pages when
 * other CPUs are started later. So what is there is never cleared.
 */
static void fill_low(void)
{
	char *const page = phys_to_virt(low);
	pte_t *const pml4 = phys_to_virt(low + PAGE_SIZE), *const pdpt = pml4 + 512, *const pd = pdpt + 512;
	struct ap_parameters *p =
	        (struct ap_parameters *)(page + ((uintptr_t)ap_parameters - (uintptr_t)ap_trampoline));
	const uint64_t nmi = (uintptr_t)parked_nmi;
	static bool filled;

	if (!filled) {
		zero_pages(page, AP_LOW_PAGES);
		memcpy(page, ap_trampoline, (uintptr_t)ap_trampoline_end - (uintptr_t)ap_trampoline);
		p->entry += (uint32_t)low;
		p->gdt_base += (uint32_t)low;
		filled = true;
	}
	pml4[0] = virt_to_phys(pdpt) | PTE_PRESENT;
	pdpt[0] = virt_to_phys(pd) | PTE_PRESENT;
	pd[0] = PTE_PRESENT | PTE_LARGE; /* the first 2 MiB, LOW_END included */
	for (unsigned i = KERNEL_PML4_FIRST; i < 512; i++)
		pml4[i] = ((const pte_t *)phys_to_virt(kernel_pml4))[i];
	p->cr0 = (uint32_t)(read_cr0() | CR0_TS);
	p->cr3 = (uint32_t)virt_to_phys(pml4);
	p->cr4 = (uint32_t)(read_cr4() & ~CR4_PCIDE); /* can be set only in long mode */
	p->efer = (uint32_t)(read_msr(MSR_EFER) & ~EFER_LMA);
	parked_idt[GATE_NMI][0] = (nmi & 0xffff) | 8UL << 16 | 0x8e00UL << 32 | (nmi >> 16 & 0xffff) << 48;
	parked_idt[GATE_NMI][1] = nmi >> 32;
}

/* The first C code of another CPU, under the page tables of fill_low(), with interrupts off. */
void ap_main(struct other_cpu *cpu)
{
	uint32_t expected = CPU_STARTING;

	while (cpus_hang)
		__asm__ volatile("pause");
	write_cr3(kernel_pml4);
	cpu_load(&cpu->cpu);
	if (pcid_on)
		write_cr4(read_cr4() | CR4_PCIDE);
	fpu_init_other();
	tsc_make_lfence_serialize();
	lapic_enable_other();
	lapic_init();
	cpu->apic_id = lapic_id();
	if (__atomic_compare_exchange_n(&cpu->state, &expected, CPU_RUNNING, false, __ATOMIC_ACQ_REL,
	                                __ATOMIC_ACQUIRE))
		cpu_idle();
	for (;;)
		__asm__ volatile("cli; hlt");
}

static void wait_us(uint64_t us)
{
	const uint64_t start = timestamp(), ticks = tsc_hertz() / 1000000 * us;

	while (timestamp() - start < ticks)
		__asm__ volatile("pause");
}

static bool runs(const struct other_cpu *cpu)
{
	return __atomic_load_n(&cpu->state, __ATOMIC_ACQUIRE) == CPU_RUNNING;
}

/* Returns how many of the prepared CPUs from `first` on run. */
static uint32_t count_running(const struct other_cpu *first)
{
	uint32_t count = 0;

	for (; first; first = first->next)
		count += runs(first);
	return count;
}

static bool has_come(const struct other_cpu *first, uint32_t id)
{
	while (first && !(runs(first) && first->apic_id == id))
		first = first->next;
	return first;
}

/* Waits until `wanted` CPUs run, or for `us` microseconds in which no further CPU has come. */
static void wait_for(const struct other_cpu *first, uint32_t wanted, uint64_t us)
{
	const uint64_t ticks = tsc_hertz() / 1000000 * us;
	uint64_t start = timestamp();
	uint32_t before = count_running(first), now;

	while ((now = count_running(first)) < wanted && timestamp() - start < ticks) {
		if (now != before)
			start = timestamp();
		before = now;
		__asm__ volatile("pause");
	}
}

/* Sends INIT and SIPI to the CPUs, and a second SIPI to those that have not come after the first. */
static uint32_t send_start(const uint32_t *ids, size_t count, const struct other_cpu *first)
{
	const uint32_t sipi = LAPIC_ICR_SIPI | (uint32_t)(low >> PAGE_SHIFT);
	uint32_t repeated = 0;

	for (size_t i = 0; i < count; i++)
		lapic_send(ids[i], LAPIC_ICR_INIT);
	wait_us(INIT_US);
	for (size_t i = 0; i < count; i++)
		lapic_send(ids[i], sipi);
	wait_for(first, (uint32_t)count, SIPI_US);
	for (size_t i = 0; i < count; i++)
		if (!has_come(first, ids[i])) {
			lapic_send(ids[i], sipi);
			repeated++;
		}
	return repeated;
}

/* Adds the CPUs that run to the list of CPUs. Frees the structures that are still in the pool. */
static void sort_out(struct other_cpu *first, struct cpus_started *result)
{
	struct other_cpu *rest = __atomic_exchange_n(&ap_pool, NULL, __ATOMIC_ACQ_REL), *next;
	bool taken = true;

	for (struct other_cpu *cpu = first; cpu; cpu = next) {
		uint32_t expected = CPU_STARTING;

		next = cpu->next;
		taken = taken && cpu != rest;
		if (!taken) {
			cpu_destroy(cpu);
			result->absent++;
		} else if (__atomic_compare_exchange_n(&cpu->state, &expected, CPU_ABANDONED, false,
		                                       __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
			result->hung++;
		} else {
			cpus_add(cpu);
			result->started++;
		}
	}
}

void cpus_start(const uint32_t *ids, size_t count, struct cpus_started *result)
{
	const bool on = interrupts_are_on();
	struct other_cpu *first = NULL, **last = &first;
	size_t prepared = 0;

	*result = (struct cpus_started){ 0 };
	if (low == FRAME_NONE) {
		result->absent = (uint32_t)count;
		return;
	}
	fill_low();
	for (; prepared < count; prepared++) {
		struct other_cpu *cpu = cpu_create();

		if (!cpu)
			break;
		*last = cpu;
		last = &cpu->next;
	}
	result->no_memory = (uint32_t)(count - prepared);
	if (!prepared)
		return;
	interrupts_off();
	__atomic_store_n(&ap_pool, first, __ATOMIC_RELEASE);
	result->repeated = send_start(ids, prepared, first);
	wait_for(first, (uint32_t)prepared, PATIENCE_US);
	sort_out(first, result);
	if (on)
		interrupts_on();
}

void cpu_stop(struct other_cpu *cpu)
{
	const bool on = interrupts_are_on();

	cpus_remove(cpu);
	interrupts_off();
	lapic_send(cpu->apic_id, LAPIC_ICR_INIT);
	wait_us(INIT_US); /* it may still use its stack before INIT arrives */
	if (on)
		interrupts_on();
	cpu_destroy(cpu);
}

bool cpu_start_late(uint32_t id)
{
	const uint32_t before = __atomic_load_n(&ap_late, __ATOMIC_ACQUIRE);
	const bool on = interrupts_are_on();
	const uint64_t ticks = tsc_hertz() / 1000000 * PATIENCE_US, start = timestamp();

	interrupts_off();
	send_start(&id, 1, NULL);
	while (__atomic_load_n(&ap_late, __ATOMIC_ACQUIRE) == before && timestamp() - start < ticks)
		__asm__ volatile("pause");
	if (on)
		interrupts_on();
	return __atomic_load_n(&ap_late, __ATOMIC_ACQUIRE) == before + 1;
}

static uint64_t most_cpus(void)
{
	char value[24];

	return boot_option("maxcpus", value, sizeof value) ? string_to_number(value) : 1;
}

bool cpus_wanted(void)
{
	return most_cpus() > 1 && !ISOLATION_ONE_CPU;
}

/* The IDs that acpi_visit_cpus() shows, without the boot CPU's. If `ids` is NULL, they are counted. */
struct id_list {
	uint32_t *ids;
	size_t count, room;
	uint32_t own;    /* ID of the boot CPU */
	uint32_t beyond; /* number of IDs that xAPIC mode cannot address */
};

static void note_id(uint32_t id, void *argument)
{
	struct id_list *list = argument;

	if (id == list->own)
		return;
	if (id >= LAPIC_IDS) {
		list->beyond++;
	} else if (list->count < list->room) {
		if (list->ids)
			list->ids[list->count] = id;
		list->count++;
	}
}

static void say_missing(uint32_t count, const char *why)
{
	if (count)
		kprintf("%u CPUs are not used: %s\n", count, why);
}

/* Chooses how CPUs are asked to flush (shootdown=). */
static void choose_shootdown(void)
{
	char value[16];

	boot_option("shootdown", value, sizeof value);
	tlb_set_way(!strcmp(value, "page")        ? TLB_EACH_PAGE
	            : !strcmp(value, "broadcast") ? TLB_BROADCAST
	                                          : TLB_BATCHED);
	tlb_init();
}

void cpus_boot(void)
{
	struct id_list list = { .own = lapic_id(), .room = LAPIC_IDS };

	if (most_cpus() > 1 && ISOLATION_ONE_CPU)
		kprintf("maxcpus= is ignored: with this isolation the kernel runs on one CPU\n");
	if (!cpus_wanted())
		return;
	if (!acpi_visit_cpus(note_id, &list)) {
		kprintf("maxcpus= is ignored: the firmware lists no CPUs\n");
		return;
	}
	choose_shootdown();
	listed = (uint32_t)list.count + list.beyond + 1;
	say_missing(list.beyond, "their IDs need x2APIC mode");
	list.room = list.count < most_cpus() - 1 ? list.count : most_cpus() - 1;
	list.count = 0;
	if (!list.room)
		return;
	list.ids = heap_alloc(list.room * sizeof *list.ids);
	if (!list.ids || !acpi_visit_cpus(note_id, &list)) {
		booted.no_memory = (uint32_t)list.room;
	} else {
		cpus_start(list.ids, list.count, &booted);
	}
	heap_free(list.ids);
	say_missing(booted.no_memory, "there is no memory for their stacks; give the machine more (-m)");
	say_missing(booted.absent, "they did not start");
	say_missing(booted.hung, "they took too long to start");
}

void cpus_say(void)
{
	if (!cpus_wanted())
		return;
	record_fact("cpus-listed", listed, "CPUs");
	record_fact("cpus-started", booted.started, "CPUs");
	record_fact("cpus-without-memory", booted.no_memory, "CPUs");
	record_fact("cpus-absent", booted.absent, "CPUs");
	record_fact("cpus-hung", booted.hung, "CPUs");
	record_fact("cpus-second-sipi", booted.repeated, "CPUs");
}
