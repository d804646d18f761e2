/* SPDX-License-Identifier: MIT */
/* The part of the STACK axis that cpu/ calls. kernel/stack/kstack_<value>.c implements it. */
#pragma once

/*
 * Returns the IST slot of a vector's gate, or IST_NONE. Not called for the vectors that use the
 * same slot in every build (ist_of() in idt.c).
 */
unsigned kstack_gate_ist(unsigned vector);
