/* SPDX-License-Identifier: MIT */
/*
 * usage: make FOLDER
 * Writes small ELF files that no linker makes, and scripts with odd first lines, into FOLDER.
 * FOLDER/list has a line for each file: its name, the expected result on Linux, and the expected
 * result in this kernel. A result is an exit status (42 if the program finds its memory as
 * expected), the name of a signal, or the name of execve()'s error. If the two results differ, the
 * line ends with the reason, which docs/elf.md explains.
 */
#include "tests/elf/odd.h"

#include <stdlib.h>
#include <sys/stat.h>

static const char *folder;
static FILE *list;

void say(const char *name, const char *on_linux, const char *here, const char *why)
{
	fprintf(list, "%s %s %s%s%s\n", name, on_linux, here ? here : on_linux, why ? " " : "",
	        why ? why : "");
}

void write_file(const char *name, const void *bytes, size_t size)
{
	char path[4096];
	FILE *file;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	file = fopen(path, "w");
	if (!file || fwrite(bytes, 1, size, file) != size || fclose(file) || chmod(path, 0755)) {
		perror(path);
		exit(1);
	}
}

static void write_image(struct image *i, const struct file *f)
{
	const size_t table = i->header.e_phnum * sizeof *i->segments;
	const bool cut_off = i->header.e_phnum == 60;

	put_exit(i, 42);
	if (i->code > PAGE) {
		fprintf(stderr, "%s: its code is too long\n", f->name);
		exit(1);
	}
	memcpy(i->bytes, &i->header, sizeof i->header);
	memcpy(i->bytes + i->header.e_phoff, i->segments, table);
	if (!cut_off && i->header.e_phoff + table > i->size)
		i->size = i->header.e_phoff + table;
	if (!f->make)
		memcpy(i->bytes + f->at, &f->value, f->bytes);
	write_file(f->name, i->bytes, i->size);
}

int main(int argc, char **argv)
{
	static const struct file *const tables[] = { odd_headers, odd_contents, odd_places, odd_pages };
	static struct image image;
	char path[4096];

	if (argc != 2) {
		fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
		return 2;
	}
	folder = argv[1];
	snprintf(path, sizeof path, "%s/list", folder);
	list = fopen(path, "w");
	if (!list) {
		perror(path);
		return 1;
	}
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
		for (const struct file *f = tables[i]; f->name; f++) {
			(f->make ? f->make : plain)(&image);
			write_image(&image, f);
			say(f->name, f->on_linux, f->here, f->why);
		}
	scripts();
	return fclose(list) != 0;
}
