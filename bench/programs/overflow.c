/* SPDX-License-Identifier: MIT */
/*
 * overflow KIND FRAME: a stack overflows into a neighbouring mapping. KIND is `bare` (a mapping
 * used as stack, directly above its neighbour), `guarded` (an inaccessible page is in between)
 * or `main` (the program's own stack; the neighbour is a mapping that the kernel places below it).
 * Each call on the stack takes FRAME bytes and writes a word. The exit status is 0 if the neighbour
 * is unchanged, 1 if it is not, 2 for wrong usage. If the overflow is stopped in time, SIGSEGV
 * kills the program.
 */
#include "bench/programs/user.h"

#define PATTERN   0x5aa55aa5c33cc33cUL
#define NEIGHBOUR (4 * PAGE_SIZE)
#define STACK     (4 * PAGE_SIZE)

static uint64_t number(const char *text)
{
	uint64_t value = 0;

	for (; *text >= '0' && *text <= '9'; text++)
		value = value * 10 + (uint64_t)(*text - '0');
	return value;
}

static char *map(size_t size)
{
	register uint64_t flags __asm__("r10") = MAP_PRIVATE | MAP_ANONYMOUS, fd __asm__("r8") = ~0UL,
	                        offset __asm__("r9") = 0;
	long result;

	__asm__ volatile("syscall"
	                 : "=a"(result)
	                 : "a"(SYS_mmap), "D"(0), "S"(size), "d"(PROT_READ | PROT_WRITE), "r"(flags), "r"(fd),
	                   "r"(offset)
	                 : "rcx", "r11", "memory");
	return (char *)result;
}

/* Imitates endless calls: moves RSP from `top` (0: from its current value) down to `end` in steps
 * of `frame` bytes, and writes a word at each step. */
static void recurse(uint64_t top, uint64_t end, uint64_t frame)
{
	__asm__ volatile("mov %%rsp, %%rbx\n\t"
	                 "test %0, %0\n\t"
	                 "cmovnz %0, %%rsp\n"
	                 "1:\tsub %2, %%rsp\n\t"
	                 "cmp %1, %%rsp\n\t"
	                 "jb 2f\n\t"
	                 "mov %%rsp, (%%rsp)\n\t"
	                 "jmp 1b\n"
	                 "2:\tmov %%rbx, %%rsp"
	                 :
	                 : "r"(top), "r"(end), "r"(frame)
	                 : "rbx", "memory", "cc");
}

int main(int argc, char **argv)
{
	const uint64_t frame = argc == 3 ? number(argv[2]) & ~7UL : 0;
	uint64_t *neighbour, top = 0;
	char *memory;

	if (!frame)
		return 2;
	if (equal(argv[1], "main")) {
		memory = map(NEIGHBOUR);
	} else if (equal(argv[1], "bare")) {
		memory = map(NEIGHBOUR + STACK);
		top = (uint64_t)memory + NEIGHBOUR + STACK;
	} else if (equal(argv[1], "guarded")) {
		memory = map(NEIGHBOUR + PAGE_SIZE + STACK);
		top = (uint64_t)memory + NEIGHBOUR + PAGE_SIZE + STACK;
		if (call(SYS_mprotect, (uint64_t)memory + NEIGHBOUR, PAGE_SIZE, 0))
			return 2;
	} else {
		return 2;
	}
	if ((long)memory <= 0)
		return 2;
	neighbour = (uint64_t *)memory;
	for (size_t i = 0; i < NEIGHBOUR / 8; i++)
		neighbour[i] = PATTERN;
	recurse(top, (uint64_t)memory, frame);
	for (size_t i = 0; i < NEIGHBOUR / 8; i++)
		if (neighbour[i] != PATTERN)
			return 1;
	return 0;
}
