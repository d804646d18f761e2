/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/host/measure/kernel_symbols.h"

#include <elf.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_MAX = 1 << 30, NEAREST = 4, NAME_MAX_COMPARED = 64 };

struct kernel_symbols {
	uint8_t *file; /* followed by a NUL */
	size_t size;
	bool is64;
	bool has_types;               /* it is an ELF file, which says what is a function */
	struct kernel_symbol *symbol; /* sorted by address */
	size_t count;
	uint64_t moved; /* bytes that were added to all addresses */
};

__attribute__((format(printf, 3, 4))) static int refuse(char *why, const char *path, const char *format, ...)
{
	int length = snprintf(why, SYMBOLS_TEXT_MAX, "%.150s: ", path);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(why + length, SYMBOLS_TEXT_MAX - (size_t)length, format, arguments);
	va_end(arguments);
	return -1;
}

static int read_file(struct kernel_symbols *symbols, const char *path, char *why)
{
	FILE *in = fopen(path, "rbe");
	long size = -1;

	if (in && fseek(in, 0, SEEK_END) == 0)
		size = ftell(in);
	if (!in || size < 0 || size > FILE_MAX) {
		refuse(why, path, "the symbols cannot be read: %s",
		       size > FILE_MAX ? "too large" : strerror(errno));
	} else if ((symbols->file = calloc(1, (size_t)size + 1))) {
		rewind(in);
		symbols->size = fread(symbols->file, 1, (size_t)size, in);
	} else {
		refuse(why, path, "no memory for it");
	}
	if (in)
		fclose(in);
	if (size < 0 || symbols->size == (size_t)size)
		return symbols->file ? 0 : -1;
	return symbols->file ? refuse(why, path, "the symbols cannot be read") : -1;
}

/* Returns `bytes` bytes of the file, or NULL if they are not all there. */
static const uint8_t *part(const struct kernel_symbols *symbols, uint64_t offset, uint64_t bytes)
{
	if (offset > symbols->size || bytes > symbols->size - offset)
		return NULL;
	return symbols->file + offset;
}

/* Reads the ELF header. The header of a 32-bit file is converted to that of a 64-bit file. */
static bool read_header(const struct kernel_symbols *symbols, Elf64_Ehdr *header)
{
	const uint8_t *at = part(symbols, 0, sizeof(Elf32_Ehdr));
	Elf32_Ehdr small;

	if (!at || memcmp(at, ELFMAG, SELFMAG) != 0 || at[EI_DATA] != ELFDATA2LSB)
		return false;
	if (at[EI_CLASS] == ELFCLASS64) {
		at = part(symbols, 0, sizeof *header);
		if (at)
			memcpy(header, at, sizeof *header);
		return at;
	}
	if (at[EI_CLASS] != ELFCLASS32)
		return false;
	memcpy(&small, at, sizeof small);
	*header = (Elf64_Ehdr){ .e_machine = small.e_machine,
		                .e_phoff = small.e_phoff,
		                .e_phnum = small.e_phnum,
		                .e_shoff = small.e_shoff,
		                .e_shnum = small.e_shnum };
	return true;
}

static bool read_section(const struct kernel_symbols *symbols, const Elf64_Ehdr *header, unsigned index,
                         Elf64_Shdr *section)
{
	size_t each = symbols->is64 ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr);
	const uint8_t *at =
	        index < header->e_shnum ? part(symbols, header->e_shoff + index * each, each) : NULL;
	Elf32_Shdr small;

	if (!at)
		return false;
	if (symbols->is64) {
		memcpy(section, at, sizeof *section);
		return true;
	}
	memcpy(&small, at, sizeof small);
	*section = (Elf64_Shdr){ .sh_type = small.sh_type,
		                 .sh_offset = small.sh_offset,
		                 .sh_size = small.sh_size,
		                 .sh_link = small.sh_link };
	return true;
}

static void read_symbol(const struct kernel_symbols *symbols, const uint8_t *at, Elf64_Sym *symbol)
{
	Elf32_Sym small;

	if (symbols->is64) {
		memcpy(symbol, at, sizeof *symbol);
		return;
	}
	memcpy(&small, at, sizeof small);
	*symbol = (Elf64_Sym){ .st_name = small.st_name,
		               .st_info = small.st_info,
		               .st_shndx = small.st_shndx,
		               .st_value = small.st_value,
		               .st_size = small.st_size };
}

/* Of several names of one address, functions come first, then those with fewer underscores: linkers
 * and compilers add names such as __start. */
static int by_address(const void *a, const void *b)
{
	const struct kernel_symbol *left = a, *right = b;

	if (left->address != right->address)
		return left->address < right->address ? -1 : 1;
	if (left->function != right->function)
		return left->function ? -1 : 1;
	if (strspn(left->name, "_") != strspn(right->name, "_"))
		return strspn(left->name, "_") < strspn(right->name, "_") ? -1 : 1;
	return strcmp(left->name, right->name);
}

/* Sorts the symbols. Those without a size extend to the next address that has a symbol. */
static void settle(struct kernel_symbols *symbols)
{
	uint64_t next = 0;

	qsort(symbols->symbol, symbols->count, sizeof symbols->symbol[0], by_address);
	for (size_t i = symbols->count; i-- > 0;) {
		struct kernel_symbol *symbol = &symbols->symbol[i];

		if (i + 1 < symbols->count && symbol[1].address != symbol->address)
			next = symbol[1].address;
		symbol->sized = symbol->size;
		if (!symbol->size && next)
			symbol->size = next - symbol->address;
	}
}

static int read_table(struct kernel_symbols *symbols, const Elf64_Shdr *table, const Elf64_Shdr *names,
                      const char *path, char *why)
{
	size_t each = symbols->is64 ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym);
	size_t count = table->sh_size / each;
	const uint8_t *at = part(symbols, table->sh_offset, count * each);
	const char *text = (const char *)part(symbols, names->sh_offset, names->sh_size);

	if (!at || !text || !names->sh_size || text[names->sh_size - 1])
		return refuse(why, path, "its symbol table is damaged");
	symbols->symbol = calloc(count + 1, sizeof symbols->symbol[0]);
	if (!symbols->symbol)
		return refuse(why, path, "no memory for its symbols");
	for (size_t i = 0; i < count; i++) {
		Elf64_Sym symbol;
		unsigned type;

		read_symbol(symbols, at + i * each, &symbol);
		type = ELF64_ST_TYPE(symbol.st_info);
		if (symbol.st_name >= names->sh_size || !text[symbol.st_name] ||
		    symbol.st_shndx == SHN_UNDEF || (type != STT_FUNC && type != STT_NOTYPE))
			continue;
		symbols->symbol[symbols->count++] = (struct kernel_symbol){ .name = text + symbol.st_name,
			                                                    .address = symbol.st_value,
			                                                    .size = symbol.st_size,
			                                                    .function = type == STT_FUNC };
	}
	settle(symbols);
	return symbols->count ? 0 : refuse(why, path, "its symbol table names no function");
}

/* Takes one line of a text. Returns false if it is not a line of symbols. */
static bool take_line(struct kernel_symbols *symbols, char *line)
{
	char *words[4], *end;
	size_t count = 0;
	uint64_t address, size;
	const char *type;

	for (char *word = strtok(line, " \t\r"); word && count < 4; word = strtok(NULL, " \t\r"))
		words[count++] = word;
	if (count < 2 || (count == 2 && strlen(words[0]) > 1))
		return count == 0;
	if (count == 2) /* "U name": undefined */
		return true;
	address = strtoull(words[0], &end, 16);
	if (*end)
		return false;
	/* A line that ends with a module in brackets has four words, too, but its second word is
	 * the type. */
	size = count == 4 && strlen(words[1]) > 1 ? strtoull(words[1], &end, 16) : 0;
	type = size || (count == 4 && strlen(words[1]) > 1) ? words[2] : words[1];
	if (*end || strlen(type) != 1)
		return false;
	if (strchr("tTwW", *type))
		symbols->symbol[symbols->count++] = (struct kernel_symbol){
			.name = type == words[2] ? words[3] : words[2], .address = address, .size = size
		};
	return true;
}

/* Reads System.map or the output of nm. The names stay in symbols->file. */
static int read_text(struct kernel_symbols *symbols, const char *path, char *why)
{
	size_t lines = 1, number = 0;
	char *next = (char *)symbols->file;

	if (memchr(symbols->file, '\0', symbols->size))
		return refuse(why, path, "neither an ELF file for x86 nor a text: it has a byte of 0");
	for (size_t i = 0; i < symbols->size; i++)
		lines += symbols->file[i] == '\n';
	symbols->symbol = calloc(lines, sizeof symbols->symbol[0]);
	if (!symbols->symbol)
		return refuse(why, path, "no memory for its symbols");
	while (next) {
		char *line = next;

		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		number++;
		if (!take_line(symbols, line))
			return refuse(
			        why, path,
			        "neither an ELF file nor a text with lines 'ADDRESS TYPE NAME', such as "
			        "System.map or the output of nm (line %zu)",
			        number);
	}
	settle(symbols);
	return symbols->count ? 0 : refuse(why, path, "it names no function");
}

static int read_elf(struct kernel_symbols *symbols, const char *path, char *why)
{
	Elf64_Ehdr header;

	if (!read_header(symbols, &header))
		return read_text(symbols, path, why);
	symbols->is64 = symbols->file[EI_CLASS] == ELFCLASS64;
	symbols->has_types = true;
	if (header.e_machine != EM_X86_64 && header.e_machine != EM_386)
		return refuse(why, path, "not a kernel for x86");
	for (unsigned i = 0; i < header.e_shnum; i++) {
		Elf64_Shdr table, names;

		if (!read_section(symbols, &header, i, &table))
			break;
		if (table.sh_type == SHT_SYMTAB && read_section(symbols, &header, table.sh_link, &names))
			return read_table(symbols, &table, &names, path, why);
	}
	return refuse(why, path,
	              "it has no symbols (it was stripped): give the file from before strip, or link it "
	              "without -s");
}

struct kernel_symbols *kernel_symbols_read(const char *path, char why[SYMBOLS_TEXT_MAX])
{
	struct kernel_symbols *symbols = calloc(1, sizeof *symbols);

	if (!symbols) {
		refuse(why, path, "no memory");
		return NULL;
	}
	if (read_file(symbols, path, why) == 0 && read_elf(symbols, path, why) == 0)
		return symbols;
	kernel_symbols_free(symbols);
	return NULL;
}

void kernel_symbols_move(struct kernel_symbols *symbols, uint64_t offset)
{
	symbols->moved = offset;
	for (size_t i = 0; i < symbols->count; i++)
		symbols->symbol[i].address += offset;
	/* If an address passes 2^64, the order changes. */
	qsort(symbols->symbol, symbols->count, sizeof symbols->symbol[0], by_address);
}

void kernel_symbols_free(struct kernel_symbols *symbols)
{
	if (!symbols)
		return;
	free(symbols->symbol);
	free(symbols->file);
	free(symbols);
}

const struct kernel_symbol *kernel_symbols_find(const struct kernel_symbols *symbols, const char *name,
                                                size_t *count)
{
	const struct kernel_symbol *found = NULL;

	*count = 0;
	for (size_t i = 0; i < symbols->count; i++) {
		if (strcmp(symbols->symbol[i].name, name) != 0)
			continue;
		if (!found)
			found = &symbols->symbol[i];
		*count += symbols->symbol[i].address != found->address || *count == 0;
	}
	return found;
}

int kernel_symbols_write(const struct kernel_symbols *symbols, const char *path)
{
	const struct kernel_symbol *last = NULL;
	FILE *file = fopen(path, "we");
	bool failed = !file;

	for (size_t i = 0; i < symbols->count && !failed; i++) {
		const struct kernel_symbol *symbol = &symbols->symbol[i];

		if ((!symbol->function && symbols->has_types && strchr(symbol->name, '.')) ||
		    (last && symbol->address == last->address))
			continue;
		failed = fprintf(file, "%" PRIx64 " %" PRIx64 " %s\n", symbol->address,
		                 symbol->sized ? symbol->size : 0, symbol->name) < 0;
		last = symbol;
	}
	if (file && fclose(file))
		failed = true;
	return failed ? -1 : 0;
}

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* Returns the least number of letters that must be added, removed or replaced to turn `b` into `a`.
 * If one of the names contains the other, returns less: 1 + a quarter of the difference in length. */
static unsigned distance(const char *a, const char *b)
{
	unsigned row[NAME_MAX_COMPARED + 1];
	size_t length = strlen(b);

	if (length > NAME_MAX_COMPARED || strlen(a) > NAME_MAX_COMPARED)
		return NAME_MAX_COMPARED;
	if (strstr(b, a) || strstr(a, b))
		return 1 + (unsigned)(length > strlen(a) ? length - strlen(a) : strlen(a) - length) / 4;
	for (size_t j = 0; j <= length; j++)
		row[j] = (unsigned)j;
	for (size_t i = 0; a[i]; i++) {
		unsigned corner = row[0]++;

		for (size_t j = 0; j < length; j++) {
			unsigned above = row[j + 1];

			row[j + 1] = least(corner + (a[i] != b[j]), 1 + least(above, row[j]));
			corner = above;
		}
	}
	return row[length];
}

void kernel_symbols_nearest(const struct kernel_symbols *symbols, const char *name, char *text, size_t size)
{
	const char *best[NEAREST] = { NULL };
	unsigned far[NEAREST];
	size_t used = 0;

	for (size_t i = 0; i < NEAREST; i++)
		far[i] = NAME_MAX_COMPARED;
	for (size_t i = 0; i < symbols->count; i++) {
		const char *other = symbols->symbol[i].name;
		unsigned here = distance(name, other);
		size_t place = NEAREST;

		while (place > 0 && here < far[place - 1])
			place--;
		if (place == NEAREST || (place > 0 && strcmp(best[place - 1], other) == 0))
			continue;
		memmove(best + place + 1, best + place, (NEAREST - 1 - place) * sizeof best[0]);
		memmove(far + place + 1, far + place, (NEAREST - 1 - place) * sizeof far[0]);
		best[place] = other;
		far[place] = here;
	}
	*text = '\0';
	for (size_t i = 0; i < NEAREST && best[i] && used < size; i++)
		used += (size_t)snprintf(text + used, size - used, "%s%s", i ? ", " : "", best[i]);
}

/* Reads a program header. Returns false if there is none with this index. */
static bool read_segment(const struct kernel_symbols *symbols, const Elf64_Ehdr *header, unsigned index,
                         Elf64_Phdr *segment)
{
	size_t each = symbols->is64 ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);
	const uint8_t *at =
	        index < header->e_phnum ? part(symbols, header->e_phoff + index * each, each) : NULL;
	Elf32_Phdr small;

	if (!at)
		return false;
	if (symbols->is64) {
		memcpy(segment, at, sizeof *segment);
		return true;
	}
	memcpy(&small, at, sizeof small);
	*segment = (Elf64_Phdr){ .p_type = small.p_type,
		                 .p_offset = small.p_offset,
		                 .p_vaddr = small.p_vaddr,
		                 .p_filesz = small.p_filesz };
	return true;
}

size_t kernel_symbols_code(const struct kernel_symbols *symbols, uint64_t address, uint8_t *code, size_t max)
{
	Elf64_Ehdr header;
	Elf64_Phdr segment;

	if (!read_header(symbols, &header))
		return 0;
	for (unsigned i = 0; read_segment(symbols, &header, i, &segment); i++) {
		uint64_t offset = address - symbols->moved - segment.p_vaddr;
		const uint8_t *at;

		if (segment.p_type != PT_LOAD || offset >= segment.p_filesz)
			continue;
		if (max > segment.p_filesz - offset)
			max = segment.p_filesz - offset;
		at = part(symbols, segment.p_offset + offset, max);
		if (at)
			memcpy(code, at, max);
		return at ? max : 0;
	}
	return 0;
}
