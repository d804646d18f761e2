/* SPDX-License-Identifier: MIT */
/*
 * Raises #DB, NMI or #MC at every instruction of the kernel's entry and exit paths, including those
 * where RSP or the GS base is still the user's. The handler must run on its own stack with the
 * kernel's GS base, and the program's registers must survive.
 *
 * Single-stepping covers the exit paths and the instructions after SYSCALL; for SYSCALL the test
 * removes TF from IA32_FMASK. An interrupt gate clears TF, so breakpoints cover the instructions
 * that follow an entry through a gate. To simulate NMI and #MC, the #DB gate is pointed at their
 * stubs.
 */
#include "cpu/cpu.h"
#include "cpu/entry_ways.h"
#include "cpu/exceptions.h"
#include "isolation/isolation.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "output/console.h"
#include "output/record.h"
#include "process/process.h"
#include "stack/kstack.h"
#include "sys/syscall.h"
#include "sys/trace.h"
#include "tests/kernel/kinds.h"
#include "tests/kernel/test.h"

/* Defined in kernel/cpu/entry.asm, or by the code of ISOLATION. */
extern const uint8_t syscall_entry[], syscall_entry_traced[];
extern const uint64_t entry_stubs[IDT_GATES];

/* Defined by the linker script. */
extern const uint8_t text_start[], text_end[];

#define BREAKPOINTS 4
#define HOLE        0x8000000000000000UL

/*
 * The exceptions under test. The CPU always raises #DB; its gate then leads to the stub and to the
 * IST stack of `vector`.
 */
static const struct trap {
	unsigned vector, ist;
	uintptr_t top; /* top of the IST stack */
} traps[] = {
	{ EXCEPTION_DB, IST_DB, CPU_DB_TOP(0) },
	{ EXCEPTION_NMI, IST_NMI, CPU_NMI_TOP(0) },
	{ EXCEPTION_MC, IST_MC, CPU_MC_TOP(0) },
};
#define TRAPS (sizeof traps / sizeof *traps)

/* The argument of the program `nest`, which must know the vectors of the INTs that it executes. */
#ifdef IDT_SHORT
#define NEST_KIND(kind) "short-" kind
#else
#define NEST_KIND(kind) kind
#endif

static const struct trap *trap, *other; /* VECTOR_MICRO_LEAVE's gate leads to the stub of `other` */
static uint64_t seen[6 * KIB];          /* bit n is set if a trap was raised at text_start + n */
static const char *volatile problem;
static volatile unsigned traps_came;
static bool long_way;

static size_t place_of(const uint8_t *address)
{
	return (uintptr_t)address - (uintptr_t)text_start;
}

static bool was_seen(const uint8_t *address)
{
	const size_t place = place_of(address);

	return seen[place / 64] >> place % 64 & 1;
}

/* Returns where the stub of a vector is in the kernel's image. */
static const uint8_t *stub_of(unsigned vector)
{
	return (const uint8_t *)isolation_linked_address(entry_stubs[vector]);
}

static void check_surroundings(const struct trap_frame *frame)
{
	const bool moved = (frame->cs & 3) && trap->vector == EXCEPTION_DB;

	if (!isolation_kernel_gs(read_msr(MSR_GS_BASE)) || isolation_kernel_gs(read_msr(MSR_KERNEL_GS)))
		problem = "a handler ran with the user's GS base";
	if ((uintptr_t)(frame + 1) !=
	    (moved ? current_process()->task.stack.top : trap->top - ISOLATION_ABOVE_FRAME))
		problem = moved ? "a trap from user mode was not moved to its task's stack"
		                : "a trap was not on its stack";
}

/* Sets EFLAGS.TF, so that #DB is raised after each instruction until the kernel has been left. */
static void step_out(void)
{
	__asm__ volatile("pushfq; orq $0x100, (%%rsp); popfq" : : : "cc", "memory");
}

/*
 * The exception probe. Returns true for the exceptions that the test raises, so that the kernel
 * does not handle them.
 */
static bool watch(struct trap_frame *frame)
{
	const uint64_t at = frame->rip - (uintptr_t)text_start;

	if ((frame->cs & 3) && (frame->vector == EXCEPTION_BP || frame->vector == other->vector)) {
		step_out();
		return true;
	}
	if (frame->vector != trap->vector)
		return false;
	traps_came++;
	check_surroundings(frame);
	if (at < 64 * (sizeof seen / sizeof *seen))
		seen[at / 64] |= 1UL << at % 64;
	if ((frame->cs & 3) && long_way)
		this_cpu()->return_work |= RETURN_YIELD;
	if (read_dr6() & DR6_BREAKPOINTS)
		frame->rflags |= RFLAGS_RF; /* resume without a second #DB here (SDM 3B 17.3.1.1) */
	write_dr6(DR6_NONE);
	return true;
}

static void set_stub(unsigned vector, unsigned stub, unsigned ist, bool user)
{
	gate_set(vector, (void (*)(void))(uintptr_t)entry_stubs[stub], ist, user);
}

/*
 * Lets user mode execute INT on two vectors: VECTOR_MICRO, an interrupt that calls `handler`, and
 * VECTOR_MICRO_LEAVE, which runs the stub of the exception `leave`. Installs `probe`.
 */
static void open_gates(void (*handler)(void), const struct trap *leave, bool (*probe)(struct trap_frame *))
{
	set_stub(VECTOR_MICRO, VECTOR_MICRO, kstack_gate_ist(VECTOR_MICRO), true);
	set_stub(VECTOR_MICRO_LEAVE, leave->vector, leave->ist, true);
	irq_set_handler(VECTOR_MICRO, handler);
	exception_set_probe(probe);
	problem = NULL;
}

static void close_gates(void)
{
	exception_set_probe(NULL);
	irq_set_handler(VECTOR_MICRO, NULL);
	gate_restore(VECTOR_MICRO);
	gate_restore(VECTOR_MICRO_LEAVE);
	gate_restore(EXCEPTION_DB);
	write_dr7(DR7_NONE);
	write_dr6(DR6_NONE);
	this_cpu()->return_work = 0;
}

static void begin(unsigned which, void (*handler)(void))
{
	trap = &traps[which];
	other = &traps[(which + 1) % TRAPS];
	open_gates(handler, other, watch);
	if (trap->vector != EXCEPTION_DB)
		set_stub(EXCEPTION_DB, trap->vector, trap->ist, false);
}

/* Runs the program `nest` with the argument `kind`. Returns NULL, or what went wrong. */
static const char *run_nest(const char *kind)
{
	int status = run_kind("nest", kind);

	if (status == -ENOENT)
		return SKIP "its boot module is missing";
	if (problem)
		return problem;
	return status == 0 ? NULL : "the program's state was changed";
}

/*
 * Searches [start, end) for the `size` bytes of `opcode`. Returns the first match at which no trap
 * was raised, or NULL.
 */
static const uint8_t *not_seen(const uint8_t *start, const uint8_t *end, const void *opcode, size_t size)
{
	for (const uint8_t *at = start; at + size <= end; at++)
		if (!memcmp(at, opcode, size) && !was_seen(at))
			return at;
	return NULL;
}

/*
 * Returns NULL if a trap was raised at every SWAPGS, IRETQ and SYSRETQ of the entry ways that have
 * this flag (cpu/entry_ways.h). Otherwise returns a text with the address of one that had no trap.
 */
static const char *all_seen(uint64_t flag)
{
	static char detail[80];
	const uint8_t *missed = NULL;

	for (const struct entry_way *w = entry_ways_start; !missed && w < entry_ways_end; w++) {
		if (!(w->flags & flag) || (w->flags & (pcid_on ? WAY_NO_PCID : WAY_PCID)))
			continue;
		missed = not_seen(w->start, w->end, "\x0f\x01\xf8", 3); /* SWAPGS */
		if (!missed)
			missed = not_seen(w->start, w->end, "\x48\xcf", 2); /* IRETQ */
		if (!missed)
			missed = not_seen(w->start, w->end, "\x48\x0f\x07", 3); /* SYSRETQ */
	}
	if (!missed)
		return NULL;
	format_string(detail, sizeof detail, "no trap at %lx", (uintptr_t)missed);
	return detail;
}

static void forget_seen(void)
{
	memset(seen, 0, sizeof seen);
	if (place_of(text_end) > 8 * sizeof seen)
		problem = "the kernel's text is larger than the map of places";
}

/*
 * Raises the exception traps[which] on all paths: the short exits, the exits through return_work,
 * and the system-call entry that trace=calls uses. Returns NULL, or what went wrong.
 */
static const char *step_all(unsigned which)
{
	const char *why = NULL;

	forget_seen();
	for (unsigned turn = 0; !why && turn < 3; turn++) {
		long_way = turn == 1;
		if (turn == 2)
			trace_start();
		begin(which, step_out);
		why = run_nest(NEST_KIND("steps"));
		close_gates();
	}
	isolation_set_call_entry((const char *)syscall_entry);
	if (!why && (!was_seen(syscall_entry) || !was_seen(syscall_entry_traced)))
		why = "no single step was raised in the kernel";
	return why ? why : all_seen(WAY_STEPS_SEEN);
}

TEST(single_steps_through_the_kernel_are_survived)
{
	const uint64_t mask = read_msr(MSR_FMASK);
	const char *why = NULL;

	write_msr(MSR_FMASK, mask & ~RFLAGS_TF);
	for (unsigned which = 0; !why && which < TRAPS; which++)
		why = step_all(which);
	write_msr(MSR_FMASK, mask);
	return why;
}

/*
 * The next address that gets a breakpoint, and its row in the table of entry ways
 * (cpu/entry_ways.h). The code that handles #DB gets no breakpoints, because every #DB would hit
 * them.
 */
static const uint8_t *next_place;
static const struct entry_way *next_way;
static unsigned places; /* number of addresses that have got a breakpoint */

static void no_step(void)
{
}

static void set_breakpoints(const uint8_t *place, const uint8_t *end)
{
	const uint8_t *at[BREAKPOINTS];

	for (unsigned i = 0; i < BREAKPOINTS; i++)
		at[i] = (const uint8_t *)isolation_entry_address(
		        (uintptr_t)(place + i < end ? place + i : place));
	__asm__ volatile("mov %0, %%dr0; mov %1, %%dr1; mov %2, %%dr2; mov %3, %%dr3"
	                 :
	                 : "r"(at[0]), "r"(at[1]), "r"(at[2]), "r"(at[3]));
	write_dr7(DR7_NONE | 0xaa); /* G0 to G3, each on instruction fetch (SDM 3B 17.2.4) */
}

static long move_breakpoints(void)
{
	if (!next_place || next_place >= next_way->end) {
		next_way = next_place ? next_way + 1 : entry_ways_start;
		while (next_way < entry_ways_end && !(next_way->flags & WAY_BREAK))
			next_way++;
		if (next_way == entry_ways_end)
			return 0;
		next_place = next_way->start;
	}
	set_breakpoints(next_place, next_way->end);
	next_place += BREAKPOINTS;
	places += BREAKPOINTS;
	return 1;
}

static const char *break_all(unsigned which)
{
	static const struct bench_calls calls = { move_breakpoints, no_call, no_call, no_value };
	const char *why;

	forget_seen();
	next_place = NULL;
	places = 0;
	traps_came = 0;
	long_way = false;
	begin(which, no_step);
	bench_calls = &calls;
	why = run_nest(NEST_KIND("ways"));
	bench_calls = NULL;
	close_gates();
	if (why)
		return why;
	if (!traps_came)
		return SKIP "this machine has no breakpoint registers";
	if (!was_seen(stub_of(VECTOR_MICRO)) || !was_seen(stub_of(EXCEPTION_BP)) || !was_seen(syscall_entry))
		return "no trap at the first instruction of an entry path";
	return all_seen(WAY_BREAKS_SEEN);
}

TEST(breakpoints_on_the_ways_are_survived)
{
	const char *why = NULL;
	uint64_t count = 0;

	for (unsigned which = 0; !why && which < TRAPS; which++)
		why = break_all(which);
	for (const uint8_t *at = text_start; at < text_end; at++)
		count += was_seen(at);
	record_fact("trap-places", count, "count");
	return why;
}

/*
 * `bad` selects the damage: the value that is wrong when IRETQ or SYSRETQ loads it. `way` selects
 * how the program `nest return` enters the kernel.
 */
static enum { BAD_SS, BAD_CS, BAD_RIP, BAD_KINDS } bad;
static enum { WAY_CALL, WAY_INTERRUPT, WAY_BREAKPOINT, WAY_STEP, WAY_NMI, WAY_LONG, WAYS } way;

/* Damages a frame that the CPU has pushed (RIP, CS, RFLAGS, RSP, SS); `rip` is its lowest word. */
static void damage(uint64_t *rip)
{
	if (bad == BAD_SS)
		rip[4] = SELECTOR_KERNEL_DATA;
	else if (bad == BAD_CS)
		rip[1] = SELECTOR_KERNEL_CODE | 3;
	else
		rip[0] = HOLE;
}

static void damage_interrupt(void)
{
	const uintptr_t top = kstack_gate_ist(VECTOR_MICRO) == IST_NONE ? current_process()->task.stack.top
	                                                                : KSTACK_FIXED_IRQ_TOP;

	damage((uint64_t *)top - 5);
}

static bool damage_exception(struct trap_frame *frame)
{
	const unsigned vectors[WAYS] = {
		[WAY_BREAKPOINT] = EXCEPTION_BP, [WAY_STEP] = EXCEPTION_DB, [WAY_NMI] = EXCEPTION_NMI
	};

	if (!(frame->cs & 3) || !vectors[way] || frame->vector != vectors[way])
		return false;
	damage(&frame->rip);
	return true;
}

static void (*usual_hook)(struct trap_frame *frame);

static void damage_long_way(struct trap_frame *frame)
{
	user_return_hook = usual_hook;
	usual_hook(frame);
	damage(&frame->rip);
}

static bool taken;

static long take_way(void)
{
	if (taken)
		return 0; /* second call: the program has survived the damaged return */
	taken = true;
	if (way == WAY_CALL) /* syscall_entry has pushed RSP, R11, RCX */
		((uint64_t *)current_process()->task.stack.top)[-3] = HOLE;
	if (way == WAY_LONG) {
		usual_hook = user_return_hook;
		user_return_hook = damage_long_way;
		this_cpu()->return_work |= RETURN_YIELD;
	}
	return way == WAY_CALL || way == WAY_LONG ? WAYS : (long)way;
}

/*
 * A return to user mode that faults must raise SIGSEGV; the program's handler exits with status 7.
 */
TEST(returns_that_fault_are_signals)
{
	static const struct bench_calls calls = { take_way, no_call, no_call, no_value };
	static char detail[80];
	int status = 7 << 8;

	open_gates(damage_interrupt, &traps[1], damage_exception);
	bench_calls = &calls;
	for (way = 0; status == 7 << 8 && way < WAYS; way++)
		for (bad = way == WAY_CALL ? BAD_RIP : 0; status == 7 << 8 && bad < BAD_KINDS; bad++) {
			taken = false;
			status = run_kind("nest", NEST_KIND("return"));
		}
	bench_calls = NULL;
	close_gates();
	format_string(detail, sizeof detail, "way %d, damage %d: status %x", way - 1, bad - 1, status);
	return status == -ENOENT ? SKIP "its boot module is missing" : status == 7 << 8 ? NULL : detail;
}

/*
 * Starts a program at a noncanonical address, so that SYSRETQ faults before the first instruction.
 */
TEST(a_program_that_starts_nowhere_is_killed)
{
	const char *argv[] = { "nest", "quit" };
	int pid = process_spawn("nest", argv, 2), status = 0;

	if (pid < 0)
		return pid == -ENOENT ? SKIP "its boot module is missing" : "the program cannot be started";
	process_find(pid)->entry = HOLE;
	while (process_wait(pid, &status, 0) != pid)
		;
	return status == SIGSEGV ? NULL : "it did not end with SIGSEGV";
}

/*
 * Runs programs that execute SYSCALL with TF set. Bochs then raises #DB inside the kernel; other
 * machines do so only if IA32_FMASK does not clear TF. In both cases the program must get SIGTRAP,
 * and the kernel must not write to the address in the program's RSP.
 */
static const char *hostile_steps(void)
{
	static const struct {
		const char *kind;
		int status;
	} rows[] = {
		{ "trap-flag", SIGTRAP },          { "trap-flag-ss", SIGTRAP }, { "trap-flag-rsp", SIGTRAP },
		{ "trap-flag-rsp-hole", SIGTRAP }, { "mov-ss-syscall", 0 },
	};
	const bool no_iretq = run_kind("hostile", "iretq-in-user-mode") != 0;
	static char detail[80];

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int status = run_kind("hostile", rows[i].kind);

		/*
		 * When user mode executes IRETQ, QEMU reads the frame with kernel rights, so SMAP
		 * makes the IRETQ fault.
		 */
		if (status == SIGSEGV && no_iretq && string_matches(rows[i].kind, "trap-flag-rsp*"))
			continue;
		if (status != rows[i].status) {
			format_string(detail, sizeof detail, "%s: status %x", rows[i].kind, status);
			return detail;
		}
	}
	return NULL;
}

TEST(single_steps_into_the_kernel_are_the_programs)
{
	const uint64_t mask = read_msr(MSR_FMASK);
	const char *why = hostile_steps();

	if (why)
		return why;
	write_msr(MSR_FMASK, mask & ~RFLAGS_TF);
	why = hostile_steps();
	write_msr(MSR_FMASK, mask);
	return why;
}
