/* SPDX-License-Identifier: MIT */
/* Unpacks boot modules that are archives, and frees their memory. */
#include "boot/boot.h"
#include "fs/archive.h"
#include "fs/file_kind.h"
#include "lib/errno.h"
#include "mem/frames.h"
#include "output/console.h"
#include "output/record.h"

static uint64_t first_page(const struct boot_module *module)
{
	return virt_to_phys(module->data) & ~PAGE_MASK;
}

static uint64_t end_page(const struct boot_module *module)
{
	return (virt_to_phys(module->data) + module->size + PAGE_MASK) & ~PAGE_MASK;
}

/* Returns true if the module is page-aligned and no other module has bytes in its pages. */
static bool is_alone(const struct boot_module *module)
{
	const struct boot_module *other;

	for (size_t i = 0; (other = boot_module_at(i)); i++)
		if (other != module && other->size && first_page(other) < end_page(module) &&
		    first_page(module) < end_page(other))
			return false;
	return virt_to_phys(module->data) % PAGE_SIZE == 0;
}

/*
 * Prints a message about data that the kernel does not use: the bytes of the module from `read` on.
 * If `read` is 0, they are the whole module.
 */
static void say_unread(const struct boot_module *module, size_t read, const struct data_kind *kind)
{
	if (read)
		kprintf("module %s: from byte %lu on it is %s, which is not read: %s\n", module->name, read,
		        kind->name, kind->advice);
	else
		kprintf("module %s is %s, which is not read: %s\n", module->name, kind->name, kind->advice);
}

/* Unpacks a module that is an archive. Returns the number of its bytes that were freed. */
static size_t unpack(const struct boot_module *module, size_t index)
{
	struct unpacked result;
	int error;

	if (is_alone(module) && frames_adopt(first_page(module), end_page(module))) {
		error = archive_unpack(phys_to_virt(first_page(module)), module->size, &result);
		boot_module_forget(index);
	} else {
		error = cpio_unpack(phys_to_virt(virt_to_phys(module->data)), module->size, &result);
	}
	if (error)
		kprintf("module %s: the archive is %s at byte %lu\n", module->name,
		        error == -ENOMEM ? "too large for memory" : "damaged", result.read);
	if (result.rest)
		say_unread(module, result.read, result.rest);
	return result.freed;
}

void boot_unpack_modules(void)
{
	const struct boot_module *module;
	size_t unpacked = 0, freed = 0;

	for (size_t i = 0; (module = boot_module_at(i)); i++) {
		if (cpio_is(module->data, module->size)) {
			unpacked += module->size;
			freed += unpack(module, i);
		} else if (!file_is_program(module->data, module->size)) {
			say_unread(module, 0, file_kind(module->data, module->size));
		}
	}
	record_fact("modules-unpacked", unpacked, "bytes");
	record_fact("modules-freed", freed, "bytes");
}
