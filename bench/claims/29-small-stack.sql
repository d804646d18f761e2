-- id:      29
-- seed:    003_63090db9e11a5243.txt
-- quote:   we can't even perform a virtual memory mapping, because the stack size of 1 KiB isn't enough
-- asks:    how much stack does it take to map a page whose three tables are missing?
-- metric:  pitfall.small_stack: high_water, bytes of a painted stack that were written, over tries that
--          mapped the page; boot_high_water, those of the 1 KiB stack that the whole boot of this kernel
--          ran on
-- margin:  at most 1024 bytes in every try refutes (one kernel that can is enough), more confirms. It is
--          this kernel, built with -O2, that is measured
-- figure:  none
WITH fact AS (
	SELECT max(value) FILTER (WHERE metric = 'high_water') AS bytes,
	       max(value) FILTER (WHERE metric = 'boot_high_water') AS boot,
	       sum(value) FILTER (WHERE metric = 'tries') AS tries
	FROM experiment
	WHERE benchmark = 'pitfall.small_stack'
)
SELECT CASE
         WHEN tries IS NULL OR tries = 0 OR bytes IS NULL THEN 'not measured'
         WHEN bytes <= 1024                               THEN 'refuted'
         ELSE 'confirmed'
       END AS verdict,
       CASE
         WHEN tries IS NULL OR tries = 0 OR bytes IS NULL THEN 'missing: pitfall.small_stack'
         ELSE printf('to map a page and its three tables takes at most %d of 1024 bytes of stack', bytes)
              || coalesce(printf('; the whole boot took %d', boot), '')
       END AS evidence
FROM fact;
