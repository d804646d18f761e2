/* SPDX-License-Identifier: MIT */
#include "process/arguments.h"

#include <elf.h>

#include "cpu/cpu.h"
#include "lib/errno.h"
#include "lib/random.h"
#include "lib/string.h"
#include "process/arguments_large.h"
#include "process/process.h"
#include "vm/address_space.h"

#define TOP   (ARGUMENTS_SIZE - sizeof(struct arguments_top))
#define TICKS 100 /* AT_CLKTCK: clock ticks per second, the unit of times() */

int arguments_begin(struct arguments *a, const char *name, size_t length)
{
	uint64_t frame = frame_alloc();
	char *page = phys_to_virt(frame);
	struct arguments_top *top = (struct arguments_top *)(page + TOP);
	const size_t offset = TOP - length - 1;

	if (frame == FRAME_NONE)
		return -ENOMEM;
	__builtin_memcpy(top->platform, "x86_64\0", sizeof top->platform);
	random_numbers(top->random);
	copy_short(page + offset, name, length + 1);
	a->page = page;
	a->file_name = (uint16_t)offset;
	a->top = offset;
	a->count = a->argv_count = 0;
	return 0;
}

static uint64_t user_address(size_t offset)
{
	return USER_STACK_TOP - ARGUMENTS_SIZE + offset;
}

/*
 * Returns the size in bytes of the largest string that still fits, its NUL included; 0 if none
 * fits.
 */
static size_t room(const struct arguments *a)
{
	size_t words = (a->count + 1 + FIXED_WORDS + 1) * 8;

	return a->count < ARGUMENTS_MAX && a->top > words ? a->top - words : 0;
}

/*
 * Copies a string of `size` bytes, its NUL included, to just below the strings that the page
 * already has.
 */
static inline void take(struct arguments *a, const char *from, size_t size)
{
	a->top -= size;
	copy_short(a->page + a->top, from, size);
	a->at[a->count++] = (uint16_t)a->top;
}

/* Does what take() does, for a string at the start of the page. Source and target may overlap. */
static inline void take_from_page(struct arguments *a, size_t size)
{
	if (size <= a->top - size) {
		take(a, a->page, size);
		return;
	}
	a->top -= size;
	memmove(a->page + a->top, a->page, size);
	a->at[a->count++] = (uint16_t)a->top;
}

int arguments_add(struct arguments *a, const char *string)
{
	size_t length = strlen(string);

	int error = 0;

	if (!a->page || length >= room(a)) {
		error = a->page ? arguments_enlarge(a) : 0;
		if (!error)
			error = large_add(a, string);
	} else {
		take(a, string, length + 1);
	}
	a->argv_count = a->count;
	return error;
}

int arguments_prepend(struct arguments *a, const char *string)
{
	size_t length = strlen(string);
	uint16_t at;

	if (!a->page || length >= room(a)) {
		int error = a->page ? arguments_enlarge(a) : 0;

		return error ? error : large_prepend(a, string);
	}
	take(a, string, length + 1);
	at = a->at[a->count - 1];
	memmove(a->at + 1, a->at, (a->count - 1) * sizeof *a->at);
	a->at[0] = at;
	a->argv_count++;
	return 0;
}

int arguments_replace_first(struct arguments *a, const char *string)
{
	if (a->argv_count && !a->page) {
		large_drop_first(a);
	} else if (a->argv_count) {
		memmove(a->at, a->at + 1, --a->count * sizeof *a->at);
		a->argv_count--;
	}
	return arguments_prepend(a, string);
}

#define NOW_LARGE 1

/*
 * Does what add_user() does, if the arguments are large (arguments_large.h) or do not fit in the
 * page. Returns NOW_LARGE or an error.
 */
static __attribute__((noinline)) int add_user_large(struct arguments *a, uint64_t array)
{
	int error = a->page ? arguments_enlarge(a) : 0;

	for (uint64_t string; !error && array; array += 8) {
		error = copy_from_user(&string, array, sizeof string);
		if (!error && !string)
			break;
		if (!error)
			error = large_add_user(a, string);
	}
	return error ? error : NOW_LARGE;
}

/*
 * Adds the strings of one array. Returns 0, NOW_LARGE if the arguments have become large, or an
 * error.
 */
static int add_user(struct arguments *a, uint64_t array)
{
	for (; array; array += 8) {
		uint64_t string;
		long length = copy_from_user(&string, array, sizeof string);

		if (length)
			return (int)length;
		if (!string)
			break;
		length = copy_string_from_user(a->page, string, room(a));
		if (length == -E2BIG)
			return add_user_large(a, array);
		if (length < 0)
			return (int)length;
		take_from_page(a, (size_t)length + 1);
	}
	return 0;
}

int arguments_add_user(struct arguments *a, uint64_t argv, uint64_t envp)
{
	int error = add_user(a, argv);

	if (!a->count && !error)
		/* A program always gets an argv[0], as in Linux since 5.18. */
		error = arguments_add(a, "");
	a->argv_count = a->count;
	if (!error)
		error = add_user(a, envp);
	else if (error == NOW_LARGE)
		error = add_user_large(a, envp);
	return error < 0 ? error : 0;
}

/* The user address of a member of struct arguments_top at the end of the page. */
#define IN_TOP(member) \
	(USER_STACK_TOP - sizeof(struct arguments_top) + offsetof(struct arguments_top, member))

#ifndef AT_MINSIGSTKSZ
#define AT_MINSIGSTKSZ 51
#endif

/*
 * The auxiliary vector (man 3 getauxval). Each enumerator is the index of a value that the code
 * below fills in: HWCAP and MINSIGSTKSZ once at boot, RANDOM and PLATFORM for each program whose
 * arguments are large, the others for every program. There is no vDSO, hence no AT_SYSINFO_EHDR.
 */
enum {
	VECTOR_PHDR = 1,
	VECTOR_PHNUM = 3,
	VECTOR_ENTRY = 5,
	VECTOR_EXECFN = 7,
	VECTOR_RANDOM = 9,
	VECTOR_PLATFORM = 11,
	VECTOR_UID = 13,
	VECTOR_HWCAP = 21,
	VECTOR_MINSIGSTKSZ = 23
};
static uint64_t vector[] = {
	AT_PHDR,        0,
	AT_PHNUM,       0,
	AT_ENTRY,       0,
	AT_EXECFN,      0,
	AT_RANDOM,      IN_TOP(random),
	AT_PLATFORM,    IN_TOP(platform),
	AT_UID,         0,
	AT_EUID,        0,
	AT_GID,         0,
	AT_EGID,        0,
	AT_HWCAP,       0,
	AT_MINSIGSTKSZ, 0,
	AT_HWCAP2,      0,
	AT_PHENT,       sizeof(Elf64_Phdr),
	AT_PAGESZ,      PAGE_SIZE,
	AT_CLKTCK,      TICKS,
	AT_BASE,        0,
	AT_FLAGS,       0,
	AT_SECURE,      0,
	AT_NULL,        0,
};
_Static_assert(sizeof vector == VECTOR_WORDS * sizeof *vector, "all of it");

/*
 * Sets AT_UID, AT_EUID, AT_GID and AT_EGID in a copy of `vector`. In `vector` they are 0 (root).
 * `word` is where the copy has the value of AT_UID.
 */
static void set_identity(uint64_t *word, const struct process *process)
{
	if (!(process->identity.user | (uint64_t)process->identity.group << 32))
		return;
	word[0] = word[2] = process->identity.user;
	word[4] = word[6] = process->identity.group;
}

void arguments_init(void)
{
	vector[VECTOR_HWCAP] = cpu_features.leaf1_edx;
	vector[VECTOR_MINSIGSTKSZ] = signal_stack_min();
}

static inline void put_vector(uint64_t word[VECTOR_WORDS], const struct elf_plan *plan, uintptr_t file_name)
{
	copy_bytes(word, vector, sizeof vector);
	word[VECTOR_PHDR] = plan->headers;
	word[VECTOR_PHNUM] = plan->header_count;
	word[VECTOR_ENTRY] = plan->entry;
	word[VECTOR_EXECFN] = file_name;
	set_identity(&word[VECTOR_UID], current_process());
}

void arguments_vector(uint64_t word[VECTOR_WORDS], const struct elf_plan *plan, uintptr_t top,
                      uintptr_t file_name)
{
	put_vector(word, plan, file_name);
	word[VECTOR_RANDOM] = top + offsetof(struct arguments_top, random);
	word[VECTOR_PLATFORM] = top + offsetof(struct arguments_top, platform);
}

static inline uintptr_t finish_page(struct arguments *a, struct elf_plan *plan)
{
	const size_t count = a->count, argv_count = a->argv_count, words = count + FIXED_WORDS;
	const size_t offset = (a->top - words * 8) & ~15UL;
	uint64_t *word = (uint64_t *)(a->page + offset), *end = (uint64_t *)(a->page + (a->top & ~7UL));
	size_t i = 0;

	*word++ = argv_count;
	while (i < argv_count)
		*word++ = user_address(a->at[i++]);
	*word++ = 0;
	while (i < count)
		*word++ = user_address(a->at[i++]);
	*word++ = 0;
	put_vector(word, plan, user_address(a->file_name));
	word += VECTOR_WORDS;
	while (word < end) /* clear the padding */
		*word++ = 0;
	*end &= ~0UL << (a->top & 7) * 8; /* clear the bytes of this word before the strings */
	plan->segments[plan->count++] = (struct load_segment){
		.start = USER_STACK_BASE,
		.pages = USER_STACK_SIZE / PAGE_SIZE,
		.flags = PTE_WRITE | PTE_NX | REGION_GROWS,
		.data_offset = USER_STACK_SIZE - ARGUMENTS_SIZE + offset,
		.data = (const uint8_t *)a->page + offset,
		.data_size = ARGUMENTS_SIZE - offset,
	};
	return user_address(offset);
}

int arguments_finish(struct arguments *a, struct elf_plan *plan, uintptr_t *rsp)
{
	if (!a->page)
		return large_finish(a, plan, rsp);
	*rsp = finish_page(a, plan);
	return 0;
}
