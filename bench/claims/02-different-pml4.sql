-- id:      2
-- seed:    000_01f62672c32e270b.txt
-- quote:   since each task is guaranteed to have different page map level 4 tables
-- asks:    Does the fixed stack depend on that guarantee? If so, two threads cannot share a PML4.
-- metric:  pitfall.shared_pml4: the kernel's context switch runs two contexts in turn, each on its
--          own kernel stack. The first context is lost if it finds a local variable changed when it
--          runs again, or if it does not survive the switch back to it.
--          tries: switches back to the first context, as many with one PML4 as with two.
--          violations: switches after which the first context is lost, with one PML4 for both.
--          control_violations: the same, with a PML4 for each.
-- margin:  All counts are of fixed stacks. Refuted if control_violations is more than 0, because
--          the guarantee is then not enough. Otherwise confirmed if violations is more than 0,
--          because the guarantee is then needed. Refuted if violations is 0 over at least 16 tries.
--          Otherwise inconclusive.
-- figure:  none
-- boots:   window pitfall.shared_pml4, heap pitfall.shared_pml4, window pitfall.global_stack
WITH fact AS (
	SELECT sum(value) FILTER (WHERE metric = 'violations' AND stack LIKE 'fixed-%') AS shared,
	       sum(value) FILTER (WHERE metric = 'control_violations' AND stack LIKE 'fixed-%') AS own,
	       sum(value) FILTER (WHERE metric = 'tries' AND stack LIKE 'fixed-%') AS tries,
	       sum(value) FILTER (WHERE metric = 'violations' AND stack LIKE 'heap-%') AS heap,
	       sum(value) FILTER (WHERE metric = 'tries' AND stack LIKE 'heap-%') AS heap_tries
	FROM experiment
	WHERE benchmark = 'pitfall.shared_pml4'
)
SELECT CASE
         WHEN tries IS NULL OR tries = 0 OR shared IS NULL OR own IS NULL THEN 'not measured'
         WHEN own > 0                    THEN 'refuted'
         WHEN shared > 0                 THEN 'confirmed'
         WHEN tries < 16                 THEN 'inconclusive'
         ELSE 'refuted'
       END AS verdict,
       CASE
         WHEN tries IS NULL OR tries = 0 OR shared IS NULL OR own IS NULL THEN 'missing: pitfall.shared_pml4 on a fixed stack'
         ELSE printf('of %d switches back to a context on a fixed stack it was lost in %d when another had run with the same '
                     || 'PML4, in %d when it had a PML4 of its own', tries, shared, own)
       END AS evidence,
       CASE
         WHEN tries > 0 AND heap_tries > 0
           THEN printf('on heap stacks two contexts can share a PML4: %d of %d are lost', heap, heap_tries)
       END AS also
FROM fact;
