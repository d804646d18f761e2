/* SPDX-License-Identifier: MIT */
/*
 * Tests system calls with bad arguments. Nothing here is specific to this kernel, so one can check
 * the tables of calls and errors by running this program on Linux.
 *
 * calls all: makes the calls of the tables, each with one bad argument. Each call must return
 * Linux's error and have no other effect. The exit status is 0, or 1 after printing the rows that
 * failed.
 * calls random: child processes make random calls, at most CALLS each. A child may exit earlier.
 * A child that hangs is killed. The kernel must survive.
 */
#include "sys/shm.h"
#include "tests/programs/calls_files.h"
#include "tests/programs/calls_memory.h"
#include "tests/programs/calls_tasks.h"

static const struct {
	const struct row *rows;
	size_t count;
} tables[] = {
	{ rows_on_files, sizeof rows_on_files / sizeof(struct row) },
	{ rows_on_memory, sizeof rows_on_memory / sizeof(struct row) },
	{ rows_on_tasks, sizeof rows_on_tasks / sizeof(struct row) },
};

static const uint64_t bad_addresses[] = {
	0,           8,         0x1000, USER_TOP, 0x800000000000, 0x8000000000000000, DIRECT_MAP_BASE,
	KERNEL_BASE, ~0UL - 64, ~0UL,
};

static void print_number(long value)
{
	char text[24], *at = text + sizeof text;
	unsigned long rest = value < 0 ? -(unsigned long)value : (unsigned long)value;

	*--at = '\0';
	do
		*--at = (char)('0' + rest % 10);
	while (rest /= 10);
	if (value < 0)
		*--at = '-';
	print(at);
}

/*
 * Makes the row's call with `address` in place of the bad argument. Returns 1 if the call returns
 * the row's error; otherwise prints the call and returns 0.
 */
static int is_met(const struct row *row, uint64_t address)
{
	uint64_t a[6];
	long result;

	for (size_t i = 0; i < 6; i++) {
		a[i] = row->arguments[i];
		if (a[i] == BAD || a[i] == WRONG)
			a[i] = address;
		if (a[i] == MYSELF)
			a[i] = (uint64_t)call(SYS_getpid, 0, 0, 0);
	}
	result = call6(row->number, a[0], a[1], a[2], a[3], a[4], a[5]);
	if (result == row->error)
		return 1;
	print("call "), print_number(row->number);
	print(" gave "), print_number(result), print(" and not "), print_number(row->error);
	print(", arguments");
	for (size_t i = 0; i < 6; i++)
		print(" "), print_number((long)a[i]);
	print("\n");
	return 0;
}

static int try_row(const struct row *row)
{
	int first = 0, end = 1, failed = 0;

	for (size_t i = 0; i < 6; i++)
		if (row->arguments[i] == BAD || row->arguments[i] == WRONG) {
			first = row->arguments[i] == WRONG;
			end = sizeof bad_addresses / sizeof *bad_addresses;
		}
	for (int i = first; i < end; i++)
		failed |= !is_met(row, bad_addresses[i]);
	return failed;
}

static int open_files(void)
{
	int ends[2];

	call(SYS_unlink, FILE, 0, 0);
	call(SYS_unlink, LINK, 0, 0);
	for (size_t i = 0; i < sizeof long_path - 1; i++)
		long_path[i] = i % 100 ? 'x' : '/';
	return call(SYS_pipe, ADDRESS(ends), 0, 0) != 0 || ends[0] != READER || ends[1] != WRITER ||
	       call(SYS_open, FILE, 0102, 0600) != PLAIN ||
	       call(SYS_write, PLAIN, ADDRESS("0123456789"), 10) != 10 || call(SYS_lseek, PLAIN, 0, 0) != 0 ||
	       call(SYS_open, ADDRESS("/"), 0200000, 0) != DIRECTORY ||
	       call(SYS_symlink, ADDRESS("calls"), LINK, 0) != 0;
}

static uint64_t random_state;

static uint64_t random_number(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

static uint64_t random_argument(void)
{
	const uint64_t number = random_number();

	switch (number % 8) {
	case 0:
		return bad_addresses[number / 8 % (sizeof bad_addresses / sizeof *bad_addresses)];
	case 1:
	case 2:
		return BUFFER + number / 8 % sizeof buffer;
	case 3:
		return READER + number / 8 % 4;
	case 4:
		return number >> (number / 8 % 64);
	case 5:
		return 1UL << (number / 8 % 64);
	case 6:
		return 0x400000 + number / 8 % 0x10000;
	}
	return number / 8 % 9;
}

/* Returns 1 for calls that would affect other tasks, make more children, or leave files behind. */
static int is_left_out(uint64_t number)
{
	static const uint16_t calls[] = {
		SYS_open,     SYS_creat,    SYS_clone,  SYS_fork,      SYS_vfork,   SYS_kill,
		SYS_rename,   SYS_mkdir,    SYS_rmdir,  SYS_unlink,    SYS_symlink, SYS_link,
		SYS_mknod,    SYS_tkill,    SYS_tgkill, SYS_openat,    SYS_mkdirat, SYS_mknodat,
		SYS_unlinkat, SYS_renameat, SYS_linkat, SYS_symlinkat,
	};

	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
		if (calls[i] == number)
			return 1;
	return 0;
}

#define CHILDREN    200
#define CALLS       400
#define PATIENCE    500
#define NUMBERS_MAX 340

_Noreturn static void make_random_calls(void)
{
	for (unsigned i = 0; i < CALLS; i++) {
		uint64_t number = random_number() % NUMBERS_MAX;

		long result;

		if (is_left_out(number))
			continue;
		result = call6((long)number, random_argument(), random_argument(), random_argument(),
		               random_argument(), random_argument(), random_argument());
		if (number == SYS_shmget && result >= 0) /* else the segment would stay */
			call(SYS_shmctl, (uint64_t)result, IPC_RMID, 0);
	}
	for (;;)
		call(SYS_exit, 0, 0, 0);
}

static int random_calls(void)
{
	int failed = open_files();

	for (uint64_t fd = 0; fd < 3; fd++) /* so that no call uses the console */
		call(SYS_close, fd, 0, 0);
	for (uint64_t child = 1; child <= CHILDREN && !failed; child++) {
		unsigned waited = 0;
		long pid, got = 0;

		random_state = child * 0x9e3779b97f4a7c15;
		pid = call(SYS_fork, 0, 0, 0);
		if (pid == 0)
			make_random_calls();
		while (pid > 0 && !(got = call(SYS_wait4, (uint64_t)pid, 0, 1)) && waited++ < PATIENCE)
			call(SYS_sched_yield, 0, 0, 0);
		if (pid > 0 && !got) {
			call(SYS_kill, (uint64_t)pid, 9, 0);
			got = call(SYS_wait4, (uint64_t)pid, 0, 0);
		}
		failed = pid < 0 || got != pid;
	}
	call(SYS_unlink, FILE, 0, 0);
	call(SYS_unlink, LINK, 0, 0);
	return failed;
}

/*
 * Extends a file to sizes that memory cannot hold. Each call must fail, or make a hole that reads
 * as zeros. Returns 0, or 1 if a call does neither.
 */
static int large_file(void)
{
	for (unsigned bit = 30; bit < 63; bit++) {
		const uint64_t size = 1UL << bit;
		const int longer = call(SYS_ftruncate, PLAIN, size, 0) == 0;

		if (longer && call6(SYS_pread64, PLAIN, BUFFER, 1, size - 1, 0, 0) != 1)
			return 1;
		if (call(SYS_ftruncate, PLAIN, 10, 0) != 0 ||
		    call6(SYS_pread64, PLAIN, BUFFER, 20, 0, 0, 0) != 10)
			return 1;
	}
	return 0;
}

static int bad_calls(void)
{
	int failed = open_files();

	if (failed)
		print("the files cannot be made\n");
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
		for (size_t j = 0; j < tables[i].count; j++)
			failed |= try_row(&tables[i].rows[j]);
	if (large_file()) {
		print("a large file\n");
		failed = 1;
	}
	call(SYS_unlink, FILE, 0, 0);
	call(SYS_unlink, LINK, 0, 0);
	return failed;
}

int main(int argc, char **argv)
{
	return argc > 1 && equal(argv[1], "random") ? random_calls() : bad_calls();
}
