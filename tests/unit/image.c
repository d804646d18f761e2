/* SPDX-License-Identifier: MIT */
/* Defines the symbols that kernel.ld defines in the kernel, with the values in image.h. */
#include "tests/unit/image.h"

#define TEXT(x)             #x
#define VALUE(x)            TEXT(x)
#define SYMBOL(name, value) ".globl " name "\n.set " name ", " VALUE(value) "\n"

__asm__(SYMBOL("text_start", IMAGE_TEXT) SYMBOL("text_end", IMAGE_TEXT_END)
                SYMBOL("rodata_start", IMAGE_RODATA) SYMBOL("rodata_end", IMAGE_RODATA_END)
                        SYMBOL("data_start", IMAGE_DATA) SYMBOL("data_end", IMAGE_DATA_END));
