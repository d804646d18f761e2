/* SPDX-License-Identifier: MIT */
/*
 * Counts VM exits by reason and benchmark row, with KVM's tracepoints kvm_exit and kvm_pio as perf
 * events.
 *
 * The guest writes its records to port 0xE9, and kvm_pio reports the length of each write. The sum
 * of these lengths before an exit is a position in the stream of records, and shows which row was
 * running. Exits that write records are not counted.
 */
#pragma once

#include "bench/host/store/store.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Checks that this host permits counting. Returns 0, or -1 with the reason and advice in `why`. */
int exits_can_count(char *why, size_t size);

struct exits;

/* Returns a new object, which exits_free() frees, or NULL if out of memory. Does not count yet. */
struct exits *exits_new(void);

/*
 * Starts counting the exits of the QEMU with this process ID. Returns 0, or -1 with the reason in
 * `why`.
 */
int exits_attach(struct exits *exits, pid_t pid, char *why, size_t size);

/* Reads the events that have arrived. Call it often, because the kernel's buffer is small. */
void exits_drain(struct exits *exits);

/*
 * Reads the next `length` bytes of the stream of records. It must get every byte of the stream.
 */
void exits_feed(struct exits *exits, const char *bytes, size_t length);

/*
 * Adds a row to the table vm_exits for each benchmark row and reason. Call it after the guest has
 * ended. Returns 0, or -1 with the reason in `why`: events were lost, the events report more bytes
 * than exits_feed() got, or the store failed.
 */
int exits_store(struct exits *exits, struct store *store, int64_t launch, char *why, size_t size);

void exits_free(struct exits *exits);

/* Adds an exit that perf reported. Tests call it too. */
void exits_add_exit(struct exits *exits, uint32_t reason);

/* Adds perf's report that the last exit wrote `bytes` bytes of records. Tests call it too. */
void exits_add_output(struct exits *exits, uint32_t bytes);

/*
 * Writes the name of an exit reason. `format` is the format file of the tracepoint kvm_exit. It has
 * two lists of names: `list` is 0 for the list of VMX, 1 for the list of SVM. If the list has no
 * name for the reason, writes "reason-<number>".
 */
void exits_reason_name(const char *format, int list, uint32_t reason, char *name, size_t size);
