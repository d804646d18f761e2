/* SPDX-License-Identifier: MIT */
/*
 * Makes up arguments of system calls: mostly of the kind that the call expects, sometimes with
 * random words in them.
 */
#include "tests/fuzz/calls/fuzz.h"

#define PLACES       8  /* take_result() keeps this many results of each kind */
#define ALARM        14 /* SIGALRM */
#define KILL         9
#define STOP         19
#define KERNEL_IMAGE 0xffffffff80100000
#define LENGTHY      70 /* maximum number of struct iovec or struct pollfd in an argument */

char *arena, *edge;

/* A path of 50 names with 99 characters each. It is constant, so calls cannot overwrite it. */
#define TEN     "xxxxxxxxxx"
#define HUNDRED "/xxxxxxxxx" TEN TEN TEN TEN TEN TEN TEN TEN TEN
#define PART    HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED
static const char lengthy_path[] = PART PART PART PART PART;

static uint64_t ranges[PLACES], segments[PLACES], children[PLACES];
static unsigned next_range, next_segment, next_child;
static uint32_t futexes[4];

static const uint64_t words[] = {
	0,
	1,
	7,
	8,
	4095,
	4096,
	4097,
	0x1000,
	0x7fffffff,
	0x80000000,
	0xffffffff,
	0x100000000,
	1UL << 30,
	1UL << 40,
	1UL << 62,
	1UL << 63,
	USER_BASE,
	0x400000,
	USER_MAP_TOP,
	USER_TOP - 1,
	USER_TOP - 4096,
	USER_TOP,
	USER_TOP + 4095,
	0x7fffffffffff,
	0x800000000000,
	0x7fffffffffffffff,
	DIRECT_MAP_BASE,
	DIRECT_MAP_BASE + 0x100000,
	KSTACK_FIXED_BASE + 4096,
	KSTACK_HEAP_BASE + 4096,
	WINDOW_BASE,
	KERNEL_BASE,
	KERNEL_BASE + 0x1000,
	KERNEL_IMAGE,
	~0UL - 4096,
	~0UL - 64,
	~0UL - 8,
	~0UL,
};

static const char *const paths[] = {
	"a",
	"b",
	"d",
	"d/x",
	"l",
	"loop",
	"hole",
	"script",
	"module",
	"fifo",
	"m0",
	"d/m1",
	"/tmp/f",
	"/tmp/f/a",
	"/tmp/f/d",
	"//tmp//f/./a",
	"d/../a",
	"l/x",
	"a/x",
	"none",
	"none/x",
	"",
	".",
	"..",
	"/",
	"/..",
	"d/",
	"a/",
	"/dev/null",
	"/dev/zero",
	"/dev/tty",
	"/dev/console",
	"/dev/full",
	"/dev/random",
	"/dev/urandom",
	lengthy_path,
};

/* Paths that calls may remove or rename. The fuzzer and the kernel need none of these files. */
static const char *const victims[] = {
	"a",    "b",         "d",   "d/x",    "l", "m0", "m1", "m2",
	"d/m1", "/tmp/f/m2", "d/d", "none/x", ".", "..", "d/", "m3/",
};

static const char *const programs[] = { "payload-4k", "hello",  "broken", "fuzz-calls",
	                                "script",     "module", "a",      "none" };

#define COUNT(array) (sizeof(array) / sizeof *(array))

void arguments_start(void)
{
	const size_t size = ARENA + 3 * PAGE_SIZE;
	const long start =
	        call6(SYS_mmap, 0, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, ~0UL, 0);

	if (start < 0)
		leave(0);
	arena = (char *)start;
	edge = arena + size - PAGE_SIZE;
	call(SYS_munmap, (uint64_t)edge, PAGE_SIZE, 0);
	for (size_t i = 0; i < PLACES; i++)
		ranges[i] = (uint64_t)start;
}

/* Returns an address in the kernel's own memory: in the direct map, the image or a stack. */
static uint64_t kernel_address(void)
{
	switch (below(4)) {
	case 0:
		return KERNEL_IMAGE + below(MIB);
	case 1:
		return KSTACK_HEAP_BASE + below(32 * KSTACK_HEAP_STRIDE);
	case 2:
		return KSTACK_FIXED_BASE + below(8 * PAGE_SIZE);
	}
	return DIRECT_MAP_BASE + below(64 * MIB);
}

static uint64_t any_word(void)
{
	const uint64_t number = random_number();

	switch (number % 9) {
	case 8:
		return kernel_address();
	case 0:
	case 1:
		return words[number / 8 % COUNT(words)];
	case 2:
		return words[number / 8 % COUNT(words)] + below(17) - 8;
	case 3:
		return (uint64_t)arena + number / 8 % ARENA;
	case 4:
		return (uint64_t)edge - number / 8 % 64;
	case 5:
		return random_number() << 8 >> (number / 8 % 64);
	case 6:
		return 1UL << (number / 8 % 64);
	}
	return number / 8 % 40;
}

/*
 * Copies the bytes to a random place in the arena, or directly below `edge`, where they are
 * sometimes cut off. Returns the address of the copy. Sometimes returns a random word instead.
 */
static uint64_t place(const void *bytes, size_t size)
{
	char *at = arena + below(ARENA - size) / 8 * 8;
	size_t there = size;

	if (one_in(8))
		return any_word();
	if (one_in(8)) {
		at = edge - size;
		if (one_in(2)) {
			there = below(size);
			at = edge - there;
		}
	}
	for (size_t i = 0; i < there; i++)
		at[i] = ((const char *)bytes)[i];
	return (uint64_t)at;
}

static uint64_t size_of_buffer(void)
{
	return one_in(32) ? any_word() : one_in(24) ? below(70000) : below(600);
}

static uint64_t buffer(void)
{
	switch (below(8)) {
	case 0:
		return any_word();
	case 1:
		return (uint64_t)edge - below(300);
	case 2:
		return ranges[below(PLACES)] + below(PAGE_SIZE);
	}
	return (uint64_t)arena + below(ARENA);
}

static uint64_t vector(void)
{
	uint64_t v[2 * LENGTHY];
	const size_t count = one_in(8) ? LENGTHY : 9;

	for (size_t i = 0; i < count; i++) {
		v[2 * i] = buffer();
		v[2 * i + 1] = size_of_buffer();
	}
	return place(v, count * 2 * sizeof *v);
}

static uint64_t nanoseconds(void)
{
	return one_in(16) ? any_word() : below(3000000);
}

static uint64_t time(void)
{
	return one_in(8) ? 0 : place((const uint64_t[2]){ one_in(16) ? any_word() : 0, nanoseconds() }, 16);
}

static uint64_t span(void)
{
	const uint64_t seconds = one_in(16) ? any_word() : 0;

	return one_in(8)
	               ? 0
	               : place((const uint64_t[4]){ seconds, nanoseconds() / 1000, 0, nanoseconds() / 1000 },
	                       32);
}

static uint64_t mask(void)
{
	uint64_t bits = one_in(4) ? ~0UL : random_number() & random_number();

	if (!one_in(16)) /* usually unmasks SIGALRM, which wakes calls that block */
		bits &= ~(1UL << (ALARM - 1));
	return one_in(8) ? 0 : place(&bits, 8);
}

/* handle() is defined in worker.c, restore in call.asm. */
extern void handle(int, void *, void *);
extern char restore[];

static uint64_t action(void)
{
	const uint64_t flags = 0x4000000 /* SA_RESTORER */ | (one_in(2) ? 4 : 0) |
	                       (one_in(4) ? random_number() & 0xd8000007 : 0) | (one_in(2) ? 0x10000000 : 0);
	const uint64_t handler = one_in(4) ? below(3) : one_in(16) ? any_word() : (uint64_t)handle;

	return one_in(8)
	               ? 0
	               : place((const uint64_t[4]){ handler, flags, (uint64_t)restore, one_in(2) ? 0 : ~0UL },
	                       32);
}

static uint64_t descriptor(void)
{
	return one_in(12) ? any_word() : below(18);
}

static uint64_t polls(void)
{
	uint64_t p[LENGTHY];
	const size_t count = one_in(8) ? LENGTHY : 9;

	for (size_t i = 0; i < count; i++)
		p[i] = (descriptor() & 0xffffffff) | (random_number() & 0xffff) << 32;
	return place(p, count * sizeof *p);
}

static uint64_t sets(void)
{
	const uint64_t s[2] = { random_number() & 0x3ffff, 0 };

	return one_in(3) ? 0 : place(s, sizeof s);
}

/* Returns an argv or envp, usually that of `fuzz-calls again SEED`, which makes more calls. */
static uint64_t strings(void)
{
	static char seed[20];
	uint64_t list[8] = { (uint64_t) "fuzz-calls", (uint64_t) "again", (uint64_t)seed, 0 };
	uint64_t number = random_number();

	for (size_t i = 0; i < sizeof seed - 1; i++, number /= 10)
		seed[i] = (char)('0' + number % 10);
	if (one_in(8))
		list[below(4)] = any_word();
	if (one_in(8))
		list[3] = (uint64_t)lengthy_path, list[4] = (uint64_t) "",
		list[5] = one_in(2) ? any_word() : 0;
	return one_in(12) ? 0 : place(list, sizeof list);
}

static uint64_t range(void)
{
	if (one_in(8))
		return any_word();
	if (one_in(24)) /* a page of the program's own code, data or stack */
		return (const uint64_t[]){ 0x400000, (uint64_t)futexes & ~PAGE_MASK,
			                   USER_STACK_TOP - 2 * PAGE_SIZE,
			                   (uint64_t)__builtin_frame_address(0) & ~PAGE_MASK }[below(4)];
	return one_in(3) ? 0 : ranges[below(PLACES)] + below(8) * PAGE_SIZE * one_in(2);
}

static uint64_t length(void)
{
	return one_in(10) ? any_word() : (1 + below(one_in(4) ? 600 : 12)) * PAGE_SIZE - one_in(8);
}

static uint64_t process(void)
{
	switch (below(8)) {
	case 0:
		return (uint64_t)-call(SYS_getpgrp, 0, 0, 0);
	case 1:
	case 2:
		return (uint64_t)call(SYS_getpid, 0, 0, 0) + below(3) - 1;
	case 3:
		return one_in(64) ? any_word() : 0;
	case 4:
		return one_in(64) ? ~0UL : 0;
	}
	return children[below(PLACES)];
}

static uint64_t stack(void)
{
	const struct {
		uint64_t base;
		uint32_t flags, padding;
		uint64_t size;
	} s = { one_in(4) ? any_word() : (uint64_t)arena, one_in(4) ? (uint32_t)any_word() : 0, 0,
		one_in(4) ? any_word() : ARENA };

	return one_in(4) ? 0 : place(&s, sizeof s);
}

static uint64_t lock(void)
{
	const struct {
		int16_t type, whence;
		int32_t padding;
		int64_t start, length;
		uint64_t pid;
	} l = { (int16_t)below(4),
		(int16_t)below(4),
		0,
		(int64_t)(one_in(16) ? any_word() : below(100)),
		(int64_t)(one_in(16) ? any_word() : below(50)),
		0 };

	return place(&l, sizeof l);
}

static uint64_t request(void)
{
	static const uint16_t known[] = { 0x5401, 0x5402, 0x5403, 0x5404, 0x540b, 0x540e,
		                          0x540f, 0x5410, 0x5411, 0x5413, 0x5414, 0x541b,
		                          0x5421, 0x5422, 0x5429, 0x5450, 0x5451, 0x5452 };

	return one_in(6) ? any_word() : known[below(COUNT(known))];
}

static uint64_t futex(void)
{
	return one_in(8) ? any_word() : (uint64_t)&futexes[below(4)] + one_in(16);
}

/* Returns flags of open(). */
static uint64_t opening(void)
{
	static const uint32_t flags[] = { 0,     1,     2,       0100,    0102, 0101,    01002,
		                          02002, 04000, 0200000, 0400000, 0301, 02000000 };

	return flags[below(COUNT(flags))] | (one_in(4) ? random_number() & 02777777 : 0);
}

static uint64_t signal_number(void)
{
	const uint64_t signal = below(one_in(4) ? 66 : 32);

	return (signal == KILL || signal == STOP || signal == ALARM) && !one_in(8) ? 0 : signal;
}

uint64_t argument(enum argument_kind kind)
{
	if (one_in(24))
		return any_word();
	switch (kind) {
	case FD:
		return descriptor();
	case AT:
		return one_in(3) ? descriptor() : (uint64_t)-100;
	case PATH:
		return one_in(16) ? buffer() : (uint64_t)paths[below(COUNT(paths))];
	case VICTIM:
		return one_in(16) ? buffer() : (uint64_t)victims[below(COUNT(victims))];
	case PROGRAM:
		return one_in(16) ? buffer() : (uint64_t)programs[below(COUNT(programs))];
	case BUFFER:
	case POINTER:
		return buffer();
	case SIZE:
		return size_of_buffer();
	case OPENING:
		return opening();
	case MODE:
		return one_in(3) ? random_number() & 0177777 : 0644;
	case SIGNAL:
		return signal_number();
	case PID:
		return process();
	case VECTOR:
		return vector();
	case SMALL:
		return below(10);
	case MASK_SIZE:
		return one_in(16) ? below(20) : 8;
	case TIME:
		return time();
	case SPAN:
		return span();
	case MASK:
		return mask();
	case ACTION:
		return action();
	case POLLS:
		return polls();
	case STRINGS:
		return strings();
	case RANGE:
		return range();
	case LENGTH:
		return length();
	case RIGHTS:
		return one_in(16) ? random_number() : below(8);
	case MAPPING:
		return (1 + below(2)) | (one_in(3) ? MAP_FIXED : 0) | (one_in(3) ? 0 : MAP_ANONYMOUS) |
		       (one_in(16) ? random_number() : 0);
	case LOCK:
		return lock();
	case FUTEX:
		return futex();
	case SETS:
		return sets();
	case STACK:
		return stack();
	case ID:
		return one_in(2) ? 1000 : one_in(4) ? below(3) : one_in(2) ? ~0UL : 0;
	case SEGMENT:
		return segments[below(PLACES)];
	case OFFSET:
		return one_in(4) ? below(0x4000000) : below(20) * PAGE_SIZE + below(2);
	case FLAGS:
		return one_in(2) ? 0 : 1UL << below(16);
	case REQUEST:
		return request();
	default:
		return any_word();
	}
}

void take_result(uint64_t number, const uint64_t *arguments, long result)
{
	switch (number) {
	case SYS_mmap:
	case SYS_mremap:
	case SYS_shmat:
		if (result > 0)
			ranges[next_range++ % PLACES] = (uint64_t)result;
		break;
	case SYS_shmget:
		if (result >= 0 && arguments[0] != FUZZ_KEY)
			segments[next_segment++ % PLACES] = (uint64_t)result;
		break;
	case SYS_fork:
	case SYS_vfork:
	case SYS_clone:
	case SYS_spawn:
		if (result > 0)
			children[next_child++ % PLACES] = (uint64_t)result;
		break;
	}
}
