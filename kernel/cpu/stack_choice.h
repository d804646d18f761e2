/* SPDX-License-Identifier: MIT */
/* What cpu/ needs from the STACK axis. kernel/stack/kstack_<value>.c implements it. */
#pragma once

/*
 * Returns the IST slot of a vector's gate, or IST_NONE. Not called for vectors that have a slot in
 * every build (idt.c).
 */
unsigned kstack_gate_ist(unsigned vector);
