/* SPDX-License-Identifier: MIT */
/*
 * Records for the harness: numbered, checksummed lines on port 0xE9; and markers, which the Bochs
 * instrumentation library sees. docs/records.md is their contract.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Values for machine_leave(); the engine's exit status is 2·v + 1. */
#define EXIT_OK         0x10
#define EXIT_FAILED     0x11
#define EXIT_PANIC      0x12

#define PORT_EXIT       0xf4   /* isa-debug-exit of QEMU */
#define PORT_BOCHS_EXIT 0x8900 /* takes "Shutdown", letter by letter */

/* A record is built by one start, any number of fields, and one end. At most 512 bytes: fields that do
   not fit are left out whole. */
void record_start(const char *type);
void record_text(const char *key, const char *value); /* escapes what a value may not hold */
void record_number(const char *key, uint64_t value);
void record_metric(const char *metric, uint64_t value, const char *unit);
void record_end(void);

/* The last record: how many there were, and their checksum. `status` is "ok" or "failed". */
void record_finish(const char *status);

/* A `fact` record: something measured once per boot. */
void record_fact(const char *name, uint64_t value, const char *unit);

/* Stops for ever: on a PC's screen, earlier lines can be looked at. */
_Noreturn void machine_stop(void);

/* Leaves the virtual machine: isa-debug-exit, then Bochs's port 0x8900, then machine_stop(). */
_Noreturn void machine_leave(uint32_t value);

/* Markers: PREFETCHNTA of an address that is not canonical. */
#define MARKER(op, argument) (0x50414c0000000000UL | (uint64_t)(op) << 32 | (uint32_t)(argument))
#define MARK_REGION(id)      MARKER(1, id)
#define MARK_BEGIN           MARKER(2, 0)
#define MARK_BEGIN_KERNEL    MARKER(2, 1)
#define MARK_END             MARKER(3, 0)
#define MARK_BEGIN_ON_IRQ(v) MARKER(4, v)
#define MARK_END_AT(address) MARKER(5, (uint32_t)(uintptr_t)(address))
#define MARK_END_IN_USER     MARKER(6, 0)

static inline void mark(uint64_t marker)
{
	__asm__ volatile("prefetchnta (%0)" : : "r"(marker) : "memory");
}
