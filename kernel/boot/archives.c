/* SPDX-License-Identifier: MIT */
/* Files from the boot modules that are archives, and what becomes of the modules' memory. */
#include "boot/boot.h"
#include "fs/archive.h"
#include "fs/cpio.h"
#include "lib/console.h"
#include "lib/errno.h"
#include "lib/record.h"
#include "mem/frames.h"

static uint64_t first_page(const struct boot_module *module)
{
	return virt_to_phys(module->data) & ~PAGE_MASK;
}

static uint64_t end_page(const struct boot_module *module)
{
	return (virt_to_phys(module->data) + module->size + PAGE_MASK) & ~PAGE_MASK;
}

/* Whether no other module has bytes in its pages, of which it has all from the first byte on. */
static bool is_alone(const struct boot_module *module)
{
	const struct boot_module *other;

	for (size_t i = 0; (other = boot_module_at(i)); i++)
		if (other != module && other->size && first_page(other) < end_page(module) &&
		    first_page(module) < end_page(other))
			return false;
	return virt_to_phys(module->data) % PAGE_SIZE == 0;
}

void boot_unpack_modules(void)
{
	const struct boot_module *module;
	size_t unpacked = 0, freed = 0;

	for (size_t i = 0; (module = boot_module_at(i)); i++) {
		size_t more = 0;
		int error;

		if (!cpio_is(module->data, module->size))
			continue;
		unpacked += module->size;
		if (is_alone(module) && frames_adopt(first_page(module), end_page(module))) {
			error = archive_unpack(phys_to_virt(first_page(module)), module->size, &more);
			boot_module_forget(i);
		} else {
			error = cpio_unpack(phys_to_virt(virt_to_phys(module->data)), module->size, &more);
			more = 0;
		}
		freed += more;
		if (error)
			kprintf("module %s: the archive is %s\n", module->name,
			        error == -ENOMEM ? "too large for memory" : "damaged");
	}
	record_fact("modules-unpacked", unpacked, "bytes");
	record_fact("modules-freed", freed, "bytes");
}
