/* SPDX-License-Identifier: MIT */
#include "bench/guest/payload.h"

#include "lib/string.h"
#include "process/process.h"

#define WORDS (PAGE_SIZE / sizeof(uint64_t))

const void *payload_page(const struct load_segment *s, size_t offset)
{
	static uint8_t page[PAGE_SIZE] __attribute__((aligned(16)));
	const size_t end = s->data_offset + s->data_size;

	if (offset >= s->data_offset && offset + PAGE_SIZE <= end)
		return s->data + offset - s->data_offset;
	zero_pages(page, 1);
	if (offset < end && offset + PAGE_SIZE > s->data_offset) {
		size_t first = offset > s->data_offset ? offset : s->data_offset;
		size_t last = offset + PAGE_SIZE < end ? offset + PAGE_SIZE : end;

		memcpy(page + (first - offset), s->data + (first - s->data_offset), last - first);
	}
	return page;
}

/*
 * Returns the sum that the payload computes: it adds up the running totals of the words, so that
 * pages in the wrong order change the sum.
 */
static uint64_t sum_of_file(const struct elf_plan *plan)
{
	uint64_t words = 0, sum = 0;

	for (size_t i = 0; i < plan->count; i++)
		for (size_t page = 0; page < plan->segments[i].pages; page++) {
			const uint64_t *word = payload_page(&plan->segments[i], page * PAGE_SIZE);

			for (size_t j = 0; j < WORDS; j++)
				sum += words += word[j];
		}
	return sum;
}

bool payload_arrived(struct bench *b)
{
	return b->evidence == sum_of_file(&b->plan);
}

bool payload_spawned(struct bench *b)
{
	const char *const argv[] = { b->module };
	int pid, status = -1;

	bench_verify_begin(b);
	pid = process_spawn(b->module, argv, 1);
	if (pid > 0)
		while (process_wait(pid, &status, 0) != pid)
			;
	bench_verify_end();
	return status == 0 && payload_arrived(b);
}
