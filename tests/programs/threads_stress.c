/* SPDX-License-Identifier: MIT */
/*
 * usage: threads_stress SEED
 * Threads of one address space map, unmap, protect, discard and access pages of one range at random.
 * A reference says for each page whether it is mapped, with which rights, and what it holds; each
 * access must succeed or fail as the reference says. The threads change only by yielding, so the
 * reference is never out of step. The exit status is 0, or the line of the failed check modulo 256.
 */
#include "tests/programs/threads.h"

#define THREADS 6
#define PAGES   48
#define STEPS   1500        /* of each thread */
#define BASE    (5UL << 39) /* has an entry of its own in the PML4 */
#define FAULTED 0xfa417edUL

/*
 * probe_read() and probe_write() return the word at an address, and the word that was there before.
 * They return FAULTED if the access raises SIGSEGV.
 */
__asm__("probe_read:\n\tmov (%rdi), %rax\n\tret\n"
        "probe_write:\n\tmov (%rdi), %rax\n\tmov %rsi, (%rdi)\n\tret\n"
        "probe_end:\n\tret\n");
uint64_t probe_read(uint64_t address);
uint64_t probe_write(uint64_t address, uint64_t value);
extern char probe_end[];

static struct worker workers[THREADS];
static volatile int failed, ended;

/* The reference. */
static struct page {
	uint8_t mapped, readable, writable;
	uint64_t value;
} reference[PAGES];

static void skip(int signal, const int *info, void *context)
{
	uint64_t *registers = (uint64_t *)context + 5; /* from R8 on */

	(void)signal, (void)info;
	registers[13] = FAULTED;              /* RAX */
	registers[16] = (uintptr_t)probe_end; /* RIP */
}

static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state >> 16;
}

/* Returns false if the system call and the reference disagree on whether all pages are mapped. */
static int change(size_t first, size_t count, unsigned what, unsigned rights)
{
	const uint64_t at = BASE + first * PAGE_SIZE, size = count * PAGE_SIZE;
	const uint64_t protection = rights & 1 ? PROT_READ | (rights & 2 ? PROT_WRITE : 0) : 0;
	long result;
	int whole = 1;

	for (size_t i = first; i < first + count; i++)
		whole &= reference[i].mapped;
	switch (what) {
	case 0:
		result = call6(SYS_mmap, at, size, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, ~0UL,
		               0);
		for (size_t i = first; i < first + count; i++)
			reference[i] = (struct page){ 1, rights & 1, (rights & 3) == 3, 0 };
		return result == (long)at;
	case 1:
		result = call(SYS_munmap, at, size, 0);
		for (size_t i = first; i < first + count; i++)
			reference[i] = (struct page){ 0, 0, 0, 0 };
		return result == 0;
	case 2:
		result = call(SYS_mprotect, at, size, protection);
		for (size_t i = first; whole && i < first + count; i++) {
			reference[i].readable = rights & 1;
			reference[i].writable = (rights & 3) == 3;
		}
		return result == (whole ? 0 : -ENOMEM);
	default:
		result = call(SYS_madvise, at, size, 4 /* MADV_DONTNEED */);
		for (size_t i = first; i < first + count; i++)
			reference[i].value = 0;
		return result == (whole ? 0 : -ENOMEM);
	}
}

/* Returns false if an access ends in another way than the reference says. */
static int access_page(size_t i, int write, uint64_t value)
{
	const struct page before = reference[i];
	const uint64_t at = BASE + i * PAGE_SIZE, result = write ? probe_write(at, value) : probe_read(at);
	const int allowed = before.mapped && before.readable && (!write || before.writable);

	if (write && allowed)
		reference[i].value = value;
	return result == (allowed ? before.value : FAULTED);
}

static void steps(struct worker *worker)
{
	uint64_t state = worker->argument;

	for (int i = 0; i < STEPS && !failed; i++) {
		const uint64_t r = next_random(&state);
		const size_t first = r % PAGES, room = PAGES - first,
		             count = 1 + (r >> 8) % (room < 5 ? room : 5);
		const unsigned what = (unsigned)(r >> 16) % 16;

		if (what < 4   ? !change(first, count, what, (unsigned)(r >> 24) | 1)
		    : what < 5 ? !change(first, count, 2, (unsigned)(r >> 24))
		               : !access_page(first, what & 1, r | 1UL << 40))
			failed = what < 5 ? 1 : 2;
		if (r >> 32 & 1)
			yield();
	}
	ended++;
}

int main(int argc, char **argv)
{
	uint64_t seed = argc > 1 ? (uint64_t)argv[1][0] : 0;

	on(SIGSEGV, skip, 0);
	for (size_t i = 0; i < THREADS; i++)
		if (start(&workers[i], steps, seed * 0x9e3779b97f4a7c15UL + i * 0x1234567) < 0)
			return 3;
	/* The PML4 gets the entry now, when the threads exist. */
	if (!change(0, PAGES, 0, 3))
		return 5;
	for (size_t i = 0; i < THREADS; i++)
		join(&workers[i]);
	return failed ? failed : ended == THREADS ? 0 : 4;
}
