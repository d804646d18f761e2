/* SPDX-License-Identifier: MIT */
/*
 * The instrumentation library, loaded into a stock Bochs with LD_PRELOAD. It counts events in the
 * regions that the guest marks, passes on the bytes that the guest writes to port 0xE9, and ends
 * Bochs when the guest writes to port 0xF4. docs/records.md describes the lines and markers.
 *
 * Bochs calls the stubs from one thread only, so nothing here is locked.
 */
#define _GNU_SOURCE
#include <elf.h>
#include <link.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bochs/debugger.h"
#include "bench/bochs/functions.h"
#include "bench/bochs/guest.h"
#include "bench/bochs/hooks.h"
#include "bench/bochs/irq_off.h"
#include "bench/bochs/load.h"
#include "bench/bochs/measure/measure.h"
#include "bench/bochs/measure/traps.h"
#include "bench/bochs/measure/watch.h"
#include "bench/bochs/metrics.h"
#include "bench/bochs/model/metrics.h"
#include "bench/bochs/model/model.h"
#include "bench/bochs/model/parts.h"
#include "bench/bochs/nested.h"
#include "bench/bochs/output.h"
#include "bench/bochs/regions.h"
#include "bench/bochs/repeat.h"
#include "bench/bochs/rip.h"
#include "bench/bochs/symbols.h"
#include "bench/bochs/trace.h"
#include "bench/protocol/load.h"
#include "bench/protocol/ports.h"

enum { ACCESS_WRITE = 1 }; /* Bochs's code for a write-only access */

/* Bochs's codes for branches. */
enum { IS_JUMP_INDIRECT = 11, IS_CALL, IS_CALL_INDIRECT, IS_RETURN, IS_INTERRUPT_RETURN, IS_SYSCALL = 17 };

struct instruction; /* Bochs's bxInstruction_c; not used here */

static void far_branch(unsigned cpu, unsigned what, uint16_t from_cs, uint64_t from, uint16_t to_cs,
                       uint64_t to);

static void write_hello(void);

static struct model *modelled;  /* NULL without a profile */
static struct symbols *symbols; /* the kernel image's; NULL if functions are not attributed */

static void reset(unsigned cpu, unsigned type)
{
	static bool greeted;

	(void)type;
	output_machine_started();
	rip_after_reset(cpu);
	region_reset(cpu);
	if (watch_wanted() && cpu == 0)
		watch_reset();
	if (!greeted && (modelled || symbols || load_wanted() || repeat_wanted() || measure_wanted()))
		guest_memory_check();
	if (!greeted)
		write_hello();
	greeted = true;
}

/* Compares the symbols with the guest's memory once, at the first marker: by then the kernel is
 * loaded. */
static void check_symbols(void)
{
	static bool checked;
	char why[SYMBOLS_WHY_MAX];

	if (!checked && !symbols_match(symbols, guest_frame, why))
		output_fail(2, "%s", why);
	checked = true;
}

static void prefetch_hint(unsigned cpu, unsigned hint, unsigned segment, uint64_t offset)
{
	(void)segment;
	/* If a plan says what to measure, the kernel's markers are ignored. */
	if (!rip_of[cpu] || !output_wanted() || measure_wanted())
		return;
	if (symbols && region_is_marker(hint, offset))
		check_symbols();
	region_prefetch(cpu, hint, offset);
}

static void hwinterrupt(unsigned cpu, unsigned vector, uint16_t cs, uint64_t rip)
{
	(void)cs;
	if (!rip_of[cpu])
		return;
	rip_check(cpu, rip);
	if (measure_wanted()) {
		watch_interrupt();
		measure_event(cpu, vector);
	}
	region_hardware_interrupt(cpu, vector);
}

static void end(unsigned value)
{
	trace_close();
	repeat_close();
	measure_finish();
	output_exit(value);
}

static void outp(uint16_t port, unsigned length, unsigned value)
{
	(void)length;
	if (port == PORT_RECORDS)
		output_guest_byte((unsigned char)value);
	else if (port == PORT_EXIT)
		end(value);
	else if (port == PORT_LOAD && load_wanted())
		load_guest();
	if (watch_wanted())
		watch_output(port, value);
}

static void before_execution(unsigned cpu, struct instruction *instruction)
{
	(void)instruction;
	region_instruction_starts(cpu);
}

static void before_execution_modelled(unsigned cpu, struct instruction *instruction)
{
	(void)instruction;
	region_instruction_starts_modelled(cpu);
}

static void after_execution(unsigned cpu, struct instruction *instruction)
{
	region_instruction_ends(cpu, instruction);
}

static void after_execution_modelled(unsigned cpu, struct instruction *instruction)
{
	region_instruction_ends_modelled(cpu, instruction);
}

static void repeat_iteration(unsigned cpu, struct instruction *instruction)
{
	(void)instruction;
	region_repeat_iteration(cpu);
}

static void repeat_iteration_modelled(unsigned cpu, struct instruction *instruction)
{
	(void)instruction;
	region_repeat_iteration_modelled(cpu);
}

static void lin_access(unsigned cpu, uint64_t linear, uint64_t physical, unsigned length, unsigned type,
                       unsigned rw)
{
	(void)type;
	region_data_access(cpu, linear, physical, length, rw == ACCESS_WRITE);
}

static void lin_access_modelled(unsigned cpu, uint64_t linear, uint64_t physical, unsigned length,
                                unsigned type, unsigned rw)
{
	(void)type;
	region_data_access_modelled(cpu, linear, physical, length, rw == ACCESS_WRITE);
}

/* Bochs calls this for each access of a page walk, and for its memory accesses on VM exits and VM
 * entries. Bit 0 of `rw` is set for a write. */
static void phy_access(unsigned cpu, uint64_t physical, unsigned length, unsigned type, unsigned rw)
{
	(void)length;
	(void)type;
	region_walk_access(cpu, physical, rw & 1);
}

static void vmexit(unsigned cpu, unsigned reason, uint64_t qualification)
{
	(void)reason;
	(void)qualification;
	nested_exit(cpu);
}

static void tlb_cntrl(unsigned cpu, unsigned what, uint64_t value)
{
	if (measure_wanted())
		measure_control(cpu, what, value);
	region_tlb_control(cpu, what, value);
}

static void exception(unsigned cpu, unsigned vector, unsigned error_code)
{
	(void)error_code;
	if (measure_wanted())
		measure_event(cpu, vector);
	region_exception(cpu, vector);
}

static void interrupt(unsigned cpu, unsigned vector)
{
	if (measure_wanted())
		measure_delivery(cpu, vector);
	region_interrupt(cpu, vector);
}

static void branch_taken(unsigned cpu, uint64_t from, uint64_t to)
{
	(void)to;
	region_conditional_branch(cpu, from, true);
}

static void branch_not_taken(unsigned cpu, uint64_t from)
{
	region_conditional_branch(cpu, from, false);
}

static void branch(unsigned cpu, unsigned what, uint64_t from, uint64_t to)
{
	enum branch_kind kind = what == IS_JUMP_INDIRECT   ? BRANCH_INDIRECT
	                        : what == IS_CALL          ? BRANCH_CALL
	                        : what == IS_CALL_INDIRECT ? BRANCH_CALL_INDIRECT
	                        : what == IS_RETURN        ? BRANCH_RETURN
	                                                   : BRANCH_DIRECT;

	if (measure_wanted() && (kind == BRANCH_CALL || kind == BRANCH_CALL_INDIRECT))
		measure_call(cpu, to);
	region_branch(cpu, kind, from, to);
}

#define HOOK(mangled, function_, live_)                              \
	{                                                            \
		mangled, (hook_function)function_, NULL, live_, NULL \
	}

/* hooks[0] reports far branches. rip.h uses them to find RIP. Once RIP is found, only the model (to
 * follow rings) and the attribution to functions need far branches. Without a model, far_branch()
 * then turns the hook off. If functions are attributed, connect_counters() turns it on for each
 * region. */
static struct hook hooks[] = {
	HOOK("_Z19bx_instr_far_branchjjtmtm", far_branch, true),
	HOOK("_Z14bx_instr_resetjj", reset, true),
	HOOK("_Z22bx_instr_prefetch_hintjjjm", prefetch_hint, true),
	HOOK("_Z20bx_instr_hwinterruptjjtm", hwinterrupt, true),
	HOOK("_Z13bx_instr_outptjj", outp, true),
	{ "_Z25bx_instr_before_executionjP15bxInstruction_c", (hook_function)before_execution,
	  (hook_function)before_execution_modelled, false, NULL },
	{ "_Z24bx_instr_after_executionjP15bxInstruction_c", (hook_function)after_execution,
	  (hook_function)after_execution_modelled, false, NULL },
	{ "_Z25bx_instr_repeat_iterationjP15bxInstruction_c", (hook_function)repeat_iteration,
	  (hook_function)repeat_iteration_modelled, false, NULL },
	{ "_Z19bx_instr_lin_accessjmmjjj", (hook_function)lin_access, (hook_function)lin_access_modelled,
	  false, NULL },
	HOOK("_Z19bx_instr_phy_accessjmjjj", phy_access, false),
	HOOK("_Z18bx_instr_tlb_cntrljjm", tlb_cntrl, false),
	HOOK("_Z18bx_instr_exceptionjjj", exception, false),
	HOOK("_Z18bx_instr_interruptjj", interrupt, false),
	HOOK("_Z15bx_instr_vmexitjjm", vmexit, false),
	/* A run with a profile needs the next MODEL_HOOKS hooks. A run without a profile needs the
	 * first FUNCTION_HOOKS of them if functions are attributed or a kernel without markers is
	 * measured, otherwise none. */
	HOOK("_Z22bx_instr_ucnear_branchjjmm", branch, false),
	HOOK("_Z27bx_instr_cnear_branch_takenjmm", branch_taken, false),
	HOOK("_Z31bx_instr_cnear_branch_not_takenjm", branch_not_taken, false),
};

enum { MODEL_HOOKS = 3, FUNCTION_HOOKS = 1, HOOKS = sizeof hooks / sizeof hooks[0] };

static unsigned hooks_used(void)
{
	return modelled ? HOOKS : HOOKS - MODEL_HOOKS + (symbols || measure_wanted() ? FUNCTION_HOOKS : 0);
}

static void far_branch(unsigned cpu, unsigned what, uint16_t from_cs, uint64_t from, uint16_t to_cs,
                       uint64_t to)
{
	static bool rip_found;

	(void)from_cs;
	if (modelled)
		model_ring(modelled, cpu, (to_cs & 3) == 3); /* CS bits 1-0: the CPL in 64-bit code */
	if (measure_wanted())
		measure_far_branch(cpu, what == IS_INTERRUPT_RETURN, what == IS_SYSCALL, to_cs, to);
	if (rip_found) {
		if (what == IS_INTERRUPT_RETURN)
			region_interrupt_return(cpu);
	} else if (rip_after_far_branch(cpu, from, to)) {
		rip_found = true;
		debugger_skip(!rip_several_cpus());
		hooks[0].live = modelled || measure_wanted();
		hook_switch(&hooks[0], hooks[0].live);
	}
}

static void opcode(unsigned cpu, void *instruction, const uint8_t *bytes, unsigned length, bool is32,
                   bool is64)
{
	traps_decoded(cpu, instruction, bytes, length, is32, is64);
}

static void wrmsr(unsigned cpu, unsigned msr, uint64_t value)
{
	measure_msr(cpu, msr, value);
}

static void inp(uint16_t port, unsigned length)
{
	(void)length;
	watch_input(port);
}

/* Hooks that are used only if a kernel without markers is measured. */
static struct hook measure_hooks[] = {
	HOOK("_Z15bx_instr_opcodejP15bxInstruction_cPKhjbb", opcode, true),
	HOOK("_Z14bx_instr_wrmsrjjm", wrmsr, true),
	HOOK("_Z12bx_instr_inptj", inp, true),
};

/* Turns the counting hooks on or off. They are on only while a region is open or a long REP is
 * executed, because most of a run is outside all regions. */
static void connect_counters(bool open)
{
	for (unsigned i = symbols ? 0 : 1; i < hooks_used(); i++)
		if (!hooks[i].live)
			hook_switch(&hooks[i], open);
}

/* A callback of dl_iterate_phdr(). Writes the build ID of the first object, which is the
 * executable, to `text`: at most 40 hexadecimal digits. */
static int find_build_id(struct dl_phdr_info *info, size_t size, void *text)
{
	(void)size;
	for (unsigned i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
		uintptr_t at = info->dlpi_addr + segment->p_vaddr;
		uintptr_t end = at + segment->p_memsz;

		while (segment->p_type == PT_NOTE && at + sizeof(ElfW(Nhdr)) <= end) {
			const ElfW(Nhdr) *note = (const ElfW(Nhdr) *)at;
			const unsigned char *id =
			        (const unsigned char *)(note + 1) + ((note->n_namesz + 3) & ~3U);

			if (note->n_type == NT_GNU_BUILD_ID && note->n_namesz == 4 && note->n_descsz <= 20) {
				for (unsigned byte = 0; byte < note->n_descsz; byte++)
					sprintf((char *)text + 2 * byte, "%02x", id[byte]);
				return 1;
			}
			at = (uintptr_t)id + ((note->n_descsz + 3) & ~3U);
		}
	}
	return 1;
}

static void write_hello(void)
{
#define METRIC_NAME(id, name) "," name
	static const char names[] = METRICS(METRIC_NAME);
	static const char model_names[] = MODEL_METRICS(METRIC_NAME);
#undef METRIC_NAME
	char build[41] = "unknown", line[1024];
	int length;

	dl_iterate_phdr(find_build_id, build);
	length = snprintf(line, sizeof line, "!hook version=1 bochs=build-%s metrics=%s%s%s\n", build,
	                  names + 1, modelled ? model_names : "", nested_wanted() ? ",vm_exits" : "");
	output_line(line, (size_t)length);
}

/* Reports in the stream that the instruction `name`, which has no price, was executed. */
static void write_unpriced(const char *name)
{
	char line[80];
	int length = snprintf(line, sizeof line, "!unpriced instruction=%s\n", name);

	output_line(line, (size_t)length);
}

/* Returns a model with the profile that PALIMPSEST_PROFILE names. Returns NULL if the variable is
 * not set or there is no stream to the harness. */
static struct model *open_model(void)
{
	const char *path = getenv("PALIMPSEST_PROFILE");
	const char *leave_out;
	unsigned parts;
	char why[PROFILE_WHY_MAX];
	struct profile profile;
	struct model *model;

	if (!path || !output_wanted())
		return NULL;
	if (profile_read(&profile, path, why))
		output_fail(2, "%s", why);
	model = model_new(&profile, guest_frame);
	if (!model)
		output_fail(1, "no memory for the model's caches");
	modelled = model;
	leave_out = getenv("PALIMPSEST_MODEL_WITHOUT");
	if (leave_out && !parts_read(leave_out, &parts))
		output_fail(2, "PALIMPSEST_MODEL_WITHOUT: '%s' is not a list of parts of the model",
		            leave_out);
	if (leave_out)
		model_leave_out(model, parts);
	model_watch_unpriced(model, write_unpriced);
	/* The model follows control registers and rings from reset on. */
	for (unsigned i = 0; i < HOOKS; i++) {
		hooks[i].live = hooks[i].live || hooks[i].function == (hook_function)tlb_cntrl ||
		                hooks[i].function == (hook_function)interrupt;
		if (hooks[i].modelled)
			hooks[i].function = hooks[i].modelled;
	}
	return model;
}

/* Reads the symbols of the image that PALIMPSEST_SYMBOLS names. Does nothing if the variable is not
 * set or there is no stream to the harness. */
static void open_symbols(void)
{
	const char *path = getenv("PALIMPSEST_SYMBOLS");
	char why[SYMBOLS_WHY_MAX];

	if (!path || !output_wanted())
		return;
	symbols = symbols_read(path, why);
	if (!symbols)
		output_fail(2, "%s", why);
	functions_open(symbols);
	irq_off_open(symbols);
}

/* Reads the plan that says what to measure in a kernel without markers. If there is a plan, the
 * library follows the modes of the processor and all deliveries from reset on. */
static void open_measure(void)
{
	measure_open();
	if (!measure_wanted())
		return;
	for (unsigned i = 0; i < HOOKS; i++)
		hooks[i].live = hooks[i].live || hooks[i].function == (hook_function)tlb_cntrl ||
		                hooks[i].function == (hook_function)interrupt ||
		                hooks[i].function == (hook_function)exception;
}

__attribute__((constructor)) static void start(void)
{
	struct model *model;

	if (!hooks_in_bochs())
		return;
	output_open();
	nested_open();
	trace_open();
	open_symbols();
	open_measure();
	model = open_model();
	repeat_open();
	debugger_open();
	debugger_skip_state();
	for (unsigned i = 0; i < HOOKS && !model; i++)
		hooks[i].live = hooks[i].live || hooks[i].function == (hook_function)repeat_iteration;
	if (model || symbols || load_wanted() || measure_wanted())
		guest_memory_open();
	regions_open(connect_counters, model);
	hooks_install(hooks, hooks_used());
	if (measure_wanted())
		hooks_install(measure_hooks, sizeof measure_hooks / sizeof measure_hooks[0]);
}
