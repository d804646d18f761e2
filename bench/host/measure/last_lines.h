/* SPDX-License-Identifier: MIT */
/* What a kernel said before its run ended. */
#pragma once

/* Writes the last lines of the boot's file `name` as messages, after a line that says where they
 * appeared, such as "on the screen". Writes nothing if the file is missing, or has only empty lines. */
void last_lines_show(const char *folder, const char *name, const char *where);
