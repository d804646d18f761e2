/* SPDX-License-Identifier: MIT */
/* The page that report.c fills in, so that the harness carries it. Ends with a NUL. */
	.section .rodata
	.globl	report_template
report_template:
	.incbin	"bench/host/report/report.html"
	.byte	0
	.section .note.GNU-stack, "", @progbits
