/* SPDX-License-Identifier: MIT */
/*
 * Instructions that C cannot express. Volumes and chapters are those of Intel's SDM. In the unit
 * tests, another header of this name counts privileged instructions instead of executing them.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "x86/registers.h"

static inline void outb(uint16_t port, uint8_t value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline void outl(uint16_t port, uint32_t value)
{
	__asm__ volatile("outl %0, %1" : : "a"(value), "Nd"(port));
}

static inline uint8_t inb(uint16_t port)
{
	uint8_t value;

	__asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

/*
 * Returns DS, ES, FS and GS, 16 bits each, with DS in the lowest 16. Long mode ignores DS and ES,
 * but programs can load all four.
 */
static inline uint64_t read_selectors(void)
{
	uint64_t ds, es, fs, gs;

	__asm__ volatile("mov %%ds, %k0; mov %%es, %k1; mov %%fs, %k2; mov %%gs, %k3"
	                 : "=r"(ds), "=r"(es), "=r"(fs), "=r"(gs));
	return ds | es << 16 | fs << 32 | gs << 48;
}

/* Returns DS, ES, FS and GS ORed together: 0 if all four are null. */
static inline uint64_t selectors_loaded(void)
{
	uint64_t ds, es, fs, gs;

	__asm__ volatile("mov %%ds, %k0; mov %%es, %k1; mov %%fs, %k2; mov %%gs, %k3"
	                 : "=r"(ds), "=r"(es), "=r"(fs), "=r"(gs));
	return ds | es | fs | gs;
}

/*
 * Loads the selectors that read_selectors() returned. This sets the FS base and the user's GS base
 * from the descriptors. Interrupts must be off.
 */
static inline void write_selectors(uint64_t selectors)
{
	__asm__ volatile("mov %k0, %%ds; mov %k1, %%es; mov %k2, %%fs; swapgs; mov %k3, %%gs; swapgs"
	                 :
	                 : "r"(selectors & 0xffff), "r"(selectors >> 16 & 0xffff),
	                   "r"(selectors >> 32 & 0xffff), "r"(selectors >> 48)
	                 : "memory");
}

static inline uint64_t read_cr0(void)
{
	uint64_t value;

	__asm__ volatile("mov %%cr0, %0" : "=r"(value));
	return value;
}

static inline void write_cr0(uint64_t value)
{
	__asm__ volatile("mov %0, %%cr0" : : "r"(value) : "memory");
}

static inline uint64_t read_cr2(void)
{
	uint64_t value;

	__asm__ volatile("mov %%cr2, %0" : "=r"(value));
	return value;
}

static inline void write_cr2(uint64_t value)
{
	__asm__ volatile("mov %0, %%cr2" : : "r"(value));
}

static inline uint64_t read_cr3(void)
{
	uint64_t value;

	__asm__ volatile("mov %%cr3, %0" : "=r"(value) : : "memory");
	return value;
}

static inline uint64_t read_dr6(void)
{
	uint64_t value;

	__asm__ volatile("mov %%dr6, %0" : "=r"(value));
	return value;
}

static inline void write_dr6(uint64_t value)
{
	__asm__ volatile("mov %0, %%dr6" : : "r"(value));
}

static inline void write_dr7(uint64_t value)
{
	__asm__ volatile("mov %0, %%dr7" : : "r"(value) : "memory");
}

static inline uint64_t read_cr4(void)
{
	uint64_t value;

	__asm__ volatile("mov %%cr4, %0" : "=r"(value));
	return value;
}

static inline void write_cr4(uint64_t value)
{
	__asm__ volatile("mov %0, %%cr4" : : "r"(value) : "memory");
}

static inline uint64_t read_msr(uint32_t msr)
{
	uint32_t low, high;

	__asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
	return (uint64_t)high << 32 | low;
}

static inline void write_msr(uint32_t msr, uint64_t value)
{
	__asm__ volatile("wrmsr" : : "c"(msr), "a"((uint32_t)value), "d"((uint32_t)(value >> 32)) : "memory");
}

static inline void interrupts_on(void)
{
	__asm__ volatile("sti" : : : "memory");
}

static inline void interrupts_off(void)
{
	__asm__ volatile("cli" : : : "memory");
}

static inline bool interrupts_are_on(void)
{
	uint64_t flags;

	__asm__ volatile("pushfq; pop %0" : "=r"(flags));
	return flags & RFLAGS_IF;
}

/*
 * stac() sets RFLAGS.AC and clac() clears it. With SMAP, the kernel can access user pages only
 * while AC is set (SDM 3A 4.6).
 */
static inline void stac(void)
{
	__asm__ volatile("stac" : : : "memory");
}

static inline void clac(void)
{
	__asm__ volatile("clac" : : : "memory");
}

/* Returns a random number from the CPU, or 0 if none is ready. Needs cpu_features.rdrand. */
static inline uint64_t rdrand(void)
{
	uint64_t value = 0;

	__asm__ volatile("rdrand %0" : "+r"(value) : : "cc");
	return value;
}

/*
 * Returns the TSC, in ticks. Reads it after all earlier instructions are complete, and before any
 * later instruction begins.
 */
static inline uint64_t timestamp(void)
{
	uint32_t low, high;

	__asm__ volatile("lfence; rdtsc; lfence" : "=a"(low), "=d"(high) : : "memory");
	return (uint64_t)high << 32 | low;
}
