/* SPDX-License-Identifier: MIT */
/*
 * Benchmarks that run inside the kernel. Each is one row of a table that the linker collects; to add
 * one, write a BENCH() in a file of a folder below this one (docs/extending.md).
 *
 * Rows with `linux_programs` need a boot with an archive of such programs. In other boots they are
 * left out, or recorded as skipped if they are named.
 *
 * Every row has a set-up, a body that is timed and counted, an untimed check that the body did its
 * work, and a tear-down. There are two kinds:
 *   - in the kernel: body(b) runs between the markers and the time stamps, with interrupts off;
 *   - with a program: the row names a program of bench/programs and its argument; the program runs
 *     in user mode and asks for each sample with SYS_bench_next (bench/guest/user.c).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "loader/elf.h"
#include "vm/address_space.h"

#define BENCH_EXTRAS  6

#define BENCH_ARCHIVE "linux.cpio" /* the module with Linux programs; it is unpacked into files */

struct bench;

struct benchmark {
	const char *name;
	const char *unit;           /* of the parameter */
	const char *const *units;   /* or one for each parameter */
	const uint64_t *parameters; /* ends in BENCH_LIST_END; NULL: there is no parameter */
	unsigned few;               /* not 0: take this number of samples, whatever was asked for */
	uint64_t large;             /* not 0: parameters from here on get few samples */
	bool experiment;            /* counts something itself: no time stamps, no warm-up, no overhead */
	bool counted;               /* has only counts, because nothing can stamp the time */

	int (*setup)(struct bench *b); /* 0, or a negative error number to skip the row: see bench_skip() */
	void (*prepare)(struct bench *b);
	void (*body)(struct bench *b);
	bool (*check)(struct bench *b); /* after every sample, except those of the overhead */
	void (*teardown)(struct bench *b);

	void (*timed)(struct bench *b,
	              bool overhead); /* instead of the usual markers and stamps around body */

	bool own_boot; /* breaks something on purpose or takes long: runs only if named, not for * */

	const char *program, *argument; /* for rows with a program */
	bool linux_programs;            /* it runs Linux programs from the archive BENCH_ARCHIVE */
	bool wants_lapic;               /* the program gets the local APIC and a flag page */
	bool stamps_in_kernel; /* SYS_bench_start and SYS_bench_stamp stamp, not the program itself */
	void (*started)(struct bench *b); /* last action of SYS_bench_start; may be NULL */
	void (*stamped)(struct bench *b); /* first action of SYS_bench_stamp */
};

/* State of the running row. */
struct bench {
	const struct benchmark *row;
	uint64_t parameter;
	uint64_t t0, t1;                    /* TSC ticks */
	unsigned region;                    /* id of the sample's region, for the records */
	unsigned samples, warmup, overhead; /* number of each; warmup grows until the row is stable */
	unsigned warmup_most;               /* upper bound for warmup */
	bool counters;                      /* the row takes samples with performance counters too */
	bool counting;                      /* the current sample is one of those */
	int pid;                            /* of the program */
	uint64_t evidence;                  /* value of the program's SYS_bench_value 2, for check() */
	struct {
		const char *metric, *unit;
		uint64_t value;
	} extra[BENCH_EXTRAS]; /* additional metrics of the sample */
	unsigned extras;

	const char *why; /* from setup(): why the row is skipped; later: a remark for the check's record */

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
 * `run-bench.sh --list`. The build collects these lines from the sources (about.awk); the image does
 * not contain them. `.name` must come next.
 */
#define BENCH(id, about, ...)                                                                         \
	_Static_assert(sizeof(about) > 8 && sizeof(about) <= 119, "one line explains the benchmark"); \
	static const struct benchmark bench_##id                                                      \
	        __attribute__((used, section(".benchmarks." #id), aligned(8))) = { __VA_ARGS__ }

/* Parameter lists. */
#define BENCH_LIST_END UINT64_MAX
extern const uint64_t bench_image_sizes[]; /* bytes: 4 KiB, 64 KiB, 1 MiB, 16 MiB */
extern const uint64_t bench_powers_of_2[]; /* 1 … 1024 */

/* Skips the row with a reason of its own. Returns an error number for setup() to return. */
int bench_skip(struct bench *b, const char *reason);

/* Adds a metric to the current sample. */
void bench_metric(struct bench *b, const char *metric, uint64_t value, const char *unit);

/* The samples and warm-up rounds that the command line asks for. */
struct bench_plan {
	unsigned samples, warmup, overhead;
	bool quick;
	bool stable; /* warm up until stable */
};
extern struct bench_plan bench_plan;

/* One of a row's samples, in order: warm-up, timed, counted, overhead, overhead counted. */
struct bench_step {
	bool overhead, counting;
	unsigned number; /* among those with the same flags */
	const char *flags;
};

/* Decides how long the row warms up, from b->warmup, b->samples and the command line. */
void bench_plan_warmup(struct bench *b);

/* Fills in step `index` of the row, from 0. Returns false if the row is over. */
bool bench_step(const struct bench *b, unsigned index, struct bench_step *step);

/*
 * Called after warm-up sample `index`: extends the warm-up, up to b->warmup_most, while the medians
 * of its last two blocks differ by more than 2 %. Only with warmup=stable.
 */
void bench_warm(struct bench *b, unsigned index);

/* Opens a region for the next sample: its marker, and its number in the records. */
void bench_open_region(struct bench *b);

/* Writes the sample's record. `flags`: "-", "warmup" or "overhead". */
void bench_record(struct bench *b, unsigned sample, const char *flags);

/* Runs a row's program until it has taken all its samples. Returns false if it failed, with the
 * reason in *why. */
bool bench_run_program(struct bench *b, const char **why);

/* Finds and checks the payload of `bytes` bytes; sets b->module and b->plan. Returns 0, -ENOENT or
 * -ENOEXEC. */
int bench_find_payload(struct bench *b, uint64_t bytes);

/*
 * Maps the local APIC at BENCH_USER_LAPIC of the task, and `flag_frame` on the next page,
 * accessible to user mode. Returns false if out of memory. The caller keeps the frame.
 */
struct process;
bool bench_map_lapic(struct process *process, uint64_t flag_frame);

/* A handler for VECTOR_BENCH that stamps the time, counts and raises the flag. */
void bench_irq_handler(void);
extern volatile uint64_t bench_irq_stamp, bench_irq_count;
extern volatile uint8_t *bench_irq_flag;
void bench_irq_flag_reset(void); /* points it to the kernel's own flag again */
