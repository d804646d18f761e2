/* SPDX-License-Identifier: MIT */
#include "boot/modes.h"
#include "bench/protocol/records.h"

#include "boot/boot.h"
#include "boot/start_cpus.h"
#include "cpu/apic.h"
#include "cpu/cpus.h"
#include "cpu/fpu.h"
#include "cpu/pmu.h"
#include "cpu/tsc.h"
#include "fs/node.h"
#include "fs/terminal.h"
#include "lib/config.h"
#include "lib/errno.h"
#include "lib/layout.h"
#include "lib/random.h"
#include "lib/string.h"
#include "loader/loader.h"
#include "mem/frames.h"
#include "mem/paging.h"
#include "mem/pcid.h"
#include "output/console.h"
#include "output/machine.h"
#include "output/record.h"
#include "process/process.h"
#include "sched/clock.h"
#include "sys/trace.h"

/* Defined in the linker script. */
extern char text_start[];

#define EMERGENCY 64 /* the most frames to reserve for the kernel's own accesses to user memory */

static void timer_tick(void)
{
	this_cpu()->return_work |= RETURN_YIELD;
	lapic_eoi();
}

static void append_feature(char *list, size_t size, bool have, const char *name)
{
	size_t used = strlen(list);

	if (have)
		format_string(list + used, size - used, "%s%s", used ? "," : "", name);
}

static void say_hello(const char *mode)
{
	const size_t free = frames_free() * PAGE_SIZE;
	char features[128] = "", seed[24];
	const struct cpu_features *f = &cpu_features;

	append_feature(features, sizeof features, f->smep, "smep");
	append_feature(features, sizeof features, f->smap, "smap");
	append_feature(features, sizeof features, f->umip, "umip");
	append_feature(features, sizeof features, f->pge, "pge");
	append_feature(features, sizeof features, f->pcid, "pcid");
	append_feature(features, sizeof features, f->invpcid, "invpcid");
	append_feature(features, sizeof features, pcid_on, "pcid-on");
	append_feature(features, sizeof features, f->page_1g, "1g");
	append_feature(features, sizeof features, f->x2apic, "x2apic");
	append_feature(features, sizeof features, f->rdrand, "rdrand");
	append_feature(features, sizeof features, f->invariant_tsc, "invariant-tsc");
	append_feature(features, sizeof features, f->hypervisor, "hypervisor");
	boot_option("seed", seed, sizeof seed);
	kprintf("Palimpsest %s: stack %s, loader %s, isolation %s (%s)\n", config_revision, config_stack,
	        config_loader, config_isolation, config_compiler);
	kprintf("%lu %s free, CPU %s with %s\n", free < MIB ? free / KIB : free / MIB,
	        free < MIB ? "KiB" : "MiB", f->vendor, features);
	record_start("hello");
	record_number("protocol", RECORD_PROTOCOL);
	record_text("stack", config_stack);
	record_text("loader", config_loader);
	record_text("isolation", config_isolation);
	record_text("revision", config_revision);
	record_text("compiler", config_compiler);
	record_text("mode", mode);
	record_number("cpus", cpu_count);
	record_number("memory", frames_total() * PAGE_SIZE);
	record_number("seed", string_to_number(seed));
	record_number("layout", layout_seed());
	record_text("features", features);
	record_end();
}

/*
 * Sends `fact` records: where the image is in physical memory, how many frames are free, and how many
 * page tables the kernel half has. The number of tables depends on the place, because the direct map
 * has no large pages near the kernel's text.
 */
static void say_place(void)
{
	record_fact("image-place", image_physical(text_start), "address");
	record_fact("frames-free", frames_free(), "frames");
	record_fact("kernel-tables", paging_kernel_tables(), "frames");
}

/* Sends the address of the first free frame as a `fact` record. The address shows the layout. */
static void say_layout(void)
{
	const uint64_t frame = frame_alloc();

	if (frame == FRAME_NONE)
		return;
	record_fact("first-frame", frame, "address");
	frame_free(frame);
}

static void record_reason(const char *name, const char *reason)
{
	record_start("fact");
	record_text("name", name);
	record_text("value", reason);
	record_text("unit", "reason");
	record_end();
}

/*
 * Sends `fact` records of the properties of the TSC and, with pmu=on, of the performance counters.
 */
static void say_clock(void)
{
	char option[4];

	record_fact("tsc-frequency", tsc_khz(), "kHz");
	record_fact("lfence-serializing", tsc_make_lfence_serialize(), "bool");
	boot_option("pmu", option, sizeof option);
	if (strcmp(option, "on") != 0)
		return;
	record_fact("pmu-counters", pmu_init(), "counters");
	if (!pmu_counters())
		record_reason("pmu-absent", pmu_why());
}

static const char *why_not(int error)
{
	return error == -ENOENT    ? "there is no such file, and no boot module of that name"
	       : error == -EACCES  ? "it is not an executable file"
	       : error == -ENOEXEC ? "it is not a static program for x86-64"
	       : error == -ENOMEM  ? "not enough memory: give the machine more (-m)"
	                           : "it cannot be loaded";
}

/*
 * Runs the first program until it ends. The option init= names the program. Without init=, the
 * program is the file /init or, if no archive has this file, the boot module `init`. Returns true
 * if the program ended with status 0.
 */
static bool demo(void)
{
	char name[64];
	const char *argv[] = { name };
	int status, pid, error;
	size_t before = frames_free();

	if (!boot_option("init", name, sizeof name))
		string_copy(name, node_find(NULL, "/init", true, &error) ? "/init" : "init", sizeof name);
	clock_start();
	pid = process_spawn(name, argv, 1);
	if (pid < 0) {
		kprintf("cannot start %s: %s (error %d)\n", name, why_not(pid), -pid);
		return false;
	}
	terminal_group = terminal_session = pid; /* Ctrl-C reaches the program and its children */
	while (process_wait(pid, &status, 0) != pid)
		;
	process_kill(-1, SIGKILL); /* kill the processes that the program has left */
	while (process_count() > 1)
		task_yield();
	loader_trim();
	kprintf("%s ended %s %d, %ld frames are lost%s\n", name, status & 0x7f ? "by signal" : "with status",
	        status & 0x7f ? status & 0x7f : status >> 8, (long)(before - frames_free()),
	        before == frames_free() ? "" : ", or in files that it left");
	return status == 0;
}

/*
 * Limits the files as tmpfs does on Linux: their data to half of memory, and their number to half
 * the number of frames. Also reserves the emergency frames.
 */
static void set_limits(void)
{
	node_limit_frames(frames_total() / 2);
	node_limit_nodes(node_count + frames_total() / 2);
	frames_set_emergency(frames_total() / 256 < EMERGENCY ? frames_total() / 256 : EMERGENCY);
}

/*
 * Prints a word of the command line that is unknown or has an invalid value, and sends it as a
 * record.
 */
static void report_option(const char *word, const char *problem)
{
	char text[160];

	format_string(text, sizeof text, "%s: %s", word, problem);
	kprintf("command line: %s\n", text);
	record_reason("command-line", text);
}

void kernel_main(void)
{
	char mode[16], exit[4], trace[8];
	bool ok;

	if (!boot_option("run", mode, sizeof mode))
		string_copy(mode, "demo", sizeof mode);
	irq_set_handler(VECTOR_TIMER, timer_tick);
	if (boot_option("trace", trace, sizeof trace) && !strcmp(trace, "calls"))
		trace_start();
	cpus_boot();
	say_hello(mode);
	say_place();
	cpus_say();
	say_clock();
	if (layout_seed())
		say_layout();
	if (fpu_xcr0_lost())
		record_reason("xsave-unused",
		              "a VM exit changed XCR0, as with QEMU before 8.2 that emulates SVM");
	if (strcmp(mode, "bench") != 0) /* not for benchmarks: their counts must not vary */
		node_set_secret(random_number());
	node_init();
	boot_unpack_modules();
	set_limits();
	record_fact("early-stack-high-water", early_stack_high_water(), "bytes");
	boot_say_stacks();
	if (loader_places()) {
		record_fact("window-places", loader_places(), "pages");
		record_fact("window-entropy", 63 - (unsigned)__builtin_clzl(loader_places()), "bits");
		record_fact("window-granularity", PAGE_SIZE, "bytes");
	}
	if (!boot_check_options(report_option))
		ok = false;
	else if (!strcmp(mode, "bench"))
		ok = benchmarks_run(false);
	else if (!strcmp(mode, "list"))
		ok = benchmarks_run(true);
	else if (!strcmp(mode, "test"))
		ok = self_tests_run();
	else if (!strcmp(mode, "fuzz"))
		ok = fuzz_calls_run();
	else
		ok = demo();
	record_finish(ok ? "ok" : "failed");
	boot_option("exit", exit, sizeof exit);
	if (strcmp(exit, "0") != 0)
		machine_leave(ok ? EXIT_OK : EXIT_FAILED);
	kprintf("done\n");
	machine_stop();
}
