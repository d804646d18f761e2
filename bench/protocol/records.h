/* SPDX-License-Identifier: MIT */
/* What the kernel that writes the record stream and the harness that reads it agree on. docs/records.md has the rest. */
#pragma once

#define RECORD_PROTOCOL  2    /* of the record `hello` */
#define RECORD_GUEST_MAX 512  /* bytes of a record, newline included */
#define RECORD_LINE_MAX  1024 /* likewise, of a line of the instrumentation library */
