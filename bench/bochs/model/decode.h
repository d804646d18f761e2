/* SPDX-License-Identifier: MIT */
/* Decodes an instruction: finds its class and the registers that it uses. The class
 * determines whether the instruction costs more than the core's CPI. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "bench/bochs/model/operands.h"

enum { DECODE_BYTES = 15 };

enum instruction_class {
	CLASS_PLAIN,     /* none of the classes below: costs only the core's CPI */
	CLASS_REP_COPY,  /* REP MOVS, REP STOS; an element has `size` bytes */
	CLASS_REP_OTHER, /* REP with LODS, CMPS, SCAS, INS, OUTS */
	CLASS_SYSCALL,
	CLASS_SYSRET,
	CLASS_IRET,
	CLASS_CR3_WRITE, /* the general register `reg` holds the value */
	CLASS_CR4_WRITE,
	CLASS_CR_WRITE, /* CR0, CR2, CR8 */
	CLASS_CR_READ,
	CLASS_INVLPG,
	CLASS_INVPCID, /* the general register `reg` holds the type */
	CLASS_WRMSR,
	CLASS_RDMSR,
	CLASS_RDTSC,
	CLASS_RDTSCP,
	CLASS_CPUID,
	CLASS_LFENCE,
	CLASS_MFENCE,
	CLASS_CLI,
	CLASS_STI,
	CLASS_POPF,
	CLASS_LOAD_TABLE, /* LGDT, LIDT, LTR */
	CLASS_SWAPGS,
	CLASS_LOCKED, /* LOCK prefix, or XCHG with memory */
	CLASS_PORT_IO,
	CLASS_UNPRICED, /* privileged or far, without a price; `reg` is its enum unpriced */
};

struct decoded {
	enum instruction_class class;
	uint8_t size;
	uint8_t reg;
	uint8_t seen; /* upper bound on the number of bytes that decode() has read */
	struct operands operands;
};

struct decoded decode(const uint8_t bytes[DECODE_BYTES], bool mode32);
