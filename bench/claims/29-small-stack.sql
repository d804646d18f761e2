-- id:      29
-- seed:    003_63090db9e11a5243.txt
-- quote:   we can't even perform a virtual memory mapping, because the stack size of 1 KiB isn't enough
-- asks:    How much stack does it take to map a page whose three tables are missing?
-- metric:  pitfall.small_stack:
--          tries: runs that mapped the page.
--          high_water: bytes of a painted stack that a try wrote.
--          boot_high_water: bytes written of the 1 KiB stack that the whole boot of this kernel ran
--            on.
-- margin:  Refuted if high_water is at most 1024 in every try: one kernel that can do it is enough.
--          Otherwise confirmed. The kernel that is measured is this one, built with -O2.
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
       END AS evidence,
       (SELECT 'to map new stacks and tables on the stack of a level-1 loader took at most '
               || group_concat(printf('%d bytes with -%s', bytes, level), ', ')
        FROM (SELECT substr(benchmark, length('level1.stacks.') + 1) AS level, max(value) AS bytes
              FROM good_sample WHERE engine = 'level1' AND benchmark GLOB 'level1.stacks.*'
                                 AND metric = 'high_water'
              GROUP BY level ORDER BY bytes)
        HAVING count(*)) AS also
FROM fact;
