/* SPDX-License-Identifier: MIT */
/* The clock of the host, as Bochs sees it: it stands still.
 *
 * Bochs 2.7 switches the lamps of its status bar off by the host's clock, whatever `clock: sync` says.
 * At these moments it computes how many microseconds of guest time pass in a second, and from then on
 * it multiplies some waits of the guest's interval timer by this figure (bx_virt_timer_c in Bochs's
 * iodev/virt_timer.cc). If the guest ran far ahead of the host's clock at such a moment, for instance
 * because it halted, a timer interrupt can come a thousand times too late. In a clock that stands still
 * no such moment comes, so that guest time depends on the executed instructions only. */
#define _GNU_SOURCE
#include <stddef.h>
#include <sys/time.h>

/* Replaces the C library's function, which only Bochs's virtual timers and sound ask. Writes the same
 * time at each call: 1 January 2000. Returns 0. */
__attribute__((visibility("default"))) int gettimeofday(struct timeval *restrict time, void *restrict zone)
{
	(void)zone;
	*time = (struct timeval){ .tv_sec = 946684800 };
	return 0;
}
