/* SPDX-License-Identifier: MIT */
/*
 * Constants of the record stream, which the kernel writes and the harness reads. docs/records.md
 * specifies the stream.
 */
#pragma once

#define RECORD_PROTOCOL  2    /* version of the stream, in the record `hello` */
#define RECORD_GUEST_MAX 512  /* bytes of a record, newline included */
#define RECORD_LINE_MAX  1024 /* bytes of a line of the instrumentation library, newline included */
