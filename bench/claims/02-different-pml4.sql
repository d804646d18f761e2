-- id:      2
-- seed:    000_01f62672c32e270b.txt
-- quote:   since each task is guaranteed to have different page map level 4 tables
-- asks:    does the fixed stack depend on that guarantee, so that two threads cannot share a PML4?
-- metric:  pitfall.shared_pml4: two contexts run in turn by the kernel's switch, each on its own kernel stack. violations
--          (switches back to the first one after which it finds a local variable changed, or which it does not survive)
--          over tries, with one PML4; control_violations with two
-- margin:  on fixed stacks, one violation with two PML4s refutes that the guarantee is enough; without one, one violation
--          with a shared PML4 confirms that it is needed, and none over at least 16 tries refutes that
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
