/* SPDX-License-Identifier: MIT */
#include "process/program.h"

#include "fs/boot_modules.h"
#include "fs/node.h"
#include "lib/errno.h"
#include "process/process.h"

int program_open(struct program *program, const char *name)
{
	const struct boot_module *module = boot_module_find(name);
	const void *bytes = NULL;
	struct node *node;
	int error;

	if (module) {
		*program = (struct program){ .data = module->data,
			                     .size = module->size,
			                     .name = module->name,
			                     /* The name is padded with NULs. */
			                     .name_length = sizeof module->name - 1 };
		return 0;
	}
	node = node_find(current_process()->directory, name, true, &error);
	if (!node)
		return error;
	if ((node->mode & NODE_KIND) != NODE_FILE || !(node->mode & 0111))
		return -EACCES;
	*program = (struct program){
		.size = node->size, .name = node->name, .name_length = node->name_length, .node = node
	};
	if (node_bytes(node, 0, node->size, &bytes) < node->size) {
		bytes = view_open(&node->backing, node->size);
		if (!bytes)
			return -ENOMEM;
		program->viewed = true;
	}
	program->data = bytes;
	return 0;
}
