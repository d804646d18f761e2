-- id:      2
-- seed:    000_01f62672c32e270b.txt
-- quote:   since each task is guaranteed to have different page map level 4 tables
-- asks:    does the fixed stack depend on that guarantee, so that two threads cannot share a PML4?
-- metric:  pitfall.shared_pml4 on fixed stacks: violations (canaries of the first thread that the second overwrote)
--          with one PML4, control_violations with two, over tries
-- margin:  with two PML4s no canary may be lost; then one lost canary with a shared PML4 confirms that the guarantee
--          is needed, and none refutes that; a canary lost with two PML4s refutes that the guarantee is enough
-- figure:  none
-- boots:   window pitfall.shared_pml4, heap pitfall.shared_pml4, window pitfall.global_stack
WITH fact AS (
	SELECT sum(value) FILTER (WHERE metric = 'violations' AND stack LIKE 'fixed-%') AS shared,
	       sum(value) FILTER (WHERE metric = 'control_violations' AND stack LIKE 'fixed-%') AS own,
	       sum(value) FILTER (WHERE metric = 'tries' AND stack LIKE 'fixed-%') AS tries,
	       sum(value) FILTER (WHERE metric = 'violations' AND stack LIKE 'heap-%') AS heap
	FROM experiment
	WHERE benchmark = 'pitfall.shared_pml4'
)
SELECT CASE
         WHEN tries IS NULL OR tries = 0 OR shared IS NULL OR own IS NULL THEN 'not measured'
         WHEN own > 0                    THEN 'refuted'
         WHEN shared > 0                 THEN 'confirmed'
         ELSE 'refuted'
       END AS verdict,
       CASE
         WHEN tries IS NULL OR tries = 0 OR shared IS NULL OR own IS NULL THEN 'missing: pitfall.shared_pml4 on a fixed stack'
         ELSE printf('canaries overwritten on fixed stacks: %d of %d when two threads share a PML4, %d with one PML4 each',
                     shared, tries, own)
              || coalesce(printf('; on heap stacks %d', heap), '')
       END AS evidence
FROM fact;
