/* SPDX-License-Identifier: MIT */
/*
 * shm.scan (bench/claims/36-*): can a program find shared memory of another user by trying keys?
 * One user has segments with mode 0600. Their keys are drawn from all 2^32 - 1 keys. Another user
 * tries keys and IDs. The control is the same scan without permission checks. A scan of all keys
 * would take too long, so only some blocks of keys are tried: those that have a segment, and as
 * many blocks that were drawn at random.
 */
#include "bench/guest/experiments/pitfalls.h"
#include "boot/boot.h"
#include "cpu/cpu.h"
#include "fs/node.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "output/console.h"
#include "process/process.h"
#include "sys/shm.h"

#define SEGMENTS 8
#define BLOCKS   (2 * SEGMENTS)
#define IDS      4096
#define RESULT   "/tmp/shm-scan"

static uint64_t keys[SEGMENTS], blocks[BLOCKS];

struct found {
	uint64_t segments, tries;
};

static int run(const char *kind, uint64_t key, uint64_t count)
{
	char first[24], number[24];
	const char *argv[] = { "shm", kind, first, number };
	int pid, status = -1;

	format_string(first, sizeof first, "%lu", key);
	format_string(number, sizeof number, "%lu", count);
	pid = process_spawn("shm", argv, count ? 4 : 3);
	while (pid > 0 && process_wait(pid, &status, 0) != pid)
		;
	return status;
}

/* Runs a scan and adds the numbers in the program's result file to *sum. Returns false if the scan
 * failed. */
static bool scan(const char *kind, uint64_t key, uint64_t count, struct found *sum)
{
	struct found found;
	const void *bytes;
	struct node *node;
	bool there;
	int error;

	if (run(kind, key, count) != 0)
		return false;
	node = node_find(NULL, RESULT, true, &error);
	there = node && node_bytes(node, 0, sizeof found, &bytes) == sizeof found;
	if (there) {
		memcpy(&found, bytes, sizeof found);
		sum->segments += found.segments;
		sum->tries += found.tries;
	}
	if (node)
		node_remove(node);
	return there;
}

/* Tries all keys of all blocks, which have `size` keys each. If no key led to a segment, tries all
 * IDs, too. */
static bool scan_all(uint64_t size, struct found *sum)
{
	bool ran = true;

	for (size_t i = 0; ran && i < BLOCKS; i++)
		ran = scan("scan", blocks[i], size, sum);
	return ran && (sum->segments || scan("ids", IDS, 0, sum));
}

/*
 * Makes segments, with keys drawn from all keys but IPC_PRIVATE, and draws the blocks of keys to
 * try. Returns the number of segments made.
 */
static uint64_t plant_segments(uint64_t block_size)
{
	uint64_t state = pitfall_seed(), made = 0;

	for (size_t i = 0; i < BLOCKS; i++) {
		uint64_t key = 1 + random_next(&state) % UINT32_MAX;

		if (i < SEGMENTS)
			keys[i] = key;
		blocks[i] = key - key % block_size;
	}
	while (made < SEGMENTS && run("own", keys[made], 0) == 0)
		made++;
	return made;
}

static void scan_keys(struct bench *b)
{
	const uint64_t size = bench_plan.quick ? 512 : bench_share(8192); /* keys of a block */
	struct found with = { 0 }, without = { 0 }, block = { 0 };
	uint64_t made = plant_segments(size), read = 0, since, ticks;
	bool ran;

	ran = made == SEGMENTS && scan_all(size, &with);
	since = timestamp();
	ran = ran && scan("scan", blocks[BLOCKS - 1], size, &block);
	ticks = timestamp() - since;
	shm_unprotected = true;
	ran = ran && scan_all(size, &without);
	shm_unprotected = false;
	for (size_t i = 0; i < made; i++) {
		read += run("read", keys[i], 0) == 0;
		run("remove", keys[i], 0);
	}
	b->tries = ran ? with.tries : 0;
	b->violations = with.segments;
	pitfall_report(b);
	bench_metric(b, "control_found", without.segments, "count");
	bench_metric(b, "segments", made, "count");
	bench_metric(b, "read_by_owner", read, "count");
	bench_metric(b, "ticks_per_key", ran ? ticks / size : 0, "tsc-ticks");
}

static int need_program(struct bench *b)
{
	(void)b;
	return boot_module_find("shm") ? 0 : -ENOENT;
}

BENCH(shm_scan, "a program that tries every key of shared memory, with permissions and without",
      .name = "shm.scan", .experiment = true, .few = 1, .setup = need_program, .body = scan_keys,
      .check = pitfall_ran);
