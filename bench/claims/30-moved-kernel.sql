-- id:      30
-- seed:    003_63090db9e11a5243.txt
-- quote:   we will immediately page fault
-- asks:    Code loads a CR3 whose tables map this code only elsewhere. Does it fault at once? And
--          does it run without a fault if the tables map it at both places?
-- metric:  pitfall.moved_kernel:
--          moved_faults: page faults with the code at the new place alone.
--          both_faults: page faults with the code at both places.
--          tries: loads of each kind.
-- margin:  Refuted if moved_faults is 0. Confirmed if every try at the new place alone faults, and
--          both_faults is 0. Otherwise inconclusive.
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
       END AS evidence,
       (SELECT printf('a kernel in the level-1 environment that moves itself: %d page faults at the load of CR3 if it is mapped once, %d exceptions if it is mapped twice',
                      max(value) FILTER (WHERE metric = 'mapped_once_faults'),
                      1 - max(value) FILTER (WHERE metric = 'kernel_works'))
        FROM good_sample
        WHERE engine = 'level1' AND benchmark = 'level1.plans' HAVING count(*)) AS also
FROM fact;
