/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/bochs/measure/traps.h"

#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>

#include "bench/bochs/measure/plan.h"
#include "bench/bochs/output.h"
#include "bench/bochs/rip.h"

enum { PAGE = 4096, INSTRUCTION_MAX = 15, STUB_BYTES = 32, RECORDS_MAX = 4096 };

/* Each region has two addresses at most. */
enum { WATCHED_MAX = 2 * PLAN_REGIONS_MAX };

/* Bochs's functions for instructions are members of its CPU. */
typedef void execute(void *cpu, void *instruction);

/* A stub passes one of these to arrive(). Instructions with equal records share a stub. */
struct record {
	execute *original;
	unsigned cpu;
	unsigned length; /* bytes of the instruction */
	bool is64;
};

static trap_hit *report;
static uint64_t watched[WATCHED_MAX];
static unsigned watched_count;
static uint8_t offsets[PAGE]; /* 1 for the last 12 bits of each watched address */
static struct record records[RECORDS_MAX];
static unsigned record_count;
static uint8_t *stubs;

static bool is_watched(uint64_t address)
{
	for (unsigned i = 0; i < watched_count; i++)
		if (watched[i] == address)
			return true;
	return false;
}

/* Every stub calls this function. During an instruction, RIP is the address of the next one. */
static void arrive(void *cpu, void *instruction, const struct record *record)
{
	if (rip_of[record->cpu]) {
		uint64_t address = *rip_of[record->cpu] - record->length;

		if (is_watched(address))
			report(record->cpu, address, record->is64);
	}
	record->original(cpu, instruction);
}

void traps_open(trap_hit *hit)
{
	report = hit;
	stubs = mmap(NULL, (size_t)RECORDS_MAX * STUB_BYTES, PROT_READ | PROT_WRITE | PROT_EXEC,
	             MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (stubs == MAP_FAILED)
		output_fail(2, "no memory in which code may be written: %s", strerror(errno));
}

void traps_add(uint64_t address)
{
	if (is_watched(address))
		return;
	watched[watched_count++] = address;
	offsets[address % PAGE] = 1;
}

/* Writes the stub of a record: mov rdx, record; mov r11, arrive; jmp r11. */
static execute *write_stub(unsigned index)
{
	uint8_t *stub = stubs + (size_t)index * STUB_BYTES;
	const struct record *record = &records[index];
	void (*target)(void *, void *, const struct record *) = arrive;

	memcpy(stub, "\x48\xba", 2);
	memcpy(stub + 2, &record, sizeof record);
	memcpy(stub + 10, "\x49\xbb", 2);
	memcpy(stub + 12, &target, sizeof target);
	memcpy(stub + 20, "\x41\xff\xe3", 3);
	return (execute *)(uintptr_t)stub;
}

/* Checks that a decoded instruction begins with one of Bochs's functions. */
static void check_form(const void *function)
{
	static bool checked;
	Dl_info info;

	if (checked)
		return;
	if (!dladdr(function, &info) || !info.dli_sname || strncmp(info.dli_sname, "_ZN8BX_CPU_C", 12) != 0)
		output_fail(2, "this Bochs keeps decoded instructions in an unknown form; use one such as "
		               "package bochs of Debian 12");
	checked = true;
}

/* Returns true if the instruction may be at a watched address. If the instruction crosses a page,
 * `opcode` is a copy outside the guest's memory. Such an instruction is the first one that Bochs
 * decodes at RIP, so RIP is its address. */
static bool may_be_watched(unsigned cpu, const uint8_t *opcode)
{
	uint64_t offset = rip_of[cpu] ? *rip_of[cpu] % PAGE : 0;

	return offsets[(uintptr_t)opcode % PAGE] || (offset > PAGE - INSTRUCTION_MAX && offsets[offset]);
}

void traps_decoded(unsigned cpu, void *instruction, const uint8_t *opcode, unsigned length, bool is32,
                   bool is64)
{
	struct record record = { .cpu = cpu, .length = length, .is64 = is64 };
	unsigned i = 0;
	execute *stub;

	if (!(is32 || is64) || !may_be_watched(cpu, opcode))
		return;
	memcpy(&record.original, instruction, sizeof record.original);
	if ((uintptr_t)record.original - (uintptr_t)stubs < (size_t)RECORDS_MAX * STUB_BYTES)
		return;
	check_form((const void *)(uintptr_t)record.original);
	while (i < record_count && (records[i].original != record.original || records[i].cpu != cpu ||
	                            records[i].length != length || records[i].is64 != is64))
		i++;
	if (i == RECORDS_MAX)
		output_fail(1, "more than %d kinds of instructions at watched addresses", RECORDS_MAX);
	if (i == record_count) {
		records[record_count++] = record;
		write_stub(i);
	}
	stub = (execute *)(uintptr_t)(stubs + (size_t)i * STUB_BYTES);
	memcpy(instruction, &stub, sizeof stub);
}
