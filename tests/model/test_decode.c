/* SPDX-License-Identifier: MIT */
/* Tests the decoder: the class of an instruction, and what else its price depends on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bench/bochs/model/decode.h"
#include "bench/bochs/model/unpriced.h"

static void decoding(void **state)
{
	static const struct {
		uint8_t bytes[DECODE_BYTES];
		enum instruction_class class;
		unsigned size, reg;
	} cases[] = {
		{ { 0xF3, 0xA4 }, CLASS_REP_COPY, 1, 0 },
		{ { 0xF3, 0x66, 0xAB }, CLASS_REP_COPY, 2, 0 },
		{ { 0xF3, 0x48, 0xAB }, CLASS_REP_COPY, 8, 0 },
		{ { 0xF2, 0xAE }, CLASS_REP_OTHER, 1, 0 },
		{ { 0xA4 }, CLASS_PLAIN, 0, 0 },
		{ { 0x41, 0x0F, 0x22, 0xDC }, CLASS_CR3_WRITE, 0, 12 },
		{ { 0x0F, 0x22, 0xE1 }, CLASS_CR4_WRITE, 0, 1 },
		{ { 0x44, 0x0F, 0x22, 0xC0 }, CLASS_CR_WRITE, 0, 0 }, /* CR8 */
		{ { 0x66, 0x44, 0x0F, 0x38, 0x82, 0x0F }, CLASS_INVPCID, 0, 9 },
		{ { 0x0F, 0x01, 0xC8 }, CLASS_UNPRICED, 0, UNPRICED_MONITOR }, /* not LGDT */
		{ { 0x48, 0xCB }, CLASS_UNPRICED, 0, UNPRICED_FAR_RETURN },
		{ { 0xFF, 0x18 }, CLASS_UNPRICED, 0, UNPRICED_FAR_CALL },
		{ { 0x48, 0xFF, 0x28 }, CLASS_UNPRICED, 0, UNPRICED_FAR_JUMP },
		{ { 0xFF, 0x10 }, CLASS_PLAIN, 0, 0 }, /* near CALL */
		{ { 0x0F, 0x34 }, CLASS_UNPRICED, 0, UNPRICED_SYSENTER },
		{ { 0x48, 0x0F, 0x35 }, CLASS_UNPRICED, 0, UNPRICED_SYSEXIT },
		{ { 0xF4 }, CLASS_UNPRICED, 0, UNPRICED_HLT },
		{ { 0x0F, 0x01, 0xF0 }, CLASS_UNPRICED, 0, UNPRICED_LMSW },
		{ { 0x0F, 0x01, 0x38 }, CLASS_INVLPG, 0, 0 },
		{ { 0x0F, 0x00, 0xD0 }, CLASS_UNPRICED, 0, UNPRICED_LLDT },
		{ { 0x0F, 0x01, 0xCB }, CLASS_UNPRICED, 0, UNPRICED_STAC },
		{ { 0x0F, 0x23, 0xF8 }, CLASS_UNPRICED, 0, UNPRICED_DEBUG },
		{ { 0x66, 0x0F, 0x38, 0x80, 0x08 }, CLASS_UNPRICED, 0, UNPRICED_VMX },
		{ { 0x0F, 0xC7, 0x30 }, CLASS_UNPRICED, 0, UNPRICED_VMX },
		{ { 0x0F, 0xC7, 0xF0 }, CLASS_PLAIN, 0, 0 }, /* RDRAND */
		{ { 0x48, 0x0F, 0xC7, 0x28 }, CLASS_UNPRICED, 0, UNPRICED_XSAVES },
		{ { 0x0F, 0x09 }, CLASS_UNPRICED, 0, UNPRICED_WBINVD },
		{ { 0x0F, 0x01, 0x1D }, CLASS_LOAD_TABLE, 0, 0 },
		{ { 0xF3, 0x48, 0x0F, 0xAE, 0xE8 }, CLASS_PLAIN, 0, 0 }, /* INCSSPQ, not LFENCE */
		{ { 0x48, 0x87, 0xD8 }, CLASS_PLAIN, 0, 0 },             /* XCHG of registers */
		{ { 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66,
		    0x90 },
		  CLASS_PLAIN,
		  0,
		  0 },
	};
	(void)state;

	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct decoded decoded = decode(cases[i].bytes, false);

		if (decoded.class != cases[i].class)
			fail_msg("case %u", i);
		if (cases[i].size)
			assert_int_equal(decoded.size, cases[i].size);
		assert_int_equal(decoded.reg, cases[i].reg);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decoding),
	};

	return cmocka_run_group_tests_name("model decoder", tests, NULL, NULL);
}
