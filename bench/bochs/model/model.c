/* SPDX-License-Identifier: MIT */
#include "bench/bochs/model/model.h"

#include <stdlib.h>
#include <string.h>

#include "bench/bochs/model/model_internal.h"
#include "bench/bochs/model/prices.h"
#include "bench/bochs/model/several.h"

/* Computes shown[], whole[], ahead[] and rep_element[] from the profile. The visible cost of a line
 * is its latency beyond L1, times the share of it that is visible. The loads of a page walk depend
 * on each other, so their whole latency is visible. */
static void make_latencies(struct model *model)
{
	static const enum cost_parameter level_cost[LEVELS] = { COST_L1_LATENCY, COST_L2_LATENCY,
		                                                COST_L3_LATENCY, COST_MEMORY_LATENCY,
		                                                COST_TRANSFER };
	static const enum cost_parameter share_cost[EXPOSED_WALK] = { COST_SHARE_LOAD, COST_SHARE_STORE,
		                                                      COST_SHARE_STREAM, COST_SHARE_FETCH };

	for (unsigned level = 0; level < LEVELS; level++)
		for (unsigned set = 0; set < SETS; set++) {
			uint64_t whole = cost_of(model, level_cost[level])->of[set];
			uint64_t beyond = whole - cost_of(model, COST_L1_LATENCY)->of[set];

			for (unsigned way = 0; way < EXPOSED_WALK; way++)
				model->shown[way][level].of[set] =
				        beyond * cost_of(model, share_cost[way])->of[set] / CYCLE;
			model->shown[EXPOSED_WALK][level].of[set] = whole;
			model->whole[level].of[set] = whole;
			model->ahead[level].of[set] =
			        whole - beyond + model->shown[EXPOSED_STREAM][level].of[set];
		}
	for (unsigned bytes = 0; bytes <= REP_BYTES_MAX; bytes++)
		for (unsigned set = 0; set < SETS; set++)
			model->rep_element[bytes].of[set] =
			        cost_of(model, COST_REP_64_BYTES)->of[set] / 64 * bytes;
}

struct model *model_new(const struct profile *profile, memory_frame frame_of)
{
	struct model *model = calloc(1, sizeof *model);

	if (!model)
		return NULL;
	model->profile = *profile;
	model->frame_of = frame_of;
	make_latencies(model);
	if (caches_make_shared(&model->l3, profile))
		return model;
	model_free(model);
	return NULL;
}

void model_free(struct model *model)
{
	for (unsigned cpu = 0; cpu < MODEL_CPUS; cpu++) {
		if (!model->core[cpu])
			continue;
		translation_free(&model->core[cpu]->translation);
		caches_free(&model->core[cpu]->caches);
		free(model->core[cpu]);
	}
	lru_free(&model->l3);
	sharing_free(model->sharing);
	free(model);
}

void model_leave_out(struct model *model, unsigned parts)
{
	model->without = parts;
}

void model_watch(struct model *model, model_walked *walked)
{
	model->walked = walked;
}

void model_watch_unpriced(struct model *model, model_unpriced *executed)
{
	model->executed = executed;
}

static struct cost cheapest_instruction(const struct model *model)
{
	struct cost cheapest = *cost_of(model, COST_CPI_HOT);
	const struct cost *entry = cost_of(model, COST_CPI_ENTRY);

	for (unsigned set = 0; set < SETS; set++)
		if (cheapest.of[set] > entry->of[set])
			cheapest.of[set] = entry->of[set];
	return cheapest;
}

static void make_timing(const struct model *model, struct core *core)
{
	const unsigned *size = model->profile.size;
	struct cost cheapest = cheapest_instruction(model), latency[LATENCIES] = { 0 };

	if (has(model, PART_ARITHMETIC)) {
		latency[LATENCY_ONE] = (struct cost){ { CYCLE, CYCLE, CYCLE } };
		latency[LATENCY_THREE] = (struct cost){ { 3 * CYCLE, 3 * CYCLE, 3 * CYCLE } };
		latency[LATENCY_MULTIPLY] = *cost_of(model, COST_MULTIPLY);
		latency[LATENCY_DIVIDE] = *cost_of(model, COST_DIVIDE);
	}
	dataflow_make(&core->dataflow, size[SIZE_WINDOW], &cheapest, latency);
	scheduler_make(&core->dataflow.scheduler, has(model, PART_SCHEDULER) ? size[SIZE_SCHEDULER] : 0);
	walkers_make(&core->walkers, size[SIZE_WALKERS]);
	stores_make(&core->stores, size[SIZE_STORES]);
	core->branches.simple = !has(model, PART_PREDICTOR);
	predictor_make(&core->branches.predictor, size[SIZE_PREDICTOR]);
}

bool model_reset(struct model *model, unsigned cpu)
{
	struct core *core = model->core[cpu];
	bool failed = false;

	if (!core) {
		core = model->core[cpu] = calloc(1, sizeof *core);
		if (!core || !translation_make(&core->translation, &model->profile, model->frame_of) ||
		    !caches_make(&core->caches, &model->profile, &model->l3))
			return false;
		core->cpu = cpu;
		model->cores++;
		core->sink = &core->ignored;
		core->decoded = &core->decodings.apart;
		make_timing(model, core);
	}
	core->in_user = false;
	translation_reset(&core->translation);
	forget_fetch(core);
	several_reset(model, core, &failed);
	return !failed;
}

void model_counts(struct model *model, unsigned cpu, bool counts)
{
	struct core *core = model->core[cpu];

	core->sink = counts ? &core->counted : &core->ignored;
}

void model_start(struct model *model, unsigned cpu)
{
	struct core *core = model->core[cpu];

	memset(&core->counted, 0, sizeof core->counted);
	if (model->sharing) {
		several_start(model, core);
		return;
	}
	if (!core->stopped)
		return;
	core->stopped = false;
	for (unsigned set = 0; set < SETS; set++)
		core->dataflow.now.of[set] += LONG_TIME;
}

void model_stop(struct model *model, unsigned cpu)
{
	struct core *core = model->core[cpu];
	struct stall stall;

	if (model->sharing) {
		several_stop(model, core);
		return;
	}
	core->stopped = true;
	core->sink = &core->ignored;
	dataflow_drain(&core->dataflow, &stall);
}

const struct model_counts *model_read(const struct model *model, unsigned cpu)
{
	return &model->core[cpu]->counted;
}

void model_settle_fetched(struct core *core)
{
	core->fetched = false;
	for (unsigned set = 0; set < SETS; set++)
		core->sink->cycles.of[set] += core->fetch.cycles.of[set];
	for (unsigned cause = 0; cause < MODEL_CAUSES; cause++)
		core->sink->causes[cause] += core->fetch.causes[cause];
	for (unsigned event = 0; event < MODEL_EVENTS; event++)
		core->sink->events[event] += core->fetch.events[event];
	memset(&core->fetch, 0, sizeof core->fetch);
}

static void add(struct cost *to, const struct cost *cost)
{
	for (unsigned set = 0; set < SETS; set++)
		to->of[set] += cost->of[set];
}

/* Adds the time of a page walk to *time. */
static void walk_time(struct model *model, struct core *core, struct model_counts *counts,
                      const struct walk *walk, struct cost *time)
{
	counts->events[MODEL_STLB]++;
	add(time, cost_of(model, COST_WALK_BASE));
	for (unsigned i = 0; i < walk->loads; i++) {
		enum cache_level level = caches_access(&core->caches, walk->address[i]);

		if (model->sharing)
			level = several_look_up(model, core, walk->address[i], false, level);
		count_misses(counts, level);
		add(time, &model->shown[EXPOSED_WALK][level]);
	}
}

uint64_t model_translate(struct model *model, struct core *core, struct model_counts *counts, uint64_t linear,
                         enum side side, struct cost *time, bool *walked)
{
	enum translation_outcome outcome;
	struct walk walk;
	uint64_t physical;

	*time = (struct cost){ 0 };
	outcome = translation_look_up(&core->translation, linear, side, &walk, &physical);
	*walked = outcome == TRANSLATION_WALK;
	if (outcome == TRANSLATION_L1)
		return physical;
	if (outcome == TRANSLATION_L2)
		add(time, cost_of(model, COST_STLB_HIT));
	else
		walk_time(model, core, counts, &walk, time);
	if (*walked && model->walked)
		model->walked(core->cpu, linear, side, walk.loads);
	counts->events[side == SIDE_CODE ? MODEL_ITLB : MODEL_DTLB]++;
	return physical;
}

static __attribute__((noinline)) void fetch_line(struct model *model, struct core *core, uint64_t rip)
{
	uint64_t physical;
	enum cache_level level;
	struct cost time;
	bool walked;

	core->line = rip / LINE_BYTES;
	core->fetched = true;
	if (!translation_known(&core->translation, rip, SIDE_CODE, &physical)) {
		physical = model_translate(model, core, &core->fetch, rip, SIDE_CODE, &time, &walked);
		charge(core, &core->fetch, CAUSE_TRANSLATION, &time);
	}
	core->code = model->frame_of(physical);
	level = caches_fetch(&core->caches, physical);
	if (model->sharing)
		level = several_look_up(model, core, physical, false, level);
	count_misses(&core->fetch, level);
	charge(core, &core->fetch, CAUSE_FETCH, &model->shown[EXPOSED_FETCH][level]);
}

/* Called for an instruction that is not CLASS_PLAIN: if it must wait before it starts, charges the
 * wait. The wait is counted with the instruction's fetch. */
static void special_starts(struct core *core)
{
	static const unsigned string_registers = 1U << REGISTER_RCX | 1U << REGISTER_RSI | 1U << REGISTER_RDI;
	enum instruction_class class = core->decoded->class;
	struct stall stall = { 0 };
	bool waits = false;

	core->operand = core->registers[core->decoded->reg];
	if (price_waits_for_all(class))
		waits = dataflow_drain(&core->dataflow, &stall);
	else if (class == CLASS_REP_COPY || class == CLASS_REP_OTHER)
		waits = dataflow_wait(&core->dataflow, string_registers, &stall.cost);
	if (!waits)
		return;
	core->fetched = true;
	charge_stall(core, &core->fetch, &stall);
}

void model_instruction_starts(struct model *model, unsigned cpu, uint64_t rip, const uint64_t *registers)
{
	struct core *core = model->core[cpu];

	core->registers = registers;
	core->flushed = false;
	if (core->fetched) { /* costs left by an instruction without further events */
		core->fetched = false;
		memset(&core->fetch, 0, sizeof core->fetch);
	}
	if (model->sharing)
		waits_instruction(&core->waits, rip);
	if (rip / LINE_BYTES != core->line)
		fetch_line(model, core, rip);
	core->decoded = code_at(&core->decodings, &core->translation, core->code, rip);
	core->follows = core->decoded->class == CLASS_PLAIN && !core->stopped;
	if (core->decoded->class == CLASS_PLAIN)
		return;
	if (model->sharing)
		waits_forget(&core->waits);
	special_starts(core);
}

static bool changes_ring(enum instruction_class class)
{
	return class == CLASS_SYSCALL || class == CLASS_SYSRET || class == CLASS_IRET;
}

static void report_unpriced(struct model *model, const struct core *core)
{
	enum unpriced which = (enum unpriced)core->decoded->reg;

	if (core->sink != &core->counted || model->reported[which])
		return;
	model->reported[which] = true;
	if (model->executed)
		model->executed(unpriced_name(which));
}

/* Ends an instruction that is not CLASS_PLAIN. */
static __attribute__((noinline)) void special_ends(struct model *model, struct core *core)
{
	enum instruction_class class = core->decoded->class;
	enum cost_parameter price = price_of(core);

	if (price == COST_IPI_SEND && model->sharing && several_x2apic(model, core))
		price = COST_WRMSR;
	charge(core, core->sink, price_cause(class), cost_of(model, price));
	if (core->entry_left)
		core->entry_left--;
	if (class == CLASS_UNPRICED)
		report_unpriced(model, core);
	if (changes_ring(class))
		core->entry_left = model->profile.size[SIZE_ENTRY_INSTRUCTIONS];
}

void model_instruction_ends(struct model *model, unsigned cpu, bool complete)
{
	struct core *core = model->core[cpu];
	struct stall stall;

	settle_fetch(core);
	if (!complete)
		return;
	if (core->decoded->class != CLASS_PLAIN) {
		special_ends(model, core);
	} else if (core->stopped) {
		core->entry_left -= core->entry_left > 0;
	} else if (core->entry_left) {
		core->entry_left--;
		charge(core, core->sink, CAUSE_INSTRUCTIONS, cost_of(model, COST_CPI_ENTRY));
	} else {
		charge(core, core->sink, CAUSE_INSTRUCTIONS, cost_of(model, COST_CPI_HOT));
	}
	if (!core->stopped && dataflow_end(&core->dataflow, &core->decoded->operands, &stall))
		charge_stall(core, core->sink, &stall);
}

void model_repeat_iterations(struct model *model, unsigned cpu, uint64_t count)
{
	struct core *core = model->core[cpu];
	bool copies = core->decoded->class == CLASS_REP_COPY;
	struct cost cost = copies ? model->rep_element[core->decoded->size] : *cost_of(model, COST_REP_OTHER);

	for (unsigned set = 0; set < SETS; set++)
		cost.of[set] *= count;
	settle_fetch(core);
	charge(core, core->sink, CAUSE_STRINGS, &cost);
}

bool model_holds(const struct model *model, unsigned cpu, uint64_t linear, uint64_t physical)
{
	const struct core *core = model->core[cpu];

	return !price_is_device(physical) && translation_holds(&core->translation, linear) &&
	       caches_hold(&core->caches, physical);
}

/* `waits_for` are the registers that the branch waits for; it also waits for a target in memory. */
static __attribute__((noinline)) void mispredicted(struct model *model, struct core *core,
                                                   const struct operands *waits_for)
{
	struct cost wait;

	core->sink->events[MODEL_MISPREDICT]++;
	if (has(model, PART_RESOLUTION) && dataflow_wait_for_value(&core->dataflow, waits_for, &wait))
		charge(core, core->sink, CAUSE_MISPREDICTS, &wait);
	charge(core, core->sink, CAUSE_MISPREDICTS, cost_of(model, COST_MISPREDICT));
}

void model_conditional_branch(struct model *model, unsigned cpu, uint64_t from, bool taken)
{
	static const struct operands flags = { .sources = OPERAND_FLAGS };
	struct core *core = model->core[cpu];

	settle_fetch(core);
	if (branches_conditional(&core->branches, from, taken))
		mispredicted(model, core, &flags);
}

void model_branch(struct model *model, unsigned cpu, enum branch_kind kind, uint64_t from, uint64_t to)
{
	struct core *core = model->core[cpu];

	settle_fetch(core);
	if (model->sharing && kind >= BRANCH_CALL)
		waits_forget(&core->waits);
	if (branches_unconditional(&core->branches, kind, from, to))
		mispredicted(model, core, &core->decoded->operands);
}

void model_delivery(struct model *model, unsigned cpu, enum delivery delivery)
{
	struct core *core = model->core[cpu];
	enum cost_parameter cost = core->in_user ? COST_INTERRUPT_USER : COST_INTERRUPT_KERNEL;
	struct stall stall;

	if (delivery == DELIVERY_FAULT)
		cost = core->in_user ? COST_FAULT_USER : COST_FAULT_KERNEL;
	settle_fetch(core);
	if (model->sharing)
		waits_forget(&core->waits);
	core->follows = false; /* the next accesses are those of the delivery */
	if (dataflow_drain(&core->dataflow, &stall))
		charge_stall(core, core->sink, &stall);
	charge(core, core->sink, CAUSE_RINGS, cost_of(model, cost));
	core->in_user = false;
	core->entry_left = model->profile.size[SIZE_ENTRY_INSTRUCTIONS];
}

void model_interrupt(struct model *model, unsigned cpu, unsigned vector)
{
	if (model->sharing)
		several_receive(model, model->core[cpu], vector);
}

void model_ring(struct model *model, unsigned cpu, bool user)
{
	model->core[cpu]->in_user = user;
}

void model_mode32(struct model *model, unsigned cpu, bool mode32)
{
	struct core *core = model->core[cpu];

	if (core->translation.mode32 == mode32)
		return;
	translation_set_mode32(&core->translation, mode32);
	memset(core->decodings.entry, 0, sizeof core->decodings.entry);
	forget_fetch(core);
}

void model_write_cr0(struct model *model, unsigned cpu, uint64_t value)
{
	translation_write_cr0(&model->core[cpu]->translation, value);
	forget_fetch(model->core[cpu]);
}

/* Bochs reports the value without bit 63. That bit is taken from the general register that the
 * instruction names. */
void model_write_cr3(struct model *model, unsigned cpu, uint64_t value)
{
	struct core *core = model->core[cpu];
	bool keep = core->decoded->class == CLASS_CR3_WRITE && core->operand & CR3_KEEP;

	translation_write_cr3(&core->translation, value, keep);
	forget_fetch(core);
}

void model_write_cr4(struct model *model, unsigned cpu, uint64_t value)
{
	struct core *core = model->core[cpu];

	core->flushed = translation_write_cr4(&core->translation, value);
	forget_fetch(core);
}

void model_invlpg(struct model *model, unsigned cpu, uint64_t linear)
{
	translation_invlpg(&model->core[cpu]->translation, linear);
	forget_fetch(model->core[cpu]);
}

/* The CPU's last data access was the read of the instruction's 16-byte descriptor: the PCID, then
 * the linear address. */
void model_invpcid(struct model *model, unsigned cpu, uint64_t type)
{
	struct core *core = model->core[cpu];
	const uint8_t *frame = model->frame_of(core->access);
	uint64_t descriptor[2] = { 0 };

	if (frame && core->access % PAGE_BYTES <= PAGE_BYTES - sizeof descriptor)
		memcpy(descriptor, frame + core->access % PAGE_BYTES, sizeof descriptor);
	translation_invpcid(&core->translation, type, (unsigned)descriptor[0] & 0xFFF, descriptor[1]);
	forget_fetch(core);
}
