/* SPDX-License-Identifier: MIT */
/* The templates of the pages, and the style sheet of both, as strings that end with NUL. */
	.section .rodata
	.globl	report_template
report_template:
	.incbin	"bench/host/report/report.html"
	.byte	0
	.globl	report_measured_template
report_measured_template:
	.incbin	"bench/host/report/measured.html"
	.byte	0
	.globl	report_stylesheet
report_stylesheet:
	.incbin	"bench/host/report/report.css"
	.byte	0
	.section .note.GNU-stack, "", @progbits
