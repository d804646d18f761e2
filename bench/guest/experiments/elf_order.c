/* SPDX-License-Identifier: MIT */
/*
 * regions.elf_order (bench/claims/40-*): does a binary search find every page of an image whose
 * PT_LOADs are in any order? Starts programs whose segments have a random order in the file.
 * Searches their regions before they run; each program then checks the contents of its segments.
 * The control makes the same search over a list of regions in the order of the file.
 */
#include <elf.h>

#include "bench/guest/experiments/pitfalls.h"
#include "fs/node.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "process/process.h"

#define SEGMENTS   ELF_SEGMENTS_INLINE
#define IMAGE_BASE 0x400000UL
#define PATH       "/tmp/shuffled"

/* The program's file: headers, then a page for each segment. */
static struct {
	Elf64_Ehdr header;
	Elf64_Phdr segments[SEGMENTS];
	uint8_t rest[PAGE_SIZE - sizeof(Elf64_Ehdr) - SEGMENTS * sizeof(Elf64_Phdr)];
	union {
		uint64_t tag;
		uint8_t code[PAGE_SIZE];
	} pages[SEGMENTS];
} file __attribute__((aligned(4096)));

/*
 * Returns the address of a segment. Segment 0 has the code. Every second page stays free, so that
 * no regions merge.
 */
static uintptr_t address_of(size_t segment)
{
	return IMAGE_BASE + segment * 2 * PAGE_SIZE;
}

static uint8_t *put(uint8_t *code, const char *bytes, size_t n, uint64_t operand, size_t operand_size)
{
	memcpy(code, bytes, n);
	memcpy(code + n, &operand, operand_size);
	return code + n + operand_size;
}

/*
 * Makes a program that compares the first word of each segment with its tag, and exits with status
 * 0 if all are equal.
 */
static void make_program(void)
{
	uint8_t *code = file.pages[0].code;

	code = put(code, "\x31\xff", 2, 0, 0); /* xor edi, edi */
	for (size_t i = 1; i < SEGMENTS; i++) {
		file.pages[i].tag = 0x1000 + i;
		code = put(code, "\x48\xb8", 2, address_of(i), 8);         /* mov rax, address */
		code = put(code, "\x48\x8b\x08", 3, 0, 0);                 /* mov rcx, [rax] */
		code = put(code, "\x48\x81\xf1", 3, file.pages[i].tag, 4); /* xor rcx, tag */
		code = put(code, "\x48\x09\xcf", 3, 0, 0);                 /* or rdi, rcx */
	}
	code = put(code, "\x31\xc0\x48\x85\xff\x0f\x95\xc0\x89\xc7", 10, 0, 0); /* edi = rdi != 0 */
	code = put(code, "\xb8", 1, 60, 4);                                     /* mov eax, exit */
	put(code, "\x0f\x05", 2, 0, 0);                                         /* syscall */
	file.header = (Elf64_Ehdr){
		.e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
		.e_type = ET_EXEC,
		.e_machine = EM_X86_64,
		.e_version = EV_CURRENT,
		.e_entry = address_of(0),
		.e_phoff = sizeof(Elf64_Ehdr),
		.e_ehsize = sizeof(Elf64_Ehdr),
		.e_phentsize = sizeof(Elf64_Phdr),
		.e_phnum = SEGMENTS,
	};
	for (size_t i = 0; i < SEGMENTS; i++)
		file.segments[i] = (Elf64_Phdr){
			.p_type = PT_LOAD,
			.p_flags = i ? PF_R : PF_R | PF_X,
			.p_offset = (i + 1) * PAGE_SIZE,
			.p_vaddr = address_of(i),
			.p_filesz = PAGE_SIZE,
			.p_memsz = PAGE_SIZE,
			.p_align = PAGE_SIZE,
		};
}

static void shuffle(uint64_t *state)
{
	for (size_t i = SEGMENTS; i-- > 1;) {
		size_t j = random_next(state) % (i + 1);
		Elf64_Phdr segment = file.segments[i];

		file.segments[i] = file.segments[j];
		file.segments[j] = segment;
	}
}

/*
 * Looks up all pages of the image. Returns the number of wrong results: pages of a segment that
 * were not found, and free pages that were found.
 */
static uint64_t misses(struct address_space *space)
{
	uint64_t missed = 0;

	for (size_t page = 0; page < 2 * SEGMENTS - 1; page++) {
		uintptr_t address = IMAGE_BASE + page * PAGE_SIZE;
		uint32_t i = address_space_find(space, address);
		const struct region *region = &address_space_regions(space)[i];
		bool found = i < space->count && region->start <= address && address < region_end(region);

		missed += found != (page % 2 == 0);
	}
	return missed;
}

/* The control: returns misses() for a list of regions in the order of the file. */
static uint64_t misses_unsorted(void)
{
	static struct region list[SEGMENTS];
	static struct address_space space;

	space.more = list;
	space.count = space.room = SEGMENTS;
	for (size_t i = 0; i < SEGMENTS; i++)
		list[i] = (struct region){ .start = file.segments[i].p_vaddr, .pages = 1 };
	return misses(&space);
}

static void elf_order(struct bench *b)
{
	const char *argv[] = { PATH };
	const unsigned programs = bench_plan.quick ? 8 : 64;
	uint64_t state = 0x70616c696d707365, control = 0, failed = 0;

	make_program();
	for (unsigned i = 0; i < programs; i++) {
		int pid, status = -1;

		shuffle(&state);
		pid = process_spawn(PATH, argv, 1);
		if (pid < 0) {
			failed++;
			continue;
		}
		b->violations += misses(&process_find(pid)->space);
		control += misses_unsorted();
		b->tries += 2 * SEGMENTS - 1;
		while (process_wait(pid, &status, 0) != pid)
			;
		failed += status != 0;
	}
	pitfall_report(b);
	bench_metric(b, "control_violations", control, "count");
	bench_metric(b, "programs_failed", failed, "count");
}

static int make_file(struct bench *b)
{
	struct node *directory, *node;
	int error;

	(void)b;
	directory = node_find(NULL, "/tmp", true, &error);
	if (!directory)
		return error;
	node = node_create(directory, "shuffled", 8, NODE_FILE | 0755);
	if (!node)
		return -ENOMEM;
	node->data = (const uint8_t *)&file;
	node->size = sizeof file;
	return 0;
}

static void remove_file(struct bench *b)
{
	int error;
	struct node *node = node_find(NULL, PATH, true, &error);

	(void)b;
	if (node)
		node_remove(node);
}

BENCH(regions_elf_order, "pages looked up in an image whose segments come in any order",
      .name = "regions.elf_order", .experiment = true, .few = 1, .setup = make_file, .body = elf_order,
      .check = pitfall_ran, .teardown = remove_file);
