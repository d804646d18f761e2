#include "bench/bochs/model/model.h"

#include <stdlib.h>
#include <string.h>

#include "bench/bochs/model/caches.h"
#include "bench/bochs/model/decode.h"
#include "bench/bochs/model/translation.h"

enum { PAGE_BYTES = 4096, LINE_BYTES = 1 << CACHE_LINE_SHIFT };

enum { REGISTER_RCX = 1 };

enum { MSR_X2APIC_EOI = 0x80B, MSR_X2APIC_ICR = 0x830 };

/* Device memory of a PC, which no cache holds. */
enum { VGA_FIRST = 0xA0000, VGA_END = 0xC0000, XAPIC_ICR = 0x300 };
#define DEVICES_FIRST 0xC0000000ULL
#define DEVICES_END   0x100000000ULL
#define LOCAL_APIC    0xFEE00000ULL

#define CR3_KEEP      (1ULL << 63)

/* Ways in which latency shows. */
enum exposure { EXPOSED_LOAD, EXPOSED_STORE, EXPOSED_STREAM, EXPOSED_FETCH, EXPOSED_WALK, EXPOSURES };

struct core {
	struct translation translation;
	struct caches caches;
	struct branches branches;
	const uint64_t *registers;
	struct model_counts counted, ignored, fetch;
	struct model_counts *sink; /* one of the first two */
	bool fetched;              /* `fetch` has something that no sink has yet */

	uint64_t line;       /* of the last fetch, virtual; ~0: none */
	const uint8_t *code; /* the frame that it was from, or NULL */

	struct decoded decoded;
	uint64_t operand;    /* the general register that matters, before the instruction */
	uint64_t access;     /* physical address of the last data access */
	bool flushed;        /* the instruction wrote CR4 and flushed */
	unsigned entry_left; /* instructions at the entry's CPI */
};

struct model {
	struct profile profile;
	memory_frame frame_of;
	struct lru l3;
	struct cost latency[EXPOSURES][LEVELS];
	struct cost rep_byte;
	struct core *core[MODEL_CPUS];
	void (*walked)(uint64_t linear, enum side side, unsigned loads); /* or NULL */
};

static const struct cost *cost_of(const struct model *model, enum cost_parameter parameter)
{
	return &model->profile.cost[parameter];
}

static void charge(struct model_counts *counts, enum model_cause cause, const struct cost *cost)
{
	for (unsigned set = 0; set < SETS; set++)
		counts->cycles.of[set] += cost->of[set];
	counts->causes[cause] += cost->of[SET_NOMINAL];
}

/* Latencies beyond L1, times the share that shows. Loads of a walk depend on each other: theirs show whole. */
static void make_latencies(struct model *model)
{
	static const enum cost_parameter level_cost[LEVELS] = { COST_L1_LATENCY, COST_L2_LATENCY,
		                                                COST_L3_LATENCY, COST_MEMORY_LATENCY };
	static const enum cost_parameter share_cost[EXPOSED_WALK] = { COST_SHARE_LOAD, COST_SHARE_STORE,
		                                                      COST_SHARE_STREAM, COST_SHARE_FETCH };

	for (unsigned level = 0; level < LEVELS; level++)
		for (unsigned set = 0; set < SETS; set++) {
			uint64_t whole = cost_of(model, level_cost[level])->of[set];
			uint64_t beyond = whole - cost_of(model, COST_L1_LATENCY)->of[set];

			for (unsigned way = 0; way < EXPOSED_WALK; way++)
				model->latency[way][level].of[set] =
				        beyond * cost_of(model, share_cost[way])->of[set] / CYCLE;
			model->latency[EXPOSED_WALK][level].of[set] = whole;
		}
	for (unsigned set = 0; set < SETS; set++)
		model->rep_byte.of[set] = cost_of(model, COST_REP_64_BYTES)->of[set] / 64;
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
	free(model);
}

void model_watch(struct model *model, void (*walked)(uint64_t linear, enum side side, unsigned loads))
{
	model->walked = walked;
}

static void forget_fetch(struct core *core)
{
	core->line = ~0ULL;
}

bool model_reset(struct model *model, unsigned cpu)
{
	struct core *core = model->core[cpu];

	if (!core) {
		core = model->core[cpu] = calloc(1, sizeof *core);
		if (!core || !translation_make(&core->translation, &model->profile, model->frame_of) ||
		    !caches_make(&core->caches, &model->profile, &model->l3))
			return false;
		core->sink = &core->ignored;
	}
	translation_reset(&core->translation);
	forget_fetch(core);
	return true;
}

void model_counts(struct model *model, unsigned cpu, bool counts)
{
	struct core *core = model->core[cpu];

	core->sink = counts ? &core->counted : &core->ignored;
}

void model_start(struct model *model, unsigned cpu)
{
	memset(&model->core[cpu]->counted, 0, sizeof model->core[cpu]->counted);
}

const struct model_counts *model_read(const struct model *model, unsigned cpu)
{
	return &model->core[cpu]->counted;
}

/* The fetch of the instruction goes where the event of this moment goes. */
static void settle_fetch(struct core *core)
{
	if (!core->fetched)
		return;
	core->fetched = false;
	for (unsigned set = 0; set < SETS; set++)
		core->sink->cycles.of[set] += core->fetch.cycles.of[set];
	for (unsigned cause = 0; cause < MODEL_CAUSES; cause++)
		core->sink->causes[cause] += core->fetch.causes[cause];
	for (unsigned event = 0; event < MODEL_EVENTS; event++)
		core->sink->events[event] += core->fetch.events[event];
	memset(&core->fetch, 0, sizeof core->fetch);
}

static void count_misses(struct model_counts *counts, enum cache_level level)
{
	for (unsigned missed = 0; missed < level; missed++)
		counts->events[MODEL_L1 + missed]++;
}

static void walk_costs(struct model *model, struct core *core, struct model_counts *counts,
                       const struct walk *walk)
{
	counts->events[MODEL_STLB]++;
	charge(counts, CAUSE_TRANSLATION, cost_of(model, COST_WALK_BASE));
	for (unsigned i = 0; i < walk->loads; i++) {
		enum cache_level level = caches_access(&core->caches, walk->address[i]);

		count_misses(counts, level);
		charge(counts, CAUSE_TRANSLATION, &model->latency[EXPOSED_WALK][level]);
	}
}

/* Translates, and counts what that costs. Returns the physical address. */
static uint64_t translate(struct model *model, struct core *core, struct model_counts *counts,
                          uint64_t linear, enum side side)
{
	struct walk walk;
	uint64_t physical;

	switch (translation_look_up(&core->translation, linear, side, &walk, &physical)) {
	case TRANSLATION_L1:
		return physical;
	case TRANSLATION_L2:
		charge(counts, CAUSE_TRANSLATION, cost_of(model, COST_STLB_HIT));
		break;
	case TRANSLATION_WALK:
		walk_costs(model, core, counts, &walk);
		if (model->walked)
			model->walked(linear, side, walk.loads);
		break;
	}
	counts->events[side == SIDE_CODE ? MODEL_ITLB : MODEL_DTLB]++;
	return physical;
}

static void fetch_line(struct model *model, struct core *core, uint64_t rip)
{
	uint64_t physical;
	enum cache_level level;

	core->line = rip / LINE_BYTES;
	core->fetched = true;
	physical = translate(model, core, &core->fetch, rip, SIDE_CODE);
	core->code = model->frame_of(physical);
	level = caches_fetch(&core->caches, physical);
	count_misses(&core->fetch, level);
	charge(&core->fetch, CAUSE_FETCH, &model->latency[EXPOSED_FETCH][level]);
}

/* The instruction at RIP, read anew each time because code may change. Bytes that cannot be read are taken as 0. */
static struct decoded decode_at(const struct model *model, const struct core *core, uint64_t rip)
{
	uint8_t bytes[DECODE_BYTES] = { 0 };
	unsigned here = PAGE_BYTES - (unsigned)(rip % PAGE_BYTES);
	const uint8_t *next = NULL;
	uint64_t physical;

	if (here >= DECODE_BYTES && core->code)
		return decode(core->code + rip % PAGE_BYTES);
	if (here > DECODE_BYTES)
		here = DECODE_BYTES;
	if (core->code)
		memcpy(bytes, core->code + rip % PAGE_BYTES, here);
	if (translation_peek(&core->translation, rip + here, &physical))
		next = model->frame_of(physical);
	if (next)
		memcpy(bytes + here, next, DECODE_BYTES - here);
	return decode(bytes);
}

void model_instruction_starts(struct model *model, unsigned cpu, uint64_t rip, const uint64_t *registers)
{
	struct core *core = model->core[cpu];

	core->registers = registers;
	core->flushed = false;
	if (core->fetched) { /* of an instruction that did nothing any more */
		core->fetched = false;
		memset(&core->fetch, 0, sizeof core->fetch);
	}
	if (rip / LINE_BYTES != core->line)
		fetch_line(model, core, rip);
	core->decoded = decode_at(model, core, rip);
	core->operand = registers[core->decoded.reg];
}

static const struct cost *wrmsr_cost(const struct model *model, const struct core *core)
{
	uint32_t msr = (uint32_t)core->registers[REGISTER_RCX];

	return cost_of(model, msr == MSR_X2APIC_EOI   ? COST_EOI_X2APIC
	                      : msr == MSR_X2APIC_ICR ? COST_IPI_SEND
	                                              : COST_WRMSR);
}

static bool in_kernel_half(uint64_t address)
{
	return address >> 63;
}

/* What the instruction costs as a whole, or NULL: the core's CPI. */
static const struct cost *fixed_cost(const struct model *model, const struct core *core, uint64_t next_rip)
{
	switch (core->decoded.class) {
	case CLASS_SYSCALL:
		return cost_of(model, COST_SYSCALL);
	case CLASS_SYSRET:
		return cost_of(model, COST_SYSRET);
	case CLASS_IRET:
		return cost_of(model, in_kernel_half(next_rip) ? COST_IRET_KERNEL : COST_IRET_USER);
	case CLASS_CR3_WRITE:
		return cost_of(model, core->operand & CR3_KEEP && translation_has_pcids(&core->translation)
		                              ? COST_CR3_KEEP
		                              : COST_CR3_FLUSH);
	case CLASS_CR4_WRITE:
		return cost_of(model, core->flushed ? COST_CR4_FLUSH : COST_CR_WRITE);
	case CLASS_CR_WRITE:
		return cost_of(model, COST_CR_WRITE);
	case CLASS_CR_READ:
		return cost_of(model, COST_CR_READ);
	case CLASS_INVLPG:
		return cost_of(model, COST_INVLPG_COST);
	case CLASS_INVPCID:
		return cost_of(model, core->operand == 0 ? COST_INVPCID_PAGE : COST_INVPCID_ALL);
	case CLASS_WRMSR:
		return wrmsr_cost(model, core);
	case CLASS_RDMSR:
		return cost_of(model, COST_RDMSR);
	case CLASS_RDTSC:
		return cost_of(model, COST_RDTSC);
	case CLASS_RDTSCP:
		return cost_of(model, COST_RDTSCP);
	case CLASS_CPUID:
		return cost_of(model, COST_CPUID);
	case CLASS_LFENCE:
		return cost_of(model, COST_LFENCE);
	case CLASS_MFENCE:
		return cost_of(model, COST_MFENCE);
	case CLASS_CLI:
		return cost_of(model, COST_CLI);
	case CLASS_STI:
		return cost_of(model, COST_STI);
	case CLASS_POPF:
		return cost_of(model, COST_POPF);
	case CLASS_LOAD_TABLE:
		return cost_of(model, COST_LOAD_TABLE);
	case CLASS_SWAPGS:
		return cost_of(model, COST_SWAPGS);
	case CLASS_LOCKED:
		return cost_of(model, COST_LOCKED);
	case CLASS_PORT_IO:
		return cost_of(model, COST_PORT_IO);
	case CLASS_REP_COPY:
	case CLASS_REP_OTHER:
		return cost_of(model, COST_REP_START);
	case CLASS_PLAIN:
		break;
	}
	return NULL;
}

static bool changes_ring(enum instruction_class class)
{
	return class == CLASS_SYSCALL || class == CLASS_SYSRET || class == CLASS_IRET;
}

static enum model_cause cause_of(enum instruction_class class)
{
	switch (class) {
	case CLASS_PLAIN:
		return CAUSE_INSTRUCTIONS;
	case CLASS_REP_COPY:
	case CLASS_REP_OTHER:
		return CAUSE_STRINGS;
	case CLASS_SYSCALL:
	case CLASS_SYSRET:
	case CLASS_IRET:
		return CAUSE_RINGS;
	case CLASS_CR3_WRITE:
	case CLASS_CR4_WRITE:
	case CLASS_INVLPG:
	case CLASS_INVPCID:
		return CAUSE_FLUSHES;
	default:
		return CAUSE_PRIVILEGED;
	}
}

void model_instruction_ends(struct model *model, unsigned cpu, uint64_t next_rip, bool complete)
{
	struct core *core = model->core[cpu];
	const struct cost *cost;

	settle_fetch(core);
	if (!complete)
		return;
	cost = fixed_cost(model, core, next_rip);
	if (!cost)
		cost = cost_of(model, core->entry_left ? COST_CPI_ENTRY : COST_CPI_HOT);
	charge(core->sink, cause_of(core->decoded.class), cost);
	if (core->entry_left)
		core->entry_left--;
	if (changes_ring(core->decoded.class))
		core->entry_left = model->profile.size[SIZE_ENTRY_INSTRUCTIONS];
}

void model_repeat_iteration(struct model *model, unsigned cpu)
{
	struct core *core = model->core[cpu];
	struct cost bytes;

	settle_fetch(core);
	if (core->decoded.class != CLASS_REP_COPY) {
		charge(core->sink, CAUSE_STRINGS, cost_of(model, COST_REP_OTHER));
		return;
	}
	for (unsigned set = 0; set < SETS; set++)
		bytes.of[set] = model->rep_byte.of[set] * core->decoded.size;
	charge(core->sink, CAUSE_STRINGS, &bytes);
}

static bool is_device(uint64_t physical)
{
	return (physical >= DEVICES_FIRST && physical < DEVICES_END) ||
	       (physical >= VGA_FIRST && physical < VGA_END);
}

static const struct cost *device_cost(const struct model *model, uint64_t physical, bool write)
{
	return cost_of(model, write && physical == LOCAL_APIC + XAPIC_ICR ? COST_IPI_SEND : COST_APIC_MMIO);
}

/* One access within a line. */
static void access_line(struct model *model, struct core *core, uint64_t physical, bool write)
{
	enum cache_level level = caches_access(&core->caches, physical);
	enum exposure exposure = write ? EXPOSED_STORE : EXPOSED_LOAD;

	if (level == LEVEL_L1)
		return;
	count_misses(core->sink, level);
	if (caches_in_stream(&core->caches, physical))
		exposure = EXPOSED_STREAM;
	charge(core->sink, CAUSE_DATA, &model->latency[exposure][level]);
}

void model_data_access(struct model *model, unsigned cpu, uint64_t linear, uint64_t physical, unsigned length,
                       bool write)
{
	struct core *core = model->core[cpu];
	unsigned in_line = LINE_BYTES - (unsigned)(physical % LINE_BYTES);

	settle_fetch(core);
	core->access = physical;
	translate(model, core, core->sink, linear, SIDE_DATA);
	if (is_device(physical)) {
		charge(core->sink, CAUSE_PRIVILEGED, device_cost(model, physical, write));
		return;
	}
	access_line(model, core, physical, write);
	if (length > in_line)
		access_line(model, core, physical + in_line, write);
}

static void mispredicted(struct model *model, struct core *core)
{
	core->sink->events[MODEL_MISPREDICT]++;
	charge(core->sink, CAUSE_MISPREDICTS, cost_of(model, COST_MISPREDICT));
}

void model_conditional_branch(struct model *model, unsigned cpu, uint64_t from, bool taken)
{
	struct core *core = model->core[cpu];

	settle_fetch(core);
	if (branches_conditional(&core->branches, from, taken))
		mispredicted(model, core);
}

void model_branch(struct model *model, unsigned cpu, enum branch_kind kind, uint64_t from, uint64_t to)
{
	struct core *core = model->core[cpu];

	settle_fetch(core);
	if (branches_unconditional(&core->branches, kind, from, to))
		mispredicted(model, core);
}

void model_delivery(struct model *model, unsigned cpu, enum delivery delivery, bool from_user)
{
	struct core *core = model->core[cpu];
	enum cost_parameter cost = from_user ? COST_INTERRUPT_USER : COST_INTERRUPT_KERNEL;

	if (delivery == DELIVERY_FAULT)
		cost = from_user ? COST_FAULT_USER : COST_FAULT_KERNEL;
	settle_fetch(core);
	charge(core->sink, CAUSE_RINGS, cost_of(model, cost));
	core->entry_left = model->profile.size[SIZE_ENTRY_INSTRUCTIONS];
}

void model_write_cr0(struct model *model, unsigned cpu, uint64_t value)
{
	translation_write_cr0(&model->core[cpu]->translation, value);
	forget_fetch(model->core[cpu]);
}

/* Bochs tells the value without bit 63, which stands in the register that the instruction names. */
void model_write_cr3(struct model *model, unsigned cpu, uint64_t value)
{
	struct core *core = model->core[cpu];
	bool keep = core->decoded.class == CLASS_CR3_WRITE && core->operand & CR3_KEEP;

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

/* The descriptor is what the instruction just read: the PCID, then the linear address. */
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
