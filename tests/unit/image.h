/* SPDX-License-Identifier: MIT */
/* The addresses of the kernel image's sections in the unit tests. */
#pragma once

#define IMAGE_TEXT       0xffffffff80105000
#define IMAGE_TEXT_END   0xffffffff801f0000
#define IMAGE_RODATA     0xffffffff801f0000
#define IMAGE_RODATA_END 0xffffffff80434000 /* .rodata covers a 2 MiB page and part of another */
#define IMAGE_DATA       0xffffffff80434000
#define IMAGE_DATA_END   0xffffffff80480000
