/* SPDX-License-Identifier: MIT */
/* Finds the general registers that an instruction of 64-bit code reads and writes, as far as the
 * latency of loads is concerned. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Sets of registers: bit n is register n of the encoding (0 RAX, 4 RSP, 15 R15). */
struct operands {
	uint16_t address; /* registers that form the address of the memory operand */
	uint16_t sources; /* registers that affect the values written */
	uint16_t writes;
	bool memory; /* the loaded value affects the values written */
};

/* Finds the operands of an instruction. `opcode` points past the prefixes and REX, and past 0F if
 * `two_byte`; `rex` is 0 if there is no REX, and `operand_16` is true if there is a prefix 66.
 * ModRM and SIB bytes are read where the opcode has them. For instructions with VEX or EVEX
 * prefixes, and for those of the three-byte maps, the result has empty sets. */
struct operands operands_of(const uint8_t *opcode, bool two_byte, uint8_t rex, bool operand_16);
