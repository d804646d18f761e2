-- id:      3
-- seed:    000_01f62672c32e270b.txt
-- quote:   we cannot switch PML4Ts in the middle of C code
-- asks:    the note's stack is at the same address in every task, and each task has its own. If C code on such a stack
--          loads another task's CR3, does it still have its local variables, and does it return to its caller?
-- metric:  pitfall.cr3_in_c: fixed_wrong, heap_wrong and scratch_wrong (runs of a function that find a local variable or
--          a canary changed after the switch, or do not return to their caller) over tries of each, on a fixed stack
--          that is mapped under both CR3s, on a heap stack and on a per-CPU scratch stack; fixed_faults (of the first,
--          those that end in an exception)
-- margin:  on the fixed stack, every try wrong confirms and one that is right refutes, if every try on a heap stack is
--          right; otherwise nothing is decided. The scratch stack decides nothing: the note speaks of the task's stack
-- figure:  none
-- boots:   window pitfall.cr3_in_c, heap pitfall.cr3_in_c
WITH fact AS (
	SELECT sum(value) FILTER (WHERE metric = 'fixed_wrong') AS fixed,
	       sum(value) FILTER (WHERE metric = 'fixed_faults') AS faults,
	       sum(value) FILTER (WHERE metric = 'heap_wrong') AS heap,
	       sum(value) FILTER (WHERE metric = 'scratch_wrong') AS scratch,
	       sum(value) FILTER (WHERE metric = 'tries') AS tries
	FROM experiment
	WHERE benchmark = 'pitfall.cr3_in_c'
), whole AS (
	SELECT *, fixed + faults + heap + scratch IS NOT NULL AND coalesce(tries, 0) > 0 AS measured FROM fact
)
SELECT CASE
         WHEN NOT measured  THEN 'not measured'
         WHEN heap > 0      THEN 'inconclusive'
         WHEN fixed < tries THEN 'refuted'
         ELSE 'confirmed'
       END AS verdict,
       CASE
         WHEN NOT measured THEN 'missing: pitfall.cr3_in_c'
         ELSE printf('C functions that lose local variables or their return address to a CR3 switch, of %d tries each: %d on a '
                     || 'fixed stack (%d ended in an exception, the others went on with another task''s variables), %d on a '
                     || 'heap stack', tries, fixed, faults, heap)
       END AS evidence,
       CASE
         WHEN measured THEN printf('on a per-CPU scratch stack, which a kernel with fixed stacks can have too, %d of %d; ',
                                   scratch, tries)
                            || iif(scratch = 0, 'that switching is impossible does not follow', 'it is no way out')
       END AS also
FROM whole;
