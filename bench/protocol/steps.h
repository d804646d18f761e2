/* SPDX-License-Identifier: MIT */
/*
 * What the kernel asks of a benchmark program (bench/guest/user.c): the results of SYS_bench_next
 * and SYS_bench_stamp.
 */
#pragma once

/* Results of SYS_bench_next. */
#define STEP_END       0    /* no more steps: the program ends */
#define STEP_SAMPLE    1    /* the measured operation, between markers */
#define STEP_EMPTY     2    /* only the markers and stamps of a sample, to measure their overhead */
#define STEP_VERIFY    (-1) /* the operation without markers, to be verified; no samples follow */

/* Result of SYS_bench_stamp in STEP_VERIFY. In other steps the result is 0, or negative. */
#define STAMP_SUM      1 /* the payload sums its pages and passes the sum to SYS_bench_value */

/* Indices for SYS_bench_value. */
#define VALUE_START    0 /* time stamp at the start of the sample */
#define VALUE_END      1 /* time stamp at its end */
#define VALUE_EVIDENCE 2 /* value that the benchmark's check() or verify() examines */
