/* SPDX-License-Identifier: MIT */
#include "bench/bochs/model/unpriced.h"

static unsigned extension(uint8_t modrm)
{
	return modrm >> 3 & 7;
}

static bool is_memory(uint8_t modrm)
{
	return modrm >> 6 != 3;
}

static enum unpriced one_byte(const uint8_t *opcode)
{
	switch (opcode[0]) {
	case 0x9A:
		return UNPRICED_FAR_CALL;
	case 0xEA:
		return UNPRICED_FAR_JUMP;
	case 0xCA:
	case 0xCB:
		return UNPRICED_FAR_RETURN;
	case 0xF4:
		return UNPRICED_HLT;
	case 0xFF:
		return extension(opcode[1]) == 3   ? UNPRICED_FAR_CALL
		       : extension(opcode[1]) == 5 ? UNPRICED_FAR_JUMP
		                                   : UNPRICED_NONE;
	default:
		return UNPRICED_NONE;
	}
}

/* Opcode 0F 01. */
static enum unpriced system_group(uint8_t modrm)
{
	if (extension(modrm) == 6)
		return UNPRICED_LMSW;
	if (is_memory(modrm))
		return UNPRICED_NONE;
	if (modrm >= 0xD8 && modrm <= 0xDF)
		return UNPRICED_SVM;
	switch (modrm) {
	case 0xC1:
	case 0xC2:
	case 0xC3:
	case 0xC4:
		return UNPRICED_VMX;
	case 0xC8:
	case 0xFA:
		return UNPRICED_MONITOR;
	case 0xC9:
	case 0xFB:
		return UNPRICED_MWAIT;
	case 0xCA:
		return UNPRICED_CLAC;
	case 0xCB:
		return UNPRICED_STAC;
	case 0xD1:
		return UNPRICED_XSETBV;
	default:
		return UNPRICED_NONE;
	}
}

/* Opcode 0F C7, with a memory operand. */
static enum unpriced group_9(uint8_t modrm)
{
	static const enum unpriced by_extension[8] = {
		[3] = UNPRICED_XRSTORS, [5] = UNPRICED_XSAVES, [6] = UNPRICED_VMX, [7] = UNPRICED_VMX
	};

	return is_memory(modrm) ? by_extension[extension(modrm)] : UNPRICED_NONE;
}

enum unpriced unpriced_of(const uint8_t *opcode, bool two_byte)
{
	if (!two_byte)
		return one_byte(opcode);
	switch (opcode[0]) {
	case 0x00:
		return extension(opcode[1]) == 2 ? UNPRICED_LLDT : UNPRICED_NONE;
	case 0x01:
		return system_group(opcode[1]);
	case 0x06:
		return UNPRICED_CLTS;
	case 0x08:
		return UNPRICED_INVD;
	case 0x09:
		return UNPRICED_WBINVD;
	case 0x21:
	case 0x23:
		return UNPRICED_DEBUG;
	case 0x33:
		return UNPRICED_RDPMC;
	case 0x34:
		return UNPRICED_SYSENTER;
	case 0x35:
		return UNPRICED_SYSEXIT;
	case 0x38: /* INVEPT, INVVPID */
		return opcode[1] == 0x80 || opcode[1] == 0x81 ? UNPRICED_VMX : UNPRICED_NONE;
	case 0x78: /* VMREAD, VMWRITE */
	case 0x79:
		return UNPRICED_VMX;
	case 0xAA:
		return UNPRICED_RSM;
	case 0xB2:
	case 0xB4:
	case 0xB5:
		return UNPRICED_FAR_POINTER;
	case 0xC7:
		return group_9(opcode[1]);
	default:
		return UNPRICED_NONE;
	}
}

const char *unpriced_name(enum unpriced which)
{
#define UNPRICED_NAME(id, name) name,
	static const char *const names[] = { "", UNPRICED(UNPRICED_NAME) };
#undef UNPRICED_NAME

	return names[which];
}
