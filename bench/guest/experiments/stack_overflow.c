/* SPDX-License-Identifier: MIT */
/*
 * user.stack_overflow (bench/claims/39-*): stacks that overflow into a neighbouring mapping. There
 * are three kinds. Two test the kernel: the program's own stack, and a stack with a guard region.
 * The third is the control: it has no guard, so the overflow must be seen. The stacks overflow in
 * bench/programs/overflow.c. This row starts that program many times, and counts how it ends.
 */
#include "bench/guest/experiments/pitfalls.h"
#include "boot/boot.h"
#include "lib/errno.h"
#include "output/console.h"
#include "process/process.h"

/* Bytes of stack that a call uses. None is larger than the guard page. */
static const unsigned frames[] = { 8, 64, 128, 512, 1024, 2048, 4088, 4096 };
#define FRAMES  (sizeof frames / sizeof *frames)
#define BEYOND  8192 /* bytes; a call with so much stack can step over the guard page */

#define CORRUPT (1 << 8)

static int overflow(const char *kind, unsigned frame)
{
	char number[16];
	const char *argv[] = { "overflow", kind, number };
	const bool quiet = process_quiet;
	int pid, status = -1;

	format_string(number, sizeof number, "%u", frame);
	process_quiet = true;
	pid = process_spawn("overflow", argv, 3);
	while (pid > 0 && process_wait(pid, &status, 0) != pid)
		;
	process_quiet = quiet;
	return status;
}

/* For one kind of stack, over all frame sizes: how many runs end in each way. */
struct ends {
	uint64_t faults, corruptions, others;
};

static struct ends ends_of(const char *kind)
{
	struct ends ends = { 0 };

	for (size_t i = 0; i < FRAMES; i++) {
		int status = overflow(kind, frames[i]);

		ends.faults += status == SIGSEGV;
		ends.corruptions += status == CORRUPT;
		ends.others += status != SIGSEGV && status != CORRUPT;
	}
	return ends;
}

static void stack_overflow(struct bench *b)
{
	struct ends own = ends_of("main"), guarded = ends_of("guarded"), bare = ends_of("bare");

	if (own.others + guarded.others + bare.others == 0)
		b->tries = FRAMES;
	b->violations = own.corruptions + guarded.corruptions;
	pitfall_report(b);
	bench_metric(b, "main_faults", own.faults, "count");
	bench_metric(b, "guarded_faults", guarded.faults, "count");
	bench_metric(b, "bare_corruptions", bare.corruptions, "count");
	bench_metric(b, "stepped_over",
	             (overflow("main", BEYOND) == CORRUPT) + (overflow("guarded", BEYOND) == CORRUPT),
	             "count");
}

static int need_program(struct bench *b)
{
	(void)b;
	return boot_module_find("overflow") ? 0 : -ENOENT;
}

BENCH(user_stack_overflow, "a stack that runs into the mapping below it, with a guard page and without",
      .name = "user.stack_overflow", .experiment = true, .few = 1, .setup = need_program,
      .body = stack_overflow, .check = pitfall_ran);
