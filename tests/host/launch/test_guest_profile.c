/* SPDX-License-Identifier: MIT */
/*
 * Tests how perf's samples of a guest are charged to rows and functions, with recorded text and with
 * made-up lines.
 *
 * recorded-perf.txt is what perf 6.1 printed in the outer machine of engine kvm-emulated (Linux 6.1,
 * kvm-amd with npt=1). The event is cpu-clock, because emulated processors have no counters. The
 * text begins with the row exec.spawn 16777216 of a run of the preset window. The file
 * recorded-perf-records.txt has the records of the run from this row on.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <elf.h>
#include <string.h>

#include "bench/host/launch/guest_profile.h"
#include "tests/host/scratch.h"

#define RECORDED         "tests/host/launch/recorded-perf.txt"
#define RECORDED_RECORDS "tests/host/launch/recorded-perf-records.txt"

#define CODE             0xffffffff80108000ULL
#define CODE_BYTES       0x36fa4

/* Some functions of the recorded image. */
static const struct {
	const char *name;
	uint64_t start, size;
} functions[] = {
	{ "address_space_map", 0xffffffff80108260, 0x1c5 }, { "record_end", 0xffffffff8011e980, 0xf7 },
	{ "loader_load", 0xffffffff80126b30, 0x3bf },       { "sum_of_file", 0xffffffff8012c070, 0x8d },
	{ "bench_irq_handler", 0xffffffff80133bb0, 0x43 },
};

#define FUNCTIONS (sizeof functions / sizeof functions[0])

static struct file {
	Elf64_Ehdr header;
	Elf64_Phdr segment;
	Elf64_Shdr section[4]; /* the null section, .text, .symtab, .strtab */
	Elf64_Sym symbol[1 + FUNCTIONS];
	char names[128];
} file;

/* Writes an image with functions[] to `name` in the temporary folder. */
static void write_image(const char *name)
{
	size_t used = 1;
	FILE *out = fopen(path_of(name), "w");

	memset(&file, 0, sizeof file);
	memcpy(file.header.e_ident, ELFMAG, SELFMAG);
	file.header.e_ident[EI_CLASS] = ELFCLASS64;
	file.header.e_ident[EI_DATA] = ELFDATA2LSB;
	file.header.e_machine = EM_X86_64;
	file.header.e_type = ET_EXEC;
	file.header.e_phoff = offsetof(struct file, segment);
	file.header.e_phnum = 1;
	file.header.e_phentsize = sizeof file.segment;
	file.header.e_shoff = offsetof(struct file, section);
	file.header.e_shnum = 4;
	file.header.e_shentsize = sizeof file.section[0];
	file.section[1] = (Elf64_Shdr){ .sh_type = SHT_PROGBITS,
		                        .sh_flags = SHF_ALLOC | SHF_EXECINSTR,
		                        .sh_addr = CODE,
		                        .sh_size = CODE_BYTES };
	file.section[2] = (Elf64_Shdr){ .sh_type = SHT_SYMTAB,
		                        .sh_offset = offsetof(struct file, symbol),
		                        .sh_size = sizeof file.symbol,
		                        .sh_link = 3 };
	file.section[3] = (Elf64_Shdr){ .sh_type = SHT_STRTAB,
		                        .sh_offset = offsetof(struct file, names),
		                        .sh_size = sizeof file.names };
	for (size_t i = 0; i < FUNCTIONS; i++) {
		file.symbol[i + 1] = (Elf64_Sym){ .st_name = (Elf64_Word)used,
			                          .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC),
			                          .st_shndx = 1,
			                          .st_value = functions[i].start,
			                          .st_size = functions[i].size };
		strcpy(file.names + used, functions[i].name);
		used += strlen(functions[i].name) + 1;
	}
	assert_non_null(out);
	assert_int_equal(fwrite(&file, sizeof file, 1, out), 1);
	fclose(out);
}

static char why[300];

/* Reads two files as guest_profile_read() does, with the image that write_image() makes. */
static int64_t read_files(FILE *script, FILE *records)
{
	struct store_launch launch = { .engine = "kvm",
		                       .strategy = "window",
		                       .stack = "s",
		                       .loader = "l",
		                       .isolation = "i",
		                       .bench = "*",
		                       .sha256 = "" };
	int64_t charged;

	assert_non_null(script);
	assert_non_null(records);
	write_image("image.elf");
	*why = '\0';
	charged = guest_profile_read(script, records, path_of("image.elf"), store,
	                             store_launch_start(store, &launch), why, sizeof why);
	fclose(script);
	fclose(records);
	execute("SELECT 1");
	return charged;
}

static int64_t read_text(const char *script, const char *records)
{
	return read_files(fmemopen((void *)script, strlen(script), "r"),
	                  fmemopen((void *)records, strlen(records), "r"));
}

/* Returns a row's functions with their values in millions, sorted by name. */
static const char *functions_of(const char *where)
{
	char sql[400];

	snprintf(sql, sizeof sql,
	         "SELECT group_concat(function || ' ' || (value / 1000000), ', ') FROM"
	         " (SELECT * FROM functions WHERE kind = 'row' AND %s ORDER BY function)",
	         where);
	return first_column(sql);
}

static void recorded_samples_are_charged(void **state)
{
	(void)state;
	assert_int_equal(read_files(fopen(RECORDED, "r"), fopen(RECORDED_RECORDS, "r")), 42);
	assert_string_equal(functions_of("benchmark = 'exec.spawn' AND parameter = 16777216 AND n = 4"),
	                    "[user] 4, address_space_map 2, loader_load 8, record_end 10, sum_of_file 2");
	assert_string_equal(functions_of("benchmark = 'irq.entry.user' AND parameter = 0 AND n = 6"),
	                    "[unknown] 1, bench_irq_handler 1, record_end 14");
	assert_string_equal(first_column("SELECT DISTINCT metric || ' ' || unit FROM functions"),
	                    "profile_clock ns");
}

#define BENCH     "@1 bench name=tlb.cr3 parameter=8 ~0\n" /* 37 bytes */
#define SAMPLE    "@2 sample name=tlb.cr3 ~0\n"            /* 26 bytes */
#define OUT(n)    "K 1.0: 1 kvm:kvm_pio: pio_write at 0xe9 size 1 count " n " val 0x40 (...)  ffffffffc0000000\n"
#define CYCLES    "1.5: 1000000 guest_cycles: "
#define IN_MAP    CYCLES "ffffffff80108260\n"
#define ELSEWHERE "K 1.0: 1 kvm:kvm_pio: pio_write at 0x3f8 size 1 count 9 val 0x40  ffffffffc0000000\n"

static void made_up_samples_are_charged(void **state)
{
	(void)state;
	assert_int_equal(
	        read_text("G " IN_MAP                                /* before the row */
	                          OUT("37") "G " IN_MAP              /* in the row */
	                                    "KGg " CYCLES "400123\n" /* in user mode */
	                                    "G " CYCLES "400123\n"   /* a user address marked as kernel */
	                                    "K " IN_MAP "U " IN_MAP  /* of the host */
	                                    "\n" ELSEWHERE           /* not to the records' port */
	                                    "G " CYCLES "ffffffff80108424\n" /* the function's last byte */
	                                    "G " CYCLES "ffffffff80108425\n" /* the byte after it */
	                  OUT("26") "GE " IN_MAP,
	                  BENCH SAMPLE),
	        6);
	assert_string_equal(functions_of("benchmark = 'tlb.cr3' AND parameter = 8 AND n = 1"),
	                    "[unknown] 1, [user] 2, address_space_map 3");
	assert_string_equal(first_column("SELECT DISTINCT metric || ' ' || unit FROM functions"),
	                    "profile_cycles cycles");
}

static void refused(const char *script, const char *reason)
{
	assert_int_equal(read_text(script, BENCH), -1);
	assert_string_equal(why, reason);
	assert_string_equal(first_column("SELECT count(*) FROM functions"), "0");
}

static void other_text_is_refused(void **state)
{
	(void)state;
	refused(OUT("36") "G " IN_MAP, "the guest's output and its events do not match, so events were lost");
	refused(OUT("37") "no such line\n", "perf's text has an unknown line");
	refused(OUT("37") "G 1.5: 1000000 instructions: ffffffff80108260\n",
	        "perf's text has samples of an unknown event");
	refused(OUT("37") "G " IN_MAP "G 1.5: 1000000 cpu-clock: ffffffff80108260\n",
	        "perf's text has samples of an unknown event");
	refused(OUT("37") "G " CYCLES "\n", "perf's text has a sample without an address");
	assert_int_equal(read_text(OUT("37"), BENCH), 0);
	assert_int_equal(guest_profile_read(stdin, stdin, "/nowhere.elf", store, 1, why, sizeof why), -1);
	assert_non_null(strstr(why, "/nowhere.elf: the symbol file cannot be read"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(recorded_samples_are_charged, make_database, remove_files),
		cmocka_unit_test_setup_teardown(made_up_samples_are_charged, make_database, remove_files),
		cmocka_unit_test_setup_teardown(other_text_is_refused, make_database, remove_files),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
