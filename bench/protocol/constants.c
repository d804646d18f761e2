/* SPDX-License-Identifier: MIT */
/*
 * Constants for programs in assembly, for the option ROM of Bochs, and for bench/level1/.
 * bench/programs/programs.mk compiles this file and makes constants.inc from it.
 */
#include <stddef.h>

#include "bench/protocol/load.h"
#include "bench/protocol/marks.h"
#include "bench/protocol/ports.h"
#include "bench/protocol/steps.h"
#include "boot/level1/level1.h"
#include "sys/syscall.h"

#define CONSTANT(name, value) __asm__ volatile(".ascii \"->" name " %0\"" : : "i"((long)(value)))

void constants(void);
void constants(void)
{
	CONSTANT("MARK_END", MARK_END);
	CONSTANT("SYS_exit", SYS_exit);
	CONSTANT("SYS_bench_stamp", SYS_bench_stamp);
	CONSTANT("SYS_bench_value", SYS_bench_value);
	CONSTANT("STAMP_SUM", STAMP_SUM);
	CONSTANT("VALUE_EVIDENCE", VALUE_EVIDENCE);
	CONSTANT("PORT_LOAD", PORT_LOAD);
	CONSTANT("LOAD_ROM", LOAD_ROM);
	CONSTANT("LOAD_ENTRY", LOAD_ENTRY);
	CONSTANT("LOAD_INFORMATION", LOAD_INFORMATION);
	CONSTANT("PORT_RECORDS", PORT_RECORDS);
	CONSTANT("PORT_EXIT", PORT_EXIT);
	CONSTANT("EXIT_OK", EXIT_OK);
	CONSTANT("EXIT_FAILED", EXIT_FAILED);
	CONSTANT("EXIT_PANIC", EXIT_PANIC);
	CONSTANT("LEVEL1_DEVICES", LEVEL1_DEVICES);
	CONSTANT("LEVEL1_INFO", LEVEL1_INFO);
	CONSTANT("LEVEL1_SETTINGS", LEVEL1_SETTINGS);
	CONSTANT("LEVEL1_KERNEL", LEVEL1_KERNEL);
	CONSTANT("LEVEL1_MAGIC", LEVEL1_MAGIC);
	CONSTANT("LEVEL1_STACK_SIZE", LEVEL1_STACK_SIZE);
	CONSTANT("INFO_RANGES", sizeof(struct level1));
	CONSTANT("INFO_CPUS", offsetof(struct level1, cpus));
	CONSTANT("INFO_BOOT_CPU", offsetof(struct level1, boot_cpu));
}
