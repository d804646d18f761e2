/* SPDX-License-Identifier: MIT */
/*
 * Plans unusual ELF files. Each segment is loaded as if it were alone (gABI, "Program Loading"):
 * its bytes from the file, then zeros, in whole pages with its rights. A page shared by several
 * segments has the bytes and the rights of all of them; if it would be writable and executable, the
 * file is refused. The bytes of a page that belong to no segment are zeros or bytes of the file.
 */
#include "loader/elf_odd.h"

#include "lib/errno.h"

struct image {
	const uint8_t *file;
	size_t size;
	uintptr_t base; /* added to every address */
	struct elf_plan *plan;
	size_t count;
	const Elf64_Phdr *sorted[ELF_SEGMENTS_MAX]; /* the segments to load, sorted by address */
};

static uintptr_t start_of(const struct image *m, const Elf64_Phdr *p)
{
	return m->base + p->p_vaddr;
}

static uintptr_t page_of(uintptr_t address)
{
	return address & ~PAGE_MASK;
}

static uintptr_t last_page(const struct image *m, const Elf64_Phdr *p)
{
	return page_of(start_of(m, p) + p->p_memsz - 1);
}

/* Returns how many bytes of a segment are in the file. */
static size_t bytes_of(const struct image *m, const Elf64_Phdr *p)
{
	size_t there = p->p_offset < m->size ? m->size - p->p_offset : 0;

	return p->p_filesz < there ? p->p_filesz : there;
}

static bool may_be_written_and_executed(uint32_t rights)
{
	return (rights & PF_W) && (rights & PF_X);
}

static int check_segment(const Elf64_Phdr *p, size_t size)
{
	if (p->p_filesz > p->p_memsz)
		return -ENOEXEC;
	if (!user_range(p->p_vaddr, p->p_memsz))
		return -ENOEXEC;
	if (may_be_written_and_executed(p->p_flags))
		return -ENOEXEC;
	if (!p->p_filesz)
		return 0; /* the offset is unused */
	if (((p->p_vaddr ^ p->p_offset) & PAGE_MASK) || p->p_offset > INT64_MAX - USER_TOP)
		return -ENOEXEC;
	/*
	 * Refuse a writable segment whose zeros begin inside a page that is past the end of the
	 * file.
	 */
	if (p->p_memsz > p->p_filesz && (p->p_flags & PF_W) && ((p->p_vaddr + p->p_filesz) & PAGE_MASK) &&
	    page_of(p->p_offset + p->p_filesz) >= page_above(size))
		return -ENOEXEC;
	return 0;
}

static int sort_segments(struct image *m, const Elf64_Phdr *headers)
{
	for (const Elf64_Phdr *p = headers; p < headers + m->plan->header_count; p++) {
		size_t i = m->count;

		if (p->p_type == PT_INTERP)
			return -ENOEXEC;
		if (p->p_type != PT_LOAD || !(p->p_memsz | p->p_filesz))
			continue;
		if (check_segment(p, m->size))
			return -ENOEXEC;
		if (i == m->plan->room)
			return -E2BIG;
		for (; i > 0 && m->sorted[i - 1]->p_vaddr > p->p_vaddr; i--)
			m->sorted[i] = m->sorted[i - 1];
		m->sorted[i] = p;
		m->count++;
	}
	for (size_t i = 1; i < m->count; i++)
		if (m->sorted[i]->p_vaddr - m->sorted[i - 1]->p_vaddr < m->sorted[i - 1]->p_memsz)
			return -ENOEXEC;
	return m->count ? 0 : -ENOEXEC;
}

/* Returns the number of segments in the lower half. */
static size_t lower_segments(const struct image *m)
{
	size_t count = m->count;

	while (ISOLATION_UPPER_HALF && count && m->sorted[count - 1]->p_vaddr >= USER_UPPER_BASE)
		count--;
	return count;
}

/*
 * Sets the base address. If `anywhere` is false, the base is 0. If `anywhere` is true
 * (position-independent), the base is USER_PIE_BASE or the alignment of the image, whichever is
 * larger. If the image would then end above IMAGE_TOP, the base is reduced by the lowest page
 * address of the segments, rounded down to the alignment. Returns 0, or -ENOEXEC if the image does
 * not fit, or if `anywhere` is true and a segment is in the upper half.
 */
static int place(struct image *m, bool anywhere)
{
	const size_t count = lower_segments(m);
	uintptr_t lowest, end, alignment = PAGE_SIZE;
	const Elf64_Phdr *last;

	m->base = 0;
	if (ISOLATION_UPPER_HALF && anywhere && count < m->count)
		return -ENOEXEC;
	if (ISOLATION_UPPER_HALF && !count)
		return 0;
	last = m->sorted[count - 1];
	lowest = page_of(m->sorted[0]->p_vaddr);
	end = last->p_vaddr + last->p_memsz;
	if (anywhere) {
		for (size_t i = 0; i < m->count; i++) {
			const uint64_t a = m->sorted[i]->p_align;

			if (a > alignment && !(a & (a - 1)))
				alignment = a;
		}
		m->base = alignment > USER_PIE_BASE ? alignment : USER_PIE_BASE;
		if (m->base > IMAGE_TOP || end > IMAGE_TOP - m->base)
			m->base -= lowest & ~(alignment - 1);
	}
	if (m->base + lowest < USER_BASE || m->base + lowest > IMAGE_TOP ||
	    end - lowest > IMAGE_TOP - (m->base + lowest))
		return -ENOEXEC;
	return 0;
}

static bool is_full(const struct elf_plan *plan)
{
	return plan->count + plan->rest == plan->room;
}

static int put_rest(struct elf_plan *plan, struct load_segment part)
{
	if (is_full(plan))
		return -E2BIG;
	plan->segments[plan->room - plan->rest++] = part;
	return 0;
}

/*
 * Plans to load the pages [from, to) of a segment. They become part of the load segment just below
 * them on two conditions: the rights are the same, and the data of the pages, if any, continues the
 * data of that load segment. Returns 0 or -E2BIG.
 */
static int put_loaded(struct image *m, const Elf64_Phdr *p, uintptr_t from, uintptr_t to, uint64_t flags)
{
	struct elf_plan *plan = m->plan;
	struct load_segment *s = &plan->segments[plan->count], *below = s - 1;
	const uintptr_t start = start_of(m, p), first = start > from ? start : from;
	const size_t bytes = bytes_of(m, p), before = first - start < bytes ? first - start : bytes,
	             data_size = bytes - before < to - first ? bytes - before : to - first;
	const uint8_t *data = m->file + (bytes ? p->p_offset + before : 0);

	if (plan->count && below->start + below->pages * PAGE_SIZE == from && below->flags == flags &&
	    (!data_size || (first == from && below->data + below->data_size == data &&
	                    below->data_offset + below->data_size == below->pages * PAGE_SIZE))) {
		below->pages += (to - from) / PAGE_SIZE;
		below->data_size += data_size;
		return 0;
	}
	if (is_full(plan))
		return -E2BIG;
	plan->count++;
	*s = (struct load_segment){ .start = from,
		                    .pages = (to - from) / PAGE_SIZE,
		                    .flags = flags,
		                    .data_offset = first - from,
		                    .data = data,
		                    .data_size = data_size };
	return flags & REGION_NONE ? put_rest(plan, (struct load_segment){ .start = from }) : 0;
}

/*
 * Plans the pages [from, to), which belong to segment `p` alone: pages of the file, then pages past
 * the end of the file, then zeros. Returns 0 or -E2BIG.
 */
static int put_pages(struct image *m, const Elf64_Phdr *p, uintptr_t from, uintptr_t to)
{
	const uintptr_t start = start_of(m, p), first = page_of(start);
	const uint64_t flags = elf_flags(p->p_flags);
	const uint64_t offset = page_of(p->p_offset), end = page_above(m->size);
	const size_t present = offset < end ? end - offset : 0;
	uintptr_t zeros = p->p_filesz ? page_above(start + p->p_filesz) : first;
	uintptr_t past = present < zeros - first ? first + present : zeros;
	int error = 0;

	zeros = zeros < from ? from : zeros > to ? to : zeros;
	past = past < from ? from : past > zeros ? zeros : past;
	if (past == zeros && to - zeros <= ELF_ZEROS_LOADED && !(flags & REGION_NONE))
		past = zeros = to;
	if (past > from)
		error = put_loaded(m, p, from, past, flags);
	if (!error && zeros > past)
		error = put_rest(m->plan, (struct load_segment){ .start = past,
		                                                 .pages = (zeros - past) / PAGE_SIZE,
		                                                 .flags = flags | REGION_BACKED,
		                                                 .data_offset = (offset + (past - first)) /
		                                                                PAGE_SIZE });
	if (!error && to > zeros)
		error = put_rest(m->plan, (struct load_segment){ .start = zeros,
		                                                 .pages = (to - zeros) / PAGE_SIZE,
		                                                 .flags = flags });
	return error;
}

/*
 * Plans the bytes of segment `i` in its first page. That page is already planned, as the last page
 * of the previous segment. If the planned data reaches the end of the previous segment, and the two
 * segments are as far apart in the file as in memory, extends the planned data. Otherwise the bytes
 * get an entry of their own, and plan->rest, which counts such entries, grows by one. Returns 0 or
 * -E2BIG.
 */
static int join_page(struct image *m, size_t i)
{
	const Elf64_Phdr *p = m->sorted[i], *before = m->sorted[i - 1];
	struct load_segment *s = &m->plan->segments[m->plan->count - 1];
	const uintptr_t start = start_of(m, p), page = page_of(start);
	const size_t bytes = bytes_of(m, p), left = page + PAGE_SIZE - start,
	             size = bytes < left ? bytes : left;

	if (!size)
		return 0;
	if (p->p_vaddr - p->p_offset == before->p_vaddr - before->p_offset &&
	    s->start + s->data_offset + s->data_size == start_of(m, before) + before->p_memsz) {
		s->data_size = start + size - (s->start + s->data_offset);
		return 0;
	}
	return put_rest(m->plan, (struct load_segment){ .start = page,
	                                                .data_offset = start - page,
	                                                .data = m->file + p->p_offset,
	                                                .data_size = size });
}

/*
 * Returns the rights (PF_*) of the page in which segment `i` ends: the rights of all segments in
 * that page together.
 */
static uint32_t last_rights(const struct image *m, size_t i)
{
	const uintptr_t page = last_page(m, m->sorted[i]);
	uint32_t rights = 0;

	for (; i < m->count && page_of(start_of(m, m->sorted[i])) <= page; i++)
		rights |= m->sorted[i]->p_flags;
	return rights;
}

static int put_segment(struct image *m, size_t i)
{
	const Elf64_Phdr *p = m->sorted[i];
	const uintptr_t last = last_page(m, p), end = last + PAGE_SIZE;
	const bool shares = i + 1 < m->count && page_of(start_of(m, m->sorted[i + 1])) == last;
	uintptr_t from = page_of(start_of(m, p));
	int error = 0;

	if (i && last_page(m, m->sorted[i - 1]) == from) {
		error = join_page(m, i);
		from += PAGE_SIZE;
	}
	if (!error && from < (shares ? last : end))
		error = put_pages(m, p, from, shares ? last : end);
	if (!error && shares && from <= last) {
		const uint32_t rights = last_rights(m, i);

		error = may_be_written_and_executed(rights) ? -ENOEXEC
		                                            : put_loaded(m, p, last, end, elf_flags(rights));
	}
	return error;
}

/* Returns true if the entry point is in bytes of the file and in an executable page. */
static bool entry_is_good(const struct image *m)
{
	const struct elf_plan *plan = m->plan;
	bool in_bytes = false;

	for (size_t i = 0; i < m->count; i++)
		in_bytes |= plan->entry - start_of(m, m->sorted[i]) < bytes_of(m, m->sorted[i]);
	for (const struct load_segment *s = plan->segments; in_bytes && s < plan->segments + plan->count; s++)
		if (!(s->flags & PTE_NX) && plan->entry - s->start < s->pages * PAGE_SIZE)
			return true;
	return false;
}

/*
 * Sets plan->headers. If several segments contain the program headers, the last one counts, as in
 * Linux.
 */
static void find_headers(struct image *m, const Elf64_Phdr *headers, uint64_t offset)
{
	m->plan->headers = 0;
	for (const Elf64_Phdr *p = headers; p < headers + m->plan->header_count; p++)
		if (p->p_type == PT_LOAD && offset >= p->p_offset && offset - p->p_offset < p->p_filesz)
			m->plan->headers = start_of(m, p) + (offset - p->p_offset);
}

__attribute__((noinline, cold)) int elf_plan_odd(const uint8_t *file, size_t size, struct elf_plan *plan)
{
	const Elf64_Ehdr *header = (const Elf64_Ehdr *)file;
	const Elf64_Phdr *headers = (const Elf64_Phdr *)(file + header->e_phoff);
	struct image m = { .file = file, .size = size, .plan = plan };
	int error;

	plan->count = plan->rest = 0;
	error = sort_segments(&m, headers);
	if (!error)
		error = place(&m, header->e_type == ET_DYN);
	for (size_t i = 0; !error && i < m.count; i++)
		error = put_segment(&m, i);
	if (error)
		return error;
	plan->entry = m.base + header->e_entry;
	find_headers(&m, headers, header->e_phoff);
	return entry_is_good(&m) ? 0 : -ENOEXEC;
}

bool elf_ends_below(const struct elf_plan *plan, uintptr_t address)
{
	for (size_t i = 0; i < plan->count + plan->rest; i++) {
		const struct load_segment *s =
		        i < plan->count ? &plan->segments[i] : elf_rest(plan, i - plan->count);

		if (!user_upper_range(s->start, 0) && s->start + s->pages * PAGE_SIZE > address)
			return false;
	}
	return true;
}
