/* SPDX-License-Identifier: MIT */
/* The benchmark rows of a launch. One row is open at a time, and none may come twice. */
#pragma once

#include "bench/host/base/text.h"
#include "bench/host/intake/record.h"

#define ROWS_MAX        4096
#define ROW_SAMPLES_MAX 1000000

enum row_class { ROW_SAMPLE, ROW_WARMUP, ROW_OVERHEAD, ROW_CLASSES };

struct row {
	char name[NAME_SIZE];
	char unit[24]; /* of the parameter */
	int64_t parameter;
	int64_t samples; /* announced by the guest */
	int64_t warmup;
	int64_t taken[ROW_CLASSES];
	int64_t last[ROW_CLASSES];    /* number of the last sample of each class; -1: none */
	bool check_failed, cut_short; /* its samples have these flags */
};

struct rows {
	size_t count;
	struct row *row; /* `count` of them */
	uint64_t opened; /* `bench` records, refused ones included; only ROWS_MAX are examined */
};

/*
 * Opens the row of a `bench` record, whose names have been checked. Returns NULL, or what is wrong
 * with it.
 */
const char *rows_open(struct rows *rows, const struct record *record);

/* Returns the newest row if `record` names it, else NULL. */
struct row *rows_current(struct rows *rows, const struct record *record);

/* Notes sample `number` of `class`. Returns NULL, or what is wrong with it. */
const char *row_take(struct row *row, enum row_class class, int64_t number);

/* Returns true if the row has fewer samples, of warm-up or others, than announced. */
bool row_is_short(const struct row *row);

void rows_free(struct rows *rows);
