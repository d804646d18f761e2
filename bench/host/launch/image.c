/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/host/launch/image.h"
#include "bench/host/base/paths.h"
#include "bench/host/base/progress.h"
#include "bench/host/engine/engine.h"
#include "strategies.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ENTRY_MAX 400 /* instructions; a stub has far fewer, unless its jumps form a loop */
#define STUB      "irq_entry_bench"

/* A number that was read from an image. */
struct image_fact {
	const char *metric, *unit;
	int64_t value;
};

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
 * Returns true if an instruction in AT&T syntax sets RSP: if %rsp is its last operand (the
 * destination), either operand of XCHG, or the operand of POP.
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

bool image_read_share(const char *line, int64_t counts[IMAGE_SHARES])
{
	for (size_t i = 0; i < IMAGE_SHARES; i++) {
		char *end;

		counts[i] = strtoll(line, &end, 10);
		if (end == line || counts[i] < 0 || *end != (i + 1 < IMAGE_SHARES ? ' ' : '\n'))
			return false;
		line = end;
	}
	return true;
}

/* Returns the output of bench/claims/code_share.sh for a strategy's build, or NULL after a
 * message. */
static char *run_share(const struct strategy *strategy)
{
	struct arguments command = { 0 };
	char script[PATH_MAX];
	int status = 0;
	char *output;

	path_format(script, sizeof script, "%s/bench/claims/code_share.sh", path_root());
	arguments_add_all(&command, script, strategy->folder);
	output = process_capture(&command, NULL, 60, false, &status);
	arguments_free(&command);
	if (output && status == 0)
		return output;
	message("%s: no share of code: bench/claims/code_share.sh failed", strategy->name);
	free(output);
	return NULL;
}

/* Stores facts of an image as samples of one benchmark row, in a launch of its own. Returns 0, or
 * -1 if the store failed. */
static int store_facts(struct store *store, const struct strategy *strategy, const char *benchmark,
                       const struct image_fact *facts, size_t count)
{
	char sha256[IMAGE_SHA256_MAX];
	char path[PATH_MAX];
	struct store_launch launch = { .engine = "image",
		                       .strategy = strategy->name,
		                       .stack = strategy->stack,
		                       .loader = strategy->loader,
		                       .isolation = strategy->isolation,
		                       .bench = benchmark,
		                       .sha256 = sha256 };
	struct store_row row = { .benchmark = benchmark, .parameter_unit = "none" };
	struct store_outcome outcome = {
		.state = "complete", .reason = "", .status = -1, .revision = "", .compiler = ""
	};

	engine_image_path(path, strategy, "elf");
	image_sha256(path, sha256);
	row.launch = store_launch_start(store, &launch);
	if (row.launch < 0)
		return -1;
	for (size_t i = 0; i < count; i++)
		if (store_sample(store, &row, 0, facts[i].metric, facts[i].unit, facts[i].value, ""))
			return -1;
	return store_launch_finish(store, row.launch, &outcome);
}

/* Stores how much of the kernel's code exists for the strategy's isolation alone. */
static int store_share(struct store *store, const struct strategy *strategy)
{
	const size_t length = strlen(strategy->isolation);
	int64_t counts[IMAGE_SHARES];
	int status = 0;
	char *line;

	/* The script counts the code that this isolation has and the first isolation lacks. So the
	 * first isolation has no share. */
	if (!strncmp(AXIS_ISOLATIONS " ", strategy->isolation, length) && AXIS_ISOLATIONS[length] == ' ')
		return 0;
	line = run_share(strategy);
	if (line && *line && !image_read_share(line, counts))
		message("%s: no share of code: bench/claims/code_share.sh prints %s", strategy->name, line);
	else if (line && *line)
		status = store_facts(store, strategy, "isolation.code",
		                     (const struct image_fact[]){ { "own_lines", "lines", counts[0] },
		                                                  { "own_bytes", "bytes", counts[1] },
		                                                  { "all_lines", "lines", counts[2] },
		                                                  { "all_bytes", "bytes", counts[3] } },
		                     IMAGE_SHARES);
	free(line);
	return status;
}

int image_store_facts(struct store *store, const struct strategy *strategy)
{
	char path[PATH_MAX];
	struct image_entry entry;
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
	if (store_facts(
	            store, strategy, "irq.entry.user",
	            (const struct image_fact[]){ { "entry_instructions", "instructions", entry.instructions },
	                                         { "rsp_writes", "instructions", entry.rsp_writes } },
	            2))
		return -1;
	return store_share(store, strategy);
}
