/* SPDX-License-Identifier: MIT */
/* The functions of loader.h and experiments.h for loaders without a window. */
#include "loader/experiments.h"
#include "loader/loader.h"

void loader_init(void)
{
}

void loader_set_flush(enum loader_flush flush)
{
	(void)flush;
}

size_t loader_window_tables(void)
{
	return 0;
}

void loader_trim(void)
{
}

uint64_t loader_places(void)
{
	return 0;
}

uint64_t loader_measure_lock(bool on)
{
	(void)on;
	return 0;
}

struct spinlock *loader_window_lock(void)
{
	return NULL;
}
