/* SPDX-License-Identifier: MIT */
#include "bench/bochs/model/operands.h"

enum { RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI };

#define BIT(number) (1U << (number))

/*
 * One letter per opcode. A small letter means the same as the capital letter, but with 8-bit
 * registers, unless the list gives the small letter a meaning of its own.
 * "op1 with op2 to op1": both operands are read, and the result is written to op1.
 *  .  no general register, or none that matters    m  only the memory operand, if any
 *  E  r/m with reg to r/m    G  r/m with reg to reg    S  reg to r/m    L  r/m to reg
 *  J  8-bit r/m to reg    I  r/m to itself
 *  C  writes r/m; the value comes from no general register
 *  K  writes reg; the value comes from memory or from no general register
 *  Z  as E, z as G, but the result is 0 if both registers are the same (XOR, SUB)
 *  X  exchanges reg and r/m    V  r/m and CL to r/m    A  LEA    a  RAX to itself
 *  b  a constant to the 8-bit register in the opcode    B  the same with a larger register
 *  w  the register in the opcode to itself    P  POP to that register
 *  h  exchanges the register in the opcode with RAX
 *  1  group 1 (2: 8 bits)    3  group 3 (4: 8 bits)    5  groups 4 and 5 (6: 8 bits)
 *  8  group 8    9  group 9
 *  R  RET    k  LEAVE    o  MOV from a constant address    y  LODS    Y  MOVS, CMPS, SCAS
 *  d  CWD, CDQ, CQO    t  writes EDX:EAX    u  CPUID    q  CMPXCHG
 *  F  r/m and reg, nothing is written (TEST, CMP, BT)    T  the same of RAX and a constant
 *  p  PUSH of the register in the opcode
 */
static const char one_byte_forms[] = "eEgGaa..eEgGaa.."  /* 00 */
                                     "eEgGaa..eEgGaa.."  /* 10 */
                                     "eEgGaa..eZgzaa.."  /* 20 */
                                     "eZgzaa..fFfFTT.."  /* 30 */
                                     "................"  /* 40 */
                                     "ppppppppPPPPPPPP"  /* 50 */
                                     "...L.....L.L...."  /* 60 */
                                     "................"  /* 70 */
                                     "21.1fFxXsSlLCAmm"  /* 80 */
                                     "hhhhhhhhad.....a"  /* 90 */
                                     "oo..YYYYTT..yyYY"  /* A0 */
                                     "bbbbbbbbBBBBBBBB"  /* B0 */
                                     "iIRR..cC.kRR...."  /* C0 */
                                     "iIvV....mmmmmmmm"  /* D0 */
                                     "................"  /* E0 */
                                     "......43......65"; /* F0 */
static const char two_byte_forms[] = "mmLL.........m.."  /* 00 */
                                     "mmmmmmmmmmmmmmmm"  /* 10 */
                                     "CCmm....mmmmKKmm"  /* 20 */
                                     ".ttt............"  /* 30 */
                                     "GGGGGGGGGGGGGGGG"  /* 40 */
                                     "Kmmmmmmmmmmmmmmm"  /* 50 */
                                     "mmmmmmmmmmmmmmmm"  /* 60 */
                                     "mmmmmmm.mmmmmmCm"  /* 70 */
                                     "................"  /* 80 */
                                     "cccccccccccccccc"  /* 90 */
                                     "..uFEE.....EEEmG"  /* A0 */
                                     "qq.E..JLL.8ELLJL"  /* B0 */
                                     "xXmSmKm9wwwwwwww"  /* C0 */
                                     "mmmmmmmKmmmmmmmm"  /* D0 */
                                     "mmmmmmmmmmmmmmmm"  /* E0 */
                                     "mmmmmmmmmmmmmmm."; /* F0 */

_Static_assert(sizeof one_byte_forms == 257 && sizeof two_byte_forms == 257, "a letter for each opcode");

enum { READS_RM = 1, READS_REG = 2, WRITES_RM = 4, WRITES_REG = 8, CLEARS = 16 };

struct modrm {
	bool memory;
	uint32_t address, reg, rm; /* sets of registers; `rm` is empty for a memory operand */
	unsigned extension;
};

/* Returns the set of this one register. Without REX, 8-bit registers 4 to 7 are the high bytes of 0
 * to 3. */
static uint32_t register_bit(unsigned number, bool byte, uint8_t rex)
{
	return BIT(byte && !rex && number >= 4 ? number & 3 : number);
}

static struct modrm modrm_of(const uint8_t *bytes, uint8_t rex, bool byte_reg, bool byte_rm)
{
	unsigned mod = bytes[0] >> 6, low = bytes[0] & 7;
	unsigned base_high = rex & 1 ? 8 : 0, index_high = rex & 2 ? 8 : 0, reg_high = rex & 4 ? 8 : 0;
	struct modrm modrm = { .memory = mod != 3, .extension = bytes[0] >> 3 & 7 };
	unsigned base = low, index = 4;

	modrm.reg = register_bit(modrm.extension | reg_high, byte_reg, rex);
	if (!modrm.memory) {
		modrm.rm = register_bit(low | base_high, byte_rm, rex);
		return modrm;
	}
	if (low == 4) { /* SIB */
		base = bytes[1] & 7;
		index = (bytes[1] >> 3 & 7) | index_high;
	}
	if (base != 5 || mod != 0) /* otherwise the base is RIP or 0 */
		modrm.address = BIT(base | base_high);
	if (index != 4)
		modrm.address |= BIT(index);
	return modrm;
}

static struct operands with_modrm(const struct modrm *modrm, unsigned how)
{
	struct operands operands = { .address = modrm->address };

	operands.writes = (how & WRITES_RM ? modrm->rm : 0) | (how & WRITES_REG ? modrm->reg : 0);
	operands.memory = modrm->memory && how & READS_RM;
	if (!(how & CLEARS && modrm->reg == modrm->rm))
		operands.sources = (how & READS_RM ? modrm->rm : 0) | (how & READS_REG ? modrm->reg : 0);
	return operands;
}

/* Group 3: TEST, NOT, NEG, and multiplications and divisions of RDX:RAX. */
static struct operands group_3(const struct modrm *modrm)
{
	struct operands operands = with_modrm(modrm, modrm->extension < 2 ? READS_RM : READS_RM | WRITES_RM);

	if (modrm->extension < 4)
		return operands;
	operands.writes = BIT(RAX) | BIT(RDX);
	operands.sources = modrm->rm | BIT(RAX) | (modrm->extension >= 6 ? BIT(RDX) : 0);
	operands.memory = modrm->memory;
	return operands;
}

static unsigned how_of(char form)
{
	switch (form) {
	case 'e':
	case 'E':
		return READS_RM | READS_REG | WRITES_RM;
	case 'Z':
		return READS_RM | READS_REG | WRITES_RM | CLEARS;
	case 'g':
	case 'G':
		return READS_RM | READS_REG | WRITES_REG;
	case 'f':
	case 'F':
		return READS_RM | READS_REG;
	case 'z':
		return READS_RM | READS_REG | WRITES_REG | CLEARS;
	case 's':
	case 'S':
		return READS_REG | WRITES_RM;
	case 'l':
	case 'L':
	case 'J':
		return READS_RM | WRITES_REG;
	case 'i':
	case 'I':
		return READS_RM | WRITES_RM;
	case 'c':
	case 'C':
		return WRITES_RM;
	case 'x':
	case 'X':
		return READS_RM | READS_REG | WRITES_RM | WRITES_REG;
	default:
		return 0;
	}
}

/* Returns the operands of a form with a ModRM byte. */
static struct operands modrm_form(char form, const struct modrm *modrm)
{
	struct operands operands;

	switch (form) {
	case 'A':
		return (struct operands){ .sources = modrm->address, .writes = modrm->reg };
	case 'K':
		return (struct operands){ .address = modrm->address,
			                  .writes = modrm->reg,
			                  .memory = modrm->memory };
	case 'v':
	case 'V':
		operands = with_modrm(modrm, READS_RM | WRITES_RM);
		operands.sources |= BIT(RCX);
		return operands;
	case '1':
	case '2': /* all but CMP write r/m */
		return with_modrm(modrm, modrm->extension == 7 ? READS_RM : READS_RM | WRITES_RM);
	case '3':
	case '4':
		return group_3(modrm);
	case '5':
	case '6': /* INC and DEC write r/m; the others jump, call or push */
		return with_modrm(modrm, modrm->extension < 2 ? READS_RM | WRITES_RM : READS_RM);
	case '8': /* all but BT write r/m */
		return with_modrm(modrm, modrm->extension == 4 ? READS_RM : READS_RM | WRITES_RM);
	case '9': /* RDRAND, RDSEED; CMPXCHG8B and 16B */
		operands = with_modrm(modrm, WRITES_RM);
		operands.writes |= modrm->memory ? BIT(RAX) | BIT(RDX) : 0;
		operands.memory = modrm->memory;
		return operands;
	case 'q':
		operands = with_modrm(modrm, READS_RM | READS_REG | WRITES_RM);
		operands.sources |= BIT(RAX);
		operands.writes |= BIT(RAX);
		operands.memory = modrm->memory;
		return operands;
	default:
		return with_modrm(modrm, how_of(form));
	}
}

static struct operands moves(uint32_t sources, uint32_t writes)
{
	return (struct operands){ .sources = sources, .writes = writes };
}

static struct operands loads(uint32_t address, uint32_t writes)
{
	return (struct operands){ .address = address, .writes = writes, .memory = true };
}

/* Returns the operands of a form without a ModRM byte. */
static struct operands fixed_form(char form, const uint8_t *opcode, uint8_t rex)
{
	unsigned low = (opcode[0] & 7) | (rex & 1 ? 8 : 0);

	switch (form) {
	case 'a':
		return moves(BIT(RAX), BIT(RAX));
	case 'T':
		return moves(BIT(RAX), 0);
	case 'p':
		return moves(BIT(low), 0);
	case 'b':
		return moves(0, register_bit(low, true, rex));
	case 'B':
		return moves(0, BIT(low));
	case 'w':
		return moves(BIT(low), BIT(low));
	case 'P':
		return loads(BIT(RSP), BIT(low));
	case 'h': /* exchanging RAX with itself is NOP */
		return low == RAX ? moves(0, 0) : moves(BIT(RAX) | BIT(low), BIT(RAX) | BIT(low));
	case 'R':
		return loads(BIT(RSP), 0);
	case 'k':
		return loads(BIT(RBP), BIT(RBP));
	case 'o':
		return loads(0, BIT(RAX));
	case 'y':
		return loads(BIT(RSI), BIT(RAX));
	case 'Y':
		return loads(BIT(RSI) | BIT(RDI), 0);
	case 'd':
		return moves(BIT(RAX), BIT(RDX));
	case 't':
		return moves(0, BIT(RAX) | BIT(RDX));
	case 'u':
		return moves(0, BIT(RAX) | BIT(RBX) | BIT(RCX) | BIT(RDX));
	default:
		return moves(0, 0);
	}
}

static bool has_modrm(char form)
{
	return (form >= '1' && form <= '9') ||
	       (form >= 'A' && form <= 'Z' && form != 'B' && form != 'P' && form != 'R' && form != 'T' &&
	        form != 'Y') ||
	       form == 'c' || form == 'e' || form == 'f' || form == 'g' || form == 'i' || form == 'l' ||
	       form == 'm' || form == 'q' || form == 's' || form == 'v' || form == 'x' || form == 'z';
}

static bool has_byte_registers(char form)
{
	return form == '2' || form == '4' || form == '6' || form == 'b' || form == 'c' || form == 'e' ||
	       form == 'f' || form == 'g' || form == 'i' || form == 'l' || form == 's' || form == 'v' ||
	       form == 'x';
}

/*
 * One letter per opcode: what the instruction does to the flags, and its latency in cycles.
 *  .  no flags, LATENCY_NONE    n  no flags, 1    w  writes flags, 1    r  reads flags, 1
 *  x  reads and writes flags, 1    c  writes flags, 3    M  writes flags, LATENCY_MULTIPLY
 *  1  group 1: x for ADC and SBB, otherwise w    2  shifts: x for RCL and RCR, otherwise w
 *  3  group 3    5  groups 4 and 5: w for INC and DEC, otherwise .
 */
static const char one_byte_effects[] = "wwwwww..wwwwww.."  /* 00 */
                                       "xxxxxx..xxxxxx.."  /* 10 */
                                       "wwwwww..wwwwww.."  /* 20 */
                                       "wwwwww..wwwwww.."  /* 30 */
                                       "................"  /* 40 */
                                       "................"  /* 50 */
                                       ".........M.M...."  /* 60 */
                                       "................"  /* 70 */
                                       "1111wwnn.....n.."  /* 80 */
                                       "nnnnnnnnnn......"  /* 90 */
                                       "........ww......"  /* A0 */
                                       "................"  /* B0 */
                                       "22.............."  /* C0 */
                                       "2222............"  /* D0 */
                                       "................"  /* E0 */
                                       "......33......55"; /* F0 */
static const char two_byte_effects[] = "................"  /* 00 */
                                       "................"  /* 10 */
                                       "................"  /* 20 */
                                       "................"  /* 30 */
                                       "rrrrrrrrrrrrrrrr"  /* 40 */
                                       "................"  /* 50 */
                                       "................"  /* 60 */
                                       "................"  /* 70 */
                                       "................"  /* 80 */
                                       "rrrrrrrrrrrrrrrr"  /* 90 */
                                       "...wcc.....wcc.M"  /* A0 */
                                       "ww.w....c.wwcc.."  /* B0 */
                                       "ww......nnnnnnnn"  /* C0 */
                                       "................"  /* D0 */
                                       "................"  /* E0 */
                                       "................"; /* F0 */

_Static_assert(sizeof one_byte_effects == 257 && sizeof two_byte_effects == 257, "a letter for each opcode");

/* Returns the effect of an instruction whose letter is that of a group. */
static char effect_in_group(char letter, unsigned extension)
{
	switch (letter) {
	case '1':
	case '2':
		return extension == 2 || extension == 3 ? 'x' : 'w';
	case '3':
		return extension == 2 ? 'n' : extension < 4 ? 'w' : extension < 6 ? 'M' : 'D';
	case '5':
		return extension < 2 ? 'w' : '.';
	default:
		return letter;
	}
}

static void add_effects(struct operands *operands, const uint8_t *opcode, bool two_byte)
{
	char letter = two_byte ? two_byte_effects[opcode[0]] : one_byte_effects[opcode[0]];
	char effect = effect_in_group(letter, opcode[1] >> 3 & 7);

	if (effect == '.')
		return;
	if (effect == 'r' || effect == 'x')
		operands->sources |= OPERAND_FLAGS;
	if (effect != 'n' && effect != 'r')
		operands->writes |= OPERAND_FLAGS;
	if (!operands->writes || (!operands->sources && !operands->memory))
		return; /* a constant: nothing to wait for */
	operands->latency = effect == 'M'   ? LATENCY_MULTIPLY
	                    : effect == 'D' ? LATENCY_DIVIDE
	                    : effect == 'c' ? LATENCY_THREE
	                                    : LATENCY_ONE;
}

struct operands operands_of(const uint8_t *opcode, bool two_byte, uint8_t rex, bool operand_16)
{
	char form = two_byte ? two_byte_forms[opcode[0]] : one_byte_forms[opcode[0]];
	bool byte = has_byte_registers(form);
	struct operands operands = { 0 };

	if (has_modrm(form)) {
		struct modrm modrm = modrm_of(opcode + 1, rex, byte, byte || form == 'J');

		operands = modrm_form(form, &modrm);
	} else if (form != '.') {
		operands = fixed_form(form, opcode, rex);
	}
	if (byte || operand_16) /* the rest of the register is unchanged */
		operands.sources |= operands.writes;
	add_effects(&operands, opcode, two_byte);
	return operands;
}

void operands_of_mode32(const uint8_t *opcode, struct operands *operands)
{
	if ((opcode[0] & 0xF0) == 0x40) { /* INC and DEC of a register */
		operands->sources = BIT(opcode[0] & 7);
		operands->writes = BIT(opcode[0] & 7) | OPERAND_FLAGS;
		operands->latency = LATENCY_ONE;
	} else if (opcode[0] == 0x61) { /* POPA */
		*operands = loads(BIT(RSP),
		                  BIT(RAX) | BIT(RCX) | BIT(RDX) | BIT(RBX) | BIT(RBP) | BIT(RSI) | BIT(RDI));
	} else if (opcode[0] == 0x63) { /* ARPL, not MOVSXD */
		*operands = (struct operands){ 0 };
	}
}
