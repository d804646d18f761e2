/* SPDX-License-Identifier: MIT */
/*
 * pitfall.sandwich_irq (bench/claims/22-*): interrupts between the two CR3 loads of a load, and
 * damaged images, which elf_check() must refuse.
 */
#include <elf.h>

#include "bench/guest/experiments/pitfalls.h"
#include "boot/boot.h"
#include "cpu/apic.h"
#include "cpu/cpu.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "loader/loader.h"
#include "mem/frames.h"
#include "process/process.h"
#include "stack/kstack.h"

#define ROUNDS     16
#define IMAGE      0x400000UL
#define TRAP       (BENCH_AREA_BASE + MIB) /* not mapped: the loader's copy faults at once */
#define IMAGE_ROOM (4 * PAGE_SIZE)

static uint64_t data[PAGE_SIZE / 8];
static bool force; /* continue the copy with interrupts on, though the loader had turned them off */
static uint64_t inside, on_inside;
static volatile uint64_t delivered, wrong_cr3;

static bool foreign_cr3(void)
{
	return (read_cr3() & PTE_FRAME) != current_process()->space.pml4;
}

static void count_delivery(void)
{
	delivered++;
	wrong_cr3 += foreign_cr3(); /* the handler would see another task's user memory */
	lapic_eoi();
}

static bool probe(struct trap_frame *frame)
{
	if (frame->vector != EXCEPTION_PF || read_cr2() != TRAP)
		return false;
	frame->rsi = (uintptr_t)data;
	inside += foreign_cr3();
	on_inside += !!(frame->rflags & RFLAGS_IF);
	lapic_self_ipi(PITFALL_VECTOR);
	if (force)
		frame->rflags |= RFLAGS_IF;
	return true;
}

static bool arrived(const struct address_space *space)
{
	uint64_t frame = paging_translate(space->pml4, IMAGE, NULL);

	return frame != PAGING_INVALID && !memcmp(phys_to_virt(frame), data, sizeof data);
}

/*
 * Loads once into a new space, which has a kernel stack like that of a new task, with an interrupt
 * in the middle. Sets *ok to true if the image arrived. Returns false if out of memory.
 */
static bool interrupted_load(bool forced, bool *ok)
{
	const struct load_segment segment = { .start = IMAGE,
		                              .pages = 1,
		                              .flags = PTE_WRITE | PTE_NX,
		                              .data = (const uint8_t *)TRAP,
		                              .data_size = PAGE_SIZE };
	struct address_space space;
	struct kstack stack;

	if (address_space_create(&space))
		return false;
	if (kstack_create(&stack, &space.root)) {
		address_space_destroy(&space);
		return false;
	}
	force = forced;
	*ok = !loader_load(&space, &segment, 1);
	interrupts_on();
	for (unsigned i = 0; i < 100; i++)
		__asm__ volatile("pause");
	interrupts_off();
	*ok = *ok && arrived(&space);
	kstack_destroy(&stack);
	address_space_destroy(&space);
	return true;
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

/*
 * Returns the number of damaged images that elf_check() refused, or 0 if it refused the undamaged
 * image too.
 */
static size_t refused_images(void)
{
	static struct image image;
	static struct elf_plan plan;
	size_t refused = 0;

	if (!read_image(&image) || elf_check(image.bytes, image.size, &plan))
		return 0;
	for (size_t i = 0; i < DAMAGES && read_image(&image); i++) {
		damages[i](&image);
		refused += elf_check(image.bytes, image.size, &plan) == -ENOEXEC;
	}
	return refused;
}

static void sandwich_irq(struct bench *b)
{
	static const char *const argv[] = { "broken" };
	uint64_t kept_wrong, refused;
	size_t before, leaked;
	bool ok = true;

	inside = on_inside = delivered = wrong_cr3 = 0;
	for (uint64_t i = 0; i < PAGE_SIZE / 8; i++)
		data[i] = 0x7073000000000000 | i;
	loader_trim();
	before = frames_free();
	irq_set_handler(PITFALL_VECTOR, count_delivery);
	exception_set_probe(probe);
	for (; b->tries < ROUNDS && interrupted_load(false, &ok); b->tries++)
		b->violations += !ok;
	kept_wrong = wrong_cr3;
	b->violations += on_inside + kept_wrong;
	for (unsigned i = 0; i < ROUNDS && interrupted_load(true, &ok); i++)
		b->violations += !ok;
	exception_set_probe(NULL);
	irq_set_handler(PITFALL_VECTOR, NULL);
	refused = refused_images();
	b->violations += DAMAGES - refused + (process_spawn("broken", argv, 1) != -ENOEXEC);
	loader_trim();
	leaked = before > frames_free() ? before - frames_free() : frames_free() - before;
	b->violations += leaked;
	if (delivered != 2 * ROUNDS)
		b->tries = 0;
	pitfall_report(b);
	bench_metric(b, "interrupted_under_new_cr3", inside, "count");
	bench_metric(b, "wrong_space_when_forced", wrong_cr3 - kept_wrong, "count");
	bench_metric(b, "images_refused", refused, "count");
	bench_metric(b, "frames_leaked", leaked, "frames");
}

static int need_modules(struct bench *b)
{
	if (loader_defers()) {
		b->why = "here tasks load themselves: nothing is written in a foreign space";
		return -ENOSYS;
	}
	return boot_module_find("broken") && boot_module_find("payload-4k") ? 0 : -ENOENT;
}

BENCH(pitfall_sandwich_irq, "interrupts while another task's CR3 is loaded, and damaged images",
      .name = "pitfall.sandwich_irq", .own_boot = true, .experiment = true, .few = 1, .setup = need_modules,
      .body = sandwich_irq, .check = pitfall_ran);
