/* SPDX-License-Identifier: MIT */
/*
 * Privileged and far instructions for which no profile has a price. The model charges them like
 * plain instructions. On every processor they cost more, so the model reports each one that is
 * executed while events count.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define UNPRICED(X)                   \
	X(FAR_CALL, "far-CALL")       \
	X(FAR_JUMP, "far-JMP")        \
	X(FAR_RETURN, "far-RET")      \
	X(FAR_POINTER, "LFS/LGS/LSS") \
	X(SYSENTER, "SYSENTER")       \
	X(SYSEXIT, "SYSEXIT")         \
	X(HLT, "HLT")                 \
	X(CLTS, "CLTS")               \
	X(LMSW, "LMSW")               \
	X(LLDT, "LLDT")               \
	X(CLAC, "CLAC")               \
	X(STAC, "STAC")               \
	X(DEBUG, "MOV-DRn")           \
	X(RDPMC, "RDPMC")             \
	X(INVD, "INVD")               \
	X(WBINVD, "WBINVD")           \
	X(XSETBV, "XSETBV")           \
	X(XSAVES, "XSAVES")           \
	X(XRSTORS, "XRSTORS")         \
	X(MONITOR, "MONITOR")         \
	X(MWAIT, "MWAIT")             \
	X(VMX, "VMX")                 \
	X(SVM, "SVM")                 \
	X(RSM, "RSM")

#define UNPRICED_CONSTANT(id, name) UNPRICED_##id,
enum unpriced { UNPRICED_NONE, UNPRICED(UNPRICED_CONSTANT) UNPRICED_COUNT };
#undef UNPRICED_CONSTANT

/* Returns which of these instructions this is, or UNPRICED_NONE. `opcode` points past the prefixes
 * and REX, and past 0F if `two_byte`; up to two bytes after it are read. */
enum unpriced unpriced_of(const uint8_t *opcode, bool two_byte);

/* Returns the name of an instruction, without spaces. It must not be UNPRICED_NONE. */
const char *unpriced_name(enum unpriced which);
