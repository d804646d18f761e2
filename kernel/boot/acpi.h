/* SPDX-License-Identifier: MIT */
/* The list of CPUs in ACPI's tables (ACPI 6.5, 5.2.5 to 5.2.12). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Calls visit(id, argument) for each CPU that can be started, the boot CPU included, with the ID of
 * its local APIC. The IDs may have gaps. Returns false, without a call, if this machine has no list
 * of CPUs, or a damaged one, or if there is no memory to map it. Unmaps what it has mapped.
 */
bool acpi_visit_cpus(void (*visit)(uint32_t id, void *argument), void *argument);
