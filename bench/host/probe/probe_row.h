/* SPDX-License-Identifier: MIT */
/* For probe_table.c and probe_host.c only: a line of --probe's output. */
#pragma once

#include "bench/host/probe/probe_kvm.h"

#include <stdbool.h>

enum grade { GOOD, MEDIOCRE, BAD };

struct probe_row {
	enum grade grade;
	const char *item;
	char value[200];
	const char *meaning; /* what it means for the numbers */
	const char *advice;  /* NULL: nothing to improve */
};

__attribute__((format(printf, 2, 3))) void probe_set(struct probe_row *row, const char *format, ...);

/* Fills in row `index`, counted from 0, of facts about this host. Returns false after the last. */
bool probe_host_row(size_t index, struct probe_row *row);
