/* SPDX-License-Identifier: MIT */
/* All processes: found by ID, listed by parent, and counted per user. */
#include "lib/errno.h"
#include "mem/heap.h"
#include "process/process.h"
#include "process/process_internal.h"
#include "process/thread.h"
#include "sched/pause.h"

#define PID_LAST     0x7fffffff
/* Size of the hash table of process IDs. IDs spread evenly, as most are consecutive. */
#define BUCKETS      1024

/*
 * Limits on processes of users other than root (RLIMIT_NPROC): as in Linux, half the number of 16
 * KiB stacks that fit in an eighth of memory.
 */
#define USER_MEMORY  (256 * KIB) /* bytes of the machine's memory per process of a user */
#define USER_MIN     64
#define USER_MAX     (KSTACK_HEAP_SLOTS / 2)
#define ROOT_RESERVE 64 /* kernel stacks that only root may use */

/* Counts the threads of a user other than root, zombies included. */
struct account {
	uint32_t user, tasks;
	struct account *next;
};

/* All guarded by the kernel lock (cpu/lock.h). */
static struct process *buckets[BUCKETS];
static struct account *accounts;
static size_t count;
static int next_pid = 1;
static bool pids_wrapped; /* next_pid began at 2 again: a process may already have that ID */

static struct process **bucket_of(int pid)
{
	return &buckets[(unsigned)pid % BUCKETS];
}

static void enter_bucket(struct process *process)
{
	struct process **place = bucket_of(process->pid);

	process->same_bucket = *place;
	if (*place)
		(*place)->bucket_place = &process->same_bucket;
	*place = process;
	process->bucket_place = place;
}

static void leave_bucket(struct process *process)
{
	*process->bucket_place = process->same_bucket;
	if (process->same_bucket)
		process->same_bucket->bucket_place = process->bucket_place;
}

void process_leave_parent(struct process *process)
{
	*process->sibling_place = process->sibling;
	if (process->sibling)
		process->sibling->sibling_place = process->sibling_place;
	process->parent = NULL;
}

static void enter_family(struct process *process, struct process *parent)
{
	process->sibling = parent->children;
	if (process->sibling)
		process->sibling->sibling_place = &process->sibling;
	parent->children = process;
	process->sibling_place = &parent->children;
}

/* Removes `tasks` threads from their account. Frees the account if those were its last. */
static void leave_account(struct account *account, uint32_t tasks)
{
	struct account **link = &accounts;

	if ((account->tasks -= tasks))
		return;
	while (*link != account)
		link = &(*link)->next;
	*link = account->next;
	heap_free(account);
}

/*
 * Returns the account of a user other than root, and creates it if there is none. Returns NULL if
 * out of memory.
 */
static struct account *account_of(uint32_t user)
{
	struct account *account = accounts;

	while (account && account->user != user)
		account = account->next;
	if (account)
		return account;
	account = heap_alloc(sizeof *account);
	if (account) {
		*account = (struct account){ .user = user, .next = accounts };
		accounts = account;
	}
	return account;
}

int process_set_user(uint32_t user)
{
	struct process *process = current_process();
	struct account *account = user ? account_of(user) : NULL;

	if (user && !account)
		return -EAGAIN;
	if (account)
		account->tasks += process->threads;
	if (process->account)
		leave_account(process->account, process->threads);
	process->account = account;
	process->identity.user = user;
	return 0;
}

size_t process_user_limit(void)
{
	const size_t most = frames_total() / (USER_MEMORY / PAGE_SIZE);

	return most < USER_MIN ? USER_MIN : most > USER_MAX ? USER_MAX : most;
}

bool process_account_is_full(const struct account *account)
{
	return account->tasks >= process_user_limit() || count >= KSTACK_HEAP_SLOTS - ROOT_RESERVE;
}

int process_new_id(void)
{
	int id;

	do {
		id = next_pid;
		if (next_pid < PID_LAST) {
			next_pid++;
		} else {
			next_pid = 2;
			pids_wrapped = true;
		}
	} while (pids_wrapped && (process_find(id) || thread_find(id)));
	return id;
}

void process_count_thread(struct process *process, bool created)
{
	if (created && process->account)
		process->account->tasks++;
	else if (process->account)
		leave_account(process->account, 1);
	count += created ? 1 : -1UL;
}

void process_adopt(struct process *process, struct process *parent)
{
	process->pid = process->main.tid = process_new_id();
	process->parent = parent;
	if (parent) {
		process->group = parent->group;
		process->session = parent->session;
		enter_family(process, parent);
	}
	/* A process that the kernel itself starts leads a session, like a login shell. */
	if (!process->group)
		process->group = process->session = process->pid;
	enter_bucket(process);
	if (process->account)
		process->account->tasks++;
	count++;
}

void process_reap(struct process *process)
{
	if (process->parent)
		process_leave_parent(process);
	leave_bucket(process);
	if (process->account)
		leave_account(process->account, 1);
	count--;
	frame_free(virt_to_phys(process));
}

bool process_number_from(int pid)
{
	for (size_t i = 0; i < BUCKETS; i++)
		for (const struct process *p = buckets[i]; p; p = p->same_bucket) {
			if (p->pid >= pid)
				return false;
			for (const struct thread *t = p->main.next; t; t = t->next)
				if (t->tid >= pid)
					return false;
		}
	next_pid = pid;
	pids_wrapped = false;
	return true;
}

void process_each(void (*function)(struct process *process, void *argument), void *argument)
{
	unsigned steps = 0;

	for (unsigned i = 0; i < BUCKETS; i++)
		for (struct process *process = buckets[i]; process; process = process->same_bucket) {
			function(process, argument);
			pause_in_loop(&steps);
		}
}

size_t process_count(void)
{
	return count;
}

struct process *process_find(int pid)
{
	struct process *process = *bucket_of(pid);

	while (process && process->pid != pid)
		process = process->same_bucket;
	return process;
}
