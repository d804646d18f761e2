/* SPDX-License-Identifier: MIT */
/* Tests the choice of CPUs for a virtual machine on made-up hosts. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/host/base/host_facts.h"
#include "bench/host/base/paths.h"
#include "bench/host/launch/pin.h"

static struct pin_host host;

/*
 * Makes a host with `threads` hardware threads per core. The CPUs have Intel's numbers: with C
 * cores, the CPUs n and n + C are threads of one core. `isolated` is a list of CPUs as in sysfs.
 */
static void make_host(int cpus, int threads, const char *isolated)
{
	CPU_ZERO(&host.usable);
	host_cpu_list(isolated, &host.isolated);
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		host.core[cpu] = cpu % (cpus / threads);
	for (int cpu = 0; cpu < cpus; cpu++)
		CPU_SET(cpu, &host.usable);
}

/* Returns the CPUs of pin_choose() and, after " | ", those of pin_rest(), such as "3 2 | 0 1". */
static const char *choice(size_t vcpus)
{
	static char text[200];
	int cpus[64];
	size_t count = pin_choose(&host, vcpus, cpus);
	cpu_set_t rest;
	int used = 0;

	pin_rest(&host, cpus, count, &rest);
	text[0] = '\0';
	for (size_t i = 0; i < count; i++)
		used += sprintf(text + used, "%d ", cpus[i]);
	used += sprintf(text + used, "|");
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &rest))
			used += sprintf(text + used, " %d", cpu);
	return text;
}

static void the_last_ones_first(void **state)
{
	(void)state;
	make_host(4, 1, "");
	assert_string_equal(choice(1), "3 | 0 1 2");
	assert_string_equal(choice(3), "3 2 1 | 0");
	assert_string_equal(choice(4), "3 2 1 0 |");
	assert_string_equal(choice(6), "3 2 1 0 |");
	make_host(1, 1, "");
	assert_string_equal(choice(1), "0 |");
}

/*
 * The host has four cores with two threads each: CPU n and CPU n + 4. While there are free cores,
 * each vCPU must get a separate core, whose other thread stays idle.
 */
static void one_per_core(void **state)
{
	(void)state;
	make_host(8, 2, "");
	assert_string_equal(choice(1), "7 | 0 1 2 4 5 6");
	assert_string_equal(choice(3), "7 6 5 | 0 4");
	assert_string_equal(choice(4), "7 6 5 4 | 0 1 2 3");
}

static void isolated_ones_first(void **state)
{
	(void)state;
	make_host(4, 1, "1-2");
	assert_string_equal(choice(1), "2 | 0 3");
	assert_string_equal(choice(2), "2 1 | 0 3");
	assert_string_equal(choice(3), "2 1 3 | 0");
}

static void lists(void **state)
{
	cpu_set_t set;
	(void)state;

	host_cpu_list("0-2,5,7-8", &set);
	assert_int_equal(CPU_COUNT(&set), 6);
	assert_true(CPU_ISSET(5, &set) && CPU_ISSET(8, &set) && !CPU_ISSET(3, &set));
	host_cpu_list("", &set);
	assert_int_equal(CPU_COUNT(&set), 0);
	host_cpu_list("none", &set);
	assert_int_equal(CPU_COUNT(&set), 0);
	host_cpu_list("3,x", &set);
	assert_int_equal(CPU_COUNT(&set), 1);
}

/* pin_read_host() must read the files of a made-up host from the folder in PALIMPSEST_ROOT. */
static void a_made_up_host(void **state)
{
	static struct pin_host read;
	char root[] = "/tmp/test-pin-XXXXXX";
	char path[PATH_MAX];
	FILE *file;
	(void)state;

	assert_non_null(mkdtemp(root));
	setenv("PALIMPSEST_ROOT", root, 1);
	path_format(path, sizeof path, "%s/sys/devices/system/cpu", root);
	assert_int_equal(path_make_folders(path), 0);
	path_format(path, sizeof path, "%s/sys/devices/system/cpu/isolated", root);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs("900-901\n", file);
	fclose(file);
	pin_read_host(&read);
	assert_true(CPU_ISSET(900, &read.isolated) && CPU_ISSET(901, &read.usable));
	assert_int_equal(read.core[901], 901);
	remove(path);
	for (int i = 0; i < 5; i++) {
		*strrchr(path, '/') = '\0';
		rmdir(path);
	}
	unsetenv("PALIMPSEST_ROOT");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_last_ones_first), cmocka_unit_test(one_per_core),
		cmocka_unit_test(isolated_ones_first), cmocka_unit_test(lists),
		cmocka_unit_test(a_made_up_host),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
