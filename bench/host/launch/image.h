/* SPDX-License-Identifier: MIT */
/* Reads a kernel image without booting it: its hash, and its interrupt entry stub. */
#pragma once

#include "bench/host/engine/strategy.h"
#include "bench/host/store/store.h"

#define IMAGE_SHA256_MAX 72

/* Writes the SHA-256 hash of a file, as 64 hex digits, or "unknown: <reason>". */
void image_sha256(const char *path, char text[IMAGE_SHA256_MAX]);

/* Counts of the instructions of an interrupt entry stub, from its label to the first call, which is
 * included. */
struct image_entry {
	int64_t instructions; /* number of instructions */
	/* Number of instructions that name RSP as their destination; PUSH and CALL do not count. */
	int64_t rsp_writes;
};

/*
 * Counts the instructions of the interrupt entry stub irq_entry_bench, following unconditional
 * jumps. If there is a symbol irq_entry_bench_rest, the first indirect jump or RET leads there.
 * `disassembly` is the output of `objdump -d --no-show-raw-insn`. Returns 0, or -1 if there is no
 * such stub or the stub has no call.
 */
int image_read_entry(const char *disassembly, struct image_entry *entry);

/*
 * Stores the counts of image_read_entry() for a strategy's image as samples, in a row of the table
 * launches with the engine `image` and round 0. If image_read_entry() fails, prints a message and
 * stores nothing. Returns 0, or -1 if the store failed.
 */
int image_store_facts(struct store *store, const struct strategy *strategy);
