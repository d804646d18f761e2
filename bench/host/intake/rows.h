/* SPDX-License-Identifier: MIT */
/*
 * The benchmark rows of a launch. A row is one benchmark with one parameter. Only the newest row is
 * open, and a row may be opened only once.
 */
#pragma once

#include "bench/host/base/text.h"
#include "bench/host/intake/record.h"

#define ROWS_MAX        4096
#define ROW_SAMPLES_MAX 1000000

enum row_class { ROW_SAMPLE, ROW_WARMUP, ROW_OVERHEAD, ROW_CLASSES };

struct row {
	char name[NAME_SIZE];
	char unit[24]; /* unit of the parameter */
	int64_t parameter;
	int64_t samples; /* number of samples that the guest announced */
	/* Maximum number of warm-up samples that the guest announced. */
	int64_t warmup;
	int64_t taken[ROW_CLASSES];   /* number of samples of each class that have arrived */
	int64_t last[ROW_CLASSES];    /* number of the newest sample of each class; -1: none */
	bool check_failed, cut_short; /* true if the row's samples have the flag of that name */
};

struct rows {
	size_t count;
	struct row *row; /* `count` rows; the last one is the newest */
	/* `bench` records so far, even refused ones; after ROWS_MAX all are refused */
	uint64_t opened;
};

/*
 * Opens the row that a `bench` record announces. The caller has checked the record's names. Returns
 * NULL, or a description of what is wrong with the record.
 */
const char *rows_open(struct rows *rows, const struct record *record);

/* Returns the newest row if the record has its name and parameter, otherwise NULL. */
struct row *rows_current(struct rows *rows, const struct record *record);

/* Counts sample `number` of `class`. Returns NULL, or a description of what is wrong with it. */
const char *row_take(struct row *row, enum row_class class, int64_t number);

/* Returns true if fewer samples came than were announced. Warm-up and overhead samples do not count. */
bool row_is_short(const struct row *row);

void rows_free(struct rows *rows);
