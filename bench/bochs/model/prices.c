/* SPDX-License-Identifier: MIT */
#include "bench/bochs/model/prices.h"

/* Device memory of a PC. It is not cacheable. */
enum { VGA_FIRST = 0xA0000, VGA_END = 0xC0000, XAPIC_ICR = 0x300 };
#define DEVICES_FIRST 0xC0000000ULL
#define DEVICES_END   0x100000000ULL
#define LOCAL_APIC    0xFEE00000ULL

enum { MSR_X2APIC_EOI = 0x80B, MSR_X2APIC_ICR = 0x830 };

static enum cost_parameter wrmsr_price(const struct core *core)
{
	uint32_t msr = (uint32_t)core->registers[REGISTER_RCX];

	return msr == MSR_X2APIC_EOI ? COST_EOI_X2APIC : msr == MSR_X2APIC_ICR ? COST_IPI_SEND : COST_WRMSR;
}

enum cost_parameter price_of(const struct core *core)
{
	static const enum cost_parameter prices[] = {
		[CLASS_PLAIN] = COST_CPI_HOT,
		[CLASS_REP_COPY] = COST_REP_START,
		[CLASS_REP_OTHER] = COST_REP_START,
		[CLASS_SYSCALL] = COST_SYSCALL,
		[CLASS_SYSRET] = COST_SYSRET,
		[CLASS_CR_WRITE] = COST_CR_WRITE,
		[CLASS_CR_READ] = COST_CR_READ,
		[CLASS_INVLPG] = COST_INVLPG_COST,
		[CLASS_RDMSR] = COST_RDMSR,
		[CLASS_RDTSC] = COST_RDTSC,
		[CLASS_RDTSCP] = COST_RDTSCP,
		[CLASS_CPUID] = COST_CPUID,
		[CLASS_LFENCE] = COST_LFENCE,
		[CLASS_MFENCE] = COST_MFENCE,
		[CLASS_CLI] = COST_CLI,
		[CLASS_STI] = COST_STI,
		[CLASS_POPF] = COST_POPF,
		[CLASS_SWAPGS] = COST_SWAPGS,
		[CLASS_LOAD_TABLE] = COST_LOAD_TABLE,
		[CLASS_LOCKED] = COST_LOCKED,
		[CLASS_PORT_IO] = COST_PORT_IO,
		[CLASS_UNPRICED] = COST_CPI_HOT,
	};

	switch (core->decoded->class) {
	case CLASS_IRET:
		return core->in_user ? COST_IRET_USER : COST_IRET_KERNEL;
	case CLASS_CR3_WRITE:
		return core->operand & CR3_KEEP && translation_has_pcids(&core->translation) ? COST_CR3_KEEP
		                                                                             : COST_CR3_FLUSH;
	case CLASS_CR4_WRITE:
		return core->flushed ? COST_CR4_FLUSH : COST_CR_WRITE;
	case CLASS_INVPCID:
		return core->operand == 0 ? COST_INVPCID_PAGE : COST_INVPCID_ALL;
	case CLASS_WRMSR:
		return wrmsr_price(core);
	default:
		return prices[core->decoded->class];
	}
}

enum model_cause price_cause(enum instruction_class class)
{
	switch (class) {
	case CLASS_PLAIN:
	case CLASS_UNPRICED:
		return CAUSE_INSTRUCTIONS;
	case CLASS_REP_COPY:
	case CLASS_REP_OTHER:
		return CAUSE_STRINGS;
	case CLASS_SYSCALL:
	case CLASS_SYSRET:
	case CLASS_IRET:
		return CAUSE_RINGS;
	case CLASS_CR3_WRITE:
	case CLASS_CR4_WRITE:
	case CLASS_INVLPG:
	case CLASS_INVPCID:
		return CAUSE_FLUSHES;
	default:
		return CAUSE_PRIVILEGED;
	}
}

bool price_waits_for_all(enum instruction_class class)
{
	switch (class) {
	case CLASS_IRET:
	case CLASS_CR3_WRITE:
	case CLASS_CR4_WRITE:
	case CLASS_CR_WRITE:
	case CLASS_INVLPG:
	case CLASS_INVPCID:
	case CLASS_WRMSR:
	case CLASS_RDTSCP:
	case CLASS_CPUID:
	case CLASS_LFENCE:
	case CLASS_MFENCE:
	case CLASS_LOAD_TABLE:
	case CLASS_LOCKED:
	case CLASS_PORT_IO:
		return true;
	default:
		return false;
	}
}

bool price_is_device(uint64_t physical)
{
	return (physical >= DEVICES_FIRST && physical < DEVICES_END) ||
	       (physical >= VGA_FIRST && physical < VGA_END);
}

bool price_is_xapic(uint64_t physical)
{
	return physical >> 12 == LOCAL_APIC >> 12;
}

enum cost_parameter price_of_device(uint64_t physical, bool write)
{
	return write && physical == LOCAL_APIC + XAPIC_ICR ? COST_IPI_SEND : COST_APIC_MMIO;
}
