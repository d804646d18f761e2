/* SPDX-License-Identifier: MIT */
/* Constants on which the kernel, which writes the record stream, and the harness, which reads it,
 * must agree. docs/records.md has the rest. */
#pragma once

#define RECORD_PROTOCOL  2    /* of the record `hello` */
#define RECORD_GUEST_MAX 512  /* bytes of a record, newline included */
#define RECORD_LINE_MAX  1024 /* bytes of a line of the instrumentation library, newline included */
