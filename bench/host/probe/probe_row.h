/* SPDX-License-Identifier: MIT */
/* A row of the table that --probe prints. probe_table.c and probe_host.c fill in the rows. */
#pragma once

#include "bench/host/probe/probe_kvm.h"

#include <stdbool.h>

enum grade { GOOD, MEDIOCRE, BAD };

struct probe_row {
	enum grade grade;
	const char *item;
	char value[200];
	const char *meaning; /* what the value means for measurements */
	const char *advice;  /* how to improve the value, or NULL */
};

/* Formats the row's value like printf(). */
__attribute__((format(printf, 2, 3))) void probe_set(struct probe_row *row, const char *format, ...);

/*
 * Fills in a row about this host: number `index`, counted from 0. Returns false if there is no such
 * row.
 */
bool probe_host_row(size_t index, struct probe_row *row);
