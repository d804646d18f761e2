/* SPDX-License-Identifier: MIT */
/*
 * Profiles of a guest on engine kvm. perf takes a sample of the guest every GUEST_PROFILE_PERIOD
 * cycles. The sample is charged to the kernel function and the benchmark row that were running.
 *
 * perf starts QEMU and records two events: the cycles of the guest, and KVM's tracepoint kvm_pio,
 * which reports how many bytes of records the guest wrote. The number of bytes written before a
 * sample shows which row was running. exits.h finds the rows of VM exits in the same way.
 */
#pragma once

#include "bench/host/base/arguments.h"
#include "bench/host/store/store.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Cycles of the guest per sample. A prime number, so that no loop of the guest keeps step. */
#define GUEST_PROFILE_PERIOD 100003

/*
 * Checks that perf is installed, that this host permits perf to record a guest, and that the
 * processor has a counter of cycles. Returns 0, or -1 with the reason and what to do in `why`.
 */
int guest_profile_can_record(char *why, size_t size);

/*
 * Puts perf in front of the command that starts QEMU in `directory`. perf writes its data to
 * guest.perf.data in this folder, and exits with QEMU's status. Also writes the functions of
 * `image`, the kernel's ELF file, to guest.kallsyms in the form of /proc/kallsyms. Without the
 * guest's symbols perf would leave the guest's samples out of its reports. Returns 0, or -1 with
 * the reason in `why`.
 */
int guest_profile_wrap(struct arguments *command, const char *directory, const char *image, char *why,
                       size_t size);

/*
 * Turns `directory`/guest.perf.data into text, guest.perf.txt, and stores it as guest_profile_read()
 * does. records.txt in the folder must be complete. `image` is the kernel's ELF file. Returns 0, or
 * -1 with the reason in `why`. Also fails if no sample of the guest was charged to a row.
 */
int guest_profile_store(const char *directory, const char *image, struct store *store, int64_t launch,
                        char *why, size_t size);

/*
 * Reads the output of `perf script -F misc,time,period,event,ip,trace` from `script` and the records
 * of the guest from `records`. Sums the periods of the samples for each benchmark row and function
 * of `image`, and adds each sum to the table functions, with the kind `row`. The metric is
 * profile_cycles, in cycles, for samples of the event guest_cycles, and profile_clock, in ns, for
 * samples of cpu-clock. Leaves out samples of the host and samples before the first row.
 *
 * Returns the number of samples that were charged to a row. Returns -1 with the reason in `why` if
 * kvm_pio reported another number of bytes than `records` has (events were lost), if `script` is
 * malformed, if the image has no symbols, if the store failed, or if out of memory.
 */
int64_t guest_profile_read(FILE *script, FILE *records, const char *image, struct store *store,
                           int64_t launch, char *why, size_t size);
