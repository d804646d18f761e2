/* SPDX-License-Identifier: MIT */
/*
 * shm.scan (bench/claims/36-*): can a program find shared memory of another user by trying keys?
 * One user has segments with mode 0600, at keys spread over the range. Another user tries every key
 * and every ID. The control is the same scan without permission checks.
 */
#include "bench/guest/experiments/pitfalls.h"
#include "boot/boot.h"
#include "fs/node.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "output/console.h"
#include "process/process.h"
#include "sys/shm.h"

#define SEGMENTS 8
#define RESULT   "/tmp/shm-scan"

static uint64_t keys[SEGMENTS];

struct found {
	uint64_t segments, first, tries;
};

static int run(const char *kind, uint64_t key)
{
	char number[24];
	const char *argv[] = { "shm", kind, number };
	int pid, status = -1;

	format_string(number, sizeof number, "%lu", key);
	pid = process_spawn("shm", argv, 3);
	while (pid > 0 && process_wait(pid, &status, 0) != pid)
		;
	return status;
}

/* Runs a scan and reads its result from the file RESULT. Returns false if it failed. */
static bool scan(uint64_t range, struct found *found)
{
	const void *bytes;
	struct node *node;
	bool there;
	int error;

	if (run("scan", range) != 0)
		return false;
	node = node_find(NULL, RESULT, true, &error);
	there = node && node_bytes(node, 0, sizeof *found, &bytes) == sizeof *found;
	if (there)
		memcpy(found, bytes, sizeof *found);
	if (node)
		node_remove(node);
	return there;
}

static void scan_keys(struct bench *b)
{
	const uint64_t range = bench_plan.quick ? 4096 : 65536;
	struct found with = { 0 }, without = { 0 };
	uint64_t state = 0x70616c696d707365, made = 0, read = 0;
	bool ran;

	for (; made < SEGMENTS; made++) { /* one key in each of SEGMENTS equal parts of the range */
		keys[made] = made * (range / SEGMENTS) + 1 + pitfall_random(&state) % (range / SEGMENTS);
		if (run("own", keys[made]) != 0)
			break;
	}
	ran = made == SEGMENTS && scan(range, &with);
	shm_unprotected = true;
	ran = ran && scan(range, &without);
	shm_unprotected = false;
	for (size_t i = 0; i < made; i++) {
		read += run("read", keys[i]) == 0;
		run("remove", keys[i]);
	}
	b->tries = ran ? with.tries : 0;
	b->violations = with.segments;
	pitfall_report(b);
	bench_metric(b, "control_found", without.segments, "count");
	bench_metric(b, "control_first_after", without.first, "keys");
	bench_metric(b, "segments", made, "count");
	bench_metric(b, "read_by_owner", read, "count");
}

static int need_program(struct bench *b)
{
	(void)b;
	return boot_module_find("shm") ? 0 : -ENOENT;
}

BENCH(shm_scan, "a program that tries every key of shared memory, with permissions and without",
      .name = "shm.scan", .experiment = true, .few = 1, .setup = need_program, .body = scan_keys,
      .check = pitfall_ran);
