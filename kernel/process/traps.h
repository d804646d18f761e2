/* SPDX-License-Identifier: MIT */
/* Exceptions in user mode, page faults, and the return to user mode. */
#pragma once

/* Registers the functions of traps.c with cpu/. Called once at boot. */
void traps_init(void);
