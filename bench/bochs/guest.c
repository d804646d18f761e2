#define _GNU_SOURCE
#include "bench/bochs/guest.h"

#include <dlfcn.h>
#include <stddef.h>

#include "bench/bochs/output.h"

enum { BX_READ = 0, FRAME_BYTES = 4096 };

/* BX_MEM_C::getHostMemAddr(BX_CPU_C *, bx_phy_address, unsigned); without a CPU, no CPU's APIC page is in the way. */
static uint8_t *(*host_address)(void *memory, void *cpu, uint64_t physical, unsigned access);
static void *memory;

void guest_memory_open(void)
{
	memory = dlsym(RTLD_DEFAULT, "bx_mem");
	*(void **)&host_address = dlsym(RTLD_DEFAULT, "_ZN8BX_MEM_C14getHostMemAddrEP8BX_CPU_Cmj");
	if (!memory || !host_address)
		output_fail(2,
		            "this Bochs does not export bx_mem and BX_MEM_C::getHostMemAddr, which a profile "
		            "needs; package bochs of Debian 12 does");
}

const uint8_t *guest_frame(uint64_t physical)
{
	return host_address(memory, NULL, physical & ~(uint64_t)(FRAME_BYTES - 1), BX_READ);
}
