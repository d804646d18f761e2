/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/host/launch/image.h"
#include "bench/host/base/paths.h"
#include "bench/host/base/progress.h"
#include "bench/host/engine/engine.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ENTRY_MAX 400 /* instructions, far more than a stub has; ends endless loops of jumps */
#define STUB      "irq_entry_bench"

void image_sha256(const char *path, char text[IMAGE_SHA256_MAX])
{
	struct arguments command = { 0 };
	int status;
	char *output;

	arguments_add_all(&command, "sha256sum", "--", path);
	output = process_capture(&command, NULL, 30, true, &status);
	arguments_free(&command);
	if (output && status == 0 && strlen(output) > 64)
		snprintf(text, IMAGE_SHA256_MAX, "%.64s", *output == '\\' ? output + 1 : output);
	else
		snprintf(text, IMAGE_SHA256_MAX, "unknown: the file cannot be read");
	free(output);
}

/* Returns the line of the instruction at `address`, or NULL if there is none. */
static const char *line_at(const char *disassembly, unsigned long address)
{
	char label[32];
	const char *found = disassembly;

	snprintf(label, sizeof label, "%lx:\t", address);
	while ((found = strstr(found, label)) != NULL) {
		const char *start = found;

		while (start > disassembly && start[-1] == ' ')
			start--;
		if (start == disassembly || start[-1] == '\n')
			return start;
		found++;
	}
	return NULL;
}

/*
 * Copies "mnemonic operands" from a line " address:\tmnemonic operands # comment" to `text`.
 * Returns false if the line does not have this form.
 */
static bool instruction_of(const char *line, char *text, size_t size)
{
	size_t length = strcspn(line, "\n");
	const char *tab = memchr(line, '\t', length);
	const char *end;

	if (!tab || tab == line || tab[-1] != ':')
		return false;
	end = line + length;
	for (const char *mark = tab + 1; mark < end; mark++)
		if (*mark == '#' || *mark == '<')
			end = mark;
	while (end > tab + 1 && isspace((unsigned char)end[-1]))
		end--;
	snprintf(text, size, "%.*s", (int)(end - tab - 1), tab + 1);
	return true;
}

static bool is_mnemonic(const char *text, const char *name)
{
	size_t length = strlen(name);

	return strncmp(text, name, length) == 0 &&
	       (!isalpha((unsigned char)text[length]) || strchr(" ", text[length + 1]) != NULL);
}

/*
 * Returns true if an instruction in AT&T syntax sets RSP: %rsp is its last operand, which is the
 * destination, or either operand of XCHG, or the operand of POP.
 */
static bool sets_rsp(const char *text)
{
	static const char *const writers[] = { "mov", "lea", "add",  "sub",  "and",
		                               "or",  "xor", "xchg", "cmov", "movabs" };
	size_t length = strlen(text);
	const char *operands = strchr(text, ' ');

	if (!operands)
		return false;
	if (is_mnemonic(text, "pop"))
		return strstr(operands, "%rsp") != NULL;
	if (is_mnemonic(text, "xchg") && strstr(operands, " %rsp,"))
		return true;
	if (length < 5 || strcmp(text + length - 5, ",%rsp") != 0)
		return false;
	for (size_t i = 0; i < sizeof writers / sizeof writers[0]; i++)
		if (strncmp(text, writers[i], strlen(writers[i])) == 0)
			return true;
	return false;
}

int image_read_entry(const char *disassembly, struct image_entry *entry)
{
	const char *line = strstr(disassembly, "<" STUB ">:\n");
	const char *rest = strstr(disassembly, "<" STUB "_rest>:\n");

	*entry = (struct image_entry){ 0 };
	while (line && *line && entry->instructions < ENTRY_MAX) {
		char text[120];

		if (instruction_of(line, text, sizeof text)) {
			entry->instructions++;
			entry->rsp_writes += sets_rsp(text);
			if (is_mnemonic(text, "call"))
				return 0;
			if (rest && (is_mnemonic(text, "ret") || strncmp(text, "jmp    *", 8) == 0)) {
				line = rest;
				rest = NULL;
				continue;
			}
			if (is_mnemonic(text, "iret") || is_mnemonic(text, "ret") || is_mnemonic(text, "hlt"))
				return -1;
			if (is_mnemonic(text, "jmp")) {
				line = line_at(disassembly, strtoul(text + strcspn(text, " "), NULL, 16));
				continue;
			}
		}
		line = strchr(line, '\n');
		line += line != NULL;
	}
	return -1;
}

static char *disassemble(const char *path)
{
	struct arguments command = { 0 };
	int status;
	char *output;

	arguments_add_all(&command, "objdump", "-d", "--no-show-raw-insn", path);
	output = process_capture(&command, NULL, 60, true, &status);
	arguments_free(&command);
	if (output && status != 0) {
		free(output);
		return NULL;
	}
	return output;
}

int image_store_facts(struct store *store, const struct strategy *strategy)
{
	char sha256[IMAGE_SHA256_MAX];
	char path[PATH_MAX];
	struct image_entry entry;
	struct store_launch launch = { .engine = "image",
		                       .strategy = strategy->name,
		                       .stack = strategy->stack,
		                       .loader = strategy->loader,
		                       .isolation = strategy->isolation,
		                       .bench = "irq.entry.user",
		                       .sha256 = sha256 };
	struct store_row row = { .benchmark = "irq.entry.user", .parameter_unit = "none" };
	struct store_outcome outcome = {
		.state = "complete", .reason = "", .status = -1, .revision = "", .compiler = ""
	};
	char *disassembly;

	engine_image_path(path, strategy, "elf");
	disassembly = disassemble(path);
	if (!disassembly || image_read_entry(disassembly, &entry)) {
		message("%s: no static facts: the entry stub " STUB " was not found in %s", strategy->name,
		        path);
		free(disassembly);
		return 0;
	}
	free(disassembly);
	image_sha256(path, sha256);
	row.launch = store_launch_start(store, &launch);
	if (row.launch < 0 ||
	    store_sample(store, &row, 0, "entry_instructions", "instructions", entry.instructions, "") ||
	    store_sample(store, &row, 0, "rsp_writes", "instructions", entry.rsp_writes, ""))
		return -1;
	return store_launch_finish(store, row.launch, &outcome);
}
