/* SPDX-License-Identifier: MIT */
/*
 * pitfall.sandwich_irq (bench/claims/22-*): interrupts between the two CR3 loads of real spawn
 * calls, and damaged images. The handler stores a word for the task that it interrupts. If the new
 * task's CR3 is loaded, the word lands in the new task's page instead. In the controls the loader
 * is entered with interrupts off, or the copy continues with interrupts forced on.
 */
#include <elf.h>

#include "bench/guest/experiments/spawn_watch.h"
#include "boot/boot.h"
#include "cpu/apic.h"
#include "cpu/cpu.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "loader/loader.h"
#include "mem/frames.h"
#include "process/process.h"

#define IMAGE_ROOM (4 * PAGE_SIZE)

/* A user address that the calling program and every new one have mapped: the stack's top page. */
#define BUFFER     (USER_STACK_TOP - PAGE_SIZE)

static bool force; /* continue the copy with interrupts on, whatever they were */
static uint64_t interrupted;
static volatile uint64_t delivered, misplaced;

/*
 * Called in the handler: stores a word at BUFFER for the interrupted task, checks where it went,
 * and puts back what was there. Returns false if the word is not in the interrupted task's page.
 */
static bool store_for_task(uint64_t word)
{
	uint64_t place = paging_translate(current_process()->space.pml4, BUFFER, NULL), before;
	bool right;

	if (place == PAGING_INVALID || copy_from_user(&before, BUFFER, sizeof before) ||
	    copy_to_user(BUFFER, &word, sizeof word))
		return false;
	right = *(volatile uint64_t *)phys_to_virt(place) == word;
	copy_to_user(BUFFER, &before, sizeof before);
	return right;
}

static void store_for_interrupted_task(void)
{
	delivered++;
	misplaced += !store_for_task(0x7073000000000000 | delivered);
	lapic_eoi();
}

static void interrupt_copy(struct trap_frame *frame)
{
	if ((read_cr3() & PTE_FRAME) == root_pml4(current_task()->root.kernel))
		return; /* this loader has not switched CR3 */
	interrupted++;
	lapic_self_ipi(PITFALL_VECTOR);
	if (force)
		frame->rflags |= RFLAGS_IF;
}

static const struct spawn_watch watch = { .storing = interrupt_copy };

/*
 * Interrupts the copy of every load that `watch_spawns` makes. Sets *words to the number of words
 * that did not reach the task that was interrupted. Returns true if each load was interrupted and
 * each image arrived.
 */
static bool interrupt_loads(bool (*watch_spawns)(const struct spawn_watch *), bool forced, uint64_t *words)
{
	bool ok;

	force = forced;
	interrupted = delivered = misplaced = 0;
	ok = watch_spawns(&watch);
	*words = misplaced;
	return ok && interrupted == WATCHED_SPAWNS && delivered == WATCHED_SPAWNS;
}

/* An executable in a buffer, where the functions below damage it. */
struct image {
	union {
		Elf64_Ehdr header;
		uint8_t bytes[IMAGE_ROOM];
	};
	Elf64_Phdr *first; /* the first PT_LOAD with bytes in the file */
	size_t size;
};

static void misalign_segment(struct image *i)
{
	i->first->p_vaddr += 8;
}

static void misalign_headers(struct image *i)
{
	i->header.e_phoff += 4;
}

static void into_kernel(struct image *i)
{
	i->first->p_vaddr = KERNEL_BASE;
}

static void into_direct_map(struct image *i)
{
	i->first->p_vaddr = DIRECT_MAP_BASE;
}

static void across_the_top(struct image *i)
{
	i->first->p_vaddr = USER_TOP - PAGE_SIZE;
	i->first->p_memsz = 2 * PAGE_SIZE;
}

static void around_the_end(struct image *i)
{
	i->first->p_memsz = ~0UL - PAGE_SIZE;
}

static void enter_kernel(struct image *i)
{
	i->header.e_entry = KERNEL_BASE;
}

static void cut_in_segment(struct image *i)
{
	i->size = i->first->p_offset + i->first->p_filesz - 1;
}

static void cut_in_headers(struct image *i)
{
	i->size = i->header.e_phoff + 8;
}

static void cut_in_identity(struct image *i)
{
	i->size = 7;
}

static void (*const damages[])(struct image *) = {
	misalign_segment, misalign_headers, into_kernel,    into_direct_map, across_the_top,
	around_the_end,   enter_kernel,     cut_in_segment, cut_in_headers,  cut_in_identity,
};
#define DAMAGES (sizeof damages / sizeof *damages)

static bool read_image(struct image *image)
{
	const struct boot_module *module = boot_module_find("payload-4k");

	if (!module || module->size > IMAGE_ROOM)
		return false;
	memcpy(image->bytes, module->data, module->size);
	image->size = module->size;
	image->first = (Elf64_Phdr *)(image->bytes + image->header.e_phoff);
	for (unsigned i = 0; i < image->header.e_phnum; i++, image->first++)
		if (image->first->p_type == PT_LOAD && image->first->p_filesz)
			return true;
	return false;
}

/* Returns true if loading the plan reads only bytes of the file and writes only to the user half. */
static bool stays_inside(const struct elf_plan *plan, const struct image *image)
{
	for (size_t i = 0; i < plan->count + plan->rest; i++) {
		const struct load_segment *s =
		        i < plan->count ? &plan->segments[i] : elf_rest(plan, i - plan->count);

		if (s->start % PAGE_SIZE || !user_range(s->start, s->pages * PAGE_SIZE) ||
		    s->pages > USER_TOP / PAGE_SIZE)
			return false;
		if (s->data && (s->data < image->bytes || s->data_size > image->size ||
		                s->data + s->data_size > image->bytes + image->size ||
		                (s->pages && s->data_offset + s->data_size > s->pages * PAGE_SIZE)))
			return false;
	}
	return user_range(plan->entry, 1);
}

/*
 * Returns the number of damaged images that do no harm: elf_check() refuses the image, or
 * stays_inside() is true of its plan. Returns 0 if elf_check() refuses the undamaged image.
 */
static size_t safe_images(void)
{
	static struct image image;
	static struct elf_plan plan;
	size_t safe = 0;

	if (!read_image(&image) || elf_check(image.bytes, image.size, &plan))
		return 0;
	for (size_t i = 0; i < DAMAGES && read_image(&image); i++) {
		damages[i](&image);
		safe += elf_check(image.bytes, image.size, &plan) || stays_inside(&plan, &image);
	}
	return safe;
}

static void sandwich_irq(struct bench *b)
{
	static const char *const argv[] = { "broken" };
	uint64_t masked = 0, forced = 0, safe;
	size_t before, leaked;

	loader_trim();
	before = frames_free();
	irq_set_handler(PITFALL_VECTOR, store_for_interrupted_task);
	if (interrupt_loads(watch_spawns_of_program, false, &b->violations) &&
	    interrupt_loads(watch_spawns_of_kernel, false, &masked) &&
	    interrupt_loads(watch_spawns_of_program, true, &forced))
		b->tries = WATCHED_SPAWNS;
	irq_set_handler(PITFALL_VECTOR, NULL);
	safe = safe_images();
	if (process_spawn("broken", argv, 1) != -ENOEXEC)
		b->tries = 0;
	loader_trim();
	leaked = before > frames_free() ? before - frames_free() : frames_free() - before;
	pitfall_report(b);
	bench_metric(b, "control_violations", masked, "count");
	bench_metric(b, "wrong_space_when_forced", forced, "count");
	bench_metric(b, "images_safe", safe, "count");
	bench_metric(b, "frames_leaked", leaked, "frames");
}

/* Skips loaders that never store at a user address under another task's CR3. */
static int need_sandwich(struct bench *b)
{
	if (!boot_module_find("broken") || !boot_module_find("payload-4k") || !boot_module_find("nest"))
		return -ENOENT;
	interrupted = 0;
	force = false;
	irq_set_handler(PITFALL_VECTOR, store_for_interrupted_task);
	watch_spawns_of_kernel(&watch);
	irq_set_handler(PITFALL_VECTOR, NULL);
	return interrupted ? 0
	                   : bench_skip(b, "this loader writes nothing while another task's CR3 is loaded");
}

BENCH(pitfall_sandwich_irq, "interrupts while another task's CR3 is loaded, and damaged images",
      .name = "pitfall.sandwich_irq", .own_boot = true, .experiment = true, .few = 1, .setup = need_sandwich,
      .body = sandwich_irq, .check = pitfall_ran);
