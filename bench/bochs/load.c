/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/bochs/load.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/bochs/guest.h"
#include "bench/bochs/output.h"
#include "bench/protocol/load.h"

enum { FRAME_BYTES = 4096, MODULES_MAX = 128, LINE_MAX_BYTES = 8192 };

/* Multiboot 0.6.96, 3.3. */
enum { HAS_COMMAND_LINE = 1 << 2, HAS_MODULES = 1 << 3, HAS_MAP = 1 << 6 };

struct information {
	uint32_t flags, mem_lower, mem_upper, boot_device, cmdline, mods_count, mods_addr, syms[4];
	uint32_t mmap_length, mmap_addr; /* set by the ROM */
};

struct module {
	uint32_t start, end, string, reserved;
};

/* What has been loaded so far, and where the next things go. */
struct load {
	struct information information;
	struct module module[MODULES_MAX];
	uint32_t low;  /* address of the next string, above the list of modules */
	uint32_t high; /* address of the first free frame after the kernel and its modules */
};

struct file {
	const uint8_t *data; /* NULL if the file is empty */
	size_t size;
};

bool load_wanted(void)
{
	return getenv("PALIMPSEST_LOAD");
}

static struct file map_file(const char *path)
{
	int descriptor = open(path, O_RDONLY | O_CLOEXEC);
	struct file file = { 0 };
	struct stat status;
	void *data = NULL;

	if (descriptor < 0 || fstat(descriptor, &status))
		output_fail(2, "cannot read %s: %s", path, strerror(errno));
	file.size = (size_t)status.st_size;
	if (file.size)
		data = mmap(NULL, file.size, PROT_READ, MAP_PRIVATE, descriptor, 0);
	if (data == MAP_FAILED)
		output_fail(2, "cannot read %s: %s", path, strerror(errno));
	close(descriptor);
	file.data = data;
	return file;
}

/* An address without memory. Bochs returns the same frame for all such addresses. */
#define NO_MEMORY (1ULL << 39)

/* Copies `size` bytes to the guest's memory at `to`, or zeros if `from` is NULL. */
static void put(uint64_t to, const void *from, size_t size)
{
	const uint8_t *bytes = from;

	while (size) {
		/* guest_frame() returns a pointer to const, but it is the guest's memory itself. */
		uint8_t *frame = (uint8_t *)(uintptr_t)guest_frame(to);
		size_t at = to % FRAME_BYTES, part = FRAME_BYTES - at < size ? FRAME_BYTES - at : size;

		if (!frame || frame == guest_frame(NO_MEMORY))
			output_fail(2, "the guest has too little memory for its kernel and modules");
		if (bytes)
			memcpy(frame + at, bytes, part);
		else
			memset(frame + at, 0, part);
		bytes = bytes ? bytes + part : NULL;
		to += part;
		size -= part;
	}
}

static uint32_t frame_after(uint64_t address)
{
	return (uint32_t)((address + FRAME_BYTES - 1) & ~(uint64_t)(FRAME_BYTES - 1));
}

static void load_kernel(struct load *load, const char *path)
{
	struct file file = map_file(path);
	const Elf32_Ehdr *header = (const Elf32_Ehdr *)file.data;
	const Elf32_Phdr *segment;

	if (file.size < sizeof *header || memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 ||
	    header->e_ident[EI_CLASS] != ELFCLASS32 || header->e_phentsize != sizeof *segment ||
	    header->e_phoff > file.size || header->e_phnum > (file.size - header->e_phoff) / sizeof *segment)
		output_fail(2, "%s is not a 32-bit ELF file", path);
	segment = (const Elf32_Phdr *)(file.data + header->e_phoff);
	for (unsigned i = 0; i < header->e_phnum; i++, segment++) {
		uint64_t end = (uint64_t)segment->p_paddr + segment->p_memsz;

		if (segment->p_type != PT_LOAD)
			continue;
		if (segment->p_offset > file.size || segment->p_filesz > file.size - segment->p_offset ||
		    segment->p_filesz > segment->p_memsz)
			output_fail(2, "%s is damaged: a segment is not in the file", path);
		put(segment->p_paddr, file.data + segment->p_offset, segment->p_filesz);
		put(segment->p_paddr + segment->p_filesz, NULL, segment->p_memsz - segment->p_filesz);
		if (load->high < end)
			load->high = frame_after(end);
	}
	put(LOAD_ENTRY, &header->e_entry, sizeof header->e_entry);
	munmap((void *)(uintptr_t)file.data, file.size);
}

/* Puts a string into the guest's memory and returns its address. */
static uint32_t put_string(struct load *load, const char *text)
{
	uint32_t at = load->low;
	size_t size = strlen(text) + 1;

	put(at, text, size);
	load->low += (uint32_t)size;
	return at;
}

static void load_module(struct load *load, const char *name, const char *path)
{
	struct file file = map_file(path);
	struct module *module = &load->module[load->information.mods_count];

	if (load->information.mods_count++ == MODULES_MAX)
		output_fail(2, "more than %d boot modules", MODULES_MAX);
	*module = (struct module){ .start = load->high,
		                   .end = load->high + (uint32_t)file.size,
		                   .string = put_string(load, name) };
	if (!file.size)
		return;
	put(module->start, file.data, file.size);
	load->high = frame_after(module->end);
	munmap((void *)(uintptr_t)file.data, file.size);
}

static void take_line(struct load *load, char *line)
{
	char *rest = strchr(line, ' '), *path;

	line[strcspn(line, "\n")] = '\0';
	if (rest)
		*rest++ = '\0';
	if (rest && strcmp(line, "kernel") == 0)
		load_kernel(load, rest);
	else if (rest && strcmp(line, "words") == 0)
		load->information.cmdline = put_string(load, rest);
	else if (rest && strcmp(line, "module") == 0 && (path = strchr(rest, ' '))) {
		*path++ = '\0';
		load_module(load, rest, path);
	} else
		output_fail(2, "PALIMPSEST_LOAD: a line that begins with \"%.20s\"", line);
}

void load_guest(void)
{
	static struct load load;
	const char *path = getenv("PALIMPSEST_LOAD");
	char line[LINE_MAX_BYTES];
	FILE *file = path ? fopen(path, "re") : NULL;

	if (!file)
		output_fail(2, "PALIMPSEST_LOAD names no file that can be read: %s", path ? path : "");
	load = (struct load){ .low = LOAD_INFORMATION + sizeof load.information + sizeof load.module };
	while (fgets(line, sizeof line, file))
		take_line(&load, line);
	fclose(file);
	load.information.flags = HAS_COMMAND_LINE | HAS_MODULES | HAS_MAP;
	load.information.mods_addr = LOAD_INFORMATION + sizeof load.information;
	put(LOAD_INFORMATION, &load.information, sizeof load.information);
	put(load.information.mods_addr, load.module, sizeof load.module);
}
