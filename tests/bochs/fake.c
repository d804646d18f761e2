/* SPDX-License-Identifier: MIT */
/*
 * A stand-in for a Bochs that cannot be instrumented. It exports bx_cpu_array, by which the library
 * recognises a Bochs. With -DSTUBS it also exports the instrumentation stubs. The library replaces
 * the first bytes of each stub by a jump; here the stubs are too short for that. With -DROOM they
 * are long enough, but main() then resets a machine whose CPU object contains no RIP.
 */
static unsigned long long cpu[512];
static void *cpus[1] = { cpu };
extern void *bx_cpu_array;
void *bx_cpu_array = cpus;

#ifdef ROOM
#define PADDING ".fill 15, 1, 0x90\n"
#else
#define PADDING
#endif

#ifdef STUBS
#define STUB(name) __asm__(".globl " #name "\n.type " #name ", @function\n" #name ": ret\n" PADDING);
STUB(_Z19bx_instr_far_branchjjtmtm)
STUB(_Z14bx_instr_resetjj)
STUB(_Z22bx_instr_prefetch_hintjjjm)
STUB(_Z20bx_instr_hwinterruptjjtm)
STUB(_Z13bx_instr_outptjj)
STUB(_Z25bx_instr_before_executionjP15bxInstruction_c)
STUB(_Z24bx_instr_after_executionjP15bxInstruction_c)
STUB(_Z25bx_instr_repeat_iterationjP15bxInstruction_c)
STUB(_Z19bx_instr_lin_accessjmmjjj)
STUB(_Z19bx_instr_phy_accessjmjjj)
STUB(_Z18bx_instr_tlb_cntrljjm)
STUB(_Z18bx_instr_exceptionjjj)
STUB(_Z18bx_instr_interruptjj)
STUB(_Z15bx_instr_vmexitjjm)
#endif

#ifdef ROOM
void _Z14bx_instr_resetjj(unsigned, unsigned);
void _Z19bx_instr_far_branchjjtmtm(unsigned, unsigned, unsigned, unsigned long, unsigned, unsigned long);
#endif

int main(void)
{
#ifdef ROOM
	_Z14bx_instr_resetjj(0, 0);
	_Z19bx_instr_far_branchjjtmtm(0, 10, 0xF000, 0xFFF0, 0xF000, 0xE05B);
#endif
	return 0;
}
