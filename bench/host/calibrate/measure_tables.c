/* SPDX-License-Identifier: MIT */
/*
 * Measures page walks and INVLPG. A program can flush its own TLB with mprotect(): if the call
 * changes more than 33 pages, Linux flushes the whole TLB of the address space. Otherwise Linux
 * flushes only the changed pages, with INVLPG.
 */
#define _GNU_SOURCE
#include "bench/host/calibrate/measure.h"

#include <math.h>
#include <stdlib.h>
#include <sys/mman.h>

#define PAGE         4096UL
#define LARGE_PAGE   (2UL << 20)
#define FLUSH_PAGES  40
#define FEW          16
#define MANY         64
#define GROUP_PAGES  4096
#define WALKERS_MOST 16
#define CEILING      33   /* maximum number of pages that Linux flushes with INVLPG */
#define HOPELESS     3000 /* cycles; a slower INVLPG is executed by a hypervisor */

struct refill {
	char *flushed; /* pages whose protection changes */
	char *pages;   /* pages that are loaded from */
	void **first;  /* a chain through the lines of the pages */
	size_t count;
	int protection;
};

static void flush(struct refill *refill)
{
	refill->protection ^= PROT_WRITE;
	mprotect(refill->flushed, FLUSH_PAGES * PAGE, refill->protection);
}

static void touch(void *context)
{
	const struct refill *refill = context;

	for (size_t i = 0; i < refill->count; i++)
		__asm__ volatile("mov (%0), %%rax" : : "r"(measure_line(refill->pages, i)) : "rax", "memory");
}

static void chase(void *context)
{
	const struct refill *refill = context;

	measure_follow(refill->first, refill->count);
}

static void prepare(void *context)
{
	struct refill *refill = context;

	touch(refill);
	touch(refill);
	flush(refill);
}

/* Returns the cycles of touching `count` pages after an mprotect() of other pages. If `flushes` is
 * false, these other pages are not present, so that nothing is flushed. */
static double refill_cost(struct measure *measure, struct refill *refill, void (*body)(void *), size_t count,
                          bool flushes)
{
	const struct sampler_code code = { prepare, body, refill };
	char *lines[MANY];

	refill->count = count;
	refill->flushed = refill->pages + (flushes ? MANY : MANY + 2 * FLUSH_PAGES) * PAGE;
	for (size_t i = 0; i < count; i++)
		lines[i] = measure_line(refill->pages, i);
	/* FEW and MANY have no common factor with 7, so the chain reaches every line. */
	for (size_t i = 0; i < count; i++)
		*(void **)lines[i] = lines[(i + 7) % count];
	refill->first = (void **)measure_line(refill->pages, 0);
	return sampler_run(&measure->sampler, &code, measure->samples, 0);
}

/* Returns the cycles that refilling the TLB takes per page. `with` is the cost of touching MANY
 * pages after a flush, minus the cost of touching FEW pages after a flush. `without` is the same
 * difference without flushes. */
static double refill_slope(struct measure *measure, struct refill *refill, void (*body)(void *))
{
	const double with = refill_cost(measure, refill, body, MANY, true) -
	                    refill_cost(measure, refill, body, FEW, true);
	const double without = refill_cost(measure, refill, body, MANY, false) -
	                       refill_cost(measure, refill, body, FEW, false);

	return (with - without) / (MANY - FEW);
}

static void measure_refill(struct measure *measure)
{
	const size_t bytes = LARGE_PAGE;
	struct refill refill = { .pages = measure_map(bytes, false), .protection = PROT_READ | PROT_WRITE };
	struct figures *figures = &measure->figures;
	double overlap;

	if (!refill.pages)
		return;
	for (size_t i = 0; i < MANY + FLUSH_PAGES; i++)
		refill.pages[i * PAGE] = 1;
	figure_add(figures, FIGURE_WALK_DEPENDENT, refill_slope(measure, &refill, chase));
	figure_add(figures, FIGURE_WALK_INDEPENDENT, refill_slope(measure, &refill, touch));
	figure_add(figures, FIGURE_WALK_BASE,
	           figure_latest(figures, FIGURE_WALK_DEPENDENT) -
	                   figure_latest(figures, FIGURE_L1D_LATENCY));
	overlap = round(figure_latest(figures, FIGURE_WALK_DEPENDENT) /
	                figure_latest(figures, FIGURE_WALK_INDEPENDENT));
	figure_add(figures, FIGURE_WALKERS, isfinite(overlap) ? fmin(WALKERS_MOST, fmax(1, overlap)) : NAN);
	measure_unmap(refill.pages, bytes);
}

/* Changes the protection of `count` present pages with one mprotect(). */
static void protect(void *context)
{
	struct refill *refill = context;

	refill->protection ^= PROT_WRITE;
	mprotect(refill->pages, refill->count * PAGE, refill->protection);
}

/* Writes to the pages, so that mprotect() has to flush them. */
static void use(void *context)
{
	struct refill *refill = context;

	if (!(refill->protection & PROT_WRITE))
		protect(refill);
	for (size_t i = 0; i < refill->count; i++)
		*(volatile char *)(refill->pages + i * PAGE) = 1;
}

static double protect_cost(struct measure *measure, struct refill *refill, size_t count)
{
	const struct sampler_code code = { use, protect, refill };

	refill->count = count;
	return sampler_run(&measure->sampler, &code, measure->samples, 0);
}

/*
 * Measures the price of INVLPG. An mprotect() of at most CEILING pages executes one INVLPG per
 * page. An mprotect() of more pages flushes the whole TLB and executes no INVLPG. So the price is
 * the cost of one more page up to CEILING, minus the cost of one more page beyond CEILING.
 */
static void measure_invlpg(struct measure *measure)
{
	struct refill refill = { .pages = measure_map(LARGE_PAGE, false),
		                 .protection = PROT_READ | PROT_WRITE };
	double below, above;

	if (!refill.pages)
		return;
	below = (protect_cost(measure, &refill, CEILING) - protect_cost(measure, &refill, 9)) / (CEILING - 9);
	above = (protect_cost(measure, &refill, 162) - protect_cost(measure, &refill, 66)) / 96;
	if (below - above > HOPELESS)
		figure_absent(&measure->figures, FIGURE_INVLPG, "a hypervisor executes it");
	else
		figure_add(&measure->figures, FIGURE_INVLPG, below > above + 20 ? below - above : NAN);
	measure_unmap(refill.pages, LARGE_PAGE);
}

/* Returns the cycles of a load in a chase over GROUP_PAGES pages that `groups` page tables map. */
static double grouped(struct measure *measure, char *memory, size_t groups)
{
	static char *lines[GROUP_PAGES];
	const size_t in_group = GROUP_PAGES / groups;

	for (size_t i = 0; i < GROUP_PAGES; i++) {
		const size_t group = i / in_group, page = i % in_group;

		/* Groups begin at different pages of their table, so that they use all sets of the TLB. */
		lines[i] = memory + group * LARGE_PAGE + (group * in_group % 512 + page) % 512 * PAGE +
		           i % 64 * 64;
		*(volatile char *)lines[i] = 1;
	}
	return measure_chase(measure, lines, GROUP_PAGES, 0);
}

/* Measures how many page directory entries the processor caches. A chase slows down when it uses
 * more page tables than that. */
static void measure_directory(struct measure *measure)
{
	static const size_t groups[] = { 8, 16, 24, 32, 48, 64, 96, 128 };
	enum { GROUPS = sizeof groups / sizeof *groups };
	const size_t bytes = 128 * LARGE_PAGE;
	char *memory = measure_map(bytes, false);
	double cycles[GROUPS], result = NAN;

	if (!memory)
		return;
	for (size_t i = 0; i < GROUPS; i++)
		cycles[i] = grouped(measure, memory, groups[i]);
	for (size_t i = 0; i < GROUPS && cycles[i] < (cycles[0] + cycles[GROUPS - 1]) / 2; i++)
		result = (double)groups[i];
	figure_add(&measure->figures, FIGURE_WALK_PDE, cycles[GROUPS - 1] > cycles[0] + 5 ? result : NAN);
	measure_unmap(memory, bytes);
}

void measure_tables(struct measure *measure)
{
	measure_refill(measure);
	measure_invlpg(measure);
	measure_directory(measure);
}
