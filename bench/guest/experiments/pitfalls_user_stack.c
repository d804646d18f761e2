/* SPDX-License-Identifier: MIT */
/*
 * user.stack_overlap (bench/claims/21-*): can a program's image and its stack overlap? In the
 * design notes the top of the user stack is at 16 MiB. In this kernel it is the top of the user
 * half, with a guard page below the stack.
 */
#include <elf.h>

#include "bench/guest/experiments/pitfalls.h"
#include "boot/boot.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mem/frames.h"
#include "process/process.h"

#define NOTE_TOP   0x1000000UL
#define NOTE_STACK (64 * KIB)
#define IMAGE_BASE 0x400000UL

/* An executable of one segment. The file has its headers, then the segment's first page. */
static struct {
	Elf64_Ehdr header;
	Elf64_Phdr segment;
	uint8_t rest[2 * PAGE_SIZE - sizeof(Elf64_Ehdr) - sizeof(Elf64_Phdr)];
} file __attribute__((aligned(16)));

static void make_file(uintptr_t start, size_t size)
{
	file.header = (Elf64_Ehdr){
		.e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
		.e_type = ET_EXEC,
		.e_machine = EM_X86_64,
		.e_version = EV_CURRENT,
		.e_entry = start,
		.e_phoff = sizeof(Elf64_Ehdr),
		.e_ehsize = sizeof(Elf64_Ehdr),
		.e_phentsize = sizeof(Elf64_Phdr),
		.e_phnum = 1,
	};
	file.segment = (Elf64_Phdr){
		.p_type = PT_LOAD,
		.p_flags = PF_R | PF_X,
		.p_offset = PAGE_SIZE,
		.p_vaddr = start,
		.p_filesz = PAGE_SIZE,
		.p_memsz = size,
		.p_align = PAGE_SIZE,
	};
}

static bool meets(uintptr_t start, uintptr_t end, uintptr_t other, uintptr_t other_end)
{
	return start < other_end && other < end;
}

/*
 * Checks images of 1 MiB whose ends are up to 16 MiB below and above the bottom of the stack.
 * elf_check() must refuse those that reach the guard page or above, and accept the others. Adds the
 * number refused to *refused, and returns the number of wrong decisions.
 */
static uint64_t wrong_verdicts(struct bench *b, uint64_t *refused)
{
	static struct elf_plan plan;
	uint64_t wrong = 0;

	for (int64_t distance = -16L * (int64_t)MIB; distance <= 16L * (int64_t)MIB; distance += 64 * KIB)
		for (int pages = -1; pages <= 1; pages++) {
			uintptr_t end = USER_STACK_BASE + (uintptr_t)distance + (uintptr_t)pages * PAGE_SIZE;
			uintptr_t start = end - MIB;
			bool bad = end > USER_STACK_BASE - PAGE_SIZE, taken;

			make_file(start, MIB);
			taken = !elf_check(&file, sizeof file, &plan);
			wrong += taken == bad;
			*refused += !taken;
			b->tries++;
		}
	return wrong;
}

/* Starts a program. Returns the number of pairs of its regions that overlap, plus 1 if it fails. */
static uint64_t overlapping_regions(const char *name, struct bench *b)
{
	const char *argv[] = { name, "-" };
	int pid = process_spawn(name, argv, 2), status = -1;
	struct address_space *space;
	uint64_t found = 0;

	if (pid < 0)
		return 1;
	space = &process_find(pid)->space;
	for (uint32_t i = 0; i < space->count; i++)
		for (uint32_t j = 0; j < i; j++) {
			const struct region *x = &address_space_regions(space)[i],
			                    *y = &address_space_regions(space)[j];

			found += meets(x->start, x->start + x->pages * PAGE_SIZE, y->start,
			               y->start + y->pages * PAGE_SIZE);
		}
	while (process_wait(pid, &status, 0) != pid)
		;
	b->tries++;
	return found + (status != 0);
}

/* Runs a program that recurses endlessly. Returns true if the guard page did not end it. */
static bool recursion_escapes(struct bench *b)
{
	const char *argv[] = { "hostile", "overrun-stack" };
	bool quiet = process_quiet;
	int pid, status = -1;

	process_quiet = true;
	pid = process_spawn("hostile", argv, 2);
	while (pid > 0 && process_wait(pid, &status, 0) != pid)
		;
	process_quiet = quiet;
	b->tries++;
	return status != SIGSEGV;
}

static void stack_overlap(struct bench *b)
{
	uint64_t refused = 0, note_overlaps = 0;

	for (const uint64_t *size = bench_image_sizes; *size != BENCH_LIST_END; size++) {
		note_overlaps += meets(IMAGE_BASE, IMAGE_BASE + *size, NOTE_TOP - NOTE_STACK, NOTE_TOP);
		if (!bench_find_payload(b, *size))
			b->violations += overlapping_regions(b->module, b);
	}
	b->violations += wrong_verdicts(b, &refused);
	b->violations += recursion_escapes(b);
	pitfall_report(b);
	bench_metric(b, "images_refused", refused, "count");
	bench_metric(b, "note_overlaps", note_overlaps, "count");
	bench_metric(b, "note_image_room", NOTE_TOP - NOTE_STACK - IMAGE_BASE, "bytes");
}

static int need_programs(struct bench *b)
{
	(void)b;
	return boot_module_find("hostile") && boot_module_find("payload-4k") ? 0 : -ENOENT;
}

BENCH(user_stack_overlap, "images that reach the user's stack, placed as in the notes and as in this kernel",
      .name = "user.stack_overlap", .experiment = true, .few = 1, .setup = need_programs,
      .body = stack_overlap, .check = pitfall_ran);
