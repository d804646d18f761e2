/* SPDX-License-Identifier: MIT */
#include "bench/bochs/symbols.h"

#include <elf.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE_BYTES = 4096, FILE_MAX = 256 << 20 };

struct symbols {
	char *path;
	uint8_t *file;
	size_t size;
	struct symbol *symbol; /* sorted by address, without overlap */
	size_t count;
	uint64_t entry_code;
};

/* A symbol for sorting. Of several at one address, the one with the lowest rank is kept. */
struct candidate {
	uint64_t start, size;
	const char *name;
	unsigned rank; /* 0: function; 1: local label; 2: other, possibly from the linker script */
};

__attribute__((format(printf, 3, 4))) static void *refuse(char *why, const char *path, const char *format,
                                                          ...)
{
	int length = snprintf(why, SYMBOLS_WHY_MAX, "%.200s: ", path);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(why + length, SYMBOLS_WHY_MAX - (size_t)length, format, arguments);
	va_end(arguments);
	return NULL;
}

static bool read_file(struct symbols *symbols, char *why)
{
	FILE *in = fopen(symbols->path, "rb");
	long size = -1;

	if (in && fseek(in, 0, SEEK_END) == 0)
		size = ftell(in);
	if (size >= 0 && size <= FILE_MAX && (symbols->file = malloc((size_t)size + 1))) {
		rewind(in);
		symbols->size = fread(symbols->file, 1, (size_t)size, in);
	}
	if (!in || size < 0 || symbols->size != (size_t)size)
		refuse(why, symbols->path, "the symbol file cannot be read: %s",
		       size > FILE_MAX ? "too large" : strerror(errno));
	if (in)
		fclose(in);
	return size >= 0 && symbols->size == (size_t)size;
}

/* Returns a pointer to the `count` entries of `each` bytes at `offset`, or NULL if they are not all
 * in the file or `offset` is not a multiple of 8. */
static const void *part(const struct symbols *symbols, uint64_t offset, uint64_t count, uint64_t each)
{
	if (offset > symbols->size || offset % 8 || (count && each > (symbols->size - offset) / count))
		return NULL;
	return symbols->file + offset;
}

static const Elf64_Ehdr *header(const struct symbols *symbols)
{
	const Elf64_Ehdr *elf = part(symbols, 0, 1, sizeof *elf);

	if (!elf || memcmp(elf->e_ident, ELFMAG, SELFMAG) != 0 || elf->e_ident[EI_CLASS] != ELFCLASS64 ||
	    elf->e_ident[EI_DATA] != ELFDATA2LSB || elf->e_machine != EM_X86_64 || elf->e_type != ET_EXEC)
		return NULL;
	return elf;
}

static bool is_code(const Elf64_Shdr *sections, unsigned count, unsigned index, uint64_t address)
{
	if (index == SHN_UNDEF || index >= count || !(sections[index].sh_flags & SHF_EXECINSTR))
		return false;
	return address >> 63 && address - sections[index].sh_addr < sections[index].sh_size;
}

static int compare(const void *a, const void *b)
{
	const struct candidate *left = a;
	const struct candidate *right = b;

	if (left->start != right->start)
		return left->start < right->start ? -1 : 1;
	if (left->rank != right->rank)
		return left->rank < right->rank ? -1 : 1;
	return strcmp(left->name, right->name);
}

/* Returns true if the symbol names a function. Sets *rank as described at struct candidate. */
static bool take(const Elf64_Sym *symbol, const char *name, unsigned *rank)
{
	unsigned type = ELF64_ST_TYPE(symbol->st_info);

	*rank = type == STT_FUNC ? 0 : ELF64_ST_BIND(symbol->st_info) == STB_LOCAL ? 1 : 2;
	return *name && (type == STT_FUNC || (type == STT_NOTYPE && !strchr(name, '.')));
}

/* Moves the sorted symbols in `found` to `symbols`, one per address, and gives each its end. The
 * last one ends at `end`. */
static void settle(struct symbols *symbols, const struct candidate *found, size_t count, uint64_t end)
{
	for (size_t i = 0; i < count; i++) {
		uint64_t next = end;

		if (i && found[i].start == found[i - 1].start)
			continue;
		for (size_t j = i + 1; j < count && next == end; j++)
			if (found[j].start != found[i].start)
				next = found[j].start;
		if (found[i].size && found[i].size < next - found[i].start)
			next = found[i].start + found[i].size;
		symbols->symbol[symbols->count++] =
		        (struct symbol){ .start = found[i].start, .end = next, .name = found[i].name };
	}
}

static bool read_table(struct symbols *symbols, const Elf64_Shdr *sections, unsigned section_count,
                       const Elf64_Shdr *table, char *why)
{
	uint64_t count = table->sh_size / sizeof(Elf64_Sym), end = 0;
	const Elf64_Shdr *names = table->sh_link < section_count ? &sections[table->sh_link] : NULL;
	const Elf64_Sym *symbol = part(symbols, table->sh_offset, count, sizeof *symbol);
	const char *text;
	struct candidate *found;
	size_t taken = 0;

	if (!symbol || !names || !names->sh_size || names->sh_offset > symbols->size ||
	    names->sh_size > symbols->size - names->sh_offset ||
	    symbols->file[names->sh_offset + names->sh_size - 1])
		return refuse(why, symbols->path, "its symbol table is damaged");
	text = (const char *)symbols->file + names->sh_offset;
	found = calloc(count + 1, sizeof *found);
	symbols->symbol = calloc(count + 1, sizeof *symbols->symbol);
	if (!found || !symbols->symbol) {
		free(found);
		return refuse(why, symbols->path, "no memory for its symbols");
	}
	for (uint64_t i = 0; i < count; i++) {
		struct candidate *next = &found[taken];

		if (symbol[i].st_name >= names->sh_size ||
		    !is_code(sections, section_count, symbol[i].st_shndx, symbol[i].st_value))
			continue;
		next->start = symbol[i].st_value;
		next->size = symbol[i].st_size;
		next->name = text + symbol[i].st_name;
		if (strcmp(next->name, "entry_text") == 0)
			symbols->entry_code = next->start;
		taken += take(&symbol[i], next->name, &next->rank);
	}
	for (unsigned i = 0; i < section_count; i++)
		if (sections[i].sh_flags & SHF_EXECINSTR && sections[i].sh_addr + sections[i].sh_size > end)
			end = sections[i].sh_addr + sections[i].sh_size;
	qsort(found, taken, sizeof *found, compare);
	settle(symbols, found, taken, end);
	free(found);
	return symbols->count || refuse(why, symbols->path, "it has no symbols of the kernel's code");
}

static bool read_symbols(struct symbols *symbols, char *why)
{
	const Elf64_Ehdr *elf = header(symbols);
	const Elf64_Shdr *sections;

	if (!elf)
		return refuse(why, symbols->path, "not a 64-bit x86 executable (ELF)");
	sections = part(symbols, elf->e_shoff, elf->e_shnum, sizeof *sections);
	if (!sections || elf->e_shentsize != sizeof *sections ||
	    !part(symbols, elf->e_phoff, elf->e_phnum, sizeof(Elf64_Phdr)) ||
	    elf->e_phentsize != sizeof(Elf64_Phdr))
		return refuse(why, symbols->path, "its ELF headers are damaged");
	for (unsigned i = 0; i < elf->e_shnum; i++)
		if (sections[i].sh_type == SHT_SYMTAB)
			return read_table(symbols, sections, elf->e_shnum, &sections[i], why);
	return refuse(why, symbols->path,
	              "it has no symbol table (.symtab): it was stripped; rebuild the kernel");
}

/* Takes the lines of a list, which stay in symbols->file. Returns false after a reason. */
static bool read_list(struct symbols *symbols, char *why)
{
	size_t lines = 1, number = 0;
	char *next = (char *)symbols->file;

	next[symbols->size] = '\0';
	for (size_t i = 0; i < symbols->size; i++)
		lines += next[i] == '\n';
	symbols->symbol = calloc(lines, sizeof symbols->symbol[0]);
	if (!symbols->symbol)
		return refuse(why, symbols->path, "no memory for its symbols");
	while (next && *next) {
		struct symbol *symbol = &symbols->symbol[symbols->count];
		uint64_t bytes;
		char *line = next;
		int name = 0;

		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		number++;
		if (sscanf(line, "%" SCNx64 " %" SCNx64 " %n", &symbol->start, &bytes, &name) != 2 || !name ||
		    !line[name] || (symbols->count && symbol->start <= symbol[-1].start))
			return refuse(why, symbols->path, "line %zu: not a symbol", number);
		symbol->end = bytes ? symbol->start + bytes : UINT64_MAX;
		symbol->name = line + name;
		if (symbols->count && symbol[-1].end > symbol->start)
			symbol[-1].end = symbol->start;
		symbols->count++;
	}
	return symbols->count || refuse(why, symbols->path, "it has no symbols");
}

/* Reads a file, and then takes its symbols with `take_symbols`. Returns NULL after a reason. */
static struct symbols *read_with(bool (*take_symbols)(struct symbols *, char *), const char *path, char *why)
{
	struct symbols *symbols = calloc(1, sizeof *symbols);

	if (symbols)
		symbols->path = strdup(path);
	if (!symbols || !symbols->path)
		refuse(why, path, "no memory");
	else if (read_file(symbols, why) && take_symbols(symbols, why))
		return symbols;
	symbols_free(symbols);
	return NULL;
}

struct symbols *symbols_read(const char *path, char why[SYMBOLS_WHY_MAX])
{
	return read_with(read_symbols, path, why);
}

struct symbols *symbols_read_list(const char *path, char why[SYMBOLS_WHY_MAX])
{
	return read_with(read_list, path, why);
}

void symbols_free(struct symbols *symbols)
{
	if (!symbols)
		return;
	free(symbols->symbol);
	free(symbols->file);
	free(symbols->path);
	free(symbols);
}

uint64_t symbols_entry_code(const struct symbols *symbols)
{
	return symbols->entry_code;
}

const struct symbol *symbols_find(const struct symbols *symbols, uint64_t address)
{
	size_t low = 0, high = symbols->count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (symbols->symbol[middle].start <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low && address < symbols->symbol[low - 1].end ? &symbols->symbol[low - 1] : NULL;
}

const struct symbol *symbols_at(const struct symbols *symbols, size_t index)
{
	return index < symbols->count ? &symbols->symbol[index] : NULL;
}

/* Compares a segment of the file with the guest's memory. Returns the offset in the segment of the
 * first byte that differs, or the segment's size if they are equal. */
static uint64_t compare_segment(const uint8_t *file, const Elf64_Phdr *segment, memory_frame frame_of)
{
	uint64_t at = 0;

	while (at < segment->p_filesz) {
		uint64_t physical = segment->p_paddr + at;
		uint64_t length = PAGE_BYTES - physical % PAGE_BYTES;
		const uint8_t *frame = frame_of(physical);

		if (length > segment->p_filesz - at)
			length = segment->p_filesz - at;
		if (!frame)
			return at;
		for (uint64_t i = 0; i < length; i++)
			if (frame[physical % PAGE_BYTES + i] != file[segment->p_offset + at + i])
				return at + i;
		at += length;
	}
	return segment->p_filesz;
}

bool symbols_match(const struct symbols *symbols, memory_frame frame_of, char why[SYMBOLS_WHY_MAX])
{
	const Elf64_Ehdr *elf = header(symbols);
	const Elf64_Phdr *segment = part(symbols, elf->e_phoff, elf->e_phnum, sizeof *segment);
	bool compared = false;

	for (unsigned i = 0; i < elf->e_phnum; i++) {
		uint64_t same;

		if (segment[i].p_type != PT_LOAD || !(segment[i].p_flags & PF_X) ||
		    !(segment[i].p_vaddr >> 63))
			continue;
		if (segment[i].p_offset > symbols->size ||
		    segment[i].p_filesz > symbols->size - segment[i].p_offset)
			return refuse(why, symbols->path, "its code is cut off");
		same = compare_segment(symbols->file, &segment[i], frame_of);
		if (same < segment[i].p_filesz)
			return refuse(why, symbols->path,
			              "these are the symbols of another image: the code at %#" PRIx64
			              " is not what the guest runs; rebuild the kernel",
			              segment[i].p_vaddr + same);
		compared = true;
	}
	return compared || refuse(why, symbols->path, "it has no code in the kernel half");
}
