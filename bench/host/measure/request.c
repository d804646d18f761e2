/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/host/measure/request.h"
#include "bench/host/base/option.h"
#include "bench/host/engine/profiles.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	OPTION_ISO = 256,
	OPTION_KERNEL,
	OPTION_APPEND,
	OPTION_INITRD,
	OPTION_DISK,
	OPTION_SYMBOLS,
	OPTION_OFFSET,
	OPTION_REGION,
	OPTION_AS,
	OPTION_USER_ENTRY,
	OPTION_MARKS,
	OPTION_IPS,
	OPTION_INPUT,
	OPTION_UNTIL,
	OPTION_INSTRUCTIONS,
	OPTION_PROFILE,
	OPTION_TRACE,
	OPTION_OUT,
	OPTION_MEMORY,
	OPTION_TIMEOUT,
	OPTION_QUIET,
	OPTION_HELP
};

static const struct option long_options[] = {
	{ "iso", required_argument, NULL, OPTION_ISO },
	{ "kernel", required_argument, NULL, OPTION_KERNEL },
	{ "append", required_argument, NULL, OPTION_APPEND },
	{ "initrd", required_argument, NULL, OPTION_INITRD },
	{ "disk", required_argument, NULL, OPTION_DISK },
	{ "symbols", required_argument, NULL, OPTION_SYMBOLS },
	{ "offset", required_argument, NULL, OPTION_OFFSET },
	{ "region", required_argument, NULL, OPTION_REGION },
	{ "as", required_argument, NULL, OPTION_AS },
	{ "user-entry", no_argument, NULL, OPTION_USER_ENTRY },
	{ "marks", no_argument, NULL, OPTION_MARKS },
	{ "ips", required_argument, NULL, OPTION_IPS },
	{ "input", required_argument, NULL, OPTION_INPUT },
	{ "until", required_argument, NULL, OPTION_UNTIL },
	{ "instructions", required_argument, NULL, OPTION_INSTRUCTIONS },
	{ "profile", required_argument, NULL, OPTION_PROFILE },
	{ "trace", no_argument, NULL, OPTION_TRACE },
	{ "out", required_argument, NULL, OPTION_OUT },
	{ "memory", required_argument, NULL, OPTION_MEMORY },
	{ "timeout", required_argument, NULL, OPTION_TIMEOUT },
	{ "quiet", no_argument, NULL, OPTION_QUIET },
	{ "help", no_argument, NULL, OPTION_HELP },
	{ 0 },
};

static int take_region(struct request *request, const char *text, char *why)
{
	struct request_region *region = &request->region[request->regions];
	const char *equals = strchr(text, '=');
	struct request_place places[2];

	if (request->regions == REQUEST_REGIONS_MAX)
		return option_wrong(why, "more than %d regions", REQUEST_REGIONS_MAX);
	if (!equals || !equals[1] || equals == text || (size_t)(equals - text) >= sizeof region->name)
		return option_wrong(why, "--region '%.60s': NAME=FUNCTION is needed, such as read=sys_read",
		                    text);
	snprintf(region->name, sizeof region->name, "%.*s", (int)(equals - text), text);
	if (!name_is_good(region->name))
		return option_wrong(
		        why, "--region '%.60s': the name '%s' may have letters, digits, '.', '_' and '-'",
		        text, region->name);
	for (size_t i = 0; i < request->regions; i++)
		if (strcmp(request->region[i].name, region->name) == 0)
			return option_wrong(why, "--region '%.60s': there are two regions of this name",
			                    text);
	region->text = equals + 1;
	if (!request_places(region->text, places))
		return option_wrong(why,
		                    "--region '%.60s': FUNCTION or FROM..TO is needed; a place is a symbol, "
		                    "such as main, or main+0x1c, or an address, such as 0xc0100000; TO "
		                    "is not 0",
		                    text);
	request->regions++;
	return 0;
}

/* Takes the value of --as, which is about the last region so far. */
static int take_kind(struct request *request, const char *text, char *why)
{
	struct request_region *region = &request->region[request->regions - 1];

	if (!request->regions)
		return option_wrong(why, "--as %.40s: it must follow the --region that it is about", text);
	region->kind = beside_find(text);
	return region->kind ? 0
	                    : option_wrong(why, "--as '%.40s': one of these is needed: " BESIDE_KINDS, text);
}

static bool take_place(const char *text, size_t length, struct request_place *place)
{
	char *offset;

	*place = (struct request_place){ 0 };
	if (!length || length >= sizeof place->symbol)
		return false;
	memcpy(place->symbol, text, length);
	if (strncmp(place->symbol, "0x", 2) == 0) {
		if (!option_address(place->symbol, &place->offset))
			return false;
		place->symbol[0] = '\0';
		return true;
	}
	offset = strchr(place->symbol, '+');
	if (!offset)
		return true;
	if (offset == place->symbol || !option_address(offset + 1, &place->offset))
		return false;
	*offset = '\0';
	return true;
}

int request_places(const char *text, struct request_place places[2])
{
	const char *dots = strstr(text, "..");

	if (!dots)
		return take_place(text, strlen(text), &places[0]);
	if (take_place(text, (size_t)(dots - text), &places[0]) &&
	    take_place(dots + 2, strlen(dots + 2), &places[1]) && (*places[1].symbol || places[1].offset))
		return 2;
	return 0;
}

static int take_disk(struct request *request, const char *path, char *why)
{
	if (request->disks == REQUEST_DISKS_MAX)
		return option_wrong(why, "more than %d disks", REQUEST_DISKS_MAX);
	request->disk[request->disks++] = path;
	return 0;
}

static int take_until(struct request *request, const char *text, char *why)
{
	request->until = text;
	if (!*text || strlen(text) > REQUEST_UNTIL_MAX || strchr(text, '\n'))
		return option_wrong(why, "--until: a text of one line is needed, of at most %d bytes",
		                    REQUEST_UNTIL_MAX);
	return 0;
}

static int take_option(struct request *request, int option, const char *value, char *why)
{
	switch (option) {
	case OPTION_ISO:
		request->iso = value;
		return 0;
	case OPTION_KERNEL:
		request->kernel = value;
		return 0;
	case OPTION_APPEND:
		request->append = value;
		return 0;
	case OPTION_INITRD:
		request->initrd = value;
		return 0;
	case OPTION_DISK:
		return take_disk(request, value, why);
	case OPTION_SYMBOLS:
		request->symbols = value;
		return 0;
	case OPTION_OFFSET:
		return option_address(value, &request->offset)
		               ? 0
		               : option_wrong(why,
		                              "--offset '%.40s': a number of at most 64 bits is needed, such "
		                              "as 0x200000",
		                              value);
	case OPTION_REGION:
		return take_region(request, value, why);
	case OPTION_AS:
		return take_kind(request, value, why);
	case OPTION_USER_ENTRY:
		request->user_entry = true;
		return 0;
	case OPTION_MARKS:
		request->marks = true;
		return 0;
	case OPTION_IPS:
		return option_unsigned("ips", value, 1000000, 2000000000, &request->ips, why);
	case OPTION_INPUT:
		request->input = value;
		return 0;
	case OPTION_UNTIL:
		return take_until(request, value, why);
	case OPTION_INSTRUCTIONS:
		return option_number("instructions", value, 1, INT64_MAX, &request->instructions, why);
	case OPTION_PROFILE:
		request->profile = strcmp(value, "none") == 0 ? NULL : value;
		return 0;
	case OPTION_TRACE:
		request->trace = true;
		return 0;
	case OPTION_OUT:
		request->out = value;
		return *value ? 0 : option_wrong(why, "--out needs the name of a folder");
	case OPTION_MEMORY:
		return option_unsigned("memory", value, 4, 2048, &request->memory, why);
	case OPTION_TIMEOUT:
		return option_unsigned("timeout", value, 1, 86400, &request->timeout, why);
	case OPTION_QUIET:
		request->quiet = true;
		return 0;
	default:
		request->help = true;
		return 0;
	}
}

const char *request_boots(const struct request *request)
{
	return request->kernel ? request->kernel : request->iso ? request->iso : request->disk[0];
}

int request_files(const struct request *request, char *why, size_t size)
{
	const struct {
		const char *option, *path;
	} files[] = {
		{ "kernel", request->kernel },
		{ "iso", request->iso },
		{ "initrd", request->initrd },
		{ "disk", request->disk[0] },
		{ "disk", request->disk[1] },
		{ "symbols", request->symbols_given ? request->symbols : NULL },
		{ "input", request->input },
	};

	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		if (!files[i].path || access(files[i].path, R_OK) == 0)
			continue;
		snprintf(why, size, "--%s: %.200s: %s", files[i].option, files[i].path, strerror(errno));
		return -1;
	}
	return 0;
}

bool request_needs_symbols(const struct request *request)
{
	for (size_t i = 0; i < request->regions; i++) {
		struct request_place places[2] = { 0 };

		if (request_places(request->region[i].text, places) &&
		    (*places[0].symbol || *places[1].symbol))
			return true;
	}
	return false;
}

static int check(const struct request *request, char *why)
{
	if (!request_boots(request))
		return option_wrong(
		        why, "what is to be booted? give --iso X.iso, --kernel X.elf, or --disk X.img");
	if (request->iso && request->kernel)
		return option_wrong(why, "--iso and --kernel exclude each other");
	if ((request->initrd || request->append) && !request->kernel)
		return option_wrong(why, "--%s works only with --kernel",
		                    request->initrd ? "initrd" : "append");
	if (request->append && strpbrk(request->append, "\n'\"\\{};$|&<>#"))
		return option_wrong(
		        why,
		        "--append: the words may not have quotes, braces, '\\', ';', '$', '|', '&', '<', '>' "
		        "or '#', which GRUB interprets");
	if (!request->symbols && request_needs_symbols(request))
		return option_wrong(
		        why,
		        "--symbols FILE is needed: the kernel's ELF file with its symbols, System.map, or "
		        "the output of nm");
	if (request->marks && (request->regions || request->user_entry || request->input))
		return option_wrong(why, "--marks excludes --region, --user-entry and --input");
	if (!request->regions && !request->user_entry && !request->marks)
		return option_wrong(
		        why, "what is to be measured? give --region NAME=FUNCTION, such as read=sys_read, or "
		             "--user-entry");
	if (!request->until && !request->instructions)
		return option_wrong(why,
		                    "when does the run end? give --until TEXT (on COM1, port 0xE9 or the "
		                    "screen), or --instructions N");
	return 0;
}

int request_parse(struct request *request, int argc, char *const argv[], char why[OPTION_WHY_MAX])
{
	int option;

	*request = (struct request){ .memory = 512, .ips = 50000000, .timeout = 300 };
	opterr = 0;
	optind = 0;
	while ((option = getopt_long(argc, argv, "+:", long_options, NULL)) != -1) {
		if (option == ':')
			return option_wrong(why, "option '%s' needs a value", argv[optind - 1]);
		if (option == '?')
			return option_wrong(why, "unknown option '%s'; measure --help shows all",
			                    argv[optind - 1]);
		if (take_option(request, option, optarg, why))
			return -1;
		if (request->help)
			return 0;
	}
	if (optind < argc)
		return option_wrong(why, "'%s' is not an option", argv[optind]);
	request->symbols_given = request->symbols;
	if (!request->symbols && request->kernel)
		request->symbols = request->kernel;
	return check(request, why);
}

void request_help(FILE *out)
{
	fputs("usage: ./run-bench.sh measure [OPTION]...\n"
	      "Boots somebody's kernel, unchanged, in Bochs, and measures calls of its functions.\n"
	      "docs/measure-your-kernel.md explains it.\n"
	      "\n"
	      "  --iso FILE            boot this CD image\n"
	      "  --kernel FILE         boot this kernel by GRUB: an ELF file for Multiboot 1 or 2, or Linux\n"
	      "  --append WORDS        with --kernel: more words for its command line\n"
	      "  --initrd FILE         with --kernel: its initial RAM disk, or its first Multiboot module\n"
	      "  --disk FILE           a disk, of which there may be two; what is written to it is "
	      "discarded. "
	      "The\n"
	      "                        machine boots from the first one if --iso and --kernel are not given\n"
	      "  --symbols FILE        ELF file with the kernel's symbols, System.map, or output of nm "
	      "(default:\n"
	      "                        the file of --kernel)\n"
	      "  --offset N            add N to the addresses of symbols: the kernel relocated itself\n"
	      "  --region NAME=FUNCTION  measure each call of this function; may be given several times\n"
	      "  --region NAME=FROM..TO  measure from one place to before another: symbol, symbol+N, "
	      "0xADDRESS\n"
	      "  --as KIND             after a --region: show beside it what Palimpsest and Linux need; KIND "
	      "is\n"
	      "                        exec, irq, syscall or fault\n"
	      "  --user-entry          measure from each entry from user mode to the return to user mode\n"
	      "  --marks               measure the regions that the kernel or its programs mark "
	      "(docs/records.md)\n"
	      "  --input FILE          type the lines of FILE, each when the machine has been quiet\n"
	      "  --until TEXT          end when this text appears on COM1, at port 0xE9 or in a row of the\n"
	      "                        text screen\n"
	      "  --instructions N      end after N instructions; a REP iteration and a tick in HLT count "
	      "too\n"
	      "  --profile NAME        add cycles by the cycle model, of one of these processors (default: "
	      "none):\n",
	      out);
	fputs("                        ", out);
	profiles_names(out);
	fputs("\n"
	      "  --trace               write a line per page walk, TLB flush, interrupt and exception in a\n"
	      "                        region to launch-1/trace.txt\n"
	      "  --memory MIB          the machine's memory (default: 512)\n"
	      "  --ips N               instructions per second of the machine's clock (default: 50000000)\n"
	      "  --timeout SECONDS     end a run that takes longer (default: 300)\n"
	      "  --out FOLDER          write the results to this new folder (default: results/<UTC "
	      "time>-bochs)\n"
	      "  --quiet               print the table and errors only\n"
	      "\n"
	      "Exit status: 0 if every region was measured, 1 if not (what was measured is kept), 2 if the\n"
	      "options or the symbols are wrong, or a file or tool is missing.\n",
	      out);
}
