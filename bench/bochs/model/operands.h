/* SPDX-License-Identifier: MIT */
/* Which general registers an instruction of 64-bit code reads and writes, as far as latencies of loads go. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Sets of registers: bit n is register n of the encoding (0 RAX, 4 RSP, 15 R15). */
struct operands {
	uint16_t address; /* form the address of the memory operand */
	uint16_t sources; /* flow into what is written */
	uint16_t writes;
	bool memory; /* what is loaded flows there too */
};

/* `opcode` points to the opcode, behind the prefixes and REX; behind 0F when `two_byte`. `rex` is 0 without one, and
 * `operand_16` tells whether there is a prefix 66. The ModRM and SIB bytes that may follow are read. Instructions with VEX
 * or EVEX prefixes, and those of the three-byte maps, have no operands. */
struct operands operands_of(const uint8_t *opcode, bool two_byte, uint8_t rex, bool operand_16);
