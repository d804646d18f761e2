/* SPDX-License-Identifier: MIT */
/* Reads a kernel image without booting it: its hash, and its interrupt entry stub. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "bench/host/engine/strategy.h"
#include "bench/host/store/store.h"

#define IMAGE_SHA256_MAX 72

/* Writes the SHA-256 hash of a file, as 64 hex digits, or "unknown: <reason>". */
void image_sha256(const char *path, char text[IMAGE_SHA256_MAX]);

/* Counts of the instructions of an interrupt entry stub, from its label up to and including the
 * first call. */
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
 * Reads the four numbers that bench/claims/code_share.sh prints: the lines and the bytes of the
 * code that exists only for the build's isolation, then the lines and the bytes of all code.
 * Returns false if the line has another form.
 */
#define IMAGE_SHARES 4
bool image_read_share(const char *line, int64_t counts[IMAGE_SHARES]);

/*
 * Stores what a strategy's image shows without a boot, as samples of two launches with the engine
 * `image` and round 0. The first launch has the counts of image_read_entry(), the second the counts
 * of bench/claims/code_share.sh.
 *
 * If the stub cannot be read, prints a message and stores neither launch. If the script fails,
 * prints a message and stores only the first launch. If the script prints nothing, or if the
 * strategy has the first isolation, also stores only the first. Returns 0, or -1 if the store
 * failed.
 */
int image_store_facts(struct store *store, const struct strategy *strategy);
