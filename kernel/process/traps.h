/* SPDX-License-Identifier: MIT */
/* Exceptions in user mode as signals, page faults, and the way back to user mode. */
#pragma once

/* Makes cpu/ call this file's functions. */
void traps_init(void);
