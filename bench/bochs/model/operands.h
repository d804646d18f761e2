/* SPDX-License-Identifier: MIT */
/* Finds the general registers that an instruction of 64-bit code reads and writes, and the latency
 * of its result: what is needed to know which instructions wait for which results. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Classes of latency between an instruction's sources and its result. */
enum latency {
	LATENCY_NONE, /* moves: the result is ready when its sources are */
	LATENCY_ONE,
	LATENCY_THREE, /* bit scans and counts, double shifts */
	LATENCY_MULTIPLY,
	LATENCY_DIVIDE,
	LATENCIES
};

/* Sets of registers: bit n is register n of the encoding (0 RAX, 4 RSP, 15 R15). */
#define OPERAND_FLAGS (1U << 16) /* the arithmetic flags */
enum { OPERAND_REGISTERS = 17 };

struct operands {
	uint32_t address; /* registers that form the address of the memory operand */
	uint32_t sources; /* registers that affect the value written or stored, or the jump's target */
	uint32_t writes;
	bool memory;     /* a value loaded from memory is a source too */
	uint8_t latency; /* an enum latency; LATENCY_NONE if nothing is written */
};

/* Finds the operands of an instruction. `opcode` points past the prefixes and REX, and past 0F if
 * `two_byte`; `rex` is 0 if there is no REX, and `operand_16` is true if there is a prefix 66.
 * ModRM and SIB bytes are read where the opcode has them. For instructions with VEX or EVEX
 * prefixes, and for those of the three-byte maps, the result has empty sets. */
struct operands operands_of(const uint8_t *opcode, bool two_byte, uint8_t rex, bool operand_16);

/* Corrects the operands of a one-byte opcode that has another meaning in 32-bit code. */
void operands_of_mode32(const uint8_t *opcode, struct operands *operands);
