/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/host/calibrate/measure.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define LARGE_PAGE  (2UL << 20)
#define PAGE        4096UL
#define AREA_LEAST  (64UL << 20)
#define AREA_MOST   (1UL << 30)
#define AREA_USUAL  (256UL << 20)
#define CHASE_STEPS 4096UL
#define CHASE_WARM  100000UL

char *measure_map(size_t bytes, bool large)
{
	char *memory = mmap(NULL, bytes + LARGE_PAGE, PROT_READ | PROT_WRITE,
	                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	char *aligned;

	if (memory == MAP_FAILED)
		return NULL;
	aligned = (char *)(((uintptr_t)memory + LARGE_PAGE - 1) & ~(LARGE_PAGE - 1));
	if (aligned > memory)
		munmap(memory, (size_t)(aligned - memory));
	munmap(aligned + bytes, (size_t)(memory + LARGE_PAGE - aligned));
	madvise(aligned, bytes, large ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
	return aligned;
}

void measure_unmap(char *memory, size_t bytes)
{
	if (memory)
		munmap(memory, bytes);
}

int measure_start(struct measure *measure, char why[MACHINE_WHY])
{
	const size_t available = (size_t)sysconf(_SC_AVPHYS_PAGES) * PAGE / 4;
	size_t bytes = AREA_USUAL;

	measure->random = 88172645463325252ULL;
	measure->huge_step = NAN;
	if (measure->machine.l3.kib * 2048UL > bytes)
		bytes = measure->machine.l3.kib * 2048UL;
	if (bytes > AREA_MOST)
		bytes = AREA_MOST;
	while (bytes > available && bytes > AREA_LEAST)
		bytes /= 2;
	bytes &= ~(LARGE_PAGE - 1);
	measure->area = bytes > available ? NULL : measure_map(bytes, false);
	measure->area_bytes = bytes;
	if (!measure->area) {
		snprintf(why, MACHINE_WHY, "no %zu MiB of memory are free", bytes >> 20);
		return -1;
	}
	for (size_t i = 0; i < bytes; i += PAGE)
		measure->area[i] = 1;
	return 0;
}

void measure_end(struct measure *measure)
{
	measure_unmap(measure->area, measure->area_bytes);
}

uint64_t measure_random(struct measure *measure)
{
	measure->random ^= measure->random << 13;
	measure->random ^= measure->random >> 7;
	return measure->random ^= measure->random << 17;
}

void measure_shuffle(struct measure *measure, uint32_t *items, size_t count)
{
	for (size_t i = count; i > 1; i--) {
		const size_t j = measure_random(measure) % i;
		const uint32_t item = items[i - 1];

		items[i - 1] = items[j];
		items[j] = item;
	}
}

char *measure_line(char *memory, size_t page)
{
	return memory + page * PAGE + (page / 16 + 4 * (page % 16)) % 64 * 64;
}

void **measure_follow(void **at, size_t steps)
{
	for (size_t i = 0; i < steps; i += 16)
		__asm__ volatile("mov (%0), %0; mov (%0), %0; mov (%0), %0; mov (%0), %0\n\t"
		                 "mov (%0), %0; mov (%0), %0; mov (%0), %0; mov (%0), %0\n\t"
		                 "mov (%0), %0; mov (%0), %0; mov (%0), %0; mov (%0), %0\n\t"
		                 "mov (%0), %0; mov (%0), %0; mov (%0), %0; mov (%0), %0"
		                 : "+r"(at)
		                 :
		                 : "memory");
	return at;
}

struct chase {
	void **at;
	size_t warm;
};

static void warm_chase(void *context)
{
	struct chase *chase = context;

	chase->at = measure_follow(chase->at, chase->warm);
}

static void run_chase(void *context)
{
	struct chase *chase = context;

	chase->at = measure_follow(chase->at, CHASE_STEPS);
}

double measure_chase(struct measure *measure, char **lines, size_t count, double part)
{
	uint32_t *order = malloc(count * sizeof *order);
	struct chase chase;
	double cycles;

	if (!order)
		return NAN;
	for (size_t i = 0; i < count; i++)
		order[i] = (uint32_t)i;
	measure_shuffle(measure, order, count);
	for (size_t i = 0; i < count; i++)
		*(void **)lines[order[i]] = lines[order[(i + 1) % count]];
	free(order);
	chase = (struct chase){ (void **)lines[0], (count + 15) & ~15UL };
	if (chase.warm > CHASE_WARM)
		chase.warm = CHASE_WARM & ~15UL;
	warm_chase(&chase);
	cycles = sampler_run(&measure->sampler, &(struct sampler_code){ warm_chase, run_chase, &chase },
	                     measure->samples, part);
	return cycles / CHASE_STEPS;
}

double measure_median(const double *values, size_t count)
{
	double sorted[16];
	size_t numbers = 0;

	for (size_t i = 0; i < count && i < 16; i++)
		if (isfinite(values[i]))
			sorted[numbers++] = values[i];
	return sampler_part(sorted, numbers, 0.5);
}

double measure_plain(struct measure *measure, void (*body)(void *), void *context, double units)
{
	const struct sampler_code code = { body, body, context };

	return sampler_run(&measure->sampler, &code, measure->samples, 0) / units;
}
