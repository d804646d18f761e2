/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/bochs/guest.h"

#include <dlfcn.h>
#include <stddef.h>

#include "bench/bochs/output.h"

enum { BX_READ = 0, BX_WRITE = 1, FRAME_BYTES = 4096 };

/* Every BIOS begins with a far jump at this physical address. */
enum { RESET_VECTOR = 0xFFFF0, FAR_JUMP = 0xEA };

/* Bochs's BX_MEM_C::getHostMemAddr(BX_CPU_C *, bx_phy_address, unsigned). In a Bochs that
 * emulates one machine, this function is a static member, so it takes no BX_MEM_C. With NULL as
 * `cpu`, it returns memory even at the address of the local APIC. */
static uint8_t *(*host_address)(void *cpu, uint64_t physical, unsigned access);

bool guest_memory_found(void)
{
	*(void **)&host_address = dlsym(RTLD_DEFAULT, "_ZN8BX_MEM_C14getHostMemAddrEP8BX_CPU_Cmj");
	return host_address;
}

void guest_memory_open(void)
{
	if (!guest_memory_found())
		output_fail(
		        2,
		        "this Bochs does not export BX_MEM_C::getHostMemAddr, which a profile needs; package "
		        "bochs of Debian 12 does");
}

void guest_memory_check(void)
{
	const uint8_t *frame = guest_frame(RESET_VECTOR);

	if (!frame || frame[RESET_VECTOR % FRAME_BYTES] != FAR_JUMP)
		output_fail(2, "BX_MEM_C::getHostMemAddr of this Bochs does not lead to the guest's memory");
}

uint8_t *guest_frame_for(uint64_t physical, bool write)
{
	return host_address(NULL, physical & ~(uint64_t)(FRAME_BYTES - 1), write ? BX_WRITE : BX_READ);
}

const uint8_t *guest_frame(uint64_t physical)
{
	return guest_frame_for(physical, false);
}
