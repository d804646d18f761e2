/* SPDX-License-Identifier: MIT */
/* Reads KVM's tracepoints with perf_event_open(2). */
#define _GNU_SOURCE
#include "bench/host/base/host_facts.h"
#include "bench/host/base/paths.h"
#include "bench/host/launch/exits_internal.h"
#include "bench/protocol/ports.h"

#include <dirent.h>
#include <errno.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PAGES_MAX  1024 /* pages of 4 KiB, with room for about 40,000 exits */
#define FORMAT_MAX 65536
#define ALLOW                                                                                             \
	"sudo sysctl kernel.perf_event_paranoid=-1; sudo mount -t tracefs -o mode=755 nodev /sys/kernel/" \
	"tracing (or remount it so); or run as root"

static const char *const folders[] = { "/sys/kernel/tracing/events/kvm",
	                               "/sys/kernel/debug/tracing/events/kvm" };

/* Returns the format file of a tracepoint, which the caller frees, or NULL with errno. */
static char *read_format(const char *tracepoint)
{
	char *text = calloc(1, FORMAT_MAX);
	FILE *file = NULL;

	for (size_t i = 0; text && !file && i < sizeof folders / sizeof folders[0]; i++) {
		char name[160];
		char path[PATH_MAX];

		path_format(name, sizeof name, "%s/%s/format", folders[i], tracepoint);
		host_path(path, name);
		file = fopen(path, "re");
	}
	if (!file || fread(text, 1, FORMAT_MAX - 1, file) == 0) {
		free(text);
		text = NULL;
	}
	if (file)
		fclose(file);
	return text;
}

/*
 * Reads a number from the text of a format file: finds `field`, then the first `key` at or after
 * it, then the number that follows `key`. `key` is "ID: " or "offset:". Returns false if there is
 * no such number.
 */
static bool find_number(const char *format, const char *field, const char *key, unsigned *number)
{
	const char *at = strstr(format, field);

	at = at ? strstr(at, key) : NULL;
	return at && sscanf(at + strlen(key), "%u", number) == 1;
}

static bool read_layout(struct exits *exits)
{
	char *output = read_format("kvm_pio");
	bool ok;

	exits->format = read_format("kvm_exit");
	ok = exits->format && output && find_number(exits->format, "ID: ", "ID: ", &exits->layout.exit_id) &&
	     find_number(exits->format, " exit_reason;", "offset:", &exits->layout.reason) &&
	     find_number(exits->format, " isa;", "offset:", &exits->layout.isa) &&
	     find_number(output, "ID: ", "ID: ", &exits->layout.output_id) &&
	     find_number(output, " port;", "offset:", &exits->layout.port) &&
	     find_number(output, " size;", "offset:", &exits->layout.size) &&
	     find_number(output, " count;", "offset:", &exits->layout.count);
	free(output);
	return ok;
}

/* Opens a tracepoint for one thread, and leaves it disabled. Returns the descriptor, or -1 with
 * errno. */
static int open_tracepoint(unsigned id, pid_t thread)
{
	struct perf_event_attr attributes = { .type = PERF_TYPE_TRACEPOINT,
		                              .size = sizeof attributes,
		                              .config = id,
		                              .sample_period = 1,
		                              .sample_type = PERF_SAMPLE_RAW,
		                              .disabled = 1,
		                              .wakeup_events = 1000 };

	return (int)syscall(SYS_perf_event_open, &attributes, thread, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

static int refuse(const char *what, int error, char *why, size_t size)
{
	snprintf(why, size, "%s: %s: %s", what, strerror(error), ALLOW);
	return -1;
}

int exits_can_count(char *why, size_t size)
{
	struct exits *exits = exits_new();
	int status = 0;
	int descriptor;

	if (!exits || !read_layout(exits)) {
		status = refuse("KVM's tracepoints cannot be read", errno, why, size);
	} else {
		descriptor = open_tracepoint(exits->layout.exit_id, 0);
		if (descriptor < 0)
			status = refuse("perf events are not permitted", errno, why, size);
		else
			close(descriptor);
	}
	exits_free(exits);
	return status;
}

/*
 * Maps the largest buffer that this process may lock, of 8 to PAGES_MAX pages. Returns false if
 * even the smallest is refused.
 */
static bool map_buffer(struct exit_thread *thread)
{
	for (size_t pages = PAGES_MAX; pages >= 8; pages /= 2) {
		thread->bytes = (pages + 1) * 4096;
		thread->buffer =
		        mmap(NULL, thread->bytes, PROT_READ | PROT_WRITE, MAP_SHARED, thread->exit, 0);
		if (thread->buffer != MAP_FAILED)
			return true;
	}
	thread->buffer = NULL;
	return false;
}

static bool open_thread(struct exits *exits, pid_t pid)
{
	struct exit_thread *thread = &exits->thread[exits->threads++];

	thread->exit = open_tracepoint(exits->layout.exit_id, pid);
	thread->output = open_tracepoint(exits->layout.output_id, pid);
	return thread->exit >= 0 && thread->output >= 0 && map_buffer(thread) &&
	       ioctl(thread->output, PERF_EVENT_IOC_SET_OUTPUT, thread->exit) == 0 &&
	       ioctl(thread->exit, PERF_EVENT_IOC_ENABLE, 0) == 0 &&
	       ioctl(thread->output, PERF_EVENT_IOC_ENABLE, 0) == 0;
}

static bool is_vcpu(pid_t pid, const char *task)
{
	char path[PATH_MAX];
	char name[32] = "";
	FILE *file;

	path_format(path, sizeof path, "/proc/%d/task/%s/comm", (int)pid, task);
	file = fopen(path, "re");
	if (!file)
		return false;
	if (!fgets(name, sizeof name, file))
		name[0] = '\0';
	fclose(file);
	return strncmp(name, "CPU ", 4) == 0;
}

int exits_attach(struct exits *exits, pid_t pid, char *why, size_t size)
{
	bool ok = read_layout(exits);
	char path[PATH_MAX];
	DIR *tasks;

	path_format(path, sizeof path, "/proc/%d/task", (int)pid);
	tasks = opendir(path);
	for (struct dirent *task = tasks ? readdir(tasks) : NULL; ok && task; task = readdir(tasks))
		if (is_vcpu(pid, task->d_name) && exits->threads < EXITS_THREADS)
			ok = open_thread(exits, atoi(task->d_name));
	snprintf(why, size, "%s", ok ? "QEMU has no thread of a vCPU" : strerror(errno));
	if (tasks)
		closedir(tasks);
	exits->attached = ok && exits->threads > 0;
	return exits->attached ? 0 : -1;
}

static uint32_t word_at(const char *raw, unsigned offset, unsigned length)
{
	uint32_t word = 0;

	if (offset + sizeof word <= length)
		memcpy(&word, raw + offset, sizeof word);
	return word;
}

static void take_raw(struct exits *exits, const char *raw, unsigned length)
{
	uint16_t id = (uint16_t)word_at(raw, 0, length);

	if (id == exits->layout.exit_id) {
		uint32_t reason = word_at(raw, exits->layout.reason, length);

		exits->isa = word_at(raw, exits->layout.isa, length);
		exits_add_exit(exits, exits->isa == 1 ? reason & 0xffff : reason);
	} else if (id == exits->layout.output_id &&
	           word_at(raw, exits->layout.port, length) == PORT_RECORDS) {
		exits_add_output(exits, word_at(raw, exits->layout.size, length) *
		                                word_at(raw, exits->layout.count, length));
	}
}

/* Processes one record of a buffer, which the caller has copied to contiguous memory. */
static void take_record(struct exits *exits, const struct perf_event_header *header)
{
	const char *body = (const char *)(header + 1);
	uint32_t length;
	uint64_t lost;

	if (header->type == PERF_RECORD_SAMPLE) {
		memcpy(&length, body, sizeof length);
		if (length <= header->size - sizeof *header - sizeof length)
			take_raw(exits, body + sizeof length, length);
	} else if (header->type == PERF_RECORD_LOST) {
		/* The body has the event's id, then the number of lost events, in 8 bytes each. */
		memcpy(&lost, body + sizeof lost, sizeof lost);
		exits->lost += lost;
	}
}

static void drain_thread(struct exits *exits, struct exit_thread *thread)
{
	struct perf_event_mmap_page *control = thread->buffer;
	const char *data = (const char *)thread->buffer + 4096;
	size_t size = thread->bytes - 4096;
	uint64_t head = __atomic_load_n(&control->data_head, __ATOMIC_ACQUIRE);
	uint64_t tail = control->data_tail;

	while (tail < head) {
		union {
			struct perf_event_header header;
			char bytes[65536];
		} record;

		for (size_t i = 0; i < sizeof record.header; i++)
			record.bytes[i] = data[(tail + i) % size];
		if (record.header.size < sizeof record.header)
			break;
		for (size_t i = sizeof record.header; i < record.header.size; i++)
			record.bytes[i] = data[(tail + i) % size];
		take_record(exits, &record.header);
		tail += record.header.size;
	}
	__atomic_store_n(&control->data_tail, tail, __ATOMIC_RELEASE);
}

void exits_drain(struct exits *exits)
{
	for (size_t i = 0; i < exits->threads; i++)
		drain_thread(exits, &exits->thread[i]);
}

void exits_free(struct exits *exits)
{
	if (!exits)
		return;
	for (size_t i = 0; i < exits->threads; i++) {
		struct exit_thread *thread = &exits->thread[i];

		if (thread->buffer)
			munmap(thread->buffer, thread->bytes);
		if (thread->exit >= 0)
			close(thread->exit);
		if (thread->output >= 0)
			close(thread->output);
	}
	free(exits->event);
	free(exits->row);
	free(exits->format);
	free(exits);
}
