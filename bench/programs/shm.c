/* SPDX-License-Identifier: MIT */
/*
 * shm KIND [KEY [COUNT]]: shared memory with keys, and its permissions. The exit status is 0, or
 * the line of the check that failed. User 1000 makes a segment with `own` and reads it with `read`;
 * `remove` removes the segment. As user 2000, `scan` tries COUNT keys from KEY on, and `ids` tries
 * all IDs below KEY. `scan` and `ids` write two numbers to /tmp/shm-scan: how many segments they
 * could read, and how many keys they tried (0 for `ids`).
 */
#include "sys/shm.h"
#include "bench/programs/check.h"

#define SECRET 0x7365637265740001UL
#define OWNER  1000
#define OTHER  2000
#define RESULT "/tmp/shm-scan"

/* struct shmid64_ds */
struct description {
	uint32_t key, user, group, creator_user, creator_group, mode;
	uint64_t sequence, unused[2];
	uint64_t size, times[3];
	int creator_pid, last_pid;
	uint64_t attached, reserved[2];
};

static long get(uint64_t key, uint64_t size, uint64_t flags)
{
	return call(SYS_shmget, key, size, flags);
}

static long attach(long id, uint64_t address, uint64_t flags)
{
	return call(SYS_shmat, (uint64_t)id, address, flags);
}

static long detach(volatile void *address)
{
	return call(SYS_shmdt, (uintptr_t)address, 0, 0);
}

static long control(long id, uint64_t command, void *address)
{
	return call(SYS_shmctl, (uint64_t)id, command, (uintptr_t)address);
}

static long become(uint64_t user)
{
	return call(SYS_setgid, user, 0, 0) ? -1 : call(SYS_setuid, user, 0, 0);
}

static uint64_t number(const char *text)
{
	uint64_t value = 0;

	for (; *text >= '0' && *text <= '9'; text++)
		value = value * 10 + (uint64_t)(*text - '0');
	return value;
}

static int own(uint64_t key)
{
	volatile uint64_t *p;
	long id;

	CHECK(become(OWNER) == 0);
	id = get(key, PAGE_SIZE, IPC_CREAT | IPC_EXCL | 0600);
	CHECK(id >= 0);
	p = (volatile uint64_t *)attach(id, 0, 0);
	CHECK((long)p > 0);
	*p = SECRET;
	return 0;
}

static int reads(uint64_t key)
{
	long id;
	volatile uint64_t *p;

	CHECK(become(OWNER) == 0);
	id = get(key, 0, 0);
	p = (volatile uint64_t *)attach(id, 0, SHM_RDONLY);
	CHECK((long)p > 0 && *p == SECRET);
	return 0;
}

static int removes(uint64_t key)
{
	return control(get(key, 0, 0), IPC_RMID, NULL) != 0;
}

static int finds(long id)
{
	volatile uint64_t *p = (volatile uint64_t *)attach(id, 0, SHM_RDONLY);
	int found;

	if ((long)p <= 0)
		return 0;
	found = *p == SECRET;
	detach(p);
	return found;
}

static int write_result(uint64_t found, uint64_t keys)
{
	const uint64_t result[2] = { found, keys };
	long fd = call(SYS_open, (uintptr_t)RESULT, 01101, 0666);

	CHECK(call(SYS_write, (uint64_t)fd, (uintptr_t)result, sizeof result) == sizeof result);
	return 0;
}

static int scan(uint64_t first, uint64_t count)
{
	uint64_t found = 0;

	CHECK(become(OTHER) == 0);
	for (uint64_t key = first; key < first + count; key++) {
		long id = get(key, 0, 0);

		found += id >= 0 && finds(id);
	}
	return write_result(found, count);
}

static int scan_ids(uint64_t end)
{
	uint64_t found = 0;

	CHECK(become(OTHER) == 0);
	for (uint64_t id = 0; id < end; id++)
		found += (uint64_t)finds((long)id);
	return write_result(found, 0);
}

static int segments(void)
{
	const size_t page = PAGE_SIZE / 8;
	long id = get(77, 2 * PAGE_SIZE - 5, IPC_CREAT | 0600), private = get(IPC_PRIVATE, 1, 0600), pid;
	volatile uint64_t *a = (volatile uint64_t *)attach(id, 0, 0), *b;
	struct description d;

	CHECK(id >= 0 && private >= 0 && private != id && (long)a > 0);
	CHECK(get(77, 0, 0) == id && get(77, 2 * PAGE_SIZE - 5, IPC_CREAT) == id);
	CHECK(get(77, 1, IPC_CREAT | IPC_EXCL) == -17 && get(77, 2 * PAGE_SIZE, 0) == -22);
	a[0] = 1;
	b = (volatile uint64_t *)attach(id, 0, SHM_RDONLY);
	CHECK((long)b > 0 && b != a && b[0] == 1);
	pid = fork();
	if (pid == 0) {
		a[page] = 2;
		leave(detach(a) == 0 && b[page] == 2 ? 0 : 1);
	}
	CHECK(status_of(pid) == 0 && b[page] == 2);
	pid = fork();
	if (pid == 0)
		b[0] = 9;
	CHECK(status_of(pid) == 11);
	CHECK(call(SYS_mprotect, (uintptr_t)b, PAGE_SIZE, PROT_READ | PROT_WRITE) == -13);
	CHECK(control(id, IPC_STAT, &d) == 0 && d.key == 77 && d.mode == 0600 && d.size == 2 * PAGE_SIZE - 5);
	CHECK(d.attached == 2 && d.creator_pid == call(SYS_getpid, 0, 0, 0));
	/* A removed segment cannot be found, but stays mapped where it is attached, even in part. */
	CHECK(control(id, IPC_RMID, NULL) == 0 && control(private, IPC_RMID, NULL) == 0);
	CHECK(get(77, 0, 0) == -2 && attach(id, 0, 0) == -22 && control(id, IPC_STAT, &d) == -22);
	CHECK(call(SYS_munmap, (uintptr_t)b, PAGE_SIZE, 0) == 0 && b[page] == 2);
	CHECK(detach(b) == 0 && detach(b) == -22);
	CHECK(a[0] == 1 && a[page] == 2 && detach(a) == 0);
	return 0;
}

static int permissions(void)
{
	struct description d;
	long id, pid;

	pid = fork();
	if (pid == 0)
		leave(own(78));
	CHECK(status_of(pid) == 0);
	id = get(78, 0, 0);
	CHECK(id >= 0 && control(id, IPC_STAT, &d) == 0 && d.user == OWNER && d.mode == 0600);
	pid = fork();
	if (pid == 0) {
		if (become(OTHER) || get(78, 0, 0600) != -13 || get(78, 0, 0) != id)
			leave(1);
		if (attach(id, 0, 0) != -13 || attach(id, 0, SHM_RDONLY) != -13)
			leave(2);
		if (control(id, IPC_RMID, NULL) != -1 || control(id, IPC_SET, &d) != -1 ||
		    control(id, IPC_STAT, &d) != -13)
			leave(3);
		leave(0);
	}
	CHECK(status_of(pid) == 0);
	d.mode = 0604; /* others may read */
	CHECK(control(id, IPC_SET, &d) == 0);
	pid = fork();
	if (pid == 0)
		leave(!become(OTHER) && attach(id, 0, 0) == -13 && attach(id, 0, SHM_RDONLY) > 0 ? 0 : 1);
	CHECK(status_of(pid) == 0);
	CHECK(control(id, IPC_RMID, NULL) == 0);
	return 0;
}

static int refuses(void)
{
	long id = get(79, PAGE_SIZE, IPC_CREAT | 0600), many[SEGMENTS_MAX], at;
	int n = 0;

	CHECK(id >= 0);
	CHECK(get(80, 0, IPC_CREAT) == -22 && get(80, ~0UL, IPC_CREAT) == -22 && get(80, 1, 0) == -2);
	CHECK(attach(-1, 0, 0) == -22 && attach(id + SEGMENTS_MAX, 0, 0) == -22);
	CHECK(attach(id, 1, 0) == -22 && attach(id, 1UL << 63, 0) == -22 && attach(id, USER_TOP, 0) == -22);
	CHECK(attach(id, PAGE_SIZE, 0) == -22 && attach(id, 0, 1) == -22 && attach(id, 0, SHM_REMAP) == -22);
	CHECK(attach(id, 0, SHM_EXEC) == -13);
	CHECK(attach(id, 0x400000, 0) == -22); /* the program's image is there */
	at = attach(id, 0x300000001, SHM_RND);
	CHECK(at == 0x300000000 && attach(id, (uint64_t)at, SHM_REMAP) == at);
	CHECK(detach((void *)(at + 1)) == -22 && detach((void *)KERNEL_BASE) == -22);
	CHECK(detach((void *)0x400000) == -22 && detach(NULL) == -22);
	CHECK(control(id, 99, NULL) == -22 && control(-5, IPC_RMID, NULL) == -22);
	CHECK(control(id, IPC_STAT, (void *)KERNEL_BASE) == -14 && control(id, IPC_SET, NULL) == -14);
	while (n < SEGMENTS_MAX && (many[n] = get(IPC_PRIVATE, 1, 0600)) >= 0)
		n++;
	CHECK(n == SEGMENTS_MAX - 1 && many[n] == -28);
	while (n-- > 0)
		CHECK(control(many[n], IPC_RMID, NULL) == 0);
	CHECK(control(id, IPC_RMID, NULL) == 0);
	return 0;
}

static int identity(void)
{
	uint32_t ids[3] = { 9, 9, 9 };

	CHECK(call(SYS_getuid, 0, 0, 0) == 0 && call(SYS_getegid, 0, 0, 0) == 0);
	CHECK(call(SYS_setuid, ~0UL, 0, 0) == -22);
	CHECK(call(SYS_setresuid, 5, 6, 5) == -22);
	CHECK(call(SYS_setresgid, 7, 7, 7) == 0 && call(SYS_getgid, 0, 0, 0) == 7);
	CHECK(call(SYS_setgroups, 0, 0, 0) == 0);
	CHECK(call(SYS_setuid, 5, 0, 0) == 0 && call(SYS_geteuid, 0, 0, 0) == 5);
	CHECK(call(SYS_setuid, 0, 0, 0) == -1 && call(SYS_setgid, 0, 0, 0) == -1);
	CHECK(call(SYS_setresuid, ~0UL, 0, ~0UL) == -1 && call(SYS_setreuid, 6, 6, 0) == -1);
	CHECK(call(SYS_setregid, ~0UL, 8, 0) == -1 && call(SYS_setgroups, 0, 0, 0) == -1);
	CHECK(call(SYS_setuid, 5, 0, 0) == 0 && call(SYS_setresuid, ~0UL, ~0UL, ~0UL) == 0);
	CHECK(call(SYS_getresuid, (uintptr_t)&ids[0], (uintptr_t)&ids[1], (uintptr_t)&ids[2]) == 0);
	CHECK(ids[0] == 5 && ids[1] == 5 && ids[2] == 5);
	CHECK(call(SYS_getresgid, KERNEL_BASE, (uintptr_t)&ids[1], (uintptr_t)&ids[2]) == -14);
	CHECK(call(SYS_getgroups, 0, 0, 0) == 0 && call(SYS_getgroups, ~0UL, 0, 0) == -22);
	return 0;
}

int main(int argc, char **argv)
{
	static const struct kind kinds[] = {
		{ "segments", segments },
		{ "permissions", permissions },
		{ "refuses", refuses },
		{ "identity", identity },
	};
	static const struct {
		const char *name;
		int (*run)(uint64_t key);
	} with_key[] = { { "own", own }, { "read", reads }, { "remove", removes }, { "ids", scan_ids } };

	for (size_t i = 0; argc == 3 && i < sizeof with_key / sizeof *with_key; i++)
		if (equal(argv[1], with_key[i].name))
			return with_key[i].run(number(argv[2])) != 0;
	if (argc == 4 && equal(argv[1], "scan"))
		return scan(number(argv[2]), number(argv[3])) != 0;
	return argc == 2 ? run_kind(argv[1], kinds, sizeof kinds / sizeof *kinds) : 2;
}
