/* SPDX-License-Identifier: MIT */
/* For exits.c and exits_perf.c only. */
#pragma once

#include "bench/host/launch/exits.h"

#include <stddef.h>

#define EXITS_THREADS 64

/* Exits of one reason at one place in the stream. */
struct exit_event {
	uint64_t offset; /* bytes that the guest had written since counting started */
	uint32_t reason;
	uint32_t exits;
};

struct exit_row {
	uint64_t offset; /* of the first byte after its `bench` record */
	char name[64];
	int64_t parameter;
	int64_t samples; /* of all kinds */
};

/* One vCPU's events and their buffer. */
struct exit_thread {
	int exit, output; /* perf events, -1: none */
	void *buffer;
	size_t bytes; /* size of the buffer, control page included */
};

struct exits {
	size_t count, rows;
	struct exit_event *event; /* in order of arrival */
	struct exit_row *row;
	uint64_t written; /* bytes of records that the events account for */
	uint64_t fed;     /* bytes of records that arrived */
	uint64_t lost;
	bool attached;
	bool in_output; /* the last event was output */
	bool taken;     /* the last exit was counted as part of output */
	uint32_t output_reason;
	char line[512]; /* the incomplete line */
	size_t used;
	char *format; /* of kvm_exit, NULL: none */
	uint32_t isa; /* 1 VMX, 2 SVM */
	size_t threads;
	struct exit_thread thread[EXITS_THREADS];
	struct {
		unsigned exit_id, output_id;             /* of the tracepoints */
		unsigned reason, isa, port, count, size; /* offsets in their raw data */
	} layout;
};
