/* SPDX-License-Identifier: MIT */
/*
 * Data accesses: at which time the value of a load is ready, and how long the core waits.
 *
 * The accesses of plain instructions are followed through dataflow.h, walkers.h, stores.h and
 * fills.h. The core waits only if the window of instructions or the store buffer is full. The
 * accesses of all other instructions, and those of deliveries, are charged at once.
 */
#include "bench/bochs/model/model_internal.h"
#include "bench/bochs/model/prices.h"
#include "bench/bochs/model/several.h"

/* A load or store whose time is followed. */
struct access {
	struct cost begins;   /* time at which its address is ready and translated */
	uint64_t translation; /* nominal part of `begins` that is due to translation */
};

/* Looks up the line of this address, to read or to write it. */
static inline enum cache_level look_up(struct model *model, struct core *core, uint64_t physical, bool write)
{
	enum cache_level level = caches_access(&core->caches, physical);

	return model->sharing ? several_look_up(model, core, physical, write, level) : level;
}

/* Charges the access to a line that missed L1. */
static __attribute__((noinline)) void charge_line(struct model *model, struct core *core,
                                                  enum cache_level level, bool ahead, bool write)
{
	enum exposure exposure = ahead ? EXPOSED_STREAM : write ? EXPOSED_STORE : EXPOSED_LOAD;

	charge(core, core->sink, CAUSE_DATA, &model->shown[exposure][level]);
}

/* Translates at once, and charges the time. */
static __attribute__((noinline)) void translate_and_wait(struct model *model, struct core *core,
                                                         uint64_t linear)
{
	struct cost time;
	bool walked;

	model_translate(model, core, core->sink, linear, SIDE_DATA, &time, &walked);
	charge(core, core->sink, CAUSE_TRANSLATION, &time);
}

/* Translates while the core continues. Delays the access until its translation is known. */
static __attribute__((noinline)) void translate_aside(struct model *model, struct core *core, uint64_t linear,
                                                      struct access *access)
{
	uint64_t before = access->begins.of[SET_NOMINAL];
	struct cost time;
	bool walked;

	if (!has(model, PART_WALKERS)) {
		translate_and_wait(model, core, linear);
		for (unsigned set = 0; set < SETS; set++)
			if (access->begins.of[set] < core->dataflow.now.of[set])
				access->begins.of[set] = core->dataflow.now.of[set];
		return;
	}
	model_translate(model, core, core->sink, linear, SIDE_DATA, &time, &walked);
	if (walked)
		access->begins = walkers_walk(&core->walkers, &access->begins, &time);
	else
		for (unsigned set = 0; set < SETS; set++)
			access->begins.of[set] += time.of[set];
	access->translation = access->begins.of[SET_NOMINAL] - before;
}

/* Sets *complete to the time at which a load that missed L1 is complete. */
static __attribute__((noinline)) void missed_load(struct model *model, struct core *core, uint64_t physical,
                                                  enum cache_level level, const struct access *access,
                                                  struct cost *complete)
{
	struct cost begins = access->begins, *arrival;
	bool ahead = caches_in_stream(&core->caches, physical, &arrival) && level != LEVEL_OTHER;
	const struct cost *latency = ahead ? &model->ahead[level] : &model->whole[level];

	count_misses(core->sink, level);
	if (has(model, PART_FILLS))
		fills_take(&core->fills, &core->dataflow.now,
		           &model->shown[ahead ? EXPOSED_STREAM : EXPOSED_LOAD][level], &begins);
	for (unsigned set = 0; set < SETS; set++) {
		complete->of[set] = begins.of[set] + latency->of[set];
		/* A prefetched line does not arrive before the line whose miss fetched it. */
		if (ahead && has(model, PART_STREAMS) && complete->of[set] < arrival->of[set])
			complete->of[set] = arrival->of[set];
	}
	*arrival = *complete;
	if (!has(model, PART_FILLS))
		charge_line(model, core, level, ahead, false);
}

static inline void load_line(struct model *model, struct core *core, uint64_t physical,
                             const struct access *access, const struct cost *hit)
{
	enum cache_level level = look_up(model, core, physical, false);
	struct cost complete;

	if (level == LEVEL_L1)
		for (unsigned set = 0; set < SETS; set++)
			complete.of[set] = access->begins.of[set] + hit->of[set];
	else
		missed_load(model, core, physical, level, access, &complete);
	dataflow_load(&core->dataflow, &complete, access->translation);
}

/* Returns the latency of a load. If the store that it reads is still in the buffer, this is the
 * latency of forwarding, and the load is delayed until the store's value is ready. Otherwise it is
 * the latency of L1. */
static inline const struct cost *forwarded(struct model *model, struct core *core, uint64_t linear,
                                           struct access *access)
{
	const struct cost *ready = stores_find(&core->stores, linear);

	if (!ready || !has(model, PART_FORWARDING))
		return &model->whole[LEVEL_L1];
	for (unsigned set = 0; set < SETS; set++)
		if (access->begins.of[set] < ready->of[set])
			access->begins.of[set] = ready->of[set];
	return cost_of(model, COST_STORE_FORWARD);
}

static void store_line(struct model *model, struct core *core, uint64_t physical)
{
	enum cache_level level = look_up(model, core, physical, true);
	const struct cost *time = NULL;
	struct cost *arrival, stall;
	bool ahead = false;

	if (level != LEVEL_L1) {
		ahead = caches_in_stream(&core->caches, physical, &arrival) && level != LEVEL_OTHER;
		*arrival = core->dataflow.now;
		for (unsigned set = 0; set < SETS; set++)
			arrival->of[set] += (ahead ? &model->ahead[level] : &model->whole[level])->of[set];
		count_misses(core->sink, level);
		time = &model->shown[ahead ? EXPOSED_STREAM : EXPOSED_STORE][level];
	}
	if (time && !has(model, PART_STORES))
		charge_line(model, core, level, ahead, true);
	else if (stores_add(&core->stores, &core->dataflow.now, time, &stall))
		charge(core, core->sink, CAUSE_DATA, &stall);
	if (model->sharing)
		several_wrote(core, time ? &(ahead ? model->ahead : model->whole)[level] : NULL);
}

/* Notes the time at which loads can read the value of a store. */
static inline void note_store(struct core *core, uint64_t linear)
{
	const struct operands *operands = &core->decoded->operands;
	struct cost ready = core->dataflow.now, wait;

	if (dataflow_wait_for_value(&core->dataflow, operands, &wait))
		for (unsigned set = 0; set < SETS; set++)
			ready.of[set] += wait.of[set] + core->dataflow.latency[operands->latency].of[set];
	stores_note(&core->stores, linear, &ready);
}

/* A locked instruction takes its line from other CPUs when it reads it, and waits for it. */
static void charge_at_once(struct model *model, struct core *core, uint64_t physical, bool write)
{
	bool locked = core->decoded->class == CLASS_LOCKED;
	enum cache_level level = look_up(model, core, physical, write || locked);
	struct cost *arrival;
	bool ahead;

	if (level != LEVEL_L1) {
		count_misses(core->sink, level);
		ahead = caches_in_stream(&core->caches, physical, &arrival) && level != LEVEL_OTHER;
		if (locked && level == LEVEL_OTHER)
			charge(core, core->sink, CAUSE_DATA, &model->whole[level]);
		else
			charge_line(model, core, level, ahead, write);
		*arrival = core->dataflow.now;
	}
	if (model->sharing)
		several_wrote(core, NULL);
}

/* Charges an access to a device. */
static void access_device(struct model *model, struct core *core, uint64_t physical, bool write)
{
	enum cost_parameter price = price_of_device(physical, write);

	if (model->sharing && price_is_xapic(physical) && write && several_xapic(model, core, physical))
		price = COST_APIC_MMIO;
	charge(core, core->sink, CAUSE_PRIVILEGED, cost_of(model, price));
}

/* Charges an access at once: that of a delivery, or of an instruction that is not plain. */
static void access_at_once(struct model *model, struct core *core, uint64_t linear, uint64_t physical,
                           unsigned length, bool write)
{
	unsigned in_line = LINE_BYTES - (unsigned)(physical % LINE_BYTES);
	uint64_t translated;

	if (!translation_known(&core->translation, linear, SIDE_DATA, &translated))
		translate_and_wait(model, core, linear);
	if (price_is_device(physical)) {
		access_device(model, core, physical, write);
		return;
	}
	charge_at_once(model, core, physical, write);
	if (length > in_line)
		charge_at_once(model, core, physical + in_line, write);
}

void model_data_access(struct model *model, unsigned cpu, uint64_t linear, uint64_t physical, unsigned length,
                       bool write)
{
	struct core *core = model->core[cpu];
	unsigned in_line = LINE_BYTES - (unsigned)(physical % LINE_BYTES);
	struct access access = { 0 };
	uint64_t translated;
	struct cost wait;

	settle_fetch(core);
	core->access = physical;
	if (model->sharing)
		several_access_starts(model, core, physical, write);
	access.begins = core->dataflow.now;
	if (!core->follows || price_is_device(physical)) {
		access_at_once(model, core, linear, physical, length, write);
		return;
	}
	if (dataflow_wait(&core->dataflow, core->decoded->operands.address, &wait))
		for (unsigned set = 0; set < SETS; set++)
			access.begins.of[set] += wait.of[set];
	if (!translation_known(&core->translation, linear, SIDE_DATA, &translated))
		translate_aside(model, core, linear, &access);
	if (!write) {
		const struct cost *hit = forwarded(model, core, linear, &access);

		load_line(model, core, physical, &access, hit);
		if (length > in_line)
			load_line(model, core, physical + in_line, &access, hit);
		return;
	}
	if (access.translation)
		dataflow_store(&core->dataflow, &access.begins, access.translation);
	store_line(model, core, physical);
	if (length > in_line)
		store_line(model, core, physical + in_line);
	note_store(core, linear);
}
