/* SPDX-License-Identifier: MIT */
/* Both kernels execute every region a fixed number of times, then do what `ending` says. */
#include "bench/protocol/marks.h"
#include "tests/foreign/foreign.h"

/* What the kernel does at its end (boot.asm gets the number from the linker). */
enum ending { DONE, REBOOT, TRIPLE_FAULT, HANG, SHELL, MANY };
enum { MANY_CALLS = 10000000, BUSY_ROUNDS = 10000000 };

/* An address in user memory without a page. */
#define KERNEL_FAULT 0x40020000

#ifdef __x86_64__
#define NAME "k64"
#elif defined(PAE)
#define NAME "k32-pae"
#else
#define NAME "k32"
#endif

extern const volatile uint32_t ending_number;

void foreign_main(void);
void unexpected(void);
void finish(void);

void unexpected(void)
{
	put(NAME ": unexpected exception\n");
	halt();
}

/* Does not return. */
void finish(void)
{
	put(NAME ": done\n");
	screen_put(NAME ": done on the screen\n");
	halt();
}

/* Calls a function during which the timer interrupts. In an emulator whose timer is late, the
 * interrupts come afterwards, here. */
static void with_timer(void (*tick)(void), void (*function)(void), unsigned ticks)
{
	uint32_t until = timer_ticks + ticks;

	on_tick = tick;
	function();
	while (timer_ticks != until)
		__asm__ volatile("sti; hlt; cli");
	on_tick = tick_plain;
}

static void run_user(void)
{
	uint32_t until = timer_ticks + 2;

	enter_user(USER_BASE, USER_STACK);
	while (timer_ticks != until)
		__asm__ volatile("sti; hlt; cli");
}

static void work(void)
{
	for (unsigned i = 0; i < 3; i++)
		straight();
	for (unsigned i = 0; i < 2; i++)
		span();
	descend(5);
	branch(3);
	tail_first();
	tail_first();
	with_timer(tick_plain, interrupted, 1);
	with_timer(tick_plain, interrupted, 1);
	with_timer(tick_nested, interrupted, 2);
	turns();
	with_timer(tick_switch, preempted, 1);
	try_escape();
	try_escape();
	touch();
	*(volatile char *)KERNEL_FAULT = 1;
	run_user();
}

static void reboot(void)
{
	out8(0x64, 0xfe); /* the keyboard controller resets the processor */
	halt();
}

static void triple_fault(void)
{
	static const char nothing[10];

	__asm__ volatile("lidt %0; int3" : : "m"(nothing));
}

static void hang(void)
{
	for (;;)
		;
}

/* The shell's commands are single characters: s calls straight(), d calls descend(2), q ends the shell.
 * It answers each character by a line. Before the shell reads the first character, it is busy with
 * interrupts off. */
static void shell(void)
{
	for (volatile unsigned i = 0; i < BUSY_ROUNDS; i++)
		;
	if (was_typed())
		put("typed early\n");
	for (;;) {
		const char *where;
		char typed;

		put("$ ");
		typed = get(&where);
		put((char[]){ typed, '\0' });
		put(" at ");
		put(where);
		put("\n");
		if (typed == 'q')
			return;
		if (typed == 's')
			straight();
		if (typed == 'd')
			descend(2);
	}
}

/* Prints a number from RDRAND, if the processor has this instruction. */
static void put_random(void)
{
	uint32_t a = 1, b, c = 0, d, number;

	__asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
	if (!(c >> 30 & 1))
		return;
	__asm__ volatile("1: rdrand %0; jnc 1b" : "=r"(number) : : "cc");
	put(NAME ": random ");
	put_number(number);
	put("\n");
}

/* Marks region 5, of seven instructions, and then region 6, of one. Markers need 64-bit addresses. */
static void marked(void)
{
#ifdef __x86_64__
	__asm__ volatile("prefetchnta (%0)\n\t"
	                 "prefetchnta (%2)\n\t"
	                 ".rept 7; nop; .endr\n\t"
	                 "prefetchnta (%3)\n\t"
	                 "prefetchnta (%1)\n\t"
	                 "prefetchnta (%2)\n\t"
	                 "nop\n\t"
	                 "prefetchnta (%3)"
	                 :
	                 : "r"(MARK_REGION(5)), "r"(MARK_REGION(6)), "r"(MARK_BEGIN), "r"(MARK_END));
#endif
}

void foreign_main(void)
{
	console_open();
	put(NAME ": start\n");
	tables_open();
	work();
	put(NAME ": ");
	put_number(timer_ticks);
	put(" interrupts, ");
	put_number(page_faults);
	put(" page faults\n");
	put_random();
	marked();
	switch ((enum ending)ending_number) {
	case REBOOT:
		reboot();
		break;
	case TRIPLE_FAULT:
		triple_fault();
		break;
	case HANG:
		hang();
		break;
	case SHELL:
		shell();
		break;
	case MANY:
		many(MANY_CALLS);
		break;
	case DONE:
		break;
	}
	finish();
}
