/* SPDX-License-Identifier: MIT */
/*
 * Benchmarks that run inside the kernel. Each is one row of a table that the linker collects. To
 * add one, write a BENCH() in a file of a folder below this one (docs/extending.md).
 *
 * Rows with `linux_programs` need a boot with an archive of Linux programs. Other boots leave them
 * out, or record them as skipped if the command line names them.
 *
 * Every row has a set-up, a body that is timed and counted, an untimed check that the body did its
 * work, and a tear-down. If a complete check would change the caches and TLBs that the next
 * sample finds, it is in verify(), which runs once after the last sample. There are two kinds of
 * rows:
 *   - in the kernel: body(b) runs between two markers (bench/protocol/marks.h) and two time stamps,
 *     with interrupts off;
 *   - with a program: the row names a program of bench/programs and its argument. The program runs
 *     in user mode and asks for each sample with SYS_bench_next (bench/guest/user.c).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "loader/elf.h"
#include "vm/address_space.h"

#define BENCH_EXTRAS  6

#define BENCH_ARCHIVE "linux.cpio" /* the boot module that is an archive of Linux programs */

struct bench;

struct benchmark {
	const char *name;
	const char *unit;           /* unit of the parameter, or NULL */
	const char *const *units;   /* a unit for each parameter, in place of `unit`; or NULL */
	const uint64_t *parameters; /* list that ends with BENCH_LIST_END, or NULL */
	unsigned few;               /* if not 0, the number of samples, whatever bench_plan says */
	uint64_t large;             /* if not 0: parameters from this on take few samples */
	uint64_t once;              /* if not 0: parameters from this on run in round 1 only */
	bool experiment;            /* counts something itself, without stamps and warm-up */
	bool counted;               /* counted by Bochs, not timed: no code can stamp the end */

	/* Returns 0, or a negative error number to skip the row (bench_skip()). */
	int (*setup)(struct bench *b);
	void (*prepare)(struct bench *b); /* called before every sample */
	void (*body)(struct bench *b);
	bool (*check)(struct bench *b); /* called after every sample, except overhead samples */
	/*
	 * Called once, after the row's last sample, to check all of the body's work. The body is
	 * repeated untimed for this check: by this function or, in a row with a program, by the
	 * program before the call (STEP_VERIFY).
	 */
	bool (*verify)(struct bench *b);
	void (*teardown)(struct bench *b);

	/* If not NULL, runs instead of the body, with its own markers and time stamps. */
	void (*timed)(struct bench *b, bool overhead);

	/* True if the row breaks something on purpose or takes long: bench=* does not run it. */
	bool own_boot;

	const char *program, *argument;   /* for rows with a program */
	bool linux_programs;              /* the program runs Linux programs from BENCH_ARCHIVE */
	bool wants_lapic;                 /* the program gets the local APIC and a flag page */
	bool stamps_in_kernel;            /* SYS_bench_start and SYS_bench_stamp take the stamps */
	void (*started)(struct bench *b); /* SYS_bench_start calls it after its stamp; or NULL */
	void (*stamped)(struct bench *b); /* SYS_bench_stamp calls it after its stamp; or NULL */
};

/* State of the running row. */
struct bench {
	const struct benchmark *row;
	uint64_t parameter;
	uint64_t t0, t1;                    /* TSC at the start and the end of the sample */
	unsigned region;                    /* number of the sample's region (docs/records.md) */
	bool marked;                        /* the instrumentation library measures the experiment */
	unsigned samples, warmup, overhead; /* numbers of samples; bench_warm() may raise warmup */
	unsigned warmup_most;               /* upper bound of warmup */
	bool counters;                      /* some samples read the performance counters */
	bool counting;                      /* the current sample reads the performance counters */
	bool warming;                       /* the current sample is warm-up */
	int pid;                            /* process ID of the program */
	uint64_t evidence;                  /* what the program passed as VALUE_EVIDENCE, or 0 */
	struct {
		const char *metric, *unit;
		uint64_t value;
	} extra[BENCH_EXTRAS]; /* additional metrics of the sample */
	unsigned extras;
	const char *lost; /* if not NULL, a metric that `extra` had no room for: the check fails */

	/* If setup() sets it: why the row is skipped. If it is set later: a remark for the check's
	 * record. */
	const char *why;

	/* For the rows' own use. */
	char module[32];
	struct elf_plan plan;
	struct address_space space;
	uint64_t cr3;
	unsigned phase;
	uint64_t tries, violations;
};

/*
 * Adds a row to the table. `about` explains the benchmark in a line of 8 to 118 bytes, for
 * `run-bench.sh --list`. The build collects these lines from the sources (about.awk); the image
 * does not contain them. `.name` must come next.
 */
#define BENCH(id, about, ...)                                                                         \
	_Static_assert(sizeof(about) > 8 && sizeof(about) <= 119, "one line explains the benchmark"); \
	static const struct benchmark bench_##id                                                      \
	        __attribute__((used, section(".benchmarks." #id), aligned(8))) = { __VA_ARGS__ }

/* Parameter lists. */
#define BENCH_LIST_END UINT64_MAX
extern const uint64_t bench_image_sizes[]; /* bytes: 4 KiB, 64 KiB, 1 MiB, 16 MiB */
extern const uint64_t bench_powers_of_2[]; /* 1, 2, 4, … 1024 */

/* For setup(): sets the reason for skipping the row. Returns the value that setup() must return. */
int bench_skip(struct bench *b, const char *reason);

/*
 * For setup() of a row that works only if a task uses the same page tables in user mode and in the
 * kernel. Returns 0 if the tables are the same in this build, otherwise the value of bench_skip().
 */
int bench_need_one_table(struct bench *b);

/*
 * For setup() of a row that sets CR4.PCIDE, uses PCIDs of its own, and clears CR4.PCIDE at the end.
 * Returns 0 if the CPU has PCIDs and the kernel uses none, otherwise the value of bench_skip().
 */
int bench_need_free_pcids(struct bench *b);

/* Adds a metric to the current sample. More than BENCH_EXTRAS metrics make the row's check fail. */
void bench_metric(struct bench *b, const char *metric, uint64_t value, const char *unit);

/* Numbers of samples, and options, as the command line asks for them. */
struct bench_plan {
	unsigned samples, warmup, overhead;
	bool quick;     /* samples=quick or brief: experiments take fewer steps */
	bool few;       /* samples is not `full`: fewer samples */
	bool one;       /* samples=one or brief: the boot is one of many, so a row takes one sample */
	bool later;     /* rows=later: an earlier boot of the run was the first round */
	bool stable;    /* warmup=stable: warm up until the times are stable */
	uint64_t share; /* share=: the number of builds whose tries are added up; at least 1 */
};
extern struct bench_plan bench_plan;

/* For experiments whose tries are added up over all builds of a run. Returns this build's part of
 * `tries`, rounded up. */
uint64_t bench_share(uint64_t tries);

/*
 * One sample of a row. A row takes its samples in this order: warm-up, timed, with performance
 * counters, overhead, overhead with performance counters.
 */
struct bench_step {
	bool overhead, counting;
	unsigned number; /* position among the row's samples with the same `flags`, from 0 */
	const char *flags;
};

/* Sets b->warmup and b->warmup_most, from b->warmup, b->samples and the command line. */
void bench_plan_warmup(struct bench *b);

/* Sets *step to sample `index` of the row, from 0. Returns false if the row has fewer samples. */
bool bench_step(const struct bench *b, unsigned index, struct bench_step *step);

/*
 * Called after warm-up sample `index`. With warmup=stable, extends the warm-up while the medians of
 * its last two blocks of samples differ by more than 2 %, up to b->warmup_most samples. Otherwise
 * leaves the warm-up as it is.
 */
void bench_warm(struct bench *b, unsigned index);

/*
 * For the .check of a row whose program checks the work itself. Returns true if the end of the
 * sample was stamped after its start.
 */
bool bench_stamped(struct bench *b);

/*
 * Returns true if the row has a verify() and this boot calls it. A run calls it only in the first
 * round: in a later round it would take longer than the row's samples.
 */
bool bench_verifies(const struct bench *b);

/* Starts a sample: drops the previous one's metrics and executes the marker of a new region. */
void bench_open_region(struct bench *b);

/* Writes the sample's record. `flags`: "-", "warmup" or "overhead". */
void bench_record(struct bench *b, unsigned sample, const char *flags);

/*
 * Runs a row's program until it has taken all its samples. Returns false if a check failed. Also
 * returns false, with the reason in *why, if the program failed or could not be started.
 */
bool bench_run_program(struct bench *b, const char **why);

/*
 * Between bench_verify_begin() and bench_verify_end(), the system calls SYS_bench_* work as for
 * STEP_VERIFY, even outside bench_run_program(). bench_verify_begin() sets b->evidence to 0.
 */
void bench_verify_begin(struct bench *b);
void bench_verify_end(void);

/*
 * Finds and checks the boot module "payload-…", a program of `bytes` bytes. Sets b->module to its
 * name and b->plan to its plan (loader/elf.h). Returns 0, -ENOENT or -ENOEXEC.
 */
int bench_find_payload(struct bench *b, uint64_t bytes);

/*
 * Maps the local APIC at BENCH_USER_LAPIC of a process, and `flag_frame` at the next page, both
 * accessible to user mode. Returns false if out of memory. The caller still owns the frame.
 */
struct process;
bool bench_map_lapic(struct process *process, uint64_t flag_frame);

/*
 * The usual handler of VECTOR_BENCH: sets bench_irq_stamp to the TSC, increments bench_irq_count,
 * and sets *bench_irq_flag to 1.
 */
void bench_irq_handler(void);
extern volatile uint64_t bench_irq_stamp, bench_irq_count;
extern volatile uint8_t *bench_irq_flag;
void bench_irq_flag_reset(void); /* makes bench_irq_flag point to the kernel's own flag again */
