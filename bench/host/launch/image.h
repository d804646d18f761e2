/* SPDX-License-Identifier: MIT */
/* Facts that are read from a kernel image without booting it. */
#pragma once

#include "bench/host/engine/strategy.h"
#include "bench/host/store/store.h"

#define IMAGE_SHA256_MAX 72

/* Writes the SHA-256 hash of a file, as 64 hex digits, or "unknown: <reason>". */
void image_sha256(const char *path, char text[IMAGE_SHA256_MAX]);

/* The instructions of an interrupt entry stub, from its label to its first call, both included. */
struct image_entry {
	int64_t instructions; /* number of instructions */
	/* Number of instructions with RSP as a destination; push and call do not count. */
	int64_t rsp_writes;
};

/*
 * Counts the instructions of the interrupt entry stub irq_entry_bench and follows unconditional
 * jumps. `disassembly` is the output of `objdump -d --no-show-raw-insn`. Returns 0, or -1 if there
 * is no such stub or it has no call.
 */
int image_read_entry(const char *disassembly, struct image_entry *entry);

/*
 * Stores the counts of image_read_entry() for a strategy's image, as a launch of engine `image` in
 * round 0. If the image has no stub, prints a message and stores nothing. Returns 0, or -1 if the
 * store failed.
 */
int image_store_facts(struct store *store, const struct strategy *strategy);
