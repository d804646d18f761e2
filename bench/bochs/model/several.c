/* SPDX-License-Identifier: MIT */
#include "bench/bochs/model/several.h"

#include "bench/bochs/model/prices.h"

enum { REGISTER_RAX = 0, REGISTER_RDX = 2, NO_REGISTER = 16 };
enum { ICR_LOW = 0x300, ICR_HIGH = 0x310, ICR_LOGICAL = 1 << 11 };
enum { MODE_FIXED = 0, MODE_NMI = 4, MODE_SIPI = 6, VECTOR_NMI = 2 };
enum { SHORT_SELF = 1, SHORT_ALL, SHORT_OTHERS };

static uint64_t bit(unsigned cpu)
{
	return 1ULL << cpu;
}

/* Raises *to to `time`. */
static void raise(struct cost *to, const struct cost *time)
{
	for (unsigned set = 0; set < SETS; set++)
		if (to->of[set] < time->of[set])
			to->of[set] = time->of[set];
}

/* The time at which everything that the CPU has done so far is visible to other CPUs. */
static struct cost visible(const struct core *core)
{
	struct cost time = core->dataflow.now;

	raise(&time, &core->dataflow.latest);
	raise(&time, &core->stores.last);
	return time;
}

/* Makes the CPU wait until `time`. */
static void wait_until(struct core *core, const struct cost *time)
{
	struct cost wait;

	for (unsigned set = 0; set < SETS; set++)
		wait.of[set] = time->of[set] > core->dataflow.now.of[set]
		                       ? time->of[set] - core->dataflow.now.of[set]
		                       : 0;
	charge(core, core->sink, CAUSE_DATA, &wait);
}

void several_reset(struct model *model, struct core *core, bool *failed)
{
	core->waits.idle = true;
	waits_forget(&core->waits);
	if (model->sharing || model->cores < 2)
		return;
	model->sharing = sharing_new();
	*failed = !model->sharing;
}

void several_start(struct model *model, struct core *core)
{
	struct cost latest = { 0 };

	waits_forget(&core->waits);
	if (core->measures)
		return;
	core->measures = true;
	if (model->measuring++)
		return;
	for (unsigned cpu = 0; cpu < MODEL_CPUS; cpu++)
		if (model->core[cpu])
			raise(&latest, &model->core[cpu]->dataflow.now);
	for (unsigned set = 0; set < SETS; set++)
		latest.of[set] += LONG_TIME;
	for (unsigned cpu = 0; cpu < MODEL_CPUS; cpu++)
		if (model->core[cpu]) {
			model->core[cpu]->dataflow.now = latest;
			model->core[cpu]->stopped = false;
			waits_forget(&model->core[cpu]->waits);
		}
}

void several_stop(struct model *model, struct core *core)
{
	struct stall stall;

	core->sink = &core->ignored;
	waits_forget(&core->waits);
	if (!core->measures)
		return;
	core->measures = false;
	if (--model->measuring)
		return;
	for (unsigned cpu = 0; cpu < MODEL_CPUS; cpu++)
		if (model->core[cpu]) {
			model->core[cpu]->stopped = true;
			dataflow_drain(&model->core[cpu]->dataflow, &stall);
		}
}

/* If the load repeats a poll, sets time and counts back to those of the previous poll. */
static void poll(struct core *core, uint64_t physical)
{
	bool again;
	struct poll *before = &core->polls[waits_load(&core->waits, physical, &again)];

	if (again && before->sink == core->sink) {
		core->dataflow.now = before->now;
		*core->sink = before->counts;
		return;
	}
	before->now = core->dataflow.now;
	before->sink = core->sink;
	before->counts = *core->sink;
}

void several_access_starts(struct model *model, struct core *core, uint64_t physical, bool write)
{
	struct shared_line *line;

	if (!has(model, PART_WAITS) || core->stopped)
		return;
	if (write || !core->follows)
		waits_forget(&core->waits);
	else
		poll(core, physical);
	if (write && core->decoded->class != CLASS_LOCKED)
		return;
	line = sharing_line(model->sharing, physical);
	if (!line || !sharing_sees(line, core->cpu))
		return;
	waits_forget(&core->waits);
	wait_until(core, &line->time);
}

static bool is_line(uint64_t key, uint64_t value, const void *context)
{
	(void)value;
	return key == *(const uint64_t *)context;
}

/* Returns true if the CPU's L1D or L2 has the line. */
static bool holds(const struct core *core, uint64_t line)
{
	return lru_holds(&core->caches.l1d, line, line + 1, line + 1) ||
	       lru_holds(&core->caches.l2, line, line + 1, line + 1);
}

/* Removes a line from the private caches of the CPU. Returns true if they had it. */
static bool lose(struct core *core, uint64_t line)
{
	const uint64_t key = line + 1;
	bool held = holds(core, line) || lru_holds(&core->caches.l1i, line, key, key);

	if (!held)
		return false;
	lru_remove_from(&core->caches.l1d, line, is_line, &key);
	lru_remove_from(&core->caches.l1i, line, is_line, &key);
	lru_remove_from(&core->caches.l2, line, is_line, &key);
	forget_fetch(core);
	return true;
}

enum cache_level several_look_up(struct model *model, struct core *core, uint64_t physical, bool write,
                                 enum cache_level level)
{
	struct shared_line *line = sharing_line(model->sharing, physical);
	const uint64_t number = physical >> CACHE_LINE_SHIFT;
	bool other = false;
	uint64_t losers;

	core->shared = write ? line : NULL;
	if (!line)
		return level;
	if (!write) {
		other = sharing_read(line, core->cpu) && holds(model->core[line->writer], number);
		return other && has(model, PART_SHARING) ? LEVEL_OTHER : level;
	}
	losers = sharing_write(line, core->cpu);
	if (!has(model, PART_SHARING))
		return level;
	for (; losers; losers &= losers - 1)
		other |= lose(model->core[__builtin_ctzll(losers)], number);
	return other ? LEVEL_OTHER : level;
}

void several_wrote(struct core *core, const struct cost *more)
{
	struct cost time = core->dataflow.now;

	if (!core->shared)
		return;
	for (unsigned set = 0; more && set < SETS; set++)
		time.of[set] += more->of[set];
	raise(&core->shared->time, &time);
	time = visible(core);
	raise(&core->shared->time, &time);
}

/* ---- interrupts between CPUs ---- */

/* Returns the set of CPUs that have the ID `id`. Bochs gives CPU n the ID n. */
static uint64_t with_id(const struct model *model, uint64_t id, uint64_t broadcast)
{
	uint64_t all = 0;

	for (unsigned cpu = 0; cpu < MODEL_CPUS; cpu++)
		if (model->core[cpu] && (id == cpu || id == broadcast))
			all |= bit(cpu);
	return all;
}

static void arrives(struct core *core, unsigned mode, unsigned vector, const struct cost *time)
{
	switch (mode) {
	case MODE_FIXED:
		waits_send(&core->waits, vector, time);
		break;
	case MODE_NMI:
		waits_send(&core->waits, VECTOR_NMI, time);
		break;
	case MODE_SIPI:
		if (core->waits.idle)
			raise(&core->dataflow.now, time);
		break;
	}
}

/* Sends what the value `command` of the ICR says to the set `to`, or to the CPUs of its shorthand. */
static bool send(struct model *model, struct core *core, uint32_t command, uint64_t to)
{
	const uint64_t all = with_id(model, ~0ULL, ~0ULL), self = bit(core->cpu);
	struct cost time = visible(core);

	switch (command >> 18 & 3) {
	case SHORT_SELF:
		return false;
	case SHORT_ALL:
		to = all;
		break;
	case SHORT_OTHERS:
		to = all & ~self;
		break;
	default:
		if (command & ICR_LOGICAL)
			return false;
	}
	for (unsigned set = 0; set < SETS; set++)
		time.of[set] += cost_of(model, COST_IPI_SEND)->of[set];
	for (uint64_t left = to & ~self; left; left &= left - 1)
		arrives(model->core[__builtin_ctzll(left)], command >> 8 & 7, command & 0xFF, &time);
	return !(to & self);
}

/* Returns the general register that the current MOV stores, or NO_REGISTER. */
static unsigned stored_register(const struct core *core)
{
	uint32_t sources = core->decoded->operands.sources;

	return sources && !(sources & (sources - 1)) && !(sources & OPERAND_FLAGS)
	               ? (unsigned)__builtin_ctz(sources)
	               : NO_REGISTER;
}

bool several_xapic(struct model *model, struct core *core, uint64_t physical)
{
	unsigned reg = stored_register(core), offset = (unsigned)(physical % PAGE_BYTES);

	if (!has(model, PART_WAITS) || core->stopped || reg == NO_REGISTER)
		return false;
	if (offset == ICR_HIGH)
		core->destination = (uint32_t)core->registers[reg] >> 24;
	return offset == ICR_LOW &&
	       send(model, core, (uint32_t)core->registers[reg], with_id(model, core->destination, 0xFF));
}

bool several_x2apic(struct model *model, struct core *core)
{
	if (!has(model, PART_WAITS) || core->stopped)
		return false;
	return send(model, core, (uint32_t)core->registers[REGISTER_RAX],
	            with_id(model, (uint32_t)core->registers[REGISTER_RDX], 0xFFFFFFFF));
}

void several_receive(struct model *model, struct core *core, unsigned vector)
{
	struct cost time;

	if (waits_receive(&core->waits, vector, &time) && has(model, PART_WAITS) && !core->stopped)
		wait_until(core, &time);
}
