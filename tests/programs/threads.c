/* SPDX-License-Identifier: MIT */
/*
 * usage: threads KIND
 * Tests threads without a C library: clone(), futexes, robust lists, files and limits. The exit status
 * is 0 if all is as in Linux, otherwise the line of the failed check modulo 256.
 */
#include "tests/programs/threads.h"

#define THREADS 8
#define KERNEL  0xffff800000000000UL

static struct worker workers[THREADS];
static volatile int word, other_word, turns;

static int flags(void)
{
	static const uint64_t refused[] = {
		CLONE_THREAD,
		CLONE_THREAD | CLONE_VM,
		CLONE_THREAD | CLONE_SIGHAND,
		CLONE_SIGHAND,
		CLONE_VM,
		NEEDED & ~(uint64_t)CLONE_FS,
		NEEDED & ~(uint64_t)CLONE_FILES,
		NEEDED & ~(uint64_t)CLONE_VM,
		NEEDED | 0x4000 /* CLONE_VFORK */,
		NEEDED | 0x8000 /* CLONE_PARENT */,
		NEEDED | 0x20000 /* CLONE_NEWNS */,
		NEEDED | 0x1000 /* CLONE_PIDFD */,
		NEEDED | 1UL << 33,
	};

	workers[0].stack = map_pages(2);
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
		CHECK(clone_thread(refused[i], workers[0].stack, 0, 0, 0, nothing, workers) == -EINVAL);
	CHECK(clone_thread(USUAL | CLONE_SETTLS, workers[0].stack, 0, 0, 1UL << 63, nothing, workers) ==
	      -EPERM);
	CHECK(call(SYS_membarrier, 0, 0, 0) == 31 && call(SYS_membarrier, 8, 0, 0) == -EPERM &&
	      call(SYS_membarrier, 16, 0, 0) == 0 && call(SYS_membarrier, 8, 0, 0) == 0 &&
	      call(SYS_membarrier, 1, 1, 0) == -EINVAL && call(SYS_membarrier, 64, 0, 0) == -EINVAL);
	return 0;
}

static void note_ids(struct worker *worker)
{
	uint64_t base;

	call(SYS_arch_prctl, 0x1003 /* ARCH_GET_FS */, (uintptr_t)&base, 0);
	turns += base == worker->argument && self() == workers[7].tid && tid_of_self() == worker->tid &&
	         worker->cleared == worker->tid && worker->tid != workers[7].tid;
}

/* IDs and TLS; bad addresses for the IDs are ignored, as in Linux. */
static int ids(void)
{
	const uint64_t bad[] = { 8, KERNEL, 0x7ffffffff000, 0xdead000000000000 };

	workers[7].tid = (int)self();
	CHECK(tid_of_self() == self());
	for (int i = 0; i < 4; i++) {
		struct worker *w = &workers[i];

		w->stack = map_pages(2);
		w->argument = 0x10000UL * (uint64_t)(i + 1);
		w->cleared = -1;
		CHECK(clone_thread(USUAL | CLONE_SETTLS | CLONE_CHILD_SETTID, w->stack, (uintptr_t)&w->tid,
		                   (uintptr_t)&w->cleared, w->argument, note_ids, w) == w->tid);
	}
	for (int i = 0; i < 4; i++) {
		join(&workers[i]);
		CHECK(call(SYS_tgkill, (uint64_t)self(), (uint64_t)workers[i].tid, 0) == -ESRCH);
	}
	CHECK(turns == 4);
	for (int i = 0; i < 4; i++)
		CHECK(clone_thread(USUAL | CLONE_CHILD_SETTID, workers[i].stack, bad[i], bad[i], 0, nothing,
		                   workers) > 0);
	for (int i = 0; i < 20; i++)
		yield();
	return 0;
}

static void wait_for_word(struct worker *worker)
{
	const int operation = worker->argument ? WAIT_BITSET : WAIT;

	if (futex(&word, operation, 0, 0, 0, worker->argument) == 0)
		turns++;
}

static void start_waiters(int count, uint64_t (*bits)(int))
{
	turns = 0;
	for (int i = 0; i < count; i++)
		start(&workers[i], wait_for_word, bits ? bits(i) : 0);
	for (int i = 0; i < 2 * count; i++)
		yield();
}

static uint64_t bit_of(int i)
{
	return 1UL << i;
}

static int join_all(int count)
{
	for (int i = 0; i < count; i++)
		join(&workers[i]);
	return turns;
}

static int futexes(void)
{
	const uint64_t soon[2] = { 0, 2000000 }, bad[2] = { 0, 1000000000 }, past[2] = { 0, 1 };

	CHECK(futex(&word, WAIT, 1, 0, 0, 0) == -EAGAIN && futex(&word, WAKE, 1, 0, 0, 0) == 0);
	CHECK(futex((void *)((uintptr_t)&word + 1), WAIT, 0, 0, 0, 0) == -EINVAL);
	CHECK(futex((void *)KERNEL, WAIT, 0, 0, 0, 0) == -EFAULT &&
	      futex((void *)8, WAKE, 0, 0, 0, 0) == -EFAULT);
	CHECK(futex(&word, WAIT, 0, (uintptr_t)bad, 0, 0) == -EINVAL);
	CHECK(futex(&word, WAIT, 0, KERNEL, 0, 0) == -EFAULT);
	CHECK(futex(&word, WAIT_BITSET, 0, 0, 0, 0) == -EINVAL &&
	      futex(&word, WAKE_BITSET, 1, 0, 0, 0) == -EINVAL);
	CHECK(futex(&word, LOCK_PI, 0, 0, 0, 0) == -ENOSYS && futex(&word, 99, 0, 0, 0, 0) == -ENOSYS);
	CHECK(futex(&word, WAIT, 0, (uintptr_t)soon, 0, 0) == -ETIMEDOUT);
	CHECK(futex(&word, WAIT_BITSET, 0, (uintptr_t)past, 0, 1) == -ETIMEDOUT);
	start_waiters(3, 0);
	CHECK(futex(&word, WAKE, 2, 0, 0, 0) == 2 && futex(&word, WAKE | PRIVATE, 9, 0, 0, 0) == 1);
	CHECK(join_all(3) == 3);
	start_waiters(4, bit_of);
	CHECK(futex(&word, WAKE_BITSET, 9, 0, 0, 0x10) == 0 && futex(&word, WAKE_BITSET, 9, 0, 0, 5) == 2);
	CHECK(futex(&word, WAKE, 9, 0, 0, 0) == 2 && join_all(4) == 4);
	start_waiters(5, 0);
	CHECK(futex(&word, CMP_REQUEUE, 1, 2, &other_word, 1) == -EAGAIN);
	CHECK(futex(&word, CMP_REQUEUE, ~0U, 2, &other_word, 0) == -EINVAL);
	CHECK(futex(&word, CMP_REQUEUE, 1, 2, (void *)KERNEL, 0) == -EFAULT);
	CHECK(futex(&word, CMP_REQUEUE, 1, 2, &other_word, 0) == 3);
	CHECK(futex(&word, WAKE, 9, 0, 0, 0) == 2 && futex(&other_word, WAKE, 1, 0, 0, 0) == 1);
	CHECK(futex(&other_word, REQUEUE, 0, 9, &word, 0) == 1 && futex(&other_word, WAKE, 9, 0, 0, 0) == 0);
	CHECK(futex(&word, WAKE, 9, 0, 0, 0) == 1 && join_all(5) == 5);
	return 0;
}

static volatile int shared_turn;

/* Two threads hand a word to each other 2000 times: a lost wake-up would leave both waiting. */
static void ping(struct worker *worker)
{
	const int me = (int)worker->argument;

	for (int i = 0; i < 2000; i++) {
		while (shared_turn != me)
			futex(&shared_turn, WAIT | PRIVATE, (uint32_t)!me, 0, 0, 0);
		shared_turn = !me;
		futex(&shared_turn, WAKE | PRIVATE, 1, 0, 0, 0);
		turns++;
	}
}

static int wakes(void)
{
	CHECK(start(&workers[0], ping, 0) > 0 && start(&workers[1], ping, 1) > 0);
	CHECK(join_all(2) == 4000);
	return 0;
}

struct entry {
	uint64_t next;
	volatile int futex;
};
static struct {
	uint64_t first;
	int64_t offset;
	uint64_t listed;
} lists[THREADS];
static struct entry entries[THREADS];
#define OFFSET    ((int64_t)offsetof(struct entry, futex))
#define HAS_OWNER 0x80000000U

/* The list of thread i; the lists from 3 on are hostile. */
static void owns(struct worker *worker)
{
	const uint64_t i = worker->argument;

	lists[i].first = (uintptr_t)(i == 5 ? (void *)KERNEL : i == 6 ? (void *)&entries[6] : &entries[i]);
	lists[i].offset = i == 4 ? (int64_t)KERNEL : i == 3 ? 1 : OFFSET;
	lists[i].listed = i == 1 ? (uintptr_t)&entries[1] : i == 2 ? (uintptr_t)&entries[7] : 0;
	entries[i].next = i == 6 ? (uintptr_t)&entries[6] : (uintptr_t)&lists[i];
	entries[i].futex = (int)((unsigned)worker->tid | HAS_OWNER);
	if (i == 2)
		entries[7].futex = worker->tid;
	call(SYS_set_robust_list, i == 7 ? KERNEL : (uintptr_t)&lists[i], 24, 0);
	for (int n = 0; n < 4; n++)
		yield();
}

static void wait_for_owner(struct worker *worker)
{
	struct entry *entry = &entries[worker->argument];

	futex(&entry->futex, WAIT, (uint32_t)entry->futex, 0, 0, 0);
	turns++;
}

static int robust(void)
{
	uint64_t head = 1, size = 0;

	CHECK(call(SYS_set_robust_list, 0, 23, 0) == -EINVAL);
	CHECK(call(SYS_get_robust_list, 0, (uintptr_t)&head, (uintptr_t)&size) == 0 && head == 0 &&
	      size == 24);
	CHECK(call(SYS_get_robust_list, 0, KERNEL, (uintptr_t)&size) == -EFAULT);
	CHECK(call(SYS_get_robust_list, 0x7ffffff0, (uintptr_t)&head, (uintptr_t)&size) == -ESRCH);
	CHECK(start(&workers[0], owns, 0) > 0);
	yield();
	CHECK(call(SYS_get_robust_list, (uint64_t)workers[0].tid, (uintptr_t)&head, (uintptr_t)&size) == 0 &&
	      head == (uintptr_t)&lists[0]);
	CHECK(start(&workers[1], wait_for_owner, 0) > 0);
	yield();
	join(&workers[0]);
	join(&workers[1]);
	CHECK(turns == 1 && (unsigned)entries[0].futex == (0x40000000U | HAS_OWNER));
	for (unsigned i = 1; i < THREADS; i++) {
		CHECK(start(&workers[0], owns, i) > 0);
		join(&workers[0]);
		CHECK(i != 2 || entries[7].futex == 0x40000000);
	}
	CHECK((unsigned)entries[1].futex == (0x40000000U | HAS_OWNER));
	CHECK((unsigned)entries[2].futex == (0x40000000U | HAS_OWNER));
	return 0;
}

/* A thread closes a pipe while another one waits in a read of it. */
static int files(void)
{
	CHECK(call(SYS_pipe, (uintptr_t)pipe_ends, 0, 0) == 0 && start(&workers[0], reads_pipe, 1) > 0);
	yield();
	CHECK(call(SYS_close, (uint64_t)pipe_ends[0], 0, 0) == 0);
	yield();
	CHECK(call(SYS_close, (uint64_t)pipe_ends[1], 0, 0) == 0);
	join(&workers[0]);
	CHECK(workers[0].argument == 0);
	return 0;
}

/* A fork copies the calling thread only. */
static void forks(struct worker *worker)
{
	const long pid = fork();

	if (!pid) {
		for (int i = 0; i < 4; i++)
			yield();
		leave(tid_of_self() == self() && turns == (int)worker->argument ? 5 : 6);
	}
	turns = status_of(pid);
}

static void counts_turns(struct worker *worker)
{
	(void)worker;
	for (int i = 0; i < 50; i++, turns++)
		yield();
}

static int forked(void)
{
	CHECK(start(&workers[0], forks, 0) > 0 && start(&workers[1], counts_turns, 0) > 0);
	join(&workers[0]);
	CHECK(turns >> 8 == 5);
	join(&workers[1]);
	return 0;
}

/* Creates threads until there is no more room, and lets all of them end. */
static int limits(void)
{
	enum { MOST = 400 };
	char *stacks = map_pages(2 * MOST);
	struct worker *many = (struct worker *)map_pages(MOST * sizeof *many / PAGE_SIZE + 1);
	int count = 0;

	call(SYS_setuid, 77, 0, 0);
	for (; count < MOST; count++) {
		many[count].stack = stacks + count * STACK_SIZE;
		if (start(&many[count], wait_for_word, 0) < 0)
			break;
	}
	CHECK(count >= 60);
	yield();
	CHECK(futex(&word, WAKE, 10000, 0, 0, 0) == count);
	for (int i = 0; i < count; i++)
		join(&many[i]);
	CHECK(turns == count && start(&workers[0], nothing, 0) > 0);
	join(&workers[0]);
	return 0;
}

int main(int argc, char **argv)
{
	static const struct kind kinds[] = {
		{ "flags", flags },   { "ids", ids },     { "futexes", futexes }, { "wakes", wakes },
		{ "robust", robust }, { "files", files }, { "forked", forked },   { "limits", limits },
	};

	/* Ends the threads that a failed check leaves behind, which exit() would not do. */
	call(SYS_exit_group, argc > 1 ? (uint64_t)run_kind(argv[1], kinds, sizeof kinds / sizeof *kinds) : 2,
	     0, 0);
	return 2;
}
