/* SPDX-License-Identifier: MIT */
/* The template that report.c fills in, as a string that ends with NUL. */
	.section .rodata
	.globl	report_template
report_template:
	.incbin	"bench/host/report/report.html"
	.byte	0
	.section .note.GNU-stack, "", @progbits
