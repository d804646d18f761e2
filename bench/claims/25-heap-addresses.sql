-- id:      25
-- seed:    002_7cbd5e126f251619.txt
-- quote:   returned addresses are not lower than hhdm_offset
-- asks:    Does the kernel heap ever return an address below the direct map?
-- metric:  heap.fuzz:
--          tries: operations.
--          violations: addresses that are below the direct map, misaligned, or overlapping.
-- margin:  Refuted if violations is more than 0. Confirmed if violations is 0 over at least 100000
--          operations, over all builds. Otherwise inconclusive.
-- figure:  none
WITH fact AS (
	SELECT sum(value) FILTER (WHERE metric = 'violations') AS violations,
	       sum(value) FILTER (WHERE metric = 'tries') AS tries,
	       count(DISTINCT strategy) AS strategies
	FROM experiment
	WHERE benchmark = 'heap.fuzz'
)
SELECT CASE
         WHEN tries IS NULL OR tries = 0 THEN 'not measured'
         WHEN violations > 0             THEN 'refuted'
         WHEN tries < 100000             THEN 'inconclusive'
         ELSE 'confirmed'
       END AS verdict,
       CASE
         WHEN tries IS NULL OR tries = 0 THEN 'missing: heap.fuzz'
         ELSE printf('%d violations over %d operations, %d strategies', violations, tries, strategies)
              || iif(violations = 0 AND tries < 100000, '; wanted 100000', '')
       END AS evidence
FROM fact;
