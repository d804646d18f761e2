/* SPDX-License-Identifier: MIT */
/*
 * VM exits by reason and benchmark, from KVM's tracepoints kvm_exit and kvm_pio through perf
 * events.
 *
 * The guest's records leave through port 0xE9, and kvm_pio reports how many bytes each such exit
 * wrote. So every exit has a place in the stream of records, and belongs to the row that was
 * running there. Exits for records themselves are left out.
 */
#pragma once

#include "bench/host/store/store.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Checks that exits can be counted. Returns 0, or -1 with what to change in `why`. */
int exits_can_count(char *why, size_t size);

struct exits;

/* Returns NULL if out of memory. Counting starts with exits_attach(). */
struct exits *exits_new(void);

/* Starts counting for a running QEMU. Returns 0, or -1 with the reason in `why`. */
int exits_attach(struct exits *exits, pid_t pid, char *why, size_t size);

/* Reads the events that have arrived. Call it often: the kernel's buffer is small. */
void exits_drain(struct exits *exits);

/* Takes the stream of records from its first byte on. */
void exits_feed(struct exits *exits, const char *bytes, size_t length);

/*
 * Call after the guest has ended. Adds a row to the table vm_exits for each benchmark row and
 * reason. Returns 0, or -1 with the reason in `why`: events were lost, or the store failed.
 */
int exits_store(struct exits *exits, struct store *store, int64_t launch, char *why, size_t size);

void exits_free(struct exits *exits);

/* Adds an exit that perf reported; also for tests. */
void exits_add_exit(struct exits *exits, uint32_t reason);

/* Adds the report that the last exit wrote `bytes` bytes of records; also for tests. */
void exits_add_output(struct exits *exits, uint32_t bytes);

/*
 * Writes the name of a reason, from list number `list` (0: VMX, 1: SVM) of a tracepoint's format,
 * or the number itself if the list has no name for it.
 */
void exits_reason_name(const char *format, int list, uint32_t reason, char *name, size_t size);
