/* SPDX-License-Identifier: MIT */
/* Code that the experiments share, and pitfall.ist_reentry: a second interrupt on an IST slot. */
#include "bench/guest/experiments/pitfalls.h"

#include "cpu/apic.h"
#include "cpu/cpu.h"
#include "lib/config.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mem/frames.h"
#include "mem/tlb.h"
#include "process/process.h"
#include "stack/kstack.h"

void pitfall_report(struct bench *b)
{
	bench_metric(b, "violations", b->violations, "count");
	bench_metric(b, "tries", b->tries, "count");
}

bool pitfall_ran(struct bench *b)
{
	return b->tries > 0;
}

uint64_t pitfall_seed(void)
{
	const char *const names[] = { config_stack, config_loader, config_isolation };
	uint64_t seed = 0x70616c696d707365;

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		for (const char *c = names[i]; *c; c++)
			seed = (seed ^ (uint8_t)*c) * 0x100000001b3; /* FNV-1a */
	return seed | 1;                                             /* not 0 */
}

uint64_t pitfall_map(uint64_t pml4, uintptr_t address, uint64_t flags, uint32_t *tables)
{
	pte_t *table;
	uint64_t frame;

	*tables = FRAME_LIST_END;
	table = paging_table(pml4, address, flags & PTE_USER, tables);
	frame = table ? frame_alloc_zeroed() : FRAME_NONE;
	if (frame != FRAME_NONE)
		table[PT_INDEX(address)] = frame | flags | PTE_PRESENT | PTE_WRITE | PTE_NX;
	return frame;
}

void pitfall_unmap(uint64_t pml4, uintptr_t address, uint32_t *tables, uint64_t frame)
{
	((pte_t *)phys_to_virt(pml4))[PML4_INDEX(address)] = 0;
	invlpg(address); /* also flushes global pages and the paging-structure caches */
	while (*tables != FRAME_LIST_END)
		frame_free(frame_list_pop(tables));
	if (frame != FRAME_NONE)
		frame_free(frame);
}

/*
 * pitfall.ist_reentry: a second interrupt arrives on the IST stack of a first one. The first
 * handler copies its stack from RSP upwards: its own frame, and the words that the hardware and the
 * stub have pushed. It lets a second interrupt come, counts the words that changed, and restores
 * the copy. Without the copy, the first IRETQ would return to the place where the second interrupt
 * arrived.
 */
#define WATCHED_WORDS 64
#define SPARE_SIZE    (2 * PAGE_SIZE)

static uint8_t spare_stack[SPARE_SIZE + WATCHED_WORDS * 8] __attribute__((aligned(16)));
static uint64_t kept[WATCHED_WORDS];
static volatile uint8_t second_came, first_done;
static uint64_t words_overwritten;
static bool keep_the_rule; /* keep interrupts off in the handler, as fixed-ist demands */

static void second_handler(void)
{
	second_came = 1;
	lapic_eoi();
}

/*
 * Copies the stack, lets the second interrupt come, and restores the stack. Returns the number of
 * words that had changed. A single asm statement, so that the compiler keeps none of its values on
 * the stack.
 */
static uint64_t watch_second_interrupt(void)
{
	uint64_t changed, rounds = PITFALL_PATIENCE;

	__asm__ volatile("mov %%rsp, %%rsi\n\t"
	                 "mov %[kept], %%rdi\n\t"
	                 "mov %[words], %%ecx\n\t"
	                 "rep movsq\n\t"
	                 "movl %[ipi], (%[icr])\n\t"
	                 "sti\n"
	                 "1:\tcmpb $0, %[came]\n\t"
	                 "jne 2f\n\t"
	                 "pause\n\t"
	                 "dec %[rounds]\n\t"
	                 "jnz 1b\n"
	                 "2:\tcli\n\t"
	                 "xor %[changed], %[changed]\n\t"
	                 "xor %%ecx, %%ecx\n"
	                 "3:\tmov (%[kept], %%rcx, 8), %%rax\n\t"
	                 "cmp %%rax, (%%rsp, %%rcx, 8)\n\t"
	                 "je 4f\n\t"
	                 "inc %[changed]\n\t"
	                 "mov %%rax, (%%rsp, %%rcx, 8)\n"
	                 "4:\tinc %%ecx\n\t"
	                 "cmp %[words], %%ecx\n\t"
	                 "jne 3b"
	                 : [changed] "=&r"(changed), [rounds] "+r"(rounds)
	                 : [kept] "r"(kept), [words] "i"(WATCHED_WORDS), [came] "m"(second_came),
	                   [ipi] "r"(LAPIC_ICR_SELF | PITFALL_SECOND), [icr] "r"(LAPIC_BASE + LAPIC_ICR_LOW)
	                 : "rax", "rcx", "rsi", "rdi", "memory", "cc");
	return changed;
}

static void first_handler(void)
{
	if (keep_the_rule)
		lapic_self_ipi(PITFALL_SECOND);
	else
		words_overwritten = watch_second_interrupt();
	lapic_eoi();
	first_done = 1;
}

static bool wait_until(const volatile uint8_t *flag)
{
	for (unsigned i = 0; i < PITFALL_PATIENCE && !*flag; i++)
		__asm__ volatile("pause");
	return *flag;
}

/*
 * Takes two interrupts. The second one comes in the handler of the first or, if `rule` is set,
 * after it. Returns the number of words that the second changed on the stack of the first, or ~0 if
 * an interrupt did not come.
 */
static uint64_t two_interrupts(bool rule)
{
	bool both;

	keep_the_rule = rule;
	second_came = first_done = 0;
	words_overwritten = 0;
	interrupts_on();
	lapic_self_ipi(PITFALL_VECTOR);
	both = wait_until(&first_done) && wait_until(&second_came);
	interrupts_off();
	return both ? words_overwritten : ~0UL;
}

/*
 * If this STACK gives interrupts an IST slot, both vectors get the spare slot instead. Otherwise
 * their gates stay unchanged.
 */
static void ist_reentry(struct bench *b)
{
	bool by_ist = kstack_gate_ist(PITFALL_VECTOR) != IST_NONE;
	const uint64_t spare = this_cpu()->tss.ist[IST_SPARE - 1];
	uint64_t words = 0, control = 0;

	if (by_ist) {
		this_cpu()->tss.ist[IST_SPARE - 1] = (uintptr_t)spare_stack + SPARE_SIZE;
		gate_set_ist(PITFALL_VECTOR, IST_SPARE);
		gate_set_ist(PITFALL_SECOND, IST_SPARE);
	}
	irq_set_handler(PITFALL_VECTOR, first_handler);
	irq_set_handler(PITFALL_SECOND, second_handler);
	for (unsigned i = 0; i < 16; i++) {
		uint64_t changed = two_interrupts(false), with_rule = two_interrupts(true);

		if (changed == ~0UL || with_rule == ~0UL)
			break;
		b->tries++;
		b->violations += changed > 0;
		words += changed;
		control += with_rule;
	}
	irq_set_handler(PITFALL_VECTOR, NULL);
	irq_set_handler(PITFALL_SECOND, NULL);
	gate_set_ist(PITFALL_VECTOR, kstack_gate_ist(PITFALL_VECTOR));
	gate_set_ist(PITFALL_SECOND, kstack_gate_ist(PITFALL_SECOND));
	this_cpu()->tss.ist[IST_SPARE - 1] = spare;
	pitfall_report(b);
	bench_metric(b, "words_overwritten", words, "words");
	bench_metric(b, "control_violations", control, "count");
}

static bool ist_reentry_ran(struct bench *b)
{
	return b->tries == 16;
}

BENCH(pitfall_ist_reentry, "a second interrupt on an IST slot that is in use", .name = "pitfall.ist_reentry",
      .own_boot = true, .experiment = true, .few = 1, .body = ist_reentry, .check = ist_reentry_ran);
