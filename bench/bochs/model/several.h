/* SPDX-License-Identifier: MIT */
/*
 * Several CPUs: what a CPU pays for lines that others changed, and how the clocks of the CPUs are
 * kept in order. Private to the model's files. With one CPU, none of these functions is called.
 *
 * Each CPU has a clock of its own, `dataflow.now`. While any CPU measures (from model_start() to
 * model_stop()), the clocks of all CPUs run. When the first one starts to measure, all clocks are
 * set to the same time. From then on a clock is moved forward
 * - to the time of the last write, before the CPU reads a line that another CPU has written, and
 * - to the time of arrival, before the CPU takes an interrupt that another CPU sent.
 */
#pragma once

#include "bench/bochs/model/model_internal.h"

/* Returns true if there is now something to follow: a second CPU exists. Sets *failed if out of
 * memory. */
void several_reset(struct model *model, struct core *core, bool *failed);

/* Do what model_start() and model_stop() do, for all clocks. */
void several_start(struct model *model, struct core *core);
void several_stop(struct model *model, struct core *core);

/* Must be called before an access to memory: keeps the clocks in order. */
void several_access_starts(struct model *model, struct core *core, uint64_t physical, bool write);

/* Notes that a CPU brings a line into its caches, to read or to write it. `level` is where the line
 * was found. Returns this level, or LEVEL_OTHER if another CPU's caches have to give the line up. */
enum cache_level several_look_up(struct model *model, struct core *core, uint64_t physical, bool write,
                                 enum cache_level level);

/* Notes that the write to the last line of several_look_up() is visible after `more` at the earliest;
 * NULL means no time. */
void several_wrote(struct core *core, const struct cost *more);

/* Called for a write of the xAPIC's page, and for WRMSR to the ICR of the x2APIC. Return true if an
 * interrupt goes to other CPUs only: the sender then does not pay for its delivery. */
bool several_xapic(struct model *model, struct core *core, uint64_t physical);
bool several_x2apic(struct model *model, struct core *core);

/* Notes that the CPU takes an external interrupt. */
void several_receive(struct model *model, struct core *core, unsigned vector);
