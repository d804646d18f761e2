/* SPDX-License-Identifier: MIT */
/* All tasks: by their process IDs, by their parents, and how many a user has. */
#include "lib/errno.h"
#include "mem/heap.h"
#include "process/process.h"
#include "process/process_internal.h"
#include "sched/pause.h"

#define PID_LAST     0x7fffffff
#define BUCKETS      1024 /* of process IDs; those in use mostly follow one another, so they spread evenly */

/* Limits for users other than root (RLIMIT_NPROC). As in Linux, half of the tasks that an eighth of memory has stacks for. */
#define USER_MEMORY  (256 * KIB) /* of the machine's memory for a task that a user may have */
#define USER_LEAST   64
#define USER_MOST    (KSTACK_HEAP_SLOTS / 2)
#define ROOT_RESERVE 64 /* places that only root's tasks get */

/* The tasks of a user other than root, zombies included. */
struct account {
	uint32_t user, tasks;
	struct account *next;
};

static struct task *buckets[BUCKETS];
static struct account *accounts;
static size_t count;
static int next_pid = 1;

static struct task **bucket_of(int pid)
{
	return &buckets[(unsigned)pid % BUCKETS];
}

static void enter_bucket(struct task *task)
{
	struct task **place = bucket_of(task->pid);

	task->same_bucket = *place;
	if (*place)
		(*place)->bucket_place = &task->same_bucket;
	*place = task;
	task->bucket_place = place;
}

static void leave_bucket(struct task *task)
{
	*task->bucket_place = task->same_bucket;
	if (task->same_bucket)
		task->same_bucket->bucket_place = task->bucket_place;
}

void task_leave_parent(struct task *task)
{
	*task->sibling_place = task->sibling;
	if (task->sibling)
		task->sibling->sibling_place = task->sibling_place;
	task->parent = NULL;
}

static void enter_family(struct task *task, struct task *parent)
{
	task->sibling = parent->children;
	if (task->sibling)
		task->sibling->sibling_place = &task->sibling;
	parent->children = task;
	task->sibling_place = &parent->children;
}

/* An account without tasks goes. */
static void leave_account(struct account *account)
{
	struct account **link = &accounts;

	if (--account->tasks)
		return;
	while (*link != account)
		link = &(*link)->next;
	*link = account->next;
	heap_free(account);
}

/* The account of a user other than root; NULL: no memory. */
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

int task_set_user(uint32_t user)
{
	struct task *task = current_task();
	struct account *account = user ? account_of(user) : NULL;

	if (user && !account)
		return -EAGAIN;
	if (account)
		account->tasks++;
	if (task->account)
		leave_account(task->account);
	task->account = account;
	task->identity.user = user;
	return 0;
}

size_t task_user_limit(void)
{
	const size_t most = frames_total() / (USER_MEMORY / PAGE_SIZE);

	return most < USER_LEAST ? USER_LEAST : most > USER_MOST ? USER_MOST : most;
}

bool task_account_is_full(const struct account *account)
{
	return account->tasks >= task_user_limit() || count >= KSTACK_HEAP_SLOTS - ROOT_RESERVE;
}

void task_adopt(struct task *task, struct task *parent)
{
	static bool wrapped;

	do {
		task->pid = next_pid;
		if (next_pid < PID_LAST) {
			next_pid++;
		} else {
			next_pid = 2;
			wrapped = true;
		}
	} while (wrapped && task_find(task->pid)); /* the task itself is not in the table yet */
	task->parent = parent;
	if (parent && parent->group) {
		task->group = parent->group;
		task->session = parent->session;
	} else { /* what the kernel itself starts leads a session, as a login shell does */
		task->group = task->session = task->pid;
	}
	if (parent)
		enter_family(task, parent);
	enter_bucket(task);
	if (task->account)
		task->account->tasks++;
	count++;
}

void task_reap(struct task *task)
{
	if (task->parent)
		task_leave_parent(task);
	leave_bucket(task);
	if (task->account)
		leave_account(task->account);
	count--;
	frame_free(virt_to_phys(task));
}

void task_each(void (*function)(struct task *task, void *argument), void *argument)
{
	unsigned steps = 0;

	for (unsigned i = 0; i < BUCKETS; i++)
		for (struct task *task = buckets[i]; task; task = task->same_bucket) {
			function(task, argument);
			pause_in_loop(&steps);
		}
}

size_t task_count(void)
{
	return count;
}

struct task *task_find(int pid)
{
	struct task *task = *bucket_of(pid);

	while (task && task->pid != pid)
		task = task->same_bucket;
	return task;
}
