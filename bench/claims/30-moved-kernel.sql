-- id:      30
-- seed:    003_63090db9e11a5243.txt
-- quote:   we will immediately page fault
-- asks:    does the code that loads CR3 fault at once if the new tables map it only elsewhere, but
--          not if they map it at both places?
-- metric:  pitfall.moved_kernel: moved_faults (page faults with the code at the new place alone) and
--          both_faults (with both) over tries of each
-- margin:  a fault in every try at the new place alone, and none with both, confirms; none at the new place
--          alone refutes; anything else is inconclusive
-- figure:  none
WITH fact AS (
	SELECT sum(value) FILTER (WHERE metric = 'moved_faults') AS moved,
	       sum(value) FILTER (WHERE metric = 'both_faults') AS both,
	       sum(value) FILTER (WHERE metric = 'tries') AS tries
	FROM experiment
	WHERE benchmark = 'pitfall.moved_kernel'
)
SELECT CASE
         WHEN tries IS NULL OR tries = 0 OR moved IS NULL OR both IS NULL THEN 'not measured'
         WHEN moved = 0                                                   THEN 'refuted'
         WHEN moved = tries AND both = 0                                  THEN 'confirmed'
         ELSE 'inconclusive'
       END AS verdict,
       CASE
         WHEN tries IS NULL OR tries = 0 OR moved IS NULL OR both IS NULL THEN 'missing: pitfall.moved_kernel'
         ELSE printf('page faults at the load of CR3, of %d each: %d with the code at its new place alone, %d with it at both',
                     tries, moved, both)
       END AS evidence
FROM fact;
