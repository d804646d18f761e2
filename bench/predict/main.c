/* SPDX-License-Identifier: MIT */
/*
 * predict NAME REGION WARMUP SAMPLES: runs one program, and then prints for each sample
 *
 *     sample NAME INDEX TICKS CHAIN CHAIN RESULT
 *
 * TICKS is the time of the body in TSC ticks. CHAIN is the time of a chain of CHAIN_MULTIPLICATIONS
 * multiplications, each of which waits for the previous one; one chain runs before the body, one
 * after it. REGION is the number of the first region (docs/records.md). Each warm-up sample has a
 * region; the regions of the samples follow.
 *
 * predict rows FILE: does this for each line "NAME REGION WARMUP SAMPLES" of a file, each in a
 * process of its own. A line that begins with '#' is ignored, so that the file can be a script.
 *
 * predict list: prints a line "program NAME" or "kernel NAME" for each program.
 */
#include "bench/predict/predict.h"

#define CHAIN_MULTIPLICATIONS 4000
#define SAMPLES_MOST          200
#define FILE_MOST             16384
#define PR_SET_THP_DISABLE    41
#define TCSBRK                0x5409 /* with argument 1: wait until the terminal has sent everything */

struct sample {
	uint64_t ticks, before, after, result;
};

static struct sample samples[SAMPLES_MOST];
static uint64_t series = 88172645463325252ULL;

void *take(size_t bytes)
{
	const long memory =
	        call6(SYS_mmap, 0, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, ~0UL, 0);

	expect(memory);
	return (void *)memory;
}

uint64_t draw(void)
{
	series ^= series << 13;
	series ^= series >> 7;
	return series ^= series << 17;
}

void write_text(char *text, size_t bytes)
{
	uint64_t words[256];

	for (size_t i = 0; i < 256; i++)
		words[i] = draw();
	for (size_t at = 0; at < bytes;) {
		const uint64_t word = words[(draw() & draw()) % 256]; /* some words are more frequent */

		for (size_t i = 0; i < 2 + word % 8 && at < bytes; i++)
			text[at++] = (char)('a' + (word >> (8 + 5 * i)) % 26);
		if (at < bytes)
			text[at++] = draw() % 12 ? ' ' : '\n';
	}
}

void expect(long result)
{
	if (result >= 0)
		return;
	print("predict: a system call failed\n");
	call(SYS_exit, 3, 0, 0);
}

/* GCC calls these for copies and zeroing. */
void *memcpy(void *to, const void *from, size_t size);
void *memset(void *to, int byte, size_t size);

__attribute__((optimize("no-tree-loop-distribute-patterns"))) void *memcpy(void *to, const void *from,
                                                                           size_t size)
{
	for (size_t i = 0; i < size; i++)
		((char *)to)[i] = ((const char *)from)[i];
	return to;
}

__attribute__((optimize("no-tree-loop-distribute-patterns"))) void *memset(void *to, int byte, size_t size)
{
	for (size_t i = 0; i < size; i++)
		((char *)to)[i] = (char)byte;
	return to;
}

static uint64_t chain(void)
{
	const uint64_t start = stamp();
	uint64_t x = 3;

	for (int i = 0; i < CHAIN_MULTIPLICATIONS / 8; i++)
		__asm__ volatile("imul %0, %0; imul %0, %0; imul %0, %0; imul %0, %0\n\t"
		                 "imul %0, %0; imul %0, %0; imul %0, %0; imul %0, %0"
		                 : "+r"(x)
		                 :
		                 : "cc");
	return stamp() - start;
}

static void print_number(uint64_t number)
{
	char digits[24], *at = digits + sizeof digits - 1;

	*at = '\0';
	do {
		*--at = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	print(at);
}

static uint64_t parse(const char *digits)
{
	uint64_t n = 0;

	while (*digits >= '0' && *digits <= '9')
		n = n * 10 + (uint64_t)(*digits++ - '0');
	return n;
}

static const struct program *const lists[] = { programs_data,   programs_text,  programs_numbers,
	                                       programs_graphs, programs_codes, programs_later,
	                                       programs_kernel };
enum { LISTS = sizeof lists / sizeof *lists };

static const struct program *find(const char *name)
{
	for (int i = 0; i < LISTS; i++)
		for (const struct program *program = lists[i]; program->name; program++)
			if (equal(program->name, name))
				return program;
	return NULL;
}

static int list(void)
{
	for (int i = 0; i < LISTS; i++)
		for (const struct program *program = lists[i]; program->name; program++) {
			print(lists[i] == programs_kernel ? "kernel " : "program ");
			print(program->name);
			print("\n");
		}
	return 0;
}

static void print_sample(const char *name, size_t index, const struct sample *sample)
{
	const uint64_t numbers[] = { index, sample->ticks, sample->before, sample->after, sample->result };

	print("sample ");
	print(name);
	for (int i = 0; i < 5; i++) {
		print(" ");
		print_number(numbers[i]);
	}
	print("\n");
}

static int run(char *const words[4])
{
	const struct program *program = find(words[0]);
	const uint64_t region = parse(words[1]), warmup = parse(words[2]), count = parse(words[3]);

	if (!program || !region || !count || warmup + count > SAMPLES_MOST) {
		print("predict: no such program, or too many samples\n");
		return 2;
	}
	call6(SYS_prctl, PR_SET_THP_DISABLE, 1, 0, 0, 0, 0); /* 4 KiB pages, as in Palimpsest */
	if (program->prepare)
		program->prepare();
	for (uint64_t i = 0; i < warmup + count; i++) {
		struct sample *sample = &samples[i];
		const uint64_t begin = MARK_BEGIN, end = MARK_END, number = MARK_REGION(region + i);
		uint64_t start;

		sample->before = chain();
		start = stamp();
		__asm__ volatile("prefetchnta (%0); prefetchnta (%1)" : : "r"(number), "r"(begin) : "memory");
		sample->result = program->body();
		__asm__ volatile("lfence; prefetchnta (%0)" : : "r"(end) : "memory");
		sample->ticks = stamp() - start;
		sample->after = chain();
	}
	for (uint64_t i = warmup; i < warmup + count; i++)
		print_sample(program->name, i - warmup, &samples[i]);
	call(SYS_ioctl, 1, TCSBRK, 1); /* the output must be out before the machine is turned off */
	return 0;
}

/* Cuts a line into words, in place. Returns 1 if it has four words, otherwise 0. */
static int cut(char *line, char *words[4])
{
	int count = 0;

	while (*line) {
		while (*line == ' ')
			*line++ = '\0';
		if (*line && count == 4)
			return 0;
		if (*line)
			words[count++] = line;
		while (*line && *line != ' ')
			line++;
	}
	return count == 4;
}

static int run_apart(char *const words[4])
{
	const long pid = call(SYS_fork, 0, 0, 0);
	int status = 1;

	expect(pid);
	if (pid == 0)
		call(SYS_exit, (uint64_t)run(words), 0, 0);
	expect(call(SYS_wait4, (uint64_t)pid, (uintptr_t)&status, 0));
	return status != 0;
}

static int run_rows(const char *path)
{
	static char text[FILE_MOST];
	const long file = call(SYS_open, (uintptr_t)path, 0, 0);
	long length = 0, n;
	int bad = 0;

	expect(file);
	while ((n = call(SYS_read, (uint64_t)file, (uintptr_t)text + (uint64_t)length,
	                 FILE_MOST - 1 - (uint64_t)length)) > 0)
		length += n;
	for (char *line = text, *end; *line; line = end) {
		char *words[4];

		for (end = line; *end && *end != '\n'; end++)
			;
		if (*end)
			*end++ = '\0';
		if (*line && *line != '#')
			bad |= !cut(line, words) || run_apart(words);
	}
	return bad || length == 0;
}

int main(int argc, char **argv)
{
	if (argc == 2 && equal(argv[1], "list"))
		return list();
	if (argc >= 3 && equal(argv[1], "rows"))
		return run_rows(argv[2]);
	if (argc == 5)
		return run(argv + 1);
	print("usage: predict NAME REGION WARMUP SAMPLES | rows FILE | list\n");
	return 2;
}
