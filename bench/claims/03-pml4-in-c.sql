-- id:      3
-- seed:    000_01f62672c32e270b.txt
-- quote:   we cannot switch PML4Ts in the middle of C code
-- asks:    In the note, each task has its own stack, and all these stacks are at the same address.
--          C code on such a stack loads another task's CR3. Does it still have its local variables?
--          Does it return to its caller?
-- metric:  pitfall.cr3_in_c: for each try, a C function that loads another CR3 runs once on each of
--          three stacks. A run is wrong if a local variable or a canary has changed after the
--          switch, or if the function does not return to its caller.
--          tries: runs on each stack.
--          fixed_wrong: wrong runs on a fixed stack that is mapped under both CR3s.
--          fixed_faults: those of them that end in an exception.
--          heap_wrong: wrong runs on a heap stack.
--          scratch_wrong: wrong runs on a per-CPU scratch stack.
-- margin:  Inconclusive if heap_wrong is more than 0. Otherwise confirmed if every try on the fixed
--          stack is wrong. Refuted if one of them is right. scratch_wrong decides nothing, because
--          the note speaks of the task's stack.
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
