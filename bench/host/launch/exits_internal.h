/* SPDX-License-Identifier: MIT */
/* Definitions that exits.c and exits_perf.c share. */
#pragma once

#include "bench/host/launch/exits.h"

#include <stddef.h>

#define EXITS_THREADS 64 /* maximum number of vCPUs */

/* Successive exits with the same reason, and without output of records between them. */
struct exit_event {
	uint64_t offset; /* bytes of records written before these exits, since counting started */
	uint32_t reason;
	uint32_t exits; /* number of these exits */
};

/* A benchmark row of the stream. */
struct exit_row {
	uint64_t offset; /* bytes of the stream up to the end of the row's `bench` record */
	char name[64];
	int64_t parameter;
	int64_t samples; /* number of samples of all kinds, including warm-up and overhead */
};

/* The perf events of one vCPU. */
struct exit_thread {
	int exit, output; /* descriptors of the events kvm_exit and kvm_pio; -1: none */
	void *buffer;     /* buffer of both events, shared with the kernel */
	size_t bytes;     /* size of the buffer, with the control page */
};

struct exits {
	size_t count, rows;
	struct exit_event *event; /* the events in order of arrival */
	struct exit_row *row;
	uint64_t written; /* bytes of records that kvm_pio reported */
	uint64_t fed;     /* bytes of records that exits_feed() got */
	uint64_t lost;    /* events that did not fit into a buffer or into memory */
	bool attached;
	bool in_output;         /* the last event was an output of records */
	bool taken;             /* the last exit was part of such an output and is not counted */
	uint32_t output_reason; /* the reason of exits that write records */
	char line[512];         /* the incomplete last line of the stream */
	size_t used;            /* bytes of `line` */
	char *format;           /* the format file of kvm_exit; NULL: not read */
	uint32_t isa;           /* 1: VMX, 2: SVM */
	size_t threads;
	struct exit_thread thread[EXITS_THREADS];
	struct {
		unsigned exit_id, output_id; /* IDs of kvm_exit and kvm_pio */
		/* Offsets of fields in the raw data of an event. `reason` and `isa` are fields of
		 * kvm_exit, the others are fields of kvm_pio. */
		unsigned reason, isa, port, count, size;
	} layout;
};
