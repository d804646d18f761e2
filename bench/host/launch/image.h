/* SPDX-License-Identifier: MIT */
/* Facts that are read from a kernel image without booting it. */
#pragma once

#include "bench/host/engine/strategy.h"
#include "bench/host/store/store.h"

#define IMAGE_SHA256_MAX 72

/* Writes the SHA-256 of a file in hex, or "unknown: <reason>". */
void image_sha256(const char *path, char text[IMAGE_SHA256_MAX]);

struct image_entry {
	int64_t instructions; /* from the entry stub's label to its first call, both included */
	int64_t rsp_writes;   /* those that set RSP other than by push, pop or call */
};

/*
 * Counts instructions of the interrupt entry stub irq_entry_bench in the output of `objdump -d
 * --no-show-raw-insn`, following unconditional jumps. Returns 0, or -1 if there is no stub or no
 * call in it.
 */
int image_read_entry(const char *disassembly, struct image_entry *entry);

/*
 * Stores these facts as a launch of engine `image`, round 0. If the image has no stub, prints a
 * message and stores nothing. Returns 0, or -1 if the store failed.
 */
int image_store_facts(struct store *store, const struct strategy *strategy);
