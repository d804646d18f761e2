/* SPDX-License-Identifier: MIT */
/* What the cpu room must know of the STACK axis; the file kernel/stack/kstack_<value>.c answers. */
#pragma once

/* The IST slot for a gate, IST_NONE for none. Not asked for those that have one in every build (idt.c). */
unsigned kstack_gate_ist(unsigned vector);
