/* SPDX-License-Identifier: MIT */
/*
 * Profiles of a guest on engine kvm: perf interrupts the guest every so many cycles, and each such
 * sample is charged to the kernel function and the benchmark row that it interrupted.
 *
 * perf starts QEMU and records two events: the cycles of the guest, and KVM's tracepoint kvm_pio,
 * which reports how many bytes of records the guest wrote. So it is known how many bytes precede a
 * sample, and therefore which row was running, as for VM exits (exits.h).
 */
#pragma once

#include "bench/host/base/arguments.h"
#include "bench/host/store/store.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* One sample for this many cycles of the guest: a prime number, so that no loop keeps step with it. */
#define GUEST_PROFILE_PERIOD 100003

/*
 * Checks that perf is installed, that this host permits it to record a guest, and that it has a
 * counter of cycles. Returns 0, or -1 with the reason and what to do in `why`.
 */
int guest_profile_can_record(char *why, size_t size);

/*
 * Puts perf in front of the command that starts QEMU in `directory`. perf writes its data to
 * guest.perf.data there, and exits with QEMU's status. `image` is the kernel's ELF file; writes its
 * functions to guest.kallsyms in the form of /proc/kallsyms, because perf leaves the guest's samples
 * out of its reports unless it knows the guest's symbols. Returns 0, or -1 with the reason in `why`.
 */
int guest_profile_wrap(struct arguments *command, const char *directory, const char *image, char *why,
                       size_t size);

/*
 * Turns `directory`/guest.perf.data into text, guest.perf.txt, and stores it as guest_profile_read()
 * does. records.txt must be complete in the folder. `image` is the kernel's ELF file. Returns 0, or
 * -1 with the reason in `why`; no sample of the guest is such a reason.
 */
int guest_profile_store(const char *directory, const char *image, struct store *store, int64_t launch,
                        char *why, size_t size);

/*
 * Reads the output of `perf script -F misc,time,period,event,ip,trace` from `script` and the records
 * of the guest from `records`. Adds to the table functions, for each row and function of `image` in
 * which samples are, the sum of their periods: kind `row`, metric `profile_cycles` in cycles for the
 * event guest_cycles, or profile_clock in ns for cpu-clock. Samples of the host are left out, as are
 * those before the first row.
 *
 * Returns the number of samples that were charged to a row, or -1 with the reason in `why`: the
 * bytes that kvm_pio reported are not those of the records, so events were lost; the file is no such
 * output; or the image has no symbols.
 */
int64_t guest_profile_read(FILE *script, FILE *records, const char *image, struct store *store,
                           int64_t launch, char *why, size_t size);
