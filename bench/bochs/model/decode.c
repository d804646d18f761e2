/* SPDX-License-Identifier: MIT */
#include "bench/bochs/model/decode.h"

#include "bench/bochs/model/unpriced.h"

struct prefixes {
	bool operand_16, rep, lock;
	uint8_t rex;
};

static bool is_memory(uint8_t modrm)
{
	return modrm >> 6 != 3;
}

static unsigned extension(uint8_t modrm)
{
	return modrm >> 3 & 7;
}

static struct decoded plain(enum instruction_class class)
{
	return (struct decoded){ .class = class };
}

/* Returns the class of an instruction with opcode 0F 01; its ModRM byte says which it is. */
static enum instruction_class system_group(uint8_t modrm)
{
	if (modrm == 0xF8)
		return CLASS_SWAPGS;
	if (modrm == 0xF9)
		return CLASS_RDTSCP;
	if (!is_memory(modrm))
		return CLASS_PLAIN;
	switch (extension(modrm)) {
	case 2:
	case 3:
		return CLASS_LOAD_TABLE;
	case 7:
		return CLASS_INVLPG;
	default:
		return CLASS_PLAIN;
	}
}

static struct decoded control_write(uint8_t modrm, uint8_t rex)
{
	unsigned control = extension(modrm) + (rex & 4 ? 8 : 0);
	struct decoded decoded = { .class = control == 3   ? CLASS_CR3_WRITE
		                            : control == 4 ? CLASS_CR4_WRITE
		                                           : CLASS_CR_WRITE };

	decoded.reg = (uint8_t)((modrm & 7) + (rex & 1 ? 8 : 0));
	return decoded;
}

static struct decoded two_byte(const uint8_t *bytes, const struct prefixes *prefixes)
{
	uint8_t modrm = bytes[1];

	switch (bytes[0]) {
	case 0x00:
		return plain(extension(modrm) == 3 ? CLASS_LOAD_TABLE : CLASS_PLAIN);
	case 0x01:
		return plain(system_group(modrm));
	case 0x05:
		return plain(CLASS_SYSCALL);
	case 0x07:
		return plain(CLASS_SYSRET);
	case 0x20:
		return plain(CLASS_CR_READ);
	case 0x22:
		return control_write(modrm, prefixes->rex);
	case 0x30:
		return plain(CLASS_WRMSR);
	case 0x31:
		return plain(CLASS_RDTSC);
	case 0x32:
		return plain(CLASS_RDMSR);
	case 0xA2:
		return plain(CLASS_CPUID);
	case 0xAE:
		if (is_memory(modrm) || prefixes->rep || prefixes->operand_16)
			return plain(CLASS_PLAIN);
		return plain(extension(modrm) == 5   ? CLASS_LFENCE
		             : extension(modrm) == 6 ? CLASS_MFENCE
		                                     : CLASS_PLAIN);
	case 0x38:
		if (modrm == 0x82 && prefixes->operand_16)
			return (struct decoded){ .class = CLASS_INVPCID,
				                 .reg = (uint8_t)(extension(bytes[2]) +
				                                  (prefixes->rex & 4 ? 8 : 0)) };
		return plain(CLASS_PLAIN);
	default:
		return plain(prefixes->lock ? CLASS_LOCKED : CLASS_PLAIN);
	}
}

static struct decoded string(uint8_t opcode, const struct prefixes *prefixes)
{
	bool copies = opcode == 0xA4 || opcode == 0xA5 || opcode == 0xAA || opcode == 0xAB;
	struct decoded decoded = { .class = copies ? CLASS_REP_COPY : CLASS_REP_OTHER };

	decoded.size = !(opcode & 1) ? 1 : prefixes->rex & 8 ? 8 : prefixes->operand_16 ? 2 : 4;
	return prefixes->rep ? decoded : plain(CLASS_PLAIN);
}

static struct decoded one_byte(const uint8_t *bytes, const struct prefixes *prefixes)
{
	switch (bytes[0]) {
	case 0x6C:
	case 0x6D:
	case 0x6E:
	case 0x6F:
	case 0xE4:
	case 0xE5:
	case 0xE6:
	case 0xE7:
	case 0xEC:
	case 0xED:
	case 0xEE:
	case 0xEF:
		return plain(CLASS_PORT_IO);
	case 0x86:
	case 0x87:
		return plain(is_memory(bytes[1]) ? CLASS_LOCKED : CLASS_PLAIN);
	case 0x9D:
		return plain(CLASS_POPF);
	case 0xA4:
	case 0xA5:
	case 0xA6:
	case 0xA7:
	case 0xAA:
	case 0xAB:
	case 0xAC:
	case 0xAD:
	case 0xAE:
	case 0xAF:
		return string(bytes[0], prefixes);
	case 0xCF:
		return plain(CLASS_IRET);
	case 0xFA:
		return plain(CLASS_CLI);
	case 0xFB:
		return plain(CLASS_STI);
	default:
		return plain(prefixes->lock ? CLASS_LOCKED : CLASS_PLAIN);
	}
}

struct decoded decode(const uint8_t bytes[DECODE_BYTES], bool mode32)
{
	struct prefixes prefixes = { 0 };
	struct decoded decoded;
	enum unpriced unpriced;
	bool two;
	unsigned at = 0;

	for (; at < DECODE_BYTES - 5; at++) {
		uint8_t byte = bytes[at];

		if (byte == 0x66)
			prefixes.operand_16 = true;
		else if (byte == 0xF2 || byte == 0xF3)
			prefixes.rep = true;
		else if (byte == 0xF0)
			prefixes.lock = true;
		else if (byte != 0x67 && byte != 0x2E && byte != 0x36 && byte != 0x3E && byte != 0x26 &&
		         byte != 0x64 && byte != 0x65)
			break;
	}
	if ((bytes[at] & 0xF0) == 0x40 && !mode32)
		prefixes.rex = bytes[at++];
	two = bytes[at] == 0x0F;
	at += two;
	decoded = two ? two_byte(bytes + at, &prefixes) : one_byte(bytes + at, &prefixes);
	unpriced = decoded.class == CLASS_PLAIN ? unpriced_of(bytes + at, two) : UNPRICED_NONE;
	if (unpriced != UNPRICED_NONE)
		decoded = (struct decoded){ .class = CLASS_UNPRICED, .reg = (uint8_t)unpriced };
	decoded.operands = operands_of(bytes + at, two, prefixes.rex, prefixes.operand_16);
	if (mode32 && !two)
		operands_of_mode32(bytes + at, &decoded.operands);
	if (decoded.class != CLASS_PLAIN)
		decoded.operands.latency = LATENCY_NONE; /* the price includes it */
	decoded.seen = (uint8_t)(at + 3);                /* opcode, ModRM and SIB */
	return decoded;
}
