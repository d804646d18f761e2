/*
 * A stand-in for a Bochs that cannot be instrumented: it exports what marks a Bochs, and with -DSTUBS the stubs too,
 * but packed so tightly that there is no room for a jump in them.
 */
extern void *bx_cpu_array[1];
void *bx_cpu_array[1];

#ifdef STUBS
#define STUB(name) __asm__(".globl " #name "\n.type " #name ", @function\n" #name ": ret\n");
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
#endif

int main(void)
{
	return 0;
}
